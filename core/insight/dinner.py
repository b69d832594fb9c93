"""The dinner schedule: recurrent networks whose weights one can read, and whether such a network is right.

A cook knows three dishes. On a sunny day there is the next one of the cycle, on a rainy day yesterday's again. The readable
network keeps six numbers, "the same" and "the next" for each dish::

    h_t = relu(W x_t + U h_{t-1} - threshold),   U = F M,   dinner_t = M h_t

F, the food matrix, gives of yesterday's dinner [the same; the next]; the weather's columns of W say which half counts; what
does not reach the threshold is cut away; M merges the two halves into one dish. Inputs are one-hot: three dishes (the first
dinner is told at the first step) and two kinds of weather. Left out: training such a network (core.tasks).

Shape letters: N sequences, T days with the first, D days of weather (T = 1 + D), H hidden.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.models.recurrent import Recurrent

DISHES = ("soup", "pasta", "curry")
WEATHER = ("sunny", "rainy")
NUM_DISHES = len(DISHES)
SUNNY, RAINY = NUM_DISHES, NUM_DISHES + 1
"""Places of the weather in the inputs."""
MOST_DAYS = 8
"""Days of weather up to which every sequence is tried."""
ROLES = tuple(f"{half} {dish}" for half in ("same", "next") for dish in DISHES)
"""What the six units of the readable network stand for."""


@dataclass(frozen=True)
class Matrices:
    """The readable network.

    Attributes:
        food: (6, 3), of yesterday's dish to [the same; the next].
        weather: (6, 2), which half counts when it is sunny, and when it is rainy.
        first: (6, 3), how the first dinner comes in.
        threshold: (6,), what is taken off every sum before relu.
        merge: (3, 6), the two halves into one dish; it also gives the answer.
    """

    food: np.ndarray
    weather: np.ndarray
    first: np.ndarray
    threshold: np.ndarray
    merge: np.ndarray


def by_hand() -> Matrices:
    """The matrices as one writes them down."""
    same = np.eye(NUM_DISHES)
    following = np.roll(same, 1, axis=0)  # column of a dish: the next one
    none, all_of = np.zeros(NUM_DISHES), np.ones(NUM_DISHES)
    return Matrices(
        food=np.vstack((same, following)),
        weather=np.stack((np.concatenate((none, all_of)), np.concatenate((all_of, none))), axis=1),
        first=np.vstack((2 * same, 0 * same)),  # 2, so that 1 is left above the threshold
        threshold=np.ones(2 * NUM_DISHES),
        merge=np.hstack((same, same)),
    )


@dataclass(frozen=True)
class Network:
    """A recurrent network that answers with a dish: the largest number of its output.

    Attributes:
        recurrent: One layer, from the five inputs.
        weight: (3, H) of the output.
        bias: (3,) of the output.
    """

    recurrent: Recurrent
    weight: Tensor
    bias: Tensor


def network_of(matrices: Matrices) -> Network:
    """The readable network, as one of the engine: six units, relu, `U = F M`."""
    weights = np.hstack((matrices.first, matrices.weather))
    return _network(weights, matrices.food @ matrices.merge, -matrices.threshold, matrices.merge)


def cycle_network(food: np.ndarray) -> Network:
    """The one without weather: three units, `h_t = U h_{t-1}`, the first dinner as it is told.

    Args:
        food: U, (3, 3): of yesterday's dish to today's.
    """
    columns = np.hstack((np.eye(NUM_DISHES), np.zeros((NUM_DISHES, len(WEATHER)))))
    return _network(columns, food, np.zeros(NUM_DISHES), np.eye(NUM_DISHES))


def weather_network(choice: np.ndarray) -> Network:
    """The one without memory: today's dish is a column of `choice`, (3, 2), that today's weather picks."""
    columns = np.hstack((np.eye(NUM_DISHES), choice))
    return _network(columns, np.zeros((NUM_DISHES, NUM_DISHES)), np.zeros(NUM_DISHES), np.eye(NUM_DISHES))


def _network(weights: np.ndarray, recurrent: np.ndarray, bias: np.ndarray, output: np.ndarray) -> Network:
    made = Recurrent("rnn", NUM_DISHES + len(WEATHER), len(weights), nonlinearity="relu").requires_grad_(False)
    given = {"weight_ih_l0": weights, "weight_hh_l0": recurrent, "bias_ih_l0": bias, "bias_hh_l0": np.zeros(len(bias))}
    made.load_state_dict({name: torch.from_numpy(values) for name, values in given.items()})
    return Network(made, torch.from_numpy(output).float(), torch.zeros(NUM_DISHES))


def inputs_of(first: Tensor, is_sunny: Tensor) -> Tensor:
    """One-hot inputs (N, 1 + D, 5) of first dinners (N,) and weather (N, D), both whole numbers."""
    ids = torch.cat((first[:, None], torch.where(is_sunny > 0, SUNNY, RAINY)), dim=1)
    return F.one_hot(ids, NUM_DISHES + len(WEATHER)).float()


def right_dinners(first: Tensor, is_sunny: Tensor) -> Tensor:
    """What there should be on each day: (N, 1 + D) dishes."""
    return torch.cat((first[:, None], first[:, None] + is_sunny.cumsum(1)), dim=1) % NUM_DISHES


@torch.no_grad()
def play(network: Network, first: int, is_sunny: Sequence[bool]) -> Mapping[str, np.ndarray]:
    """A network day by day.

    Args:
        first: The first dinner.
        is_sunny: D days.

    Returns:
        `x` (T, 5), `sum` (T, H) before relu, `h` (T, H), `before` (T, H) the state it came from, `dinner` (T, 3) the
        output, and for the eye `remembered` (T, 3), the output that yesterday's state would give without its bias,
        `answer` (T,) the dish, -1 where no number is the largest, and `right` (T,) what it should be.
    """
    start, weather = torch.tensor([first]), torch.tensor([list(map(int, is_sunny))]).reshape(1, -1)
    inputs = inputs_of(start, weather)
    layer = network.recurrent.trace(inputs).layers[0]
    h = layer.output[0]
    before = torch.cat((torch.zeros_like(h[:1]), h[:-1]))
    dinner = h @ network.weight.T + network.bias
    found = {
        "x": inputs[0], "sum": layer.preactivations["hidden"][0], "h": h, "before": before, "dinner": dinner,
        "remembered": before @ network.weight.T, "answer": _answers(dinner), "right": right_dinners(start, weather)[0],
    }  # fmt: skip
    return {name: values.numpy() for name, values in found.items()}


def _answers(outputs: Tensor) -> Tensor:
    """The dish of the largest output; -1 where two are the largest, or one is no number."""
    best, places = outputs.max(dim=-1)
    is_clear = (outputs == best[..., None]).sum(-1) == 1
    return torch.where(is_clear & outputs.isfinite().all(-1), places, -1)


@dataclass(frozen=True)
class Wrong:
    """A sequence on which a network goes wrong for the first time on its last day.

    Attributes:
        first: The first dinner.
        is_sunny: The days of weather; none where the first dinner itself is wrong.
        says: The dish it answers, -1 for none.
        right: The dish that it should be.
    """

    first: int
    is_sunny: tuple[bool, ...]
    says: int
    right: int


@dataclass(frozen=True)
class Check:
    """How a network does on every sequence of weather from 1 to `MOST_DAYS` days, with every first dinner.

    Attributes:
        num_right: Sequences by days of weather that are right on every day.
        num_all: All of them, by days.
        wrong: Those where something goes wrong for the first time, shortest first.
        share_of_days: Of all days with weather of the longest sequences, the share that is right.
    """

    num_right: Mapping[int, int]
    num_all: Mapping[int, int]
    wrong: tuple[Wrong, ...]
    share_of_days: float

    @property
    def all_right(self) -> bool:
        return self.num_right == self.num_all


def every_sequence(is_cycle: bool = False) -> tuple[Tensor, Tensor]:
    """First dinners (N,) and weather (N, `MOST_DAYS`): all, or only sun, which is the cycle without weather."""
    days = [(1,) * MOST_DAYS] if is_cycle else [*itertools.product((1, 0), repeat=MOST_DAYS)]
    first = torch.arange(NUM_DISHES).repeat_interleave(len(days))
    return first, torch.tensor(days).repeat(NUM_DISHES, 1)


@torch.no_grad()
def check(network: Network, is_cycle: bool = False) -> Check:
    """Run a network on every sequence, in one batch: what comes later changes nothing before, so the longest tell all.

    Args:
        is_cycle: Whether each day is the next dish, whatever the weather.
    """
    first, is_sunny = every_sequence(is_cycle)
    answers = _answers(network.recurrent(inputs_of(first, is_sunny))[0] @ network.weight.T + network.bias)
    right = right_dinners(first, is_sunny)
    hits = answers == right  # (N, 1 + MOST_DAYS)
    whole = hits.long().cumprod(1)
    num_right, num_all, wrong = {}, {}, []
    for days in range(MOST_DAYS + 1):
        each = len(first) // (NUM_DISHES * (1 if is_cycle else 2**days))  # that begin the same way stand together
        if days:
            num_right[days], num_all[days] = int(whole[::each, days].sum()), len(first) // each
        for place in range(0, len(first), each):
            if not hits[place, days] and (not days or whole[place, days - 1]):
                weather = tuple(bool(day) for day in is_sunny[place, :days].tolist())
                wrong.append(Wrong(int(first[place]), weather, int(answers[place, days]), int(right[place, days])))
    return Check(num_right, num_all, tuple(wrong), float(hits[:, 1:].float().mean()))
