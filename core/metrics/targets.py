"""Figures of forecasts over several targets: of each, and their mean. Shape letters: N origins, H steps, C targets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from core.metrics.forecasts import Forecasts
from core.metrics.registry import finite, metric, score


def forecast_metrics(
    metrics: Sequence[str],
    truth: ArrayLike,
    forecast: ArrayLike,
    scale: ArrayLike,
    target_names: Sequence[str] | None = None,
) -> dict[str, object]:
    """Figures over all origins and steps, for each target and as the mean over targets.

    The mean is undefined as soon as one target's figure is, because leaving that target out would flatter the model; a
    target without any known truth counts for nobody, and one without a scale for nobody's MASE.

    Args:
        metrics: their names.
        truth, forecast: (N, H, C), original units; a pair whose truth is NaN does not count.
        scale: one of each target from `mase_scale`, (C,).
        target_names: of the C targets; ``target_0``, ``target_1`` ... when not given.

    Returns:
        ``{metric: figure, "per_target": {name: {metric: figure}}}``, each a float or None.

    Raises:
        ValueError: the shapes or the number of names do not agree.
    """
    y, f = np.asarray(truth, dtype=np.float64), np.asarray(forecast, dtype=np.float64)
    scales = np.asarray(scale, dtype=np.float64)
    if y.ndim != 3 or y.shape != f.shape:
        raise ValueError(f"truth and forecast must both have shape (N, H, C), got {y.shape} and {f.shape}")
    num_targets = y.shape[2]
    if scales.shape != (num_targets,):
        raise ValueError(f"scale must have shape ({num_targets},), got {scales.shape}")
    names = [f"target_{i}" for i in range(num_targets)] if target_names is None else list(target_names)
    if len(names) != num_targets or len(set(names)) != num_targets:
        raise ValueError(f"target_names must be {num_targets} different names, got {names}")

    per_target: dict[str, dict[str, float | None]] = {}
    for i, name in enumerate(names):
        known = ~np.isnan(y[..., i])
        one = Forecasts(y[known, i], f[known, i], float(scales[i]))
        per_target[name] = score(metrics, one) if len(one.truth) else dict.fromkeys(metrics)
    judged = [name for i, name in enumerate(names) if not np.isnan(y[..., i]).all()]
    return mean_over_targets(per_target, judged or names, dict(zip(names, scales.tolist(), strict=True)))


def mean_over_targets(
    per_target: Mapping[str, Mapping[str, float | None]], judged: Sequence[str], scale: Mapping[str, float]
) -> dict[str, object]:
    """Figures of each target, and their mean over those that are `judged`: None as soon as one of these is.

    MASE is the mean over those of them that have a `scale`.
    """
    scaled = [name for name in judged if scale[name] > 0]
    means = {
        key: _mean_or_none([per_target[name][key] for name in (scaled if metric(key).needs_scale else judged)])
        for key in next(iter(per_target.values()))
    }
    return {**means, "per_target": dict(per_target)}


def _mean_or_none(values: Sequence[float | None]) -> float | None:
    """Mean of the values; None when there is none or one of them is undefined."""
    defined = [value for value in values if value is not None]
    if not defined or len(defined) < len(values):
        return None
    return finite(math.fsum(defined) / len(defined))
