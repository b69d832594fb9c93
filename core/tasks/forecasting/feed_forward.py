"""The feed-forward network that stands beside a recurrent one: a hidden layer over the same window, without memory.

It reads the same windows on the same scale and is trained on the CPU, for a number of steps and not for a time, so that
it has the same figures anywhere. Of some looks at a sample of the validation set the best one counts, as it
does for the network. Its random numbers are its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.config.sections import ModelConfig
from core.data.samples import by_series
from core.data.windows import Pairs, window_pairs
from core.insight.influence import gradients_on

if TYPE_CHECKING:
    from core.tasks.forecasting.binding import ForecastingTask

STEPS, LOOKS = 400, 10
HIDDEN, BATCH, RATE = 64, 64, 3e-3
SEED = 0  # a simple method is the same whatever the seed of the network
MOST_INPUTS = 5_000  # numbers of a window: some milliseconds a step
MOST_JUDGED = 100_000  # windows of the validation and of the test set
_SAMPLE = 512  # windows of the validation set that are looked at


def why_left_out(task: ForecastingTask) -> str:
    """Why it does not stand beside a network, as it reads on from "... is left out: "; "" where it does."""
    data, (num_values, _, num_indicators, num_ahead) = task.experiment.data, task.context.sizes
    if task.experiment.model.window is not None:
        return "the network is one itself"
    num_inputs = data.window_size * (num_values + num_indicators + num_ahead)
    if num_inputs > MOST_INPUTS:
        return f"a window holds {num_inputs:,} numbers, and it reads at most {MOST_INPUTS:,}"
    pairs = [window_pairs(task.prepared, data, part) for part in ("train", "validation", "test")]
    if not len(pairs[0]):
        return "training has no window"
    num_judged = len(pairs[1]) + len(pairs[2])
    return (
        "" if num_judged <= MOST_JUDGED else f"{num_judged:,} windows are to be judged, at most {MOST_JUDGED:,} by it"
    )


def without_memory(task: ForecastingTask, weights: Mapping[str, Tensor] | None = None) -> ForecastingTask:
    """A task bound to the same data with a feed-forward network, trained; or with weights of one."""
    model = ModelConfig(
        cell="rnn", window=1, hidden_size=HIDDEN, nonlinearity="relu", scaling=task.experiment.model.scaling
    )
    model = model.model_copy(update={"segment": task.experiment.data.window_size})  # the window is one input
    training = task.experiment.training.model_copy(update={"batch_size": BATCH, "seed": SEED})
    experiment = task.experiment.model_copy(update={"model": model, "training": training})
    with gradients_on(), one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(training.seed)
        beside = type(task)(experiment, task.prepared, torch.device("cpu"))
        if weights is None:
            _train(beside)
        else:
            beside.model.load_state_dict(weights)
    beside.model.eval()
    return beside


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for a while, so that numbers are the same however many there are."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _train(task: ForecastingTask) -> None:
    """Adam, with a rate that holds for half of the steps and then falls to nothing."""
    parameters = list(task.model.parameters())
    means, squares = ([torch.zeros_like(one) for one in parameters] for _ in range(2))
    pairs = window_pairs(task.prepared, task.experiment.data, "validation")
    best, kept = math.inf, {}
    for step in range(1, STEPS + 1):
        gradients = torch.autograd.grad(task.batch_loss(task.batch(step - 1)).loss, parameters)
        rate = RATE * min(1.0, 2 * (1 - (step - 1) / STEPS)) * math.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        with torch.no_grad():
            for one, gradient, mean, square in zip(parameters, gradients, means, squares, strict=True):
                mean.lerp_(gradient, 0.1)
                square.lerp_(gradient.square(), 0.001)
                one.addcdiv_(mean, square.sqrt().add_(1e-8), value=-rate)
            if step % (STEPS // LOOKS) == 0 and len(pairs) and (found := _loss_of(task, pairs)) < best:
                best, kept = found, {name: value.clone() for name, value in task.model.state_dict().items()}
    if kept:
        task.model.load_state_dict(kept)


def _loss_of(task: ForecastingTask, pairs: Pairs) -> float:
    """The loss of a sample of these windows."""
    return float(task.batch_loss(task.batch_of(*task.picked(pairs, by_series(pairs.counts, _SAMPLE)))).loss)
