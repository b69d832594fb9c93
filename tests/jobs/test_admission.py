"""A first run is let in; who has most waiting gives way; and nobody has more than others by having many cookies."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.jobs.queue import NOBODY, Most, Running, Waiting, expected_starts, fair_order, make_way, startable
from core.jobs.record import read_record
from core.jobs.status import read_status

SMALL = Limits(max_queued=4, max_queued_per_visitor=3, max_queued_per_address=3)


def waiting(*rows):
    """Runs that came in this order, as "owner@address"; their ids say who and the how-manieth of all."""
    split = [row.split("@") for row in rows]
    return [Waiting(f"{owner}{n}", owner, float(n), None, address) for n, (owner, address) in enumerate(split)]


def ids(runs):
    return [run.run_id for run in runs]


def going(queue, newcomer, busy=(), limits=SMALL):
    owner, address = newcomer.split("@")
    return ids(make_way(queue, set(busy), owner, address, limits))


def test_while_there_is_room_nobody_gives_way():
    assert going(waiting("ann@x", "ann@x", "bob@y"), "cyd@z") == []
    assert going(waiting("ann@x", "ann@x"), "ann@x") == []


def test_a_first_run_takes_the_place_of_the_longest_waiting_second_of_whoever_has_most():
    assert going(waiting("ann@x", "bob@y", "bob@y", "bob@y"), "cyd@z") == ["bob2"]
    assert going(waiting("ann@w", "bob@x", "ann@w", "bob@x"), "cyd@z") == ["ann2"]
    # Ann and Al share an address that has three; Bob has as many as Ann.
    assert going(waiting("bob@y", "bob@y", "ann@x", "ann@x", "al@x"), "cyd@z", limits=SMALL) == ["ann3"]


def test_the_only_one_that_waits_is_a_second_while_another_of_its_owners_trains():
    queue = waiting("ann@w", "bob@x", "cyd@y", "dan@z")
    assert going(queue, "eve@v", busy={"cyd"}) == ["cyd2"]


def test_a_second_run_takes_nobodys_place():
    queue = waiting("ann@x", "ann@x", "bob@y", "bob@y")
    for newcomer, busy in (("bob@y", ()), ("cyd@z", {"cyd"})):
        with pytest.raises(ConfigError, match="at most 4 runs that wait"):
            going(queue, newcomer, busy)


def test_many_cookies_take_places_from_their_own_address_only():
    queue = waiting("c1@x", "c2@x", "c3@x", "ann@y")
    with pytest.raises(ConfigError, match="at most 3 runs that wait from one network address"):
        going(queue, "c4@x")
    assert going(waiting("c1@x", "c1@x", "c2@x", "ann@y", "ann@y"), "c3@x") == ["c11"]


def test_where_everybody_has_one_the_fullest_address_gives_its_newest_to_one_with_fewer():
    queue = waiting("c1@x", "c2@x", "c3@x", "ann@y")
    assert going(queue, "bob@z") == ["c32"]
    with pytest.raises(ConfigError, match="at most 4 runs that wait"):
        going(waiting("a@w", "b@x", "c@y", "d@z"), "bob@v")
    with pytest.raises(ConfigError, match="at most 4 runs that wait"):
        going(waiting("a@w", "b@w", "c@y", "d@y"), "bob@y")


def test_a_class_behind_one_address_has_room_for_everybodys_first_run():
    hosted, queue = Limits(profile="hosted"), []
    for number in range(30):
        assert make_way(queue, set(), f"student{number}", "school", hosted) == []
        queue.append(Waiting(f"r{number}", f"student{number}", float(number), None, "school"))


def test_twenty_cookies_with_five_runs_each_do_not_keep_a_newcomer_out():
    queue = waiting(*(f"c{number % 20}@{number % 20}" for number in range(100)))
    assert going(queue, "ann@home", limits=Limits(profile="hosted")) == ["c020"]


def test_runs_of_the_shell_never_give_way():
    queue = waiting(*4 * [f"{NOBODY}@"])
    with pytest.raises(ConfigError, match="at most 4 runs that wait"):
        going(queue, "ann@x")


people = st.tuples(st.sampled_from("abcdef"), st.sampled_from("wxyz")).map("@".join)


@given(st.lists(people, max_size=40), st.integers(1, 6), st.integers(1, 4), st.integers(1, 3))
def test_whoever_comes_the_queue_stays_within_its_limits_and_every_address_keeps_something(rows, most, there, each):
    limits = Limits(max_queued=most, max_queued_per_address=there, max_queued_per_visitor=each)
    queue = []
    for run in waiting(*rows):
        try:
            gone = make_way(queue, set(), run.owner, run.address, limits)
        except ConfigError:
            continue
        before = {other.address for other in queue}
        queue = [other for other in queue if other not in gone] + [run]
        assert len(gone) <= 1
        assert before <= {other.address for other in queue} | ({gone[0].address} if gone else set())
        assert len(queue) <= most
        assert max(Counter(other.address for other in queue).values()) <= there
        assert max(Counter(other.owner for other in queue).values()) <= each


def test_addresses_take_turns_and_at_one_address_its_visitors():
    queue = waiting("c1@x", "c2@x", "c3@x", "ann@y", "bob@z")
    assert ids(fair_order(queue, [])) == ["c10", "ann3", "bob4", "c21", "c32"]
    assert ids(fair_order(queue, [Running("r", "c9", None, "x")])) == ["ann3", "bob4", "c10", "c21", "c32"]
    assert ids(fair_order(queue, [], {"@x": 1, "@y": 2})) == ["bob4", "c10", "ann3", "c21", "c32"]


def test_thirty_cookies_keep_a_newcomer_waiting_for_one_run_and_a_class_is_served_in_its_order():
    flood = [Waiting(f"c{n:02}", f"cookie{n}", float(n), 100.0, "x") for n in range(30)]
    starts = expected_starts([*flood, Waiting("ann", "ann", 30.0, 10.0, "y")], [Running("r", "c", 100.0, "x")], slots=1)
    assert starts["ann"] == 100.0
    assert starts["c00"] == 110.0 and starts["c29"] == 110.0 + 29 * 100.0
    assert ids(fair_order(flood, [])) == [f"c{n:02}" for n in range(30)]


def test_an_address_has_so_many_slots_at_most():
    queue = waiting("c1@x", "c2@x", "c3@x", "ann@y", f"{NOBODY}@")
    assert ids(startable(queue, [], 5, Most(per_address=2))) == ["c10", "ann3", "4", "c21"]
    assert ids(startable(queue, [], 5, Most(per_address=1))) == ["c10", "ann3", "4"]


def test_a_run_that_gave_way_says_why_on_its_page_and_can_be_queued_again(make_manager, experiment, wait_until):
    manager = make_manager(max_queued=2, max_queued_per_visitor=2)
    hold = manager.submit(experiment, owner="ann", name="hold", address="x")
    wait_until(lambda: manager.active() == (hold,))
    longest, other = (manager.submit(experiment, owner="ann", name="quick", address="x") for _ in range(2))
    first = manager.submit(experiment, owner="bob", name="quick", address="y")
    status = read_status(manager.store.path(longest))
    assert status.state == "stopped" and status.can_resume
    assert "gave its place" in status.error.message and "Resume" in status.error.hint
    assert [manager.queue_position(run) for run in (first, other, longest)] == [1, 2, None]
    assert len(manager.store.ids()) == 4

    manager.stop(other, actor="ann")
    manager.resume(longest, actor="ann", address="z")
    assert manager.queue_position(longest) == 2
    assert read_record(manager.store.path(longest)).address == "z"
    assert read_status(manager.store.path(longest)).error is None


def test_a_run_that_cannot_be_made_displaces_nobody(make_manager, experiment, wait_until, monkeypatch):
    manager = make_manager(max_queued=1)
    hold = manager.submit(experiment, owner="ann", name="hold")
    wait_until(lambda: manager.active() == (hold,))
    second = manager.submit(experiment, owner="ann", name="quick")
    with pytest.raises(ConfigError, match="80 characters"):
        manager.submit(experiment, owner="bob", name="x" * 81)
    assert manager.queue_position(second) == 1


def test_the_next_manager_knows_from_where_runs_come(make_manager, experiment, wait_until):
    manager = make_manager(max_running_per_address=1, slots=3)
    first = manager.submit(experiment, owner="ann", name="hold", address="x")
    second = manager.submit(experiment, owner="bob", name="hold", address="x")
    wait_until(lambda: manager.active() == (first,))
    manager.close()
    again = make_manager(max_running_per_address=1, slots=3)
    third = again.submit(experiment, owner="cyd", name="hold", address="y")
    wait_until(lambda: set(again.active()) == {first, third})
    assert again.queue_position(second) == 1
