import pytest

from ui.charts.text import COLUMNS, next_token_bars, text_strip


def test_next_tokens_are_visible_and_not_markup():
    chart = next_token_bars([(" ", 0.5), ("\n", 0.3), ("<", 0.2)], False)
    assert chart.figure.layout.yaxis.ticktext == ("␣", "⏎", "&lt;")
    assert "space 50%, newline 30%" in chart.alt


def test_the_likeliest_token_is_on_top():
    low, high = next_token_bars([("a", 0.9), ("b", 0.1)], False).figure.layout.yaxis.range
    assert low > high


def test_a_text_is_wrapped_and_a_newline_ends_its_row():
    text = "ab\n" + "c" * (COLUMNS + 2)
    heat = text_strip(list(text), [0.5] * len(text), "Surprise, nats", False).figure.data[0]
    assert [sum(letter != "" for letter in row) for row in heat.text] == [3, COLUMNS, 2]
    assert list(heat.text[0][:3]) == ["a", "b", "⏎"]


def test_letters_of_a_strip_are_not_markup():
    heat = text_strip(["<", "&"], [1.0, 2.0], "Surprise, nats", False).figure.data[0]
    assert list(heat.text[0][:2]) == ["&lt;", "&amp;"]


def test_an_unknown_figure_keeps_its_letter():
    heat = text_strip(["a", "b"], [None, 2.0], "Surprise, nats", False).figure.data[0]
    assert heat.z[0][0] == 0.0 and heat.z[0][2] is None
    assert "unknown" in heat.customdata[0][0]


@pytest.mark.parametrize(("signed", "low"), [(True, -2.0), (False, 0)])
def test_the_scale_fits_the_figures(signed, low):
    heat = text_strip(["a", "b"], [-1.0, 2.0], "State", False, signed=signed).figure.data[0]
    assert (heat.zmin, heat.zmax) == (low, 2.0)


def test_the_sentence_names_the_most_surprising_characters():
    assert "strongest at q 5, space 2" in text_strip(["q", " ", "u"], [5.0, 2.0, 0.1], "Surprise, nats", False).alt


def test_an_unknown_character_takes_one_place():
    heat = text_strip(["a", "<unk>", "b"], [1.0, 2.0, 3.0], "Surprise, nats", False).figure.data[0]
    assert list(heat.text[0][:4]) == ["a", "�", "b", ""]
    assert "&lt;unk&gt;" in heat.customdata[0][1]


def test_a_strip_says_what_its_tokens_are():
    assert text_strip(["a", "b"], [1.0, 2.0], "Surprise", False).alt.startswith("A text of 2 characters ")
    assert text_strip(["the", "<unk>", "cat"], [1.0, 2.0, 3.0], "Surprise", False).alt.startswith("A text of 3 tokens ")
