"""What the units of a trained dinner network have come to mean, from what they do on every weather up to eight days.

There are six cases: which dish there was yesterday, and whether it is sunny or rains; they bear the names of the readable
network's units, each of which is on in exactly one of them. A unit of relu may be made any number of times larger, if what
leads out of it is made as much smaller: the network stays the same. So units are brought to 1 at their largest, and ordered
by the case in which they are strongest, to be compared with those made by hand.

Shape letters: H hidden.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.insight.dinner import DISHES, NUM_DISHES, ROLES, Network, every_sequence, inputs_of, right_dinners
from core.models.recurrent import Recurrent

ON = 0.5
"""Share of a unit's strongest case from which it counts as on in another."""


@dataclass(frozen=True)
class Units:
    """The units of a network, brought to a largest value of 1 and ordered by what they mean.

    Attributes:
        network: The same network, written in these units.
        places: Of each unit in the network as it was trained, from 0.
        by_case: (H, 6), the mean of each unit in each case, in the order of `ROLES`.
        meanings: When each unit is on, in words.
    """

    network: Network
    places: tuple[int, ...]
    by_case: np.ndarray
    meanings: tuple[str, ...]


@torch.no_grad()
def units_of(network: Network) -> Units:
    """Look at every unit of a network of relu units.

    Raises:
        ValueError: If it is another kind of network.
    """
    recurrent = network.recurrent
    if not is_readable(recurrent):
        raise ValueError("expected one layer of rnn with relu, read forwards")
    h = recurrent(inputs_of(*every_sequence()))[0]
    largest = h.amax((0, 1))
    scale = torch.where(largest > 0, largest, 1)
    by_case = _by_case(h) / scale[:, None]
    strength, strongest = by_case.max(1)
    order = sorted(
        range(len(scale)), key=lambda unit: (strength[unit] <= 0, int(strongest[unit]), -float(strength[unit]))
    )
    cases = by_case[order].numpy()
    return Units(_rewritten(network, scale, order), tuple(order), cases, tuple(meaning(row) for row in cases))


def is_readable(recurrent: Recurrent) -> bool:
    """Whether units can be brought to 1 without changing what a network does: one layer of relu, read forwards."""
    one = recurrent.num_layers == recurrent.num_directions == 1
    return one and recurrent.cell.name == "rnn" and getattr(recurrent.cell, "nonlinearity", "") == "relu"


def _by_case(h: Tensor) -> Tensor:
    """Mean values (H, 6) in each case, over all days with weather of every sequence."""
    first, is_sunny = every_sequence()
    yesterday = right_dinners(first, is_sunny)[:, :-1]
    case = torch.where(is_sunny > 0, NUM_DISHES + (yesterday + 1) % NUM_DISHES, yesterday)
    return torch.stack([h[:, 1:][case == place].mean(0) for place in range(len(ROLES))], dim=1)


def _rewritten(network: Network, scale: Tensor, order: list[int]) -> Network:
    old = dict(network.recurrent.named_parameters())
    made = Recurrent("rnn", network.recurrent.input_size, len(order), nonlinearity="relu").requires_grad_(False)
    bias = (old["bias_ih_l0"] + old["bias_hh_l0"]) / scale
    given = {
        "weight_ih_l0": (old["weight_ih_l0"] / scale[:, None])[order],
        "weight_hh_l0": (old["weight_hh_l0"] / scale[:, None] * scale)[order][:, order],
        "bias_ih_l0": bias[order],
        "bias_hh_l0": torch.zeros(len(order)),
    }
    made.load_state_dict(given)
    return Network(made, (network.weight * scale)[:, order], network.bias)


def meaning(by_case: np.ndarray) -> str:
    """When a unit is on, in words.

    Args:
        by_case: (6,) its mean in each case, in the order of `ROLES`.
    """
    most = by_case.max()
    if most <= 0:
        return "never on"
    on = frozenset(np.flatnonzero(by_case > ON * most).tolist())
    return _NAMES.get(on) or "on for " + ", ".join(ROLES[case] for case in sorted(on))


def _names() -> dict[frozenset[int], str]:
    """Sets of cases that have a name of their own."""
    cases = frozenset(range(len(ROLES)))
    rain = frozenset(range(NUM_DISHES))
    found = {cases: "on in every case", rain: "on when it rains", cases - rain: "on when it is sunny"}
    for dish, name in enumerate(DISHES):
        tonight = frozenset({dish, NUM_DISHES + dish})
        yesterday = frozenset({dish, NUM_DISHES + (dish + 1) % NUM_DISHES})
        found |= {tonight: f"on when {name} is cooked", cases - tonight: f"on unless {name} is cooked"}
        found |= {yesterday: f"on after {name}", cases - yesterday: f"on unless after {name}"}
        for half, place in (("same", dish), ("next", NUM_DISHES + dish)):
            found[cases - {place}] = f"on but for {half} {name}"
    return found


_NAMES = _names()
