"""How far around its forecasts a method's truths lie: bands calibrated step by step on errors that are known at an origin.

At every origin all errors of earlier forecasts count whose truth has come by then, those of the validation set first and
later those of the test set that lie behind: never one that is still to come. A network with a distribution brings edges of
its own, which are moved; of any other method the edges begin at the forecast. The network itself stays as it is.

Shape letters: N origins of errors, M origins that get a band, H steps of the horizon, C targets, L levels, K = H * C columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from core.uncertainty import t_quantile

LEVELS = (0.8, 0.95)
"""Share of the truths that each band is to hold."""
EDGES = (("lower", "upper"), ("lower_95", "upper_95"))
"""Of the bands of `LEVELS`, as files and tables call them."""
BANDS = (0.2, 0.4, 0.6, *LEVELS)
"""Share between all edges that are made: with the middle they have the nine deciles, by which CRPS is told everywhere."""
QUANTILES = tuple(sorted({0.5, *(round((1 + side * share) / 2, 6) for share in BANDS for side in (-1, 1))}))
"""Levels of these edges and of the middle."""
MOST_ORIGINS = 500
"""The latest ones that are counted: on simulated walks as good as 2,000, and better where the spread of a series changes."""
FEWEST = 8  # errors that are independent; of fewer those of shorter steps help
SURE_AFTER = 10  # independent errors by which what they say of their own dependence counts half
PHASES = 8  # origins over one span of dependence that count; those between say nearly the same
RATE = 0.01
"""By which levels drift with an independent miss: on simulated series whose errors stay alike it costs at most a point of what is
held, and where their spread grows threefold it brings back most of 16."""
_MOST_LAGS = 24
_MOST_NUMBERS = 4_000_000  # that are looked at in one go


def half_widths(
    errors: np.ndarray, first: int, at: np.ndarray, levels: Sequence[float] = LEVELS, stride: int = 1
) -> np.ndarray:
    """Half widths (L, M, H, C) of bands around forecasts of a method that gives values alone, as `reaches` has them."""
    return reaches(errors, first, at, levels, stride)[0]


def reaches(
    errors: np.ndarray,
    first: int,
    at: np.ndarray,
    levels: Sequence[float] = LEVELS,
    stride: int = 1,
    own: np.ndarray | None = None,
    own_at: np.ndarray | None = None,
) -> np.ndarray:
    """How far bands reach below and above the forecasts, (2, L, M, H, C); NaN where no error is known.

    An error's score is how far it lies outside the edges that the network itself gave there, below 0 inside; without such
    edges it is the error's size. Every edge moves outwards by the finite-sample quantile of the scores of its step: of n
    scores that tell as much as m independent ones the ``level * (m + 1) / m * n``-th smallest, on a line between two
    neighbours. Where that is more than there are, errors are taken for normal: their root mean square times Student's t with
    m degrees of freedom, whatever the edges.

    How much n scores tell is found from themselves (`_spans`). Where they are worth fewer than `FEWEST`, the longest step
    with so many (the first where there is none) stands in for what lacks, its mean square growing in proportion to the steps
    as that of a random walk does. Without that help, m of 1 or 2 would make bands of many times the right width.

    Levels drift with what is known (`_drifted`): where bands of the past held less than their name they become higher.

    Args:
        errors: (N, H, C) truth less forecast from the origins first, first + stride, ...; NaN where not known.
        first: Row of the first origin.
        at: (M,) rows that get a band: it knows the errors of step h from origins up to at - h.
        levels: Between 0 and 1, ascending; bands of higher ones never lie inside those of lower ones.
        stride: Rows from one origin of errors to the next.
        own: (2, L, N, H, C) how far below and above its forecasts the network's own edges lay.
        own_at: (2, L, M, H, C) the same at the rows that get a band.

    Reference:
        Romano, Patterson and Candes (2019), "Conformalized quantile regression"; by step: Stankeviciute, Alaa and van der
        Schaar (2021), "Conformal time-series forecasting"; levels that drift: Gibbs and Candes (2021), "Adaptive conformal
        inference under distribution shift".
    """
    num_origins, horizon, num_targets = errors.shape
    num_columns, num_rows = horizon * num_targets, len(at)
    steps = np.repeat(np.arange(1, horizon + 1), num_targets)
    known = np.clip((at[:, None] - steps - first) // stride + 1, 0, num_origins)  # (M, K) errors that are known
    flat = errors.reshape(num_origins, num_columns).astype(np.float64)
    before = np.zeros((2, len(levels), num_rows, num_columns))
    if own is not None and own_at is not None:
        own, before = own.reshape(2, len(levels), num_origins, num_columns), own_at.reshape(before.shape)
    count, worth, mean_square = (np.zeros((num_rows, num_columns)) for _ in range(3))
    moved = np.full((len(levels), num_rows, num_columns), np.nan)
    spans = -(-steps // stride)
    parts = list(_parts(spans, num_rows, num_origins))
    for thin, columns in parts:
        values, until = flat[::thin, columns], -(-known[:, columns] // thin)
        since = np.maximum(0, until - MOST_ORIGINS)
        is_known = np.isfinite(values)
        squares = _sums(np.where(is_known, values, 0.0) ** 2, since, until)
        count[:, columns] = _sums(is_known.astype(np.float64), since, until)
        mean_square[:, columns] = squares / np.maximum(count[:, columns], 1)
        span = _spans(np.abs(values), since, until, spans[columns] / thin)
        worth[:, columns] = np.minimum(count[:, columns], np.maximum(1, np.floor(count[:, columns] / span + 1e-9)))
    helped, freedom = _with_shorter_steps(mean_square, worth, horizon, num_targets)
    for thin, columns in parts:
        values, until = flat[::thin, columns], -(-known[:, columns] // thin)
        told = count[:, columns]
        if own is None:
            scores = np.abs(values)[None]
        else:
            below, above = (own[side][:, ::thin][:, :, columns] for side in (0, 1))
            scores = np.maximum(values - above, -values - below)
        lags, tells = -(-spans[columns] // thin), _believed(spans[columns] / thin)
        lowest = np.stack([_lowest_levels(one, lags, tells) for one in scores])
        drifted = _drifted(np.asarray(levels, dtype=np.float64), lowest, lags, tells, until)
        factor = (1 + 1 / np.maximum(worth[:, columns], 1)) * told
        for place, level in enumerate(levels):
            if place < len(scores):
                ranked = _Ranked(scores[place], until)
            rank = np.minimum(drifted[place] * factor, told)
            moved[place][:, columns] = np.where((told > 0) & (level * factor <= told + 1e-9), ranked.at(rank), np.nan)
    found = before + moved
    for place, level in enumerate(levels):
        normal = np.sqrt(helped) * _t(level, freedom)
        found[:, place] = np.where(np.isnan(moved[place]) & (count > 0), normal, found[:, place])
    found = np.maximum.accumulate(np.maximum(found, 0.0), axis=1)
    return np.asarray(found).reshape(2, len(levels), num_rows, horizon, num_targets)


def _parts(spans: np.ndarray, num_rows: int, num_origins: int) -> Iterator[tuple[int, np.ndarray]]:
    """Columns that are looked at together, and which origins of them: every so-manieth where a step is long."""
    thins = np.maximum(1, spans // PHASES)
    for thin in np.unique(thins).tolist():
        columns = np.flatnonzero(thins == thin)
        together = max(1, _MOST_NUMBERS // max(1, num_rows * min(MOST_ORIGINS, -(-num_origins // thin))))
        for start in range(0, len(columns), together):
            yield thin, columns[start : start + together]


def _sums(values: np.ndarray, since: np.ndarray, until: np.ndarray) -> np.ndarray:
    """(M, K) sums of the rows [since, until) of values (N, K); each (M, K)."""
    summed = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return np.asarray(np.take_along_axis(summed, until, 0) - np.take_along_axis(summed, since, 0))


def _spans(sizes: np.ndarray, since: np.ndarray, until: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """How many sizes of errors tell as much as one independent one, (M, K), 1 or more.

    Forecasts h steps ahead from origins less than h steps apart err alike: on a random walk errors k origins apart correlate
    by 1 - k / h, and their sizes by about the square, of which the sum over k is ``(2 h * h + 1) / (3 h)``. That is believed
    first. The more independent errors are known (by half after `SURE_AFTER`), the more counts what they say themselves: 1 and
    twice the sum of their autocorrelations, up to the first that is not above 0.

    Args:
        sizes: (N, K), of which the rows [since, until), (M, K) each, are known.
        steps: (K,) of the horizon, in rows of the sizes.

    Reference: Geyer (1992), "Practical Markov chain Monte Carlo", section 3.3.
    """
    believed = _believed(steps)
    is_known = np.isfinite(sizes)
    filled = np.where(is_known, sizes, 0.0)
    count = _sums(is_known.astype(np.float64), since, until)
    safe = np.maximum(count, 1)
    mean = _sums(filled, since, until) / safe
    variance = np.maximum(_sums(filled**2, since, until) / safe - mean**2, 0.0)
    summed, goes_on = np.ones(count.shape), variance > 0
    for lag in range(1, min(_MOST_LAGS, 2 * int(np.ceil(max(1.0, steps.max()))) + 2, len(sizes) - 1) + 1):
        both = (is_known[lag:] & is_known[:-lag]).astype(np.float64)
        start, end = since, np.maximum(since, until - lag)
        products = _sums(filled[lag:] * filled[:-lag], start, end)
        sums = _sums((filled[lag:] + filled[:-lag]) * both, start, end)
        covariance = (products - mean * sums + mean**2 * _sums(both, start, end)) / safe
        goes_on = goes_on & (covariance > 0)
        if not goes_on.any():
            break
        summed += np.where(goes_on, 2 * covariance / np.where(variance > 0, variance, 1.0), 0.0)
    independent = count / believed
    share = independent / (independent + SURE_AFTER)
    return np.asarray(np.maximum(1.0, share * summed + (1 - share) * believed))


def _believed(steps: np.ndarray) -> np.ndarray:
    """The same before anything is known."""
    steps = np.maximum(1.0, steps)
    return np.asarray((2 * steps**2 + 1) / (3 * steps))


def _with_shorter_steps(
    mean_square: np.ndarray, worth: np.ndarray, horizon: int, num_targets: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean squares (M, K) and how many independent errors they rest on, where a step has too few with help of a shorter one."""
    squares, worths = (one.reshape(-1, horizon, num_targets).copy() for one in (mean_square, worth))
    square, others, step = squares[:, 0].copy(), worths[:, 0].copy(), np.ones(worths[:, 0].shape)
    for place in range(1, horizon):
        enough = worths[:, place] >= FEWEST
        help_of = np.where(enough, 0.0, np.minimum(FEWEST - worths[:, place], others))
        total = np.maximum(1, worths[:, place] + help_of)
        grown = square * (place + 1) / step
        square, others = np.where(enough, squares[:, place], square), np.where(enough, worths[:, place], others)
        step = np.where(enough, place + 1, step)
        squares[:, place] = (worths[:, place] * squares[:, place] + help_of * grown) / total
        worths[:, place] = total
    return squares.reshape(mean_square.shape), worths.reshape(worth.shape)


def _latest(scores: np.ndarray) -> np.ndarray:
    """Of scores (N, K) the latest `MOST_ORIGINS` before each row, (N + 1, K, W); NaN where there are fewer."""
    most = min(MOST_ORIGINS, len(scores))
    padded = np.concatenate([np.full((most, scores.shape[1]), np.nan), scores])
    return np.lib.stride_tricks.sliding_window_view(padded, most, axis=0)


class _Ranked:
    """Scores (N, K) in order, of which only the latest of the first `until`, (M, K) of them, are known."""

    def __init__(self, scores: np.ndarray, until: np.ndarray):
        self._ordered = np.sort(_latest(scores)[until, np.arange(scores.shape[1])], axis=-1)  # NaN comes last

    def at(self, rank: np.ndarray) -> np.ndarray:
        """(M, K) the rank-th smallest known score, counted from 1, between two of them on a line."""
        low = np.maximum(1, np.floor(rank + 1e-9))
        below, above = self._whole(low), self._whole(np.maximum(1, np.ceil(rank - 1e-9)))
        return np.asarray(below + np.clip(rank - low, 0.0, 1.0) * (above - below))

    def _whole(self, rank: np.ndarray) -> np.ndarray:
        return np.take_along_axis(self._ordered, rank[..., None].astype(np.int64) - 1, -1)[..., 0]


def _lowest_levels(scores: np.ndarray, lags: np.ndarray, tells: np.ndarray) -> np.ndarray:
    """Of which level a band had to be, at its own origin, to hold each of the scores (N, K); NaN where few were known then.

    Args:
        lags: (K,) origins from one until its truth has come.
        tells: (K,) how many tell as much as one independent one.
    """
    num_origins, num_columns = scores.shape
    found, columns = np.full(scores.shape, np.nan), np.arange(num_columns)
    until = np.maximum(0, np.arange(num_origins)[:, None] - lags + 1)
    latest = _latest(scores)
    together = max(1, _MOST_NUMBERS // (latest.shape[-1] * num_columns))
    for start in range(0, num_origins, together):
        rows = slice(start, start + together)
        known = latest[until[rows], columns]
        count, below = np.isfinite(known).sum(axis=-1), (known < scores[rows, :, None]).sum(axis=-1)
        enough = (count >= FEWEST * tells) & np.isfinite(scores[rows])
        found[rows] = np.where(enough, (below + 0.5) / np.maximum(count + tells, 1), np.nan)
    return found


def _drifted(
    levels: np.ndarray, lowest: np.ndarray, lags: np.ndarray, tells: np.ndarray, until: np.ndarray
) -> np.ndarray:
    """Levels (L, M, K) after the first of the scores, (M, K) of them, are known.

    An independent miss moves a level up by `RATE` times the level, a hit down by `RATE` times the rest; of scores that overlap
    all that tell as much as one do so together.

    Args:
        levels: (L,) of the bands.
        lowest: (L, N, K) as `_lowest_levels` gives them, (1, N, K) where they are the same for all levels.
    """
    num_origins, columns = lowest.shape[1], np.arange(lowest.shape[2])
    known_at = np.maximum(0, np.arange(num_origins)[:, None] - lags + 1)
    judged = np.isfinite(lowest)
    after = np.empty((num_origins + 1, len(levels), len(columns)))
    after[0] = levels[:, None]
    up, down = levels[:, None] * (RATE / tells), (levels[:, None] - 1) * (RATE / tells)
    for row in range(num_origins):
        is_miss = lowest[:, row] > after[known_at[row], :, columns].T
        step = np.where(judged[:, row], np.where(is_miss, up, down), 0.0)
        after[row + 1] = np.minimum(1.0, np.maximum(0.0, after[row] + step))
    return np.asarray(after[until, :, columns].transpose(2, 0, 1))


def _t(level: float, freedom: np.ndarray) -> np.ndarray:
    whole, place = np.unique(np.maximum(1, np.floor(freedom)), return_inverse=True)
    return np.array([_t_of(level, int(one)) for one in whole])[place].reshape(freedom.shape)


@cache
def _t_of(level: float, freedom: int) -> float:
    return t_quantile((1 + level) / 2, freedom)
