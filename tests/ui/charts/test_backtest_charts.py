"""Errors and coverage by step of the horizon."""

import numpy as np

from ui.charts.backtest import coverage_by_step, error_by_step

LINES = [
    ("Network", "network", [1.0, 2.0]),
    ("Network, one step at a time", "again", [1.0, 2.5]),
    ("ETS", "baseline", [1.5, 3.0]),
    ("Theta", "baseline", [1.5, None]),
]


def test_methods_are_told_apart_without_colours():
    figure = error_by_step(LINES, "mae", "forecasting", 2, dark=False).figure
    assert [trace.name for trace in figure.data] == [name for name, *_ in LINES]
    assert len({(trace.line.color, trace.line.dash) for trace in figure.data}) == 4
    assert len({trace.line.dash for trace in figure.data}) == 4
    assert list(figure.data[0].x) == [1, 2]


def test_the_words_say_both_ends():
    chart = error_by_step(LINES, "mape", "forecasting", 1, dark=True)
    assert "Network 1.0% one step ahead and 2.0% 2 steps ahead" in chart.alt
    assert "Theta 1.5% one step ahead and undefined 2 steps ahead" in chart.alt
    assert chart.figure.layout.yaxis.title.text == "MAPE, %"


def test_what_a_band_held_stands_beside_what_it_is_named_for():
    chart = coverage_by_step({0.8: np.array([0.7, 0.9]), 0.95: np.array([np.nan, 1.0])}, 1, dark=False)
    held, named, other, _ = chart.figure.data
    assert list(held.y) == [70, 90] and list(named.y) == [80, 80]
    assert other.y[0] is None and other.marker.symbol != held.marker.symbol
    assert "the 80% band held from 70% to 90%" in chart.alt


def test_an_axis_of_figures_has_room_for_more_than_its_ends():
    for chart in (
        error_by_step([("Network", "network", [1.0, 130.0])], "mae", "forecasting", 1, False),
        coverage_by_step({0.8: [0.7, 0.9]}, 1, False),
    ):
        assert chart.figure.layout.yaxis.nticks == 8
