"""Which rows of a test set are seen first, and which have no forecast; worked out by hand."""

import pytest

from ui.charts.forecast import forecast_chart
from ui.charts.windows import first_row_of_last_windows, rows_of_test, unforecast


def run(num_rows, validation_end, horizon, first=None):
    """Hourly details whose forecasts start at `first` and every horizon from there, as long as a horizon is whole."""
    time = [
        f"2001-{1 + hour // 672:02}-{1 + hour // 24 % 28:02}T{hour % 24:02}:00:00" for hour in range(num_rows + 600)
    ]
    first = validation_end if first is None else first
    count = max(0, (num_rows - first) // horizon) * horizon
    values = [float(hour % 24) for hour in range(num_rows)]
    made = values[first : first + count]
    part = {"time": time[first : first + count], "truth": made, "network": made, "lower": [], "upper": []}
    return {
        "time": time[:num_rows], "targets": ["x"], "units": {}, "values": {"x": values}, "train_end": 0, "season": 24,
        "validation_end": validation_end, "horizon": horizon, "test": {"x": part} if count else {},
        "future": {"time": time[num_rows : num_rows + horizon], "x": {"network": [1.0] * horizon}},
    }  # fmt: skip


def test_of_a_long_test_part_the_last_windows_that_fit_are_seen_first():
    # 1,000 test rows, 41 windows of 24 and 16 rows over; of 200 steps 24 are past the end, 16 without a forecast and 24
    # before: 136 are left for 5 windows, which begin at 3000 - 16 - 5 * 24 = 2864.
    assert first_row_of_last_windows(run(3_000, 2_000, 24), "x", 24) == 2_864 - 24


def test_one_window_is_seen_even_where_it_does_not_fit():
    # of two windows of 168 the second, with 40 rows before it
    assert first_row_of_last_windows(run(1_336, 1_000, 168), "x", 168) == 1_168 - 40


def test_a_test_part_that_fits_is_seen_whole():
    assert first_row_of_last_windows(run(400, 300, 24), "x", 24) is None
    assert first_row_of_last_windows(run(310, 300, 24), "x", 24) is None


def test_a_phone_shows_fewer_steps():
    assert first_row_of_last_windows(run(3_000, 2_000, 24), "x", 24, most=80) == 3_000 - 16 - 24 - 16


def test_the_chart_begins_there_and_ends_with_the_future():
    details = run(3_000, 2_000, 24)
    chart = forecast_chart(details, "x", best_baseline=None, dark=False, first=2_840, slider=True)
    axis = chart.figure.layout.xaxis
    assert axis.range == (details["time"][2_840], details["future"]["time"][-1])
    assert axis.rangeslider.visible is True
    assert min(chart.figure.data[0].x) < details["time"][2_000], "the rest is there to be moved to"
    plain = forecast_chart(details, "x", best_baseline=None, dark=False).figure.layout.xaxis
    assert plain.range is None and plain.rangeslider.visible is None


LAST = "Of the {} test rows {} no forecast here: the last {} not fill a horizon of {}."


def test_where_nothing_can_be_moved_the_axis_fits_what_is_seen():
    details = run(3_000, 2_000, 24)
    details["values"]["x"][2_100] = 500.0
    moved, fixed = (
        forecast_chart(
            details, "x", best_baseline=None, dark=False, first=2_840, slider=slider
        ).figure.layout.yaxis.range
        for slider in (True, False)
    )
    assert moved is None and fixed == pytest.approx((-1.15, 24.15))


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (run(3_000, 2_000, 24), LAST.format("1,000", "16 have", "16, which do", 24)),
        (run(101, 60, 4), LAST.format(41, "1 has", "1, which does", 4)),
        (run(100, 60, 4), ""),
        (
            run(100, 60, 4, first=70),
            "Of the 40 test rows 12 have no forecast here: the first 10, which have too few rows before them and the last "
            "2, which do not fill a horizon of 4.",
        ),
        (run(63, 60, 4), "None of the 3 test rows has a forecast: there are too few for a horizon of 4."),
        (run(60, 60, 4), ""),
    ],
)
def test_rows_without_a_forecast_are_counted_and_explained(details, words):
    assert unforecast(details, "x") == words


def test_a_series_that_ends_before_the_others_has_its_own_end():
    details = run(100, 60, 4)
    details["future"]["x"]["time"] = details["time"][90:94]
    details["test"]["x"]["time"] = details["time"][60:88]
    rows = rows_of_test(details, "x")
    assert (rows.start, rows.end, rows.first, rows.stop) == (60, 90, 60, 88)
    assert unforecast(details, "x").startswith("Of the 30 test rows 2 have no forecast here: the last 2")


def test_the_points_of_a_series_are_named_with_the_digits_of_its_data():
    chart = forecast_chart(run(100, 60, 4), "x", best_baseline=None, dark=False)
    assert chart.figure.layout.yaxis.hoverformat == ",.1f", "whole hours with a spread of 7: two digits of it"
