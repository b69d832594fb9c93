"""Which units go along with something, by hand."""

import numpy as np
import pytest

from core.insight.units import Alike, correlations, on_exactly_there, rank_units, spans_alike

PROBE = np.array([0.0, 0.0, 1.0, 1.0])


def test_correlation_is_pearsons_and_zero_for_what_never_changes():
    values = np.array([[[0, 3, 5, 0], [0, 3, 5, 1], [1, 1, 5, 0], [1, 1, 5, 1]]], dtype=float)
    np.testing.assert_allclose(correlations(values, PROBE), [[1, -1, 0, 0]], atol=1e-12)
    assert not correlations(values, np.ones(4)).any()
    # deviations 0 1 2 3 from 1.5 with -.5 -.5 .5 .5: 2 / sqrt(5 * 1)
    assert correlations(np.arange(4.0)[None, :, None], PROBE) == pytest.approx(2 / 5**0.5)


def test_units_are_ranked_by_the_state_of_them_that_goes_along_best():
    hidden = np.zeros((2, 4, 2))
    cell = np.zeros((2, 4, 2))
    hidden[0, :, 0] = [0, 1, 2, 3]
    cell[0, :, 0] = [5, 5, 1, 1]
    hidden[1, :, 1] = [0, 1, 2, 3]
    found = rank_units({"hidden state": hidden, "cell state": cell}, PROBE, most=2)
    assert [(one.layer, one.unit, one.kind) for one in found] == [(0, 0, "cell state"), (1, 1, "hidden state")]
    assert [one.correlation for one in found] == pytest.approx([-1, 2 / 5**0.5])


#                    step 0  1  2  3  4  5  6  7
VALUES = np.array([[0, 1, 1, 0, 0, 1, 1, 1],   # on exactly at 1 to 2, and again
                   [0, 1, 1, 0, 0, 1, 1, 0],
                   [0, 1, 1, 1, 0, 1, 1, 0],   # goes on behind
                   [1, 1, 1, 0, 0, 0, 0, 0],   # was on before
                   [0, 1, 0, 0, 0, 0, 0, 0]], dtype=float).T  # fmt: skip


def test_units_that_are_on_exactly_in_a_span_are_found():
    assert on_exactly_there(VALUES, 1, 2, 0.5) == [0, 1]
    assert on_exactly_there(VALUES, 0, 2, 0.5) == [3], "before the first step there is nothing to be on"
    assert on_exactly_there(VALUES, 1, 2, 1.0) == [], "above the threshold, not at it"
    with pytest.raises(ValueError, match="steps from 0 to 7"):
        on_exactly_there(VALUES, 3, 8, 0.5)


def test_spans_where_most_of_these_units_are_on_look_alike():
    assert spans_alike(VALUES, [0, 1], 1, 2, 0.5) == [Alike(5, 6, 1.0)]
    assert spans_alike(VALUES, [0, 1, 2, 3], 1, 2, 0.5) == [Alike(5, 6, 0.75)], "three of four are enough"
    assert spans_alike(VALUES, [], 1, 2, 0.5) == []
