"""Logistic regression on what a word looks like and on its neighbours: the reference for taggers that reads a sentence.

It knows form, beginning, ending and shape of a word and of the words around it, but nothing further away. Time and memory are
bounded: features are hashed, and of a long training set only so many words are read, whole sentences from all over it.

Shape letters: S sentences, N words of all of them, C tags.

Reference:
    Ratnaparkhi (1996), "A maximum entropy model for part-of-speech tagging" (the features); Weinberger et al. (2009), "Feature
    hashing for large scale multitask learning"; Bottou (2010), "Large-scale machine learning with stochastic gradient descent".
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.baselines.base import Baseline, by_name
from core.metrics.base import Floats, whole_numbers

MOST_WORDS = 300_000  # of training
NUM_FEATURES = 2**18  # that hashing leaves
_PASSES, _PENALTY = 6, 3e-6
_LONGEST_WORD = 40  # characters that are looked at
_EDGE = "\n"  # stands for no word; none holds it

Sentences = Sequence[Sequence[str]]


class FeatureRegression(Baseline):
    """One logistic regression a tag against all others, taught by averaged stochastic gradient descent."""

    name, label = "feature_regression", "feature regression"
    does = "weighing each word's form, ending, shape and neighbours"

    def fit(self, sentences: Sentences, labels: ArrayLike, num_classes: int) -> Self:
        """Learns from the training set.

        Args:
            sentences: S sentences.
            labels: The tags of their words, one sentence after the other, (N,), integers from 0 to C - 1.
            num_classes: C.

        Raises:
            ValueError: A tag outside 0 to C - 1, lengths that differ, or no word.
        """
        tags = whole_numbers("labels", labels, num_classes)
        if len(tags) != sum(map(len, sentences)) or not len(tags):
            raise ValueError(f"labels must have shape ({sum(map(len, sentences))},), one a word, got {tags.shape}")
        kept, tags = _part_of(sentences, tags)
        counts = np.bincount(tags, minlength=num_classes) + 1.0
        self._usual = counts / counts.sum()
        self._model = None
        if len(np.unique(tags)) > 1:
            from sklearn.linear_model import SGDClassifier

            self._model = SGDClassifier(
                loss="log_loss", alpha=_PENALTY, max_iter=_PASSES, tol=None, average=True, random_state=0
            )
            self._model.fit(_hashed(kept), tags)
        return self

    def probabilities(self, sentences: Sentences) -> Floats:
        """Probability (N, C) of every tag for each word; where training has one tag alone, the shares of training."""
        number = sum(map(len, sentences))
        if self._model is None or not number:
            return np.tile(self._usual, (number, 1))
        table = np.full((number, len(self._usual)), 1e-9)
        table[:, self._model.classes_] = self._model.predict_proba(_hashed(sentences)).clip(1e-9)
        return np.asarray(table / table.sum(axis=1, keepdims=True))


TAGGERS = by_name(FeatureRegression)


def features(words: Sequence[str], place: int) -> Iterator[str]:
    """What is known of a word of a sentence, each as a text of its own."""
    word = words[place][:_LONGEST_WORD]
    small = word.lower()
    yield "bias"
    yield f"w={word}"
    yield f"l={small}"
    yield f"s={shape(word)}"
    for length in range(1, min(5, len(small)) + 1):
        yield f"e{length}={small[-length:]}"
    for length in range(1, min(4, len(small)) + 1):
        yield f"b{length}={small[:length]}"
    near = {step: _at(words, place + step) for step in (-2, -1, 1, 2)}
    for step, other in near.items():
        yield f"{step}={other.lower()}"
    for step in (-1, 1):
        yield f"{step}s={shape(near[step])}"
        yield f"{step}e={near[step].lower()[-3:]}"
        yield f"{step}+={near[step].lower()}|{small}"
    yield f"-2-1={near[-2].lower()}|{near[-1].lower()}"
    yield f"-1+1={near[-1].lower()}|{near[1].lower()}"


def shape(word: str) -> str:
    """Capitals, small letters, figures and other signs of a word, each run once: "Xx", "d-d"."""
    kinds = ("X" if sign.isupper() else "x" if sign.isalpha() else "d" if sign.isdigit() else sign for sign in word)
    return re.sub(r"(.)\1+", r"\1", "".join(kinds), flags=re.DOTALL)


def _at(words: Sequence[str], place: int) -> str:
    return words[place][:_LONGEST_WORD] if 0 <= place < len(words) else _EDGE


def _hashed(sentences: Sentences) -> Any:
    """A sparse matrix (N, `NUM_FEATURES`)."""
    from sklearn.feature_extraction import FeatureHasher

    hasher = FeatureHasher(NUM_FEATURES, input_type="string", dtype=np.float32, alternate_sign=False)
    return hasher.transform(features(words, place) for words in sentences for place in range(len(words)))


def _part_of(sentences: Sentences, tags: NDArray[np.int64]) -> tuple[list[Sequence[str]], NDArray[np.int64]]:
    """Sentences from all over a long training set, of at most about `MOST_WORDS` words, and their tags."""
    step = -(-len(tags) // MOST_WORDS)
    ends = np.cumsum([len(words) for words in sentences])
    parts = np.split(tags, ends[:-1])
    return list(sentences[::step]), np.fromiter(chain.from_iterable(parts[::step]), dtype=np.int64)
