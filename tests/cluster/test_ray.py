"""Runs on a cluster: what happens to them, and after how many seconds somebody notices (printed: `pytest -s`)."""

import os
import signal
from collections import Counter

from core.jobs.identity import owner_of
from core.jobs.status import read_status


def workers(store):
    """Processes of the runs, by what they noted at their start, as (run, process)."""
    try:
        lines = (store.root / "journal.txt").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [(run, int(pid)) for word, run, pid in (line.split() for line in lines) if word == "start"]


def test_a_run_ends_and_its_slot_is_free(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run = manager.submit(experiment, name="quick")
    print("finished after", wait_until(lambda: state_of(run) == "succeeded"), "s")
    print("slot free after", wait_until(lambda: manager.active() == ()), "s")
    assert store.manager_record(run).ref == f"ray:unroll-{run}-1"
    assert [name for name, _ in workers(store)] == [run]


def test_a_run_stops_when_it_is_asked(make_manager, experiment, state_of, wait_until):
    manager = make_manager()
    run = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run) == "running")
    manager.stop(run)
    print("stopped after", wait_until(lambda: state_of(run) == "stopped"), "s")
    wait_until(lambda: manager.active() == ())


def test_a_killed_worker_is_a_lost_run_and_the_next_one_begins(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run) == "running")
    os.kill(workers(store)[-1][1], signal.SIGKILL)
    print("kill noticed after", wait_until(lambda: state_of(run) == "lost"), "s")
    assert "SIGKILL" in store.manager_record(run).reason
    after = manager.submit(experiment, name="quick")
    wait_until(lambda: state_of(after) == "succeeded")


def test_a_deleted_run_leaves_no_process(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run) == "running")
    manager.delete(run)
    assert not store.exists(run)
    pid = workers(store)[-1][1]
    print("process gone after", wait_until(lambda: not os.path.exists(f"/proc/{pid}")), "s")


def test_runs_wait_for_their_turn_here_and_visitors_take_turns(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    wait_until(lambda: manager.slots == 2)
    ann, bob = owner_of("ann"), owner_of("bob")
    first = [manager.submit(experiment, name="hold", owner=ann) for _ in range(3)]
    wait_until(lambda: len(manager.active()) == 2)
    assert set(manager.active()) == set(first[:2])
    second = manager.submit(experiment, name="quick", owner=bob)
    assert manager.queue_position(second) == 1  # before the third of somebody who has two
    assert [run for run, _ in workers(store)] <= first[:2]
    manager.stop(first[0])
    wait_until(lambda: state_of(second) == "succeeded")
    for run in first[1:]:
        manager.stop(run)
    wait_until(lambda: manager.active() == ())


def test_forty_runs_of_four_visitors_all_end_and_nobody_waits_for_all_of_another(
    make_manager, experiment, store, state_of, wait_until
):
    manager = make_manager()
    wait_until(lambda: manager.slots == 2)
    visitors = [owner_of(name) for name in ("ann", "bob", "cleo", "dan")]
    runs = [
        (visitor, manager.submit(experiment, name="quick", owner=visitor)) for visitor in visitors for _ in range(10)
    ]
    print("forty runs over after", wait_until(lambda: all(state_of(run) == "succeeded" for _, run in runs), 600), "s")
    started = [run for run, _ in workers(store)]
    assert sorted(started) == sorted(run for _, run in runs)  # each once
    whose = {run: visitor for visitor, run in runs}
    for first in range(4, 40, 4):  # among any so many, everybody has had about as many turns
        turns = Counter(whose[run] for run in started[:first])
        assert max(turns.values()) - min(turns[visitor] for visitor in visitors) <= 2


def test_the_next_server_finds_the_runs_and_starts_none_twice(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager()
    run = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run) == "running")
    manager.close()
    following = make_manager()
    print("adopted after", wait_until(lambda: following.active() == (run,)), "s")
    following.stop(run)
    wait_until(lambda: state_of(run) == "stopped" and following.active() == ())
    assert [name for name, _ in workers(store)] == [run]


def test_of_two_servers_one_leads_and_each_run_starts_once(make_manager, experiment, store, state_of, wait_until):
    leader, other = make_manager(), make_manager()
    assert (leader.leads, other.leads) == (True, False)
    runs = [manager.submit(experiment, name="quick") for manager in (leader, other) * 2]
    wait_until(lambda: all(state_of(run) == "succeeded" for run in runs))
    assert sorted(name for name, _ in workers(store)) == sorted(runs)


def test_without_the_token_nothing_is_started_and_runs_wait(make_manager, experiment, store, state_of, wait_until):
    manager = make_manager(token="wrong")
    run = manager.submit(experiment, name="quick")
    wait_until(lambda: manager.queue_position(run) == 1)
    assert manager.slots == 0
    assert state_of(run) == "queued"
    manager.stop(run)


def test_a_node_that_dies_takes_its_run_along_and_no_other(
    make_manager, experiment, cluster, store, state_of, wait_until
):
    manager = make_manager()
    wait_until(lambda: manager.slots == 2)
    runs = [manager.submit(experiment, name="hold") for _ in range(2)]
    wait_until(lambda: all(state_of(run) == "running" for run in runs))
    cluster.kill_node(1)
    lost = lambda: [run for run in runs if state_of(run) == "lost"]  # noqa: E731
    print("dead node noticed after", wait_until(lambda: len(lost()) == 1), "s")
    print("... and its slot gone after", wait_until(lambda: manager.slots == 1), "s")
    alive = next(run for run in runs if run not in lost())
    wait_until(lambda: manager.active() == (alive,))
    assert state_of(alive) == "running"
    assert read_status(store.path(lost()[0])).can_resume
    manager.stop(alive)
    wait_until(lambda: manager.active() == ())


def test_without_its_head_a_cluster_starts_nothing_and_what_falls_silent_is_lost(
    make_manager, experiment, cluster, store, state_of, wait_until, monkeypatch
):
    monkeypatch.setattr("core.jobs.watch.UNREACHABLE_SECONDS", 5.0)
    manager = make_manager()
    run = manager.submit(experiment, name="hold")
    wait_until(lambda: state_of(run) == "running")
    cluster.kill_node(0)
    print("head gone noticed after", wait_until(lambda: manager.slots == 0), "s")
    waiting = manager.submit(experiment, name="quick")
    print("its run given up after", wait_until(lambda: store.manager_record(run).state == "lost"), "s")
    assert "cannot be reached" in store.manager_record(run).reason
    assert (state_of(waiting), manager.queue_position(waiting)) == ("queued", 1)
    manager.stop(waiting)
