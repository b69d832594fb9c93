"""Where the choice of a span begins."""

import numpy as np
import pytest

from ui.results.spans import _first_span


@pytest.mark.parametrize(
    ("there", "expected"),
    [("0110100", (11, 12)), ("0011", (12, 13)), ("1", (10, 10)), ("0000000", (10, 14)), ("000", (10, 12))],
)
def test_it_begins_where_what_is_looked_for_stands_first(there, expected):
    assert _first_span(np.array([sign == "1" for sign in there]), 10) == expected
