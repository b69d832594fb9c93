"""A Hopfield network that holds pictures of digits: one is damaged and recalled, update by update."""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.models.hopfield import Hopfield, Recall

Array = NDArray[np.float64]
DIGITS = Path(__file__).resolve().parents[2] / "datasets" / "digits.tsv.xz"
WIDTH = 8
MIDDLE = 8  # of the grey values 0 to 16


@cache
def digit_pictures() -> Array:
    """The first picture of every digit among the handwritten digits that ship, (10, 64), -1 and 1."""
    with lzma.open(DIGITS, "rt", encoding="utf-8") as file:
        rows = np.loadtxt(file, delimiter="\t", skiprows=1)
    grey, labels = rows[:, :-1], rows[:, -1]
    return np.stack([np.where(grey[int(np.argmax(labels == digit))] >= MIDDLE, 1.0, -1.0) for digit in range(10)])


def damaged(picture: Array, share: float, seed: int) -> Array:
    """A picture (N,) with that share of its pixels turned over, drawn from the seed; more of the same at a larger share."""
    order = np.random.default_rng(seed).permutation(len(picture))
    turned = picture.copy()
    turned[order[: round(share * len(picture))]] *= -1
    return turned


@dataclass(frozen=True)
class Recalled:
    """What came of a damaged picture.

    Attributes:
        recall: Update by update.
        overlaps: (K + 1, P) of every state with every stored picture: 1 equal, -1 its negative.
        kept: (P,) whether each stored picture is at rest.
        ends: What the end is: `same`, `other`, `negative`, or `mixture` of none of them; `moving` where it did not rest.
        nearest: Which stored picture the end is closest to, or whose negative.
    """

    recall: Recall
    overlaps: Array
    kept: NDArray[np.bool_]
    ends: str
    nearest: int


def recall_picture(stored: Array, rule: str, start: Array, wanted: int, seed: int) -> Recalled:
    """Store pictures, begin at a state, and let it come to rest.

    Args:
        stored: (P, N) of -1 and 1.
        rule: Of `core.models.hopfield.RULES`.
        start: (N,) to begin with.
        wanted: Which picture of the stored ones was damaged.
        seed: Of the order of updates.
    """
    network = Hopfield(stored, rule)
    recall = network.recall(start, np.random.default_rng(seed))
    overlaps = recall.states @ stored.T / stored.shape[1]
    kept = np.array([network.rests(picture) for picture in stored])
    last = overlaps[-1]
    nearest = int(np.abs(last).argmax())
    if not recall.rests:
        ends = "moving"
    elif abs(last[nearest]) < 1:
        ends = "mixture"
    elif last[nearest] == -1:
        ends = "negative"
    else:
        ends = "same" if nearest == wanted else "other"
    return Recalled(recall, overlaps, kept, ends, nearest)
