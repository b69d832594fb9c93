"""What may be asked of a manager: going on with runs, deleting them, limits, and whose runs they are."""

import json
import threading

import pytest

from core.config.errors import ConfigError
from core.jobs.backends.local import Process
from core.jobs.files import append_jsonl, read_json
from core.jobs.identity import NotYours, owner_of
from tests.jobs.common import ANN, BOB, starts


def test_an_active_run_that_is_deleted_is_ended_first(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run_id = manager.submit(experiment, owner=ANN, name="stubborn")
    wait_until(lambda: state_of(run_id) == "running")
    process = Process.of(wait_until(lambda: store.manager_record(run_id).ref))
    assert process.is_running()
    manager.delete(run_id, actor=ANN)
    assert not process.is_running()
    assert not store.exists(run_id)
    assert store.gone(run_id).reason == "deleted"
    assert manager.active() == ()
    after = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(after) == "succeeded")


def test_a_manager_that_does_not_lead_deletes_active_runs_too(make_manager, experiment, store, state_of, wait_until):
    leader, other = make_manager(), make_manager()
    run_id = leader.submit(experiment, name="hold")
    wait_until(lambda: state_of(run_id) == "running" and store.manager_record(run_id).ref)
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
        manager.submit(experiment, owner=BOB, name="hold")
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


def test_the_oldest_finished_runs_make_room(make_manager, experiment, store, state_of, wait_until, monkeypatch):
    monkeypatch.setattr("core.jobs.retention.SWEEP_PAUSE_SECONDS", 0.01)
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
