"""References for classifiers of texts: the most frequent class, the mean of learned vectors of words, and logistic regression
on words and word pairs.

Where a script does not divide its words, or a text is a single one (a name, a piece of DNA), the last two read runs of one to
three characters. The last is the one to beat: it knows which words and pairs occur, but no order beyond two neighbours. For
words: the most frequent tag of each.

Shape letters: N texts, C classes.

Reference:
    Wang and Manning (2012), "Baselines and bigrams: simple, good sentiment and topic classification".
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.baselines.base import Baseline, by_name
from core.baselines.mean_vectors import MeanVectors
from core.baselines.words import WORD_PATTERN
from core.metrics.base import whole_numbers
from core.scripts import writing_of

Floats = NDArray[np.float64]
LONG_WORD = r"(?u)\b\w\w+\b"
_MOSTLY = 0.9
_LOOKED_AT = 1_000  # texts that say how their words are written


class SimpleClassifier(Baseline, ABC):
    """A simple classifier of texts, or of words.

    Attributes:
        terms: How many words and the like it knows, and how many more the training set has, the rarest; none is cut by most.
    """

    terms: tuple[int, int] = (0, 0)

    @abstractmethod
    def fit(self, texts: Sequence[str], labels: ArrayLike, num_classes: int) -> Self:
        """Learns from the training set.

        Args:
            texts: N training texts.
            labels: their classes, (N,), integers from 0 to C - 1.
            num_classes: C.

        Raises:
            ValueError: a class outside 0 to C - 1, lengths that differ, or nothing that it can be fitted to.
        """

    @abstractmethod
    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Probability (N, C) of every class for each of N texts."""


class Majority(SimpleClassifier):
    """The shares of the training set, one example added to each class: one that it lacks stays possible."""

    name, label = "majority", "majority"
    does = "always naming the most frequent label"

    def fit(self, texts: Sequence[str], labels: ArrayLike, num_classes: int) -> Self:
        self._shares = _shares(_check_labels(texts, labels, num_classes), num_classes)
        return self

    def probabilities(self, texts: Sequence[str]) -> Floats:
        return np.tile(self._shares, (len(texts), 1))


class TfidfLogistic(SimpleClassifier):
    """Logistic regression on words and word pairs, weighted by how rare they are.

    A text without a known word gets what the intercept says, a class that the training set lacks a probability of 0.

    Args:
        max_features: words and pairs kept at most, the most frequent first; it bounds time and memory.
        inverse_regularisation: scikit-learn's ``C`` of the logistic regression, above 0.
    """

    name, label = "tfidf_logistic", "TF-IDF"
    does = "weighing words and pairs of words"

    def __init__(self, max_features: int = 50_000, inverse_regularisation: float = 4.0) -> None:
        self.max_features = max_features
        self.inverse_regularisation = inverse_regularisation

    def fit(self, texts: Sequence[str], labels: ArrayLike, num_classes: int) -> Self:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        classes = _check_texts(texts, labels, num_classes)
        # scikit-learn's own words, of two letters and more: pairs of them tell more than pairs with "a" and ",".
        pattern = LONG_WORD if any(re.search(LONG_WORD, text) for text in texts) else WORD_PATTERN
        by_words = _has_words(texts[:_LOOKED_AT])
        self._vectorizer = TfidfVectorizer(
            analyzer="word" if by_words else "char",
            token_pattern=pattern if by_words else None,
            ngram_range=(1, 2) if by_words else (1, 3),
            sublinear_tf=True,
            max_features=self.max_features,
            dtype=np.float64,
        )
        table = self._vectorizer.fit_transform(texts)
        self.terms = _terms(self._vectorizer, texts, self.max_features)
        # Newton steps: thirty times as fast as the default here. With 1e-5 it stopped four texts of SST-2 beside the optimum.
        self._model = LogisticRegression(C=self.inverse_regularisation, solver="newton-cg", max_iter=1000, tol=1e-7)
        self._model.fit(table, classes)
        self._num_classes = num_classes
        return self

    def probabilities(self, texts: Sequence[str]) -> Floats:
        table = np.zeros((len(texts), self._num_classes))
        if len(texts):
            table[:, self._model.classes_] = self._model.predict_proba(self._vectorizer.transform(texts))
        return table


class BagOfEmbeddings(SimpleClassifier):
    """The mean of learned vectors of words and a linear layer (`core.baselines.mean_vectors`): every word, and no order.

    A text without a known word gets what the bias says.

    Args:
        max_features: words kept at most, the most frequent first.
    """

    name, label = "bag_of_embeddings", "bag of embeddings"
    does = "adding up what each word says"

    def __init__(self, max_features: int = 20_000) -> None:
        self.max_features = max_features

    def fit(self, texts: Sequence[str], labels: ArrayLike, num_classes: int) -> Self:
        from sklearn.feature_extraction.text import CountVectorizer

        classes = _check_texts(texts, labels, num_classes)
        by_words = _has_words(texts[:_LOOKED_AT])
        self._vectorizer = CountVectorizer(
            analyzer="word" if by_words else "char",
            token_pattern=WORD_PATTERN if by_words else None,
            ngram_range=(1, 1) if by_words else (1, 3),
            max_features=self.max_features,
            dtype=np.float64,
        )
        shares = _as_shares(self._vectorizer.fit_transform(texts))
        self.terms = _terms(self._vectorizer, texts, self.max_features)
        self._model = MeanVectors(shares.shape[1], num_classes)
        self._model.fit(shares, classes)
        return self

    def probabilities(self, texts: Sequence[str]) -> Floats:
        return self._model.probabilities(_as_shares(self._vectorizer.transform(texts)))


class MostFrequentTag(SimpleClassifier):
    """The tag that a word has most often in the training set; for a word that it lacks, the most frequent of all.

    Of tags that a word has equally often it is the more frequent one. Texts are words here, labels their tags.
    """

    name, label = "most_frequent_tag", "most frequent tag"
    does = "naming each word's most frequent tag"

    def fit(self, texts: Sequence[str], labels: ArrayLike, num_classes: int) -> Self:
        tags = _check_labels(texts, labels, num_classes)
        self._overall = _shares(tags, num_classes)
        self._counts: dict[str, Floats] = {}
        for word, tag in zip(texts, tags.tolist(), strict=True):
            self._counts.setdefault(word, np.zeros(num_classes))[tag] += 1
        return self

    def probabilities(self, texts: Sequence[str]) -> Floats:
        counts = np.zeros((len(texts), len(self._overall)))
        for row, word in zip(counts, texts, strict=True):
            row += self._counts.get(word, 0.0)
        return (counts + self._overall) / (counts.sum(axis=1, keepdims=True) + 1)


CLASSIFIERS = by_name(Majority, BagOfEmbeddings, TfidfLogistic, MostFrequentTag)


def _as_shares(counts: Any) -> Any:
    """Counts of words (N, V), sparse, as shares of each text's words."""
    sums = np.asarray(counts.sum(axis=1)).ravel()
    counts.data /= np.repeat(sums, np.diff(counts.indptr))
    return counts


def _terms(vectorizer: Any, texts: Sequence[str], most: int) -> tuple[int, int]:
    """How many terms a fitted vectorizer keeps, and how many it has cut."""
    kept = len(vectorizer.vocabulary_)
    if kept < most:
        return kept, 0
    terms_of = vectorizer.build_analyzer()
    return kept, len({term for text in texts for term in terms_of(text)}) - kept


def _has_words(texts: Sequence[str]) -> bool:
    """Whether texts are words side by side: in a script that divides them, and not one word each."""
    single = sum(len(text.split()) < 2 for text in texts)
    return single < _MOSTLY * len(texts) and writing_of(texts) not in ("chinese", "japanese", "undivided")


def _shares(classes: NDArray[np.int64], num_classes: int) -> Floats:
    """(C,) the share of each class among the labels, one example added to each."""
    counts = np.bincount(classes, minlength=num_classes)
    return np.asarray((counts + 1) / (counts.sum() + num_classes))


def _check_texts(texts: Sequence[str], labels: ArrayLike, num_classes: int) -> NDArray[np.int64]:
    """The classes of texts that words can be learned from; raises ValueError elsewhere."""
    classes = _check_labels(texts, labels, num_classes)
    if len(np.unique(classes)) < 2:
        raise ValueError("the training set must hold at least two different classes for a classifier to be fitted")
    if not any(text.strip() for text in texts):
        raise ValueError("the training texts hold no word")
    return classes


def _check_labels(texts: Sequence[str], labels: ArrayLike, num_classes: int) -> NDArray[np.int64]:
    classes = whole_numbers("labels", labels, num_classes)
    if len(classes) != len(texts):
        raise ValueError(f"labels must have shape ({len(texts)},), one a text, got {classes.shape}")
    return classes
