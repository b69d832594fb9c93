import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.powers import Powers, guerrero

KNOWN = np.ones((12, 1), dtype=bool)


def powers(*exponents, floor=0.5, ceiling=1e6):
    return Powers(exponents, (floor,) * len(exponents), (ceiling,) * len(exponents))


@pytest.mark.parametrize(
    ("exponent", "value", "expected"),
    [(0.0, np.e, 1.0), (1.0, 7.0, 6.0), (2.0, 3.0, 4.0), (0.5, 9.0, 4.0), (-1.0, 4.0, 0.75), (None, -3.0, -3.0)],
)
def test_powers_by_hand(exponent, value, expected):
    one = powers(exponent)
    assert one.apply(np.array([[value]])) == pytest.approx(expected)
    assert one.invert(np.array([[expected]])) == pytest.approx(value)


@given(exponent=st.integers(-100, 200), seed=st.integers(0, 99), scale=st.floats(1e-3, 1e5))
def test_the_inverse_undoes_a_power_at_any_scale(exponent, seed, scale):
    values = scale * np.exp(np.random.default_rng(seed).normal(size=(9, 1)))
    one = powers(exponent / 100, floor=values.min() / 2, ceiling=values.max() * 1e3)
    np.testing.assert_allclose(one.invert(one.apply(values)), values, rtol=1e-4)


@pytest.mark.parametrize("exponent", [0.0, 0.4, 2.0, -0.7])
def test_whatever_a_network_says_the_forecast_is_finite_and_not_negative(exponent):
    said = np.array([[-1e308], [-1e3], [0.0], [1e3], [1e308], [np.inf], [-np.inf]])
    found = powers(exponent).invert(said)
    assert np.isfinite(found).all() and (found >= 0).all() and (found <= 1e6 * (1 + 1e-9)).all()
    assert (np.diff(found[:5, 0]) >= 0).all(), "and in order"


def test_what_is_not_above_zero_is_read_as_the_floor_and_a_gap_stays_one():
    found = powers(0.0).apply(np.array([[0.0], [-5.0], [0.1], [2.0], [np.nan]]))
    np.testing.assert_allclose(found[:, 0], np.log([0.5, 0.5, 0.5, 2.0, np.nan]))


def test_edges_are_powers_of_two_so_that_no_value_can_be_read_off_them():
    values = np.linspace(3.0, 300.0, 12)[:, None]
    assert Powers.fit(values, KNOWN, "log", [0], 1) == Powers((0.0,), (2.0,), (512.0 * 1_024,))
    assert Powers.fit(values, KNOWN, "none", [0], 1) is None


def test_columns_that_are_only_read_stay_as_they_are():
    values = np.stack([np.linspace(3.0, 300.0, 12), np.linspace(-1.0, 1.0, 12)], axis=1)
    found = Powers.fit(values, np.ones((12, 2), dtype=bool), "box_cox", [0], 1)
    assert found.exponents[1] is None
    np.testing.assert_array_equal(found.apply(values)[:, 1], values[:, 1])
    with pytest.raises(ValueError, match="needs values above zero"):
        Powers.fit(values, np.ones((12, 2), dtype=bool), "log", [1], 1)


def test_a_value_that_is_filled_need_not_be_above_zero():
    values, known = np.linspace(3.0, 300.0, 12)[:, None], KNOWN.copy()
    values[5], known[5] = -1.0, False
    assert Powers.fit(values, known, "log", [0], 1).floors == (2.0,)


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_the_power_is_the_one_that_makes_spreads_alike(exponent):
    """A spread of mean ** (1 - e), as the rule of the standard deviation of a function has it."""
    means = 2.0 ** np.arange(6)
    assert guerrero(means, 0.1 * means ** (1 - exponent)) == exponent
    assert guerrero(1e6 * means, 0.1 * means ** (1 - exponent)) == exponent, "whatever the unit"


def test_where_nothing_can_be_told_the_power_is_one():
    assert guerrero(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 1.0
    assert guerrero(np.array([1.0, 2.0, 3.0]), np.zeros(3)) == 1.0


def test_a_series_that_training_has_not_seen_has_the_middle_power_and_its_own_floor():
    trained = powers(0.1, None, 0.5, 0.3)
    assert trained.of_another(np.array([0.0, 5.0, 9.0])) == Powers((0.3,), (4.0,), (16.0 * 1_024,))
    with pytest.raises(ValueError, match="no value is above zero"):
        trained.of_another(np.array([0.0, -1.0]))
    assert Powers.beside([trained.take(place) for place in range(4)]) == trained
