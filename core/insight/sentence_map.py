"""Texts where a classifier puts them: their pooled states in a few directions, and which of them lie nearest to another text.

Principal components of some texts of the training set, as many as `MOST_DIRECTIONS`: two are drawn, distances go by all.
No torch.

Shape letters: N texts, H numbers of a pooled state, K directions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

MOST_TEXTS, MOST_DIRECTIONS = 300, 16
_MOST_CHARACTERS = 200  # of a text that is kept
_DIGITS = 4


def map_of(states: np.ndarray, texts: Sequence[str], labels: Sequence[int]) -> dict[str, Any]:
    """Some texts as a map, in plain values.

    Args:
        states: Their pooled states, (N, H), N at least 1.
        texts: N, of which the beginnings are kept.
        labels: Their classes, N numbers.

    Returns:
        `mean` (H), `directions` (K, H), `places` (N, K), `shares` (K) of the variance, `texts` and `labels`.
    """
    values = np.asarray(states, dtype=np.float64)
    mean = values.mean(axis=0)
    _, sizes, rows = np.linalg.svd(values - mean, full_matrices=False)
    directions = rows[:MOST_DIRECTIONS]
    total = float((sizes**2).sum()) or 1.0
    return {
        "mean": _rounded(mean),
        "directions": _rounded(directions),
        "places": _rounded((values - mean) @ directions.T),
        "shares": _rounded(sizes[:MOST_DIRECTIONS] ** 2 / total),
        "texts": [text[:_MOST_CHARACTERS] for text in texts],
        "labels": [int(label) for label in labels],
    }


def place_on(found: Mapping[str, Any], state: np.ndarray) -> np.ndarray:
    """Where a text with a pooled state (H,) lies on a map: (K,)."""
    place: np.ndarray = np.array(found["directions"]) @ (np.asarray(state, dtype=np.float64) - np.array(found["mean"]))
    return place


def nearest(found: Mapping[str, Any], place: np.ndarray, most: int = 5) -> list[tuple[int, float]]:
    """The texts of a map that lie nearest to a place (K,): their numbers and distances, the nearest first."""
    distances = np.linalg.norm(np.array(found["places"]) - place, axis=1)
    return [(int(row), float(distances[row])) for row in np.argsort(distances, kind="stable")[:most]]


def _rounded(values: np.ndarray) -> list[Any]:
    plain: list[Any] = np.round(values, _DIGITS).tolist()
    return plain
