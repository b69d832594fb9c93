"""The lengths of the rows that a trace was made with.

A trace keeps its states in the order in which they were computed, from each row's last real step in the backward
direction. What every module of this area returns is aligned with the input instead, and zero at padded positions
(`core.models.lengths.align`).

Shape letters: B batch, T time.
"""

import torch
from torch import Tensor

from core.models.lengths import align, full_lengths
from core.models.tracing import Trace


def lengths_of(trace: Trace, lengths: Tensor | None) -> Tensor:
    """Returns the lengths that a trace was made with, on its device: (B,).

    Args:
        lengths: What the traced run was given: (B,), or None where every row is full.

    Raises:
        ValueError: If they are not the lengths of that run. Everything would be shown at the wrong step.
    """
    lengths = full_lengths(lengths, trace.layers[0].output)
    batch_size = len(trace.layers[0].output)
    if lengths.shape != (batch_size,):
        raise ValueError(f"lengths: expected ({batch_size},), got {tuple(lengths.shape)}")
    for record in trace.layers:
        expected = record.output.detach()
        given = align([h.detach() for h in record.output_steps], lengths, record.direction == "backward")
        if not torch.equal(expected.nan_to_num(), given.nan_to_num()):
            raise ValueError(f"lengths: expected those that the trace was made with, got {lengths.tolist()}")
    return lengths
