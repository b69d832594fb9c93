"""How far and how fast: the clock of a training, its budget in steps, and when to log, to look and to save.

A budget in seconds becomes one in steps. A start that was slower than the rest is made up for while the learning rate
does not depend on the number yet, so the same experiment with that many steps gives the same weights.
Left out: the steps themselves (loop.py), the learning rate (optim.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from core.config.checks import MEASURED_STEPS
from core.config.experiment import TrainingConfig
from core.training.optim import HOLD_SHARE

NUM_EVALUATIONS = 20
MOST_FOR_EVALUATIONS = 0.3  # of a budget in seconds
MEASURED_SHARE = 0.12  # of a budget in seconds, for measuring
NUM_LOG_POINTS = 100
LOG_GROWTH = 8  # between two logs passes at most one in so many of the steps so far
FIRST_POINTS = 2  # that make a line on the chart
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
    """The number of steps, which a budget in seconds has only once the speed is known.

    Seconds are those of the training's clock; `evaluating` is the part of them that evaluations took.
    """

    def __init__(self, config: TrainingConfig):
        self._config = config
        self.total_steps = config.max_steps if config.max_seconds is None else None
        self._measured_from = (0, 0.0)  # the step after which speed is measured, and the seconds in steps until there

    @property
    def planned(self) -> int:
        """Steps in all, as far as is known."""
        return self.total_steps or self._config.max_steps

    def measure_from(self, step: int, seconds: float, evaluating: float) -> None:
        """Measure the speed from after this step on."""
        self._measured_from = (step, seconds - evaluating)

    def is_measured(self, step: int, seconds: float) -> bool:
        """Whether to plan now.

        First when a share of the time or of the steps is spent on measuring. Then again at the last step whose
        learning rate is the held one, for as long as there turns out to be time for more.
        """
        if self._config.max_seconds is None:
            return False
        if self.total_steps is not None:
            return step == int(HOLD_SHARE * self.total_steps) > self._measured_from[0]
        share_spent = max(
            seconds / self._config.max_seconds / MEASURED_SHARE, step / self._config.max_steps / HOLD_SHARE
        )
        return step >= MEASURED_STEPS and share_spent >= 1

    def plan(self, step: int, seconds: float, evaluating: float, last_evaluation: float) -> None:
        """Fix the steps that fit into `max_seconds`, by the time that the latest steps and an evaluation took."""
        limit = self._config.max_seconds
        assert limit is not None
        first, since = self._measured_from
        per_step = max(1e-6, (seconds - evaluating - since) / max(1, step - first))
        self.measure_from(step, seconds, evaluating)
        reserved = min(NUM_EVALUATIONS * last_evaluation, MOST_FOR_EVALUATIONS * limit)
        more = int(max(0.0, limit - seconds - reserved) / per_step)
        # What is done already was done at the rate that is held: it must lie within the share that is.
        least = self.total_steps or step + 1
        if self.total_steps is None and step > max(self._config.warmup_steps, MEASURED_STEPS):
            least = max(least, int(step / HOLD_SHARE))
        self.total_steps = min(self._config.max_steps, max(least, step + more))

    def is_log_step(self, step: int, logged_at: int) -> bool:
        """The first few steps, then ever fewer until they are even, and the last."""
        even = max(1, self.planned // NUM_LOG_POINTS)
        return step == self.planned or step - logged_at >= min(even, max(1, step // LOG_GROWTH))

    def is_evaluation_step(self, step: int) -> bool:
        """At doubling steps while the budget may be unknown, then evenly, and at the end."""
        if step == self.planned:
            return True
        if step <= max(self._config.warmup_steps, HOLD_SHARE * self.planned):
            doublings, rest = divmod(step, MEASURED_STEPS)
            return rest == 0 and doublings.bit_count() == 1
        return step % max(1, self.planned // NUM_EVALUATIONS) == 0

    def state_dict(self) -> dict[str, Any]:
        """What is known of the budget, for a checkpoint."""
        return {"total_steps": self.total_steps, "measured_from": self._measured_from}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`. A budget in steps is the experiment's, whatever it was before."""
        self._measured_from = state["measured_from"]
        if self._config.max_seconds is not None:
            self.total_steps = state["total_steps"]


class SavePace:
    """When the next checkpoint is due: by time, and the rarer the more one costs."""

    def __init__(self) -> None:
        self._next = time.perf_counter() + SAVE_SECONDS

    def is_due(self) -> bool:
        return time.perf_counter() >= self._next

    def saved(self, took: float) -> None:
        """One was written just now, in so many seconds."""
        self._next = time.perf_counter() + max(SAVE_SECONDS, took / MOST_FOR_SAVING)
