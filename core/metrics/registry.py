"""All metrics by name, and scores by them.

A figure that is undefined (a percentage error at a truth of zero, the accuracy of no examples, a diverged forecast) is
``None``: never NaN, never infinity, never a made-up zero. All others are plain numbers that go straight into JSON.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from core.metrics import classes, entities, forecasts, language, translations
from core.metrics.base import Metric

# Of every task: what is judged says its own.
_LOSS = Metric("loss", "Loss", lambda judged: judged.loss, unit="nats", form=".3f", smaller_is_better=True)

# By which a run that learns from corrections chooses its weights; no part of a data set has it.
_TAUGHT = Metric(
    "taught_loss", "Loss with corrections", lambda judged: None, unit="nats", form=".3f", smaller_is_better=True
)

METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        one.name: one
        for family in (forecasts, language, classes, entities, translations)
        for one in (_LOSS, _TAUGHT, *family.METRICS)
    }
)


def metric(name: str) -> Metric:
    """The metric of that name; one that is not known is written as it is."""
    return METRICS.get(name) or Metric(name, name.replace("_", " ").capitalize(), lambda judged: None)


def score(names: Sequence[str], judged: Any) -> dict[str, float | None]:
    """The figures of what is judged: {name: figure}, None where one is undefined."""
    with np.errstate(all="ignore"):  # a diverged forecast overflows; it comes out as None
        return {name: finite(METRICS[name].value(judged)) for name in names}


def finite(value: float | None) -> float | None:
    """A number for JSON: None where it is not finite."""
    return None if value is None or not math.isfinite(value) else float(value)
