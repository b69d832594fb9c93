"""How much of a difference between two methods is chance: a paired bootstrap over the items of a test set.

Both methods are scored on the same items, and the same items are drawn for both, so that what makes an item hard or
easy for everyone drops out. Neighbours that hang together (forecasts whose horizons overlap) are drawn together, in
blocks. Plain numpy, seeded, and bounded in items and draws. Left out: which items and scores (core.tasks), what is
said about the interval (core.verdict), and chance in training, which only more seeds can show.

Shape letters: N items in their order, C columns that are averaged at the end (targets of a forecast; 1 elsewhere).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.uncertainty import t_quantile

LEVEL = 0.95
NUM_DRAWS = 2_000
MOST_BLOCKS = 1_000  # of more, neighbours are put together
FEWEST_TO_BE_SURE = 6  # that all point the same way: with five, a coin does so in one of sixteen
_DRAWS_AT_ONCE = 250

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """How much higher the first method's figure is than the second's.

    Attributes:
        value: On the items at hand.
        interval: Low and high end of where it would lie on other items of the same kind; None where there are too few.
        num_blocks: Independent pieces of evidence: items, or blocks of them.
    """

    value: float
    interval: tuple[float, float] | None
    num_blocks: int


def paired_difference(
    first: ArrayLike,
    second: ArrayLike,
    weights: ArrayLike | None = None,
    block: int = 1,
    seed: int = 0,
    second_weights: ArrayLike | None = None,
) -> Difference | None:
    """The difference of two figures and its 95 % interval.

    A method's figure is the mean over columns of ``sum(scores) / sum(weights)``: an accuracy (scores 0 or 1, weights
    1), bits a character (bits and characters of pieces of a text), a scaled error (errors and how many are known), an F1
    (twice the right ones, and all that were found or true, which differ from method to method).

    Items are drawn with replacement, in blocks of neighbours that go round at the end, so that each item is as likely
    as any other. Few blocks say less about their own spread than many: the ends of the percentile interval are moved
    out as Student's t moves out those of a normal one. Where items are wholly right or wrong and all differ
    alike, so that no draw is another, up to 3 / N of other items may differ otherwise (the rule of three).

    Args:
        first, second: scores of two methods on the same items, (N,) or (N, C).
        weights: of the same shape, 0 where an item has no score; 1 everywhere when not given.
        block: neighbouring items that hang together, at least 1.
        seed: of the draws; the same seed gives the same interval.
        second_weights: of the second method, where it has others than the first.

    Returns:
        None where a column has no item with a weight, or a score is not a number.

    Raises:
        ValueError: shapes that differ, or a block below 1.

    Reference:
        Efron (1979), "Bootstrap methods: another look at the jackknife"; Koehn (2004), "Statistical significance tests
        for machine translation evaluation" (paired); Kuensch (1989), "The jackknife and the bootstrap for general
        stationary observations" (blocks), and Politis and Romano (1992) (blocks that go round); Hesterberg (2015),
        "What teachers should know about the bootstrap", section 4.2 (few observations); Hanley and Lippman-Hand (1983),
        "If nothing goes wrong, is everything all right?".
    """
    gaps = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    shares = np.ones(gaps.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if gaps.shape != shares.shape or gaps.ndim not in (1, 2):
        raise ValueError(f"scores and weights must have one shape, (N,) or (N, C), got {gaps.shape}, {shares.shape}")
    if block < 1:
        raise ValueError(f"block must be at least 1, got {block}")
    if not len(gaps) or not np.isfinite(gaps).all():
        return None
    gaps, shares = gaps.reshape(len(gaps), -1), shares.reshape(len(shares), -1)
    if second_weights is not None:  # both ratios beside each other, the second negative
        others = np.asarray(second_weights, dtype=np.float64).reshape(shares.shape)
        first, second = (np.asarray(one, dtype=np.float64).reshape(shares.shape) for one in (first, second))
        gaps, shares = np.concatenate((first, -second), axis=1), np.concatenate((shares, others), axis=1)
    total = shares.sum(axis=0)
    if not total.size or not (total > 0).all():
        return None
    value = float(_of_both(gaps.sum(axis=0) / total, second_weights is not None).mean())
    block = min(len(gaps), max(block, -(-len(gaps) // MOST_BLOCKS)))
    num_blocks = len(gaps) // block
    if num_blocks < 2:
        return Difference(value, None, num_blocks)
    drawn = _draws(gaps, shares, block, num_blocks, np.random.default_rng(seed), second_weights is not None)
    if num_blocks < FEWEST_TO_BE_SURE and np.ptp(drawn) == 0 and value != 0:
        return Difference(value, None, num_blocks)
    each = np.concatenate(
        [_ratios(first, weights), _ratios(second, weights if second_weights is None else second_weights)]
    )
    most = float(each.max(initial=0.0))
    if (
        np.ptp(drawn) == 0 and np.isin(each, (0.0, most)).all()
    ):  # that no item here was unlike does not say that none is
        unseen = most * (1 - (1 - LEVEL) ** (1 / num_blocks))
        return Difference(value, (max(-most, value - unseen), min(most, value + unseen)), num_blocks)
    tail = (1 - LEVEL) / 2
    low, high = (float(end) for end in np.quantile(drawn, [tail, 1 - tail]))
    wider = _widening(num_blocks)
    return Difference(value, (value + wider * (low - value), value + wider * (high - value)), num_blocks)


def _ratios(scores: ArrayLike, weights: ArrayLike | None) -> Floats:
    """The score of every item that has one in units of its weight."""
    flat: Floats = np.asarray(scores, dtype=np.float64).ravel()
    if weights is None:
        return flat
    shares: Floats = np.asarray(weights, dtype=np.float64).ravel()
    return flat[shares > 0] / shares[shares > 0]


def _of_both(ratios: Floats, has_both: bool) -> Floats:
    """Differences (..., C) of the ratios (..., 2 C) of two methods; where they are differences already, as they are."""
    half = ratios.shape[-1] // 2
    return ratios[..., :half] + ratios[..., half:] if has_both else ratios


def _draws(
    gaps: Floats, shares: Floats, block: int, num_blocks: int, random: np.random.Generator, has_both: bool
) -> Floats:
    """The difference on each of `NUM_DRAWS` samples of blocks, (D,)."""
    sums, weights = _block_sums(gaps, block), _block_sums(shares, block)
    found = []
    for _ in range(0, NUM_DRAWS, _DRAWS_AT_ONCE):
        starts = random.integers(len(gaps), size=(_DRAWS_AT_ONCE, num_blocks))
        above, below = sums[starts].sum(axis=1), weights[starts].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            columns = _of_both(np.where(below > 0, above / below, np.nan), has_both)
        is_known = ~np.isnan(columns)
        found.append(np.nansum(columns, axis=1) / np.maximum(is_known.sum(axis=1), 1))
    return np.concatenate(found)


def _block_sums(values: Floats, block: int) -> Floats:
    """Sums (N, C) over the block that begins at each item and goes round at the end."""
    around = np.concatenate([np.zeros((1, values.shape[1])), values, values[: block - 1]]).cumsum(axis=0)
    return around[block:] - around[:-block]


def _widening(num_blocks: int) -> float:
    """How far the ends of a percentile interval from so many blocks have to move out."""
    tail = (1 + LEVEL) / 2
    wider = t_quantile(tail, num_blocks - 1) / NormalDist().inv_cdf(tail)
    return wider * math.sqrt(num_blocks / (num_blocks - 1))
