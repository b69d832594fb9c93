"""What a classifier says beside the truth, of texts or of words: accuracy, macro F1, and the figures of each class.

Shape letters: N examples, C classes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.metrics.base import Floats, Metric, whole_numbers

_DEGREES = ("very negative", "negative", "neutral", "positive", "very positive")


@dataclass(frozen=True, eq=False)
class Guesses:
    """Predicted classes beside the true ones.

    Attributes:
        labels, predictions: (N,), integers from 0 to C - 1.
        num_classes: C.
        loss: Mean cross-entropy in nats, where it is known.
        scale: (C,) the number that each class stands for, where classes are steps of a scale.
    """

    labels: ArrayLike
    predictions: ArrayLike
    num_classes: int
    loss: float | None = None
    scale: Sequence[float] | None = field(default=None, kw_only=True)

    @classmethod
    def of(cls, probabilities: Floats, labels: ArrayLike, scale: Sequence[float] | None = None) -> Self:
        """The likeliest class of each row of (N, C). The loss is infinite where a true class has a probability of 0."""
        truth = whole_numbers("labels", labels, probabilities.shape[1])
        with np.errstate(divide="ignore"):
            surprise = -np.log(probabilities[np.arange(len(truth)), truth])
        loss = float(surprise.mean()) if len(truth) else None
        return cls(truth, probabilities.argmax(axis=1), probabilities.shape[1], loss, scale=scale)

    @cached_property
    def matrix(self) -> NDArray[np.int64]:
        """How often each class was taken for each other one, (C, C): rows are the truth, columns the prediction.

        Raises:
            ValueError: Lengths differ, or a class is outside 0 to C - 1.
        """
        size = self.num_classes
        truth, guess = whole_numbers("labels", self.labels, size), whole_numbers("predictions", self.predictions, size)
        if truth.shape != guess.shape:
            raise ValueError(f"labels and predictions must have the same length, got {truth.shape} and {guess.shape}")
        return np.bincount(truth * size + guess, minlength=size**2).reshape(size, size)

    @property
    def right(self) -> Floats:
        """1 where the prediction is the label, 0 elsewhere, (N,)."""
        return (np.asarray(self.labels) == np.asarray(self.predictions)).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Graded:
    """Answers of any kind, each right or not.

    Attributes:
        right: (N,), 1 or 0.
        loss: Their mean loss.
    """

    right: Floats
    loss: float | None = None


def per_class(matrix: NDArray[np.int64]) -> list[dict[str, float | int | None]]:
    """Precision, recall, F1 (0 to 1) and support (true examples) of each class of `Guesses.matrix`.

    Precision is None for a class never predicted, recall for one that never occurs, F1 where both hold.
    """
    rows: list[dict[str, float | int | None]] = []
    for i in range(len(matrix)):
        hits, true, predicted = int(matrix[i, i]), int(matrix[i].sum()), int(matrix[:, i].sum())
        rows.append(
            {
                "precision": hits / predicted if predicted else None,
                "recall": hits / true if true else None,
                "f1": 2 * hits / (true + predicted) if true + predicted else None,
                "support": true,
            }
        )
    return rows


def scale_of(classes: Sequence[str]) -> tuple[float, ...] | None:
    """The number that each class stands for, where classes are steps of a scale: three and more that are all numbers, or
    degrees from very negative to very positive. None for others: two have no order that accuracy does not know."""
    if len(classes) < 3:
        return None
    if all(name in _DEGREES for name in classes):
        return tuple(float(_DEGREES.index(name) + 1) for name in classes)
    try:
        numbers = tuple(map(float, classes))
    except ValueError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


def _off(guesses: Guesses) -> Floats | None:
    """How far each class is from each other one on their scale, (C, C)."""
    if guesses.scale is None:
        return None
    places = np.asarray(guesses.scale, dtype=np.float64)
    return np.abs(places[:, None] - places[None])


def _label_error(guesses: Guesses) -> float | None:
    """By how much an answer is off on average, in the unit of the labels."""
    off, total = _off(guesses), int(guesses.matrix.sum())
    return None if off is None or not total else float((off * guesses.matrix).sum() / total)


def _kappa(guesses: Guesses) -> float | None:
    """Cohen's kappa with squared distances as weights (Cohen 1968, "Weighted kappa")."""
    off, total = _off(guesses), int(guesses.matrix.sum())
    if off is None or not total:
        return None
    by_chance = np.outer(guesses.matrix.sum(axis=1), guesses.matrix.sum(axis=0)) / total
    expected = float((off**2 * by_chance).sum())
    return 1 - float((off**2 * guesses.matrix).sum()) / expected if expected else None


def _accuracy(judged: Guesses | Graded) -> float | None:
    if isinstance(judged, Graded):
        return float(judged.right.mean()) if judged.right.size else None
    total = int(judged.matrix.sum())
    return int(np.trace(judged.matrix)) / total if total else None


def _macro_f1(guesses: Guesses) -> float | None:
    """The plain mean over the classes that occur in the labels or the predictions."""
    known = [float(row["f1"]) for row in per_class(guesses.matrix) if row["f1"] is not None]
    return math.fsum(known) / len(known) if known else None


def _right(judged: Guesses | Graded) -> tuple[Floats, None]:
    return judged.right, None


METRICS = (
    Metric(
        "accuracy", "Accuracy", _accuracy, unit="%", form=".1f", is_share=True, perfect=1.0, near=0.05,
        per_item=_right, gloss="Accuracy is the share of right answers in the test set.",
    ),
    Metric("macro_f1", "Macro F1", _macro_f1, unit="%", form=".1f", is_share=True, perfect=1.0),
    Metric(
        "label_error", "Mean absolute error", _label_error, form=".2f", smaller_is_better=True, needs_order=True,
        gloss="Mean absolute error: by how many steps of the scale an answer is off on average; lower is better.",
    ),
    Metric(
        "weighted_kappa", "Weighted kappa", _kappa, form=".2f", perfect=1.0, needs_order=True,
        gloss="Weighted kappa: agreement with the labels beyond chance, where being off by two steps counts four times as much "
        "as by one; 1 is perfect, 0 chance.",
    ),
)  # fmt: skip
