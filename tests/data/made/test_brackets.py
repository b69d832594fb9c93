"""Sentences with brackets in brackets, in which only the depth says what may come."""

import hashlib
import re

from core.data.made.brackets import DEEPEST, nested_brackets


def test_the_text_is_pinned():
    text = nested_brackets()
    assert text.count("\n") == 8_000
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "f541aa67ebad1f2655173478720c5389964e25fbc5b30fc8c70ef1a7ce14242f"
    )
    assert nested_brackets(3, seed=1) != nested_brackets(3, seed=2)


def test_every_sentence_closes_what_it_opens_and_is_none_too_deep():
    depths = set()
    for sentence in nested_brackets(500).splitlines():
        depth = 0
        for sign in sentence:
            depth += (sign == "(") - (sign == ")")
            assert 0 <= depth <= DEEPEST
            assert depth == 0 or sign != ".", "a sentence ends outside of all brackets"
            depths.add(depth)
        assert depth == 0 and sentence.endswith(".") and "()" not in sentence
        assert len(re.findall(r"[a-z]+|\)", sentence)) <= 50
    assert depths == set(range(DEEPEST + 1))
