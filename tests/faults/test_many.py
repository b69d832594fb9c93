"""A hundred runs at once from ten visitors."""

from collections import Counter

import pytest

from core.config.limits import Limits
from core.jobs.record import read_record

VISITORS = [f"{number:064x}" for number in range(10)]


def start_order(store, runs):
    return sorted(runs, key=lambda run: read_record(store.path(run)).launched)


def test_a_hundred_runs_at_once_all_end_and_nobody_waits_for_a_greedy_one(
    make_manager, short, store, neighbour, status_of, wait_until
):
    manager = make_manager(slots=3, small=True)
    blockers = [manager.submit(short(100), owner="b" * 64, name="hold") for _ in range(3)]
    wait_until(lambda: len(manager.active()) == 3)
    # One visitor after the other, each with all of theirs: whoever comes last would wait for everybody else's.
    owners = {manager.submit(short(100), owner=owner, name="quick"): owner for owner in VISITORS for _ in range(10)}
    assert manager.queue_length() == 100
    assert sorted(manager.queue_position(run) for run in owners) == list(range(1, 101))
    for run in blockers:
        manager.stop(run)
    wait_until(lambda: all(status_of(run).is_over for run in owners), 120)
    assert Counter(status_of(run).state for run in owners) == {"succeeded": 100}
    wait_until(lambda: manager.active() == ())
    begun, order = Counter(), start_order(store, owners)
    for run in order:
        # Turns are given when a run ends, and several of the three slots may become free in one look.
        assert begun[owners[run]] - min(begun[owner] for owner in VISITORS) <= 1, "somebody's turn was skipped"
        begun[owners[run]] += 1
    for owner in VISITORS:
        own = [run for run in owners if owners[run] == owner]
        assert [run for run in order if owners[run] == owner] == own, "one's own runs keep their order"


def test_with_one_slot_nobodys_second_run_comes_before_somebodys_first(
    make_manager, short, store, neighbour, wait_until, status_of
):
    manager = make_manager(small=True)
    blocker = manager.submit(short(100), owner="b" * 64, name="hold")
    wait_until(lambda: manager.active() == (blocker,))
    owners = {manager.submit(short(100), owner=owner, name="quick"): owner for owner in VISITORS[:3] for _ in range(3)}
    manager.stop(blocker)
    wait_until(lambda: all(status_of(run).is_over for run in owners))
    assert [owners[run] for run in start_order(store, owners)] == VISITORS[:3] * 3


def test_real_runs_go_through_a_crowd_of_others(make_manager, short, store, neighbour, wait_for):
    manager = make_manager(slots=2, small=True)
    runs = [manager.submit(short(100), owner=owner, name=name) for owner in VISITORS[:2] for name in ("quick", "real")]
    assert [wait_for(run).state for run in runs] == ["succeeded"] * 4
    real = [run for run in runs if read_record(store.path(run)).name == "real"]
    assert all((store.path(run) / "result.json").exists() for run in real)


def test_who_asks_for_more_than_the_limits_is_told_so_and_the_rest_goes_on(
    make_manager, short, neighbour, refused, wait_for, wait_until
):
    limits = Limits(max_queued_per_visitor=2, max_queued=3)
    manager = make_manager(small=True, limits=limits)
    first = manager.submit(short(100), owner=VISITORS[0], name="hold")
    wait_until(lambda: manager.active() == (first,))
    queued = [manager.submit(short(100), owner=VISITORS[0], name="quick") for _ in range(2)]
    assert "at most 2" in refused(lambda: manager.submit(short(100), owner=VISITORS[0]))
    queued.append(manager.submit(short(100), owner=VISITORS[1], name="quick"))
    assert "at most 3" in refused(lambda: manager.submit(short(100), owner=VISITORS[1]))
    manager.stop(first)
    assert [wait_for(run).state for run in queued] == ["succeeded"] * 3


@pytest.mark.long
def test_a_thousand_runs_all_end(make_manager, short, neighbour, status_of, wait_until):
    manager = make_manager(slots=4, small=True)
    runs = [manager.submit(short(100), owner=VISITORS[place % 10], name="quick") for place in range(1_000)]
    wait_until(lambda: all(status_of(run).is_over for run in runs[-20:]), 280)
    assert Counter(status_of(run).state for run in runs) == {"succeeded": 1_000}
