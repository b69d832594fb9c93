import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.data.normalization import Normalization

WAYS = st.builds(Normalization, st.sampled_from(["none", "nfc", "nfkc"]), st.booleans(), st.booleans(), st.booleans())


@given(WAYS, st.text(max_size=40))
def test_a_text_that_was_normalized_stays_as_it_is(normalization, text):
    once = normalization(text)
    assert normalization(once) == once


@given(st.text(max_size=40))
def test_without_any_choice_nothing_changes(text):
    assert Normalization("none")(text) == text


@pytest.mark.parametrize(
    ("normalization", "text", "expected"),
    [
        (Normalization(), "e\u0301 ² ﬁ", "é ² ﬁ"),
        (Normalization("nfkc"), "e\u0301 ² ﬁ ①", "é 2 fi 1"),
        (Normalization(lower=True), "ÀB ΣΑΣ", "àb σας"),
        (Normalization(strip_accents=True), "é à ç ñ Ž ё", "e a c n Z е"),
        (Normalization("none", strip_accents=True), "e\u0301 ²", "e ²"),
        (Normalization(strip_accents=True), "नमस्ते ไทย が 한", "नमस्ते ไทย が 한"),
        (Normalization(single_spaces=True), "  a \t\n b ", "a b"),
        (Normalization(), "  a \t\n b ", "  a \t\n b "),
    ],
)
def test_each_choice_does_what_it_says(normalization, text, expected):
    assert normalization(text) == expected


def test_a_text_of_accents_alone_is_nothing():
    assert Normalization(strip_accents=True, single_spaces=True)(" \u0301\u0302 ") == ""


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(" \t\n\r\f\v\x1c\x85\u00a0\u2003\u3000\u200b"))))
def test_single_spaces_stand_for_all_blank_space_and_for_nothing_else(text):
    spaced = Normalization("none", single_spaces=True)(text)
    assert spaced == re.sub(r"\s+", " ", text).strip()


MARKS = "\u0301\u0323"  # in this order they change places


@pytest.mark.parametrize("mark", [MARKS, "\u0f73", "\uff9e", "\u05b0\u0591"])
@pytest.mark.parametrize("form", ["nfc", "nfkc"])
def test_marks_without_end_get_a_joiner_behind_every_thirtieth_and_nothing_else_changes(form, mark):
    text = ("a" + mark * 30_000)[:30_001]
    written = Normalization(form)(text)
    assert max(map(len, written.split("\u034f"))) <= 40
    whole = unicodedata.normalize(form.upper(), "\u034f".join(["a" + mark * 3, mark * 2]))
    assert sorted(set(written)) == sorted({*whole})
    assert len(written.replace("\u034f", "")) >= 30_000
    assert Normalization(form)(written) == written


def test_marks_that_writing_has_are_left_as_they_are():
    text = "a" + (MARKS * 20)[:39]
    assert Normalization()(text) == unicodedata.normalize("NFC", text)
    assert Normalization()(text + MARKS[1]).count("\u034f") == 1


@given(
    st.sampled_from(["nfc", "nfkc"]),
    st.lists(st.sampled_from("aǖế\u0301\u0323\u0308\u0344\u0f73\u0345\uff9e"), max_size=6),
)
def test_a_long_run_that_was_normalized_stays_as_it_is(form, signs):
    once = Normalization(form)("".join(signs) * 30)
    assert Normalization(form)(once) == once


def test_a_text_that_nfkc_would_make_many_times_as_long_is_refused_before_it_does(monkeypatch):
    longest = []
    usual = unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: longest.append(len(text)) or usual(form, text))
    with pytest.raises(ConfigError, match=r"data\.normalization: .* 2,000 characters that becomes 36,000"):
        Normalization("nfkc")("\ufdfa" * 2_000)
    assert max(longest) == 1, "one sign was looked at, not the text"
    assert Normalization("nfkc")("\ufdfa " * 5) == f"{usual('NFKC', chr(0xFDFA))} " * 5
    assert Normalization("nfc")("\ufdfa" * 2_000) == "\ufdfa" * 2_000
