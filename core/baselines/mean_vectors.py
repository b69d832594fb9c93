"""Learned vectors of words, their mean, and a linear layer: what a network without order or memory comes to.

Written in numpy with its gradient by hand, because it is three lines; the rows of a batch's words alone are moved. It is
bounded by a number of steps and not by a clock, so that the same run has the same simple methods on every machine.

Shape letters: N texts, V words, D numbers of a vector, C classes.

Reference:
    Joulin et al. (2017), "Bag of tricks for efficient text classification"; Iyyer et al. (2015), "Deep unordered
    composition rivals syntactic methods for text classification", section 2.1; Duchi et al. (2011), "Adaptive subgradient
    methods for online learning" (the steps).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SIZE, RATE = 50, 0.1
MOST_PASSES, MOST_STEPS, SMALLEST_BATCH = 30, 2_000, 32
PATIENCE = 3  # passes
HELD_OUT = 10  # one text of so many says when to stop
_TINY = 1e-8


class MeanVectors:
    """The model ``softmax(W' mean(vectors of the words) + b)``; a text without a known word gets what b says.

    Args:
        num_words: V.
        num_classes: C.
        seed: Of the first vectors, the order of the texts and those that are held out.
    """

    def __init__(self, num_words: int, num_classes: int, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self.vectors = self._random.normal(0.0, 0.1, (num_words, SIZE))
        self.output = np.zeros((SIZE, num_classes))
        self.bias = np.zeros(num_classes)

    def probabilities(self, shares: Any) -> Floats:
        """(N, C), of a sparse matrix (N, V) with the share of every word in each text."""
        return _softmax(shares @ self.vectors @ self.output + self.bias)

    def gradients(self, shares: Any, labels: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        """Of the mean cross-entropy in nats: for the vectors (V, D), the output layer (D, C) and its bias (C,)."""
        means = shares @ self.vectors
        errors = _softmax(means @ self.output + self.bias)
        errors[np.arange(len(labels)), labels] -= 1
        errors /= len(labels)
        return np.asarray(shares.T @ (errors @ self.output.T)), means.T @ errors, errors.sum(axis=0)

    def fit(self, shares: Any, labels: NDArray[np.int64]) -> None:
        """Learn until a tenth that is held out is no longer better predicted, and keep what predicted it best.

        Args:
            shares: Sparse rows (N, V).
            labels: (N,) from 0 to C - 1.
        """
        order = self._random.permutation(len(labels))
        held, taught = np.split(order, [len(order) // HELD_OUT])
        size = max(SMALLEST_BATCH, -(-len(taught) * MOST_PASSES // MOST_STEPS))
        squares = [np.full(part.shape, _TINY) for part in (self.vectors, self.output, self.bias)]
        best, since = (np.inf, self.vectors, self.output, self.bias), 0
        for _ in range(MOST_PASSES):
            taught = self._random.permutation(taught)
            for start in range(0, len(taught), size):
                rows = taught[start : start + size]
                self._step(shares[rows], labels[rows], squares)
            judged = held if len(held) else taught
            chances = self.probabilities(shares[judged])[np.arange(len(judged)), labels[judged]]
            loss, since = -float(np.log(chances.clip(1e-12)).mean()), since + 1
            if loss < best[0]:
                best, since = (loss, self.vectors.copy(), self.output.copy(), self.bias.copy()), 0
            if since == PATIENCE:
                break
        _, self.vectors, self.output, self.bias = best

    def _step(self, shares: Any, labels: NDArray[np.int64], squares: list[Floats]) -> None:
        """One step of AdaGrad, in which words that no text of the batch has stay where they are."""
        words = np.unique(shares.indices)
        few = MeanVectors.__new__(MeanVectors)
        few.vectors, few.output, few.bias = self.vectors[words], self.output, self.bias
        of_words, *others = few.gradients(shares[:, words], labels)
        squares[0][words] += of_words**2
        self.vectors[words] -= RATE * of_words / np.sqrt(squares[0][words])
        for part, gradient, square in zip((self.output, self.bias), others, squares[1:], strict=True):
            square += gradient**2
            part -= RATE * gradient / np.sqrt(square)


def _softmax(scores: Floats) -> Floats:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
