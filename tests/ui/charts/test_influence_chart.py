"""The picture of gradients by distance."""

import math

import pytest

from core.insight.decay import fit_decay
from ui.charts.influence import Inputs, influence_chart, pace

DISTANCES, NORMS = [5, 4, 3, 2, 1], [1.0, 2.0, 4.0, 8.0, 16.0]


def chart(norms=NORMS, tokens=("<b>", "b", "c", "d", "e")):
    kinds = [Inputs("Words", tokens, DISTANCES, norms, fit_decay(DISTANCES, norms))]
    return influence_chart(kinds, "Distance, words", False)


def test_the_half_life_is_a_line_and_a_sentence():
    found = chart()
    assert [trace.name for trace in found.figure.data] == ["Words", "Halves every 1.0 steps"]
    assert found.figure.data[1].y == pytest.approx((16.0, 1.0))
    assert found.alt.endswith("strongest (16) at e, distance 1. It halves every 1.0 steps.")


def test_a_growing_influence_doubles():
    assert pace(fit_decay([1, 2, 3, 4], [1.0, 4.0, 16.0, 64.0])) == "doubles every 0.5 steps"


def test_the_logarithmic_axis_has_room_above_and_below():
    axis = chart().figure.layout.yaxis
    assert axis.type == "log"
    assert axis.range[0] < math.log10(1.0) and axis.range[1] > math.log10(16.0)


def test_zeros_are_not_drawn_and_names_are_no_markup():
    points = chart([0.0, 2.0, math.inf, 8.0, 16.0]).figure.data[0]
    assert points.x == (1, 2, 4)
    assert chart().figure.data[0].customdata[-1] == "&lt;b&gt;"
