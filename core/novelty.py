"""What of a text stands in another one already: its longest stretches, where they come from, and how many of its n-grams.

Every token of the text that was read is followed through the n-grams of the text that was written: a table says which
n-gram follows which with which token, so that one pass over what was read a length does for all places at once, exactly
and without hashing. From `DENSE` tokens on only places that still match are followed.

Shape letters: G written tokens, T read tokens.

Reference: McCoy et al. (2023), "How much do language models copy from their training data?" (novelty by n-gram size);
Chang and Lawler (1994) for the longest match at every place (matching statistics).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]

MOST_WRITTEN = 10_000  # tokens whose copies are looked for
MOST_CELLS = 4_000_000  # of these times the different ones among them: 16 MB for each of `DENSE` tables
DENSE = 8
"""n-grams up to this size are counted, too."""
LONG: Mapping[str, int] = {"character": 40, "subword": 15, "word": 10}
"""Tokens of a stretch, by unit, that hardly repeats by chance: about a line."""
_BLOCK = 2_000_000  # read tokens that are followed at once
_MOST_FOLLOWED, _KEPT = 20_000_000, 64
"""Steps of places that still match; then of each stretch so many places are followed, and a length is a lower bound."""


@dataclass(frozen=True)
class Stretch:
    """A piece of the written text that stands in what was read, longer neither to its left nor to its right.

    Attributes:
        start, end: Its places in the written text, the end behind it.
        source: Where it begins in what was read.
    """

    start: int
    end: int
    source: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, eq=False)
class Novelty:
    """What of a written text was read before.

    Attributes:
        longest: int64 (G,): length of the longest read stretch that ends with each token, 0 for one never read.
        ends: int64 (G,): place in what was read of the last token of such a stretch, -1 for none.
        seen: Share of the n-grams, n from 1 to `DENSE`, that were read; None where the text, or each of its items, is shorter.
    """

    longest: Ints
    ends: Ints
    seen: tuple[float | None, ...]

    def stretches(self, least: int = 1) -> list[Stretch]:
        """All of at least so many tokens, in the order of the text; they may overlap."""
        following = np.append(self.longest[1:], 0)
        (last,) = np.nonzero((self.longest >= following) & (self.longest >= max(1, least)))
        return [
            Stretch(int(end + 1 - self.longest[end]), int(end + 1), int(self.ends[end] + 1 - self.longest[end]))
            for end in last
        ]

    @property
    def longest_stretch(self) -> Stretch | None:
        """The first of the longest; None where nothing was read before."""
        return max(self.stretches(), key=len, default=None)

    def cover(self) -> Ints:
        """int64 (G,): length of the longest stretch that each token stands in."""
        found = np.zeros_like(self.longest)
        for one in sorted(self.stretches(), key=len):
            found[one.start : one.end] = len(one)
        return found

    def share(self, least: int) -> float | None:
        """Share of the tokens that stand in stretches of at least so many tokens; None of no text."""
        return float(np.mean(self.cover() >= least)) if len(self.longest) else None


def most_looked_up(written: ArrayLike) -> int:
    """How many of the first of some tokens (G,) `look_up` takes: `MOST_WRITTEN`, or fewer where many are different."""
    text = np.asarray(written, dtype=np.int64)
    is_new = np.zeros(len(text), dtype=np.int64)
    is_new[np.unique(text, return_index=True)[1]] = 1
    cells = np.arange(1, len(text) + 1) * np.cumsum(is_new)
    return min(MOST_WRITTEN, int(np.searchsorted(cells, MOST_CELLS, side="right")))


def look_up(written: ArrayLike, read: ArrayLike, unknown: int | None = None, stop: int | None = None) -> Novelty:
    """Find a text in another.

    Args:
        written: (G,) token ids, 0 or more, at most `most_looked_up` of them.
        read: (T,) token ids, 0 or more.
        unknown: An id that stands for many tokens, and so is never the same as itself.
        stop: The id that ends an item: n-grams and stretches end with it, and never go on into the next item.

    Raises:
        ValueError: Too many written tokens.
    """
    text, source = np.asarray(written, dtype=np.int64), np.asarray(read)
    if len(text) > most_looked_up(text):
        raise ValueError(f"at most {most_looked_up(text)} of these written tokens are looked up, got {len(text)}")
    begins = np.append(True, text[:-1] == stop)[: len(text)] if stop is not None else np.arange(len(text)) == 0
    room = np.arange(len(text)) - np.maximum.accumulate(np.where(begins, np.arange(len(text)), 0)) + 1
    longest, ends = np.zeros(len(text), dtype=np.int64), np.full(len(text), -1, dtype=np.int64)
    alphabet = np.setdiff1d(text, [] if unknown is None else [unknown])
    other = len(alphabet)
    top = int(max(text.max(initial=0), source.max(initial=0)))
    number = np.full(top + 1, other, dtype=np.int32)
    number[alphabet] = np.arange(other)
    own = number[text]
    grams, tables = _numbered(own, other, begins)
    places, states = [], []
    for start in range(0, len(source), _BLOCK):
        begin = max(0, start - DENSE + 1)  # what ends in this block may begin in the one before
        symbols = number[source[begin : start + _BLOCK]]
        state = np.zeros(len(symbols), dtype=np.int32)  # the empty gram
        for size, (gram, table) in enumerate(zip(grams, tables, strict=True), start=1):
            before = state if size == 1 else np.concatenate(([len(table) - 1], state[:-1]))
            state = table.ravel().take(before * np.int32(other + 1) + symbols)
            _note(longest, ends, gram, state, size, begin)
        (alive,) = np.nonzero(state < len(np.unique(grams[-1][grams[-1] >= 0])) if grams else state < 0)
        alive = alive[alive >= start - begin]
        places.append(alive + begin)
        states.append(state[alive])
    seen = tuple(
        float(np.mean(longest[room >= size] >= size)) if room.max(initial=0) >= size else None
        for size in range(1, DENSE + 1)
    )
    if places and len(text) > DENSE:
        _follow(longest, ends, grams[-1], own, begins, number, source, np.concatenate(places), np.concatenate(states))
    return Novelty(longest, ends, seen)


def _numbered(
    own: NDArray[np.int32], other: int, begins: NDArray[np.bool_]
) -> tuple[list[Ints], list[NDArray[np.int32]]]:
    """The n-grams of the written text by size, and which follows which.

    Returns:
        The number of the n-gram that ends at each place, -1 where there is none or it holds an unknown token or a part of
        another item; and a table (grams one shorter + 1, symbols + 1) of which follows which, the last number standing for
        none.
    """
    grams: list[Ints] = []
    tables: list[NDArray[np.int32]] = []
    gram, num_before = np.zeros(len(own), dtype=np.int64), 1
    for size in range(1, min(DENSE, len(own)) + 1):
        before = gram if size == 1 else np.concatenate(([-1], gram[:-1]))
        has = (before >= 0) & (own < other) & ((size == 1) | ~begins)
        codes, numbers = np.unique(before[has] * (other + 1) + own[has], return_inverse=True)
        table = np.full((num_before + 1, other + 1), len(codes), dtype=np.int32)
        table.ravel()[codes] = np.arange(len(codes))
        gram = np.full(len(own), -1, dtype=np.int64)
        gram[has] = numbers
        num_before = len(codes)
        grams.append(gram)
        tables.append(table)
    return grams, tables


def _note(longest: Ints, ends: Ints, gram: Ints, state: NDArray[np.int32], size: int, begin: int) -> None:
    """Enter that n-grams were read, and one place where each ends."""
    where = np.full(int(max(gram.max(initial=-1), state.max(initial=-1))) + 2, -1, dtype=np.int64)
    where[state[::-1]] = np.arange(len(state) - 1, -1, -1)  # the first place stays
    found = np.where(gram >= 0, where[gram], -1)
    new = (found >= 0) & (longest < size)
    longest[new], ends[new] = size, found[new] + begin


def _follow(
    longest: Ints, ends: Ints, gram: Ints, own: NDArray[np.int32], begins: NDArray[np.bool_], number: NDArray[np.int32],
    source: NDArray[np.int64], places: Ints, states: NDArray[np.int32],
) -> None:  # fmt: skip
    """Lengthen what matches over `DENSE` tokens, a token at a time, for as long as anything does."""
    size, followed, width = DENSE, 0, int(own.max(initial=0)) + 2
    while len(places):
        followed += len(places)
        if followed > _MOST_FOLLOWED:
            places, states = _thinned(places, states)
        size += 1
        before = np.concatenate(([-1], gram[:-1]))
        wanted = (before >= 0) & (np.concatenate(([0], longest[:-1])) == size - 1) & (own < width - 1) & ~begins
        codes, numbers = np.unique(before[wanted] * width + own[wanted], return_inverse=True)
        inside = places + 1 < len(source)
        places, states = places[inside] + 1, states[inside]
        if not len(codes) or not len(places):
            return
        codes_read = states.astype(np.int64) * width + np.minimum(number[source[places]], width - 1)
        at = np.minimum(np.searchsorted(codes, codes_read), len(codes) - 1)
        matches = codes[at] == codes_read
        places, states = places[matches], at[matches].astype(np.int32)
        gram = np.full(len(own), -1, dtype=np.int64)
        gram[wanted] = numbers
        where = np.full(len(codes) + 1, -1, dtype=np.int64)
        where[states[::-1]] = places[::-1]
        found = np.where(gram >= 0, where[gram], -1)
        longest[found >= 0], ends[found >= 0] = size, found[found >= 0]


def _thinned(places: Ints, states: NDArray[np.int32]) -> tuple[Ints, NDArray[np.int32]]:
    """The first `_KEPT` places of each n-gram."""
    order = np.argsort(states, kind="stable")
    ordered = states[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    kept = np.sort(order[rank < _KEPT])
    return places[kept], states[kept]


def repeated(tokens: ArrayLike, size: int) -> float | None:
    """Share of the n-grams of a text (G,) that stand further up in it already; None of a text with none of that size.

    Reference: Holtzman et al. (2020), "The curious case of neural text degeneration", section 5 (repetition).
    """
    ids = np.asarray(tokens)
    if len(ids) < size:
        return None
    grams = sliding_window_view(ids, size)
    return 1.0 - len(np.unique(grams, axis=0)) / len(grams)


@dataclass(frozen=True)
class ItemShares:
    """Whole items, such as names, by where they stand.

    Attributes:
        written: How many were written, repeated ones as often as they were.
        different: How many different ones.
        in_train, in_test: How many of the written stand in training, and in the test set but not in training.
    """

    written: int
    different: int
    in_train: int
    in_test: int

    @property
    def new(self) -> int:
        """How many stand in neither."""
        return self.written - self.in_train - self.in_test


def count_items(written: Sequence[str], train: Iterable[str], test: Iterable[str]) -> ItemShares:
    """Written items by where they stand; empty ones are no items."""
    items = Counter(item for item in written if item)
    known, held_out = set(train), set(test)
    in_train = sum(number for item, number in items.items() if item in known)
    in_test = sum(number for item, number in items.items() if item in held_out and item not in known)
    return ItemShares(items.total(), len(items), in_train, in_test)
