"""What is trained on, drawn: every text in one bar, classes by part, the cut where texts are cut."""

import pytest

from ui.charts.data import class_balance, length_histogram
from ui.charts.theme import role_color

CLASSES = {"<i>bad</i>": (20, 3, 7), "fine": (60, 4, 6)}


def test_a_class_is_one_bar_with_a_piece_for_each_part():
    figure = class_balance(CLASSES, True).figure
    assert [(bar.name, list(bar.x)) for bar in figure.data] == [
        ("training", [20, 60]), ("validation", [3, 4]), ("test", [7, 6]),
    ]  # fmt: skip
    assert figure.data[0].marker.color == role_color("training", True)
    assert [one.text for one in figure.layout.annotations] == ["30 (30%)", "70 (70%)"]


def test_a_label_of_the_data_is_not_markup():
    chart = class_balance(CLASSES, False)
    assert chart.figure.layout.yaxis.ticktext[0] == "&lt;i&gt;bad&lt;/i&gt;"
    assert "<i>bad</i> 30%" in chart.alt  # an alternative text is read as text


def test_of_many_classes_the_rare_ones_are_drawn_as_one():
    chart = class_balance({f"c{i}": (100 - i, 1, 1) for i in range(40)}, False)
    names = list(chart.figure.layout.yaxis.ticktext)
    assert names[0] == "c0" and names[-1] == "29 other classes" and len(names) == 12
    assert sum(chart.figure.data[0].x) == sum(100 - i for i in range(40))
    assert "40 classes, of which 29" in chart.alt


def test_no_classes_make_an_empty_chart():
    assert "0 classes" in class_balance({}, False).alt


def test_every_text_is_in_one_bar():
    chart = length_histogram({1: 1, 2: 2, 70: 1, 35: 1}, "reviews", "words", False)
    assert sum(chart.figure.data[0].y) == 5
    assert chart.figure.layout.xaxis.title.text == "Length, words"
    assert "up to 2 words" in chart.alt and "longest 70" in chart.alt


def test_no_texts_make_an_empty_histogram():
    assert sum(length_histogram({}, "reviews", "words", False).figure.data[0].y) == 0


@pytest.mark.parametrize("place", ["left", "right"])
def test_the_cut_is_marked_where_texts_are_longer(place):
    lengths = dict.fromkeys([3, 4, 5, 30] if place == "left" else [3, 4, 5, 6, 7, 11], 1)
    most = 10
    chart = length_histogram(lengths, "texts", "words", False, max_length=most)
    assert chart.figure.layout.shapes[0].x0 == 10.5
    assert chart.figure.layout.annotations[0].text == "cut here"
    assert "1 are longer than 10" in chart.alt


def test_nothing_is_marked_where_nothing_is_cut():
    chart = length_histogram({3: 1, 4: 1, 5: 1}, "texts", "words", False, max_length=5)
    assert not chart.figure.layout.shapes and "longer" not in chart.alt


def test_one_endless_text_does_not_squeeze_all_others_into_one_bar():
    lengths = dict.fromkeys((*range(1, 400), 1_000_000), 1)
    bar = length_histogram(lengths, "texts", "words", False).figure.data[0]
    assert sum(bar.y) == 400
    assert max(bar.y) < 60
    assert bar.customdata[-1].endswith("to 1,000,000")
