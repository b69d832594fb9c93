import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from core.jobs.queue import NOBODY, Most, Running, Waiting, expected_starts, fair_order, startable

owners = st.sampled_from(["", "ann", "bob", "cyd"])
durations = st.one_of(st.none(), st.floats(0.0, 1_000.0))
queues = st.lists(st.tuples(owners, st.integers(0, 5), durations), max_size=12).map(
    lambda rows: [Waiting(f"w{index:02}", owner, time, lasts) for index, (owner, time, lasts) in enumerate(rows)]
)
slots_in_use = st.lists(st.tuples(owners, durations), max_size=4).map(
    lambda rows: [Running(f"r{index}", owner, left) for index, (owner, left) in enumerate(rows)]
)


def ids(runs):
    return [run.run_id for run in runs]


def waiting(*rows):
    """Runs that came in this order: (id, owner) or (id, owner, seconds)."""
    return [Waiting(row[0], row[1], float(time), *row[2:]) for time, row in enumerate(rows)]


def test_one_visitor_is_served_first_in_first_out():
    queue = waiting(("a", "ann"), ("b", "ann"), ("c", "ann"))
    assert ids(fair_order(reversed(queue), [])) == ["a", "b", "c"]


def test_nobodys_second_run_comes_before_somebodys_first():
    queue = waiting(("a1", "ann"), ("a2", "ann"), ("a3", "ann"), ("b1", "bob"), ("c1", "cyd"), ("b2", "bob"))
    assert ids(fair_order(queue, [])) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_run_that_runs_counts_as_its_visitors_first():
    queue = waiting(("a2", "ann"), ("b1", "bob"))
    assert ids(fair_order(queue, [Running("a1", "ann")])) == ["b1", "a2"]
    assert ids(fair_order(queue, [])) == ["a2", "b1"]


def test_a_run_that_has_ended_since_counts_as_its_visitors_turn():
    queue = waiting(("a2", "ann"), ("b1", "bob"), ("c2", "cyd"))
    assert ids(fair_order(queue, [], {"ann": 1})) == ["b1", "c2", "a2"]
    assert ids(fair_order(queue, [], {"ann": 1, "bob": 2, "cyd": 3})) == ["a2", "b1", "c2"]


def test_runs_of_the_shell_count_as_one_visitor_without_limits():
    queue = waiting(("s1", NOBODY), ("s2", NOBODY), ("b1", "bob"), ("b2", "bob"))
    assert ids(fair_order(queue, [])) == ["s1", "b1", "s2", "b2"]
    assert ids(startable(queue, [], slots=4, most=Most(1))) == ["s1", "b1", "s2"]


def test_a_visitor_at_the_limit_is_passed_by_others():
    queue = waiting(("a2", "ann"), ("a3", "ann"), ("b1", "bob"))
    assert ids(startable(queue, [Running("a1", "ann")], slots=3, most=Most(1))) == ["b1"]
    assert ids(startable(queue, [Running("a1", "ann")], slots=3)) == ["b1", "a2"]


def test_the_start_of_each_run_is_played_through():
    queue = waiting(("a1", "ann", 10.0), ("a2", "ann", 10.0), ("b1", "bob", 5.0))
    running = [Running("c1", "cyd", 7.0)]
    assert expected_starts(queue, running, slots=1) == {"a1": 7.0, "b1": 17.0, "a2": 22.0}
    assert expected_starts(queue, running, slots=2) == {"a1": 0.0, "b1": 7.0, "a2": 10.0}


def test_the_limit_of_a_visitor_delays_that_visitor_only():
    queue = waiting(("a1", "ann", 10.0), ("a2", "ann", 10.0), ("b1", "bob", 5.0))
    assert expected_starts(queue, [], slots=3, most=Most(1)) == {"a1": 0.0, "a2": 10.0, "b1": 0.0}


def test_a_start_behind_a_run_of_unknown_length_is_unknown():
    queue = waiting(("a1", "ann", None), ("b1", "bob", 5.0))
    assert expected_starts(queue, [Running("c1", "cyd", 7.0)], slots=1) == {"a1": 7.0, "b1": None}
    assert expected_starts(queue, [Running("c1", "cyd", 7.0)], slots=2) == {"a1": 0.0, "b1": 7.0}
    assert expected_starts(queue, [Running("c1", "cyd", None)], slots=1) == {"a1": None, "b1": None}


def test_an_empty_queue_expects_nothing():
    assert fair_order([], []) == []
    assert startable([], [], slots=2) == []
    assert expected_starts([], [Running("a", "ann", 3.0)], slots=1) == {}


@given(queues, slots_in_use)
def test_the_order_is_fair_for_any_queue(queue, running):
    order = fair_order(queue, running)
    assert sorted(ids(order)) == sorted(ids(queue))
    ahead = Counter(run.owner for run in running)
    ranks = []
    for run in order:
        ranks.append((ahead[run.owner], run.queued, run.run_id))
        ahead[run.owner] += 1
    assert ranks == sorted(ranks), "nobody's second before somebody's first, else by time"
    for owner in {run.owner for run in queue}:
        own = [(run.queued, run.run_id) for run in order if run.owner == owner]
        assert own == sorted(own), "one visitor: first in, first out"


@given(queues, slots_in_use, st.integers(1, 4), st.one_of(st.none(), st.integers(1, 2)))
def test_slots_and_limits_hold_for_any_queue_and_no_slot_stays_empty(queue, running, slots, per_visitor):
    chosen = startable(queue, running, slots, Most(per_visitor))
    assert len(chosen) <= max(0, slots - len(running))
    held = Counter(run.owner for run in [*running, *chosen])
    if per_visitor is not None:
        for run in chosen:
            assert run.owner == NOBODY or held[run.owner] <= per_visitor
    if len(running) + len(chosen) < slots:
        left = [run for run in queue if run not in chosen]
        assert all(per_visitor is not None and held[run.owner] >= per_visitor for run in left)


@given(queues, slots_in_use, st.integers(1, 4), st.one_of(st.none(), st.integers(1, 2)))
def test_expected_starts_begin_with_what_can_start_now(queue, running, slots, per_visitor):
    starts = expected_starts(queue, running, slots, Most(per_visitor))
    assert set(starts) == set(ids(queue))
    now = set(ids(startable(queue, running, slots, Most(per_visitor))))
    assert now <= {run_id for run_id, start in starts.items() if start == 0.0}
    if all(run.expected_seconds is not None for run in queue) and all(
        run.remaining_seconds is not None for run in running
    ):
        assert all(start is not None and math.isfinite(start) for start in starts.values()), "everybody's turn comes"


def serve(queue, slots, arrivals=()):
    """Plays a server: in each round the oldest run ends and a new one arrives. Ids in the order in which they start."""
    queue, running, turns, started = list(queue), [], {}, []
    late = list(arrivals)
    for time in range(200):
        if len(running) == slots:
            turns[running.pop(0).owner] = time
        if late:
            queue.append(Waiting(f"late{time}", late.pop(0), 10.0 + time))
        for run in startable(queue, running, slots, turns=turns):
            queue.remove(run)
            running.append(Running(run.run_id, run.owner))
            started.append(run.run_id)
    return started


def test_one_visitors_long_queue_does_not_keep_others_waiting():
    queue = [Waiting(f"a{index:02}", "ann", float(index)) for index in range(20)]
    started = serve([*queue, Waiting("b1", "bob", 30.0), Waiting("b2", "bob", 31.0)], slots=1)
    assert started[:5] == ["a00", "b1", "a01", "b2", "a02"]
    assert len(started) == 22


@given(st.integers(1, 3), st.lists(owners, min_size=20, max_size=80))
def test_nobody_starves_while_others_keep_coming_back(slots, arrivals):
    """Visitors who queue one run after the other do not pass somebody who waits, except with their first."""
    queue = [Waiting("ann1", "ann", 0.0), Waiting("ann2", "ann", 1.0), Waiting("dan1", "dan", 2.0)]
    started = serve(queue, slots, arrivals)
    assert len(set(started)) == len(started) == 3 + len(arrivals)
    assert started.index("ann1") == 0
    assert started.index("dan1") <= slots + 3
    assert started.index("ann2") <= 2 * (slots + 4)
