"""One training step: random numbers, learning rate, loss, gradient, clipping, update.

Nothing here waits for the device; sums stay there until the loop wants to log them. On an NVIDIA GPU a step whose
shapes repeat is recorded once and played from then on (graphs.py), with the same numbers. On a CPU some steps are made
twice, with one thread and with all, to see which is faster (threads.py).
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

import torch
from torch import Tensor

from core.config.experiment import Experiment
from core.tasks.base import BoundTask, RecordableTask, StepLoss
from core.training.averaging import Averaged
from core.training.devices import autocast, choose_precision
from core.training.graphs import CudaMachine, Recorder
from core.training.optim import (
    clip_gradients,
    learning_rate_at,
    make_optimizer,
    make_recordable,
    progress_at,
    set_learning_rate,
    threads_for_update,
)
from core.training.threads import Threads


def seed_step(seed: int, step: int, device: torch.device) -> None:
    """Make all random numbers of a step a function of (seed, step), on the CPU and on the device.

    `torch.manual_seed` would do the same for every kind of device there may be. Where torch was built for a GPU that
    is not there, each call keeps a note of itself for later, which costs 0.1 milliseconds and never is freed.
    """
    number = (seed * 1_000_003 + step) % 2**63
    torch.default_generator.manual_seed(number)
    if device.type == "cuda":
        torch.cuda.manual_seed(number)
    elif device.type == "mps":
        torch.mps.manual_seed(number)


class Stepper:
    """Makes the steps of one training.

    Args:
        task: Model, data and loss, on `device`.
    """

    def __init__(self, task: BoundTask, experiment: Experiment, device: torch.device):
        self.task, self.config, self.device = task, experiment.training, device
        self.dtype = choose_precision(experiment, device)
        self.optimizer = make_optimizer(task.model, self.config)
        self.parameters = [parameter for parameter in task.model.parameters() if parameter.requires_grad]
        self.num_weights = sum(parameter.numel() for parameter in self.parameters)
        self.averaged = None if self.config.averaging == "none" else Averaged(task.model, self.config)
        self.sums = Sums(device)
        self.threads = Threads(torch.get_num_threads()) if device.type == "cpu" else None
        if self.threads is not None:
            torch.set_num_threads(self.threads.current)
        self._recorder: Recorder | None = None
        if device.type == "cuda" and isinstance(task, RecordableTask):
            make_recordable(self.optimizer, device)
            self._recorder = Recorder(task, self.learn, self.changed, self.seed, CudaMachine())

    def __call__(self, step: int, total_steps: int | None, least_progress: float = 0.0) -> float:
        """Do a step, counted from 0, of so many; returns its learning rate. Arguments as `learning_rate_at`."""
        rate = learning_rate_at(step, total_steps, self.config, least_progress)
        set_learning_rate(self.optimizer, rate)
        progress = progress_at(step, total_steps, self.config, least_progress)
        if self._recorder is not None:
            num_tokens = self._recorder(step)
        elif self.threads is None:
            num_tokens = self._update(self._differentiate(step, progress))
        elif self.threads.must_try:
            num_tokens = self._update(self._try_threads(self.threads, step, progress))
        else:
            began, worked = time.perf_counter(), time.thread_time()
            num_tokens = self._update(self._differentiate(step, progress))
            self.threads.stepped(time.perf_counter() - began, time.thread_time() - worked)
        self.sums.count(num_tokens)
        if self.averaged is not None:  # outside of a recorded step, whose share of the newest weights would not change
            with threads_for_update(self.num_weights):
                self.averaged.follow(step + 1, progress)
        return rate

    def judged_weights(self) -> contextlib.AbstractContextManager[None]:
        """Within it the network has the weights that are judged and kept: the averaged ones, where there are some."""
        return contextlib.nullcontext() if self.averaged is None else self.averaged.in_use()

    def _differentiate(self, step: int, progress: float) -> StepLoss:
        """The loss of a step, and its gradient in every parameter."""
        self.seed(step)
        with autocast(self.device, self.dtype):
            outcome = self.task.training_loss(step, progress)
        self._backward(outcome)
        return outcome

    def _try_threads(self, threads: Threads, step: int, progress: float) -> StepLoss:
        """As `_differentiate`, with the other number of threads first; what the current one gives stays."""
        carried, before = self.task.carried(), threads.current
        torch.set_num_threads(threads.other)
        began = time.perf_counter()
        self._differentiate(step, progress)
        other = time.perf_counter() - began
        gradients = [parameter.grad for parameter in self.parameters]
        self.task.restore_carried(carried)
        torch.set_num_threads(before)
        began = time.perf_counter()
        outcome = self._differentiate(step, progress)
        took = time.perf_counter() - began
        now = [parameter.grad for parameter in self.parameters]
        agree = all(
            a is b or (a is not None and b is not None and torch.equal(a, b))
            for a, b in zip(gradients, now, strict=True)
        )
        threads.tried(step + 1, took, other, agree)
        torch.set_num_threads(threads.current)
        return outcome

    def seed(self, step: int) -> None:
        """Set the random numbers to the start of a step."""
        seed_step(self.config.seed, step, self.device)

    def learn(self, batch: tuple[Tensor, ...]) -> int:
        """Learn from a batch of a recordable task; returns how many tokens it had."""
        assert isinstance(self.task, RecordableTask)
        with autocast(self.device, self.dtype):
            outcome = self.task.batch_loss(batch)
        self._backward(outcome)
        return self._update(outcome)

    def changed(self) -> list[Tensor]:
        """Every tensor that a step changes in place: weights, the optimizer's own, sums."""
        own = [value for state in self.optimizer.state.values() for value in state.values() if torch.is_tensor(value)]
        return [*(parameter.data for parameter in self.parameters), *own, self.sums.loss, self.sums.norm]

    def state_dict(self) -> dict[str, Any]:
        """Weights, the optimizer's own, the carried state and the sums, for a checkpoint."""
        return {
            "model": self.task.model.state_dict(),
            "optimizer": self.optimizer.state_dict()["state"],
            "carried": self.task.carried(),
            "sums": self.sums.state_dict(),
            "averaged": self.averaged and self.averaged.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`, whose tensors may be on any device. Weights and sums change in place."""
        self.task.model.load_state_dict(state["model"])
        # The settings are the experiment's and the device's, so that a run may go on elsewhere.
        settings = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state["optimizer"], "param_groups": settings})
        self.task.restore_carried({
            name: value if value is None else tuple(tensor.to(self.device) for tensor in value)
            for name, value in state["carried"].items()
        })  # fmt: skip
        self.sums.load_state_dict(state["sums"])
        if self.averaged is not None:
            self.averaged.load_state_dict(state["averaged"])

    def _backward(self, outcome: StepLoss) -> None:
        for parameter in self.parameters:
            parameter.grad = None
        outcome.loss.backward()

    def _update(self, outcome: StepLoss) -> int:
        norm = clip_gradients(self.parameters, self.config.max_grad_norm, self.config.max_grad_value)
        with threads_for_update(self.num_weights):
            self.optimizer.step()
        self.sums.add((outcome.loss if outcome.told is None else outcome.told).detach(), norm)
        return outcome.num_tokens


class Sums:
    """Loss and gradient norm since the last log step, kept on the device, with counts of steps and tokens."""

    def __init__(self, device: torch.device):
        self.loss = torch.zeros((), device=device)
        self.norm = torch.zeros((), device=device)
        self.num_steps = self.num_tokens = 0

    def add(self, loss: Tensor, norm: Tensor) -> None:
        """Add what a step gave, on the device."""
        self.loss += loss
        self.norm += norm

    def count(self, num_tokens: int) -> None:
        """Add a step of so many tokens."""
        self.num_steps += 1
        self.num_tokens += num_tokens

    def take(self, step: int) -> tuple[float, float, int]:
        """Mean loss, mean norm and the number of tokens; begins anew.

        Raises:
            FloatingPointError: The means are no numbers any more.
        """
        loss, norm = (torch.stack([self.loss, self.norm]) / self.num_steps).tolist()
        if not (abs(loss) < float("inf") and abs(norm) < float("inf")):
            raise FloatingPointError(f"The loss or its gradient is not a number any more at step {step}.")
        num_tokens, self.num_steps, self.num_tokens = self.num_tokens, 0, 0
        self.loss.zero_()
        self.norm.zero_()
        return loss, norm, num_tokens

    def state_dict(self) -> dict[str, Any]:
        """Sums and counts, for a checkpoint."""
        return {"loss": self.loss, "norm": self.norm, "num_steps": self.num_steps, "num_tokens": self.num_tokens}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`."""
        self.loss.copy_(state["loss"])
        self.norm.copy_(state["norm"])
        self.num_steps, self.num_tokens = state["num_steps"], state["num_tokens"]
