"""Rows of different lengths in one padded batch: which steps are real, how to reverse them, where each row ends.

Padding always stands at the end of a row. Left out: how padding is made (that is batching) and what it means.

Shape letters: B batch, T time, K features.
"""

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


def last_steps(values: Tensor, lengths: Tensor) -> Tensor:
    """Returns each row's last real step: (B, K).

    Args:
        values: (B, T, K).
        lengths: (B,), on the device of ``values``.
    """
    return torch.take_along_dim(values, (lengths - 1)[:, None, None], dim=1).squeeze(1)
