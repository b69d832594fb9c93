"""Two references for text classifiers: the most frequent class, and logistic regression on words and word pairs.

Where a script does not divide its words, on runs of one to three characters.

The second is the one to beat: it knows which words and pairs occur, but no order beyond two neighbours. Both are fitted
on the training part only. Left out: tuning of the regularisation, and anything with word vectors.

Shape letters: N texts, C classes.

Reference:
    Wang and Manning (2012), "Baselines and bigrams: simple, good sentiment and topic classification".
"""

import re
from collections.abc import Mapping, Sequence, Sized
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.baselines.words import WORD_PATTERN
from core.metrics import classification_metrics
from core.scripts import writing_of

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]
LONG_WORD = r"(?u)\b\w\w+\b"
_LOOKED_AT = 1_000  # texts that say how their words are written


class ClassificationBaselines:
    """``majority`` and ``tfidf_logistic``, fitted together.

    Args:
        max_features: words and pairs kept at most, the most frequent first; it bounds time and memory.
        inverse_regularisation: scikit-learn's ``C`` of the logistic regression, above 0.

    Raises:
        ValueError: an argument outside its range.
    """

    def __init__(self, max_features: int = 50_000, inverse_regularisation: float = 4.0) -> None:
        if max_features < 1 or inverse_regularisation <= 0:
            raise ValueError("max_features must be at least 1 and inverse_regularisation above 0")
        self.max_features = max_features
        self.inverse_regularisation = inverse_regularisation
        self._num_classes = 0
        self._class_shares: Floats = np.zeros(0)
        self._vectorizer: TfidfVectorizer | None = None
        self._model: LogisticRegression | None = None

    def fit(self, texts: Sequence[str], labels: ArrayLike, num_classes: int) -> Self:
        """Fits both on the training part.

        Args:
            texts: N training texts.
            labels: their classes, (N,), integers from 0 to C - 1.
            num_classes: C.

        Returns:
            The object itself.

        Raises:
            ValueError: fewer than two different classes among the labels, a class outside 0 to C - 1, lengths that
                differ, or texts without a single word.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        classes = _check_labels(texts, labels, num_classes)
        counts = np.bincount(classes, minlength=num_classes)
        if np.count_nonzero(counts) < 2:
            raise ValueError("the training part must hold at least two different classes for a classifier to be fitted")
        if not any(text.strip() for text in texts):
            raise ValueError("the training texts hold no word")
        # scikit-learn's own words, of two letters and more: pairs of them tell more than pairs with "a" and ",".
        pattern = LONG_WORD if any(re.search(LONG_WORD, text) for text in texts) else WORD_PATTERN
        by_words = writing_of(texts[:_LOOKED_AT]) not in ("chinese", "japanese", "undivided")
        vectorizer = TfidfVectorizer(
            analyzer="word" if by_words else "char",
            token_pattern=pattern if by_words else None,
            ngram_range=(1, 2) if by_words else (1, 3),
            sublinear_tf=True,
            max_features=self.max_features,
            dtype=np.float64,
        )
        # Newton steps: thirty times as fast as the default here, and it does reach the optimum.
        model = LogisticRegression(C=self.inverse_regularisation, solver="newton-cg", max_iter=1000, tol=1e-5)
        model.fit(vectorizer.fit_transform(texts), classes)
        # One more example of every class: a class the training part lacks stays possible.
        self._class_shares = (counts + 1) / (counts.sum() + num_classes)
        self._num_classes, self._vectorizer, self._model = num_classes, vectorizer, model
        return self

    def probabilities(self, texts: Sequence[str]) -> dict[str, Floats]:
        """Probability of every class for every text.

        A text without a known word gets what the regression's intercept says. ``tfidf_logistic`` gives a class that the
        training part lacks a probability of 0; ``majority`` gives the training part's shares, one example added to each
        class.

        Args:
            texts: N texts.

        Returns:
            ``{"majority": (N, C), "tfidf_logistic": (N, C)}``.

        Raises:
            ValueError: not fitted.
        """
        if self._model is None or self._vectorizer is None:
            raise ValueError("fit the baselines first")
        shares = np.tile(self._class_shares, (len(texts), 1))
        logistic = np.zeros((len(texts), self._num_classes))
        if len(texts):
            logistic[:, self._model.classes_] = self._model.predict_proba(self._vectorizer.transform(texts))
        return {"majority": shares, "tfidf_logistic": logistic}

    def evaluate(self, texts: Sequence[str], labels: ArrayLike) -> dict[str, dict[str, float | None]]:
        """Scores both on held-out texts.

        Args:
            texts: N held-out texts.
            labels: their classes, (N,), integers from 0 to C - 1.

        Returns:
            ``{"majority": {"accuracy", "macro_f1", "loss"}, "tfidf_logistic": {...}}``; the loss is the mean
            cross-entropy in nats, None where a true class has a probability of 0.

        Raises:
            ValueError: not fitted, a class outside 0 to C - 1, or lengths that differ.
        """
        return self.score(self.probabilities(texts), labels)

    def score(self, probabilities: Mapping[str, Floats], labels: ArrayLike) -> dict[str, dict[str, float | None]]:
        """What `evaluate` says of probabilities (N, C) that are known already; arguments and errors are its own."""
        classes = _check_labels(next(iter(probabilities.values())), labels, self._num_classes)
        result = {}
        for name, table in probabilities.items():
            with np.errstate(divide="ignore"):
                surprise = -np.log(table[np.arange(len(classes)), classes])
            loss = float(surprise.mean()) if len(classes) else None
            result[name] = classification_metrics(classes, table.argmax(axis=1), self._num_classes, loss)
        return result


def _check_labels(texts: Sized, labels: ArrayLike, num_classes: int) -> NDArray[np.int64]:
    classes = np.asarray(labels)
    if classes.shape != (len(texts),):
        raise ValueError(f"labels must have shape ({len(texts)},), one a text, got {classes.shape}")
    if not len(texts):
        return np.zeros(0, dtype=np.int64)
    if not np.issubdtype(classes.dtype, np.integer):
        raise ValueError(f"labels must be integers, got {classes.dtype}")
    if classes.min() < 0 or classes.max() >= num_classes:
        raise ValueError(f"labels must be from 0 to {num_classes - 1}, got {classes.min()} to {classes.max()}")
    return classes.astype(np.int64)
