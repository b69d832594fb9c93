"""How far around its forecasts a method's truths lie: bands calibrated step by step on errors that are known at an origin.

At every origin all errors of earlier forecasts count whose truth has come by then, those of the validation set first and
later those of the test set that lie behind: never one that is still to come. Only widths come from them; the network stays
as it is.

Shape letters: N origins of errors, M origins that get a band, H steps of the horizon, C targets, L levels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from core.uncertainty import t_quantile

LEVELS = (0.8, 0.95)
"""Share of the truths that each band is to hold."""
EDGES = (("lower", "upper"), ("lower_95", "upper_95"))
"""Of the bands of `LEVELS`, as files and tables call them."""
QUANTILES = tuple(round(0.1 * step, 1) for step in range(1, 10))
"""Levels from whose edges the CRPS is summed: with the middle 19 quantiles, from 5% to 95%."""
MOST_ORIGINS = 2_000  # the latest ones: what is older says less of today
MOST_PHASES = 8


def half_widths(
    errors: np.ndarray, first: int, at: np.ndarray, levels: Sequence[float] = LEVELS, stride: int = 1
) -> np.ndarray:
    """Half widths (L, M, H, C) of bands around forecasts; NaN where no error is known.

    Forecasts h steps ahead from origins less than h steps apart err alike. So at step h errors h origins apart count as
    observations, from the last known one back; of the h ways to begin (at most `MOST_PHASES`) the mean is taken. Of m
    such errors the finite-sample quantile is their (m + 1) level-th smallest size, on a line between two neighbours. Where
    that is more than there are, errors are taken for normal: their root mean square times Student's t with m degrees of
    freedom.

    Args:
        errors: (N, H, C) truth less forecast from the origins first, first + stride, ...; NaN where not known.
        first: Row of the first origin.
        at: (M,) rows that get a band: it knows the errors of step h from origins up to at - h.
        levels: Between 0 and 1.
        stride: Rows from one origin of errors to the next.

    Reference:
        The quantile: Vovk, Gammerman and Shafer (2005), "Algorithmic learning in a random world"; by step: Stankeviciute,
        Alaa and van der Schaar (2021), "Conformal time-series forecasting".
    """
    sizes = np.abs(errors)
    num_origins, horizon, num_targets = sizes.shape
    found = np.full((len(levels), len(at), horizon, num_targets), np.nan)
    for step in range(1, horizon + 1):
        for place, row in enumerate(at.tolist()):
            end = min(num_origins, (row - step - first) // stride + 1)
            known = sizes[max(0, end - MOST_ORIGINS) : max(0, end), step - 1]
            if len(known):
                found[:, place, step - 1] = _of_one_step(known, -(-step // stride), levels)
    return found


def _of_one_step(known: np.ndarray, step: int, levels: Sequence[float]) -> np.ndarray:
    """(L, C) from sizes of errors (N, C) of one step in time order."""
    finite = np.isfinite(known)
    if not finite.all():
        columns = [known[is_known, column][:, None] for column, is_known in enumerate(finite.T)]
        nothing = np.full((len(levels), 1), np.nan)
        return np.concatenate([_of_one_step(own, step, levels) if len(own) else nothing for own in columns], axis=1)
    last = len(known) - 1
    apart = [known[last - phase :: -step] for phase in range(0, min(step, len(known)), max(1, step // MOST_PHASES))]
    fewest = len(apart[-1])
    found = np.empty((len(levels), known.shape[1]))
    ranks = [round((fewest + 1) * level, 9) for level in levels]
    if min(ranks) <= fewest:
        # The ways to begin have equally many or one more; the oldest goes, so that they are one array.
        ordered = np.sort([part[:fewest] for part in apart], axis=1)
    for place, (level, rank) in enumerate(zip(levels, ranks, strict=True)):
        if rank <= fewest:
            below, above = (ordered[:, max(0, at - 1)].mean(axis=0) for at in (math.floor(rank), math.ceil(rank)))
            found[place] = below + (rank - math.floor(rank)) * (above - below)
        else:
            found[place] = np.sqrt((known**2).mean(axis=0)) * _t(level, fewest)
    return found


@cache
def _t(level: float, freedom: int) -> float:
    return t_quantile((1 + level) / 2, freedom)
