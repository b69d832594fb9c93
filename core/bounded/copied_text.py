"""What of a text that a language model wrote stands in the text that it has read, and where.

The training text is read where it is, and only figures leave, and passages around what was found.

Shape letters: N tokens of a text, G of them written by the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.bounded.training_text import check_size, prepared_of
from core.config.limits import Limits, Settings
from core.data.letters import written_tokens
from core.data.prepared import PreparedText
from core.data.progress import ProgressCallback
from core.data.text import EOS, UNK, Tokenizer
from core.data.written_items import item_word, known_items, written_items
from core.novelty import ItemShares, Stretch, count_items, look_up, most_looked_up

MOST_COPIED = 50_000  # characters of a text: more than a page writes
NUM_SOURCES = 12  # stretches whose source is told
AROUND: Mapping[str, int] = {"character": 100, "subword": 30, "word": 20}
"""Tokens of the passage on either side, by unit."""


@dataclass(frozen=True)
class Source:
    """A stretch of a text that stands in the training text.

    Attributes:
        start, end: Its tokens in the text, the end behind it.
        before, copied, after: The passage of the training text, the stretch in its middle.
    """

    start: int
    end: int
    before: str
    copied: str
    after: str


@dataclass(frozen=True)
class Copied:
    """What of a text stands in the training text.

    What the network was given counts nowhere: a stretch begins with the first token that it wrote at the earliest.

    Attributes:
        tokens: Of the text, as a person would write them; a line end for the end of an item.
        cover: For each token the length of the longest stretch of training text that it stands in, in tokens; None for
            the prompt.
        seen: Share of the n-grams of the text that training has, n from 1; None where the text is shorter.
        held_out_cover, held_out_seen: The same of as many tokens from the middle of the validation set: how much
            repeats by chance.
        sources: The longest stretches, the longest first.
        items: Whole items, or lines where each is one; None of running text.
        item: What one is called: "item", "tune" or "line".
        held_out_items: Of the items of the validation set in `held_out_cover` the share that stands in training; None
            where items are joined.
        item_length: Tokens of an item of training that stands apart, on average; 0.0 for joined ones.
        is_known: For each token whether it is of an item that stands apart and, as a whole, in training.
        num_read, num_written: How many of the tokens that the network wrote, or of the items, the figures above are of, and
            how many it wrote.
    """

    tokens: tuple[str, ...]
    cover: tuple[int | None, ...]
    seen: tuple[float | None, ...]
    held_out_cover: tuple[int, ...]
    held_out_seen: tuple[float | None, ...]
    sources: tuple[Source, ...]
    items: ItemShares | None
    item: str
    held_out_items: float | None
    item_length: float
    is_known: tuple[bool, ...]
    num_read: int
    num_written: int


@dataclass(frozen=True, eq=False)
class _Part:
    """A text or an item: its ids (N,), how many of them were given to the network, and its tokens in letters."""

    ids: np.ndarray
    given: int
    tokens: tuple[str, ...]

    @property
    def written(self) -> np.ndarray:
        return self.ids[self.given :]

    def first(self, num_written: int) -> _Part:
        end = self.given + num_written
        return _Part(self.ids[:end], self.given, self.tokens[:end])


def copied(
    experiment: dict[str, Any],
    mark: str,
    text: str,
    settings: Settings,
    limits: Limits,
    tell: ProgressCallback,
    prompt: str = "",
) -> Copied:
    """What of a text stands in the training text: of its beginning as `look_up` takes it, whole items of all of it.

    Args:
        experiment: Of the run.
        mark: Of the run's tokenizer, from `core.bounded.training_text.mark_of`.
        text: At most `MOST_COPIED` characters.
        prompt: What it begins with, and every item where these stand apart: was given to the network, not written by it.

    Raises:
        ConfigError: Too much is asked, or the data are not those that the network has read.
    """
    check_size([text, prompt], 2, MOST_COPIED)
    prepared = prepared_of(experiment, mark, settings, limits, tell)
    train, stop = prepared.ids["train"], EOS if prepared.apart else None
    text, prompt = map(prepared.tokenizer.normalization, (text, prompt))
    whole = written_items(prepared, text, prompt)
    parts = [_part(prepared, one, prompt) for one in (whole if prepared.apart else [text])]
    kept = _kept(parts)
    found = look_up(_joined([part.written for part in kept]), train, UNK, stop)
    held_out, first, last = _held_out(prepared, len(found.longest))
    usual = look_up(held_out, train, UNK, stop)
    places = np.flatnonzero(_joined([np.arange(len(part.ids)) >= part.given for part in kept]))
    tokens = [token for part in kept for token in part.tokens]
    cover: list[int | None] = [None] * len(tokens)
    for place, length in zip(places.tolist(), found.cover().tolist(), strict=True):
        cover[place] = length
    longest = sorted(found.stretches(2), key=lambda one: (-len(one), one.start))[:NUM_SOURCES]
    known: set[str] = set()
    shares = in_training = None
    if prepared.summary.longest:
        known = set(known_items(prepared, "train"))
        shares = count_items(whole, known, known_items(prepared, "test"))
        others = known_items(prepared, "validation")[first:last]
        in_training = sum(item in known for item in others) / len(others) if others else None
    is_known = [False] * len(tokens)
    if prepared.apart:
        is_known = [item in known for item, part in zip(whole, kept, strict=False) for _ in part.tokens]
    return Copied(
        tuple(tokens), tuple(cover), found.seen, tuple(usual.cover().tolist()), usual.seen,
        tuple(_source(prepared, one, places) for one in longest),
        shares, item_word(prepared), in_training,
        float(np.diff(prepared.offsets["train"]).mean()) if prepared.apart else 0.0,
        tuple(is_known),
        len(kept) if prepared.apart else len(found.longest),
        len(parts) if prepared.apart else sum(len(part.written) for part in parts),
    )  # fmt: skip


def _part(prepared: PreparedText, text: str, prompt: str) -> _Part:
    """A text or an item with its end, told which of its tokens were given: one that holds a bit of the prompt was."""
    tokenizer = prepared.tokenizer
    prompt = prompt.lstrip() if prepared.apart else prompt  # as items are
    ids, start = tokenizer.encode(text).tolist(), tokenizer.encode(prompt).tolist()
    given = 0
    if prompt and text.startswith(prompt):
        while given < min(len(ids), len(start)) and ids[given] == start[given]:
            given += 1
        length = len(tokenizer.decode(start).rstrip())
        while given < len(start) and given < len(ids) and len(tokenizer.decode(ids[:given])) < length:
            given += 1
    end = [EOS] if prepared.apart else []
    return _Part(
        np.array([*ids, *end], dtype=np.int64), given, (*written_tokens(tokenizer, text, ids), *["\n"] * len(end))
    )


def _kept(parts: list[_Part]) -> list[_Part]:
    """As many whole ones as are looked up, at least the beginning of the first."""
    most = most_looked_up(_joined([part.written for part in parts]))
    ends = np.cumsum([len(part.written) for part in parts])
    whole = parts[: int(np.searchsorted(ends, most, side="right"))]
    return whole or [part.first(most) for part in parts[:1]]


def _joined(rows: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)


def _held_out(prepared: PreparedText, num_tokens: int) -> tuple[np.ndarray, int, int]:
    """About so many tokens from the middle of the validation set, of whole items where these stand apart; and the numbers
    of the first item and of the one behind the last."""
    ids, offsets = prepared.ids["validation"], prepared.offsets["validation"]
    start = max(0, (len(ids) - num_tokens) // 2)
    if not prepared.apart:
        piece = ids[start : start + num_tokens]
        return piece[: most_looked_up(piece)], 0, 0
    first = min(int(np.searchsorted(offsets, start)), len(offsets) - 2)
    last = max(first + 1, int(np.searchsorted(offsets, offsets[first] + num_tokens, side="right")) - 1)
    piece = ids[offsets[first] : offsets[last]]
    return piece[: most_looked_up(piece)], first, last


def _source(prepared: PreparedText, one: Stretch, places: np.ndarray) -> Source:
    """The passage around a stretch, spaces and all; items on lines of their own.

    Args:
        places: (G,) of the tokens that were looked up in the text.
    """
    tokenizer, train = prepared.tokenizer, prepared.ids["train"]
    around = AROUND[tokenizer.unit]
    first, last = max(0, one.source - around), one.source + len(one)
    before, through = (_lines(tokenizer, train[first:end].tolist()) for end in (one.source, last))
    whole = _lines(tokenizer, train[first : last + around].tolist())
    start, end = int(places[one.start]), int(places[one.end - 1]) + 1
    return Source(start, end, before, through[len(before) :], whole[len(through) :])


def _lines(tokenizer: Tokenizer, ids: list[int]) -> str:
    """Ids in letters, with a new line after each item."""
    rows: list[list[int]] = [[]]
    for one in ids:
        if one == EOS:
            rows.append([])
        else:
            rows[-1].append(one)
    return "\n".join(map(tokenizer.decode, rows))
