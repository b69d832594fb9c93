"""The picture of texts by their states."""

import numpy as np

from core.insight.sentence_map import map_of, place_on
from ui.charts.sentence_map import sentence_map_chart

STATES = np.array([[4.0, 0.0], [-4.0, 0.0], [0.0, 3.0]])


def chart(states=STATES):
    found = map_of(states, ["<b>one</b>", "two", "three"][: len(states)], [0, 1, 1][: len(states)])
    return sentence_map_chart(found, ("<i>bad</i>", "good"), place_on(found, states[0]), "good", False)


def test_every_label_has_its_points_and_the_typed_text_is_a_star_at_its_place():
    bad, good, own = chart().figure.data
    assert (len(bad.x), len(good.x)) == (1, 2) and (bad.marker.symbol, good.marker.symbol) == ("circle", "square")
    assert own.marker.symbol == "star" and (own.x[0], own.y[0]) == (bad.x[0], bad.y[0])


def test_texts_and_labels_are_no_markup_and_the_axes_say_how_much_they_hold():
    figure = chart().figure
    assert figure.data[0].name == "&lt;i&gt;bad&lt;/i&gt;" and figure.data[0].customdata[0] == "&lt;b&gt;one&lt;/b&gt;"
    assert "% of the variance" in figure.layout.xaxis.title.text


def test_a_single_text_and_a_single_direction_can_be_drawn():
    assert len(chart(STATES[:1]).figure.data) == 2
