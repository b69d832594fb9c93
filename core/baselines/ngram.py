"""Interpolated modified Kneser-Ney n-gram models of all orders at once: what a recurrent language model has to beat.

``ngram_n`` predicts a token from the n - 1 tokens before it (n counts the predicted one). Its highest order uses plain
counts, the lower ones the number of different tokens seen before them, down to the uniform distribution; every
conditional distribution sums to 1 over the vocabulary. Tokens are any integer ids: characters, subwords or words.

Counting is sorting: the n-grams of a text are numbered densely, order by order, so that any vocabulary and order fits
64 bits. Items that stand apart each begin after a start of their own, which is never predicted, so that nothing of one
is the context of the next. Left out: pruning.

Shape letters: T training tokens, N held-out tokens, V vocabulary.

Reference:
    Chen and Goodman (1999), "An empirical study of smoothing techniques for language modeling", section 3.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.baselines.base import Baseline, by_name
from core.metrics.base import whole_numbers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_UNKNOWN = -1
# Used where a text is too small or too regular for the counts of counts that the discounts are estimated from.
_DEFAULT_DISCOUNTS = (0.5, 0.75, 0.9)


MAX_ORDER = 6


class LanguageModel(Baseline, ABC):
    """Simple language models, one or several that are fitted together."""

    @abstractmethod
    def fit(self, ids: ArrayLike, vocab_size: int, offsets: ArrayLike = ()) -> Self:
        """Learns from training tokens, (T,), integers from 0 to V - 1.

        Args:
            offsets: (M + 1,) where each of M items begins that stand apart, and T at the end; empty for one text.
        """

    @abstractmethod
    def nats(self, ids: ArrayLike, offsets: ArrayLike = ()) -> dict[str, Floats]:
        """-log of the probability of each token of a text that is read once from its start, (N,), by model.

        Args:
            offsets: As of `fit`.
        """


@dataclass(frozen=True)
class _Smoothed:
    """Discounted counts of one order: ``p(token | context) = weights[gram] + backoff[context] * p_lower(token)``.

    `weights` is (grams,), `backoff` (contexts,); a context without counts has a backoff of 1.
    """

    weights: Floats
    backoff: Floats


@dataclass(frozen=True)
class _Order:
    """The distinct n-grams of one order.

    `codes` (grams,) are sorted: the number of the (n - 1)-gram that is the context times V plus the token. The position
    of a code is the number of its n-gram. `plain` is smoothed from counts, `lower` from the number of different tokens
    seen before the n-gram (None for the highest order, which nothing backs off to).
    """

    codes: Ints
    plain: _Smoothed
    lower: _Smoothed | None


class NGrams(LanguageModel):
    """N-gram models of order 1 to `max_order`, fitted together.

    Args:
        max_order: the highest order, at least 1.
        max_tokens: training tokens that are counted at most, from the start of the stream; it bounds memory and time
            (about 100 bytes a token at order 6).

    Raises:
        ValueError: `max_order` or `max_tokens` below 1.
    """

    name, label = "ngram", "n-gram"
    does = "knowing nothing but how often each token occurs"  # those of order 1, the empty model

    @classmethod
    def labels(cls) -> Mapping[str, str]:
        return {f"ngram_{order}": f"{order}-gram" for order in range(1, MAX_ORDER + 1)}

    def __init__(self, max_order: int = MAX_ORDER, max_tokens: int = 10_000_000) -> None:
        if max_order < 1 or max_tokens < 1:
            raise ValueError(f"max_order and max_tokens must be at least 1, got {max_order} and {max_tokens}")
        self.max_order = max_order
        self.max_tokens = max_tokens
        self._vocab_size = 0
        self._orders: list[_Order] = []

    def fit(self, ids: ArrayLike, vocab_size: int, offsets: ArrayLike = ()) -> Self:
        """Counts the training set.

        Args:
            ids: training tokens, (T,), integers from 0 to V - 1.
            offsets: see `LanguageModel.fit`.

        Returns:
            The object itself.

        Raises:
            ValueError: no tokens, or an id outside the vocabulary.
        """
        if vocab_size < 1:
            raise ValueError(f"vocab_size must be at least 1, got {vocab_size}")
        stream = whole_numbers("ids", ids, vocab_size)[: self.max_tokens]
        if not len(stream):
            raise ValueError("ids must hold at least one token")
        stream, _ = self._with_starts(stream, offsets, vocab_size)
        base = vocab_size + 1  # one more symbol, the start
        orders: list[_Order] = []
        num_contexts = 1
        codes, _, grams, counts = _number(stream)
        for order in range(1, self.max_order + 1):
            is_start = codes % base == vocab_size
            plain = _smooth(np.where(is_start, 0, counts), codes // base, num_contexts)
            if order == self.max_order:
                orders.append(_Order(codes, plain, None))
                break
            # The next order's context is the gram that ends one token earlier. `grams` holds, for each of the last
            # T - order + 1 positions, the gram that ends there.
            longer = _number(grams[:-1] * base + stream[order:])
            suffixes = np.bincount(grams[1:][longer[1]], minlength=len(codes))
            lower = _smooth(np.where(is_start, 0, suffixes), codes // base, num_contexts)
            orders.append(_Order(codes, plain, lower))
            num_contexts = len(codes)
            codes, _, grams, counts = longer
        self._vocab_size, self._orders = vocab_size, orders
        return self

    def nats(self, ids: ArrayLike, offsets: ArrayLike = ()) -> dict[str, Floats]:
        """-log of `probabilities`, by order: token i is predicted by order ``min(n, i + 1)``. Arguments as there."""
        table = -np.log(self.probabilities(ids, offsets))
        return {f"ngram_{order}": row for order, row in enumerate(table, start=1)}

    def probabilities(self, ids: ArrayLike, offsets: ArrayLike = ()) -> Floats:
        """Probability of each token of a text under each order, the text read from its start.

        Args:
            ids: tokens, (N,), integers from 0 to V - 1.
            offsets: see `LanguageModel.fit`.

        Returns:
            Probabilities above 0, (max_order, N).

        Raises:
            ValueError: an id outside the vocabulary.
        """
        stream, real = self._with_starts(whole_numbers("ids", ids, self._vocab_size), offsets, self._vocab_size)
        contexts = np.zeros(len(stream), dtype=np.int64)
        result = np.empty((self.max_order, len(stream)))
        lower = np.full(len(stream), 1.0 / self._vocab_size)
        for order, table in enumerate(self._orders, start=1):
            grams = self._look_up(table, contexts, stream)
            result[order - 1] = _mix(table.plain, grams, contexts, lower)
            if order > 1:
                result[order - 1, : order - 1] = result[order - 2, : order - 1]
            if table.lower is not None:
                lower = _mix(table.lower, grams, contexts, lower)
            contexts = np.concatenate(([_UNKNOWN], grams))[: len(stream)]
        return result[:, real]

    def _with_starts(self, stream: Ints, offsets: ArrayLike, start: int) -> tuple[Ints, NDArray[np.bool_]]:
        """The stream with as many starts before each item as the longest context has, and which of it are tokens."""
        begins = np.asarray(offsets, dtype=np.int64)[:-1]
        begins = np.repeat(begins[begins < len(stream)], self.max_order - 1)
        padded = np.insert(stream.astype(np.int64), begins, start)
        return padded, padded != start

    def _look_up(self, table: _Order, contexts: Ints, tokens: Ints) -> Ints:
        """Numbers of the grams (context, token), `_UNKNOWN` where the context or the gram was never seen; all (N,)."""
        if not len(table.codes):
            return np.full(len(tokens), _UNKNOWN)
        wanted = contexts * (self._vocab_size + 1) + tokens
        places = np.minimum(np.searchsorted(table.codes, wanted), len(table.codes) - 1)
        return np.where((table.codes[places] == wanted) & (contexts != _UNKNOWN), places, _UNKNOWN)


def _number(codes: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Sorted distinct codes, a position of each, the number of each position's code, and how often each occurs."""
    by_code = np.argsort(codes, kind="stable")
    ordered = codes[by_code]
    new = np.ones(len(codes), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    numbers = np.empty(len(codes), dtype=np.int64)
    numbers[by_code] = np.cumsum(new) - 1
    counts = np.diff(starts, append=len(codes))
    return ordered[starts], by_code[starts], numbers, counts


def _smooth(counts: Ints, contexts: Ints, num_contexts: int) -> _Smoothed:
    """Modified Kneser-Ney discounting of the counts of grams, (grams,), within their contexts, (grams,)."""
    discounts = np.array([0.0, *_discounts(counts)])[np.minimum(counts, 3)]
    totals = np.bincount(contexts, weights=counts, minlength=num_contexts)
    removed = np.bincount(contexts, weights=discounts, minlength=num_contexts)
    backoff = np.ones(num_contexts)
    np.divide(removed, totals, out=backoff, where=totals > 0)
    weights = (counts - discounts) / np.maximum(totals, 1.0)[contexts]
    return _Smoothed(weights, backoff)


def _discounts(counts: Ints) -> tuple[float, float, float]:
    """What is taken from grams seen once, twice and more often (Chen and Goodman 1999, equation 26)."""
    n1, n2, n3, n4 = (int(n) for n in np.bincount(np.minimum(counts, 5), minlength=6)[1:5])
    if min(n1, n2, n3, n4) == 0:
        return _DEFAULT_DISCOUNTS
    share = n1 / (n1 + 2 * n2)
    estimates = (1 - 2 * share * n2 / n1, 2 - 3 * share * n3 / n2, 3 - 4 * share * n4 / n3)
    # Few grams can give an estimate outside the range that keeps probabilities positive.
    if all(0 < estimate < count for count, estimate in enumerate(estimates, start=1)):
        return estimates
    return _DEFAULT_DISCOUNTS


def _mix(smoothed: _Smoothed, grams: Ints, contexts: Ints, lower: Floats) -> Floats:
    """Interpolates one order with the next lower one; all arrays (N,)."""
    mixed = lower.copy()
    known = contexts != _UNKNOWN
    mixed[known] *= smoothed.backoff[contexts[known]]
    seen = grams != _UNKNOWN
    mixed[seen] += smoothed.weights[grams[seen]]
    return mixed


LANGUAGE_MODELS: Mapping[str, type[LanguageModel]] = by_name(NGrams)
