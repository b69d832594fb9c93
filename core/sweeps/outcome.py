"""What came of a sweep: its trials, and over seeds whether the winner is better than the start by more than chance.

The best of many is lucky: what it was chosen by, its own validation score, says too much. So it and the start are trained again
with the same new seeds and judged on the test set, and it is called the winner where the distance lies outside the spread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.compare import clear_best, error_of_mean, spread
from core.config.words import in_words, plural
from core.figures import headline_metric, smaller_is_better
from core.jobs.files import read_json
from core.jobs.status import RESULT_FILE
from core.sweeps.driver import LATE, START, STOPPED, WINNER
from core.sweeps.folder import Plan, Progress
from core.sweeps.study import Trial


@dataclass(frozen=True)
class Seeded:
    """One set-up over seeds: its test figures, their mean and standard deviation, and half the 95 % interval of the mean."""

    who: str
    values: tuple[float, ...]
    mean: float | None
    deviation: float | None
    error: float | None


@dataclass(frozen=True)
class Checked:
    """Winner and start over the same seeds; `better` is the one that is better by more than chance, "" where none is."""

    metric: str
    rows: tuple[Seeded, ...]
    better: str

    def sentence(self) -> str:
        """What they say, in a sentence."""
        if any(row.mean is None for row in self.rows):
            return "Too few of the repeated trainings are done to compare."
        number = min(len(row.values) for row in self.rows)
        if self.better == WINNER:
            return f"Over {number} new seeds the best trial is better than the start by more than chance: it is the winner."
        if self.better == START:
            return f"Over {number} new seeds the best trial is worse than the start: on validation it was lucky."
        return (
            f"Over {number} new seeds the best trial and the start differ by no more than chance: there is no winner."
        )


def checked(task: str, progress: Progress, result_of: Callable[[str], Mapping[str, Any] | None]) -> Checked | None:
    """The comparison over seeds that both were trained with to the end; None where it was not asked for, or not begun.

    Args:
        result_of: The result of a run by its id; None where there is none yet.
    """
    if not progress.checks:
        return None
    both = zip(*([result_of(run) for run in progress.checks.get(who, [])] for who in (WINNER, START)), strict=False)
    pairs = [[one["test"] for one in pair] for pair in both if all(map(_is_whole, pair))]
    tests = {who: [pair[place] for pair in pairs] for place, who in enumerate((WINNER, START))}
    metric = headline_metric(task, *(one for ones in tests.values() for one in ones))
    rows = tuple(_seeded(who, [one.get(metric) for one in ones]) for who, ones in tests.items())
    best = clear_best([row.mean for row in rows], [row.error for row in rows], smaller_is_better(metric))
    return Checked(metric, rows, "" if best is None else rows[best].who)


def cut_short(plan: Plan, progress: Progress, trials: Sequence[Trial]) -> str:
    """Of a sweep that was stopped, or whose seconds were over: what was done, what was not and why; "" of any other."""
    if not progress.is_over or not (progress.state == "stopped" or progress.is_late):
        return ""
    why = f"Its {plan.max_seconds:,g} seconds in all were over" if progress.is_late else "It was stopped"
    begun = [trial for trial in trials if trial.run]
    numbers = {
        "finished": sum(trial.state == "done" for trial in begun),
        "ended early because others were better": sum(trial.state == "pruned" for trial in begun),
        "cut off on the way": sum(trial.reason in (STOPPED, LATE) for trial in begun),
        "failed": sum(trial.state == "failed" and trial.reason not in (STOPPED, LATE) for trial in begun),
        "not begun": max(0, plan.trials - len(begun)),
    }
    parts = [f"{number:,} {what}" for what, number in numbers.items() if number]
    said = f"{why}. Of {plural(plan.trials, 'trial')}: {in_words(parts)}."
    if not numbers["finished"]:
        return f"{said} Only a trial that did all its steps can be the best, so there is none."
    if plan.seeds and progress.winner != 0:
        said += " The best was not trained again over all new seeds, so it may just have been lucky."
    return said


def result_under(root: Path) -> Callable[[str], Mapping[str, Any] | None]:
    """Reads results of runs of a root, as `checked` asks for them."""
    return lambda run: read_json(root / run / RESULT_FILE)


def _is_whole(result: Mapping[str, Any] | None) -> bool:
    """Whether a training came to its end: one that was stopped has figures too, of fewer steps."""
    return result is not None and result.get("state") != "stopped"


def _seeded(who: str, figures: list[float | None]) -> Seeded:
    values = tuple(float(figure) for figure in figures if figure is not None)
    if len(values) < 2:
        return Seeded(who, values, None, None, None)
    mean, deviation = spread(values)
    return Seeded(who, values, mean, deviation, error_of_mean(values))
