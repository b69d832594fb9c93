"""What a band holds, pinball loss and CRPS, against numbers computed by hand."""

import math

import numpy as np
import pytest

from core.metrics.quantiles import coverage, crps, pinball, weighted_quantile_loss


def test_pinball_weighs_both_sides():
    truth = np.array([5.0, 5.0])
    assert pinball(truth, np.array([3.0, 7.0]), 0.9).tolist() == pytest.approx([1.8, 0.2])


def test_crps_of_a_sure_forecast_is_its_error():
    truth = np.array([3.0, 7.0])
    sure = np.full((3, 2), 5.0)
    assert crps(truth, sure, (0.25, 0.5, 0.75)).tolist() == pytest.approx([2.0, 2.0])


def test_width_costs_where_the_forecast_is_right_and_saves_where_it_is_not():
    levels = (0.25, 0.5, 0.75)
    wide = np.array([[1.0], [5.0], [9.0]])
    assert crps(np.array([5.0]), wide, levels).item() == pytest.approx(2 * (1 + 0 + 1) / 3)
    # At 9: a quarter of 8, half of 4, nothing.
    assert crps(np.array([9.0]), wide, levels).item() == pytest.approx(2 * (2 + 2 + 0) / 3)


def test_many_quantiles_of_an_even_distribution_have_its_crps():
    levels = tuple((place + 0.5) / 1000 for place in range(1000))
    even = np.array(levels)[:, None]  # from 0 to 1: CRPS at y is y^2 - y + 1/3
    assert crps(np.array([0.2]), even, levels).item() == pytest.approx(0.04 - 0.2 + 1 / 3, abs=1e-5)


def test_coverage_counts_known_truths_with_edges():
    truth = np.array([1.0, 2.0, 3.0, math.nan, 5.0])
    lower, upper = np.array([0.0, 2.0, 4.0, 0.0, math.nan]), np.array([2.0, 2.0, 5.0, 9.0, 9.0])
    assert coverage(truth, lower, upper).item() == pytest.approx(2 / 3)  # an edge is inside
    assert math.isnan(coverage(truth[3:], lower[3:], upper[3:]).item())
    columns = coverage(truth[:2, None], lower[:2, None], np.array([[2.0], [1.0]]), axis=(0, 1))
    assert columns.item() == 0.5


def test_the_weighted_quantile_loss_counts_in_sizes_of_the_truth():
    truth, quantiles = np.array([4.0, -6.0, math.nan]), np.array([[2.0, -6.0, 0.0], [4.0, -2.0, 0.0]])
    # Level 0.1: 2 above, 0.2; level 0.9: 4 below, 0.4. Twice the mean of both, in 10.
    assert weighted_quantile_loss(truth, quantiles, (0.1, 0.9)) == pytest.approx(2 * (0.2 + 0.4) / 2 / 10)
    assert math.isnan(weighted_quantile_loss(np.zeros(2), np.zeros((1, 2)), (0.5,)))
