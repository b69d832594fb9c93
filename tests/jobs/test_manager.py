import os
import signal
import time
from pathlib import Path

import pytest

from core.jobs.files import read_jsonl
from core.jobs.record import read_record
from core.jobs.status import read_status
from tests.jobs.common import pid_of, starts

ROOT = Path(__file__).resolve().parents[2]


def test_a_run_starts_at_once_and_succeeds(make_manager, store, experiment, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, owner="ab12", name="quick", fingerprint="f00")
    wait_until(lambda: state_of(run_id) != "queued")
    wait_until(lambda: state_of(run_id) == "succeeded")
    wait_until(lambda: manager.active() == ())
    assert [record["step"] for record in read_jsonl(store.path(run_id) / "metrics.jsonl")[0]] == [1, 2, 3]
    record = store.manager_record(run_id)
    assert (record.owner, record.state) == ("ab12", "launched")
    assert pid_of(record)


def test_runs_start_in_order_and_never_more_than_slots(make_manager, experiment, state_of, journal, wait_until):
    manager = make_manager(slots=2)
    runs = [manager.submit(experiment, name="quick") for _ in range(6)]
    seen = 0
    while any(state_of(run_id) != "succeeded" for run_id in runs):
        seen = max(seen, len(manager.active()), sum(state_of(run_id) in ("starting", "running") for run_id in runs))
        assert len(manager.active()) <= 2
        time.sleep(0.01)
    assert seen == 2
    begun = [read_record(manager.store.path(run_id)).launched for run_id in runs]
    assert begun == sorted(begun)
    running = 0
    for word, _, _ in journal():
        running += {"start": 1, "end": -1}[word]
        assert running <= 2


def test_places_in_the_queue_count_from_the_next(make_manager, experiment, wait_until, state_of):
    manager = make_manager()
    first = manager.submit(experiment, name="hold")
    wait_until(lambda: manager.active() == (first,))
    second, third = (manager.submit(experiment, name="quick") for _ in range(2))
    assert [manager.queue_position(run_id) for run_id in (first, second, third)] == [None, 1, 2]
    manager.stop(second)
    assert [manager.queue_position(run_id) for run_id in (second, third)] == [None, 1]
    assert manager.queue_position("0" * 32) is None
    manager.stop(first)
    wait_until(lambda: state_of(third) == "succeeded")


def test_a_queued_run_that_is_stopped_never_starts(make_manager, experiment, state_of, journal, wait_until):
    manager = make_manager()
    first = manager.submit(experiment, name="hold")
    second = manager.submit(experiment, name="quick")
    third = manager.submit(experiment, name="quick")
    manager.stop(second)
    assert state_of(second) == "stopped"
    manager.stop(first)
    wait_until(lambda: state_of(third) == "succeeded")
    assert starts(journal) == [first, third]
    assert state_of(second) == "stopped"


def test_a_running_run_stops_at_its_next_step(make_manager, experiment, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run_id) == "running")
    manager.stop(run_id)
    wait_until(lambda: state_of(run_id) == "stopped")
    wait_until(lambda: manager.active() == ())


def test_a_run_that_does_not_listen_is_ended(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager(stop_seconds=0.1)
    run_id = manager.submit(experiment, name="deaf")
    wait_until(lambda: state_of(run_id) == "running")
    manager.stop(run_id)
    wait_until(lambda: state_of(run_id) == "lost")
    assert "did not stop in time" in store.manager_record(run_id).reason


def test_a_killed_run_is_lost_with_the_reason(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run_id) == "running")
    os.kill(wait_until(lambda: pid_of(store.manager_record(run_id))), signal.SIGKILL)
    wait_until(lambda: state_of(run_id) == "lost")
    status = read_status(store.path(run_id))
    assert "SIGKILL" in status.error.message
    assert "memory" in status.error.message
    after = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(after) == "succeeded")


def test_a_run_that_crashes_before_it_reports_is_lost_with_exit_code_and_log(
    make_manager, experiment, store, state_of, wait_until
):
    manager = make_manager()
    run_id = manager.submit(experiment, name="crash")
    wait_until(lambda: state_of(run_id) == "lost")
    assert "exit code 3" in store.manager_record(run_id).reason
    assert (store.path(run_id) / "log.txt").read_text() == "about to crash\n"


def test_a_process_that_cannot_be_started_is_a_lost_run_and_the_queue_goes_on(
    make_manager, experiment, store, state_of, wait_until
):
    manager = make_manager()
    command = manager.backend_of_test._command
    manager.backend_of_test._command = ("/nonexistent/python",)
    broken = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(broken) == "lost")
    assert "could not be started" in store.manager_record(broken).reason
    manager.backend_of_test._command = command
    run_id = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(run_id) == "succeeded")


def test_runs_that_others_queue_on_disk_are_started(make_manager, new_run, state_of, wait_until):
    before = new_run(name="quick").name
    make_manager()
    wait_until(lambda: state_of(before) == "succeeded")
    after = new_run(name="quick").name
    wait_until(lambda: state_of(after) == "succeeded")


def test_a_run_of_the_shell_holds_no_slot_and_is_not_started(make_manager, new_run, state_of, journal, wait_until):
    of_shell = new_run(name="quick", state="launched").name
    manager = make_manager()
    mine = manager.submit(manager.store.experiment(of_shell), name="quick")
    wait_until(lambda: state_of(mine) == "succeeded")
    assert starts(journal) == [mine]


def test_a_queued_run_may_be_deleted_under_the_manager(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    first = manager.submit(experiment, name="hold")
    second = manager.submit(experiment, name="quick")
    manager.stop(second)
    store.delete(second)
    manager.stop(first)
    third = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(third) == "succeeded")


def test_a_closed_manager_takes_no_runs_and_no_manager_has_no_slots(make_manager, experiment):
    manager = make_manager()
    manager.close()
    with pytest.raises(ValueError, match="closed"):
        manager.submit(experiment)
    with pytest.raises(ValueError, match="slots"):
        make_manager(slots=0)


def test_trouble_with_the_disk_does_not_end_the_queue(make_manager, experiment, state_of, wait_until, monkeypatch):
    manager = make_manager()
    monkeypatch.setattr("core.jobs.serving.TROUBLE_SECONDS", 0.05)
    calls = []

    def fail(*_, **__):
        calls.append(1)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("core.jobs.serving.update_record", fail)
        run_id = manager.submit(experiment, name="quick")
        wait_until(lambda: len(calls) > 2)
        assert state_of(run_id) == "queued"
    wait_until(lambda: state_of(run_id) == "succeeded")
