"""Claim F4 as a measurement: what each cure for vanishing and exploding gradients does, one switch at a time.

Four trainings that fail, all on delayed recall, and each cure alone added to them, with the same seeds and batches: two in
which the gradient vanishes (one long delay; delays from 0 up to a longer one) and two in which it explodes, with a learning
rate at which a few steep steps throw the weights away. A training that broke ended with a higher loss than it began with, or
an infinite one.
Rates were chosen with a seed that no full run uses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.claims.experiments.memory_tasks import (
    BATCH_SIZE,
    NUM_SYMBOLS,
    NUM_TEST,
    RECALL_SIZE,
    TEST,
    Reader,
    accuracy,
    one_hot,
)
from core.claims.experiments.training import count_parameters
from core.claims.figures import Job, Numbers
from core.data.made.sequences import delayed_recall
from core.models.stack import Stack

OPTIMIZERS: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "rmsprop": torch.optim.RMSprop,
    "sgd": torch.optim.SGD,
    "momentum": partial(torch.optim.SGD, momentum=0.9),
}
HIDDEN, LEARNED, LAST = 64, 0.99, 20
Changes = Mapping[str, object]


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Attributes:
        stack: Its one recurrent layer.
        optimizer, learning_rate: A key of `OPTIMIZERS`, and its rate.
        max_grad_norm, max_grad_value: The gradient's norm, or each of its numbers, is cut to this; None cuts nothing.
        truncated: The gradient goes back this many steps and no further; None goes to the beginning.
    """

    stack: Stack
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    max_grad_norm: float | None = None
    max_grad_value: float | None = None
    truncated: int | None = None

    def changed(self, **changes: object) -> Recipe:
        """This one with other values, of its own fields or of its stack's."""
        own = {name: value for name, value in changes.items() if name in self.__dataclass_fields__}
        others = {name: value for name, value in changes.items() if name not in own}
        return replace(self, stack=replace(self.stack, **others), **own)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Problem:
    """A training that fails by itself, and what may help it.

    Attributes:
        delay, shorter_too: Of delayed recall: the delay tested, and whether all shorter ones are trained, too.
        steps: Of training.
        recipe: What fails.
        cures: Changes to it by name.
        explodes: Whether steep steps are what makes it fail: only then does a loss that rose say anything.
    """

    delay: int
    shorter_too: bool
    steps: int
    recipe: Recipe
    cures: Mapping[str, Changes]
    explodes: bool = False


_CUT: dict[str, Changes] = {
    "clipped by norm, 1": {"max_grad_norm": 1.0},
    "clipped by value, 0.01": {"max_grad_value": 0.01},
}
_TRUNCATED: dict[str, Changes] = {"truncated after 10 steps": {"truncated": 10}}
_LSTM: dict[str, object] = {"cell": "lstm", "forget_bias": 0.0}
_AGAINST_VANISHING: dict[str, Changes] = {
    "nothing: an RNN as torch starts it, Adam": {},
    "orthogonal start": {"initialization": "orthogonal"},
    "ReLU": {"nonlinearity": "relu"},
    "identity start and ReLU": {"initialization": "identity", "nonlinearity": "relu"},
    **_CUT,
    **_TRUNCATED,
    "another optimiser: SGD, rate 0.1": {"optimizer": "sgd", "learning_rate": 0.1},
    "another optimiser: RMSprop": {"optimizer": "rmsprop"},
    "GRU": {"cell": "gru"},
    "LSTM, forget bias 0": _LSTM,
    "LSTM, forget bias 1": {**_LSTM, "forget_bias": 1.0},
}
_AGAINST_EXPLODING: dict[str, Changes] = {
    "nothing: an orthogonal RNN, SGD, rate 0.3": {},
    **_CUT,
    **_TRUNCATED,
    "a tenth of the rate": {"learning_rate": 0.03},
    "another optimiser: Adam": {"optimizer": "adam", "learning_rate": 1e-3},
    "LSTM, forget bias 1": {**_LSTM, "forget_bias": 1.0},
}
_AGAINST_EXPLODING_RELU: dict[str, Changes] = {
    "nothing: ReLU, identity start, Adam, rate 0.01": {},
    "clipped by norm, 1": {"max_grad_norm": 1.0},
}


def problems(quick: bool) -> dict[str, Problem]:
    """What fails, by name; quick ones have shorter delays and trainings."""
    plain = Recipe(Stack("rnn", HIDDEN))
    faster = plain.changed(learning_rate=3e-3)
    steep = Recipe(Stack("rnn", HIDDEN, initialization="orthogonal"), "sgd", 0.3)
    relu = plain.changed(nonlinearity="relu", initialization="identity", learning_rate=0.01)
    long, longest, steps = (20, 30, 200) if quick else (40, 80, 500)
    return {
        f"vanishing: delay {long} alone": Problem(long, False, steps, plain, _AGAINST_VANISHING),
        f"vanishing: delays up to {longest}": Problem(longest, True, steps + 100, faster, _AGAINST_VANISHING),
        "exploding: delay 20 alone": Problem(20, False, 300, steep, _AGAINST_EXPLODING, explodes=True),
        "exploding: delay 20 alone, ReLU": Problem(20, False, 300, relu, _AGAINST_EXPLODING_RELU, explodes=True),
    }


def outcome(problem: Problem, recipe: Recipe, seed: int) -> Numbers:
    """Trains until it is learned, the loss is infinite or the steps are used up.

    Returns:
        `accuracy` on unseen sequences of the full delay and, where gradients explode, `broke`: 1 where the mean loss of
        the last steps is above the first or infinite, else 0.
    """
    torch.manual_seed(seed)
    reader = Reader(recipe.stack.build(RECALL_SIZE), NUM_SYMBOLS)
    optimizer = OPTIMIZERS[recipe.optimizer](reader.parameters(), lr=recipe.learning_rate)

    def measured(place: int) -> float:
        ids, symbols = delayed_recall(problem.delay, NUM_TEST, (seed, TEST + place))
        return accuracy(reader, one_hot(ids, RECALL_SIZE), symbols)

    losses: list[float] = []
    for step in range(problem.steps):
        delay = problem.delay
        if problem.shorter_too:
            delay = int(np.random.default_rng((seed, step, 1)).integers(delay + 1))
        ids, symbols = delayed_recall(delay, BATCH_SIZE, (seed, step))
        logits = answers(reader, one_hot(ids, RECALL_SIZE), recipe.truncated)
        loss = F.cross_entropy(logits, torch.from_numpy(symbols))
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            break
        optimizer.zero_grad()
        loss.backward()
        cut(reader, recipe)
        optimizer.step()
        if step % 50 == 49 and measured(1) >= LEARNED:
            break
    ended = float(np.mean(losses[-LAST:]))
    broke = {"broke": float(not ended <= losses[0])} if problem.explodes else {}
    return {"accuracy": measured(0), **broke}


def answers(reader: Reader, inputs: Tensor, truncated: int | None) -> Tensor:
    """Logits (B, N) after reading inputs (B, T, F), the gradient going back through the last steps alone where told so."""
    if truncated is None or truncated >= inputs.shape[1]:
        logits: Tensor = reader(inputs)
        return logits
    with torch.no_grad():
        _, state = reader.body(inputs[:, :-truncated])
    outputs, _ = reader.body(inputs[:, -truncated:], state=state)
    logits = reader.output(outputs[:, -1])
    return logits


def cut(network: nn.Module, recipe: Recipe) -> None:
    """Cuts the gradients of a network in place, as the recipe says."""
    if recipe.max_grad_norm is not None:
        nn.utils.clip_grad_norm_(network.parameters(), recipe.max_grad_norm)
    if recipe.max_grad_value is not None:
        nn.utils.clip_grad_value_(network.parameters(), recipe.max_grad_value)


def each_cure(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F4: every cure of every problem."""
    jobs = []
    for task, problem in problems(quick).items():
        for name, changes in problem.cures.items():
            recipe = problem.recipe.changed(**changes)
            with torch.device("meta"):
                body = replace(recipe.stack, initialization="uniform").build(RECALL_SIZE)
                size = count_parameters(Reader(body, NUM_SYMBOLS))
            measure = partial(outcome, problem, recipe)
            jobs += [Job("F4", task, name, measure, seed, size, f"chance {1 / NUM_SYMBOLS}") for seed in seeds]
    return jobs
