"""One training loop for every task.

A budget is a number of steps. With `max_seconds` the speed is measured during the warm-up and the number of steps
fixed from it, before the learning rate depends on it: the same experiment with that many steps gives the same
weights. Random numbers are a function of (seed, step). The device is asked for numbers only at log steps.
Left out: what a step computes (tasks), files (checkpoint.py, run.py).
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
from core.training.devices import autocast, choose_precision
from core.training.optim import learning_rate_at, make_optimizer

NUM_EVALUATIONS = 20
NUM_LOG_POINTS = 100
FIRST_LOGS = (1, 2, 5, 10)
SHORTEST_MEASURE = MEASURED_STEPS


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


def seed_step(seed: int, step: int) -> None:
    """Make all random numbers of a step a function of (seed, step)."""
    torch.manual_seed((seed * 1_000_003 + step) % 2**63)


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
        after_first_point: Work that should wait until the first point is on the chart, outside the clock.

    Raises:
        FloatingPointError: The loss is no longer a number.
    """
    config = experiment.training
    dtype = choose_precision(experiment, device)
    optimizer = make_optimizer(task.model, config)
    parameters = [parameter for parameter in task.model.parameters() if parameter.requires_grad]
    best = Best(*task.selection)
    total_steps = config.max_steps if config.max_seconds is None else None
    measure_until = max(config.warmup_steps, SHORTEST_MEASURE)
    clock, measured = _Clock(), 0.0
    sums, logged_at, logged_seconds, train_loss = _Sums(device), 0, 0.0, None
    worse = 0
    step, stopped = 0, False
    task.model.train()
    while step < (total_steps or config.max_steps):
        seed_step(config.seed, step)
        if step >= config.warmup_steps and total_steps is None:
            total_steps = _plan(config.max_steps, config.max_seconds or 0.0, step, clock.seconds(), measured)
        rate = learning_rate_at(step, total_steps, config)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with autocast(device, dtype):
            outcome = task.training_loss(step)
        optimizer.zero_grad(set_to_none=True)
        outcome.loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, config.max_grad_norm or float("inf"))
        optimizer.step()
        sums.add(outcome.loss.detach(), norm, outcome.num_tokens)
        step += 1
        if step == 1:
            _sync(device)
            measured = -clock.seconds()
        planned = total_steps or config.max_steps
        if _is_log_step(step, logged_at, planned):
            train_loss, grad_norm = sums.read(step)
            seconds = clock.seconds()
            speed = sums.num_tokens / max(1e-9, seconds - logged_seconds)
            listener.record(
                {
                    "event": "metrics", "step": step, "seconds": round(seconds, 3), "split": "train",
                    "loss": train_loss, "learning_rate": rate, "grad_norm": grad_norm,
                    "tokens_per_second": round(speed, 1),
                }
            )  # fmt: skip
            sums, logged_at, logged_seconds = _Sums(device), step, seconds
        if step == 1:
            clock.outside(after_first_point)
        if total_steps is None and _is_measured(step, measure_until, clock.seconds() / (config.max_seconds or 1.0)):
            _sync(device)
            measured += clock.seconds()
            total_steps = _plan(config.max_steps, config.max_seconds or 0.0, step, clock.seconds(), measured)
        stopped = listener.should_stop()
        if stopped or _is_evaluation_step(step, total_steps or config.max_steps, step >= measure_until):
            metrics = _validate(task, device, dtype)
            listener.record(
                {"event": "metrics", "step": step, "seconds": round(clock.seconds(), 3), "split": "validation"}
                | metrics
            )
            improved = best.offer(metrics, step, task.model)
            worse = 0 if improved else worse + 1
            if improved:
                listener.improved(best)
            sample = task.sample()
            if sample is not None:
                listener.record({"event": "sample", "step": step, "text": sample})
            task.model.train()
        listener.progress(step, total_steps or config.max_steps, best.summary())
        if stopped or (config.patience is not None and worse >= config.patience):
            break
    return Outcome(step, total_steps or step, clock.seconds(), stopped, best, train_loss, optimizer)


def _validate(task: BoundTask, device: torch.device, dtype: torch.dtype) -> Metrics:
    task.model.eval()
    with torch.inference_mode(), autocast(device, dtype):
        return task.evaluate("validation", thorough=False)


def _is_measured(step: int, measure_until: int, share_spent: float) -> bool:
    """Whether to fix the budget now: when measuring is over, or earlier when it takes much of the time itself."""
    return step >= measure_until or (step >= SHORTEST_MEASURE and share_spent > 0.2)


def _plan(max_steps: int, max_seconds: float, step: int, seconds: float, measured: float) -> int:
    """Steps in all that fit into `max_seconds`, from the time that steps 2 to `step` took."""
    seconds_per_step = max(1e-6, measured / max(1, step - 1))
    share_for_steps = 0.9  # the rest is for the evaluations
    more = int(max(0.0, max_seconds * share_for_steps - seconds) / seconds_per_step)
    return max(step + 1, min(max_steps, step + more))


def _is_log_step(step: int, logged_at: int, total_steps: int) -> bool:
    return step in FIRST_LOGS or step == total_steps or step - logged_at >= max(1, total_steps // NUM_LOG_POINTS)


def _is_evaluation_step(step: int, total_steps: int, planned: bool) -> bool:
    if step == total_steps:
        return True
    return planned and step % max(1, total_steps // NUM_EVALUATIONS) == 0


class _Sums:
    """Loss and gradient norm since the last log step, kept on the device."""

    def __init__(self, device: torch.device):
        self._loss = torch.zeros((), device=device)
        self._norm = torch.zeros((), device=device)
        self._num_steps = 0
        self.num_tokens = 0

    def add(self, loss: Tensor, norm: Tensor, num_tokens: int) -> None:
        self._loss += loss
        self._norm += norm
        self._num_steps += 1
        self.num_tokens += num_tokens

    def read(self, step: int) -> tuple[float, float]:
        """Means as numbers.

        Raises:
            FloatingPointError: They are no numbers any more.
        """
        loss, norm = (torch.stack([self._loss, self._norm]) / self._num_steps).tolist()
        if not (abs(loss) < float("inf") and abs(norm) < float("inf")):
            raise FloatingPointError(f"The loss or its gradient is not a number any more at step {step}.")
        return loss, norm


def _sync(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
