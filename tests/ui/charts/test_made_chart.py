"""The picture of a made series and its parts, and of a small table."""

import math

import pytest

from core.config.recipe import Recipe
from core.data.made.recipe_series import recipe_series
from ui.charts.made import components_chart, values_chart
from ui.charts.theme import role_color

FULL = "length=240,season_2=60,change=5,gaps=0.1"


def _components(text):
    return recipe_series(Recipe.parse(text))[1]


def test_every_part_has_a_line_of_its_own_below_the_series():
    figure = components_chart(_components(FULL), dark=False).figure
    assert [line.name for line in figure.data] == [
        "The series", "Trend", "Season", "Second season", "Change", "Noise"
    ]  # fmt: skip
    assert len({line.yaxis for line in figure.data}) == 6
    assert {note.text for note in figure.layout.annotations} == {line.name for line in figure.data}


def test_parts_that_there_are_not_are_left_out():
    figure = components_chart(_components("season=0,noise=0"), dark=False).figure
    assert [line.name for line in figure.data] == ["The series", "Trend"]


def test_gaps_of_the_series_stay_open():
    series, trend = components_chart(_components(FULL), dark=False).figure.data[:2]
    assert sum(value is None or math.isnan(value) for value in series.y) == 24
    assert not series.connectgaps
    assert not any(value is None for value in trend.y)


def test_a_long_series_is_thinned_and_keeps_its_extremes_and_its_gaps():
    components = _components("length=20000,gaps=0.05,gap_length=500,noise=2")
    drawn = components_chart(components, dark=False).figure.data[0]
    known = [value for value in drawn.y if value is not None]
    assert len(drawn.y) < 3_000
    assert (min(known), max(known)) == (components["series"].min(), components["series"].max())
    assert len(known) < len(drawn.y)


@pytest.mark.parametrize("dark", [False, True])
def test_colours_follow_the_theme(dark):
    series, trend = components_chart(_components(FULL), dark).figure.data[:2]
    assert series.line.color == role_color("truth", dark)
    assert trend.line.color == role_color("network", dark)


def test_a_narrow_screen_gets_a_lower_picture():
    components = _components(FULL)
    high, low = (components_chart(components, False, narrow).figure.layout.height for narrow in (False, True))
    assert low < 0.8 * high


def test_the_sentence_names_the_parts_and_the_gaps():
    alt = components_chart(_components(FULL), dark=False).alt
    for words in ("240 steps", "season from -3 to 3", "change from 0 to 5", "24 values are missing"):
        assert words in alt
    assert "missing" not in components_chart(_components(""), dark=False).alt


def test_names_of_a_table_are_not_markup():
    chart = values_chart(["<i>a</i>", "b"], {"<b>x</b>": [1.0, None], "y": [2.0, math.nan]}, dark=False)
    assert [line.name for line in chart.figure.data] == ["&lt;b&gt;x&lt;/b&gt;", "y"]
    assert chart.figure.data[0].customdata[0] == "&lt;i&gt;a&lt;/i&gt;"
    assert list(chart.figure.data[1].y) == [2.0, None]
    assert "2 rows" in chart.alt


def test_an_empty_table_is_an_empty_picture():
    assert "0 rows" in values_chart([], {"value": []}, dark=True).alt
