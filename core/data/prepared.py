"""What prepared data looks like: numbers ready for training, one class for each kind of data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from core.config.summary import DataSummary
from core.data.dataset import SPLITS, Rows, SeriesSet
from core.data.known_ahead import AheadForm
from core.data.text import Tokenizer

Sides = Mapping[str, tuple[Tokenizer, Mapping[str, np.ndarray]]]
"""By side of an item, "text" or "source" and "target": the tokenizer, and all ids of each part in a row."""


@dataclass(frozen=True)
class PreparedSeries:
    """Series with their parts: rows up to `boundaries[0]` are training, up to `boundaries[1]` validation.

    What is known of steps before their time is made as `ahead` says.
    """

    summary: DataSummary
    fingerprint: str
    series: SeriesSet
    boundaries: tuple[int, int]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()
    ahead: AheadForm = field(default_factory=AheadForm)


@dataclass(frozen=True)
class Tally:
    """What was read of a data set, and what was left out on the way to its numbers.

    Attributes:
        rows: Rows read and dropped, repeated ones among them.
        repeated: How many stood "within a part" and "across parts" more than once.
        num_cut, num_cut_tokens: Texts longer than `data.max_length`, over all parts and sides, and what fell off.
        lengths: Tokens of each training text before the cut, int32 (N,), by side: "text", or "source" and "target".
        columns: Data field to the name of the column that was read as it.
        warnings: Those of the notes that hardly anybody wants.
    """

    rows: Rows | None = None
    repeated: dict[str, int] = field(default_factory=dict)
    num_cut: int = 0
    num_cut_tokens: int = 0
    lengths: dict[str, np.ndarray] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Prepared:
    """What all of them have but series: how many items each part has, what is to say, and what was left out on the way."""

    summary: DataSummary
    fingerprint: str
    counts: dict[str, int] = field(kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    tally: Tally = field(default_factory=Tally, kw_only=True)


@dataclass(frozen=True)
class PreparedText(_Prepared):
    """One stream of token ids a part: `ids[split]` (T,), whole numbers; `texts[split]` the text as the network reads it.

    Where N items stand apart, item i of a part is `ids[offsets[i]:offsets[i + 1]]`, its stop token at the end, and
    `texts[edges[i]:edges[i + 1] - 1]`: both int64 (N + 1,), and (0,) where there is one text.
    """

    tokenizer: Tokenizer
    texts: dict[str, str]
    ids: dict[str, np.ndarray]
    offsets: dict[str, np.ndarray] = field(default_factory=lambda: dict.fromkeys(SPLITS, np.zeros(0, dtype=np.int64)))
    edges: dict[str, np.ndarray] = field(default_factory=lambda: dict.fromkeys(SPLITS, np.zeros(0, dtype=np.int64)))

    @property
    def apart(self) -> bool:
        """Whether items stand apart."""
        return len(self.offsets["train"]) > 0

    def items(self, split: str) -> list[str]:
        """The items of a part, or its one text."""
        text, edges = self.texts[split], self.edges[split].tolist()
        if not self.apart:
            return [text]
        return [text[start : end - 1] for start, end in pairwise(edges)]

    @property
    def sides(self) -> Sides:
        """The tokens of the text."""
        return {"text": (self.tokenizer, self.ids)}


@dataclass(frozen=True)
class Ragged:
    """Sequences of different lengths in one array: item i is `ids[offsets[i]:offsets[i + 1]]`."""

    ids: np.ndarray
    offsets: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """int64 (N,), tokens of each item."""
        return np.diff(self.offsets)

    def chosen(self, rows: np.ndarray) -> Ragged:
        """The items of some rows (M,), in their order."""
        parts = [self.ids[self.offsets[row] : self.offsets[row + 1]] for row in rows]
        offsets = np.append(0, np.cumsum(self.lengths[rows])).astype(self.offsets.dtype)
        return Ragged(np.concatenate([self.ids[:0], *parts]), offsets)


@dataclass(frozen=True)
class PreparedClasses(_Prepared):
    """What items or their words with a class each have in common: tokens by part, and the classes."""

    tokenizer: Tokenizer
    classes: tuple[str, ...]
    ids: dict[str, Ragged]

    @property
    def sides(self) -> Sides:
        """The tokens of the texts."""
        return {"text": (self.tokenizer, _ids_of(self.ids))}


@dataclass(frozen=True)
class PreparedLabelled(PreparedClasses):
    """Texts as their owner wrote them, their ids and their class numbers by part."""

    texts: dict[str, list[str]]
    labels: dict[str, np.ndarray]

    @property
    def class_numbers(self) -> dict[str, np.ndarray]:
        """The class of every text, by part."""
        return self.labels

    def without(self, split: str, rows: np.ndarray) -> PreparedLabelled:
        """The same without some rows (M,) of a part; what was counted of the whole set stays."""
        kept = np.setdiff1d(np.arange(len(self.texts[split])), rows)
        return replace(
            self,
            texts={**self.texts, split: [self.texts[split][row] for row in kept]},
            labels={**self.labels, split: self.labels[split][kept]},
            ids={**self.ids, split: self.ids[split].chosen(kept)},
            counts={**self.counts, split: len(kept)},
        )


@dataclass(frozen=True)
class PreparedPairs(_Prepared):
    """Source and target texts and ids by part; `trg` holds neither `<bos>` nor `<eos>`.

    The texts are as the network reads and writes them, so that scores compare like with like.
    """

    src_tokenizer: Tokenizer
    trg_tokenizer: Tokenizer
    src_texts: dict[str, list[str]]
    trg_texts: dict[str, list[str]]
    src: dict[str, Ragged]
    trg: dict[str, Ragged]

    @property
    def sides(self) -> Sides:
        """The tokens of sources and of targets."""
        return {"source": (self.src_tokenizer, _ids_of(self.src)), "target": (self.trg_tokenizer, _ids_of(self.trg))}


@dataclass(frozen=True)
class PreparedTagged(PreparedClasses):
    """Sentences as their owner wrote them, word by word, with an id and a class number for each word.

    Item i of `ids`, of `labels` and of `sentences` have equally many words: longer ones were cut.
    """

    sentences: dict[str, list[list[str]]]
    labels: dict[str, Ragged]

    @property
    def class_numbers(self) -> dict[str, np.ndarray]:
        """The class of every word, by part."""
        return _ids_of(self.labels)


@dataclass(frozen=True)
class PreparedSequences(_Prepared):
    """Sequences by part; arrays and names as `core.data.dataset.SequenceSet` has them."""

    inputs: dict[str, np.ndarray]
    answers: dict[str, np.ndarray]
    symbols: tuple[str, ...]
    classes: tuple[str, ...]
    num_asked: int

    @property
    def sides(self) -> Sides:
        """Symbols are no tokens of a text."""
        return {}


def _ids_of(parts: Mapping[str, Ragged]) -> dict[str, np.ndarray]:
    return {name: part.ids for name, part in parts.items()}


Prepared = PreparedSeries | PreparedText | PreparedLabelled | PreparedPairs | PreparedTagged | PreparedSequences
