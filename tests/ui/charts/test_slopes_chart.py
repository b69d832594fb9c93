"""Predicted and measured slopes in one chart."""

from core.claims.figures import Figure
from core.claims.views import SlopePoint
from ui.charts.slopes import slopes_chart


def figure(metric, *values):
    return Figure("F3", "tanh", "radius 1.1", metric, values)


def test_each_theory_has_its_marks_and_the_diagonal_is_where_they_agree():
    bent = {"radius": figure("r", 0.14), "slopes": figure("s", -0.6)}
    points = [
        SlopePoint("tanh", "radius 1.1", figure("measured", -0.5, -0.7), bent, ()),
        SlopePoint("LSTM", "forget bias 1", figure("measured", -0.2), {"gate": figure("g", -0.5)}, ()),
    ]
    chart = slopes_chart(
        points, {"radius": "radius", "slopes": "both", "gate": "gate", "product": "product"}, dark=False
    )
    radius, both, gate, diagonal = chart.figure.data
    assert (list(radius.x), list(radius.y)) == ([0.14], [-0.6]) and list(both.y) == [-0.6] and list(gate.x) == [-0.5]
    assert list(diagonal.x) == list(diagonal.y) == [-0.6, 0.14]
    assert "both within a tenth in 1 of 1" in chart.alt and "radius within a tenth in 0 of 1" in chart.alt
