"""Bands around forecasts: their widths by hand, what they may know, and what they hold."""

import numpy as np
import pytest

from core.metrics.quantiles import coverage
from core.tasks.forecasting import bands
from core.tasks.forecasting.bands import half_widths, reaches


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


def test_errors_that_overlap_tell_less_than_as_many_independent_ones(monkeypatch):
    monkeypatch.setattr(bands, "RATE", 0.0)
    errors = np.zeros((15, 2, 1))
    errors[:, 1, 0] = [1, 15, 2, 14, 3, 13, 4, 12, 5, 11, 6, 10, 7, 9, 8]
    # Step 2: 1.5 errors are believed to tell as much as one, so 10 independent ones, and half of what they say of themselves
    # counts: large follows small, so 1. With 1.25 the 15 are worth 12: rank 0.8 * 13 / 12 * 15 = 13. At row 17 all are known.
    assert half_widths(errors, 0, np.array([17]), (0.8,))[0, 0, 1].item() == pytest.approx(13)


def test_levels_go_up_by_misses_and_down_by_hits_of_bands_that_were_known_then():
    errors = of(1, 8, 2, 7, 3, 6, 4, 5, 100, 0)
    # From eight errors on: 100 is a miss, 0.8 goes up by 0.008; 0 is a hit, 0.002 down. Rank 0.806 * 11 of 0 to 8 and 100.
    assert half_widths(errors, 0, np.array([10]), (0.8,)).item() == pytest.approx(7 + 0.866)
    assert half_widths(errors, 0, np.array([9]), (0.8,)).item() == pytest.approx(8 + 0.08 * 92), (
        "0.808 * 10 of 1 to 8, 100"
    )


def test_bands_follow_a_spread_that_grows():
    held = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        errors = (rng.normal(size=600) * np.linspace(1, 3, 600))[:, None, None]
        at = np.arange(200, 600)
        width = half_widths(errors, 0, at, (0.8,))[0]
        held.append((np.abs(errors[at]) <= width).mean())
    assert np.mean(held) > 0.77, "0.64 where levels stay"


def test_a_step_with_few_errors_is_helped_by_a_shorter_one_that_grows_with_the_root():
    errors = np.ones((4, 4, 1))
    errors[0, 3, 0] = -3
    # At row 4 step 4 has one error, 3, and step 1 four of 1: a mean square of (9 + 4 * 4) / 5, and Student's t of 5 degrees.
    width = half_widths(errors, 0, np.array([4]), (0.8,))[0, 0, 3].item()
    assert width == pytest.approx(np.sqrt(5) * 1.4759, rel=1e-3)


def test_edges_of_a_network_move_by_the_finite_sample_quantile_of_how_far_truths_lie_outside():
    errors, at = of(3, -1, 4, -2), np.array([4])
    own = np.ones((2, 1, 4, 1, 1))
    own_at = np.array([2.0, 5.0]).reshape(2, 1, 1, 1, 1)
    # Outside edges at -1 and 1 by 2, 0, 3, 1: the fourth of them is 3.
    assert reaches(errors, 0, at, (0.8,), 1, own, own_at).ravel().tolist() == [5, 8]
    # Inside edges at -10 and 10 by 7, 9, 6, 8: edges come nearer by 6, and never pass the forecast.
    own_at = np.array([4.0, 10.0]).reshape(2, 1, 1, 1, 1)
    assert reaches(errors, 0, at, (0.8,), 1, 10 * own, own_at).ravel().tolist() == [0, 4]


def test_a_band_of_a_higher_level_never_lies_inside_one_of_a_lower():
    rng = np.random.default_rng(0)
    own, own_at = rng.uniform(0, 3, size=(2, 3, 40, 5, 1)), rng.uniform(0, 3, size=(2, 3, 9, 5, 1))
    found = reaches(rng.normal(size=(40, 5, 1)), 0, np.arange(30, 39), (0.2, 0.8, 0.95), 1, own, own_at)
    assert (np.diff(found, axis=1) >= 0).all() and (found >= 0).all()


def test_no_error_that_is_still_to_come_moves_a_band():
    rng = np.random.default_rng(0)
    errors, at = rng.normal(size=(90, 20, 2)), np.array([30, 41, 80])
    before = half_widths(errors, 5, at)
    own, own_at = rng.uniform(size=(2, 2, *errors.shape)), rng.uniform(size=(2, 2, 3, 20, 2))
    with_own = reaches(errors, 5, at, (0.8, 0.95), 1, own, own_at)
    for place, row in enumerate(at):
        changed, other = errors.copy(), own.copy()
        for step in range(20):  # from the origin whose forecast for this step is not over
            changed[row - 5 - step :, step] = 1e6
            other[:, :, row - 5 - step :, step] = 1e6
        assert np.array_equal(half_widths(changed, 5, at)[:, place], before[:, place])
        found = reaches(changed, 5, at, (0.8, 0.95), 1, other, own_at)[:, :, place]
        assert np.array_equal(found, with_own[:, :, place])
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


@pytest.mark.parametrize(
    ("keeps", "horizon", "validation"), [(1.0, 4, 30), (1.0, 12, 100), (0.9, 12, 40), (0.5, 24, 150)]
)
def test_on_simulated_walks_and_autoregressions_bands_hold_what_they_are_named_for(keeps, horizon, validation):
    held, worst = [], 0.0
    for seed in range(30):
        values = np.random.default_rng(seed).normal(size=validation + 30 * horizon)
        for row in range(1, len(values)):
            values[row] += keeps * values[row - 1]
        origins = np.arange(1, len(values) - horizon + 1)
        truth = np.stack([values[row : row + horizon] for row in origins])[..., None]
        forecast = (values[origins - 1][:, None] * keeps ** np.arange(1, horizon + 1))[..., None]  # the best there is
        at = np.arange(validation, len(values) - horizon + 1, horizon)
        widths = half_widths(truth - forecast, 1, at)
        held.append([_held(truth[at - 1], forecast[at - 1], one) for one in widths])
        worst = max(worst, float(widths.max()))
    assert np.abs(np.mean(held, axis=0) - (0.8, 0.95)).max() < 0.03
    spread = np.sqrt(sum(keeps ** (2 * step) for step in range(horizon)))
    assert worst < 5 * spread, "no band is of many times the width that holds 95%, which is 1.96 of these"
