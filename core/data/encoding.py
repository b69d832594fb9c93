"""Whole data sets as ids, in pieces, so that a long text needs little more memory than itself and its ids.

Ids are kept in the smallest kind of whole number that holds the vocabulary. Left out: what a token is (text.py),
batches (batching.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.pieces import GROUP
from core.data.progress import Tell, quiet
from core.data.text import Tokenizer

_MOST_TEXTS = 20_000


@dataclass(frozen=True)
class Encoded:
    """Many texts in a row.

    Attributes:
        ids: All texts, each cut to the longest length, (T,).
        offsets: int64 (N + 1,), text i is `ids[offsets[i]:offsets[i + 1]]`.
        lengths: int32 (N,), tokens of each text before the cut.
    """

    ids: np.ndarray
    offsets: np.ndarray
    lengths: np.ndarray


def encode_items(tokenizer: Tokenizer, texts: Sequence[str], max_length: int, tell: Tell = quiet) -> Encoded:
    """Many texts, each cut to `max_length` tokens."""
    buffer = bytearray()
    kind = narrow(tokenizer.vocab_size)
    lengths = np.zeros(len(texts), dtype=np.int32)
    start = 0
    while start < len(texts):
        end, size = start, 0
        while end < len(texts) and size < GROUP and end - start < _MOST_TEXTS:
            size += len(texts[end])
            end += 1
        ids, found = tokenizer.encode_batch(texts[start:end])
        place = np.arange(len(ids)) - np.repeat(np.cumsum(found) - found, found)
        buffer += ids[place < max_length].astype(kind).data
        lengths[start:end] = found
        start = end
        tell(start / len(texts), "Reading as tokens")
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.minimum(lengths, max_length), out=offsets[1:])
    return Encoded(np.frombuffer(buffer, dtype=kind), offsets, lengths)


def encode_text(tokenizer: Tokenizer, text: str, tell: Tell = quiet) -> np.ndarray:
    """Ids of one long text, (T,)."""
    buffer = bytearray()
    kind = narrow(tokenizer.vocab_size)
    done = 0
    for num_characters, ids in tokenizer.encode_pieces(text):
        buffer += ids.astype(kind).data
        done += num_characters
        tell(min(1.0, done / max(1, len(text))), "Reading as tokens")
    return np.frombuffer(buffer, dtype=kind)


def encode_all(tokenizer: Tokenizer, texts: Sequence[str], max_length: int) -> tuple[np.ndarray, np.ndarray]:
    """Some texts as one array of ids and their ends.

    Returns:
        ids: int32, all texts in a row, each cut to `max_length` tokens.
        offsets: int64 (N + 1,), text i is `ids[offsets[i]:offsets[i + 1]]`.
    """
    encoded = encode_items(tokenizer, texts, max_length)
    return encoded.ids.astype(np.int32), encoded.offsets


def narrow(vocab_size: int) -> np.dtype:
    """The smallest kind of number that holds every id."""
    return np.dtype(np.uint8 if vocab_size <= 2**8 else np.uint16 if vocab_size <= 2**16 else np.int32)
