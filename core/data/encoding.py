"""Whole data sets as ids, in pieces, so that a long text needs little more memory than itself and its ids.

Ids are kept in the smallest kind of whole number that holds the vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data.pieces import GROUP
from core.data.prepared import Ragged
from core.data.progress import ProgressCallback, quiet
from core.data.text import Tokenizer

_MOST_TEXTS = 20_000


def encode_items(
    tokenizer: Tokenizer, texts: Sequence[str], max_length: int, tell: ProgressCallback = quiet
) -> tuple[Ragged, np.ndarray]:
    """Many texts, each cut to `max_length` tokens, and how long each was before, int32 (N,)."""
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
    return Ragged(np.frombuffer(buffer, dtype=kind), offsets), lengths


def encode_apart(
    tokenizer: Tokenizer, texts: Sequence[str], stop_id: int, tell: ProgressCallback = quiet
) -> tuple[np.ndarray, np.ndarray]:
    """Ids of N items in a row, each with the stop token at its end, (T,), and where each begins, and T: int64 (N + 1,)."""
    ragged, _ = encode_items(tokenizer, texts, np.iinfo(np.int32).max, tell)
    offsets = ragged.offsets + np.arange(len(ragged.offsets))
    return np.insert(ragged.ids, ragged.offsets[1:], stop_id), offsets


def encode_text(tokenizer: Tokenizer, text: str, tell: ProgressCallback = quiet) -> np.ndarray:
    """Ids of one long text, (T,)."""
    buffer = bytearray()
    kind = narrow(tokenizer.vocab_size)
    done = 0
    for num_characters, ids in tokenizer.encode_pieces(text):
        buffer += ids.astype(kind).data
        done += num_characters
        tell(min(1.0, done / max(1, len(text))), "Reading as tokens")
    return np.frombuffer(buffer, dtype=kind)


def encode_all(tokenizer: Tokenizer, texts: Sequence[str], max_length: int) -> Ragged:
    """Some texts, each cut to `max_length` tokens; ids are int32."""
    encoded, _ = encode_items(tokenizer, texts, max_length)
    return Ragged(encoded.ids.astype(np.int32), encoded.offsets)


def narrow(vocab_size: int) -> np.dtype:
    """The smallest kind of number that holds every id."""
    return np.dtype(np.uint8 if vocab_size <= 2**8 else np.uint16 if vocab_size <= 2**16 else np.int32)
