"""What prepared data looks like: numbers ready for training, one class for each kind of data.

Left out: how they are made (prepare.py) and kept on disk (cache.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.config.summary import DataSummary
from core.data.dataset import SeriesSet
from core.data.text import Tokenizer


@dataclass(frozen=True)
class PreparedSeries:
    """Series with their parts: rows up to `boundaries[0]` are training, up to `boundaries[1]` validation."""

    summary: DataSummary
    fingerprint: str
    series: SeriesSet
    boundaries: tuple[int, int]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreparedText:
    """One stream of token ids a part: `ids[split]` int32 (T,), `texts[split]` the text itself."""

    summary: DataSummary
    fingerprint: str
    tokenizer: Tokenizer
    texts: dict[str, str]
    ids: dict[str, np.ndarray]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ragged:
    """Sequences of different lengths in one array: item i is `ids[offsets[i]:offsets[i + 1]]`."""

    ids: np.ndarray
    offsets: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """int64 (N,), tokens of each item."""
        return np.diff(self.offsets)


@dataclass(frozen=True)
class PreparedLabelled:
    """Texts, their ids and their class numbers by part."""

    summary: DataSummary
    fingerprint: str
    tokenizer: Tokenizer
    classes: tuple[str, ...]
    texts: dict[str, list[str]]
    ids: dict[str, Ragged]
    labels: dict[str, np.ndarray]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreparedPairs:
    """Source and target texts and ids by part; `trg` holds neither `<bos>` nor `<eos>`."""

    summary: DataSummary
    fingerprint: str
    src_tokenizer: Tokenizer
    trg_tokenizer: Tokenizer
    src_texts: dict[str, list[str]]
    trg_texts: dict[str, list[str]]
    src: dict[str, Ragged]
    trg: dict[str, Ragged]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()


Prepared = PreparedSeries | PreparedText | PreparedLabelled | PreparedPairs
