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
    squared_scale: ArrayLike | None = None,
    quantiles: ArrayLike | None = None,
) -> dict[str, object]:
    """Figures over all origins and steps, for each target and as the mean over targets.

    The mean is undefined as soon as one target's figure is, because leaving that target out would flatter the model; a
    target without any known truth counts for nobody, and one without a scale for nobody's MASE.

    Args:
        metrics: their names.
        truth, forecast: (N, H, C), original units; a pair whose truth is NaN does not count.
        scale: one of each target from `mase_scale`, (C,).
        target_names: of the C targets; ``target_0``, ``target_1`` ... when not given.
        squared_scale: one of each target from `rmsse_scale`, (C,).
        quantiles: (Q, N, H, C) of the levels `DECILES`; without them a forecast is all its quantiles.

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

    squares = np.zeros(num_targets) if squared_scale is None else np.asarray(squared_scale, dtype=np.float64)
    every = None if quantiles is None else np.asarray(quantiles, dtype=np.float64)
    per_target: dict[str, dict[str, float | None]] = {}
    for i, name in enumerate(names):
        known = ~np.isnan(y[..., i])
        spread = None if every is None else every[..., i][:, known]
        one = Forecasts(y[known, i], f[known, i], float(scales[i]), float(squares[i]), spread)
        per_target[name] = score(metrics, one) if len(one.truth) else dict.fromkeys(metrics)
    judged = [name for i, name in enumerate(names) if not np.isnan(y[..., i]).all()]
    sizes = dict(zip(names, sizes_of(y).tolist(), strict=True))
    return mean_over_targets(per_target, judged or names, dict(zip(names, scales.tolist(), strict=True)), sizes)


def sizes_of(truth: np.ndarray) -> np.ndarray:
    """(C,) the summed size of the known truths (N, H, C) of each target; infinite where no number holds it."""
    with np.errstate(over="ignore"):
        return np.nansum(np.abs(truth), axis=(0, 1))


def mean_over_targets(
    per_target: Mapping[str, Mapping[str, float | None]],
    judged: Sequence[str],
    scale: Mapping[str, float],
    sizes: Mapping[str, float],
) -> dict[str, object]:
    """Figures of each target, and their mean over those that are `judged`: None as soon as one of these is.

    MASE is the mean over those of them that have a `scale`; what goes by size weighs each by its own of `sizes`.
    """
    scaled = [name for name in judged if scale[name] > 0]
    means = {}
    for key in next(iter(per_target.values())):
        names = scaled if metric(key).needs_scale else judged
        weights = [sizes[name] for name in names] if metric(key).by_size else None
        means[key] = _mean_or_none([per_target[name][key] for name in names], weights)
    return {**means, "per_target": dict(per_target)}


def _mean_or_none(values: Sequence[float | None], weights: Sequence[float] | None = None) -> float | None:
    """Mean of the values; None when there is none or one of them is undefined, unless it has no weight."""
    weights = [1.0] * len(values) if weights is None else weights
    pairs = [(value, weight) for value, weight in zip(values, weights, strict=True) if weight > 0]
    defined = [(value, weight) for value, weight in pairs if value is not None]
    if not defined or len(defined) < len(pairs):
        return None
    most = max(weight for _, weight in defined)
    if not math.isfinite(most):
        return None
    shares = [(value, weight / most) for value, weight in defined]  # so that their sum stays a number
    try:
        total = math.fsum(share for _, share in shares)
        return finite(math.fsum(value * share for value, share in shares) / total)
    except OverflowError:
        return None
