import numpy as np
import pytest

from ui.charts.comparison import comparison_bars
from ui.charts.inside import attention_chart, unit_curve, unit_map, value_range
from ui.charts.theme import role_color


def test_attention_has_the_source_across_and_the_target_down():
    chart = attention_chart(["a", "<b>"], ["x", "y", "z"], [[1, 0], [0, 1], [0.5, 0.5]], False)
    layout = chart.figure.layout
    assert layout.xaxis.ticktext == ("a", "&lt;b&gt;") and layout.yaxis.ticktext == ("x", "y", "z")
    assert layout.yaxis.range[0] > layout.yaxis.range[1]
    assert np.shape(chart.figure.data[0].z) == (3, 2)
    assert "x at a, y at <b>" in chart.alt


def test_units_are_rows_and_tokens_are_columns():
    values = np.linspace(-0.5, 0.5, 21).reshape(3, 7)
    chart = unit_map(["a", "b", "c"], values, "hidden state", "Characters", False)
    assert np.shape(chart.figure.data[0].z) == (7, 3)
    assert chart.figure.layout.xaxis.title.text == "Characters" and chart.figure.layout.yaxis.title.text == "Unit"
    assert "7 units over 3 steps" in chart.alt


@pytest.mark.parametrize(
    ("name", "expected"), [("forget gate", (0.0, 1.0)), ("hidden state", (-1.0, 1.0)), ("cell state", (-0.5, 0.5))]
)
def test_the_scale_fits_what_is_shown(name, expected):
    assert value_range(name, [[0.2, -0.5]]) == expected


def test_pictures_side_by_side_may_share_a_scale():
    heat = unit_map(["a"], [[0.2]], "cell state", "Words", False, ends=(-3.0, 3.0)).figure.data[0]
    assert (heat.zmin, heat.zmax) == (-3.0, 3.0)


def test_a_cell_state_of_zeros_has_a_scale():
    assert value_range("cell state", [[0.0]]) == (-1.0, 1.0)


def test_a_unit_over_words_names_where_it_is_strongest():
    assert (
        "strongest (-0.9) at bad" in unit_curve(["a", "bad"], [0.1, -0.9], "hidden state of unit 3", "Words", False).alt
    )


def test_the_best_method_is_on_top_whichever_way_the_metric_runs():
    for metric, first in (("mase", "Seasonal naive"), ("accuracy", "Network")):
        chart = comparison_bars(metric, 0.8, {"seasonal_naive": 0.7, "drift": None}, False)
        assert chart.figure.layout.yaxis.ticktext[0] == first
        assert len(chart.figure.data[0].x) == 2


def test_the_network_stands_out_from_grey_baselines():
    chart = comparison_bars("mase", 0.5, {"drift": 0.7}, True)
    assert list(chart.figure.data[0].marker.color) == [role_color("network", True), role_color("baseline", True)]
    assert "lower is better" in chart.figure.layout.xaxis.title.text


def test_shares_are_drawn_in_percent():
    assert comparison_bars("accuracy", 0.8, {}, False).figure.data[0].x == (80.0,)
