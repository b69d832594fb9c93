"""What the level of a series does: whether it wanders, and whether swings grow with it. Of the training set alone.

Presets choose by it whether a network sees changes and logarithms. Shape letters: T time, C columns.
"""

from __future__ import annotations

import math

import numpy as np

from core.data.powers import FEWEST_BLOCKS, blocks_of

NO_SEASON_STEPS = 4  # how far ahead `carry_ratio` looks in a series without a season
_BLOCK = 8  # steps of a block of a series without a season
_SURE = 2.0  # standard errors


def carry_ratio(values: np.ndarray, season: int, known: np.ndarray | None = None) -> float:
    """How well the last season predicts a series, next to the mean season of all that came before.

    Both guess the same values of the second half, one season ahead (`NO_SEASON_STEPS` where there is none). Below 1
    the level wanders (a trend, slow swings) and a network does well to see changes; above 1 it stays where it is, and
    changes would only double the noise.

    Args:
        values: The training set (T, C) of the columns to forecast, original units.
        season: Steps in a season, 1 where there is none.
        known: bool (T, C), False where a value is filled: nobody has to guess it.

    Returns:
        Mean over columns of the ratio of the two mean absolute errors; 1 for a part too short to tell.
    """
    lag = season if season > 1 else NO_SEASON_STEPS
    later = np.arange(max(2 * lag, len(values) // 2), len(values))
    if not len(later):
        return 1.0
    means = np.empty(values.shape)
    for phase in range(season):
        part = values[phase::season]
        means[phase::season] = part.cumsum(axis=0) / np.arange(1, len(part) + 1)[:, None]
    real = np.ones(values.shape, dtype=bool) if known is None else known
    count = np.maximum(real[later].sum(axis=0), 1)
    carried = (np.abs(values[later] - values[later - lag]) * real[later]).sum(axis=0) / count
    averaged = (np.abs(values[later] - means[later - lag]) * real[later]).sum(axis=0) / count
    return float(np.mean(np.where(averaged > 0, carried / np.where(averaged > 0, averaged, 1.0), 1.0)))


def spread_growth(values: np.ndarray, known: np.ndarray, season: int) -> float:
    """How many times as large the swings of a season are at the highest level as at the lowest, at the least.

    By a straight line through the logarithms of spread and mean of each season, its slope less two standard errors, at most
    1: what grows faster than the level does so by chance, or for another reason.

    Args:
        values: The training set (T,).
        known: bool (T,).
        season: Steps in a season, 1 where there is none: blocks of 8 steps then.

    Returns:
        1 where they do not surely grow, or a value is not above zero.
    """
    if not known.any() or values[known].min() <= 0:
        return 1.0
    means, spreads = blocks_of(values, known, season if season > 1 else _BLOCK)
    means, spreads = np.log(means[spreads > 0]), np.log(spreads[spreads > 0])
    if len(means) < FEWEST_BLOCKS or np.ptp(means) == 0:
        return 1.0
    across = means - means.mean()
    slope = float(across @ spreads / (across @ across))
    left = spreads - spreads.mean() - slope * across
    error = math.sqrt(float(left @ left) / (len(means) - 2) / float(across @ across))
    return math.exp(min(1.0, max(0.0, slope - _SURE * error)) * float(np.ptp(means)))
