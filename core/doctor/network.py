"""What the trained network tells, by the evidence that was measured on the validation set when it was judged.

Each threshold stands with its reason; all were chosen so that the quick and standard presets on the pages' own data are
silent.
"""

from __future__ import annotations

from core.config.words import in_words, plural
from core.doctor.case import Case, Finding, Remedy
from core.figures import baseline_label
from core.models.cells import build_cell

FAR_SHORTER = 20.0  # half-lives in what has to be bridged: a millionth of the gradient arrives
FEWEST_STEPS, LEAST_RATE = 50, 1e-4  # after fewer steps, or slower ones, nothing has been learned anyway
STAYED = 0.7  # of the first training loss: who learns the training set all the same has no such trouble
SATURATED = 0.6  # of all gate values
HARDLY_MOVES = 0.25  # of the truth's standard deviation
ONE_COPY = 0.8  # a share of one step ahead: foresees less than a sixth of the changes' squares
WORTH_TELLING = 0.5  # of the share, beside another sign of a copy
COPIES = 0.6  # of the error: nearer to the simple method's forecast than to the truth, by far
NOT_BETTER = 0.95  # of the simple method's MASE: who beats it does more than copy it
NO_EFFECT = 0.1  # nats a token
ON_ONE = 0.95  # of all attention
_CHANGES = {
    "last_value": Remedy("Train on changes from value to value", {"data.difference": "last_value"}),
    "seasonal_naive": Remedy("Train on changes from season to season", {"data.difference": "season"}),
}


def find_ignored_source(case: Case) -> Finding | None:
    """A translation hardly depends on what is translated, or looks at one place of it only."""
    effect, focus = case.evidence.get("source_effect"), case.evidence.get("attention_focus")
    model = case.experiment.model
    attend = Remedy("Train with attention", {"model.attention": "general"}) if model.attention == "none" else None
    another = "additive" if model.attention != "additive" else "general"
    other = Remedy(f"Train with {another} attention", {"model.attention": another})
    if effect is not None and effect < NO_EFFECT:
        text = (
            f"With the source of another text the loss changes by {effect:.2f} nats a token only: what it writes hardly "
            "depends on what it reads."
        )
        longer = case.longer if case.is_short else None
        return Finding("ignored_source", "Never looked at the source", text, case.possible(longer, attend, other))
    if focus is None or focus < ON_ONE:
        return None
    end = case.evidence.get("attention_end")
    where = "the end of the source" if end is not None and end >= ON_ONE / 2 else "one position of each source"
    text = f"{focus:.0%} of the attention lies on {where}: it does not look for the word that it is about to write."
    return Finding("ignored_source", "Never looked at the source", text, case.possible(other))


def find_flat_line(case: Case) -> Finding | None:
    """Forecasts vary far less than the truth."""
    spread = case.evidence.get("spread")
    if case.is_good or spread is None or spread >= HARDLY_MOVES:
        return None
    text = (
        f"Its forecasts{case.over_windows} hardly move: they swing {spread:.0%} as far as the series does (standard "
        "deviations), almost a flat line. Where nothing can be foreseen, nothing does better."
    )
    return Finding("flat_line", "Flat line", text, case.possible(_learn_more(case), _see_changes(case), case.larger()))


def find_lagged_copy(case: Case) -> Finding | None:
    """Forecasts repeat the last value, or the last season, and are no better."""
    if case.is_good:
        return None
    lag = case.evidence.get("lag") or {"shift": 0, "share": 0.0}
    repeated = "last_value" if lag["shift"] == 1 else "seasonal_naive"
    for name, words in (("last_value", "the last known value"), ("seasonal_naive", "the season before")):
        ratio = (case.evidence.get("copies") or {}).get(name)
        theirs = (case.result.get("baselines") or {}).get(name, {}).get("mase")
        ours = (case.result.get("test") or {}).get("mase")
        if ratio is None or theirs is None or ours is None or ours < NOT_BETTER * theirs:
            continue
        told = []
        if ratio < COPIES:
            told.append(
                f"Its forecasts{case.over_windows} lie {1 / max(ratio, 0.01):,.1f} times as near to {words} as to what came."
            )
        if name == repeated and lag["share"] >= (WORTH_TELLING if told else ONE_COPY):
            told.append(f"One step ahead its forecasts{case.over_windows} are {copied_in_words(**lag)}.")
        if not told:
            continue
        text = (
            f"{' '.join(told)} They are {'not clearly' if ours < theirs else 'no'} better than repeating it: a MASE of "
            f"{ours:.2f} against {theirs:.2f}. Where changes cannot be foreseen, nothing does better."
        )
        remedy = case.possible(_see_changes(case), _learn_more(case), _longer_window(case))
        return Finding("lagged_copy", "Lagged copy", text, remedy)
    return None


def copied_in_words(shift: int, share: float) -> str:
    """What forecasts are by the evidence `lag`: "nearer to the value 7 steps before than to what came (87% of a copy)"."""
    if share == 0:
        return "no nearer to any earlier value than to what came"
    place = "before" if shift == 1 else f"{shift:,} steps before"
    return f"nearer to the value {place} than to what came: {share:.0%} of a copy, where 100% would repeat it"


def find_leak(case: Case) -> Finding | None:
    """What comes after an origin moves what is forecast from it."""
    moved = case.evidence.get("moved_by_future")
    if not moved:
        return None
    names = in_words([baseline_label(name) for name in moved])
    text = (
        f"Values after an origin were changed, and what is forecast from it moved: {names}. "
        "Who has seen what is to be forecast has figures that say nothing."
    )
    return Finding("leak", "A leak", text)


def _learn_more(case: Case) -> Remedy | None:
    """More steps or a usual learning rate, where there was little of either."""
    return case.faster or (case.longer if case.is_short else None)


def _see_changes(case: Case) -> Remedy | None:
    """Changes to the last value or the last season, where repeating it is better than the mean: else they add noise."""
    if case.experiment.data.difference != "none":
        return None
    mase = {name: one.get("mase") for name, one in (case.result.get("baselines") or {}).items()}
    mean = mase.get("mean")
    repeating = {name: mase[name] for name in _CHANGES if mase.get(name) is not None}
    best = min(repeating, key=lambda name: repeating[name], default=None)
    return None if best is None or mean is None or repeating[best] >= mean else _CHANGES[best]


def _longer_window(case: Case) -> Remedy | None:
    size = 2 * case.experiment.data.window_size
    most = (case.evidence.get("items") or {}).get("train", 0) // 3  # more than that leaves few windows
    return (
        Remedy(f"Train with a window of {plural(size, 'step')}", {"data.window_size": size}) if size <= most else None
    )


def find_vanished(case: Case) -> Finding | None:
    """The gradient fades long before it has gone through what it has to bridge."""
    half_life, span = case.evidence.get("half_life"), case.evidence.get("span")
    if half_life is None or span is None or case.is_good or span < FAR_SHORTER * half_life:
        return None
    first, last = case.training_fell if case.losses(case.train) else (1.0, 0.0)
    hardly_trained = case.steps < FEWEST_STEPS or case.experiment.training.learning_rate < LEAST_RATE
    if last < STAYED * first or hardly_trained:
        return None
    model = case.experiment.model
    text = (
        f"The gradient halves every {plural(f'{half_life:.2g}', 'step')} on its way back, and the answer may hang "
        f"on what came {span:,.0f} steps before: what arrives from there teaches nothing."
    )
    gated = build_cell(model.cell).memory_gate is not None
    forms = [
        None if gated else Remedy("Train an LSTM that remembers from the start", {
            "model.cell": "lstm", "model.forget_bias": 1.0, "model.nonlinearity": None,
        }),
        Remedy("Train with a forget-gate bias of 3", {"model.forget_bias": 3.0}) if gated else None,
        Remedy("Train with orthogonal weights at the start", {"model.initialization": "orthogonal"}),
    ]  # fmt: skip
    return Finding("vanished", "Vanishing gradients", text, case.possible(*forms))


def find_saturated_gates(case: Case) -> Finding | None:
    """Most gates stand at an end of their range, where they hardly learn."""
    share = case.evidence.get("saturated")
    if case.is_good or share is None or share < SATURATED:
        return None
    text = (
        f"{share:.0%} of the gate values stand within 0.02 of an end of their range, where hardly any gradient passes."
    )
    start = case.experiment.model.initialization
    calmer = (
        Remedy("Train with torch's usual start", {"model.initialization": "uniform"}) if start == "normal" else None
    )
    return Finding("saturated_gates", "Saturated gates", text, case.possible(calmer, case.slower()))
