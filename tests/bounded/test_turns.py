import threading
import time

import pytest

from core.bounded.turns import Turns, Who

ANN, BOB = Who("ann", "home"), Who("bob", "school")


class Left(Exception):
    """Whoever waits goes away."""


def wait_in_vain():
    raise Left


def line_up(turns, *askers):
    """Everybody waits in this order; returns their names in the order in which they get the place, one after another."""
    served, threads, seen = [], [], []

    def ask(who, number):
        came = threading.Event()
        seen.append(came)
        turns.take(who, came.set)
        served.append(number)
        turns.give_back(who)

    for number, who in enumerate(askers):
        threads.append(threading.Thread(target=ask, args=(who, number)))
        threads[-1].start()
        while len(seen) <= number:
            time.sleep(0.001)
        assert seen[number].wait(20)
    return served, threads


def test_a_free_place_is_taken_at_once_and_a_full_one_waited_for():
    turns = Turns(1)
    turns.take(ANN, wait_in_vain)
    with pytest.raises(Left):
        turns.take(BOB, wait_in_vain)
    assert not turns.take_now(BOB)
    turns.give_back(ANN)
    assert turns.take_now(BOB)


def test_one_visitor_has_one_place_at_a_time():
    turns = Turns(3)
    turns.take(ANN, wait_in_vain)
    with pytest.raises(Left):
        turns.take(ANN, wait_in_vain)
    assert not turns.take_now(ANN)
    turns.take(BOB, wait_in_vain)


def test_an_address_with_many_visitors_waits_for_one_with_few():
    turns = Turns(1)
    turns.take(Who("x0", "crowd"), wait_in_vain)
    served, threads = line_up(turns, *(Who(f"x{number}", "crowd") for number in range(1, 5)), ANN)
    turns.give_back(Who("x0", "crowd"))
    for thread in threads:
        thread.join()
    assert served == [4, 0, 1, 2, 3]


def test_who_was_served_before_is_not_put_behind_all_who_never_were():
    turns = Turns(1)
    for _ in range(3):
        turns.take(ANN, wait_in_vain)
        turns.give_back(ANN)
    turns.take(BOB, wait_in_vain)
    served, threads = line_up(turns, Who("fresh0", "x0"), ANN, Who("fresh1", "x1"), Who("fresh2", "home"))
    turns.give_back(BOB)
    for thread in threads:
        thread.join()
    assert served.index(1) <= 3
    turns.take(BOB, wait_in_vain)
    first, one = line_up(turns, ANN)
    turns.give_back(BOB)
    one[0].join()
    assert first == [0]


def test_a_stream_of_new_visitors_keeps_nobody_waiting_for_ever():
    turns, fresh = Turns(1), [Who(f"fresh {number}", "home") for number in range(3)]
    turns.take(ANN, wait_in_vain)
    turns.give_back(ANN)
    turns.take(fresh[0], wait_in_vain)
    served: list[str] = []
    asked, has_it, leave = threading.Event(), threading.Event(), threading.Event()

    def be_served(who, waiting):
        turns.take(who, waiting)
        served.append(who.visitor)
        if who is fresh[1]:
            has_it.set()
            leave.wait(20)
        turns.give_back(who)

    def begin(who):
        asked.clear()
        threads.append(threading.Thread(target=be_served, args=(who, asked.set)))
        threads[-1].start()
        assert asked.wait(20)

    threads: list[threading.Thread] = []
    begin(ANN)
    begin(fresh[1])
    turns.give_back(fresh[0])
    assert has_it.wait(20), "of those who came at the same time one who was never served is first"
    begin(fresh[2])
    leave.set()
    for thread in threads:
        thread.join()
    assert served == ["fresh 1", "ann", "fresh 2"]


def test_whoever_goes_away_leaves_their_turn_to_the_next():
    turns = Turns(1)
    turns.take(ANN, wait_in_vain)
    with pytest.raises(Left):
        turns.take(Who("carla"), wait_in_vain)
    turns.give_back(ANN)
    turns.take(BOB, wait_in_vain)


def test_there_is_a_place():
    with pytest.raises(ValueError, match="places"):
        Turns(0)
