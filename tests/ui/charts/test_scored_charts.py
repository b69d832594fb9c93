import math

from core.tasks.generation.scoring import Score
from ui.charts.copied import seen_bars
from ui.charts.scored import Falling, falling_lines
from ui.results.scored import power


def test_lines_begin_at_certainty_and_texts_are_no_markup():
    chart = falling_lines(
        [Falling("First", ["<b>", "a"], [-1.0, -3.5], [-2.0, -2.5])], None, "2-gram", "Words read", False
    )
    network, simple = chart.figure.data
    assert list(network.y) == [0.0, -1.0, -3.5] and list(simple.y) == [0.0, -2.0, -2.5]
    assert simple.line.dash == "dot" and network.text[1] == "&lt;b&gt;"
    assert not chart.figure.layout.shapes
    assert "First ends at 10 to the -3.5" in chart.alt.replace("\u2212", "-")


def test_the_place_where_two_texts_part_is_marked():
    texts = [Falling(name, ["a", name], [-1.0, -2.0]) for name in ("b", "c")]
    chart = falling_lines(texts, 1, "", "Words read", True)
    assert len(chart.figure.data) == 2
    assert chart.figure.layout.shapes[0].x0 == 1
    assert chart.alt.endswith("They part after 1 token.")


def test_shares_of_sequences_stand_beside_those_of_held_out_text():
    chart = seen_bars([1.0, 0.5, None], [1.0, 0.25, None], "words", False)
    assert [bar.name for bar in chart.figure.data] == ["This text", "Held-out text"]
    assert list(chart.figure.data[0].y) == [1.0, 0.5, None]
    assert "Of sequences of 2 words 50% were seen, of held-out text 25%." in chart.alt


def test_a_tiny_probability_is_told_by_its_power_of_ten():
    assert power(math.log10(8.1e-14)) == "8.1e-14"
    assert power(-400.0) == "1.0e-400"
    assert power(-1e-9) == "1.0e0"
    assert Score("a", ("a",), (math.log(2),), 1, 1).log10 < 0
