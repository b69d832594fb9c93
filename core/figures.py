"""What figures are called: labels, units and formats of metrics, which one a task is judged by, which way is better.

Pure functions from values to plain text, the same for screen and shell. Left out: computing figures (core.metrics),
what is said of a result (core.verdict).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from core.applications import describe
from core.digits import significant

# label, unit, format of each metric; one in the units of the data has four digits; a share is shown in percent.
_METRICS: Mapping[str, tuple[str, str, str]] = {
    "loss": ("Loss", "nats", ".3f"),
    "bits_per_char": ("Bits per character", "bits", ".2f"),
    "perplexity": ("Perplexity", "", ".1f"),
    "mae": ("MAE", "", ""),
    "rmse": ("RMSE", "", ""),
    "mape": ("MAPE", "%", ".1f"),
    "smape": ("sMAPE", "%", ".1f"),
    "mase": ("MASE", "", ".2f"),
    "accuracy": ("Accuracy", "%", ".1f"),
    "macro_f1": ("Macro F1", "", ".2f"),
    "exact_match": ("Exact match", "%", ".1f"),
    "bleu": ("BLEU", "", ".1f"),
    "chrf": ("chrF", "", ".1f"),
}
_MOST_DECIMALS, _LARGEST_WRITTEN_OUT = 6, 1e6
_SHARES = frozenset({"accuracy", "exact_match"})

_SMALLER_IS_BETTER = frozenset({"loss", "bits_per_char", "perplexity", "mae", "rmse", "mape", "smape", "mase"})


def headline_metric(task: str) -> str:
    """The metric that a task is judged by, on the screen, in the shell and in comparisons."""
    return describe(task).headline


def is_share(metric: str) -> bool:
    """Whether a metric is a share of items, shown in percent and compared in points."""
    return metric in _SHARES


def smaller_is_better(metric: str) -> bool:
    """True for errors and losses, False for scores."""
    return metric in _SMALLER_IS_BETTER


def metric_label(metric: str) -> str:
    """The name of a metric; an unknown one is written as it is."""
    return _METRICS[metric][0] if metric in _METRICS else metric.replace("_", " ").capitalize()


def metric_of(part: str, metric: str) -> str:
    """A metric with the part that it is of: "Test accuracy", "Best validation MASE"."""
    label = metric_label(metric)
    is_name = label[1:] != label[1:].lower()
    return f"{part} {label if is_name else label[0].lower() + label[1:]}"


def metric_value(metric: str, value: float | None, task: str = "", decimals: int | None = None) -> str:
    """A figure with its unit; "undefined" when there is none. The loss of a forecast is not in nats.

    Args:
        metric: Its name.
        value: As it was measured; a share from 0 to 1.
        task: For the unit of a loss.
        decimals: As `figure_digits` has them; None for the metric's own.
    """
    if value is None:
        return "undefined"
    _, unit, form = _METRICS.get(metric, ("", "", ""))
    if decimals is not None and abs(value) < _LARGEST_WRITTEN_OUT:
        form = f",.{decimals}f"
    if metric == "loss" and task:
        unit = describe(task).loss_unit
    shown = value * 100 if metric in _SHARES else value
    if not form:
        return f"{significant(value, 4, zeros=True)} {unit}".strip()
    return f"{shown:{form}} {unit}".strip() if unit != "%" else f"{shown:{form}}%"


def figure_digits(metric: str, spread: float) -> int | None:
    """How many decimals of a figure mean something beside its spread; None where there is none, for the usual ones.

    One digit of the spread counts, and a second where the first is a 1: 0.8137 with a spread of 0.031 is 0.81.

    Args:
        metric: For shares, which are shown in percent.
        spread: Of the figure as it was measured, in its own unit.
    """
    around = abs(spread) * scale_for_axis(metric)
    if not around or not math.isfinite(around):
        return None
    first = math.floor(math.log10(around))
    decimals = -first + (around < 2 * 10.0**first)
    return min(_MOST_DECIMALS, max(0, decimals))


def axis_title(metric: str, task: str = "") -> str:
    """The title of a chart axis, with the unit."""
    label, unit, _ = _METRICS.get(metric, (metric_label(metric), "", ""))
    if metric == "loss":
        return describe(task).loss_axis if task else "Loss, nats per token"
    return f"{label}, {unit}" if unit else label


def scale_for_axis(metric: str) -> float:
    """What a value is multiplied with before it is drawn: 100 for shares."""
    return 100.0 if metric in _SHARES else 1.0


def baseline_label(name: str) -> str:
    """The name of a baseline in plain words: `ngram_4` is "4-gram"."""
    if name.startswith("ngram_"):
        return f"{name.removeprefix('ngram_')}-gram"
    special = {"tfidf_logistic": "TF-IDF", "word_for_word": "word for word"}
    return special.get(name, name.replace("_", " "))


def best_baseline(baselines: Mapping[str, Mapping[str, Any]], metric: str) -> tuple[str, float] | None:
    """The baseline with the best figure and that figure; None when no baseline has one."""
    known = [(name, figures[metric]) for name, figures in baselines.items() if figures.get(metric) is not None]
    if not known:
        return None
    pick = min if smaller_is_better(metric) else max
    return pick(known, key=lambda pair: pair[1])
