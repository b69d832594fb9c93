"""Four references for translation: the source itself, word for word, what stands beside the most similar source of the
training set, and the most frequent target sentence.

Word for word is IBM model 1, then the same with a weak preference for links near the diagonal: expectation-maximisation learns
which target words each source word accounts for; every source word is replaced by its most likely target word, in source
order. It is what "translating on the fly" can do: no word order, no context, no agreement.

Reference:
    Brown, Della Pietra, Della Pietra and Mercer (1993), "The mathematics of statistical machine translation",
    section 4.2.
    Dyer, Chahuneau and Smith (2013), "A simple, fast, and effective reparameterization of IBM model 2", section 2.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.baselines.base import Baseline, by_name
from core.baselines.words import join_words, split_words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Without the two, words that are in every sentence ("thousand" among spelled numbers) cannot be told apart, and the
# empty word takes them all. The preference is weak, for source and target may well be in another order.
_EMPTY_PRIOR = 0.08
_DIAGONAL_TENSION = 1.0
_AT_ONCE = 200  # texts that are compared with all sources


class Translator(Baseline, ABC):
    """A simple way from a text to another."""

    @abstractmethod
    def fit(self, src_texts: Sequence[str], trg_texts: Sequence[str]) -> Self:
        """Learns from the N pairs of the training set.

        Raises:
            ValueError: no pairs, or lists of different lengths.
        """

    @abstractmethod
    def translate(self, src_texts: Sequence[str]) -> list[str]:
        """What it makes of N texts; nothing is refused."""


class CopySource(Translator):
    name, label = "copy_source", "copy source"
    does = "copying the source"

    def fit(self, src_texts: Sequence[str], trg_texts: Sequence[str]) -> Self:
        return self

    def translate(self, src_texts: Sequence[str]) -> list[str]:
        return list(src_texts)


class WordForWord(Translator):
    """IBM model 1 with a weak preference for the diagonal; words never seen in training are copied.

    Args:
        num_iterations: rounds of expectation-maximisation, at least 1, first without and then with the preference.
        max_vocabulary: words kept on each side at most, the most frequent first; rarer source words are copied.
        max_links: word pairs (one a source word and target word of the same sentence pair) that are learned from at
            most, taken from the start of the training set; it bounds time and memory.

    Raises:
        ValueError: an argument below 1.
    """

    name, label = "word_for_word", "word for word"
    does = "replacing each word by the likeliest one"

    def __init__(self, num_iterations: int = 4, max_vocabulary: int = 30_000, max_links: int = 3_000_000) -> None:
        if min(num_iterations, max_vocabulary, max_links) < 1:
            raise ValueError("num_iterations, max_vocabulary and max_links must be at least 1")
        self.num_iterations = num_iterations
        self.max_vocabulary = max_vocabulary
        self.max_links = max_links
        self._dictionary: dict[str, str] = {}

    def fit(self, src_texts: Sequence[str], trg_texts: Sequence[str]) -> Self:
        _check_pairs(src_texts, trg_texts)
        src_sentences, trg_sentences = _bounded(src_texts, trg_texts, self.max_links)
        src_words, src_ids = _encode(src_sentences, self.max_vocabulary)
        trg_words, trg_ids = _encode(trg_sentences, self.max_vocabulary)
        self._dictionary = {}
        links = _link(src_ids, trg_ids, len(trg_words))
        if len(links.pair):
            src_counts = np.bincount(np.concatenate(src_ids), minlength=len(src_words))
            best = _best_targets(links, self.num_iterations, src_counts)
            self._dictionary = {
                word: trg_words[target] if target >= 0 else "" for word, target in zip(src_words, best, strict=True)
            }
        return self

    def translate(self, src_texts: Sequence[str]) -> list[str]:
        return [join_words([self._dictionary.get(word, word) for word in split_words(text)]) for text in src_texts]


class NearestSource(Translator):
    """The translation of the training source that shares most pieces of words: what looking it up comes to.

    Sources are vectors of their sequences of 1 to 3 characters within words, the rarer the heavier; nearest is the largest
    cosine, the first one among equals.

    Args:
        most_sources: Training sources that are looked through at most, evenly spread.

    Reference:
        Salton and Buckley (1988), "Term-weighting approaches in automatic text retrieval".
    """

    name, label = "nearest_source", "nearest source"
    does = "writing what belongs to the most similar source of the training set"

    def __init__(self, most_sources: int = 10_000) -> None:
        self.most_sources = most_sources

    def fit(self, src_texts: Sequence[str], trg_texts: Sequence[str]) -> Self:
        from sklearn.feature_extraction.text import TfidfVectorizer

        _check_pairs(src_texts, trg_texts)
        number = min(self.most_sources, len(src_texts))
        rows = [place * len(src_texts) // number for place in range(number)]
        self._texts = [trg_texts[row] for row in rows]
        self._pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3), lowercase=False, dtype=np.float32)
        sources = [src_texts[row] for row in rows]
        self._sources = self._pieces.fit_transform(sources).T.tocsr() if any(map(str.strip, sources)) else None
        return self

    def translate(self, src_texts: Sequence[str]) -> list[str]:
        if self._sources is None:
            return [self._texts[0]] * len(src_texts)
        asked, found = self._pieces.transform(src_texts), []
        for first in range(0, len(src_texts), _AT_ONCE):
            alike = asked[first : first + _AT_ONCE] @ self._sources
            found += np.asarray(alike.todense()).argmax(axis=1).tolist()
        return [self._texts[place] for place in found]


class MostFrequent(Translator):
    """The first one among equals."""

    name, label = "most_frequent", "most frequent"
    does = "always writing the most frequent text"

    def fit(self, src_texts: Sequence[str], trg_texts: Sequence[str]) -> Self:
        _check_pairs(src_texts, trg_texts)
        self._text = Counter(trg_texts).most_common(1)[0][0]
        return self

    def translate(self, src_texts: Sequence[str]) -> list[str]:
        return [self._text] * len(src_texts)


TRANSLATORS = by_name(CopySource, WordForWord, NearestSource, MostFrequent)


def _check_pairs(src_texts: Sequence[str], trg_texts: Sequence[str]) -> None:
    if len(src_texts) != len(trg_texts) or not src_texts:
        raise ValueError(f"need as many source as target texts, got {len(src_texts)} and {len(trg_texts)}")


@dataclass(frozen=True)
class _Links:
    """Every (source word, target word) of every sentence pair, the empty source word included.

    For each of the M links: `pair`, the number of its distinct word pair, `slot`, the number of its target position,
    and `prior`, the probability of the link before the words are known. For each of the P distinct pairs: `src` (0 is
    the empty word, real words count from 1) and `trg`.
    """

    pair: Ints
    slot: Ints
    prior: Floats
    src: Ints
    trg: Ints


def _bounded(
    src_texts: Sequence[str], trg_texts: Sequence[str], max_links: int
) -> tuple[list[list[str]], list[list[str]]]:
    """Split sentences from the start of the training set, as many as fit; a pair that alone is too long is skipped."""
    src_sentences: list[list[str]] = []
    trg_sentences: list[list[str]] = []
    num_links = 0
    for src_text, trg_text in zip(src_texts, trg_texts, strict=True):
        src, trg = split_words(src_text), split_words(trg_text)
        links = (len(src) + 1) * len(trg)
        if links > max_links:
            continue
        num_links += links
        if num_links > max_links:
            break
        src_sentences.append(src)
        trg_sentences.append(trg)
    return src_sentences, trg_sentences


def _encode(sentences: list[list[str]], max_vocabulary: int) -> tuple[list[str], list[Ints]]:
    """The most frequent words, and each sentence as their numbers; rarer words are left out of the sentence."""
    counts = Counter(word for sentence in sentences for word in sentence)
    words = [word for word, _ in counts.most_common(max_vocabulary)]
    numbers = {word: i for i, word in enumerate(words)}
    return words, [np.array([numbers[w] for w in s if w in numbers], dtype=np.int64) for s in sentences]


def _link(src_ids: list[Ints], trg_ids: list[Ints], num_trg: int) -> _Links:
    codes, slots, priors, num_slots = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], [np.zeros(0)], 0
    for src, trg in zip(src_ids, trg_ids, strict=True):
        with_empty = np.concatenate(([0], src + 1))
        codes.append((with_empty[:, None] * num_trg + trg[None, :]).ravel())
        slots.append(np.tile(np.arange(num_slots, num_slots + len(trg)), len(with_empty)))
        priors.append(_prior(len(src), len(trg)).ravel())
        num_slots += len(trg)
    distinct, pair = np.unique(np.concatenate(codes), return_inverse=True)
    divisor = max(num_trg, 1)
    return _Links(pair, np.concatenate(slots), np.concatenate(priors), distinct // divisor, distinct % divisor)


def _prior(src_length: int, trg_length: int) -> Floats:
    """Probability of each source position, the empty word first, for each target position: (S + 1, T), columns of 1."""
    src, trg = (np.arange(1, length + 1) / max(length, 1) for length in (src_length, trg_length))
    near = np.exp(-_DIAGONAL_TENSION * np.abs(src[:, None] - trg[None, :]))
    if src_length:
        near = near * (1.0 - _EMPTY_PRIOR) / near.sum(axis=0, keepdims=True)
    empty = np.full((1, trg_length), _EMPTY_PRIOR if src_length else 1.0)
    return np.concatenate((empty, near))


def _best_targets(links: _Links, num_iterations: int, src_counts: Ints) -> Ints:
    """The most likely target word of each source word, (source words,), or -1 for a word that accounts for nothing.

    Every target word is given to the source word that explains it best; a source word that gets less than one for every
    two times it occurs is dropped, because its neighbours or the empty word explain what it would be translated to.
    """
    num_src = len(src_counts) + 1  # the empty word is number 0
    translation = np.ones(len(links.src))  # t(target | source), (P,), uniform to begin with
    for iteration in range(2 * num_iterations):
        weight = translation[links.pair]
        if iteration >= num_iterations:
            weight *= links.prior
        total = np.bincount(links.slot, weights=weight)
        expected = np.bincount(links.pair, weights=weight / total[links.slot], minlength=len(translation))
        translation = expected / np.bincount(links.src, weights=expected, minlength=num_src)[links.src]

    weight = links.prior * translation[links.pair]
    highest = np.zeros(int(links.slot.max()) + 1)
    np.maximum.at(highest, links.slot, weight)
    given = links.src[links.pair[weight == highest[links.slot]]]
    keep = 2 * np.bincount(given, minlength=num_src)[1:] >= src_counts

    # The last write wins: that is each source word's most likely target, the most frequent (lowest number) of equals.
    best = np.full(num_src, -1, dtype=np.int64)
    order = np.lexsort((-links.trg, translation))
    best[links.src[order]] = links.trg[order]
    return np.where(keep, best[1:], -1)
