"""What may be asked of a manager: going on with runs, deleting them, limits, and whose runs they are."""

import errno
import json
import os
import signal
import threading
import zipfile
from dataclasses import replace

import pytest

from core.config.errors import ConfigError
from core.jobs.files import append_jsonl, read_json
from core.jobs.owners import NotYours, owner_of
from core.jobs.processes import AdoptedProcess, process_of
from core.jobs.record import RunNotFound, read_record
from core.jobs.status import read_status

ANN, BOB = owner_of("ann"), owner_of("bob")


def starts(journal):
    return [run_id for word, run_id, _ in journal() if word == "start"]


@pytest.fixture
def stopped_run(make_manager, experiment, state_of, wait_until):
    """A manager and a run of Ann's that was stopped after some steps."""
    manager = make_manager()
    run_id = manager.submit(experiment, owner=ANN, name="hold", fingerprint="f00", expected_seconds=8.0)
    wait_until(lambda: state_of(run_id) == "running" and read_status(manager.store.path(run_id)).step >= 2)
    manager.stop(run_id, actor=ANN)
    wait_until(lambda: state_of(run_id) == "stopped")
    return manager, run_id


def give_checkpoint(directory):
    with zipfile.ZipFile(directory / "last.pt", "w") as archive:
        archive.writestr("data.pkl", "weights")


def test_a_stopped_run_goes_on_as_its_next_attempt(stopped_run, store, state_of, wait_until):
    manager, run_id = stopped_run
    give_checkpoint(store.path(run_id))
    manager.resume(run_id, actor=ANN, pause_at=1_000)
    assert state_of(run_id) in ("queued", "starting", "running")
    wait_until(lambda: state_of(run_id) == "running")
    record = store.manager_record(run_id)
    assert (record.attempt, record.pause_at, record.owner, record.name) == (2, 1_000, ANN, "hold")
    assert not (store.path(run_id) / "stop").exists()
    manager.stop(run_id)
    wait_until(lambda: state_of(run_id) == "stopped")
    manager.resume(run_id)
    assert store.manager_record(run_id).attempt == 3
    assert store.manager_record(run_id).pause_at is None


def test_an_attempt_may_end_at_a_step(make_manager, experiment, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, name="quick", pause_at=1)
    wait_until(lambda: state_of(run_id) == "stopped")
    assert read_status(manager.store.path(run_id)).step == 1
    with pytest.raises(ConfigError, match="after 1"):
        manager.resume(run_id, pause_at=1)
    with pytest.raises(ConfigError, match="1 or more"):
        manager.submit(experiment, pause_at=0)


def test_a_resumed_run_waits_behind_those_that_came_before(stopped_run, experiment, state_of, wait_until):
    manager, run_id = stopped_run
    wait_until(lambda: manager.active() == ())
    first = manager.submit(experiment, owner=ANN, name="hold")
    wait_until(lambda: manager.active() == (first,))
    second = manager.submit(experiment, owner=ANN, name="quick")
    manager.resume(run_id, actor=ANN)
    assert [manager.queue_position(each) for each in (second, run_id)] == [1, 2]


def test_a_cancelled_run_may_be_queued_again(make_manager, experiment, state_of, wait_until):
    manager = make_manager()
    first = manager.submit(experiment, name="hold")
    second = manager.submit(experiment, name="quick")
    manager.stop(second)
    manager.resume(second)
    assert state_of(second) == "queued"
    manager.stop(first)
    wait_until(lambda: state_of(second) == "succeeded")


def test_a_lost_run_goes_on(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run_id) == "running")
    os.kill(wait_until(lambda: store.manager_record(run_id).pid), signal.SIGKILL)
    wait_until(lambda: state_of(run_id) == "lost")
    manager.resume(run_id)
    wait_until(lambda: state_of(run_id) == "running")


def test_of_many_who_resume_a_run_at_once_one_does(stopped_run, store, journal, state_of, wait_until):
    manager, run_id = stopped_run
    refused = []

    def ask():
        try:
            manager.resume(run_id)
        except ConfigError as error:
            refused.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7
    wait_until(lambda: state_of(run_id) == "running")
    assert store.manager_record(run_id).attempt == 2
    assert starts(journal) == [run_id, run_id]


def test_what_is_active_finished_or_damaged_does_not_go_on(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    done = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(done) == "succeeded")
    with pytest.raises(ConfigError, match="Continue it"):
        manager.resume(done)
    run_id = manager.submit(experiment, name="hold")
    with pytest.raises(ConfigError, match="Stop it first"):
        manager.resume(run_id)
    with pytest.raises(ConfigError, match="Stop it first"):
        manager.continue_run(run_id, 10)
    wait_until(lambda: state_of(run_id) == "running")
    manager.stop(run_id)
    wait_until(lambda: state_of(run_id) == "stopped")
    (store.path(run_id) / "last.pt").write_bytes(b"PK\x03\x04 and then the disk was full")
    with pytest.raises(ConfigError, match="damaged"):
        manager.resume(run_id)
    assert state_of(run_id) == "stopped"
    with pytest.raises(ConfigError, match="damaged"):
        manager.continue_run(run_id, 10)
    with pytest.raises(RunNotFound):
        manager.resume("0" * 32)


def test_a_finished_run_is_continued_as_a_new_one(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager(max_steps=50)
    run_id = manager.submit(experiment, owner=ANN, name="quick", fingerprint="f00")
    wait_until(lambda: state_of(run_id) == "succeeded")
    with pytest.raises(ConfigError, match="checkpoint"):
        manager.continue_run(run_id, 10)
    give_checkpoint(store.path(run_id))
    longer = manager.continue_run(run_id, 10, owner=BOB)
    record = store.manager_record(longer)
    assert (record.parent, record.owner, record.name, record.attempt) == (run_id, BOB, "quick", 1)
    training = store.experiment(longer).training
    assert (training.max_steps, training.max_seconds) == (13, None)
    assert (store.path(longer) / "last.pt").read_bytes() == (store.path(run_id) / "last.pt").read_bytes()
    assert "fingerprint: f00" in (store.path(longer) / "experiment.yaml").read_text()
    with pytest.raises(ConfigError, match="at most 50"):
        manager.continue_run(run_id, 48)
    with pytest.raises(ConfigError, match="1 or more"):
        manager.continue_run(run_id, 0)


def test_an_active_run_that_is_deleted_is_ended_first(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, owner=ANN, name="stubborn")
    wait_until(lambda: state_of(run_id) == "running")
    process = process_of(wait_until(lambda: (r := store.manager_record(run_id)).process_started is not None and r))
    assert process.poll() is None
    manager.delete(run_id, actor=ANN)
    assert process.poll() is not None
    assert not store.exists(run_id)
    assert store.gone(run_id).reason == "deleted"
    assert manager.active() == ()
    after = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(after) == "succeeded")


def test_a_manager_that_does_not_lead_deletes_active_runs_too(make_manager, experiment, store, state_of, wait_until):
    leader, other = make_manager(), make_manager()
    run_id = leader.submit(experiment, name="hold")
    wait_until(lambda: state_of(run_id) == "running" and store.manager_record(run_id).process_started)
    other.delete(run_id)
    assert not store.exists(run_id)
    wait_until(lambda: leader.active() == () and other.active() == ())


def test_a_queued_run_is_deleted_out_of_the_queue(make_manager, experiment, store, wait_until):
    manager = make_manager()
    first = manager.submit(experiment, name="hold")
    wait_until(lambda: manager.active() == (first,))
    second = manager.submit(experiment, name="quick")
    manager.delete(second)
    assert manager.queue_length() == 0
    assert not store.exists(second)


def test_a_run_that_a_shell_trains_is_not_deleted_under_it(make_manager, new_run, store):
    manager = make_manager()
    directory = new_run(name="quick", state="launched")
    with pytest.raises(ConfigError, match="Stop it first"):
        manager.delete(directory.name)
    assert store.exists(directory.name)


def test_all_runs_of_a_visitor_are_deleted_and_nobody_elses(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager(slots=2)
    own = [manager.submit(experiment, owner=ANN, name=name) for name in ("quick", "hold", "hold")]
    others = manager.submit(experiment, owner=BOB, name="hold")
    wait_until(lambda: state_of(own[0]) == "succeeded" and len(manager.active()) == 2)
    assert manager.delete_all(ANN) == 3
    assert store.ids() == {others}
    assert manager.delete_all(ANN) == 0
    with pytest.raises(ValueError, match="owner"):
        manager.delete_all("")


@pytest.mark.parametrize("ask", ["stop", "resume", "delete"])
def test_nobody_else_may(ask, stopped_run, store, state_of):
    manager, run_id = stopped_run
    for actor in (BOB, ""):
        with pytest.raises(NotYours):
            getattr(manager, ask)(run_id, actor=actor)
    assert state_of(run_id) == "stopped"
    with pytest.raises(ConfigError, match="32 hexadecimal digits"):
        getattr(manager, ask)(f"../{run_id}", actor=ANN)


def test_a_visitor_has_so_many_runs_in_the_queue_and_in_slots(make_manager, experiment, wait_until):
    manager = make_manager(slots=2, max_running_per_visitor=1, max_queued_per_visitor=2, max_queued=3)
    first = manager.submit(experiment, owner=ANN, name="hold")
    for _ in range(2):
        manager.submit(experiment, owner=ANN, name="hold")
    with pytest.raises(ConfigError, match="at most 2 runs of one visitor"):
        manager.submit(experiment, owner=ANN, name="hold")
    wait_until(lambda: manager.active() == (first,))
    second = manager.submit(experiment, owner=BOB, name="hold")
    wait_until(lambda: manager.active() == (first, second))
    manager.submit(experiment, owner=BOB, name="hold")
    with pytest.raises(ConfigError, match="at most 3 runs that wait"):
        manager.submit(experiment, owner=owner_of("cyd"), name="hold")
    assert manager.queue_length() == 3
    assert len(manager.store.ids()) == 5, "what is refused leaves nothing behind"


def test_a_visitors_second_run_waits_for_everybodys_first(make_manager, experiment, journal, state_of, wait_until):
    manager = make_manager()
    hold = manager.submit(experiment, owner=ANN, name="hold")
    wait_until(lambda: manager.active() == (hold,))
    own = [manager.submit(experiment, owner=ANN, name="quick") for _ in range(2)]
    others = [manager.submit(experiment, owner=owner, name="quick") for owner in (BOB, owner_of("cyd"))]
    assert [manager.queue_position(run_id) for run_id in (*others, *own)] == [1, 2, 3, 4]
    manager.stop(hold)
    wait_until(lambda: all(state_of(run_id) == "succeeded" for run_id in (*own, *others)))
    assert starts(journal) == [hold, *others, *own]


def test_the_expected_start_follows_what_runs_and_waits(make_manager, experiment, wait_until):
    manager = make_manager()
    running = manager.submit(experiment, owner=ANN, name="mute", expected_seconds=1_000.0)
    wait_until(lambda: manager.active() == (running,))
    first = manager.submit(experiment, owner=BOB, name="quick", expected_seconds=500.0)
    second = manager.submit(experiment, owner=BOB, name="quick")
    third = manager.submit(experiment, owner=BOB, name="quick")
    assert 900 < manager.expected_start(first) <= 1_000
    assert 1_400 < manager.expected_start(second) <= 1_500
    assert manager.expected_start(third) is None
    assert manager.expected_start(running) is None


def test_a_hundred_runs_that_come_at_once_all_wait_and_are_all_started_once(
    make_manager, experiment, journal, state_of, wait_until
):
    manager = make_manager(slots=1)
    hold = manager.submit(experiment, name="hold")
    runs = []
    threads = [
        threading.Thread(
            target=lambda who: runs.extend(manager.submit(experiment, owner=owner_of(who)) for _ in range(10)),
            args=(w,),
        )
        for w in "abcdefghij"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert manager.queue_length() == len(set(runs)) == 100
    assert sorted(manager.queue_position(run_id) for run_id in runs) == list(range(1, 101))
    for run_id in runs[:98]:
        manager.stop(run_id)
    assert manager.queue_length() == 2
    manager.stop(hold)
    wait_until(lambda: all(state_of(run_id) == "succeeded" for run_id in runs[98:]))
    assert sorted(starts(journal)) == sorted([hold, *runs[98:]])


def test_a_process_that_cannot_be_had_now_is_tried_again_at_the_same_place(
    make_manager, experiment, state_of, journal, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.serving.LAUNCH_PAUSE_SECONDS", 0.01)
    manager = make_manager()
    launcher = manager.launcher_of_test
    start, tries = launcher.start, []

    def fail_at_first(directory):
        tries.append(directory.name)
        if len(tries) < 4:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return start(directory)

    monkeypatch.setattr(launcher, "start", fail_at_first)
    runs = [manager.submit(experiment, name="quick") for _ in range(2)]
    wait_until(lambda: all(state_of(run_id) == "succeeded" for run_id in runs))
    assert tries == [runs[0]] * 4 + [runs[1]]


def test_a_run_for_which_no_process_is_to_be_had_at_last_is_lost(
    make_manager, experiment, store, state_of, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.serving.LAUNCH_PAUSE_SECONDS", 0.01)
    manager = make_manager()

    def fail(_):
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(manager.launcher_of_test, "start", fail)
    run_id = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(run_id) == "lost")
    assert "Cannot allocate memory" in store.manager_record(run_id).reason
    assert read_status(store.path(run_id)).can_resume


def test_a_process_that_makes_no_progress_is_ended(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager(max_quiet_seconds=0.5)
    run_id = manager.submit(experiment, name="deaf")
    wait_until(lambda: state_of(run_id) == "lost")
    assert "no progress" in store.manager_record(run_id).reason
    after = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(after) == "succeeded")


def test_a_process_that_does_not_report_is_killed_in_the_end(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    manager._server._patience = replace(manager._server._patience, beat=0.5, kill=0.2)
    run_id = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run_id) == "running")
    os.kill(wait_until(lambda: store.manager_record(run_id).pid), signal.SIGSTOP)
    wait_until(lambda: state_of(run_id) == "lost")
    assert "not reported" in store.manager_record(run_id).reason


def test_a_process_that_stays_after_its_last_word_gives_its_slot_back(
    make_manager, experiment, state_of, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.watch.LINGER_SECONDS", 0.2)
    manager = make_manager()
    run_id = manager.submit(experiment, name="lingers")
    wait_until(lambda: state_of(run_id) == "succeeded")
    wait_until(lambda: manager.active() == ())
    assert state_of(run_id) == "succeeded"


def test_the_process_of_a_folder_that_vanished_is_ended(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager(stop_seconds=0.2)
    run_id = manager.submit(experiment, name="deaf")
    wait_until(lambda: state_of(run_id) == "running")
    record = wait_until(lambda: (r := read_record(store.path(run_id))).process_started is not None and r)
    store.path(run_id).rename(store.root / "elsewhere")
    wait_until(lambda: manager.active() == ())
    assert AdoptedProcess(record.pid, record.process_started).poll() is not None


def test_the_oldest_finished_runs_make_room(make_manager, experiment, store, state_of, wait_until, monkeypatch):
    monkeypatch.setattr("core.jobs.upkeep.SWEEP_PAUSE_SECONDS", 0.01)
    manager = make_manager(max_run_bytes=200_000)
    runs = []
    for _ in range(3):
        runs.append(manager.submit(experiment, name="hold"))
        wait_until(lambda: state_of(runs[-1]) == "running")
        append_jsonl(store.path(runs[-1]) / "log.txt", {"filler": "x" * 90_000})
        manager.stop(runs[-1])
        wait_until(lambda: state_of(runs[-1]) == "stopped" and manager.active() == ())
    wait_until(lambda: not store.exists(runs[0]))
    assert store.gone(runs[0]).reason == "evicted"
    assert store.exists(runs[1])
    assert store.exists(runs[2])


def test_events_of_a_run_are_logged_without_keys(make_manager, experiment, state_of, wait_until, caplog):
    caplog.set_level("INFO", logger="unroll.runs")
    manager = make_manager()
    run_id = manager.submit(experiment, owner=ANN, name="hold")
    wait_until(lambda: state_of(run_id) == "running")
    for _ in range(2):
        manager.stop(run_id)
        wait_until(lambda: state_of(run_id) == "stopped")
        manager.resume(run_id)
        wait_until(lambda: state_of(run_id) == "running")
    manager.delete(run_id)
    events = [record.message for record in caplog.records if record.name == "unroll.runs" and run_id in record.message]
    kinds = [json.loads(message)["event"] for message in events]
    assert kinds == ["submitted", "started", *(["stopped", "ended", "resumed", "started"] * 2), "deleted"]
    assert "key" not in "".join(events)


def test_no_finished_run_is_taken_for_a_lost_one(make_manager, experiment, store, wait_until):
    """However close together its last word and the end of its process are."""
    manager = make_manager(slots=2)
    runs = [manager.submit(experiment, name="quick") for _ in range(8)]
    wait_until(lambda: manager.queue_length() == 0 and manager.active() == (), 30.0)
    assert {read_json(store.path(run_id) / "status.json")["state"] for run_id in runs} == {"succeeded"}
    assert {store.manager_record(run_id).state for run_id in runs} == {"launched"}
