"""What length costs: parameters of real modules, and a measurement that is bounded and looked at from outside."""

import threading

import pytest

from core.claims.store import stored
from core.insight.timing import FEED_FORWARD, NETWORKS, TIMES, Clock, Times, measure, num_parameters, ratios
from core.models.cells import CELLS


@pytest.mark.parametrize("cell", CELLS)
def test_parameters_of_a_recurrent_network_do_not_grow_with_length(cell):
    assert len({num_parameters(cell, length) for length in (1, 10, 1000)}) == 1


def test_parameters_of_a_network_that_sees_all_steps_do():
    assert [num_parameters(FEED_FORWARD, length) for length in (1, 3)] == [33 * 64, (3 * 32 + 1) * 64]
    with pytest.raises(ValueError, match="at least 1"):
        num_parameters("rnn", 0)


def test_the_counts_are_those_of_the_stored_claim():
    names = {"RNN": "rnn", "GRU": "gru", "LSTM": "lstm", "minGRU": "min_gru", "feed-forward, all steps": FEED_FORWARD}
    for figure in stored("F11").figures:
        length = int(figure.task.split()[0])
        assert num_parameters(names[figure.network], length) == figure.mean


def test_no_run_begins_after_the_time_is_used_up():
    found = measure(0.0)
    assert found.rounds == 0
    assert found.length == dict.fromkeys(NETWORKS, (None,) * len(TIMES)) == found.batch


def test_every_network_is_timed_over_every_length_and_batch(monkeypatch):
    ticks = iter(range(10**6))
    monkeypatch.setattr("core.insight.timing.time.perf_counter", lambda: next(ticks) / 1000)
    shares = []
    found = measure(0.5, shares.append)
    assert found.rounds >= 1 and shares == sorted(shares) and shares[-1] <= 1
    for table in (found.length, found.batch):
        assert set(table) == set(NETWORKS)
        assert all(seconds and seconds > 0 for row in table.values() for seconds in row)


def test_ratios_are_to_the_first_and_missing_where_nothing_was_measured():
    assert ratios((2.0, 4.0, None)) == (1.0, 2.0, None)
    assert ratios((None, 4.0)) == (None, None)


def test_a_clock_measures_once_at_a_time_and_says_what_failed():
    go = threading.Event()
    times = Times({}, {}, 1)

    def slow(most_seconds, tell):
        tell(0.5)
        assert go.wait(20)
        return times

    clock = Clock(slow)
    assert clock.start() and clock.running
    assert not clock.start()
    go.set()
    clock.wait()
    assert clock.times is times and clock.share == 0.5 and not clock.running

    def broken(most_seconds, tell):
        raise RuntimeError("no room")

    clock = Clock(broken)
    clock.start()
    clock.wait()
    assert clock.failed == "RuntimeError: no room" and clock.times is None
