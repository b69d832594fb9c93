"""How long a sweep takes, roughly: what is known before it begins, on a machine that does nothing else.

How many trials go on at a rung depends on their scores. What is counted here is a search that learns nothing: the k-th trial at
a rung is as likely as any other to be among the best of those that were there.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import exp, log
from statistics import median
from typing import Any

from core.config.experiment import Experiment
from core.config.fields import search_of
from core.config.rules import Range
from core.config.sections import all_fields
from core.config.sizes import estimate_seconds
from core.config.summary import DataSummary
from core.sweeps.rungs import KEPT, rungs
from core.sweeps.space import Choices, Space

_DRAWS = 24


def expected_work(trials: int, max_steps: int) -> tuple[float, float]:
    """How many processes the trials need, one for each stretch up to a rung or the end, and how many steps they make in all."""
    processes = steps = 0.0
    going_on, before = float(trials), 0
    for end in (*rungs(max_steps), max_steps):
        processes, steps = processes + going_on, steps + going_on * (end - before)
        there, before = round(going_on), end
        going_on = sum(max(1, place // KEPT) / place for place in range(1, there + 1))
    return processes, steps


def expected_seconds(
    start: Experiment, summary: DataSummary, fields: Sequence[str], trials: int, seeds: int, flops_per_second: float,
    beside: float,
) -> float:  # fmt: skip
    """Seconds of all trainings one after another, the repeats over seeds with them.

    Args:
        fields: Dotted names of what is tried: a trial takes as long as the middle one of some drawn at random.
        flops_per_second: As `estimate_seconds` has it.
        beside: Seconds that a process takes beside its training steps.
    """
    processes, steps = expected_work(trials, start.training.max_steps)
    space, chance = Space(start, {name: search_of(all_fields()[name]) for name in fields}), random.Random(0)
    drawn = [space.with_drawn(space.draw(lambda _, found: _chosen(found, chance))) for _ in range(_DRAWS)]
    of_start, *of_drawn = [estimate_seconds(one, summary, flops_per_second) for one in (start, *drawn)]
    usual = median(of_drawn)  # of a few the largest networks take a hundred times as long, which a mean would promise
    of_trial = (of_start + (trials - 1) * usual) / trials
    again = seeds * (of_start + usual + 2 * beside)
    return processes * beside + steps * of_trial / start.training.max_steps + again


def _chosen(found: Choices, chance: random.Random) -> Any:
    if not isinstance(found, Range):
        return chance.choice(found)
    low, high = (log(end) if found.log else end for end in (found.low, found.high))
    drawn = chance.uniform(low, high)
    drawn = exp(drawn) if found.log else drawn
    return round(drawn) if isinstance(found.low, int) else drawn
