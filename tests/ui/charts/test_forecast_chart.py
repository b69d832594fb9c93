from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go
import pytest

from core.config.words import with_unit
from core.data.dataset import SeriesSet
from core.data.look import look_at_series
from ui.charts.bands import add_bands
from ui.charts.forecast import forecast_chart, series_preview, thin
from ui.charts.theme import role_color

NAME = "<b>sales</b>"


def _trace(chart, name):
    return next(trace for trace in chart.figure.data if trace.name == name)


def _look(values, ends):
    """A series without dates."""
    return look_at_series(SeriesSet(pd.DataFrame({"x": values}, dtype="float64"), ("x",)), ends)


def _draw(details, **changes):
    options = {"best_baseline": "seasonal_naive", "dark": False, **changes}
    return forecast_chart(details, NAME, **options)


def test_only_the_best_baseline_is_drawn_at_first(details):
    names = [trace.name for trace in _draw(details).figure.data]
    assert "Seasonal naive" in names and "Last value" not in names
    also = [trace.name for trace in _draw(details, also=["last_value"]).figure.data]
    assert set(also) - set(names) == {"Last value"}


def test_baselines_are_grey_and_dashed_each_in_its_own_way(details):
    lines = [_trace(_draw(details, also=["last_value"]), name).line for name in ("Seasonal naive", "Last value")]
    assert {line.color for line in lines} == {role_color("baseline", False)}
    assert len({line.dash for line in lines}) == 2


@pytest.mark.parametrize("dark", [False, True])
def test_truth_and_network_have_the_colours_of_their_roles(details, dark):
    chart = _draw(details, dark=dark)
    assert _trace(chart, "Truth").line.color == role_color("truth", dark)
    assert _trace(chart, "Network").line.color == role_color("network", dark)


def test_the_line_breaks_where_a_new_forecast_starts(details):
    network = _trace(_draw(details), "Network").y
    assert [i for i, value in enumerate(network) if value is None] == [3, 7]
    assert len(network) == 6 + 3 + 2


def test_the_truth_some_steps_later_is_drawn_where_it_is_asked_for(details):
    ghost, truth = (_trace(_draw(details, shift=2, whole=True), name) for name in ("Truth, 2 steps later", "Truth"))
    assert list(ghost.y) == list(truth.y[:-2]) and list(ghost.x) == list(truth.x[2:])
    close = _trace(_draw(details, shift=2), "Truth, 2 steps later")
    assert close.x == _trace(_draw(details), "Truth").x


def test_each_forecast_has_a_closed_band(details):
    interval = _trace(_draw(details), "80% band")
    assert interval.fill == "toself"
    assert sum(value is None for value in interval.y) == 3


def test_the_close_view_starts_before_the_test_part_and_the_whole_view_at_the_beginning(details):
    close, whole = (_trace(_draw(details, whole=flag), "Truth") for flag in (False, True))
    assert details["time"][0] < close.x[0] < details["time"][24]
    assert whole.x[0] == details["time"][0]


def test_a_longer_future_is_drawn_without_an_interval_where_none_is_known(details):
    time = ["2002-07-01", "2002-08-01", "2002-09-01", "2002-10-01"]
    future = {"time": time, "network": [1.0, 2.0, 3.0, 4.0], "lower": [0.0], "upper": [2.0], "baselines": {}}
    chart = _draw(details, future=future)
    assert _trace(chart, "Network").x[-1] == time[-1]
    assert time[1] not in _trace(chart, "80% band").x


def test_names_from_data_are_not_markup_and_axes_have_units(details):
    layout = _draw(details).figure.layout
    assert layout.yaxis.title.text == "&lt;b&gt;sales&lt;/b&gt;, kg"
    assert layout.xaxis.title.text == "Time"


def test_parts_are_labelled(details):
    texts = {annotation.text for annotation in _draw(details).figure.layout.annotations}
    assert {"validation", "test", "future"} <= texts


def test_the_sentence_says_how_far_the_network_is_off(details):
    assert "miss by 0.5 kg" in _draw(details).alt
    assert "3 steps ahead" in _draw(details).alt


def test_a_run_without_a_test_part_still_shows_its_future(details):
    chart = _draw({**details, "test": {}})
    assert list(_trace(chart, "Network").y) == [1.5, 2.5, 3.5]


def test_a_target_that_is_not_forecast_is_an_error(details):
    with pytest.raises(ValueError, match="other"):
        forecast_chart(details, "other", best_baseline=None, dark=False)


def test_diverged_forecasts_are_gaps(details):
    details["test"][NAME]["network"][1] = None
    assert _trace(_draw(details), "Network").y[1] is None


def test_row_numbers_make_a_linear_axis():
    chart = series_preview(_look([1.0] * 9, (5, 7)), "x", False)
    assert chart.figure.layout.xaxis.type == "linear"
    assert "9 time steps" in chart.alt


def test_one_of_several_series_below_each_other_is_called_by_its_column_and_whose_it_is():
    look = replace(_look([1.0] * 9, (5, 7)), series_column="Store", value_column="Sales")
    chart = series_preview(look, "x", False)
    assert chart.figure.layout.yaxis.title.text == "Sales of Store x"
    assert chart.alt.startswith("Line chart of Sales of Store x over")


def test_thinning_keeps_the_extremes_and_the_order():
    values = [0.0] * 1_000
    values[333], values[777] = 9.0, -9.0
    time, kept = thin(list(range(1_000)), values, most=50)
    assert len(kept) <= 60 and max(kept) == 9.0 and min(kept) == -9.0
    assert time == sorted(time)


def test_a_short_series_is_not_thinned():
    assert thin([1, 2, 3], [1.0, None, 3.0]) == ([1, 2, 3], [1.0, None, 3.0])


@pytest.mark.parametrize("num_steps", [40, 50_000])
def test_a_gap_is_drawn_as_a_gap(num_steps):
    values = [float(step % 7) for step in range(num_steps)]
    low, high = num_steps // 4, num_steps // 2
    values[low:high] = [None] * (high - low)
    drawn = series_preview(_look(values, (num_steps // 2, num_steps)), "x", False).figure.data[0]
    inside = [value for time, value in zip(drawn.x, drawn.y, strict=True) if low + 40 < time < high - 40 or time == low]
    assert inside
    assert set(inside) == {None}


def test_steps_are_no_dates_even_when_a_run_has_written_them_as_texts(details):
    assert _draw(details).figure.layout.xaxis.type == "date"
    steps = {**details, "time": [str(place) for place in range(len(details["time"]))]}
    assert _draw(steps).figure.layout.xaxis.type == "linear"


@pytest.mark.parametrize("dark", [False, True])
def test_the_bands_are_told_apart_by_lightness_in_picture_and_legend(dark):
    figure, piece = (
        go.Figure(),
        {"time": [1, 2], "lower": [1, 1], "upper": [2, 2], "lower_95": [0, 0], "upper_95": [3, 3]},
    )
    add_bands(figure, [piece], dark)
    wide, narrow = (float(trace.fillcolor.rpartition(",")[2].strip(" )")) for trace in figure.data)
    assert [trace.name for trace in figure.data] == ["95% band", "80% band"]
    assert narrow >= 2.5 * wide, "one shade beside the other in the legend"


def test_what_a_unit_says_already_is_said_once():
    assert with_unit("sunspots", "sunspot number") == "Sunspot number"
    assert with_unit("price", "euros") == "price, euros"
    assert with_unit("T", "t") == "T, t", "letters that are alike are not the same word"
    assert with_unit("co2", "") == "co2"
