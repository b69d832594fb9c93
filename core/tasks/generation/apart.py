"""Items that stand apart: each is read by itself, from a start token to its stop token, and written likewise.

Names, verses or tunes share no sentence with each other, so that nothing of one may help with the next: every item begins
with a state of zero and `<bos>`, its last target is `<eos>`, and padding counts nowhere.

Shape letters: N items, B batch, T time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.data.batching import BatchSampler, Sequences
from core.data.prepared import PreparedText, Ragged
from core.data.samples import by_length
from core.data.text import BOS, PAD
from core.models.language_model import LanguageModel

CHUNK = 1_024  # tokens of one call when an item is read through
_READ_AT_ONCE = 32_768  # tokens, padding among them


class ItemBatches:
    """Batches of the items of the training set, those of like length together.

    Args:
        seq_len: The most tokens of an item that are read.
    """

    def __init__(self, prepared: PreparedText, batch_size: int, seq_len: int, seed: int, device: torch.device):
        self._items, self._seq_len = sequences(prepared, "train", device), seq_len
        lengths = np.minimum(self._items.lengths, seq_len + 1)
        self._sampler = BatchSampler(len(lengths), batch_size, seed, lengths)
        self._num_tokens = lengths - 1

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs (B, T), targets (B, T) one token on, and how many of each row's are real, (B,) on the CPU."""
        rows = self._sampler.batch(step)
        tokens = self._items.batch(rows)[0][:, : self._seq_len + 1]
        return tokens[:, :-1], tokens[:, 1:], torch.from_numpy(self._num_tokens[rows])


def sequences(prepared: PreparedText, split: str, device: torch.device) -> Sequences:
    """The items of a part on the device, with their start and stop tokens."""
    return Sequences(Ragged(prepared.ids[split], prepared.offsets[split]), device, prefix=(BOS,))


def sampled(prepared: PreparedText, split: str, most: int) -> np.ndarray:
    """Rows of some items of a part, long and short ones in the shares that it has, with about `most` tokens in all."""
    lengths = np.diff(prepared.offsets[split])
    return by_length(lengths, max(1, int(most / max(1.0, float(lengths.mean())))))


@torch.inference_mode()
def read_items(model: LanguageModel, items: Sequences, rows: np.ndarray) -> list[np.ndarray]:
    """The nats of every token of some items (N,), the stop token last: one array an item, in the order of `rows`."""
    model.eval()
    nats: list[np.ndarray] = [np.zeros(0)] * len(rows)
    for group in _groups(items.lengths[rows]):
        tokens, lengths = items.batch(rows[group])
        read, state = [], None
        for at in range(0, tokens.shape[1] - 1, CHUNK):
            targets = tokens[:, at + 1 : at + 1 + CHUNK]
            logits, state = model(tokens[:, at : at + targets.shape[1]], state)
            nats_of = F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="none")
            read.append(nats_of.view(targets.shape))
        for place, row, length in zip(group, torch.cat(read, dim=1).cpu().numpy(), lengths.tolist(), strict=True):
            nats[place] = row[: length - 1].astype(np.float64)
    return nats


def _groups(lengths: np.ndarray) -> Iterator[np.ndarray]:
    """Places of items of like length that are read at once."""
    order = np.argsort(lengths, kind="stable")
    start = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or (end + 1 - start) * int(lengths[order[end]]) > _READ_AT_ONCE:
            yield order[start:end]
            start = end


def item_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean of -log p over the real targets (B, T) of a batch, by logits (B, T, V)."""
    return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), ignore_index=PAD)
