"""Bands of a series that is read as powers."""

import numpy as np

from core.data.powers import Powers
from core.data.series_scaler import SeriesScaler


def test_bands_of_logarithms_are_factors_and_never_fall_to_zero():
    values = np.array([[1.0, 5.0], [np.e, 6.0], [np.e**2, 7.0], [np.e**3, 8.0]])
    powers = Powers.fit(values, np.ones((4, 2), dtype=bool), "log", [0], 1)
    scaler = SeriesScaler.fit(values, 0, powers=powers)
    middle = np.array([[np.e**2, 6.0]])
    np.testing.assert_allclose(scaler.error(np.array([[np.e**3, 4.0]]), middle, [0, 1]), [[1.0, -2.0]])
    lower, upper = scaler.band(middle, np.array([[3.0, 7.0]]), np.array([[4.0, 8.0]]), [0, 1])
    np.testing.assert_allclose(lower, [[np.exp(-1.0), -1.0]])
    np.testing.assert_allclose(upper, [[np.exp(6.0), 14.0]])
