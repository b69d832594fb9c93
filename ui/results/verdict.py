"""The sentence above a result: what the network reaches on unseen data, and whether a simple method does better.

Pure functions from `result.json` to text. A network that loses is said to lose. Left out: drawing.
"""

from collections.abc import Mapping
from typing import Any

from ui.words import baseline_label, best_baseline, headline_metric, is_share, metric_value, smaller_is_better

_TIE, _TIE_SHARE = 0.01, 0.005  # one percent of the other figure, or half a point where the figure is a share

_REACHED = {
    "forecasting": "On the test part the network's forecasts have a MASE of **{value}**",
    "generation": "On text it has not seen the network needs **{value}** for each character",
    "sentiment": "The network gives the right label to **{value}** of the texts it has not seen",
    "translation": "The network translates **{value}** of the unseen texts exactly as expected",
}

GLOSSES: Mapping[str, str] = {
    "mase": "MASE is the mean error, measured in errors of repeating the last season: below 1 beats that.",
    "bits_per_char": (
        "Bits per character say how surprising the text is to the network, with what is not in the vocabulary spelled "
        "out, so that networks of any unit and vocabulary compare; loss and perplexity compare within one vocabulary."
    ),
    "accuracy": "Accuracy is the share of test texts with the right label.",
    "exact_match": "Exact match is the share of test texts whose translation equals the reference letter by letter.",
}


def verdict(task: str, result: Mapping[str, Any]) -> str:
    """What the network reaches, against the best baseline, as Markdown.

    Args:
        task: One of the four tasks.
        result: `result.json`; `test` and `baselines` are read.
    """
    metric = headline_metric(task)
    value = (result.get("test") or {}).get(metric)
    if value is None:
        return "The figures on the test part are undefined for this run: the data or the forecasts do not allow them."
    reached = _REACHED[task].format(value=metric_value(metric, value))
    best = best_baseline(result.get("baselines") or {}, metric)
    if best is None:
        return f"{reached}. There is no baseline to compare with."
    name, other = best
    return f"{reached}. {_comparison(metric, value, name, other)}"


def _comparison(metric: str, value: float, name: str, other: float) -> str:
    """Who wins, and by how much."""
    label = baseline_label(name)
    against = f"the best simple method, {label}, reaches {metric_value(metric, other)}"
    gain = gain_over(metric, value, other)
    if not gain:
        return f"That is **as good as a simple method**: {against.removeprefix('the best simple method, ')}."
    if is_share(metric):
        amount = f"{100 * abs(gain):.1f} points"
    else:
        amount = f"{100 * abs(gain) / abs(other):.0f}%" if other else f"{abs(gain):.3g}"
    if gain > 0:
        return f"It is **better by {amount}**: {against}."
    return f"It **loses by {amount}**: {against}."


def gain_over(metric: str, value: float, other: float) -> float:
    """How much better a figure is than another, in its own unit; negative when it is worse, 0 when it is a tie."""
    gain = other - value if smaller_is_better(metric) else value - other
    tie = _TIE_SHARE if is_share(metric) else _TIE * abs(other)
    return 0.0 if abs(gain) <= tie else gain


def leader_first(names_to_values: Mapping[str, float | None], metric: str) -> list[str]:
    """Names sorted from best to worst on a metric; undefined ones last."""
    sign = 1 if smaller_is_better(metric) else -1
    return sorted(
        names_to_values,
        key=lambda name: (names_to_values[name] is None, sign * (names_to_values[name] or 0.0), name),
    )
