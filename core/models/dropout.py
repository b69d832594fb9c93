"""Dropout of what passes through a sequence: a mask of its own at every step, or one for all of them.

Shape letters: B batch, T time, F features.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def drop(values: Tensor, share: float, training: bool, locked: bool = False) -> Tensor:
    """Zeroes a share of values while training and scales the others up, so that their mean stays.

    Args:
        values: (B, T, F), or (B, F) without a time.
        share: Probability of zeroing one, in [0, 1).
        locked: Whether a row of the batch has one mask for all its steps.

    Reference:
        Srivastava et al., 2014; locked: Gal and Ghahramani, 2016, "A theoretically grounded application of dropout in
        recurrent neural networks", section 4; Merity et al., 2018, section 2.2.
    """
    if not (locked and training and share and values.dim() == 3):
        return F.dropout(values, share, training)
    return values * F.dropout(values.new_ones(values.shape[0], 1, values.shape[2]), share)


class SequenceDropout(nn.Dropout):
    """``nn.Dropout``, with one mask for all steps of a row where it is locked."""

    def __init__(self, share: float, locked: bool = False) -> None:
        super().__init__(share)
        self.locked = locked

    def forward(self, input: Tensor) -> Tensor:
        """Values (B, T, F) or (B, F) to values of the same shape."""
        return drop(input, self.p, self.training, self.locked)


def row_mask(num_rows: int, share: float, like: Tensor) -> Tensor:
    """Factors of the rows of a table, (num_rows,): 0 for a share of them, 1 / (1 - share) for the others.

    Reference: Gal and Ghahramani, 2016, section 4.2; Merity et al., 2018, section 4.3 (embedding dropout).
    """
    return F.dropout(torch.ones(num_rows, device=like.device, dtype=like.dtype), share)
