import pytest

from ui.charts.newer import newer_chart
from ui.charts.theme import role_color

NAME = "<b>sales</b>"
HISTORY = (["2001-01-01", "2001-02-01"], [5.0, 6.0])
ROWS = (["2001-03-01", "2001-04-01", "2001-05-01"], [7.0, None, 9.0])
FORECAST = {"time": ["2001-06-01", "2001-07-01"], "network": [8.0, 10.0], "lower": [6.5], "upper": [9.5]}


def trace(chart, name):
    return next((one for one in chart.figure.data if one.name == name), None)


@pytest.mark.parametrize("dark", [False, True])
def test_newer_rows_have_a_colour_of_their_own_between_the_past_and_the_forecast(dark):
    chart = newer_chart(NAME, "kg", HISTORY, ROWS, FORECAST, dark)
    colors = [trace(chart, name).line.color for name in ("Known before", "Newer rows", "Network")]
    assert colors == [role_color(role, dark) for role in ("truth", "highlight", "network")]
    assert list(trace(chart, "Newer rows").x) == ROWS[0]
    assert list(trace(chart, "Newer rows").y) == ROWS[1]  # a missing value is a gap
    assert list(trace(chart, "Known before").x) == [*HISTORY[0], ROWS[0][0]]  # one line up to the rows


def test_the_interval_covers_the_steps_for_which_it_is_known():
    chart = newer_chart(NAME, "kg", HISTORY, ROWS, FORECAST, False)
    assert set(trace(chart, "80% band").x) == {"2001-06-01"}
    without = newer_chart(NAME, "kg", HISTORY, ROWS, {**FORECAST, "lower": [], "upper": []}, False)
    assert trace(without, "80% band") is None


def test_rows_of_another_time_stand_alone():
    chart = newer_chart(NAME, "", ([], []), ROWS, FORECAST, False)
    assert trace(chart, "Known before") is None


def test_screen_readers_hear_how_many_rows_and_steps_there_are():
    chart = newer_chart(NAME, "kg", HISTORY, ROWS, FORECAST, False)
    assert chart.alt == (
        "Line chart of <b>sales</b>: 3 newer rows from 2001-03-01 to 2001-05-01, and the network's forecast of the "
        "2 steps after them, 8 to 10 kg."
    )
    assert "<b>" not in chart.figure.layout.yaxis.title.text


def test_without_newer_rows_the_forecast_follows_the_known_series():
    chart = newer_chart(NAME, "", HISTORY, ([], []), FORECAST, False)
    names = [trace.name for trace in chart.figure.data]
    assert "Known before" in names and "Network" in names and "Newer rows" not in names
    assert f"{NAME}: its end, and the network's forecast" in chart.alt
