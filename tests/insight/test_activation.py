import numpy as np
import pytest

from core.insight.activation import FUNCTIONS, curve, go_round, is_saturated


def test_functions_and_slopes_are_those_of_the_books():
    z = np.array([-2.0, 0.0, 0.5, 3.0])
    squashed, gate = np.tanh(z), 1 / (1 + np.exp(-z))
    by_book = {
        "tanh": (squashed, 1 - squashed**2),
        "sigmoid": (gate, gate * (1 - gate)),
        "relu": (np.maximum(z, 0), (z > 0) * 1.0),
        "identity": (z, np.ones(4)),
    }
    assert set(by_book) == set(FUNCTIONS)
    for name, (values, slopes) in by_book.items():
        found = curve(name, z)
        np.testing.assert_allclose(found.values, values, atol=1e-12, err_msg=name)
        np.testing.assert_allclose(found.slopes, slopes, atol=1e-12, err_msg=name)


def test_a_function_is_saturated_where_a_twentieth_of_its_slope_is_left():
    found = [name for name in FUNCTIONS if is_saturated(name, float(curve(name, [3.0]).slopes[0]))]
    assert found == ["tanh"], "a sigmoid still has a fifth of its quarter"
    assert is_saturated("relu", 0)
    assert not is_saturated("identity", 1)


def test_a_number_that_goes_round_without_a_function_is_a_power():
    found = go_round(["identity"], weight=2, start=3, x=1, num_rounds=4)["identity"]
    assert found.tolist() == [7, 15, 31, 63]


def test_with_tanh_it_stays_bounded_and_comes_to_rest():
    found = go_round(["identity", "tanh", "relu"], weight=3, start=0.5, x=0, num_rounds=60)
    assert found["identity"][-1] == pytest.approx(0.5 * 3.0**60)
    assert found["relu"] == pytest.approx(found["identity"])
    assert np.abs(found["tanh"]).max() < 1
    assert found["tanh"][-1] == pytest.approx(np.tanh(3 * found["tanh"][-2]))
    assert go_round(["relu"], -2, 0.5, 0, 3)["relu"].tolist() == [0, 0, 0]
