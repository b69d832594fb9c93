"""What to try where a forecaster loses to a simple method: which one wins on the validation set says what it lacks.

The test set says that it loses, and to whom; what is offered is read off training and validation alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.config.words import plural
from core.doctor.case import SMALL, Case, Finding, Remedy
from core.figures import baseline_label, metric_value
from core.verdict import page_baseline, standing

MOST_OFFERED = 3
EARLY = 0.25  # of the steps: the best look came so soon that the rest was learned by heart
LATE = 0.9  # of the steps: it was still getting better
SWINGS_GROW = 1.3  # of `spread_growth`: a preset waits for more, but nobody loses by trying
_REPEATING = {
    "last_value": "last_value",
    "drift": "last_value",
    "seasonal_naive": "season",
    "seasonal_naive_drift": "season",
}
_DIFFERENCES = {
    "none": Remedy("Train on the values themselves", {"data.difference": "none"}),
    "last_value": Remedy("Train on changes from value to value", {"data.difference": "last_value"}),
    "season": Remedy("Train on changes from season to season", {"data.difference": "season"}),
}


def find_behind(case: Case) -> Finding | None:
    """A simple method is better by more than chance, or ahead on the validation set of a network that is not clearly better."""
    simple, metric = case.evidence.get("simple") or {}, case.experiment.description.headline
    best, found = page_baseline(case.result, metric), case.result.get("comparison") or {}
    where, ours = standing(found.get("interval")), (case.result.get("validation") or {}).get(metric)
    known = {name: value for name, value in simple.items() if value is not None}
    if best is None or ours is None or not known or where not in ("worse", "unclear"):
        return None
    first = min(known, key=lambda name: known[name])
    if where == "unclear" and known[first] >= ours:
        return None
    tried = (case.possible(one) for one in _worth_trying(case, known))
    offered = [one for one in tried if one is not None][:MOST_OFFERED]
    if not offered:
        return None
    beaten = f"{baseline_label(best[0])} is better by more than chance"
    said = beaten if where == "worse" else f"it is not clearly better than {baseline_label(best[0])}"
    text = (
        f"{said[:1].upper()}{said[1:]}. On the validation set{case.over_windows} {baseline_label(first)} "
        f"{'is ahead' if known[first] < ours else 'is not ahead'}, with {metric_value(metric, known[first])} against "
        f"{metric_value(metric, ours)}."
    )
    title = "A baseline wins" if where == "worse" else "No better than a baseline"
    return Finding("behind", title, text, offered[0], tuple(offered[1:]))


def _worth_trying(case: Case, simple: Mapping[str, Any]) -> list[Remedy | None]:
    """What the evidence speaks for, the likeliest first."""
    return [_other_difference(case, simple), _other_transform(case), _other_steps(case), _seasons_of_window(case)]


def _other_difference(case: Case, simple: Mapping[str, Any]) -> Remedy | None:
    """The differences that the best naive method takes: none for the mean."""
    naive = {name: simple[name] for name in ("mean", *_REPEATING) if simple.get(name) is not None}
    if case.evidence.get("season", 1) == 1:
        naive = {name: value for name, value in naive.items() if _REPEATING.get(name) != "season"}
    if not naive:
        return None
    wanted = _REPEATING.get(min(naive, key=lambda name: naive[name]), "none")
    return None if wanted == case.experiment.data.difference else _DIFFERENCES[wanted]


def _other_transform(case: Case) -> Remedy | None:
    if case.experiment.data.transform != "none":
        return Remedy("Train without logarithms or other powers", {"data.transform": "none"})
    grows = case.evidence.get("spread_growth", 1.0) >= SWINGS_GROW
    return Remedy("Train on logarithms", {"data.transform": "log"}) if grows else None


def _other_steps(case: Case) -> Remedy | None:
    """A smaller network where the best look came early, more steps where it came at the end."""
    best = (case.result.get("best") or {}).get("step")
    if best is None or not case.steps:
        return None
    if best > LATE * case.steps:
        return case.longer
    return case.smaller() if best < EARLY * case.steps and case.experiment.model.hidden_size > SMALL else None


def _seasons_of_window(case: Case) -> Remedy | None:
    """Two seasons, or twice as long, where training has room for three such windows."""
    size, season = case.experiment.data.window_size, case.evidence.get("season", 1)
    longer = 2 * season if season > 1 and size < 2 * season else 2 * size
    if longer > (case.evidence.get("items") or {}).get("train", 0) // 3:
        return None
    return Remedy(f"Train with a window of {plural(longer, 'step')}", {"data.window_size": longer})
