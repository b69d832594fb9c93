"""Windows scaled by themselves, so that a network that was trained at one level still works at another.

Causal only where every output comes after the whole window. Left out: scales of the training set (core.data.series).

Shape letters: B batch, T time, V values of a step.
"""

import torch
from torch import Tensor

SCALINGS = ("series", "last_value", "window", "robust")
FLAT = 0.01  # of the training set's spread: what the spread of a window that never moves counts as


def window_scale(values: Tensor, scaling: str) -> tuple[Tensor, Tensor]:
    """What each column of each window is measured from, and in which unit.

    ::

        series      0                1                      the scale of the training set stays
        last_value  the last value   1
        window      the mean         the standard deviation
        robust      the median       the interquartile range / 1.349, the standard deviation of a normal distribution

    Args:
        values: (B, T, V), in units of the training set's spread.
        scaling: One of ``SCALINGS``.

    Returns:
        Centre and spread, (B, 1, V) each; the spread is above 0.

    Reference:
        The last value: Zeng et al., 2023, "Are transformers effective for time series forecasting?", section 4 (NLinear);
        mean and deviation: Kim et al., 2022, "Reversible instance normalization", section 3.
    """
    if scaling == "series":
        return torch.zeros_like(values[:, :1]), torch.ones_like(values[:, :1])
    if scaling == "last_value":
        return values[:, -1:], torch.ones_like(values[:, :1])
    if scaling == "window":
        variance, center = torch.var_mean(values, dim=1, correction=0, keepdim=True)
        return center, (variance + FLAT**2).sqrt()
    quartiles = torch.quantile(values.float(), values.new_tensor([0.25, 0.5, 0.75], dtype=torch.float32), dim=1)
    low, center, high = quartiles[:, :, None].to(values.dtype).unbind(0)
    return center, (((high - low) / 1.349) ** 2 + FLAT**2).sqrt()
