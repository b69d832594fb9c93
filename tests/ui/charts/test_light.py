"""A figure drawn without Plotly: the same points, places, colours, names and words as the figure has."""

from datetime import UTC, datetime

import numpy as np
import plotly.graph_objects as go
import pytest

from ui.charts.chart import new_figure
from ui.charts.classes import confusion_chart, probability_bars
from ui.charts.data import class_balance, length_histogram
from ui.charts.inside import attention_chart
from ui.charts.light import light_spec
from ui.charts.light_marks import dash_of
from ui.charts.text import next_token_bars
from ui.charts.theme import role_color


def layers(figure, kind, **looks):
    return [
        one for one in light_spec(figure)["layer"]
        if one["mark"]["type"] == kind and all(one["mark"].get(name) == look for name, look in looks.items())
    ]  # fmt: skip


def lines(x, ys, dated=False):
    figure = new_figure(False, 300, "Time", "a &lt;b&gt;")
    for name, y in ys.items():
        figure.add_scatter(x=x, y=y, name=name, line={"color": "#123456", "dash": "dot"})
    return figure.update_xaxes(type="date" if dated else "linear")


def test_a_line_has_the_points_of_the_figure_and_breaks_where_it_does():
    (line,) = layers(lines([1, 2, 3], {"one": [4.0, None, 6.5]}), "line")
    assert line["data"]["values"] == [{"x": 1, "y": 4}, {"x": 2, "y": None}, {"x": 3, "y": 6.5}]
    assert line["mark"]["color"] == "#123456" and line["mark"]["strokeDash"] == [2, 3]


@pytest.mark.parametrize("when", ["2021-03", "2021-03-01", "2021-03-01T00:00:00"])
def test_a_date_is_where_it_is_in_every_time_zone(when):
    spec = light_spec(lines([when], {"one": [1.0]}, dated=True))
    assert spec["encoding"]["x"]["scale"]["type"] == "utc"
    expected = datetime(2021, 3, 1, tzinfo=UTC).timestamp() * 1_000
    (line,) = [one for one in spec["layer"] if one["mark"]["type"] == "line"]
    assert line["data"]["values"][0]["x"] == expected


def test_what_was_escaped_for_plotly_is_plain_text():
    assert light_spec(lines([1], {"one": [1.0]}))["encoding"]["y"]["axis"]["title"] == "a <b>"
    (names,) = [
        one
        for one in light_spec(lines([1], {"&lt;i&gt;": [1.0], "two": [2.0]}))["layer"]
        if "stroke" in one["encoding"]
    ]
    assert [row["name"] for row in names["data"]["values"]] == ["<i>", "two"]


def test_one_place_says_what_every_line_has_there():
    figure = lines([1, 2], {"one": [4.0, 5.0], "two": [None, 7.25]}).update_yaxes(hoverformat=",.1f")
    (hover,) = [one for one in light_spec(figure)["layer"] if "params" in one]
    assert hover["data"]["values"] == [
        {"x": 1, "when": "1", "y0": "4.0"},
        {"x": 2, "when": "2", "y0": "5.0", "y1": "7.2"},
    ]
    assert [one["title"] for one in hover["encoding"]["tooltip"]] == ["Time", "one", "two"]


def test_a_band_is_one_closed_shape_a_piece():
    figure = new_figure(False, 300)
    figure.add_scatter(
        x=[1, 2, 2, 1, 1, 5, 6], y=[0, 0, 1, 1, None, 3, 3], fill="toself", fillcolor="rgba(1, 2, 3, 0.5)"
    )
    (band,) = layers(figure, "line", fill="rgba(1, 2, 3, 0.5)")
    assert [row["piece"] for row in band["data"]["values"]] == [0, 0, 0, 0, 1, 1]


def test_stacked_bars_begin_where_those_before_them_end():
    figure = class_balance({"bad": (20, 3, 7), "fine": (60, 4, 6)}, False).figure
    ends = [[(row["x"], row["x2"]) for row in one["data"]["values"]] for one in layers(figure, "rect")]
    assert ends == [[(0, 20), (0, 60)], [(20, 23), (60, 64)], [(23, 30), (64, 70)]]
    assert layers(figure, "rect")[1]["data"]["values"][0]["said"] == "bad: 3 texts, validation"


def test_bars_side_by_side_have_a_gap_between_them():
    (bars,) = layers(length_histogram({1: 4, 2: 5, 3: 6}, "texts", "words", False).figure, "rect")
    first, second = bars["data"]["values"][:2]
    assert first["x2"] < second["x"] and first["y2"] == 0 and second["said"] == "4 texts of 1 words"


def test_a_cut_is_marked_with_its_words():
    figure = length_histogram(dict.fromkeys([3, 4, 5, 30], 1), "texts", "words", False, max_length=10).figure
    (rule,) = layers(figure, "rule")
    (words,) = layers(figure, "text")
    assert rule["data"]["values"][0]["x"] == 10.5 and words["data"]["values"][0]["text"] == "cut here"


@pytest.mark.parametrize("dark", [False, True])
def test_classes_keep_their_colours_and_the_likeliest_is_full(dark):
    figure = probability_bars({"<b>": 0.2, "good": 0.8}, dark).figure
    (bars,) = layers(figure, "rect")
    assert [row["color"] for row in bars["data"]["values"]] == list(figure.data[0].marker.color)
    assert [row["opacity"] for row in bars["data"]["values"]] == [0.45, 1.0]
    assert bars["data"]["values"][0]["said"] == "<b>: 20.0%"


def test_tokens_are_named_beside_their_bars_and_the_likeliest_is_on_top():
    spec = light_spec(next_token_bars([(" ", 0.5), ("<", 0.3)], False).figure)
    y = spec["encoding"]["y"]
    assert y["axis"]["labelExpr"].startswith('["\\u2423", "<"]') and y["axis"]["values"] == [0, 1]
    assert y["scale"]["domain"][0] > y["scale"]["domain"][1]


def test_cells_have_their_weights_and_the_scale_its_ends():
    spec = light_spec(attention_chart(["a", "<b>"], ["x", "y", "z"], [[1, 0], [0, 1], [0.5, 0.5]], False).figure)
    (cells,) = [one for one in spec["layer"] if one["mark"]["type"] == "rect"]
    weights = np.array([row["z"] for row in cells["data"]["values"]]).reshape(3, 2)
    assert weights.tolist() == [[1, 0], [0, 1], [0.5, 0.5]]
    assert cells["encoding"]["color"]["scale"]["domain"] == [0, 0.5, 1]
    assert cells["data"]["values"][1]["said"] == "x from <b>: 0%"


def test_texts_of_two_lines_stay_two_lines():
    figure = confusion_chart(["a", "b"], [[5, 1], [2, 3]], False).figure
    (texts,) = layers(figure, "text")
    assert texts["data"]["values"][0]["text"] == ["5", "83%"]


def test_the_dark_page_has_its_own_inks():
    axis = light_spec(next_token_bars([("a", 0.5)], True).figure)["encoding"]["x"]["axis"]
    assert axis["labelColor"] == role_color("muted", True) and axis["gridColor"] == role_color("grid", True)


@pytest.mark.parametrize(("dash", "lengths"), [(None, [1, 0]), ("dash", [6, 4]), ("9px,2px", [9, 2])])
def test_a_dash_pattern_stays_itself(dash, lengths):
    assert dash_of(dash) == lengths


def test_a_kind_that_cannot_be_drawn_is_an_error():
    with pytest.raises(ValueError, match="pie"):
        light_spec(go.Figure(go.Pie(values=[1]), layout=new_figure(False, 200).layout))


def test_a_screen_reader_hears_what_a_mark_is_in_words_and_rounded():
    figure = lines([1947, 1948], {"Truth": [82.700280583, 90.0]}).update_yaxes(hoverformat=",.1f")
    (line,) = layers(figure, "line")
    assert line["mark"]["description"] == "Truth: from 1947 to 1948, between 82.7 and 90.0"
    figure.add_bar(
        x=[1], y=[2.0], orientation="v", hovertemplate="%{y:.1f} of two<extra></extra>", marker_color="#123456"
    )
    spec = light_spec(figure)["layer"]
    (bars,) = [one for one in spec if one["mark"]["type"] == "rect"]
    assert bars["encoding"]["description"]["field"] == "said" and bars["data"]["values"][0]["said"] == "2.0 of two"
    silent = [one for one in spec if one["mark"]["type"] in ("rule", "text", "point")]
    assert silent and all(one["mark"]["aria"] is False for one in silent), "the fields of helping marks say nothing"
