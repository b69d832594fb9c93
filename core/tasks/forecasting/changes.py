"""Changes over some steps and the values that they add up to, as a forecaster sees them. Letters: H horizon, C columns."""

from __future__ import annotations

import torch
from torch.nn import functional as F


def accumulate(changes: torch.Tensor, lag: int) -> torch.Tensor:
    """Changes (N, H, C) over `lag` steps summed up to levels (N, H, C), as `SeriesScaler.restore` does; none for lag 0."""
    num_steps = changes.shape[1]
    if lag == 0 or lag >= num_steps:
        return changes
    whole = F.pad(changes, (0, 0, 0, -num_steps % lag))
    return whole.unflatten(1, (-1, lag)).cumsum(1).flatten(1, 2)[:, :num_steps]


def as_changes(levels: torch.Tensor, lag: int) -> torch.Tensor:
    """Values (..., H, C) as changes over `lag` steps, the first ones from 0; as they are for lag 0."""
    if lag == 0:
        return levels
    return levels - F.pad(levels, (0, 0, lag, 0))[..., : levels.shape[-2], :]
