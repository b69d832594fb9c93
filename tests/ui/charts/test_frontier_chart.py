"""The picture of the frontier: a row a network, stored figures with their seeds, a visitor's runs over them."""

import pytest

from core.claims.bridged import Point
from core.claims.figures import Figure
from ui.charts.frontier import frontier_chart, rows_of

STORED = {
    "RNN": Figure("F2", "recall", "RNN", "longest delay", (5.0, 20.0), 900, "tried up to 40"),
    "GRU": Figure("F2", "recall", "GRU", "longest delay", (40.0, 40.0), 900, "tried up to 40"),
}
MINE = [
    Point("GRU", "recall", False, 10, 0.97, 0, 900, 30, None),
    Point("GRU", "recall", False, 80, 0.31, 0, 900, 30, None),
    Point("Minimal gated unit", "recall", False, 10, 0.2, 1, 900, 30, None),
]


def test_rows_are_networks_in_one_order_whoever_measured_them():
    assert rows_of(STORED, MINE) == ["RNN", "GRU", "Minimal gated unit"]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("narrow", [False, True])
def test_runs_that_learned_and_that_did_not_are_told_apart_without_colour(dark, narrow):
    chart = frontier_chart(STORED, 40.0, MINE, dark=dark, narrow=narrow)
    named = {trace.name: trace for trace in chart.figure.data if trace.name}
    assert list(named["your runs, learned"].x) == [10]
    assert list(named["your runs, not learned"].x) == [80, 10]
    assert named["your runs, learned"].marker.symbol != named["your runs, not learned"].marker.symbol
    assert list(named["stored, mean and seeds"].x) == [12.5, 40.0]
    assert list(named["stored, mean and seeds"].marker.symbol) == ["diamond", "triangle-right"]
    assert chart.figure.layout.height > 96


def test_the_words_say_all_of_it():
    alt = frontier_chart(STORED, 40.0, MINE, dark=False).alt
    assert "RNN: stored 12" in alt and "GRU: stored 40 or more; your runs 10, not 80" in alt
    assert "Minimal gated unit: your runs none, not 10" in alt
    assert "Nothing yet" in frontier_chart({}, 0.0, [], dark=True).alt
