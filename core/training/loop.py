"""One training loop for every task.

A budget is a number of steps; seconds only cap it (pace.py). Random numbers are a function of (seed, step), and
everything else that goes from step to step is in `Training.state_dict`, so a training that goes on from there does
what an unbroken one does. The device is asked for numbers only at log steps and where the state is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import torch

from core.config.experiment import Experiment
from core.tasks.base import BoundTask
from core.training.best import Best
from core.training.checkpoint import choose_start
from core.training.devices import autocast
from core.training.explosion import LossWatch
from core.training.pace import FIRST_POINTS, Budget, Clock, SavePace
from core.training.step import Stepper

Ending = Literal["steps", "time_limit", "patience", "stopped"]
"""Why a training ended: all steps are done, a limit in seconds, validation no longer improved, somebody asked."""


class Reporter(Protocol):
    """What the loop tells while it works, and asks; `core.jobs.reporter.Reporter` is one."""

    def record(self, event: dict[str, Any], /) -> None:
        """One line of `metrics.jsonl`."""

    def plan(self, total_steps: int, /) -> None:
        """Steps in all, whenever that is known anew."""

    def progress(self, step: int, best: dict[str, Any] | None, /) -> None:
        """Where training is, and the best evaluation once there is one; called at every step."""

    def machine(self, threads: int, busy: float | None, /) -> None:
        """How many threads train, and how many times as long a step takes as undisturbed; called at every step."""

    def should_stop(self) -> bool:
        """Whether somebody asked to stop."""


class Keeper:
    """Keeps what a training has reached; does nothing by itself. The tensors of a state are those in use."""

    def improved(self, best: Best) -> None:
        """Better weights than any before."""

    def keep(self, state: dict[str, Any], last: bool) -> None:
        """Everything that a training needs to go on from here; `last` when it ends or stops here."""

    def keep_held(self, state: dict[str, Any]) -> None:
        """As `keep`, at the end of the held rate: what any longer training would have passed too."""

    def moment(self, step: int, is_end: bool) -> Callable[[], None] | None:
        """What keeps the weights after this step to be looked at; None where they are not kept."""
        return None


@dataclass(frozen=True)
class Outcome:
    """How training ended: steps done and planned, seconds spent in steps and evaluations, best weights.

    `paused`: it was to stop after this step.
    """

    steps: int
    total_steps: int
    seconds: float
    ended: Ending
    paused: bool
    best: Best
    train_loss: float | None

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end."""
        return self.ended == "stopped"


class Training:
    """One training: from its beginning, or from where `load_state_dict` puts it.

    Args:
        task: Model, data and loss, on `device`.
        reporter: Hears every record, and may ask to stop.
        keeper: Keeps the best weights and the state.
        pause_at: Stop once this many steps are done; None goes on to the end.
        attempt_seconds: The server's limit for what `run` does; None is no limit.
    """

    def __init__(
        self,
        task: BoundTask,
        experiment: Experiment,
        device: torch.device,
        reporter: Reporter,
        keeper: Keeper | None = None,
        pause_at: int | None = None,
        attempt_seconds: float | None = None,
    ):
        self.task, self.config, self.device = task, experiment.training, device
        self.reporter, self.keeper, self.pause_at = reporter, keeper or Keeper(), pause_at
        self.train_step = Stepper(task, experiment, device)
        self.best = Best(task.selection)
        self.inherited: Best | None = None  # of the training before, where it is still the better one
        self.least_progress = 0.0  # of the falling rate: it never is less
        self.budget, self.clock, self.save_pace = Budget(self.config, attempt_seconds), Clock(), SavePace()
        self.step, self.ended = 0, None  # type: int, Ending | None
        self.evaluating, self.last_evaluation = 0.0, 0.0  # seconds: all evaluations so far, and the last one
        self.logged_at, self.logged_seconds = 0, 0.0
        self.train_loss: float | None = None
        self.watch = LossWatch()
        self.told_planned = 0

    def run(self, after_first_point: Callable[[], None] = lambda: None) -> Outcome:
        """Train to the end of the budget, to a pause, or until somebody asks to stop.

        Args:
            after_first_point: Work that should wait until the first points are on the chart, outside the clock.

        Raises:
            FloatingPointError: The loss is no longer a number, or has exploded.
        """
        self.task.model.train()
        self.budget.begin(self.clock.seconds())
        self.ended = "stopped" if self._is_at_pause() else "steps" if self.step >= self.budget.planned else None
        if self.step == 0:
            self._keep_moment()
        while self.ended is None:
            rate = self.train_step(self.step, self.budget.total_steps, self.least_progress)
            self.step += 1
            if self.step == 1:
                _sync(self.device)
                self.budget.measure_from(1, self.clock.seconds())
            is_logged = self.budget.is_log_step(self.step, self.logged_at)
            if is_logged:
                self._log(rate)
            if self.step == min(FIRST_POINTS, self.budget.planned):
                self._outside(after_first_point)
            self._finish_step(rate, is_logged)
            self._keep_moment()
        if self.ended != "stopped":
            self._keep(last=True)
        if self.ended == "steps" and self.step < self.config.max_steps:
            self.ended = "time_limit"
        return Outcome(
            self.step, self.budget.planned, self.clock.seconds(), self.ended, self._is_at_pause(), self.chosen,
            self.train_loss,
        )  # fmt: skip

    @property
    def chosen(self) -> Best:
        """The best network: this training's, or that of the one before while none here is as good."""
        return self.inherited or self.best

    def state_dict(self) -> dict[str, Any]:
        """Everything that goes from step to step: tensors, numbers and strings in plain containers."""
        return {
            **self.train_step.state_dict(),
            **self.budget.state_dict(),
            "step": self.step,
            "best": self.best.state_dict(),
            "inherited": self.inherited.state_dict() if self.inherited else None,
            "least_progress": self.least_progress,
            "seconds": self.clock.seconds(),
            "evaluations": (self.evaluating, self.last_evaluation),
            "logged": (self.logged_at, self.logged_seconds),
            "train_loss": self.train_loss,
            "watch": self.watch.state_dict(),
            "threads": self.train_step.threads.state_dict() if self.train_step.threads else None,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`, of a training of the same network and optimizer; its tensors may be on any device.

        Raises:
            KeyError, RuntimeError, TypeError, ValueError: It is of another network, or no such state.
        """
        self.train_step.load_state_dict(state)
        self.budget.load_state_dict(state)
        self.best = self._best_of(state["best"])
        self.inherited = self._best_of(state["inherited"], is_inherited=True) if state.get("inherited") else None
        self.least_progress = state.get("least_progress", 0.0)
        self.step, self.train_loss = state["step"], state["train_loss"]
        self.watch.load_state_dict(state.get("watch", self.watch.state_dict()))  # earlier versions kept none
        self.clock.set(state["seconds"])
        self.evaluating, self.last_evaluation = state["evaluations"]
        self.logged_at, self.logged_seconds = state["logged"]
        if self.train_step.threads is not None and state.get("threads"):
            self.train_step.threads.load_state_dict(state["threads"], self.step)

    def go_beyond(self, last: dict[str, Any], held: dict[str, Any] | None) -> dict[str, Any]:
        """Begin where a training ended that this one goes beyond, or where `choose_start` says; returns that state.

        The best weights of the training before stay the best until there are better ones, and patience that had run out
        begins anew. Arguments as `choose_start`; raises as `load_state_dict`.
        """
        start = choose_start(last, held, self.config)
        self.load_state_dict(last)  # which says whether it is of this network, whose best weights may be kept
        if not start.is_last:
            self.load_state_dict(start.state)
        self.budget.plan_anew(self.step)
        self.least_progress = start.least_progress
        if not start.is_last:
            before = self._best_of(last.get("inherited") or last["best"], is_inherited=True)
            self.inherited = before if before.is_better_than(self.best) else None
        if start.least_progress > 0 or self._is_patience_out():
            self.best.progress_step = self.step
        return start.state

    def _best_of(self, state: dict[str, Any], *, is_inherited: bool = False) -> Best:
        best = Best(self.task.selection, is_inherited=is_inherited)
        if state["metric"] == best.metric:  # an earlier version may have chosen by another one
            best.load_state_dict(state)
        return best

    def _finish_step(self, rate: float, is_logged: bool) -> None:
        """What follows a step: looks, the plan, the end; and the state is kept, before all that a longer or an unbroken
        training would not do."""
        seconds = self.clock.seconds()
        if self.budget.must_plan(self.step, seconds, self.evaluating, self.last_evaluation):
            self.budget.plan(self.step)
        is_evaluated = self.budget.is_evaluation_step(self.step)
        if is_evaluated:
            self._evaluate()
        if self.step == self.budget.held and self.budget.total_steps is not None and self.least_progress == 0:
            self._keep_held()
        self.ended = self._find_end(is_evaluated)
        if self.ended == "stopped" or (self.ended is None and self.save_pace.is_due()):
            self._keep(last=self.ended == "stopped")
        if self.ended is not None and self.ended != "stopped" and not is_logged:
            self._log(rate)
        if self.ended is not None and not is_evaluated:
            self._evaluate()
        self._tell_progress()
        if self.train_step.threads is not None:
            self.reporter.machine(self.train_step.threads.current, self.train_step.threads.busy)

    def _tell_progress(self) -> None:
        if self.budget.planned != self.told_planned:
            self.told_planned = self.budget.planned
            self.reporter.plan(self.budget.planned)
        self.reporter.progress(self.step, None if self.chosen.value is None else self.chosen.summary())

    def _find_end(self, is_evaluated: bool) -> Ending | None:
        """Why training ends after this step; None where it goes on."""
        is_asked = self.reporter.should_stop()
        if self.step >= self.budget.planned:
            return "steps"
        if is_asked or self._is_at_pause():
            return "stopped"
        if self.budget.is_spent(self.clock.seconds()):
            return "time_limit"
        return "patience" if is_evaluated and self._is_patience_out() else None

    def _is_patience_out(self) -> bool:
        patience = self.config.patience
        return patience is not None and self.step - self.best.progress_step >= patience

    def _keep(self, last: bool) -> None:
        _sync(self.device)  # what the device still has to do is training, not saving
        self.save_pace.saved(self._outside(lambda: self.keeper.keep(self.state_dict(), last)))

    def _keep_held(self) -> None:
        _sync(self.device)
        # What the training before this one had found is in its last state, for whoever goes on from there.
        self._outside(lambda: self.keeper.keep_held({**self.state_dict(), "inherited": None}))

    def _keep_moment(self) -> None:
        if keep := self.keeper.moment(self.step, self.ended is not None):
            _sync(self.device)
            with self.train_step.judged_weights():
                self._outside(keep)

    def _outside(self, work: Callable[[], None]) -> float:
        """Do something that is no training; returns the seconds that it took."""
        took = self.clock.outside(work)
        self.budget.spend(took)
        return took

    def _is_at_pause(self) -> bool:
        return self.pause_at is not None and self.pause_at <= self.step < self.budget.planned

    def _log(self, rate: float) -> None:
        self.train_loss, grad_norm, num_tokens = self.train_step.sums.take(self.step)
        seconds = self.clock.seconds() - self.evaluating
        speed = num_tokens / max(1e-9, seconds - self.logged_seconds)
        self._record(
            "train", loss=self.train_loss, learning_rate=rate, grad_norm=grad_norm, tokens_per_second=round(speed, 1)
        )
        self.logged_at, self.logged_seconds = self.step, seconds
        self.watch.see(self.step, self.train_loss)

    def _evaluate(self) -> None:
        """Look at the validation set; keep the weights, averaged ones where there are some, when they are the best so far."""
        began = self.clock.seconds()
        with self.train_step.judged_weights():
            self._look()
        self.last_evaluation = self.clock.seconds() - began
        self.evaluating += self.last_evaluation

    def _look(self) -> None:
        self.task.model.eval()
        with torch.inference_mode(), autocast(self.device, self.train_step.dtype):
            metrics = self.task.evaluate("validation", full=False)
        self._record("validation", **metrics)
        if self.best.offer(metrics, self.step, self.task.model) and not (
            self.inherited and self.inherited.is_better_than(self.best)
        ):
            self.inherited = None
            self.keeper.improved(self.best)
        sample = self.task.sample()
        if sample is not None:
            self.reporter.record({"event": "sample", "step": self.step, "text": sample})
        self.task.model.train()

    def _record(self, split: str, **metrics: Any) -> None:
        seconds = round(self.clock.seconds(), 3)
        self.reporter.record({"event": "metrics", "step": self.step, "seconds": seconds, "split": split, **metrics})


def _sync(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
