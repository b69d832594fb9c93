"""The thread that drives sweeps: to their ends, after a restart, for their owners alone, and whatever one of them does."""

import os
import threading
import time

import pytest

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.config.rules import Range
from core.config.summary import DataSummary
from core.jobs.folders import remove_tree
from core.jobs.identity import owner_of
from core.jobs.record import read_record
from core.sweeps import serving
from core.sweeps.folder import SWEEPS_FOLDER, Plan, driving, read_plan, read_progress, request_stop
from core.sweeps.queued import driver_of
from core.sweeps.serving import KEPT_SECONDS, SweepServer, clear
from core.sweeps.space import Space
from core.sweeps.study import read_trials

ANN, BOB = owner_of("ann"), owner_of("bob")
START = Experiment(task="forecasting").with_values({"training.max_steps": 9, "model.hidden_size": 20})


class Data:
    """Data on which the hidden size may be tried."""

    def __init__(self):
        self.trouble = None
        self.reads = 0

    def space(self, start, fields):
        self.reads += 1
        if self.trouble is not None:
            raise self.trouble
        return Space(start, {"model.hidden_size": Range(8, 40)}), DataSummary("series", num_items=100, num_tokens=100)

    def check(self, experiment):
        pass


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(serving, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(serving, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(serving, "TRY_SECONDS", 0.01)


@pytest.fixture
def data():
    return Data()


@pytest.fixture
def serve(data):
    """Makes the sweeps of a manager, closed at the end."""
    made = []

    def make(manager, **limits):
        made.append(SweepServer(manager, Limits(**limits), lambda folder: driver_of(folder, manager, data)))
        return made[-1]

    yield make
    for server in made:
        server.close()


def asked(trials=4, seeds=2, owner=ANN, address="here", max_seconds=None):
    return Plan(["model.hidden_size"], trials, time.time(), max_seconds, seeds, owner=owner, address=address)


def test_a_sweep_goes_to_its_end_in_the_queue_as_runs_of_its_owner(make_manager, serve, wait_until):
    manager = make_manager()
    sweeps = serve(manager)
    sweep = sweeps.begin(START, asked())
    folder = sweeps.find(sweep, ANN)
    wait_until(lambda: read_progress(folder).is_over)
    progress, trials = read_progress(folder), read_trials(folder)
    assert (progress.state, len(trials)) == ("done", 4)
    assert progress.winner == min(trials, key=lambda one: (one.state != "done", one.value)).number
    runs = [trial.run for trial in trials] + [run for found in progress.checks.values() for run in found]
    records = [read_record(manager.store.path(run)) for run in runs]
    assert {(one.owner, one.address, one.sweep) for one in records} == {(ANN, "here", sweep)}
    assert read_plan(folder).parallel == 2
    assert [one[0] for one in sweeps.owned_by(ANN, "forecasting")] == [sweep]


def test_the_next_server_goes_on_with_a_sweep_half_done_and_begins_nothing_twice(
    make_manager, serve, backend, wait_until
):
    first = make_manager()
    sweeps = serve(first)
    backend.holds = True
    sweep = sweeps.begin(START, asked(trials=3, seeds=0))
    folder = sweeps.find(sweep, ANN)
    wait_until(lambda: len(backend.started) == 2)
    sweeps.close()
    first.close()
    assert not read_progress(folder).is_over
    for run in backend.started:  # which trained on while there was no server
        backend.train(first.store.path(run))
    backend.holds = False
    serve(make_manager())
    wait_until(lambda: read_progress(folder).is_over)
    trials = read_trials(folder)
    assert len({trial.run for trial in trials}) == len(trials) == 3
    assert len(first.store.ids()) == 3
    assert read_progress(folder).state == "done"


def test_nobody_else_finds_stops_or_is_shown_a_sweep(make_manager, serve, backend):
    backend.holds = True
    sweeps = serve(make_manager())
    sweep = sweeps.begin(START, asked())
    for name, actor in ((sweep, BOB), (sweep, ""), ("0" * 32, ANN), ("../x", ANN), (sweep[:-1], ANN)):
        with pytest.raises(ConfigError) as refusal:
            sweeps.find(name, actor)
        assert refusal.value.problems[0].expected == "a sweep that exists"  # whichever it is
        with pytest.raises(ConfigError):
            sweeps.stop(name, actor)
    assert sweeps.owned_by(BOB, "forecasting") == []
    assert not (sweeps.find(sweep, ANN) / "stop").exists()
    other = sweeps.begin(START, asked(owner=BOB))
    assert len(sweep) == 32 and int(sweep, 16) != int(other, 16)


def test_its_owner_stops_it_and_its_runs_end(make_manager, serve, backend, wait_until):
    backend.holds = True
    manager = make_manager()
    sweeps = serve(manager)
    sweep = sweeps.begin(START, asked())
    wait_until(lambda: len(backend.started) == 2)
    sweeps.stop(sweep, ANN)
    wait_until(lambda: read_progress(sweeps.find(sweep, ANN)).state == "stopped")
    assert all((manager.store.path(run) / "stop").exists() for run in backend.started)
    assert len(backend.started) == 2


@pytest.mark.parametrize(
    ("limits", "second", "field"),
    [
        ({"max_sweep_trials": 3}, asked(), "trials"),
        ({"max_sweep_seconds": 60.0}, asked(), "max_seconds"),
        ({"max_sweep_seconds": 60.0}, asked(max_seconds=61.0), "max_seconds"),
        ({"max_sweeps_per_visitor": 1}, asked(address="there"), "sweep"),
        ({"max_sweeps_per_address": 1}, asked(owner=BOB), "sweep"),
    ],
)
def test_what_asks_for_more_than_a_visitor_may_have_is_not_begun(make_manager, serve, backend, limits, second, field):
    backend.holds = True
    sweeps = serve(make_manager(), **limits)
    sweeps.begin(START, asked(trials=3, max_seconds=60.0))
    with pytest.raises(ConfigError) as refusal:
        sweeps.begin(START, second)
    assert [problem.field for problem in refusal.value.problems] == [field]


def test_no_more_trials_train_at_a_time_than_runs_of_one_visitor_may(make_manager, serve, backend):
    backend.holds = True
    sweeps = serve(make_manager(), max_running_per_visitor=1)
    assert read_plan(sweeps.find(sweeps.begin(START, asked()), ANN)).parallel == 1


def test_trouble_with_one_sweep_is_said_there_and_ends_no_other(make_manager, serve, data, wait_until, monkeypatch):
    monkeypatch.setattr(serving, "MOST_TRIES", 3)
    sweeps = serve(make_manager())
    data.trouble = RuntimeError("the data fell over")
    bad = sweeps.find(sweeps.begin(START, asked(seeds=0)), ANN)
    wait_until(lambda: read_progress(bad).is_over)
    assert (data.reads, read_progress(bad).state) == (3, "failed")
    assert "the data fell over" in read_progress(bad).error
    data.trouble = None
    good = sweeps.find(sweeps.begin(START, asked(seeds=0)), ANN)
    wait_until(lambda: read_progress(good).state == "done")


def test_passing_trouble_is_said_while_it_lasts_and_the_sweep_goes_on(
    make_manager, serve, data, wait_until, monkeypatch
):
    monkeypatch.setattr(serving, "MOST_TRIES", 1_000)
    monkeypatch.setattr(serving, "TRY_SECONDS", 0.0)
    sweeps = serve(make_manager())
    data.trouble = OSError("no room")
    sweep = sweeps.begin(START, asked(seeds=0))
    assert "no room" in wait_until(lambda: sweeps.trouble(sweep))
    data.trouble = None
    wait_until(lambda: read_progress(sweeps.find(sweep, ANN)).state == "done")
    assert sweeps.trouble(sweep) == ""


def test_what_a_shell_drives_is_left_to_it_until_it_lets_go(make_manager, serve, store, wait_until):
    manager = make_manager()
    sweeps = serve(manager)
    sweeps.close()  # begun while nobody drives
    folder = sweeps.find(sweeps.begin(START, asked(seeds=0)), ANN)
    with driving(folder) as held:
        assert held
        again = serve(manager)
        again.tick()
        assert read_trials(folder) == []
    wait_until(lambda: read_progress(folder).state == "done")


def test_deleting_a_visitors_things_ends_and_removes_their_sweeps_alone(make_manager, serve, backend, wait_until):
    backend.holds = True
    manager = make_manager()
    sweeps = serve(manager)
    mine, other = sweeps.begin(START, asked()), sweeps.begin(START, asked(owner=BOB))
    wait_until(lambda: len(backend.started) == 2)
    sweeps.delete_all(ANN)
    assert not (manager.store.root / SWEEPS_FOLDER / mine).exists()
    assert sweeps.find(other, BOB).exists()
    with pytest.raises(ValueError):
        sweeps.delete_all("")


def test_a_sweep_goes_with_the_last_of_its_runs_and_what_is_on_its_way_stays(make_manager, serve, store, wait_until):
    manager = make_manager()
    sweeps = serve(manager)
    folder = sweeps.find(sweeps.begin(START, asked(trials=2, seeds=0)), ANN)
    wait_until(lambda: read_progress(folder).state == "done")
    late = time.time() + KEPT_SECONDS + 60
    assert clear(store, late) == ()
    for trial in read_trials(folder):
        manager.delete(trial.run)
    assert clear(store, time.time()) == ()  # it has just ended
    sweeps.close()
    on_its_way = sweeps.find(sweeps.begin(START, asked()), ANN)
    half_made = store.root / SWEEPS_FOLDER / ("a" * 32)
    half_made.mkdir()
    assert clear(store, late) == tuple(sorted((folder.name, half_made.name)))
    assert on_its_way.exists()


def test_a_journal_cut_off_in_the_middle_of_a_line_and_a_lock_left_behind_keep_nobody_from_going_on(
    make_manager, serve, backend, wait_until
):
    backend.holds = True
    manager = make_manager()
    sweeps = serve(manager)
    folder = sweeps.find(sweeps.begin(START, asked(trials=2, seeds=0)), ANN)
    wait_until(lambda: len(backend.started) == 2)
    sweeps.close()
    manager.close()
    with open(folder / "journal.log", "a") as stream:
        stream.write('{"op_code": 8, "work')
    os.symlink(folder / "journal.log", folder / "journal.log.lock")
    request_stop(folder)
    serve(make_manager())
    wait_until(lambda: read_progress(folder).state == "stopped")
    assert len(read_trials(folder)) == 2


def test_the_thread_goes_on_when_the_folder_of_sweeps_is_gone(make_manager, serve, store, wait_until):
    sweeps = serve(make_manager())
    folder = sweeps.find(sweeps.begin(START, asked(seeds=0)), ANN)
    remove_tree(folder.parent)
    again = sweeps.begin(START, asked(seeds=0))
    wait_until(lambda: read_progress(sweeps.find(again, ANN)).state == "done")
    assert any(thread.name == "sweeps" for thread in threading.enumerate())
