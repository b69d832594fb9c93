"""The open way through a layer: the cell's equations step by step, with every gate and state recorded.

Several times slower than the fast ways and equal to them; differentiable. What is read off a trace stands in core.insight.

Shape letters: B batch, T time, F features, H hidden, L layers, D directions (1 or 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.models.cells import Cell, State, Weights
from core.models.lengths import align, real_steps, reverse_rows, zero_padding


@dataclass(frozen=True)
class LayerTrace:
    """What one direction of one layer did. Every tensor is aligned with the input and zero at padded positions.

    Attributes:
        layer: Which layer, from 0.
        direction: ``forward`` or ``backward``.
        gates: Gate values by name, in the cell's order, each (B, T, H).
        preactivations: What each gate's function was applied to, under the same names, each (B, T, H).
        states: The state by the names that the cell gives its tensors, each (B, T, H).
        output_name: Which of them is the output.
        steps: The states as separate nodes of the autograd graph, in the order they were computed (a backward
            direction starts at each row's last real step; padded steps repeat the state before them): T tuples of
            (B, H), in the order of ``states``. ``torch.autograd.grad(loss, output_steps)`` is the gradient through time.
    """

    layer: int
    direction: str
    gates: Mapping[str, Tensor]
    preactivations: Mapping[str, Tensor]
    states: Mapping[str, Tensor]
    output_name: str
    steps: tuple[State, ...]

    @property
    def output(self) -> Tensor:
        """The part of the state that the layer hands on: (B, T, H)."""
        return self.states[self.output_name]

    @property
    def output_place(self) -> int:
        """Which tensor of a state is the output, from 0."""
        return tuple(self.states).index(self.output_name)

    @property
    def output_steps(self) -> list[Tensor]:
        """The outputs among ``steps``: T tensors (B, H)."""
        return [state[self.output_place] for state in self.steps]


@dataclass(frozen=True)
class Trace:
    """A run with everything recorded.

    Attributes:
        outputs: As ``Recurrent.forward`` returns them: (B, T, output_size).
        state: As ``Recurrent.forward`` returns it.
        layers: One record for each layer and direction, in the order of the state's first dimension.
    """

    outputs: Tensor
    state: State
    layers: tuple[LayerTrace, ...]


def trace_direction(
    cell: Cell, inputs: Tensor, lengths: Tensor, state: State, weights: Weights, layer: int, direction: int
) -> LayerTrace:
    """Runs one direction of one layer.

    Args:
        inputs: (B, T, F).
        lengths: Real steps of each row: (B,), on the device of the inputs.
        state: Before the first step, each (B, H).
        weights: The parameters that ``cell.shapes`` names.
        direction: 0 forward, 1 backward.
    """
    real = real_steps(lengths, inputs.shape[1])
    projected = cell.project(zero_padding(inputs, real), weights)
    if direction:
        projected = reverse_rows(projected, lengths)
    states, records = [], []
    for now, is_real in zip(projected.unbind(1), real.unbind(1), strict=True):
        step = cell.step(now, state, weights)
        state = tuple(
            torch.where(is_real[:, None], after, before) for after, before in zip(step.state, state, strict=True)
        )
        states.append(state)
        records.append(step)

    return LayerTrace(
        layer=layer,
        direction="backward" if direction else "forward",
        gates={name: align([step.gates[name] for step in records], lengths, bool(direction)) for name in cell.gates},
        preactivations={
            name: align([step.preactivations[name] for step in records], lengths, bool(direction))
            for name in cell.gates
        },
        states={
            name: align(parts, lengths, bool(direction))
            for name, parts in zip(cell.states, zip(*states, strict=True), strict=True)
        },
        output_name=cell.output,
        steps=tuple(states),
    )
