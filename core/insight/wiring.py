"""The numbers on the wires of a cell, for all steps of one sequence; gates may be held by hand.

Gates, their sums and states are those of the trace; what lies between them comes from the cell's own wiring
(core.models.cells.wiring), whose last wire is again the state of the trace. Beside the wires there is what they leave
unsaid: ``forgotten``, the part of the old state that was not kept.

Shape letters: T time, F features, H hidden, K width of an output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.insight.states import NAMES
from core.models.cells import Cell, State, Weights
from core.models.cells.normalization import normalize
from core.models.cells.wiring import Wire
from core.models.recurrent import Recurrent

Numbers = dict[str, Tensor]
READOUTS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "softmax": lambda sums: sums.softmax(-1),
    "sigmoid": lambda sums: sums.sigmoid(),
    "identity": lambda sums: sums,
}
"""What may be made of ``V h + b``."""
_PEEPHOLES = ("input", "forget", "output")
_FUNCTIONS: Mapping[str, Callable[..., Tensor]] = {
    "sum": lambda *terms: sum(terms[1:], terms[0]),
    "product": lambda left, right: left * right,
    "complement": lambda value: 1 - value,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "identity": lambda value: value,
}


@torch.no_grad()
def on_wires(
    recurrent: Recurrent, inputs: Tensor, state: State | None = None, held: Mapping[str, float] | None = None
) -> Numbers:
    """Every number on the wires of a one-layer, one-direction network.

    Args:
        recurrent: The network.
        inputs: (T, F).
        state: Before the first step, each (H,); None for what the network starts from.
        held: Gates that have this value at every step and in every unit, whatever their sums say.

    Returns:
        (T, H) by the name of the wire, also of the states before (``h before``) and of ``forgotten``.

    Raises:
        ValueError: If the network has several layers or directions, or a held gate is none of the cell's.
    """
    if recurrent.num_layers > 1 or recurrent.bidirectional:
        raise ValueError("wires: expected one layer and one direction")
    cell, held = recurrent.cell, dict(held or {})
    if not set(held) <= set(cell.gates):
        raise ValueError(f"held: expected gates of {', '.join(cell.gates)}, got {', '.join(held)}")
    weights = {name: getattr(recurrent, f"{name}_l0") for name in cell.shapes(1, 1)}
    if state is None:
        first = [part[0] for part in recurrent.learned_state()] or [inputs.new_zeros(recurrent.hidden_size)] * len(
            cell.states
        )
    else:
        first = list(state)
    if held:
        return _stepwise(cell, weights, inputs, first, held)
    record = recurrent.trace(inputs[None], state=tuple(part[None, None] for part in first)).layers[0]
    states = {name: part[0] for name, part in record.states.items()}
    given = {name: value[0] for name, value in record.gates.items()}
    given |= {f"{name} sum": value[0] for name, value in record.preactivations.items()}
    before = {name: torch.cat((start[None], states[name][:-1])) for name, start in zip(states, first, strict=True)}
    return _evaluate(cell, weights, inputs, before, given)


def of_layer(cell: Cell, values: Mapping[str, np.ndarray], first: Mapping[str, np.ndarray]) -> Numbers:
    """The numbers on the wires as far as recorded gates and states tell them, in the order in which a layer reads.

    Args:
        cell: Of the layer.
        values: What `layers_of` gives of the layer, each (T, H).
        first: States before the first step by name, each (H,); one that is not known leaves out what needs it.

    Returns:
        As `on_wires`, without the shares of input and state and what needs other weights.
    """
    recorded = {name: torch.from_numpy(np.asarray(value)) for name, value in values.items()}
    given = {name: recorded[NAMES.get(name, name)] for name in cell.gates}
    given |= {f"{name} sum": recorded[f"{NAMES.get(name, name)} pre-activation"] for name in cell.gates}
    names = {name: "hidden state" if name == cell.output else NAMES.get(name, name) for name in cell.states}
    given |= {name: recorded[shown] for name, shown in names.items()}
    before = {
        name: torch.cat((torch.from_numpy(np.asarray(start))[None].to(given[name]), given[name][:-1]))
        for name, start in first.items()
    }
    return _evaluate(cell, None, None, before, given)


def read_out(h: Tensor, weight: Tensor, bias: Tensor, function: str) -> tuple[Tensor, Tensor]:
    """Returns the sums ``V h + b`` and the outputs ``g(V h + b)``, each (T, K), from h (T, H), V (K, H) and b (K,).

    Args:
        function: A key of `READOUTS`.
    """
    sums = h @ weight.t() + bias
    return sums, READOUTS[function](sums)


def _stepwise(cell: Cell, weights: Weights, inputs: Tensor, state: list[Tensor], held: Mapping[str, float]) -> Numbers:
    """The equations step by step, with some gates held."""
    given = {name: torch.full_like(state[0], value)[None] for name, value in held.items()}
    steps = []
    for now in inputs.unbind(0):
        before = {name: part[None] for name, part in zip(cell.states, state, strict=True)}
        steps.append(_evaluate(cell, weights, now[None], before, given))
        state = [steps[-1][name][0] for name in cell.states]
    return {name: torch.cat([step[name] for step in steps]) for name in steps[0]}


def _evaluate(
    cell: Cell,
    weights: Weights | None,
    inputs: Tensor | None,
    before: Mapping[str, Tensor],
    given: Mapping[str, Tensor],
) -> Numbers:
    """All wires of the cell that can be told; one that is given has its value from there."""
    known = {f"{name} before": part for name, part in before.items()}
    shares: Numbers = {}
    if weights is not None and inputs is not None:
        parts = cell.project(inputs, weights).chunk(len(cell.gates), dim=-1)
        shares = dict(zip(cell.gates, parts, strict=True))
    for wire in cell.wiring:
        if wire.name in given:
            known[wire.name] = given[wire.name]
        elif wire.op == "input":
            known |= {wire.name: shares[wire.gate]} if shares else {}
        elif all(name in known for name in wire.of):
            of = [known[name] for name in wire.of]
            if wire.op in _FUNCTIONS:
                known[wire.name] = _FUNCTIONS[wire.op](*of)
            elif wire.op == "share":
                known[wire.name] = _share(*of)
            elif weights is not None:
                known[wire.name] = _with_weights(cell, wire, of[0], weights)
    kept = next((wire for wire in cell.wiring if wire.name == "kept"), None)
    if kept is not None and "kept" in known:
        known["forgotten"] = known[kept.of[1]] - known["kept"]
    return known


def _with_weights(cell: Cell, wire: Wire, value: Tensor, weights: Weights) -> Tensor:
    """An operation that has parameters, of a value (T, H)."""
    if wire.op == "normalised_state":
        return normalize(value) * weights["norm_c_weight"] + weights["norm_c_bias"]
    if wire.op == "peephole":
        return weights["weight_peephole"].chunk(3)[_PEEPHOLES.index(wire.gate)] * value
    rows = dict(zip(cell.gates, weights["weight_hh"].chunk(len(cell.gates)), strict=True))
    shifts = dict(zip(cell.gates, weights["bias_hh"].chunk(len(cell.gates)), strict=True))
    if wire.op == "recurrent":
        return value @ rows[wire.gate].t() + shifts[wire.gate]
    product = normalize(torch.cat([value @ rows[name].t() for name in wire.together], dim=-1))
    block = product.chunk(len(wire.together), dim=-1)[wire.together.index(wire.gate)]
    gains = weights["norm_hh_weight"].chunk(len(cell.gates))
    return block * gains[cell.gates.index(wire.gate)] + shifts[wire.gate]


def _share(own: Tensor, other: Tensor) -> Tensor:
    """What a gate has of two gates' sum, ``sigmoid(own) / (sigmoid(own) + sigmoid(other))``, told by their sums."""
    zero: Any = own.new_zeros(())
    return (zero.logaddexp(-other) - zero.logaddexp(-own)).sigmoid()
