"""How far and how fast: the clock of a training, its budget in steps, and when to log, to look and to save.

A budget is a number of steps; seconds only cap it. Where the cap would be passed, fewer steps are planned, once: while the
rate is held, which the number of steps does not change, so the same experiment with that many steps gives the same
figures. Where a machine gets slower after that, training ends at the cap all the same, short of its plan. A server's own
limit is such a cap for each attempt, whether or not the experiment has one. When to log and to look is a function of the
step alone while the rate is held, and of the steps in all afterwards: never of anything that is measured.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from core.config.experiment import TrainingConfig
from core.config.schedule import hold_share, hold_steps, steps_with_hold

NUM_EVALUATIONS = 20  # of a training, at least, but for its start
FIRST_EVALUATION = 5  # the step of it
FIRST_GAP = 10  # steps between two evaluations at first
NUM_LOG_POINTS = 100
LOG_GROWTH = 16  # between two logs passes at most one in so many of the steps so far
FIRST_POINTS = 2  # that make a line on the chart
PLANNED_SHARE = 0.9  # of a limit in seconds; the rest is for steps that turn out slower
SAVE_SECONDS = 5.0  # between two checkpoints at least
MOST_FOR_SAVING = 0.05  # of the time


class Clock:
    """Seconds of training: steps and evaluations, not baselines and checkpoints. All attempts together."""

    def __init__(self) -> None:
        self.set(0.0)

    def set(self, seconds: float) -> None:
        """Go on from so many seconds."""
        self._start = time.perf_counter() - seconds

    def seconds(self) -> float:
        return time.perf_counter() - self._start

    def outside(self, work: Callable[[], None]) -> float:
        """Do something that does not count; returns the seconds that it took."""
        start = time.perf_counter()
        work()
        took = time.perf_counter() - start
        self._start += took
        return took


class Budget:
    """The number of steps, which with a limit in seconds is known once it turns out whether the limit would be passed.

    Seconds are those of the training's clock; `evaluating` is the part of them that evaluations took.

    Args:
        config: Its steps, and its own limit in seconds, of all attempts together.
        attempt_seconds: The server's limit for one attempt, with all that is outside the clock; None is no limit.
    """

    def __init__(self, config: TrainingConfig, attempt_seconds: float | None = None):
        self._config, self._attempt_seconds = config, attempt_seconds
        self._began = 0.0  # seconds of the attempts before, less what this one spent outside the clock
        self._is_capped = config.max_seconds is not None or attempt_seconds is not None
        self.total_steps = None if self._is_capped else config.max_steps
        self._measured_from = (0, 0.0)  # the step after which speed is measured, and the seconds in steps until there
        self._next_evaluation = FIRST_EVALUATION

    @property
    def planned(self) -> int:
        """Steps in all, as far as is known."""
        return self.total_steps or self._config.max_steps

    @property
    def held(self) -> int:
        """The steps that any longer training would begin with, as far as is known."""
        return hold_steps(self.planned, self._config)

    def measure_from(self, step: int, seconds: float) -> None:
        """Measure the speed from after this step on: the first one is slower than the others."""
        self._measured_from = (step, seconds)

    def begin(self, seconds: float) -> None:
        """The server's limit counts from here on."""
        self._began = seconds

    def spend(self, seconds: float) -> None:
        """So much was spent outside the clock: the server waited for it all the same."""
        self._began -= seconds

    def is_spent(self, seconds: float) -> bool:
        """Whether a limit is reached, whatever was planned."""
        return seconds >= self._end(1.0)

    def _end(self, share: float) -> float:
        """When the nearest limit is reached if only so much of it may be used; infinity without any."""
        own, attempt = self._config.max_seconds, self._attempt_seconds
        return min(
            math.inf if own is None else share * own, math.inf if attempt is None else self._began + share * attempt
        )

    def must_plan(self, step: int, seconds: float, evaluating: float, last_evaluation: float) -> bool:
        """Whether the number of steps has to be fixed after this one.

        It is as long as one more step at the held rate, with as many more as then belong to it, would take too long.
        """
        first, since = self._measured_from
        if self.total_steps is not None or step <= first:
            return False
        if step >= self.held:
            return True
        per_step = max(0.0, seconds - evaluating - since) / (step - first)
        more = steps_with_hold(step + 1, self._config) - step
        evaluations = last_evaluation * NUM_EVALUATIONS * (1 - hold_share(self._config))
        return seconds + more * per_step + evaluations > self._end(PLANNED_SHARE)

    def plan(self, step: int) -> None:
        """Fix the number of steps: the most of which those done so far are the held ones."""
        self.total_steps = min(self._config.max_steps, steps_with_hold(step, self._config))

    def is_log_step(self, step: int, logged_at: int) -> bool:
        """The first few steps, then ever fewer until they are even."""
        even = self.planned // NUM_LOG_POINTS if step > self.held else step // LOG_GROWTH
        return step - logged_at >= max(1, even)

    def is_evaluation_step(self, step: int) -> bool:
        """Whether validation is looked at: often at the start, then evenly, a twentieth of all steps apart.

        While the rate is held the gap grows with the steps done, up to that twentieth.
        """
        while self._next_evaluation < step:
            last = self._next_evaluation
            if last < self.held:
                gap = max(FIRST_GAP, steps_with_hold(last, self._config) // NUM_EVALUATIONS)
            else:
                gap = max(1, self.planned // NUM_EVALUATIONS)
            self._next_evaluation += gap
        return step == self._next_evaluation

    def state_dict(self) -> dict[str, Any]:
        """What is known of the budget, for a checkpoint."""
        return {"total_steps": self.total_steps, "measured_from": self._measured_from}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`. A budget in steps is the experiment's, whatever it was before."""
        self._measured_from = state["measured_from"]
        if self._is_capped:
            self.total_steps = state["total_steps"]
            if self.total_steps == self._config.max_steps:  # not planned by a clock
                self.plan_anew(state["step"])

    def plan_anew(self, step: int) -> None:
        """The steps are not known yet, where a limit may still change them and the rate does not fall after this one."""
        is_held = step < hold_steps(self._config.max_steps, self._config)
        self.total_steps = None if self._is_capped and is_held else self._config.max_steps


class SavePace:
    """When the next checkpoint is due: by time, and the rarer the more one costs."""

    def __init__(self) -> None:
        self._next = time.perf_counter() + SAVE_SECONDS

    def is_due(self) -> bool:
        return time.perf_counter() >= self._next

    def saved(self, took: float) -> None:
        """One was written just now, in so many seconds."""
        self._next = time.perf_counter() + max(SAVE_SECONDS, took / MOST_FOR_SAVING)
