"""What is asked of characters, worked out by hand on short texts."""

import numpy as np
import pytest

from core.insight.probes import PROBES, in_spans, match_brackets

TEXTS = {
    "depth": ("a(b[c]d)e", [0, 1, 1, 2, 2, 1, 1, 0, 0]),
    "brackets": ("a(b)c", [0, 1, 1, 0, 0]),
    "quotes": ('x "it\'s" y', [0, 0, 1, 1, 1, 1, 1, 0, 0, 0]),
    "indentation": ("  a b\n\tc", [1, 2, 2, 2, 2, 0, 1, 1]),
    "position": ("ab\ncd", [1, 2, 0, 1, 2]),
    "word_end": ("an ox2, I", [0, 1, 0, 0, 0, 1, 0, 0, 1]),
    "capitals": ("aBÉ1 c", [0, 1, 1, 0, 0, 0]),
}


@pytest.mark.parametrize("name", PROBES)
def test_every_probe_gives_each_character_its_number(name):
    text, expected = TEXTS[name]
    assert PROBES[name].values(text).tolist() == expected
    assert PROBES[name].values("").shape == (0,)


def test_a_quotation_ends_with_its_line_and_an_apostrophe_begins_none():
    assert PROBES["quotes"].values('a "b\nc').tolist() == [0, 0, 1, 1, 0, 0]
    assert PROBES["quotes"].values("don't 'x'").tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 0]


def test_a_bracket_closes_the_nearest_of_its_kind_and_what_opened_within_stays_unclosed():
    found = match_brackets("(a[b)c]")
    assert found.opened == (0, 2)
    assert found.closed == (True, False)
    assert found.depth.tolist() == [1, 1, 2, 2, 0, 0, 0]


def test_a_bracket_that_closes_nothing_counts_for_nothing():
    found = match_brackets(")a(b")
    assert (found.opened, found.closed, found.depth.tolist()) == ((2,), (False,), [0, 0, 1, 1])


def test_spans_of_a_pattern_are_marked_to_the_character_before_their_end():
    np.testing.assert_array_equal(in_spans(5, [(1, 3), (4, 5)]), [0, 1, 1, 0, 1])
