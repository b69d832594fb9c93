"""What a search of the settings found, in three pictures of optuna.visualization in the house's colours and words.

Pure functions from trials to charts. Optuna is imported when one of them is drawn. It is handed a study in memory whose
fields have the names of the screen and whose figures their signs and units, so that its pictures need no relabelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.config.fields import search_of
from core.config.rules import Range
from core.config.sections import all_fields
from core.sweeps.study import Trial, best_of
from ui.charts.chart import LABEL_ROOM, Chart
from ui.charts.theme import role_color, template, translucent
from ui.foreign import distinct
from ui.words import axis_title, choice_label, label_of, metric_of, metric_value, scale_for_axis, smaller_is_better

FEWEST, FEWEST_TO_WEIGH = 2, 8
"""Trials with a figure that are drawn, and that say which settings matter; of fewer nothing can be told."""
_MOST_FIELDS, _MOST_FIELDS_NARROW = 7, 3
_MOST_TICKS = 12  # trials are whole
_BEST_SHARE = 4  # one of so many lines is drawn strong


def can_draw(trials: Sequence[Trial]) -> bool:
    """Whether there is enough to see."""
    return sum(trial.state == "done" for trial in trials) > 0 and len(_judged(trials)) >= FEWEST


def _judged(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.state in ("done", "pruned") and trial.value is not None]


def history_chart(trials: Sequence[Trial], metric: str, task: str, dark: bool) -> Chart:
    """The figure of each trial that did all its steps, in order, and the best so far; pale those that ended early."""
    from optuna.visualization import plot_optimization_history

    figure = plot_optimization_history(_study(trials, metric, ("done",)), target_name=_axis(metric, task))
    points, best = figure.data[0], figure.data[1]
    points.update(name="All its steps", marker={"color": role_color("network", dark), "size": 9})
    best.update(name="Best so far", line={"color": role_color("highlight", dark), "shape": "hv"})
    figure.data = figure.data[:2]
    early, scale = [trial for trial in _judged(trials) if trial.state == "pruned"], scale_for_axis(metric)
    figure.add_scatter(
        x=[trial.number for trial in early], y=[scale * (trial.value or 0.0) for trial in early], mode="markers",
        name="Ended early", marker={"color": role_color("baseline", dark), "size": 8, "symbol": "x-thin-open"},
        customdata=[trial.step for trial in early], hovertemplate="Trial %{x}: %{y:.3g} at step %{customdata:,}<extra></extra>",
    )  # fmt: skip
    _style(figure, dark, 300)
    figure.update_xaxes(title_text="Trial", tickformat=",d", dtick=max(1, -(-len(trials) // _MOST_TICKS)))
    first, found = next(trial for trial in trials if trial.state == "done"), best_of(list(trials))
    assert found is not None
    reached, at_best = (metric_value(metric, trial.value, task) for trial in (first, found))
    alt = (
        f"{metric_of('Validation', metric)} of the trials in order, {len(early)} of which ended early. Trial {first.number} "
        f"reached {reached}, the best, trial {found.number}, {at_best}."
    )
    return Chart(figure, alt)


def importance_chart(trials: Sequence[Trial], metric: str, dark: bool) -> Chart | None:
    """How much of the differences between trials each field explains, in percent; None where that cannot be told."""
    found = importances(trials, metric)
    if not found:
        return None
    from optuna.importance import PedAnovaImportanceEvaluator
    from optuna.visualization import plot_param_importances

    figure = plot_param_importances(_study(trials, metric), evaluator=PedAnovaImportanceEvaluator())
    (bars,) = figure.data
    shares = [100 * share for share in bars.x]
    bars.update(
        x=shares, text=[f"{share:.0f}%" for share in shares], marker={"color": role_color("network", dark)},
        hoverinfo="skip", hovertemplate=None,
    )  # fmt: skip
    _style(figure, dark, 90 + 30 * len(shares))
    figure.update_xaxes(title_text="Share of the differences that it explains, %", range=[0, max(shares) or 1.0])
    figure.update_yaxes(title_text=None, showgrid=False)
    figure.update_layout(showlegend=False, margin_r=LABEL_ROOM)
    parts = ", ".join(f"{label} {share:.0%}" for label, share in found.items())
    return Chart(figure, f"Share of the differences between trials that each field explains: {parts}.")


def importances(trials: Sequence[Trial], metric: str) -> dict[str, float]:
    """By label, largest first, the share from 0 to 1 of the differences that a field explains; empty where unknown.

    Trials that ended early count with their last figure: what is weighed is only which trials are among the best tenth.

    Reference:
        Watanabe et al. (2023), "PED-ANOVA: efficiently quantifying hyperparameter importance in arbitrary subspaces"
    """
    judged = _judged(trials)
    if len(judged) < FEWEST_TO_WEIGH or len({trial.value for trial in judged}) < 2:
        return {}
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    try:
        return dict(get_param_importances(_study(trials, metric), evaluator=PedAnovaImportanceEvaluator()))
    except (RuntimeError, ValueError):  # too few differ
        return {}


def parallel_chart(trials: Sequence[Trial], metric: str, task: str, dark: bool, narrow: bool) -> Chart:
    """A line for each trial through its settings and its last figure, the best quarter strong; on a phone three fields."""
    from optuna.visualization import plot_parallel_coordinate

    study = _study(trials, metric)
    labels = list(importances(trials, metric)) or sorted(next(iter(study.best_trials)).params)
    shown = labels[: _MOST_FIELDS_NARROW if narrow else _MOST_FIELDS]
    figure = plot_parallel_coordinate(
        study, params=shown, target=lambda trial: trial.values[0], target_name=metric_of("Validation", metric)
    )
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    in_order = sorted(lines, key=lambda trace: trace.y[0], reverse=smaller_is_better(metric))
    number = max(1, len(lines) // _BEST_SHARE)
    for place, trace in enumerate(in_order):
        is_strong = place >= len(lines) - number
        trace.update(
            line={"color": role_color("network" if is_strong else "baseline", dark), "width": 2.4 if is_strong else 1},
            opacity=0.95 if is_strong else 0.45,
        )
    figure.data = []  # the strong ones last, above the others; the bar of Optuna's own colours goes
    figure.add_traces(in_order)
    _style(figure, dark, 340)
    figure.update_shapes(line={"color": role_color("grid", dark), "width": 1})
    figure.update_annotations(
        font={"color": role_color("muted", dark), "size": 12}, bgcolor=translucent(role_color("background", dark), 0.8)
    )
    figure.update_xaxes(tickfont={"color": role_color("text", dark), "size": 12}, title_text=None, tickangle=0)
    figure.update_xaxes(ticktext=[_broken(text) for text in (metric_of("Validation", metric), *sorted(shown))])
    figure.update_yaxes(title_text=None)
    best = best_of(list(trials))
    assert best is not None
    values = ", ".join(f"{label} {value}" for label, value in _params(best).items() if label in shown)
    alt = f"A line for each trial through its settings; the {number} best are strong. The best has {values}."
    return Chart(figure, alt)


def words(value: Any) -> str:
    """A value that was tried, in words."""
    if isinstance(value, bool):
        return "On" if value else "Off"
    return (
        f"{value:.3g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else choice_label(value)
    )


def labels_of(trials: Sequence[Trial]) -> dict[str, str]:
    """The fields that were tried and their labels, no two alike."""
    names = list(dict.fromkeys(name for trial in trials for name in trial.values))
    return dict(zip(names, distinct([label_of(name) or name for name in names]), strict=True))


def _study(trials: Sequence[Trial], metric: str, states: Sequence[str] = ("done", "pruned")) -> Any:
    """The trials as a study of Optuna's in memory; those of other states have a place in the order and nothing else."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="minimize" if smaller_is_better(metric) else "maximize")
    scale, labels = scale_for_axis(metric), labels_of(trials)
    known = [trial for trial in trials if trial.values.keys() == labels.keys()]
    distributions = {
        label: _distribution(name, [trial.values[name] for trial in known]) for name, label in labels.items()
    }
    for trial in trials:
        is_whole = trial.values.keys() == labels.keys() and trial.state in states and trial.value is not None
        study.add_trial(
            optuna.trial.create_trial(
                state=optuna.trial.TrialState.COMPLETE if is_whole else optuna.trial.TrialState.FAIL,
                value=scale * trial.value if is_whole and trial.value is not None else None,
                params={labels[name]: _drawn(name, value, distributions[labels[name]]) for name, value in trial.values.items()}
                if is_whole else {},
                distributions=distributions if is_whole else {},
            )
        )  # fmt: skip
    return study


def _distribution(name: str, values: Sequence[Any]) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    search = search_of(all_fields()[name])
    if not isinstance(search, Range) or not all(isinstance(value, int | float) for value in values):
        return CategoricalDistribution(list(dict.fromkeys(words(value) for value in values)))
    low, high = min(search.low, *values), max(search.high, *values)
    kind = IntDistribution if isinstance(search.low, int) else FloatDistribution
    return kind(low, high, log=search.log and low > 0)


def _drawn(name: str, value: Any, distribution: Any) -> Any:
    return words(value) if hasattr(distribution, "choices") else value


def _params(trial: Trial) -> dict[str, str]:
    labels = labels_of([trial])
    return {labels[name]: words(value) for name, value in trial.values.items()}


def _axis(metric: str, task: str) -> str:
    title = axis_title(metric, task)
    return f"Validation {title if title.partition(' ')[0].rstrip(',').isupper() else title[0].lower() + title[1:]}"


def _broken(label: str) -> str:
    """A label in lines of a word or two, as narrow as its axis."""
    lines: list[str] = [""]
    for word in label.split():
        if lines[-1] and len(lines[-1]) + len(word) > 9:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def _style(figure: go.Figure, dark: bool, height: int) -> None:
    """The house's template in place of Optuna's titles and colours."""
    figure.update_layout(template=template(dark), height=height, title=None, paper_bgcolor="rgba(0, 0, 0, 0)")
    figure.update_layout(plot_bgcolor="rgba(0, 0, 0, 0)", margin={"l": 8, "r": 8, "t": 24, "b": 8})
