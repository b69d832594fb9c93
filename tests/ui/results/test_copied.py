"""Copied or invented: from which length on a stretch is coloured."""

import pytest

from ui.results.copied import _plain


@pytest.mark.parametrize(("held_out", "plain"), [([], 0), ([7], 7), ([*range(1, 12)], 10), ([3] * 9 + [50], 3)])
def test_stretches_as_long_as_in_nine_tenths_of_held_out_text_stay_plain(held_out, plain):
    assert _plain(held_out) == plain
