import numpy as np
import pytest

from ui.charts.beside import gates_by_place, slopes_map, unit_gates, units_beside

TIMES = ["2001-01-01", "2001-02-01", "2001-03-01"]


def test_units_stand_below_the_series_on_its_time_axis_and_differ_without_colour():
    units = {4: [0.5, -0.5, 0.1], 0: [0.2, 0.2, 0.2]}
    chart = units_beside(TIMES, [1, np.nan, 3], "<b>sales</b>", units, "hidden state", False)
    series, first, second = chart.figure.data
    assert series.y == (1, None, 3) and list(series.x) == list(first.x) == TIMES
    assert (first.name, second.name) == ("Unit 4", "Unit 0") and first.line.dash != second.line.dash
    assert chart.figure.layout.yaxis2.title.text == "Hidden state" and chart.figure.layout.yaxis.title.text.startswith(
        "&lt;b"
    )
    assert chart.figure.layout.xaxis.matches == "x2" and "unit 4 from -0.5 to 0.5" in chart.alt


def test_a_series_can_be_drawn_without_units():
    assert "0 units" in units_beside(TIMES, [1, 2, 3], "sales", {}, "cell state", True, True).alt


def test_gates_have_a_point_at_each_place_and_none_where_nothing_was_seen():
    chart = gates_by_place({"forget gate": [0.2, np.nan, 0.9]}, ["Monday", "Tuesday", "Wednesday"], "weekday", False)
    assert chart.figure.data[0].y == (0.2, None, 0.9) and chart.figure.layout.yaxis.range == (0, 1)
    assert chart.figure.layout.xaxis.title.text == "Weekday" and "forget gate from 0.2 to 0.9" in chart.alt


def test_a_row_of_the_map_of_gates_is_a_unit_in_the_order_given():
    chart = unit_gates([[0.1, 0.7], [0.3, 0.5]], [8, 2], ["quarter 1", "quarter 2"], "reset gate", "quarter", False)
    assert list(chart.figure.data[0].z) == [[0.1, 0.3], [0.7, 0.5]] and chart.figure.layout.yaxis.ticktext == ("8", "2")
    assert "2 units by quarter, from 0.1 to 0.7" in chart.alt


def test_slopes_keep_their_sign_and_zero_is_the_middle_of_the_colours():
    chart = slopes_map(TIMES, [[0.1, 0], [-0.4, 0.2], [0, 0]], ["sales", "rain"], False)
    (heat,) = chart.figure.data
    assert list(heat.z) == [[0.1, -0.4, 0], [0, 0.2, 0]] and (heat.zmin, heat.zmax) == (-0.4, 0.4)
    assert chart.alt.endswith("strongest (-0.4) at sales, 2001-02-01.")


def test_columns_have_names_as_people_write_them_and_no_markup_while_they_fit():
    chart = slopes_map(TIMES, np.zeros((3, 2)), ["time since the start", "<b>rain</b>"], False)
    assert chart.figure.layout.yaxis.ticktext == ("time since the start", "&lt;b&gt;rain&lt;/b&gt;")
    many = slopes_map(TIMES, np.zeros((3, 50)), [f"column {place}" for place in range(50)], False)
    assert not many.figure.layout.yaxis.ticktext and "point at the picture" in many.figure.layout.yaxis.title.text


@pytest.mark.parametrize("num_steps", [1, 3])
def test_slopes_of_zero_have_a_scale(num_steps):
    assert slopes_map(TIMES[:num_steps], np.zeros((num_steps, 1)), ["sales"], True).figure.data[0].zmax == 1
