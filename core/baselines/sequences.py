"""References for networks that must remember: always the same answer, and an answer from the last three steps alone.

What these reach needs no memory; the rest is what a network has to remember for.

Shape letters: N sequences, T time, F features, M answers, C classes.
"""

from abc import ABC, abstractmethod
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.baselines.base import Baseline, by_name

Floats = NDArray[np.float64]
_WINDOW = 3


class SimpleAnswerer(Baseline, ABC):
    """A simple method that answers at some steps of sequences.

    Inputs and answers are arrays as `core.data.dataset.SequenceSet` has them; what a method gives has one row for each
    answer that is asked for, sequence by sequence.
    """

    def fit(self, inputs: np.ndarray, answers: np.ndarray, num_classes: int) -> Self:
        """Learns from the training set.

        Args:
            inputs: (N, T) or (N, T, F).
            answers: (N, T).
            num_classes: C; 0 where numbers are asked for.
        """
        self.num_classes = num_classes
        truth = answers[is_asked(answers)].astype(np.float64)
        counts = np.bincount(truth.astype(np.int64), minlength=num_classes) + 1.0 if num_classes else truth.mean()
        self.usual = counts / counts.sum() if num_classes else counts
        self._fit(inputs, answers)
        return self

    def _fit(self, inputs: np.ndarray, answers: np.ndarray) -> None:
        """What more a method learns."""

    @abstractmethod
    def answer(self, inputs: np.ndarray, answers: np.ndarray) -> Floats:
        """Probabilities (M, C), or numbers (M,), at the steps that are asked; of the answers nothing else is used."""


class UsualAnswer(SimpleAnswerer):
    """The shares of the training set, or the mean of its answers."""

    name, label = "usual_answer", "usual answer"
    does = "always giving the most usual answer"

    def answer(self, inputs: np.ndarray, answers: np.ndarray) -> Floats:
        count = int(is_asked(answers).sum())
        return np.tile(self.usual, (count, 1)) if self.num_classes else np.full(count, self.usual)


class LastSteps(SimpleAnswerer):
    """The answers that followed the same last three steps in training; of numbers a straight line by least squares.

    Where numbers are read and classes asked for, a line for each class, whose height counts as its share.
    """

    name, label = "last_steps", "last three steps"
    does = "answering from the last three steps alone"

    def _fit(self, inputs: np.ndarray, answers: np.ndarray) -> None:
        truth = answers[is_asked(answers)]
        if inputs.ndim > 2:
            wanted = np.eye(self.num_classes)[truth] if self.num_classes else truth.astype(np.float64)
            self.line = np.linalg.lstsq(_last_numbers(inputs, answers), wanted, rcond=None)[0]
            return
        self.num_symbols = int(inputs.max()) + 2  # one of them stands for no step
        size = self.num_symbols**_WINDOW
        at = self._last_symbols(inputs, answers) * self.num_classes + truth.astype(np.int64)
        self.counts = np.bincount(at, minlength=size * self.num_classes).reshape(size, self.num_classes)

    def answer(self, inputs: np.ndarray, answers: np.ndarray) -> Floats:
        if inputs.ndim > 2:
            given = _last_numbers(inputs, answers) @ self.line
            return _shares(given) if self.num_classes else given
        found = self.counts[self._last_symbols(inputs, answers)] + self.usual
        return found / found.sum(axis=1, keepdims=True)

    def _last_symbols(self, inputs: np.ndarray, answers: np.ndarray) -> NDArray[np.int64]:
        """One number (M,) for the last three symbols at each step that is asked."""
        found = np.zeros(inputs.shape, dtype=np.int64)
        for back in range(_WINDOW):
            found[:, back:] += (inputs[:, : inputs.shape[1] - back].astype(np.int64) + 1) * self.num_symbols**back
        return found[is_asked(answers)]


ANSWERERS = by_name(UsualAnswer, LastSteps)


def is_asked(answers: np.ndarray) -> NDArray[np.bool_]:
    """Where something is asked for, (N, T)."""
    return ~np.isnan(answers) if np.issubdtype(answers.dtype, np.floating) else answers >= 0


def _shares(given: Floats) -> Floats:
    """Scores (M, C) that lie about 0 and 1 as probabilities: none below 0.001, of 1 together."""
    found = given.clip(1e-3)
    return found / found.sum(axis=1, keepdims=True)


def _last_numbers(inputs: np.ndarray, answers: np.ndarray) -> Floats:
    """(M, 3 F + 1): the numbers of the last three steps at each step that is asked, zeros before the first, and a one."""
    steps = inputs.shape[1]
    padded = np.pad(np.nan_to_num(inputs), ((0, 0), (_WINDOW - 1, 0), (0, 0)))
    window = np.concatenate([padded[:, back : back + steps] for back in range(_WINDOW)], axis=2)[is_asked(answers)]
    return np.concatenate((window, np.ones((len(window), 1))), axis=1).astype(np.float64)
