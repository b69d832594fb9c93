"""One training loop for every task.

A budget is a number of steps. With `max_seconds` the speed is measured at the start and the number of steps fixed
from it. A start that was slower than the rest is made up for while the learning rate does not depend on the number
yet, so the same experiment with that many steps gives the same weights. Random numbers are a function of (seed, step).
The device is asked for numbers only at log steps.
Left out: what a step does (step.py), what it computes (tasks), files (checkpoint.py, run.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from core.config.checks import MEASURED_STEPS
from core.config.experiment import Experiment
from core.tasks.base import BoundTask, Metrics
from core.training.devices import autocast
from core.training.optim import HOLD_SHARE
from core.training.step import Stepper

NUM_EVALUATIONS = 20
MOST_FOR_EVALUATIONS = 0.3  # of a budget in seconds
MEASURED_SHARE = 0.12  # of a budget in seconds, for measuring
NUM_LOG_POINTS = 100
FIRST_LOGS = (1, 2, 5, 10)


@dataclass
class Best:
    """The best validation score so far and the weights that gave it."""

    metric: str
    mode: str
    value: float | None = None
    step: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)

    def offer(self, metrics: Metrics, step: int, model: torch.nn.Module) -> bool:
        """Keep the model's weights when the score is better than before."""
        value = metrics.get(self.metric)
        if value is None:
            return False
        if self.value is not None and (value >= self.value if self.mode == "min" else value <= self.value):
            return False
        self.value, self.step = float(value), step
        self.weights = {name: weight.detach().to("cpu", copy=True) for name, weight in model.state_dict().items()}
        return True

    def summary(self) -> dict[str, Any]:
        return {"metric": self.metric, "value": self.value, "step": self.step}


class Listener:
    """What the loop tells while it works; does nothing by itself."""

    def record(self, event: dict[str, Any]) -> None:
        """One line of `metrics.jsonl`."""

    def progress(self, step: int, total_steps: int, best: dict[str, Any]) -> None:
        """Where training is; called often."""

    def improved(self, best: Best) -> None:
        """Better weights than any before."""

    def should_stop(self) -> bool:
        """Whether somebody asked to stop."""
        return False


@dataclass(frozen=True)
class Outcome:
    """How training ended: steps done and planned, seconds spent in steps and evaluations, best weights."""

    steps: int
    total_steps: int
    seconds: float
    stopped: bool
    best: Best
    train_loss: float | None
    optimizer: torch.optim.Optimizer


class _Clock:
    """Seconds of training: steps and evaluations, not baselines."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._away = 0.0

    def seconds(self) -> float:
        return time.perf_counter() - self._start - self._away

    def outside(self, work: Callable[[], None]) -> None:
        """Do something that does not count."""
        start = time.perf_counter()
        work()
        self._away += time.perf_counter() - start


def fit(
    task: BoundTask,
    experiment: Experiment,
    device: torch.device,
    listener: Listener,
    after_first_point: Callable[[], None] = lambda: None,
) -> Outcome:
    """Train a bound task to the end of its budget.

    Args:
        task: Model, data and loss, on `device`.
        experiment: What to do; `experiment.training` above all.
        listener: Hears every record, and may ask to stop.
        after_first_point: Work that should wait until the first points are on the chart, outside the clock.

    Raises:
        FloatingPointError: The loss is no longer a number.
    """
    return _Training(task, experiment, device, listener).run(after_first_point)


class _Training:
    """The state of one training while it goes on."""

    def __init__(self, task: BoundTask, experiment: Experiment, device: torch.device, listener: Listener):
        self.task, self.config, self.device, self.listener = task, experiment.training, device, listener
        self.train_step = Stepper(task, experiment, device)
        self.best = Best(*task.selection)
        self.total_steps = self.config.max_steps if self.config.max_seconds is None else None
        self.step, self.num_worse, self.stopped = 0, 0, False
        self.clock = _Clock()
        self.measured_from = (0, 0.0)  # the step after which speed is measured, and the seconds in steps until there
        self.evaluating, self.last_evaluation = 0.0, 0.0  # seconds: all evaluations so far, and the last one
        self.logged_at, self.logged_seconds = 0, 0.0
        self.train_loss: float | None = None

    @property
    def planned(self) -> int:
        """Steps in all, as far as is known."""
        return self.total_steps or self.config.max_steps

    def run(self, after_first_point: Callable[[], None]) -> Outcome:
        self.task.model.train()
        while self.step < self.planned and not self._is_over():
            rate = self.train_step(self.step, self.total_steps)
            self.step += 1
            if _is_log_step(self.step, self.logged_at, self.planned):
                self._log(rate)
            if self.step == 1:
                _sync(self.device)
                self.measured_from = (1, self.clock.seconds())
            if self.step == min(FIRST_LOGS[1], self.planned):
                self.clock.outside(after_first_point)
            self.stopped = self.listener.should_stop()
            if self.stopped or _is_evaluation_step(self.step, self.planned, self.config.warmup_steps):
                self._evaluate()
            if self.config.max_seconds is not None and self._is_measured():
                self.total_steps = self._plan()
            self.listener.progress(self.step, self.planned, self.best.summary())
        seconds = self.clock.seconds()
        return Outcome(
            self.step, self.planned, seconds, self.stopped, self.best, self.train_loss,
            self.train_step.optimizer,
        )  # fmt: skip

    def _is_over(self) -> bool:
        return self.stopped or (self.config.patience is not None and self.num_worse >= self.config.patience)

    def _log(self, rate: float) -> None:
        self.train_loss, grad_norm, num_tokens = self.train_step.sums.take(self.step)
        seconds = self.clock.seconds() - self.evaluating
        speed = num_tokens / max(1e-9, seconds - self.logged_seconds)
        self._record(
            "train", loss=self.train_loss, learning_rate=rate, grad_norm=grad_norm, tokens_per_second=round(speed, 1)
        )
        self.logged_at, self.logged_seconds = self.step, seconds

    def _evaluate(self) -> None:
        """Look at the validation part; keep the weights when they are the best so far."""
        began = self.clock.seconds()
        self.task.model.eval()
        with torch.inference_mode(), autocast(self.device, self.train_step.dtype):
            metrics = self.task.evaluate("validation", thorough=False)
        self._record("validation", **metrics)
        improved = self.best.offer(metrics, self.step, self.task.model)
        self.num_worse = 0 if improved else self.num_worse + 1
        if improved:
            self.listener.improved(self.best)
        sample = self.task.sample()
        if sample is not None:
            self.listener.record({"event": "sample", "step": self.step, "text": sample})
        self.task.model.train()
        self.last_evaluation = self.clock.seconds() - began
        self.evaluating += self.last_evaluation

    def _record(self, split: str, **metrics: Any) -> None:
        seconds = round(self.clock.seconds(), 3)
        self.listener.record({"event": "metrics", "step": self.step, "seconds": seconds, "split": split, **metrics})

    def _is_measured(self) -> bool:
        """Whether to fix the budget now.

        First when a share of the time or of the steps is spent on measuring. Then again at the last step whose
        learning rate is the held one, for as long as there turns out to be time for more.
        """
        assert self.config.max_seconds is not None
        if self.total_steps is not None:
            return self.step == int(HOLD_SHARE * self.total_steps) > self.measured_from[0]
        share_spent = max(
            self.clock.seconds() / self.config.max_seconds / MEASURED_SHARE,
            self.step / self.config.max_steps / HOLD_SHARE,
        )
        return self.step >= MEASURED_STEPS and share_spent >= 1

    def _plan(self) -> int:
        """Steps in all that fit into `max_seconds`, from the time that the latest steps and an evaluation took."""
        _sync(self.device)
        assert self.config.max_seconds is not None
        seconds = self.clock.seconds()
        step, since = self.measured_from
        per_step = max(1e-6, (seconds - self.evaluating - since) / max(1, self.step - step))
        self.measured_from = (self.step, seconds - self.evaluating)
        reserved = min(NUM_EVALUATIONS * self.last_evaluation, MOST_FOR_EVALUATIONS * self.config.max_seconds)
        more = int(max(0.0, self.config.max_seconds - seconds - reserved) / per_step)
        # What is done already was done at the rate that is held: it must lie within the share that is.
        least = self.total_steps or self.step + 1
        if self.total_steps is None and self.step > max(self.config.warmup_steps, MEASURED_STEPS):
            least = max(least, int(self.step / HOLD_SHARE))
        return min(self.config.max_steps, max(least, self.step + more))


def _is_log_step(step: int, logged_at: int, total_steps: int) -> bool:
    return step in FIRST_LOGS or step == total_steps or step - logged_at >= max(1, total_steps // NUM_LOG_POINTS)


def _is_evaluation_step(step: int, total_steps: int, warmup_steps: int) -> bool:
    """At doubling steps while the budget may be unknown, then evenly, and at the end."""
    if step == total_steps:
        return True
    if step <= max(warmup_steps, HOLD_SHARE * total_steps):
        doublings, rest = divmod(step, MEASURED_STEPS)
        return rest == 0 and doublings.bit_count() == 1
    return step % max(1, total_steps // NUM_EVALUATIONS) == 0


def _sync(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
