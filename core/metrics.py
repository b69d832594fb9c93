"""Quality figures for every task, as pure functions on numpy arrays and lists of strings.

Every function returns plain Python numbers that go straight into JSON. A figure that is undefined (a percentage error
at a truth of zero, the accuracy of no examples, a diverged forecast) is ``None``: never NaN, never infinity, never a
made-up zero. Baselines and models call the same functions, so their figures are comparable.

Left out on purpose: anything that needs torch or a model, the choice of what to forecast (see ``core.tasks``), and
translations (translation_metrics.py).

Shape letters: N examples or forecast origins, H steps of the horizon, C targets (forecasting) or classes
(classification).
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

FORECAST_METRICS = ("mae", "rmse", "mape", "smape", "mase")

# Differences this far below the size of the data itself are rounding, not signal.
_RELATIVE_TINY = 1e-8


# ---------------------------------------------------------------------------------------------------------- forecasting


def mase_scale(train: ArrayLike, season: int) -> NDArray[np.float64]:
    """Mean absolute error of the seasonal naive forecast inside the training part: the unit of MASE.

    Where that errs nowhere (a series that repeats itself exactly) or nothing is known a season apart, the unit is the
    mean step from one known value to the next.

    Args:
        train: training part of the series, (T, C), in original units; NaN where missing, and such steps do not count.
        season: steps in a season, at least 1 (1 compares with the value one step before).

    Returns:
        One scale a target, (C,), in its units; 0 where the series never changes or no two values are known.

    Raises:
        ValueError: the shape is not (T, C), the season is below 1, or the part is not longer than one season.

    Reference:
        Hyndman and Koehler (2006), "Another look at measures of forecast accuracy", section 3.
    """
    values = np.asarray(train, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"train must have shape (T, C), got {values.shape}")
    if season < 1:
        raise ValueError(f"season must be at least 1, got {season}")
    if len(values) <= season:
        raise ValueError(f"a season of {season} needs more than {season} training steps, got {len(values)}")
    changes = np.abs(values[season:] - values[:-season])
    count = np.maximum(np.isfinite(changes).sum(axis=0), 1)
    scale = np.asarray(np.nansum(changes, axis=0) / count if np.isnan(changes).any() else changes.mean(axis=0))
    tiny = _RELATIVE_TINY * np.abs(np.nan_to_num(values)).max(axis=0)
    for place in np.flatnonzero(scale <= tiny):
        known = values[~np.isnan(values[:, place]), place]
        step = float(np.abs(np.diff(known)).mean()) if len(known) > 1 else 0.0
        scale[place] = step if step > tiny[place] else 0.0
    return scale


def forecast_metrics(
    truth: ArrayLike, forecast: ArrayLike, scale: ArrayLike, target_names: Sequence[str] | None = None
) -> dict[str, object]:
    """Errors of forecasts over all origins and steps, for each target and as the mean over targets.

    ``mae`` and ``rmse`` are in original units; ``mape`` and ``smape`` in percent; ``mase`` is ``mae / scale``, below 1
    when the forecast beats the one-step seasonal naive forecast of the training part. ``mape`` is undefined where a
    truth is zero; ``smape`` is ``200 |y - f| / (|y| + |f|)``, from 0 to 200, and 0 where truth and forecast are both
    zero. The mean over targets is undefined as soon as one target's figure is, because leaving that target out would
    flatter the model; a target without any known truth counts for nobody, and one without a scale for nobody's MASE.

    Args:
        truth: true values, (N, H, C), original units; NaN where missing, and such (origin, step) pairs do not count.
        forecast: forecasts for the same (origin, step) pairs, (N, H, C), original units.
        scale: one MASE scale a target from `mase_scale`, (C,).
        target_names: names of the C targets; ``target_0``, ``target_1`` ... when not given.

    Returns:
        ``{"mae", "rmse", "mape", "smape", "mase", "per_target": {name: the same five}}``, each a float or None.

    Raises:
        ValueError: the shapes or the number of names do not agree.

    Reference:
        Hyndman and Koehler (2006); the symmetric percentage error as in Makridakis and Hibon (2000),
        "The M3-Competition".
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

    per_target = {name: _one_target(y[..., i], f[..., i], float(scales[i])) for i, name in enumerate(names)}
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
        key: _mean_or_none([per_target[name][key] for name in (scaled if key == "mase" else judged)])
        for key in FORECAST_METRICS
    }
    return {**means, "per_target": dict(per_target)}


def _one_target(y: NDArray[np.float64], f: NDArray[np.float64], scale: float) -> dict[str, float | None]:
    """The five errors of one target; `y` and `f` are (N, H), NaN in `y` where there is no truth."""
    known = ~np.isnan(y)
    if not known.all():
        y, f = y[known], f[known]
    if y.size == 0:
        return dict.fromkeys(FORECAST_METRICS)
    with np.errstate(all="ignore"):  # a diverged forecast overflows here; it comes out as None below
        error = np.abs(y - f)
        mae = float(error.mean())
        rmse = float(np.sqrt((error**2).mean()))
        magnitude = np.abs(y)
        has_zero = bool((magnitude <= _RELATIVE_TINY * magnitude.max()).any())
        mape = math.nan if has_zero else float(100.0 * (error / magnitude).mean())
        total = magnitude + np.abs(f)
        ratio = np.divide(error, total, out=np.zeros_like(error), where=total != 0)
        smape = float(200.0 * ratio.mean())
        mase = mae / scale if scale > 0 else math.nan
    return {
        "mae": _finite(mae),
        "rmse": _finite(rmse),
        "mape": _finite(mape),
        "smape": _finite(smape),
        "mase": _finite(mase),
    }


# ------------------------------------------------------------------------------------------------------ language models


def language_metrics(
    total_nats: float, num_tokens: int, num_characters: int, spelling_nats: float = 0.0
) -> dict[str, float | None]:
    """Loss, bits per character and perplexity from the summed surprise of a text.

    Bits per character divide by characters, not by tokens, and count what it costs to spell the tokens that the
    vocabulary lacks, so that character, word and subword models of any vocabulary are comparable. Loss and perplexity
    are those of tokens, one of which is ``<unk>`` whatever it stands for: comparable within one vocabulary only.

    Args:
        total_nats: sum of the negative log probabilities of all tokens, natural logarithm.
        num_tokens: tokens that were predicted.
        num_characters: characters of the text, as normalized, that those tokens stand for.
        spelling_nats: what spelling the unknown ones among them costs (core.data.spelling), natural logarithm.

    Returns:
        ``loss`` (nats per token), ``bits_per_char`` and ``perplexity`` (of a token; None when it overflows).
    """
    loss = _finite(total_nats / num_tokens) if num_tokens > 0 else None
    whole = total_nats + spelling_nats
    bits = _finite(whole / num_characters / math.log(2.0)) if num_characters > 0 else None
    perplexity = None
    if loss is not None:
        try:
            perplexity = math.exp(loss)
        except OverflowError:
            perplexity = None
    return {"loss": loss, "bits_per_char": bits, "perplexity": perplexity}


# ------------------------------------------------------------------------------------------------------- classification


def confusion_matrix(labels: ArrayLike, predictions: ArrayLike, num_classes: int) -> NDArray[np.int64]:
    """How often each class was taken for each other one.

    Args:
        labels: true classes, (N,), integers from 0 to C - 1.
        predictions: predicted classes, (N,), integers from 0 to C - 1.
        num_classes: C.

    Returns:
        Counts, (C, C): rows are the truth, columns the prediction.

    Raises:
        ValueError: lengths differ, or a class is outside 0 to C - 1.
    """
    truth, guess = (
        _class_indices("labels", labels, num_classes),
        _class_indices("predictions", predictions, num_classes),
    )
    if truth.shape != guess.shape:
        raise ValueError(f"labels and predictions must have the same length, got {truth.shape} and {guess.shape}")
    return np.bincount(truth * num_classes + guess, minlength=num_classes**2).reshape(num_classes, num_classes)


def per_class(labels: ArrayLike, predictions: ArrayLike, num_classes: int) -> list[dict[str, float | int | None]]:
    """Precision, recall, F1 (0 to 1) and support (true examples) of each class, in class order.

    Precision is None for a class never predicted, recall for one that never occurs, F1 where both hold.

    Args:
        labels: true classes, (N,), integers from 0 to C - 1.
        predictions: predicted classes, (N,), integers from 0 to C - 1.
        num_classes: C.

    Raises:
        ValueError: lengths differ, or a class is outside 0 to C - 1.
    """
    matrix = confusion_matrix(labels, predictions, num_classes)
    rows: list[dict[str, float | int | None]] = []
    for i in range(num_classes):
        hits, true, predicted = int(matrix[i, i]), int(matrix[i].sum()), int(matrix[:, i].sum())
        rows.append(
            {
                "precision": hits / predicted if predicted else None,
                "recall": hits / true if true else None,
                "f1": 2 * hits / (true + predicted) if true + predicted else None,
                "support": true,
            }
        )
    return rows


def classification_metrics(
    labels: ArrayLike, predictions: ArrayLike, num_classes: int, loss: float | None = None
) -> dict[str, float | None]:
    """Accuracy, macro F1 and loss of a classifier.

    Args:
        labels: true classes, (N,), integers from 0 to C - 1.
        predictions: predicted classes, (N,), integers from 0 to C - 1.
        num_classes: C.
        loss: mean cross-entropy in nats, passed through (None when not finite).

    Returns:
        ``accuracy`` and ``macro_f1`` from 0 to 1, and ``loss``. Macro F1 is the plain mean over the classes that occur
        in the labels or the predictions; a class in neither has no F1 and does not count.

    Raises:
        ValueError: lengths differ, or a class is outside 0 to C - 1.
    """
    matrix = confusion_matrix(labels, predictions, num_classes)
    total = int(matrix.sum())
    scores = [row["f1"] for row in per_class(labels, predictions, num_classes)]
    return {
        "accuracy": int(np.trace(matrix)) / total if total else None,
        "macro_f1": _mean_or_none([score for score in scores if score is not None]),
        "loss": None if loss is None else _finite(loss),
    }


def _class_indices(name: str, values: ArrayLike, num_classes: int) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must have shape (N,), got {array.shape}")
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must be integers, got {array.dtype}")
    if array.min() < 0 or array.max() >= num_classes:
        raise ValueError(f"{name} must be from 0 to {num_classes - 1}, got {array.min()} to {array.max()}")
    return array.astype(np.int64)


# --------------------------------------------------------------------------------------------------------------- shared


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _mean_or_none(values: Sequence[float | int | None]) -> float | None:
    """Mean of the values; None when there is none or one of them is undefined."""
    defined = [float(value) for value in values if value is not None]
    if not defined or len(defined) < len(values):
        return None
    return _finite(math.fsum(defined) / len(defined))
