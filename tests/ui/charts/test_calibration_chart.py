from core.metrics.calibration import reliability
from ui.charts.calibration import reliability_chart
from ui.charts.classes import attention_bars

SURE, RIGHT = [0.5, 0.52, 0.9, 0.92], [1, 0, 1, 1]


def test_the_curve_has_a_point_for_every_bin_with_texts_and_the_counts_stand_below():
    bins = reliability(SURE, RIGHT)
    chart = reliability_chart(bins, None, False)
    _diagonal, curve, counts = chart.figure.data
    assert list(curve.y) == [0.5, 1.0] and list(curve.customdata) == [2, 2]
    assert sum(counts.y) == 4 and len(counts.y) == 15
    assert chart.figure.layout.yaxis2.title.text == "Texts"
    assert "2 texts" in chart.alt


def test_what_was_judged_is_called_by_its_name():
    chart = reliability_chart(reliability(SURE, RIGHT), None, False, "words")
    assert chart.figure.layout.yaxis2.title.text == "Words" and "2 words" in chart.alt
    assert "words" in chart.figure.data[1].hovertemplate and "words" in chart.figure.data[2].hovertemplate


def test_with_a_temperature_both_curves_are_drawn_and_the_counts_are_those_after():
    before, after = reliability(SURE, RIGHT), reliability([0.6, 0.6, 0.7, 0.7], RIGHT)
    figure = reliability_chart(before, after, True).figure
    assert [one.name for one in figure.data[1:3]] == ["as trained", "with its temperature"]
    assert [n for n in figure.data[-1].y if n] == [2, 2]


def test_the_weight_of_every_word_is_a_bar_and_words_are_no_markup():
    chart = attention_bars(["<b>good</b>", "film"], [0.75, 0.25], False)
    assert list(chart.figure.data[0].y) == [0.75, 0.25]
    assert chart.figure.layout.xaxis.ticktext[0] == "&lt;b&gt;good&lt;/b&gt;"
    assert "<b>good</b> 75%, film 25%" in chart.alt
