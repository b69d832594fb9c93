"""Every token of a picture has its name, or none has."""

import numpy as np
import pytest

from ui.charts.inside import attention_chart, busiest_unit, unit_curve, unit_map


def labels(axis):
    return axis.ticktext or ()


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("token", ["a", "word"])
@pytest.mark.parametrize("length", [3, 18, 19, 34, 60, 61, 90, 91, 400])
def test_all_tokens_are_named_or_none(narrow, token, length):
    tokens, values = [token] * length, np.zeros((length, 2))
    for chart in (
        unit_map(tokens, values, "hidden state", "Words", False, narrow),
        unit_curve(tokens, values[:, 0], "hidden state of unit 0", "Words", False, narrow),
        attention_chart(tokens, tokens[:2], np.zeros((2, length)), False, narrow),
    ):
        axis = chart.figure.layout.xaxis
        assert len(labels(axis)) in (0, length)
        assert (axis.showticklabels is False) == (not labels(axis))


def test_what_fits_is_named():
    signs, words = ["a"] * 90, ["word"] * 60
    assert len(labels(unit_map(signs, np.zeros((90, 2)), "hidden state", "", False).figure.layout.xaxis)) == 90
    assert len(labels(unit_map(words, np.zeros((60, 2)), "hidden state", "", False).figure.layout.xaxis)) == 60


def test_a_token_without_a_name_has_one_where_it_is_pointed_at():
    tokens = [f"w{place}" for place in range(100)]
    chart = unit_map(tokens, np.zeros((100, 2)), "hidden state", "Words", False)
    assert chart.figure.data[0].customdata[0][99] == "w99"
    assert "%{customdata}" in chart.figure.data[0].hovertemplate
    assert "w99" in unit_curve(tokens, [0.0] * 100, "x", "Words", False).figure.data[0].customdata


def test_times_are_a_scale_of_which_some_marks_are_enough():
    times = [f"2001-01-{day:02}" for day in range(1, 31)] * 4
    chart = unit_map(times, np.zeros((120, 2)), "hidden state", "Time", False, times=True)
    places = chart.figure.layout.xaxis.tickvals
    assert len(places) == len(labels(chart.figure.layout.xaxis)) == 40
    assert set(np.diff(places)) == {3}


def test_the_busiest_unit_is_the_one_with_the_largest_standard_deviation():
    assert busiest_unit([[0.0, 5.0, 1.0], [0.1, 5.0, -1.0], [0.2, 5.0, 1.0]]) == 2
