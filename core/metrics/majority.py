"""What always naming one class scores, told from how many examples each class has, before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.metrics.classes import Guesses
from core.metrics.registry import score

UNEVEN = 3  # times as many examples as the rarest class


def majority_scores(taught: Sequence[int], judged: Sequence[int]) -> dict[str, float | None]:
    """Accuracy and macro F1 of the class that is the most frequent one in training.

    Args:
        taught, judged: Examples of each of C classes in the training set, and where it is judged.
    """
    labels = np.repeat(np.arange(len(judged)), judged)
    guesses = np.full(len(labels), int(np.argmax(taught)))
    return score(("accuracy", "macro_f1"), Guesses(labels, guesses, len(judged)))


def is_uneven(taught: Sequence[int]) -> bool:
    """Whether the most frequent class has at least three times as many training examples as the rarest."""
    return max(taught) >= UNEVEN * max(1, min(taught))
