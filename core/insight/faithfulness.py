"""Whether the words that an explanation points at count: they are taken away one after another, and words at random beside them.

The faster the probability of the label falls, the more faithful the explanation is to the network; it says nothing of
whether the network is right. Left out: the explanations (explanations.py), reading the shortened texts (the predictor).

Shape letters: W words, K points of a curve, R random orders.

Reference:
    Samek et al., 2017, "Evaluating the visualization of what a deep neural network has learned", section III; DeYoung et
    al., 2020, "ERASER: a benchmark to evaluate rationalized NLP models", section 4.2 (comprehensiveness).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NUM_RANDOM = 20
"""Random orders that an explanation is compared with."""
MOST_POINTS = 20
"""Steps in which all words of a text are taken away: one word each, several of a longer text."""


@dataclass(frozen=True)
class Against:
    """The curve of one order of words against those of random orders.

    Attributes:
        curve: (K,) probability of the label while words are taken away, the first with all of them.
        gain: How much lower the curve lies than those of random orders, on average over the way: -1 to 1, 0 for an order
            as good as chance.
        spread: Standard deviation of the same figure among the random orders.
        ahead: Share of the random orders whose curve lies higher; ties count half.
    """

    curve: np.ndarray
    gain: float
    spread: float
    ahead: float


def points(num_words: int) -> np.ndarray:
    """How many words are gone at each point of a curve: whole numbers (K,) from 0 to all of them."""
    found: np.ndarray = np.unique(np.linspace(0, num_words, min(num_words, MOST_POINTS) + 1).round().astype(int))
    return found


def strongest_first(values: np.ndarray) -> np.ndarray:
    """Places of words (W,), the one that speaks most for the label first; of equal ones the earlier."""
    return np.argsort(-values, kind="stable")


def random_orders(num_words: int, seed: int = 0) -> np.ndarray:
    """`NUM_RANDOM` orders of W words, (R, W), the same for the same seed."""
    generator = np.random.default_rng([seed, num_words])
    return np.stack([generator.permutation(num_words) for _ in range(NUM_RANDOM)])


def kept(order: np.ndarray) -> np.ndarray:
    """Which words are left at each point while they are taken away in an order: bool (K, W)."""
    rank = np.empty(len(order), dtype=int)
    rank[order] = np.arange(len(order))
    still: np.ndarray = rank[None] >= points(len(order))[:, None]
    return still


def area(curves: np.ndarray, num_words: int) -> np.ndarray:
    """Mean height of curves (..., K) over the share of words that are gone, by trapezoids: (...)."""
    mean: np.ndarray = np.trapezoid(curves, points(num_words) / num_words, axis=-1)
    return mean


def against_random(curve: np.ndarray, random: np.ndarray, num_words: int) -> Against:
    """How a curve (K,) stands beside those of random orders (R, K)."""
    own, others = float(area(curve, num_words)), area(random, num_words)
    ahead = float((others > own).mean() + (others == own).mean() / 2)
    gain, spread = float(others.mean()) - own, float(others.std(ddof=1))
    return Against(curve, round(gain, 6) + 0.0, round(spread, 6), ahead)
