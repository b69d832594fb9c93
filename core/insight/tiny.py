"""Tiny recurrent networks whose weights one can read, or drawn by chance, and their matrices gate by gate.

The readable ones get two numbers a step: a value, and 1 where it is to be written. The first unit of a gated one keeps the
last value that was written (the simple cell has no gate to write by and reads the value alone); the second forgets half at
each step; the third counts or mixes, as its cell can.

Shape letters: F features (d), H hidden (p), K outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from core.insight.edits import Edits
from core.models.cells import Cell
from core.models.recurrent import Recurrent

FEATURES = 2
UNITS = 3
MOST = 10.0
"""What a typed weight, input or start may be at most, either side of 0."""
Rows = tuple[tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...], tuple[float, ...]]

_NONE = ((0.0,) * 3,) * 3
_WRITES: Rows = (((0, 8), (0, 0), (0, 8)), _NONE, (-4, 2, -4))
_LISTENS = ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 0.0))
_MIXES = ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (2.0, -2.0, 0.0))
# For the gates that a cell has: of each W (3, 2), U (3, 3) and b (3,). A cell with other gates is drawn by chance.
_READABLE: Mapping[tuple[str, ...], Mapping[str, Rows]] = {
    ("hidden",): {"hidden": (((1, 0), (1, 0), (1, 0)), ((2, 0, 0), (0, 0.5, 0), (1, 0, -1)), (0, 0, 0))},
    ("input", "forget", "candidate", "output"): {
        "input": _WRITES,
        "forget": (((0, -8), (0, 0), (0, 0)), _NONE, (4, 0, 4)),
        "candidate": (((2, 0), (1, 0), (0, 2)), _LISTENS, (0, 0, 0)),
        "output": (((0, 0), (0, 0), (0, 0)), ((0, 0, 0), (0, 0, 0), (4, 0, 0)), (4, 2, 0)),
    },
    ("reset", "update", "new"): {
        "reset": (((0, 0), (0, 0), (0, 8)), _NONE, (4, 0, -4)),
        "update": (((0, -8), (0, 0), (0, 0)), _NONE, (4, 0, 0)),
        "new": (((2, 0), (1, 0), (0, 0)), _MIXES, (0, 0, 0)),
    },
    ("forget", "new"): {
        "forget": (((0, 8), (0, 0), (0, 8)), _NONE, (-4, 0, -4)),
        "new": (((2, 0), (1, 0), (0, 2)), _MIXES, (0, 0, 0)),
    },
    ("update", "new"): {
        "update": (((0, 8), (0, 0), (0, 8)), _NONE, (-4, 0, -4)),
        "new": (((1, 0), (1, 0), (0, 1)), _NONE, (0, 0, 0)),
    },
    ("forget", "input", "candidate"): {
        "forget": (((0, -8), (0, 0), (0, -8)), _NONE, (4, 0, 4)),
        "input": _WRITES,
        "candidate": (((1, 0), (1, 0), (0, 1)), _NONE, (0, 0, 0)),
    },
}
_FIRST = ((1, 1), (0.5, 0), (-1, 0), (0, 0), (-1, 1), (1, 0), (0, 0), (0.5, 0))
_LATER = ((-0.5, 0), (0.5, 0), (0, 0), (1, 0))


def sequence(length: int) -> np.ndarray:
    """The usual input (length, 2): twice something is written, then there is noise that should not disturb it."""
    rows = [_FIRST[at] if at < len(_FIRST) else _LATER[at % len(_LATER)] for at in range(length)]
    return np.array(rows, dtype=np.float64)


def readable(cell: str, nonlinearity: str = "tanh") -> Recurrent:
    """A network of two features and three units with weights that one can read."""
    network = Recurrent(cell, FEATURES, UNITS, nonlinearity=nonlinearity)
    rows = _READABLE.get(network.cell.gates)
    if rows is None:
        return drawn(cell, UNITS, 0, nonlinearity)
    with torch.no_grad():
        for name in network.cell.shapes(1, 1):
            weight = getattr(network, f"{name}_l0")
            weight.fill_(1.0 if name.startswith("norm_") and name.endswith("weight") else 0.0)
            if name == "weight_peephole":
                weight.fill_(0.5)
        for gate, (of_input, of_state, bias) in rows.items():
            set_block(network, "W", gate, of_input)
            set_block(network, "U", gate, of_state)
            set_block(network, "b", gate, [[one] for one in bias])
    return network


def drawn(cell: str, units: int, seed: int, nonlinearity: str = "tanh") -> Recurrent:
    """A network of two features with weights drawn from a normal distribution, rounded to tenths.

    Args:
        units: H.
        seed: The same one draws the same weights.
    """
    network = Recurrent(cell, FEATURES, units, nonlinearity=nonlinearity)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name in network.cell.shapes(1, 1):
            weight = getattr(network, f"{name}_l0")
            noise = torch.randn(weight.shape, generator=generator)
            is_gain = name.startswith("norm_") and name.endswith("weight")
            weight.copy_((noise * (0.2 if is_gain else 1.0) + is_gain).round(decimals=1))
    return network


def output_weights(units: int) -> tuple[np.ndarray, np.ndarray]:
    """V (2, H) and b_y (2, 1): two outputs, the first for a first unit above 0, the second for one below."""
    weight = np.zeros((2, units))
    weight[:, 0] = 2, -2
    weight[1, -1] += 1
    return weight, np.zeros((2, 1))


_PARTS = {"W": "weight_ih", "U": "weight_hh", "b": "bias_ih", "d": "bias_hh"}


def blocks(network: Recurrent) -> dict[str, np.ndarray]:
    """The matrices of a network of one layer, gate by gate.

    Returns:
        ``W_gate`` (H, F), ``U_gate`` (H, H), ``b_gate`` and ``d_gate`` (H, 1), as the cell has them; what else it has, by
        its own name, (H, k).
    """
    cell, found = network.cell, {}
    for gate in cell.gates:
        for part, name in _PARTS.items():
            if name in cell.shapes(1, 1):
                found[f"{part}_{gate}"] = _block(network, part, gate).numpy().astype(np.float64)
    for name in _others(cell):
        weight = getattr(network, f"{name}_l0").detach()
        found[name] = weight.view(-1, network.hidden_size).t().numpy().astype(np.float64)
    return found


def apply_edits(network: Recurrent, edits: Edits) -> None:
    """Put typed numbers into a network's matrices, which are called as `blocks` calls them; what does not fit is told."""
    for name, block in blocks(network).items():
        changed = edits.applied(name, block, -MOST, MOST)
        part, _, gate = name.partition("_")
        if part in _PARTS and gate in network.cell.gates:
            set_block(network, part, gate, changed)
        else:
            weight = getattr(network, f"{name}_l0")
            with torch.no_grad():
                weight.copy_(torch.from_numpy(changed).t().reshape(weight.shape))


def set_block(network: Recurrent, part: str, gate: str, values: Any) -> None:
    """Set a gate's block of W, U, b or d; a cell that has no such matrix stays as it is."""
    if _PARTS[part] in network.cell.shapes(1, 1):
        with torch.no_grad():
            _block(network, part, gate).copy_(torch.as_tensor(np.asarray(values, dtype=np.float32)))


def count(network: Recurrent) -> int:
    """Parameters of the recurrent layer."""
    return sum(weight.numel() for weight in network.parameters())


def _block(network: Recurrent, part: str, gate: str) -> torch.Tensor:
    """A view of a gate's rows, (H, k)."""
    weight = getattr(network, f"{_PARTS[part]}_l0").detach()
    at = network.cell.gates.index(gate) * network.hidden_size
    rows: torch.Tensor = weight[at : at + network.hidden_size]
    return rows if rows.dim() == 2 else rows[:, None]


def _others(cell: Cell) -> list[str]:
    return [name for name in cell.shapes(1, 1) if name not in _PARTS.values()]
