"""Copied or invented: from which length on a stretch is coloured."""

import pytest

from core.bounded.copied_text import Source
from ui.results.copied import _label, _plain


@pytest.mark.parametrize(("held_out", "plain"), [([], 0), ([7], 7), ([*range(1, 12)], 10), ([3] * 9 + [50], 3)])
def test_stretches_as_long_as_in_nine_tenths_of_held_out_text_stay_plain(held_out, plain):
    assert _plain(held_out) == plain


def test_the_blanks_that_a_stretch_counts_are_seen_in_its_label():
    assert _label(Source(0, 6, "", " is a\n", ""), "characters") == "6 characters: \u2423is\u2423a\u23ce"
