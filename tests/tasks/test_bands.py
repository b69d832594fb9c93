"""Bands around forecasts: their widths by hand, what they may know, and what they hold."""

import numpy as np
import pytest

from core.metrics.quantiles import coverage
from core.tasks.forecasting.bands import half_widths


def of(*sizes):
    """Errors of one step and one target."""
    return np.array(sizes, float)[:, None, None]


def _held(truth, forecast, width):
    return coverage(truth, forecast - width, forecast + width, axis=(0, 1)).item()


def test_a_band_is_the_finite_sample_quantile_of_the_known_errors():
    errors = of(3, -1, 4, -2, 9)
    # Rank (n + 1) 0.8 of the sizes: of 1, 2, 3, 4 the fourth; of 1, 2, 3, 4, 9 the 4.8-th, 0.8 of the way from 4 to 9.
    assert half_widths(errors, 10, np.array([14, 15]), (0.8,)).ravel().tolist() == pytest.approx([4, 8])
    assert half_widths(errors, 10, np.array([15]), (0.5,)).ravel().tolist() == [3]


def test_with_too_few_errors_they_are_taken_for_normal():
    width = half_widths(of(3, -1), 0, np.array([2]), (0.8,)).item()
    assert width == pytest.approx(np.sqrt((9 + 1) / 2) * 1.8856, rel=1e-4)  # Student's t, 2 degrees, 90%


def test_a_step_counts_errors_as_far_apart_as_it_looks_ahead():
    errors = np.zeros((9, 2, 1))
    errors[:, 1, 0] = [1, 8, 2, 8, 3, 8, 4, 8, 5]
    # Step 2 is known of all nine; the ways to begin see 5, 4, 3, 2 (the oldest goes) and four times 8: ranks of 4.
    assert half_widths(errors, 0, np.array([10]), (0.8,))[0, 0, 1].item() == pytest.approx((5 + 8) / 2)


def test_no_error_that_is_still_to_come_moves_a_band():
    rng = np.random.default_rng(0)
    errors, at = rng.normal(size=(60, 3, 2)), np.array([30, 41])
    before = half_widths(errors, 5, at)
    for place, row in enumerate(at):
        changed = errors.copy()
        for step in range(3):
            changed[row - 5 - step :, step] = 1e6  # from the origin whose forecast for this step is not over
        assert np.array_equal(half_widths(changed, 5, at)[:, place], before[:, place])
        changed = errors.copy()
        changed[row - 6, 0] = 1e6
        changed[row - 7, 0] = 1e6
        assert not np.array_equal(half_widths(changed, 5, at)[:, place], before[:, place])


def test_unknown_errors_do_not_count_and_without_any_there_is_no_band():
    errors = np.full((5, 1, 2), np.nan)
    errors[[0, 2, 3, 4], 0, 0] = [3, -1, 4, -2]
    widths = half_widths(errors, 0, np.array([5]), (0.8,))[0, 0, 0]
    assert widths[0] == 4 and np.isnan(widths[1])
    assert np.isnan(half_widths(errors, 0, np.array([0]))).all()


@pytest.mark.parametrize(("horizon", "validation"), [(4, 30), (12, 100)])
def test_on_random_walks_bands_hold_what_they_are_named_for(horizon, validation):
    held = []
    for seed in range(30):
        values = np.random.default_rng(seed).normal(size=validation + 30 * horizon).cumsum()
        origins = np.arange(1, len(values) - horizon + 1)
        truth = np.stack([values[row : row + horizon] for row in origins])[..., None]
        forecast = np.repeat(values[origins - 1][:, None], horizon, axis=1)[..., None]
        at = np.arange(validation, len(values) - horizon + 1, horizon)
        widths = half_widths(truth - forecast, 1, at)
        held.append([_held(truth[at - 1], forecast[at - 1], one) for one in widths])
    assert np.abs(np.mean(held, axis=0) - (0.8, 0.95)).max() < 0.03
