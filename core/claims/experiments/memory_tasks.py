"""Claims F1 and F2 as measurements: what needs a memory, and how far back which cell remembers.

The tasks are those of `core.data.made.sequences`. Every batch is new, so that there is nothing to memorise but the task. All
networks of a task have about as many parameters, as many steps and the same learning rate; in delayed recall the better of two
rates counts, for all alike, and a delay is bridged when 95% of unseen sequences are right. Rates were chosen with a seed that
no full run uses.

Shape letters: B batch, T time, F features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import takewhile

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.claims.experiments.training import count_parameters, train
from core.claims.figures import Job, Numbers
from core.data.made.sequences import (
    ADDING_VARIANCE,
    COPY_LENGTH,
    COPY_VOCAB_SIZE,
    adding_problem,
    copy_memoryless_loss,
    copy_task,
    delayed_recall,
    symbol_order,
)
from core.models.feed_forward import FeedForward, FeedForwardStack
from core.models.recurrent import Recurrent
from core.models.stack import Stack

NUM_SYMBOLS = 8
RECALL_SIZE, ORDER_SIZE = 2 * NUM_SYMBOLS + 1, NUM_SYMBOLS + 2
BATCH_SIZE, NUM_TEST = 64, 500
RATE, COPY_RATE = 3e-3, 5e-3
RECALL_RATES = (RATE, 1e-3)
BRIDGED, LEARNED = 0.95, 0.99
CONTRAST_PARAMETERS, CONTRAST_DELAYS, ORDER_STEPS = 5_000, (4, 12), 40
TEST = 10**9  # stands in a seed where training has the number of a step

NETWORKS: dict[str, Stack | FeedForwardStack] = {
    "RNN": Stack("rnn"),
    "RNN, orthogonal": Stack("rnn", initialization="orthogonal"),
    "GRU": Stack("gru"),
    "GRU, orthogonal": Stack("gru", initialization="orthogonal"),
    "LSTM": Stack("lstm"),
    "LSTM, forget bias 1": Stack("lstm", forget_bias=1.0),
    "LSTM, forget bias 1, orthogonal": Stack("lstm", initialization="orthogonal", forget_bias=1.0),
    "feed-forward, window 1": FeedForwardStack(window=1),
    "feed-forward, window 8": FeedForwardStack(window=8),
}
RECURRENT = tuple(name for name, stack in NETWORKS.items() if isinstance(stack, Stack))
COMPARED = ("RNN, orthogonal", "GRU", "LSTM", "LSTM, forget bias 1, orthogonal")  # where a training takes long
CONTRAST = ("feed-forward, window 1", "feed-forward, window 8", "RNN", "GRU", "LSTM")


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    parameters: int = 20_000
    recalled: tuple[int, ...] = (5, 10, 20, 40, 80, 160)
    recall_steps: int = 800
    added: tuple[int, ...] = (50, 200)
    adding_steps: int = 1500
    copied: tuple[int, ...] = (5, 60)
    copy_steps: int = 1500
    order_steps: int = 600


FULL = Scale()
QUICK = Scale(5_000, (5, 10, 20, 40), 300, (20,), 800, (5,), 700, 300)


class Reader(nn.Module):
    """A body over the sequence and a linear output.

    Args:
        body: Reads (B, T, F).
        num_outputs: Numbers of an answer.
        reads: `last` answers after the last step, `every` at each step, `mean` from the mean over all steps.
    """

    def __init__(self, body: Recurrent | FeedForward, num_outputs: int, reads: str = "last") -> None:
        super().__init__()
        self.body, self.reads = body, reads
        self.output = nn.Linear(body.output_size, num_outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """Answers (B, num_outputs), or (B, T, num_outputs) at every step, for inputs (B, T, F)."""
        outputs, _ = self.body(inputs)
        if self.reads != "every":
            outputs = outputs[:, -1] if self.reads == "last" else outputs.mean(dim=1)
        return self.output(outputs)


def build(network: str, input_size: int, parameters: int) -> Recurrent | FeedForward:
    """A network of that name, with the seed that torch is at."""
    return replace(NETWORKS[network], hidden_size=size_of(network, input_size, parameters)[0]).build(input_size)


@cache
def size_of(network: str, input_size: int, parameters: int) -> tuple[int, int]:
    """The largest hidden size that keeps a network within that many parameters, and the parameters it then has."""
    plain = NETWORKS[network]
    if isinstance(plain, Stack):
        plain = replace(plain, initialization="uniform")
    size, count = 0, 0
    with torch.device("meta"):
        while (larger := count_parameters(replace(plain, hidden_size=size + 1).build(input_size))) <= parameters:
            size, count = size + 1, larger
    return size, count


def one_hot(ids: np.ndarray, size: int) -> Tensor:
    """Vectors (B, T, size) for ids (B, T)."""
    return torch.eye(size)[torch.from_numpy(ids)]


def accuracy(network: nn.Module, inputs: Tensor, answers: np.ndarray) -> float:
    """Share of right answers (B,)."""
    with torch.inference_mode():
        return (network(inputs).argmax(-1) == torch.from_numpy(answers)).float().mean().item()


def order_accuracy(network: str, scale: Scale, seed: int) -> Numbers:
    """Accuracy at telling which of two symbols came first.

    A network without memory answers with the mean over all steps: it sees everything but what came before what.
    """
    torch.manual_seed(seed)
    reads = "last" if network in RECURRENT else "mean"
    reader = Reader(build(network, ORDER_SIZE, scale.parameters), 2, reads)

    def batch(count: int, step: int) -> tuple[Tensor, np.ndarray]:
        ids, labels = symbol_order(ORDER_STEPS, count, (seed, step), NUM_SYMBOLS)
        return one_hot(ids, ORDER_SIZE), labels

    def loss(step: int) -> Tensor:
        inputs, labels = batch(BATCH_SIZE, step)
        return F.cross_entropy(reader(inputs), torch.from_numpy(labels))

    train(reader, loss, scale.order_steps, RATE, lambda: accuracy(reader, *batch(NUM_TEST, TEST + 1)) >= LEARNED)
    return {"accuracy": accuracy(reader, *batch(4 * NUM_TEST, TEST))}


def recall_accuracy(network: str, delay: int, shorter_too: bool, rate: float, scale: Scale, seed: int) -> float:
    """Trains on delayed recall, until it is learned or the steps are used up, and returns the accuracy at that delay.

    Args:
        shorter_too: Whether every batch has a delay of its own from 0 to `delay`, instead of always the full one.
        rate: The learning rate.
    """
    torch.manual_seed(seed)
    reader = Reader(build(network, RECALL_SIZE, scale.parameters), NUM_SYMBOLS)

    def loss(step: int) -> Tensor:
        now = int(np.random.default_rng((seed, step, 1)).integers(delay + 1)) if shorter_too else delay
        ids, symbols = delayed_recall(now, BATCH_SIZE, (seed, step))
        return F.cross_entropy(reader(one_hot(ids, RECALL_SIZE)), torch.from_numpy(symbols))

    def measured(place: int) -> float:
        ids, symbols = delayed_recall(delay, NUM_TEST, (seed, TEST + place))
        return accuracy(reader, one_hot(ids, RECALL_SIZE), symbols)

    train(reader, loss, scale.recall_steps, rate, lambda: measured(1) >= LEARNED)
    return measured(0)


def past_accuracy(network: str, delay: int, scale: Scale, seed: int) -> Numbers:
    """Accuracy at recalling a symbol, trained on delays up to the one asked for."""
    return {"accuracy": max(recall_accuracy(network, delay, True, rate, scale, seed) for rate in RECALL_RATES)}


def longest_recall(network: str, shorter_too: bool, scale: Scale, seed: int) -> Numbers:
    """The longest delay that a network learns to bridge, longer and longer ones tried until it fails; 0 for none."""

    def bridges(delay: int) -> bool:
        return any(recall_accuracy(network, delay, shorter_too, rate, scale, seed) >= BRIDGED for rate in RECALL_RATES)

    return {"longest delay": longest_bridged(scale.recalled, bridges)}


def longest_bridged(delays: Sequence[int], bridges: Callable[[int], bool]) -> int:
    """The last of rising delays before the first that is not bridged."""
    return max((0, *takewhile(bridges, delays)))


def adding_error(network: str, num_steps: int, scale: Scale, seed: int) -> Numbers:
    """Mean squared error on the adding problem after training on it."""
    torch.manual_seed(seed)
    reader = Reader(build(network, 2, scale.parameters), 1)

    def error(count: int, step: int) -> Tensor:
        inputs, sums = adding_problem(num_steps, count, (seed, step))
        return F.mse_loss(reader(torch.from_numpy(inputs))[:, 0], torch.from_numpy(sums))

    train(reader, lambda step: error(BATCH_SIZE, step), scale.adding_steps, RATE, schedule="cosine")
    with torch.inference_mode():
        return {"mse": error(NUM_TEST, TEST).item()}


def copy_error(network: str, delay: int, scale: Scale, seed: int) -> Numbers:
    """The copy task after training on it: nats a step, and the share of symbols said right."""
    torch.manual_seed(seed)
    reader = Reader(build(network, COPY_VOCAB_SIZE, scale.parameters), COPY_VOCAB_SIZE, "every")

    def scores(count: int, step: int) -> tuple[Tensor, Tensor]:
        ids, targets = copy_task(delay, count, (seed, step))
        return reader(one_hot(ids, COPY_VOCAB_SIZE)), torch.from_numpy(targets)

    def loss(step: int) -> Tensor:
        logits, targets = scores(BATCH_SIZE, step)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    train(reader, loss, scale.copy_steps, COPY_RATE, schedule="cosine")
    with torch.inference_mode():
        logits, targets = scores(NUM_TEST, TEST)
    right = (logits.argmax(-1) == targets)[:, -COPY_LENGTH:].float().mean().item()
    return {"loss": F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item(), "symbols right": right}


def order_and_past(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F1: questions about the past and about order, for small networks with and without memory."""
    scale, jobs = replace(QUICK if quick else FULL, parameters=CONTRAST_PARAMETERS), []
    for delay in CONTRAST_DELAYS:
        for network in CONTRAST:
            measure, size = (
                partial(past_accuracy, network, delay, scale),
                size_of(network, RECALL_SIZE, scale.parameters)[1],
            )
            beside = f"chance {1 / NUM_SYMBOLS}"
            jobs += [Job("F1", f"recall, delay {delay}", network, measure, seed, size, beside) for seed in seeds]
    for network in CONTRAST:
        measure, size = partial(order_accuracy, network, scale), size_of(network, ORDER_SIZE, scale.parameters)[1]
        task = f"which came first, {ORDER_STEPS} steps"
        jobs += [Job("F1", task, network, measure, seed, size, "chance 0.5") for seed in seeds]
    return jobs


def delay_until_failure(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F2: how long a delay each cell bridges, the adding problem and the copy task."""
    scale, jobs = QUICK if quick else FULL, []
    for shorter_too in (False, True):
        task = "recall, delays up to it" if shorter_too else "recall, that delay alone"
        for network in RECURRENT:
            measure = partial(longest_recall, network, shorter_too, scale)
            size, beside = size_of(network, RECALL_SIZE, scale.parameters)[1], f"tried up to {scale.recalled[-1]}"
            jobs += [Job("F2", task, network, measure, seed, size, beside) for seed in seeds]
    for num_steps in scale.added:
        for network in COMPARED:
            measure = partial(adding_error, network, num_steps, scale)
            size, beside = size_of(network, 2, scale.parameters)[1], f"memoryless {ADDING_VARIANCE:.4f}"
            jobs += [Job("F2", f"adding, T={num_steps}", network, measure, seed, size, beside) for seed in seeds]
    for delay in scale.copied:
        for network in COMPARED:
            measure = partial(copy_error, network, delay, scale)
            size = size_of(network, COPY_VOCAB_SIZE, scale.parameters)[1]
            beside = f"memoryless {copy_memoryless_loss(delay):.4f}, right {1 / 8}"
            jobs += [Job("F2", f"copy, delay {delay}", network, measure, seed, size, beside) for seed in seeds]
    return jobs
