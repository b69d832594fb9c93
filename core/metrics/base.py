"""What a metric is: how its figure is computed, what it is called, and how it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PerItem = Callable[[Any], tuple[Floats, Floats | None]]


@dataclass(frozen=True)
class Metric:
    """One figure.

    Attributes:
        name: As results, status and records have it.
        label: As page and shell write it.
        value: The figure of what is judged: `Forecasts`, `ReadText`, `Guesses`, `Translations` or what a task brings.
            None or not finite where it is undefined.
        unit: Of the figure, such as "nats"; shares have "%".
        form: Its format; four digits where there is none, as in the units of the data.
        smaller_is_better: True for errors and losses.
        is_share: A share of items from 0 to 1, shown in percent and compared in points.
        perfect: The best figure that there can be.
        near: A network nearer than this to the empty model, as a share of the way from there to a perfect figure, has
            barely learned. 0 where nobody knows how good a figure can become: there, being clearly better is enough.
        per_target: Measured in a unit of the target's own: a target without one stays out of the mean over targets.
        per_item: The scores (N,) that the figure is the mean of, and their weights (N,), None for 1 everywhere: what
            two methods are compared by. None where there are no such.
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
    per_target: bool = False
    per_item: PerItem | None = None
    gloss: str = ""
