"""What to try where a network loses to a simple method: which one wins on the validation set says what a forecaster lacks, the
set-up and the curve what a reader of texts does.

The test set says that it loses, and to whom; what is offered is read off training and validation alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.config.words import plural
from core.doctor.case import SMALL, Case, Finding, Remedy
from core.figures import baseline_label, headline_metric, leader_first, metric_value, smaller_is_better
from core.verdict import page_baseline, standing

MOST_OFFERED = 3
EARLY = 0.25  # of the steps: the best look came so soon that the rest was learned by heart
LATE = 0.9  # of the steps: it was still getting better
SMALL_START = 0.1  # of word vectors, as presets have it where words are rare
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
    simple, metric = case.evidence.get("simple") or {}, headline_metric(case.experiment.task, case.result.get("test"))
    best, found = page_baseline(case.result, metric), case.result.get("comparison") or {}
    where, ours = standing(found.get("interval")), (case.result.get("validation") or {}).get(metric)
    known = {name: value for name, value in simple.items() if value is not None}
    if best is None or ours is None or not known or where not in ("worse", "unclear") or case.is_good:
        return None
    first = leader_first(known, metric)[0]
    is_ahead = known[first] < ours if smaller_is_better(metric) else known[first] > ours
    if where == "unclear" and not is_ahead:
        return None
    forecasts = "series" in case.experiment.description.traits
    tried = (case.possible(one) for one in (_worth_trying(case, known) if forecasts else _of_readers(case)))
    offered = [one for one in tried if one is not None][:MOST_OFFERED]
    advice = ""
    if not forecasts and case.experiment.model.vectors is None:
        advice = " Where texts are few, word vectors of a file (in the set-up) know words from far more of them."
    if not offered and not advice:
        return None
    beaten = f"{baseline_label(best[0])} is better by more than chance"
    said = beaten if where == "worse" else f"it is not clearly better than {baseline_label(best[0])}"
    text = (
        f"{said[:1].upper()}{said[1:]}. On the validation set{case.over_windows} {baseline_label(first)} "
        f"{'is ahead' if is_ahead else 'is not ahead'}, with {metric_value(metric, known[first])} against "
        f"{metric_value(metric, ours)}.{advice}"
    )
    title = "A baseline wins" if where == "worse" else "No better than a baseline"
    return Finding("behind", title, text, next(iter(offered), None), tuple(offered[1:]))


def _worth_trying(case: Case, simple: Mapping[str, Any]) -> list[Remedy | None]:
    """What the evidence speaks for, the likeliest first."""
    return [_other_difference(case, simple), _other_transform(case), _other_steps(case), _seasons_of_window(case)]


def _of_readers(case: Case) -> list[Remedy | None]:
    """Of networks that read words: what the presets do for words that hardly occur, as far as it is not done already.

    Rare words start near zero and are read by their letters, whole texts are pooled by attention, and much is dropped: on
    validation sets of film reviews and questions each was better (docs/benchmarks.md).
    """
    model, training = case.experiment.model, case.experiment.training
    letters = Remedy("Train with the letters of words too", {"model.character_dim": 25})
    small = Remedy("Train with word vectors that start near zero", {"model.embedding_scale": 0.1})
    gathers = Remedy("Train with attention over all words", {"model.pooling": "attention"})
    drops = Remedy("Train with a tenth of the words dropped", {"training.word_dropout": 0.1})
    return [
        _other_steps(case),
        small if model.embedding_scale > SMALL_START else None,
        letters if not model.character_dim and case.experiment.unit == "word" else None,
        gathers if model.pooling == "last" else None,
        drops if not training.word_dropout else None,
        case.slower(3),
    ]


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
