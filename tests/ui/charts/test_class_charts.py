import pytest

from ui.charts.classes import confusion_chart, probability_bars, trajectory_chart, turning_words
from ui.charts.theme import class_color

CLASSES = ["<i>bad</i>", "fine", "good"]
COUNTS = [[5, 1, 0], [2, 3, 0], [0, 0, 0]]


def test_the_confusion_matrix_shows_counts_and_the_share_of_each_row():
    figure = confusion_chart(CLASSES, COUNTS, False).figure
    assert list(figure.data[0].z[1]) == [0.4, 0.6, 0.0]
    assert figure.layout.annotations[0].text == "5<br>83%"
    assert figure.layout.xaxis.title.text == "Predicted" and figure.layout.yaxis.title.text == "True class"


def test_a_class_without_texts_has_no_share():
    assert list(confusion_chart(CLASSES, COUNTS, False).figure.data[0].z[2]) == [0.0, 0.0, 0.0]


def test_the_true_class_runs_from_top_to_bottom():
    low, high = confusion_chart(CLASSES, COUNTS, False).figure.layout.yaxis.range
    assert low > high


def test_the_confusion_sentence_names_the_most_common_mistake():
    alt = confusion_chart(CLASSES, COUNTS, False).alt
    assert "8 of 11" in alt and "2 fine taken for <i>bad</i>" in alt


@pytest.mark.parametrize(
    "chart",
    [
        confusion_chart(CLASSES, COUNTS, False),
        probability_bars(dict.fromkeys(CLASSES, 0.3), False),
    ],
    ids=["confusion", "probabilities"],
)
def test_class_names_are_not_markup(chart):
    assert chart.figure.layout.yaxis.ticktext[0] == "&lt;i&gt;bad&lt;/i&gt;"


def test_the_likeliest_class_is_in_full_colour():
    bars = probability_bars({"a": 0.2, "b": 0.7, "c": 0.1}, False).figure.data[0]
    assert bars.marker.opacity.index(1.0) == 1
    assert bars.marker.color[1] == class_color(1)


WORDS = ["not", "<b>", "not", "good"]
PATH = [[0.6, 0.4], [0.7, 0.3], [0.4, 0.6], [0.1, 0.9]]


def test_a_repeated_word_keeps_its_own_place():
    axis = trajectory_chart(WORDS, PATH, ["a", "b"], False).figure.layout.xaxis
    assert axis.tickvals == (0, 1, 2, 3)
    assert axis.ticktext == ("not", "&lt;b&gt;", "not", "good")


def test_the_word_that_turns_the_label_is_named():
    assert turning_words(WORDS, PATH) == [2]
    assert "changes at: not." in trajectory_chart(WORDS, PATH, ["a", "b"], False).alt


def test_of_many_classes_six_are_drawn():
    path = [[1 / 9] * 8 + [1 / 9 + 0.0]] * 2
    assert len(trajectory_chart(["x", "y"], path, [str(i) for i in range(9)], False).figure.data) == 6


def test_a_narrow_page_names_every_word_or_none_and_each_word_when_it_is_pointed_at():
    words = [f"word{i}" for i in range(40)]
    path = [[0.5, 0.5]] * 40
    wide, narrow = (trajectory_chart(words, path, ["a", "b"], False, flag).figure for flag in (False, True))
    assert len(wide.layout.xaxis.ticktext) == 40
    assert narrow.layout.xaxis.ticktext is None and narrow.layout.xaxis.showticklabels is False
    assert narrow.layout.xaxis.title.text == "Words read so far: point at the picture for their names"
    assert narrow.data[0].customdata == tuple(words)
