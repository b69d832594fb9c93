"""The pictures of why a text got its label."""

import numpy as np
import pytest

from ui.charts.why import reasons_chart, removal_chart, strongest

WORDS = ["<b>not</b>", "bad", "film"]
VALUES = {"Gradient × input": [2.0, -1.0, 0.0], "Occlusion": [0.5, 0.25, 1.0]}


def test_each_method_fills_the_scale_by_itself_with_its_signs():
    (trace,) = reasons_chart(WORDS, VALUES, False).figure.data
    assert [list(row) for row in trace.z] == [[1.0, -0.5, 0.0], [0.5, 0.25, 1.0]]
    assert (trace.zmin, trace.zmax) == (-1, 1)
    assert list(trace.text[0]) == ["2", "-1", "0"]


def test_what_is_next_to_nothing_is_written_as_nothing():
    (trace,) = reasons_chart(["a", "b", "c"], {"Attention": [0.9999, 9e-7, 0.012]}, False).figure.data
    assert list(trace.text[0]) == ["1", "0", "0.012"]


def test_on_a_phone_words_stand_below_each_other():
    figure = reasons_chart(WORDS, VALUES, False, narrow=True).figure
    assert [list(row) for row in figure.data[0].z] == [[1.0, 0.5], [-0.5, 0.25], [0.0, 1.0]]
    assert figure.layout.yaxis.ticktext == ("&lt;b&gt;not&lt;/b&gt;", "bad", "film")
    assert figure.layout.xaxis.ticktext == ("Gradient<br>× input", "Occlusion")


def test_words_are_no_markup_and_the_sentence_names_the_strongest():
    chart = reasons_chart(WORDS, VALUES, False)
    assert "&lt;b&gt;" in chart.figure.data[0].customdata[0][0]
    assert chart.alt.endswith("Gradient × input: <b>not</b>; Occlusion: film, <b>not</b>, bad.")


def test_a_method_without_any_value_is_blank_and_points_at_nothing():
    chart = reasons_chart(WORDS, {"Occlusion": [0.0, 0.0, 0.0]}, False)
    assert list(chart.figure.data[0].z[0]) == [0.0, 0.0, 0.0] and "Occlusion: none" in chart.alt


def test_only_words_for_the_label_are_pointed_at_the_strongest_first():
    assert strongest(WORDS, [0.1, -3.0, 2.0]) == ["film", "<b>not</b>"]


def test_values_of_many_words_are_not_written_into_their_cells():
    chart = reasons_chart(["word"] * 40, {"Occlusion": [1.0] * 40}, False)
    assert set(chart.figure.data[0].text[0]) == {""}


def test_curves_stand_on_a_band_of_one_standard_deviation_of_chance():
    random = np.array([[0.9, 0.8, 0.5], [0.9, 0.4, 0.5]])
    chart = removal_chart([0, 1, 2], {"Occlusion": [0.9, 0.1, 0.5]}, random, "<i>bad</i>", "words", False)
    band, mean, curve = chart.figure.data
    deviation = 0.2 * 2**0.5
    assert list(mean.y) == pytest.approx([0.9, 0.6, 0.5])
    assert list(band.y) == pytest.approx([0.9, 0.6 - deviation, 0.5, 0.5, 0.6 + deviation, 0.9], abs=1e-4)
    assert list(curve.x) == [0, 1, 2] and list(curve.y) == [0.9, 0.1, 0.5]
    assert chart.figure.layout.yaxis.title.text == "Probability of &lt;i&gt;bad&lt;/i&gt;"
    assert chart.alt.endswith("With 1 of 2 gone: Occlusion 10%; at random 60%.")
