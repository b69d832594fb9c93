"""A race of cells: the same set-up with several cells and seeds at an equal budget, and what its end says.

Pure functions; torch is not needed. Whether one cell is better is said by the spread of its seeds and by nothing else:
with one seed nobody is said to win.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from statistics import fmean
from typing import Literal

from core import compare
from core.config.experiment import Experiment
from core.config.summary import DataSummary
from core.config.words import in_words
from core.figures import figure_digits, metric_of, metric_value, smaller_is_better
from core.models.cells import CELLS

By = Literal["parameters", "seconds"]
FIRST_CELLS = ("rnn", "lstm", "gru")
MOST_SEEDS = 3


def entrants(
    base: Experiment,
    summary: DataSummary,
    cells: Sequence[str],
    seeds: int,
    by: By,
    seconds: float | None = None,
    most_steps: int | None = None,
) -> list[Experiment]:
    """The runs of a race; those of a seed follow each other, so that a first answer comes early.

    Args:
        base: The set-up; its cell, hidden size and seed give the size and the first seed.
        seeds: How many of each cell, 1 or more.
        by: What is equal: as many parameters, for as many steps; or as much time, with the same hidden size.
        seconds: Of training, for each run; only with by="seconds".
        most_steps: The server's limit, which a budget of time does not pass.

    Raises:
        ConfigError: There is no such cell.
    """
    one_each = [compare.with_cell(base, cell, summary, by, seconds) for cell in cells]
    if by == "seconds" and most_steps is not None:
        one_each = [_within(one, most_steps) for one in one_each]
    others = {id(one): compare.with_seeds(one, seeds - 1) if seeds > 1 else [] for one in one_each}
    return [(one, *others[id(one)])[turn] for turn in range(seeds) for one in one_each]


def more_seeds(experiments: Sequence[Experiment]) -> list[Experiment]:
    """The runs that a race lacks, so that each of its cells has as many seeds as can be raced with."""
    cells = list(dict.fromkeys(one.model.cell for one in experiments))
    wanted: list[Experiment] = []
    for cell in cells:
        have = [one for one in experiments if one.model.cell == cell]
        if len(have) < MOST_SEEDS:
            taken = {one.training.seed for one in have}
            wanted += compare.with_seeds(have[0], MOST_SEEDS - len(have), taken)
    return wanted


def _within(experiment: Experiment, most_steps: int) -> Experiment:
    return experiment.with_values({"training.max_steps": min(most_steps, experiment.training.max_steps)})


def run_label(experiment: Experiment) -> str:
    """What a run of a race is called: "GRU, seed 1"."""
    return f"{CELLS[experiment.model.cell].label}, seed {experiment.training.seed}"


def equal_by(experiments: Sequence[Experiment]) -> By:
    """What was made equal between the runs of a race: time is where the networks are as wide and all have a limit."""
    limits = {one.training.max_seconds for one in experiments}
    sizes = {one.model.hidden_size for one in experiments}
    cells = {one.model.cell for one in experiments}
    is_time = len(cells) > 1 and len(sizes) == 1 and len(limits) == 1 and None not in limits
    return "seconds" if is_time else "parameters"


def verdict(metric: str, figures: Mapping[str, Sequence[float]], task: str = "") -> str:
    """Who won, as plain text: what each cell reached, and whether that is more than the spread of its seeds.

    Args:
        metric: Of the test set.
        figures: For each cell, by its label, the figure of every seed that was judged; empty where none was.
        task: For the unit of a loss.
    """
    judged = {name: list(values) for name, values in figures.items() if values}
    if not judged:
        return "None of these runs has a figure on the test set, so nobody has won."
    smaller = smaller_is_better(metric)
    ranked = sorted(judged, key=lambda name: fmean(judged[name]) * (1 if smaller else -1))
    digits = figure_digits(metric, max(max(values) - min(values) for values in judged.values()))
    reached = [_reached(metric, name, judged[name], task, digits, name == ranked[0]) for name in ranked]
    missing = [name for name, values in figures.items() if not values]
    unjudged = f" {in_words(missing)} did not get to the end." if missing else ""
    return f"{', '.join(reached)}. {_conclusion(ranked, judged)}{unjudged}"


def _reached(metric: str, name: str, values: Sequence[float], task: str, digits: int | None, is_first: bool) -> str:
    mean = metric_value(metric, fmean(values), task, digits)
    said = f"On the test set {name} {metric_of('reached', metric)} {mean}" if is_first else f"{name} {mean}"
    if len(values) == 1:
        return said
    low, high = (metric_value(metric, end, task, digits) for end in (min(values), max(values)))
    return f"{said} ({low} to {high} over {len(values)} seeds)"


def _conclusion(ranked: Sequence[str], judged: Mapping[str, Sequence[float]]) -> str:
    """Whom the first is ahead of by more than its seeds and theirs differ by chance."""
    if len(ranked) == 1:
        return "Nobody to compare with."
    if any(len(judged[name]) < 2 for name in ranked):
        if len({fmean(judged[name]) for name in ranked}) == 1:
            return "With one seed each they are level."
        return (
            "One seed says little: the next one may turn the order round. Race with more seeds before you believe it."
        )
    first, *others = ranked
    close = [name for name in others if not _is_ahead(judged[first], judged[name])]
    behind = [name for name in others if name not in close]
    if not close:
        return f"{first} is ahead of {in_words(others)} by more than the spread of seeds."
    level = f"between {in_words([first, *close])} there is no difference beyond the spread of seeds"
    if not behind:
        return f"{level[0].upper()}{level[1:]}."
    return f"{in_words(behind)} {'is' if len(behind) == 1 else 'are'} clearly behind; {level}."


def _is_ahead(first: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two means differ by more than the 95 % intervals of both, as `compare.clear_best` has it."""
    errors = [compare.error_of_mean(values) or 0.0 for values in (first, other)]
    return abs(fmean(first) - fmean(other)) > hypot(*errors)
