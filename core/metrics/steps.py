"""Figures by step of the horizon: how errors grow the farther a forecast looks. Letters: N origins, H steps, C targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.metrics.targets import forecast_metrics


def figures_by_step(
    metrics: Sequence[str],
    truth: ArrayLike,
    forecast: ArrayLike,
    scale: ArrayLike,
    squared_scale: ArrayLike | None = None,
    quantiles: ArrayLike | None = None,
) -> dict[str, list[float | None]]:
    """Of each metric its figure at every step alone, the mean over targets.

    Args:
        metrics, truth, forecast, scale, squared_scale, quantiles: As for `forecast_metrics`.

    Returns:
        ``{metric: H figures}``, None where one is undefined.
    """
    y, f = np.asarray(truth, dtype=np.float64), np.asarray(forecast, dtype=np.float64)
    every = None if quantiles is None else np.asarray(quantiles, dtype=np.float64)
    steps: list[Any] = []
    for step in range(y.shape[1]):
        spread = None if every is None else every[:, :, [step]]
        steps.append(forecast_metrics(metrics, y[:, [step]], f[:, [step]], scale, None, squared_scale, spread))
    return {name: [figures[name] for figures in steps] for name in metrics}
