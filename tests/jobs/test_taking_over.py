"""Servers that come and go: the next one finds the runs, and of two one leads."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.jobs.backends.local import Process, ref_of
from core.jobs.files import read_json
from core.jobs.record import update_record, write_record
from tests.jobs.common import starts

ROOT = Path(__file__).resolve().parents[2]


SERVER = """
    import sys, time
    sys.path.insert(0, {root!r})
    from pathlib import Path
    from core.config.experiment import Experiment
    from core.config.limits import Limits
    from core.jobs.backends.local import LocalBackend
    from core.jobs.manager import RunManager
    from core.jobs.store import RunStore
    backend = LocalBackend(1, 1, command={command!r}, spare=False)
    manager = RunManager(RunStore(Path({runs!r})), backend, {{}}, limits=Limits())
    for name in ("hold", "quick", "quick"):
        print(manager.submit(Experiment.parse({{"task": "forecasting"}}), name=name), flush=True)
    time.sleep(60)
"""


@pytest.fixture
def killed_server(store, worker_command, state_of, wait_until):
    """A server with one running and two queued runs that was killed; gives their ids."""
    code = textwrap.dedent(SERVER).format(root=str(ROOT), runs=str(store.root), command=worker_command)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as server:
        runs = [server.stdout.readline().strip() for _ in range(3)]
        wait_until(lambda: state_of(runs[0]) == "running")
        server.kill()
    return runs


def test_a_new_server_finds_the_runs_of_the_old_one(killed_server, make_manager, store, state_of, journal, wait_until):
    hold, first, second = killed_server
    assert state_of(hold) == "running"
    manager = make_manager()
    wait_until(lambda: manager.active() == (hold,))
    wait_until(lambda: [manager.queue_position(run_id) for run_id in (first, second)] == [1, 2])  # one after the other
    beat = read_json(store.path(hold) / "status.json")["heartbeat"]
    wait_until(lambda: read_json(store.path(hold) / "status.json")["heartbeat"] > beat)
    assert starts(journal) == [hold]
    manager.stop(hold)
    wait_until(lambda: state_of(second) == "succeeded")
    assert state_of(hold) == "stopped"
    assert starts(journal) == [hold, first, second]


def test_a_run_that_died_with_the_old_server_is_lost_soon_and_its_slot_free(
    killed_server, make_manager, store, state_of, journal, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.watch.LOST_AFTER_SECONDS", 0.2)
    hold, first, _ = killed_server
    os.kill(next(pid for word, run_id, pid in journal() if run_id == hold), signal.SIGKILL)
    make_manager()
    wait_until(lambda: state_of(first) == "succeeded")
    assert store.manager_record(hold).state == "lost"
    assert "ended before it reported a result" in store.manager_record(hold).reason


def test_a_run_of_the_old_server_whose_process_is_not_known_is_lost_when_it_falls_silent(
    killed_server, make_manager, store, state_of, journal, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.watch.LOST_AFTER_SECONDS", 0.2)
    hold, first, _ = killed_server
    os.kill(next(pid for word, run_id, pid in journal() if run_id == hold), signal.SIGKILL)
    record = store.manager_record(hold)
    write_record(store.path(hold), replace(record, ref=""))
    time.sleep(0.15)  # its last beat may be under way
    status = read_json(store.path(hold) / "status.json")
    old = {"heartbeat": status["heartbeat"] - 60, "uptime": status["uptime"] - 60}
    (store.path(hold) / "status.json").write_text(json.dumps({**status, **old}))
    make_manager()
    wait_until(lambda: state_of(first) == "succeeded")
    assert store.manager_record(hold).state == "lost"
    assert "not reported" in store.manager_record(hold).reason


def test_a_run_of_the_old_server_that_does_not_listen_is_ended(
    killed_server, make_manager, store, state_of, journal, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.watch.LOST_AFTER_SECONDS", 0.2)
    hold, _, second = killed_server
    pid = next(pid for word, run_id, pid in journal() if run_id == hold)
    process = Process.of(wait_until(lambda: store.manager_record(hold).ref))
    assert process.is_running()
    os.kill(pid, signal.SIGSTOP)  # it cannot hear the polite signal either
    manager = make_manager(stop_seconds=0.1)
    manager._server._patience = replace(manager._server._patience, kill=0.2)
    wait_until(lambda: manager.active() == (hold,))
    manager.stop(hold)
    wait_until(lambda: state_of(second) == "succeeded")
    assert "did not stop in time" in store.manager_record(hold).reason
    assert not process.is_running()


def test_another_process_of_the_same_number_is_left_alone(make_manager, new_run, store, state_of, wait_until):
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as bystander:
        directory = new_run(name="quick")
        bystanders = Process.of(ref_of(bystander.pid))
        update_record(directory, state="launched", ref=replace(bystanders, started=bystanders.started - 100).ref)
        manager = make_manager()
        run_id = directory.name
        wait_until(lambda: state_of(run_id) == "lost")
        manager.delete(run_id)
        assert not store.exists(run_id)
        assert bystander.poll() is None
        bystander.kill()


def test_of_two_managers_on_one_folder_one_leads_and_each_run_starts_once(
    make_manager, experiment, state_of, journal, wait_until
):
    leader, other = make_manager(slots=2), make_manager(slots=2)
    assert (leader.leads, other.leads) == (True, False)
    runs = [manager.submit(experiment, name="quick") for manager in (leader, other) * 3]
    wait_until(lambda: all(state_of(run_id) == "succeeded" for run_id in runs))
    assert sorted(starts(journal)) == sorted(runs)
    assert [len(manager.backend_of_test._children) for manager in (leader, other)] == [6, 0]


def test_the_other_manager_can_stop_and_takes_over(make_manager, experiment, state_of, journal, wait_until):
    leader, other = make_manager(), make_manager()
    first = leader.submit(experiment, name="hold")
    second = other.submit(experiment, name="hold")
    wait_until(lambda: other.active() == (first,) and other.queue_position(second) == 1)
    wait_until(lambda: other._places.find(first).ref)  # so that it can be ended
    leader.close()
    wait_until(lambda: other.leads)
    assert other.active() == (first,)
    other.stop(first)
    wait_until(lambda: state_of(second) == "running")
    assert state_of(first) == "stopped"
    other.stop(second)
    wait_until(lambda: state_of(second) == "stopped")
    assert starts(journal) == [first, second]
