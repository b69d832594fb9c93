"""What makes runs comparable: which fields differ, which differ in the seed alone, and the same at an equal budget.

Pure functions over experiments; torch is not needed. A budget in seconds means another number of steps on every run,
so runs are compared by the budget that they really had (`as_trained`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal, get_args

from core.config.checks import switched_off
from core.config.data_section import ABOUT_WINDOWS
from core.config.experiment import Experiment
from core.config.sections import all_fields
from core.config.sizes import count_parameters
from core.config.summary import DataSummary
from core.models.cells import CELLS
from core.uncertainty import t_quantile

Equal = Literal["steps", "parameters", "seconds"]
EQUALS: tuple[str, ...] = get_args(Equal)
SEED = "training.seed"
MOST_COMPARED = 20  # runs side by side
MAX_SEED = 2**31 - 1
LARGEST_HIDDEN_SIZE = 4_096  # of model.hidden_size
# What a forecaster reads, not what it is judged by.
_READING_ALONE = (
    *(f"data.{name}" for name in ABOUT_WINDOWS if name != "horizon"),
    "data.calendar", "data.holidays", "data.static_columns", "data.series_identity",
)  # fmt: skip
# What the loss is counted in.
_OF_LOSS = ("data.transform", "data.difference", "model.likelihood", "model.scaling")
# What tells two runs apart at a glance, first things first; any other field may do so too.
_TELLING = (
    "task", "data.id", "model.cell", "model.hidden_size", "model.num_layers", SEED, "training.max_steps",
    "training.learning_rate", "preset",
)  # fmt: skip
_UPLOAD = re.compile(r"[0-9a-f]{32}")
_ROOM = 10  # times the steps of the run before: no cell is that much faster than another


@dataclass(frozen=True)
class Difference:
    """A field in which experiments differ: its dotted name, its label, and its value in each experiment."""

    name: str
    label: str
    values: tuple[Any, ...]


def differences(experiments: Sequence[Experiment]) -> tuple[Difference, ...]:
    """The fields in which experiments differ, in the order of the configuration.

    Args:
        experiments: One or more. Fields that one of their tasks does not use are left out; the task itself and the
            preset are compared like fields.
    """
    all_values = [{"task": one.task, "preset": one.preset, **one.values()} for one in experiments]
    shared = [name for name in all_values[0] if all(name in values for values in all_values)]
    rows = [Difference(name, _label(name), tuple(values[name] for values in all_values)) for name in shared]
    return tuple(row for row in rows if any(value != row.values[0] for value in row.values))


def _label(name: str) -> str:
    return str((all_fields().get(name) or Experiment.model_fields[name]).title)


def same_but_seed(one: Experiment, other: Experiment) -> bool:
    """Whether two experiments differ in the seed and in nothing else that training depends on."""
    return one.task == other.task and (one.values() | {SEED: 0}) == (other.values() | {SEED: 0})


def same_yardstick(one: Experiment, other: Experiment) -> bool:
    """Whether figures of both measure the same: the same task on the same data, cut up alike."""
    return one.task == other.task and _yardstick(one) == _yardstick(other)


def same_loss(one: Experiment, other: Experiment) -> bool:
    """Whether the losses of both measure the same, too: in the same units of the same distribution."""
    values, others = one.values(), other.values()
    return same_yardstick(one, other) and all(values.get(name) == others.get(name) for name in _OF_LOSS)


def keeps_yardstick(name: str) -> bool:
    """Whether figures still measure the same when this field, a dotted name, changes."""
    return not name.startswith("data.") or name in _READING_ALONE


def _yardstick(experiment: Experiment) -> dict[str, Any]:
    return {name: value for name, value in experiment.values().items() if not keeps_yardstick(name)}


def fold_seeds(experiments: Mapping[str, Experiment]) -> list[tuple[str, ...]]:
    """Names of experiments in groups that differ only in the seed, in the order given.

    A group has each seed once: a run that repeats another exactly says nothing about the spread, and stands alone.
    """
    groups: list[list[str]] = []
    for name, experiment in experiments.items():
        for group in groups:
            seeds = {experiments[member].training.seed for member in group}
            if same_but_seed(experiments[group[0]], experiment) and experiment.training.seed not in seeds:
                group.append(name)
                break
        else:
            groups.append([name])
    return [tuple(group) for group in groups]


def distinct_names(names: Sequence[str], experiments: Sequence[Experiment], moments: Sequence[str]) -> list[str]:
    """Names of which no two are equal: where they were, what differs follows, such as "LSTM 32, seed 1".

    Args:
        moments: When each was made, for runs that differ in nothing; a number where that is equal too.
    """
    found = list(names)
    for name in {name for name in names if names.count(name) > 1}:
        places = [place for place, other in enumerate(names) if other == name]
        told = _told_apart([experiments[place] for place in places], [moments[place] for place in places])
        for place, what in zip(places, told, strict=True):
            found[place] = f"{name}, {what}" if what else name
    return [
        name if found.count(name) == 1 else f"{name} ({found[: place + 1].count(name)})"
        for place, name in enumerate(found)
    ]


def _told_apart(experiments: Sequence[Experiment], moments: Sequence[str]) -> list[str]:
    """A few words for each experiment: as many of the fields that differ as are needed, what matters most first."""
    rows = sorted(
        differences(experiments), key=lambda row: _TELLING.index(row.name) if row.name in _TELLING else len(_TELLING)
    )
    said: list[list[str]] = [[] for _ in experiments]
    for row in rows:
        if len(set(map(tuple, said))) == len(said):
            break
        label = row.label if row.label[1:2].isupper() else f"{row.label[:1].lower()}{row.label[1:]}"
        for words, value in zip(said, row.values, strict=True):
            words.append(f"{label} {_short(value)}")
    texts = [", ".join(words) for words in said]
    return [
        text if texts.count(text) == 1 else ", ".join(part for part in (text, moment) if part)
        for text, moment in zip(texts, moments, strict=True)
    ]


def _short(value: Any) -> str:
    """A configuration value in few characters."""
    if value is None or value == ():
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value).replace("_", " ")
    return "own file" if _UPLOAD.fullmatch(text) else text


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Mean and sample standard deviation (over n - 1) of two or more values.

    Raises:
        ValueError: There are fewer than two.
    """
    if len(values) < 2:
        raise ValueError(f"the spread needs two values or more, got {len(values)}")
    mean = sum(values) / len(values)
    return mean, sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def error_of_mean(values: Sequence[float]) -> float | None:
    """Half the width of the 95 % interval of a mean over seeds (Student's t); None for fewer than two values."""
    if len(values) < 2:
        return None
    return t_quantile(0.975, len(values) - 1) * spread(values)[1] / sqrt(len(values))


def clear_best(values: Sequence[float | None], errors: Sequence[float | None], smaller: bool) -> int | None:
    """Which of several figures is the best by more than chance; None where none is.

    Args:
        errors: Half the width of the 95 % interval of each; one that is not known claims nothing.

    Returns:
        The place of the one whose distance to every other is larger than the errors of both, taken together as those
        of independent figures. Runs share the test set, so their errors are related and this claims too little
        rather than too much.
    """
    known = [place for place, value in enumerate(values) if value is not None]
    ranked = sorted(known, key=lambda place: (values[place] or 0.0) * (1 if smaller else -1))
    if len(ranked) < 2 or any(errors[place] is None for place in ranked):
        return None
    first = ranked[0]
    for other in ranked[1:]:
        gap = abs((values[first] or 0.0) - (values[other] or 0.0))
        if gap <= sqrt((errors[first] or 0.0) ** 2 + (errors[other] or 0.0) ** 2):
            return None
    return first


def as_trained(experiment: Experiment, total_steps: int | None) -> Experiment:
    """The experiment with the number of steps that its run settled on, in place of a limit in seconds.

    Args:
        total_steps: Steps that the run planned; None while it has no plan, which leaves the experiment as it is.
    """
    if total_steps is None:
        return experiment
    return experiment.with_values({"training.max_steps": total_steps, "training.max_seconds": None})


def with_seeds(experiment: Experiment, n: int, taken: Collection[int] = ()) -> list[Experiment]:
    """The experiment n times more, each with another seed.

    Args:
        experiment: Its own seed is not used again.
        taken: Further seeds that have been used already.

    Raises:
        ValueError: n is below 1.
    """
    if n < 1:
        raise ValueError(f"n must be 1 or more, got {n}")
    used, seed = {experiment.training.seed, *taken}, experiment.training.seed
    seeds: list[int] = []
    while len(seeds) < n:
        seed = (seed + 1) % (MAX_SEED + 1)
        if seed not in used:
            seeds.append(seed)
    return [experiment.with_values({SEED: seed}) for seed in seeds]


def with_cell(
    experiment: Experiment,
    cell: str,
    summary: DataSummary,
    equal: Equal = "steps",
    seconds: float | None = None,
) -> Experiment:
    """The experiment with another cell and an equal budget.

    Fields that mean nothing to the new cell (its nonlinearity, its forget bias, dropout on weights that it has not)
    go back to their defaults; `differences` shows them.

    Args:
        experiment: What the run before trained, see `as_trained`.
        equal: "steps": all else stays. "parameters": as many steps, and the hidden size whose parameters come nearest.
            "seconds": the same hidden size and as much time; steps are fixed from the speed.
        seconds: What the run before took; only with equal="seconds".

    Raises:
        ConfigError: There is no such cell.
        ValueError: An unknown `equal`, or seconds that are missing or out of place.
    """
    if equal not in EQUALS:
        raise ValueError(f"equal must be one of {', '.join(EQUALS)}, got {equal!r}")
    if (equal == "seconds") != (seconds is not None):
        raise ValueError("seconds belong to equal='seconds', and only there")
    lost = switched_off({**experiment.values(), "model.cell": cell}) if cell in CELLS else {}
    if experiment.model.window is not None:
        lost["model.window"] = None
    changed = experiment.with_values({**lost, "model.cell": cell})
    if equal == "parameters":
        wanted = count_parameters(experiment, summary)
        return changed.with_values({"model.hidden_size": nearest_hidden_size(changed, summary, wanted)})
    if equal == "seconds":
        steps = _ROOM * experiment.training.max_steps
        return changed.with_values({"training.max_seconds": seconds, "training.max_steps": steps})
    return changed


def nearest_hidden_size(experiment: Experiment, summary: DataSummary, parameters: int) -> int:
    """The hidden size with which the experiment's network has nearly so many parameters, by bisection."""

    def count(hidden_size: int) -> int:
        return count_parameters(experiment.with_values({"model.hidden_size": hidden_size}), summary)

    low, high = 1, LARGEST_HIDDEN_SIZE  # the count grows with the hidden size
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) <= parameters else (low, middle)
    return min((low, high), key=lambda hidden_size: abs(count(hidden_size) - parameters))
