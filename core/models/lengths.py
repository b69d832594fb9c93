"""Rows of different lengths in one padded batch: which steps are real, how to reverse them, where each row ends.

Padding always stands at the end of a row.

Shape letters: B batch, T time, K features.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def real_steps(lengths: Tensor, num_steps: int) -> Tensor:
    """Returns a mask (B, T), True at real steps, on the device of ``lengths`` (B,)."""
    return torch.arange(num_steps, device=lengths.device) < lengths[:, None]


def zero_padding(values: Tensor, real: Tensor) -> Tensor:
    """Returns ``values`` (B, T, K) with zeros where the mask ``real`` (B, T) is False, whatever stood there."""
    return values.masked_fill(~real[..., None], 0)


def reverse_rows(values: Tensor, lengths: Tensor) -> Tensor:
    """Reverses the real steps of every row and leaves its padding where it is; twice is the identity.

    Args:
        values: (B, T, K).
        lengths: (B,), on the device of ``values``.
    """
    steps = torch.arange(values.shape[1], device=values.device)
    order = torch.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
    return torch.take_along_dim(values, order[..., None], dim=1)


def align(steps: Sequence[Tensor], lengths: Tensor, is_backward: bool) -> Tensor:
    """Puts one tensor for each computed step where its input stands.

    The backward direction starts at each row's last real step, so its first state belongs to another place in every row.

    Args:
        steps: T tensors (B, K), in the order they were computed.
        lengths: Real steps of each row: (B,), on the device of the steps.
        is_backward: Whether they were computed from the last real step to the first.

    Returns:
        (B, T, K), zero at padded positions.
    """
    sequence = zero_padding(torch.stack(tuple(steps), dim=1), real_steps(lengths, len(steps)))
    return reverse_rows(sequence, lengths) if is_backward else sequence


def check_inputs(inputs: Tensor, input_size: int, lengths: Tensor | None) -> None:
    """Checks what a stack of layers is given.

    Args:
        inputs: What should be (B, T, F).
        input_size: F.
        lengths: What should be (B,), on the CPU best, or None.

    Raises:
        ValueError: If a shape does not fit or a length is not between 1 and T.
    """
    if inputs.dim() != 3 or inputs.shape[2] != input_size or 0 in inputs.shape:
        raise ValueError(f"inputs: expected (B, T, {input_size}) without empty sizes, got {tuple(inputs.shape)}")
    batch_size, num_steps, _ = inputs.shape
    if lengths is not None:
        if lengths.shape != (batch_size,):
            raise ValueError(f"lengths: expected ({batch_size},), got {tuple(lengths.shape)}")
        if lengths.min() < 1 or lengths.max() > num_steps:
            raise ValueError(f"lengths: expected 1 to {num_steps}, got {lengths.tolist()}")


def full_lengths(lengths: Tensor | None, inputs: Tensor) -> Tensor:
    """Returns lengths (B,) on the device of inputs (B, T, ...): those given, or T for every row."""
    lengths = torch.full(inputs.shape[:1], inputs.shape[1]) if lengths is None else lengths
    return lengths.to(inputs.device)


def last_steps(values: Tensor, lengths: Tensor) -> Tensor:
    """Returns each row's last real step: (B, K).

    Args:
        values: (B, T, K).
        lengths: (B,), on the device of ``values``.
    """
    return torch.take_along_dim(values, (lengths - 1)[:, None, None], dim=1).squeeze(1)
