"""The network beside simple methods item by item: what `result.json` keeps as `comparison`.

A figure alone does not say whether it is better by more than chance, nor whether the network learned anything. Both
are asked of the same paired bootstrap: against the best baseline, and against what a network comes down to that has
learned nothing (the empty model).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.bootstrap import LEVEL, Difference, paired_difference
from core.config.words import plural
from core.figures import best_baseline, headline_metric, smaller_is_better
from core.metrics.registry import metric as metric_named


@dataclass(frozen=True)
class Paired:
    """Scores of the network and of another method on the same N items, as `paired_difference` takes them.

    Attributes:
        metric: The figure that they make.
        network, other: (N,) or (N, C).
        weights: Of the same shape; None for 1 everywhere.
        item: What one is, such as "text".
        block: Neighbours that hang together.
        other_weights: Those of the other method, where they are not the same.
    """

    metric: str
    network: NDArray[np.float64]
    other: NDArray[np.float64]
    weights: NDArray[np.float64] | None = None
    item: str = "text"
    block: int = 1
    other_weights: NDArray[np.float64] | None = None

    def difference(self) -> Difference | None:
        """By how much the network is better."""
        ours, theirs = (self.network, self.weights), (self.other, self.other_weights)
        (first, weights), (second, others) = (theirs, ours) if smaller_is_better(self.metric) else (ours, theirs)
        if self.other_weights is None:
            return paired_difference(first, second, self.weights, self.block)
        return paired_difference(first, second, weights, self.block, second_weights=others)

    @property
    def figure(self) -> float:
        """The other method's figure."""
        known = self.weights if self.other_weights is None else self.other_weights
        weights = np.ones(self.other.shape) if known is None else known
        return float((self.other.sum(axis=0) / weights.sum(axis=0)).mean())

    @property
    def method(self) -> str:
        """How the interval came about, in words."""
        blocks = f", in blocks of {self.block:,}" if self.block > 1 else ""
        return f"{LEVEL:.0%} interval of a paired bootstrap over {plural(len(self.network), self.item)}{blocks}"


def pair_items(metric: str, network: Any, other: Any, item: str) -> Paired | None:
    """Two methods beside each other on the same items.

    Args:
        network, other: What is judged by it, as `Metric.value` takes it; None where a method has not been judged.

    Returns:
        None where the metric is no mean over items, or a method has not been judged.
    """
    per_item = metric_named(metric).per_item
    if per_item is None or network is None or other is None:
        return None
    (scores, weights), (others, other_weights) = per_item(network), per_item(other)
    same = weights is None or other_weights is None or np.array_equal(weights, other_weights)
    return Paired(metric, scores, others, weights, item, other_weights=None if same else other_weights)


def comparison(
    task: str,
    baselines: Mapping[str, Mapping[str, Any]],
    paired: Callable[[str], Paired | None],
    empty: str,
) -> dict[str, Any] | None:
    """The network against its best baseline and against the empty model.

    Args:
        task: Whose headline decides which baseline is the best.
        baselines: Their figures on the part that was judged.
        paired: From the name of a method to the scores beside it; None where there are none.

    Returns:
        ``metric``, ``baseline``, ``difference`` (positive where the network is better, in the unit of the figure),
        ``interval`` (low and high end of it; None where the part is too small for one), ``items``, ``item``,
        ``method``, and ``empty`` with ``name``, ``metric``, ``figure``, ``difference``, ``interval``. None where no
        baseline has a figure or nothing can be compared.
    """
    best = best_baseline(baselines, headline_metric(task, *baselines.values()))
    found = None if best is None else paired(best[0])
    against_best = None if found is None else found.difference()
    if best is None or found is None or against_best is None:
        return None
    return {
        "metric": found.metric,
        "baseline": best[0],
        **_plain(against_best),
        "items": len(found.network),
        "item": found.item,
        "method": found.method,
        "empty": _beside_empty(empty, paired(empty)),
    }


def _beside_empty(name: str, found: Paired | None) -> dict[str, Any] | None:
    difference = None if found is None else found.difference()
    if found is None or difference is None:
        return None
    return {"name": name, "metric": found.metric, "figure": found.figure, **_plain(difference)}


def _plain(difference: Difference) -> dict[str, Any]:
    interval = difference.interval
    return {"difference": difference.value, "interval": None if interval is None else list(interval)}
