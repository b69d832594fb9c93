import pytest

from ui.charts.labels import compact, escape, escape_token, is_spelled, percent, visible
from ui.foreign import shorten


@pytest.mark.parametrize("text", ["<b>bold</b>", '<a href="javascript:x">y</a>', "$x^2$", "&lt;b&gt;"])
def test_nothing_in_a_label_is_markup(text):
    shown = escape(text)
    assert "<" not in shown and ">" not in shown and "$" not in shown
    entities = {"&lt;": "<", "&gt;": ">", "&#36;": "$"}
    for entity, sign in entities.items():
        shown = shown.replace(entity, sign)
    assert shown.replace("&amp;", "&") == text


def test_line_breaks_in_a_label_become_spaces():
    assert escape("one\ntwo\t three") == "one two three"


def test_white_space_is_visible():
    assert [visible(sign) for sign in (" ", "\n", "\t", "a b")] == ["␣", "⏎", "⇥", "a␣b"]


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\x00", "\xa0"])
def test_invisible_signs_are_named(sign):
    assert visible(sign) == f"U+{ord(sign):04X}"


def test_a_token_is_escaped_after_it_was_made_visible():
    assert escape_token(" <") == "␣&lt;"


def test_long_text_ends_with_an_ellipsis():
    assert shorten("abcdefg", 5) == "abcd…" and shorten("abcde", 5) == "abcde"
    assert escape("x" * 99, 10).endswith("…")


def test_marks_do_not_make_a_spelled_text_one_of_words():
    assert is_spelled(["a", "b", "<eos>"]) and not is_spelled(["ab", "c"])


def test_numbers_are_brief():
    assert [percent(0), percent(0.034), percent(0.5), percent(0.95)] == ["0%", "3.4%", "50%", "95%"]


def test_only_none_is_no_percent_and_only_all_is_a_hundred():
    """Of 800 texts 798 are not all, and one of 3,000 is not none."""
    assert [percent(798 / 800), percent(2999 / 3000), percent(1)] == ["99.8%", "over 99.9%", "100%"]
    assert [percent(1 / 800), percent(1 / 3000), percent(0)] == ["0.1%", "under 0.1%", "0%"]
    assert [compact(0.123456), compact(123.456), compact(12345.6)] == ["0.123", "123.5", "12,346"]
