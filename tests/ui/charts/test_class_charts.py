import pytest

from ui.charts.classes import (
    PHONE_WIDTH,
    accuracy_bars,
    brief,
    confusion_chart,
    probability_bars,
    trajectory_chart,
    turning_words,
)
from ui.charts.text import next_token_bars
from ui.charts.theme import class_color

CLASSES = ["<i>bad</i>", "fine", "good"]
COUNTS = [[5, 1, 0], [2, 3, 0], [0, 0, 0]]


def test_the_confusion_matrix_shows_counts_and_the_share_of_each_row():
    figure = confusion_chart(CLASSES, COUNTS, False).figure
    assert list(figure.data[0].z[1]) == [0.4, 0.6, 0.0]
    assert figure.data[0].text[0][0] == "5<br>83%"
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


LONG = ["Computers and the Internet", "Politics", "Science and technology", "Sport", "Entertainment"]


def matrix(names, **options):
    counts = [[900 if i == j else i for j in range(len(names))] for i in range(len(names))]
    return confusion_chart(names, counts, False, **options).figure


@pytest.mark.parametrize("names", [["no", "yes"], LONG, [f"Class number {i}" for i in range(18)]])
def test_every_class_is_named_on_both_sides_and_no_label_may_be_dropped(names):
    figure = matrix(names, width=PHONE_WIDTH)
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        assert len(set(axis.ticktext)) == len(axis.tickvals) == len(names)
        assert axis.ticklabeloverflow == "allow"
    assert figure.layout.xaxis.tickangle in (0, -90), "an axis that turns labels by itself leaves some out"


def test_labels_that_do_not_fit_side_by_side_stand_upright_in_room_of_their_own():
    short, long = matrix(["a", "b", "c", "d", "e"]), matrix(LONG)
    assert (short.layout.xaxis.tickangle, long.layout.xaxis.tickangle) == (0, -90)
    assert long.layout.height > short.layout.height


def test_a_long_name_keeps_its_beginning_and_its_end():
    assert brief("A class of documents number 7") != brief("A class of documents number 8")
    assert len(brief("A class of documents number 7")) <= 16
    assert brief("short") == "short"


def test_a_count_stands_only_where_its_cell_has_room_for_it():
    names = [f"c{i}" for i in range(18)]
    texts = [[text for row in matrix(names, width=width).data[0].text for text in row] for width in (PHONE_WIDTH, 760)]
    assert "900" not in texts[0] and "900" in texts[1]
    assert "0" not in texts[1], "of many classes nothing is left empty"


def test_the_figure_of_the_longest_bar_has_room_beside_the_plot_however_narrow_it_is():
    for figure in (probability_bars({"a": 1.0, "b": 0.0}, False).figure, next_token_bars([("a", 0.001)], False).figure):
        assert figure.layout.margin.r >= 50 and figure.data[0].cliponaxis is False
        assert figure.layout.xaxis.range[1] == max(figure.data[0].x)


def test_an_axis_of_small_probabilities_tells_its_ticks_apart():
    assert next_token_bars([("a", 0.004), ("b", 0.001)], False).figure.layout.xaxis.tickformat == ".3~%"


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
    assert narrow.layout.xaxis.title.text == "Words read so far: point at the picture or tap it for their names"
    assert narrow.data[0].customdata == tuple(words)


def test_a_matrix_that_can_be_picked_from_has_an_unseen_point_in_every_cell():
    points = confusion_chart(CLASSES, COUNTS, False, can_pick=True).figure.data[1]
    assert list(zip(points.y, points.x, strict=True))[:4] == [(0, 0), (0, 1), (0, 2), (1, 0)]
    assert points.marker.opacity == points.unselected.marker.opacity == 0
    assert points.customdata[1].startswith("1 of 6")
    assert len(confusion_chart(CLASSES, COUNTS, False).figure.data) == 1


def test_accuracy_by_group_says_how_many_texts_each_is_of():
    groups = [
        {"low": 1, "high": 1, "count": 2, "accuracy": 0.5},
        {"low": 2, "high": 9, "count": 1_200, "accuracy": 1.0},
    ]
    chart = accuracy_bars("Words of the text", groups, False, False)
    assert list(chart.figure.data[0].text) == ["50% of 2", "100% of 1,200"]
    assert list(chart.figure.layout.xaxis.ticktext) == ["1", "2 to 9"]
    shares = [
        {"low": 0.0, "high": 0.0, "count": 2, "accuracy": 0.5},
        {"low": 0.0, "high": 0.05, "count": 1, "accuracy": 1.0},
    ]
    assert list(accuracy_bars("Share", shares, True, False).figure.layout.xaxis.ticktext) == ["none", "up to 5%"]
