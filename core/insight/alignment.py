"""Lines what was computed step by step up with the input that it belongs to.

A trace keeps its states in the order in which they were computed. The backward direction starts at each row's last
real step, so its first state belongs to another place in every row. What every module of this area returns is aligned
with the input instead, and zero at padded positions. Left out: how padding is told from real steps (models/lengths.py).

Shape letters: B batch, T time, K values.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.models.lengths import real_steps, reverse_rows, zero_padding
from core.models.tracing import Trace


def align(steps: Sequence[Tensor], lengths: Tensor, direction: str) -> Tensor:
    """Puts one tensor for each computed step where its input stands.

    Args:
        steps: T tensors (B, K), in the order they were computed.
        lengths: Real steps of each row: (B,), on the device of the steps.
        direction: ``forward`` or ``backward``.

    Returns:
        (B, T, K), zero at padded positions.
    """
    sequence = zero_padding(torch.stack(tuple(steps), dim=1), real_steps(lengths, len(steps)))
    return reverse_rows(sequence, lengths) if direction == "backward" else sequence


def lengths_of(trace: Trace, lengths: Tensor | None) -> Tensor:
    """Returns the lengths that a trace was made with, on its device: (B,).

    Args:
        trace: Of any network.
        lengths: What the traced run was given: (B,), or None where every row is full.

    Raises:
        ValueError: If they are not the lengths of that run. Everything would be shown at the wrong step.
    """
    batch_size, num_steps, _ = trace.layers[0].h.shape
    device = trace.layers[0].h.device
    if lengths is None:
        lengths = torch.full((batch_size,), num_steps)
    if lengths.shape != (batch_size,):
        raise ValueError(f"lengths: expected ({batch_size},), got {tuple(lengths.shape)}")
    lengths = lengths.to(device)
    for record in trace.layers:
        expected, given = (
            record.h.detach(),
            align([state[0].detach() for state in record.steps], lengths, record.direction),
        )
        if not torch.equal(expected.nan_to_num(), given.nan_to_num()):
            raise ValueError(f"lengths: expected those that the trace was made with, got {lengths.tolist()}")
    return lengths
