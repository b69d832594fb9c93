"""Texts that somebody corrected, as a part of every training step.

A tenth of each step's loss is of corrected texts, read in turn, as many as a batch has; the rest is a batch of the training
set as ever (rehearsal), without which ten texts would overwrite what thousands have taught.

Reference:
    Robins (1995), "Catastrophic forgetting, rehearsal and pseudorehearsal", Connection Science 7.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from torch import Tensor

from core.data.batching import Sequences
from core.tasks.base import TAUGHT_SHARE

Number = TypeVar("Number", float, Tensor)


def mixed(usual: Number, taught: Number) -> Number:
    """The loss of the data set and that of the corrected texts, by their shares."""
    return (1 - TAUGHT_SHARE) * usual + TAUGHT_SHARE * taught


class Taught:
    """Corrected texts on the device.

    Args:
        sequences: N texts.
        labels: (N,) their right classes, on the CPU.
        batch_size: The most that one step reads.
    """

    def __init__(self, sequences: Sequences, labels: Tensor, batch_size: int):
        self.sequences, self.labels = sequences, labels
        self._on_device, self._size = labels.to(sequences.device), min(len(sequences), batch_size)

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Ids (B, T) and labels (B,) on the device, and lengths (B,) on the CPU, of the texts whose turn it is."""
        rows = (step * self._size + np.arange(self._size)) % len(self.sequences)
        ids, lengths = self.sequences.batch(rows)
        return ids, lengths, self._on_device[rows]
