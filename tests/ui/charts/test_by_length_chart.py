"""Translations by the length of their sources."""

import pytest

from ui.charts.by_length import by_length_chart
from ui.results.by_length import in_words


def part(low, high, network, words=20.0):
    figures = {"chrf": network, "exact_match": network and network / 100}
    return {
        "low": low,
        "high": high,
        "pairs": 9,
        "figures": {"network": figures, "word_for_word": {"chrf": words, "exact_match": 0.0}},
    }


def test_a_line_of_the_network_stands_beside_the_simple_methods():
    chart = by_length_chart([part(1, 4, 80.0), part(5, 5, 60.0)], "chrf", "words", dark=False)
    network, words = chart.figure.data
    assert (list(network.x), list(network.y), list(words.y)) == (["1 to 4", "5"], [80.0, 60.0], [20.0, 20.0])
    assert (network.name, words.name) == ("Network", "Word for word")
    assert chart.alt == "chrF by length of the source, words: 1 to 4 80.0; 5 60.0."


@pytest.mark.parametrize(("last", "looks", "said"), [
    (60.0, False, "25% below"), (80.1, True, "as good as"), (100.0, True, "25% above"),
])  # fmt: skip
def test_what_is_lost_with_length_is_said(last, looks, said):
    words = in_words([part(1, 4, 80.0), part(9, 20, last)], "chrf", looks)
    assert f"The longest (9 to 20) are {said} the shortest (1 to 4)" in words and ("bottleneck" in words) != looks


def test_figures_that_are_unknown_are_said_to_be():
    assert "unknown" in by_length_chart([part(1, 1, None), part(2, 2, 5.0)], "chrf", "words", dark=True).alt
    assert "shortest" not in in_words([part(1, 1, None), part(2, 2, 5.0)], "chrf", True)
