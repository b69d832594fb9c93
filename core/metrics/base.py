"""What a metric is: how its figure is computed, what it is called, and how it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
PerItem = Callable[[Any], tuple[Floats, Floats | None]]


@dataclass(frozen=True)
class Metric:
    """One figure.

    Attributes:
        name, label: As results have it, and as page and shell write it.
        value: The figure of what is judged (`Forecasts`, `ReadText`, `Guesses`, `Translations` ...); None or not finite
            where it is undefined.
        unit: Such as "nats"; shares have "%".
        form: Of the figure; four digits where there is none, as in the units of the data.
        is_share: A share of items from 0 to 1, shown in percent and compared in points.
        perfect: The best figure that there can be.
        near: A network nearer than this to the empty model, as a share of the way from there to a perfect figure, has
            barely learned. 0 where nobody knows how good a figure can become: there, being clearly better is enough.
        needs_scale: Measured in a unit of the target's own: a target without one stays out of the mean over targets.
        by_size: Its mean over targets weighs each by the summed size of its truths, as if all were judged at once.
        needs_spread: Says something only of forecasts with quantiles.
        needs_entities: Says something only where tags mark whole entities.
        needs_order: Says something only where classes are steps of a scale, see `core.metrics.classes.scale_of`.
        per_item: The scores (N,) that the figure is the mean of, by which two methods are compared, and their weights
            (N,), None for 1 everywhere. None where there are no such.
        gloss: What it means, for the page.
    """

    name: str
    label: str
    value: Callable[[Any], float | None]
    unit: str = ""
    form: str = ""
    smaller_is_better: bool = False
    is_share: bool = False
    perfect: float = 0.0
    near: float = 0.0
    needs_scale: bool = False
    by_size: bool = False
    needs_spread: bool = False
    needs_entities: bool = False
    needs_order: bool = False
    per_item: PerItem | None = None
    gloss: str = ""


def whole_numbers(name: str, values: ArrayLike, below: int) -> NDArray[np.int64]:
    """Classes or ids (N,), from 0 to `below` - 1. Raises ValueError for anything else."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must have shape (N,), got {array.shape}")
    if not array.size:
        return np.zeros(0, dtype=np.int64)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must be integers, got {array.dtype}")
    if array.min() < 0 or array.max() >= below:
        raise ValueError(f"{name} must be from 0 to {below - 1}, got {array.min()} to {array.max()}")
    return array.astype(np.int64, copy=False)
