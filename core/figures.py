"""What figures are called: metrics in words and on axes, baselines by their labels, who is better.

Pure functions from values to plain text, the same for screen and shell, over what each metric (core.metrics) and each
baseline (core.baselines) says of itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.applications import describe
from core.baselines.base import Baseline
from core.baselines.classical import CLASSICAL
from core.baselines.classification import CLASSIFIERS
from core.baselines.forecasting import FORECASTERS
from core.baselines.ngram import LANGUAGE_MODELS
from core.baselines.sequences import ANSWERERS
from core.baselines.tagging import TAGGERS
from core.baselines.trained import TRAINED
from core.baselines.translation import TRANSLATORS
from core.digits import decimals_beside, significant
from core.metrics.registry import metric as metric_named

_LARGEST_WRITTEN_OUT = 1e6
_NUMBER = re.compile(r"-?[\d.,]+(?:e[+-]?\d+)?")


def headline_metric(task: str, *figures: Mapping[str, Any] | None) -> str:
    """The metric that a task is judged by, on the screen, in the shell and in comparisons.

    Args:
        figures: Of what is judged; the task's sharper metric goes first where any of them have it.
    """
    described = describe(task)
    return described.sharper if any(described.sharper in (one or {}) for one in figures) else described.headline


def is_share(metric: str) -> bool:
    """Whether a metric is a share of items, shown in percent and compared in points."""
    return metric_named(metric).is_share


def smaller_is_better(metric: str) -> bool:
    """True for errors and losses, False for scores."""
    return metric_named(metric).smaller_is_better


def metric_label(metric: str) -> str:
    """The name of a metric; an unknown one is written as it is."""
    return metric_named(metric).label


def metric_of(part: str, metric: str) -> str:
    """A metric with the part that it is of: "Test accuracy", "Best validation macro F1", "by MASE"."""
    label = metric_label(metric)
    first = label.partition(" ")[0]
    is_name = first[1:] != first[1:].lower()
    return f"{part} {label if is_name else label[0].lower() + label[1:]}"


def metric_value(metric: str, value: float | None, task: str = "", decimals: int | None = None) -> str:
    """A figure with its unit; "undefined" when there is none. The loss of a forecast is not in nats.

    Args:
        value: As it was measured; a share from 0 to 1.
        task: For the unit of a loss.
        decimals: As `figure_digits` has them; None for the metric's own.
    """
    if value is None:
        return "undefined"
    entry = metric_named(metric)
    unit, form = entry.unit, entry.form
    if decimals is not None and abs(value) < _LARGEST_WRITTEN_OUT:
        form = f",.{decimals}f"
    if metric == "loss" and task:
        unit = describe(task).loss_unit
    if not form:
        return f"{significant(value, 4, zeros=True)} {unit}".strip()
    shown = value * scale_for_axis(metric)
    if unit == "%" and not entry.is_share and decimals is None and 0 < abs(shown) < 1:
        form = f".{1 - math.floor(math.log10(abs(shown)))}f"  # two digits, or methods that differ would read alike
    return f"{shown:{form}} {unit}".strip() if unit != "%" else f"{shown:{form}}%"


def figure_digits(metric: str, spread: float) -> int | None:
    """How many decimals of a figure mean something beside its spread (`decimals_beside`); None for the usual ones.

    Args:
        metric: For shares, which are shown in percent.
        spread: Of the figure as it was measured, in its own unit.
    """
    return decimals_beside(spread * scale_for_axis(metric))


def figure_with_spread(metric: str, mean: float, spread: float, task: str = "") -> str:
    """A mean and its spread with the unit once and digits that match: "1.84 ± 0.02 bits"."""
    digits = figure_digits(metric, spread)
    shown, around = metric_value(metric, mean, task, digits), metric_value(metric, spread, task, digits)
    number = _NUMBER.match(shown)
    assert number is not None
    return f"{number.group()} ± {around}"


def axis_title(metric: str, task: str = "") -> str:
    """The title of a chart axis, with the unit."""
    entry = metric_named(metric)
    if metric == "loss":
        return describe(task).loss_axis if task else "Loss, nats per token"
    return f"{entry.label}, {entry.unit}" if entry.unit else entry.label


def scale_for_axis(metric: str) -> float:
    """What a value is multiplied with before it is drawn: 100 for shares."""
    return 100.0 if is_share(metric) else 1.0


def chosen_on_validation(names: Iterable[str]) -> list[str]:
    """Labels of those of the baselines that were chosen by their figures on the validation set, as the network was."""
    return [baseline_label(name) for name in names if name in TRAINED]


def find_baseline(name: str) -> type[Baseline] | None:
    """The baseline of that name; None for what is none."""
    families: tuple[Mapping[str, type[Baseline]], ...] = (
        FORECASTERS,
        CLASSICAL,
        TRAINED,
        LANGUAGE_MODELS,
        CLASSIFIERS,
        TAGGERS,
        TRANSLATORS,
        ANSWERERS,
    )
    return next((family[name] for family in families if name in family), None)


def baseline_label(name: str) -> str:
    """The name of a baseline in plain words: `ngram_4` is "4-gram"."""
    found = find_baseline(name)
    return found.labels()[name] if found else name.replace("_", " ")


def baseline_of(name: str, window_size: int | None) -> str:
    """The name of a baseline of one run, with the window where its figures depend on it: runs of one data differ there."""
    found, label = find_baseline(name), baseline_label(name)
    return f"{label}, window {window_size:,}" if found and found.reads_window and window_size else label


def leader_first(names_to_values: Mapping[str, float | None], metric: str) -> list[str]:
    """Names sorted from best to worst on a metric; undefined ones last."""
    sign = 1 if smaller_is_better(metric) else -1
    return sorted(
        names_to_values,
        key=lambda name: (names_to_values[name] is None, sign * (names_to_values[name] or 0.0), name),
    )


def best_baseline(baselines: Mapping[str, Mapping[str, Any]], metric: str) -> tuple[str, float] | None:
    """The baseline with the best figure and that figure; None when no baseline has one."""
    known = [(name, figures[metric]) for name, figures in baselines.items() if figures.get(metric) is not None]
    if not known:
        return None
    pick = min if smaller_is_better(metric) else max
    return pick(known, key=lambda pair: pair[1])
