"""A stack of recurrent layers over a sequence: the one engine under every network of the project.

One set of weights under torch's names, two ways to run it. ``forward`` is fast: it calls torch's fused kernels with the
module's own parameters. ``trace`` is open: it runs the equations of ``cells.py`` step by step and records every gate and
state. Both give the same numbers. Nothing is stored on the module while it runs, so threads may share one.
Left out: embeddings, output layers, and dropout before the first or after the last layer; those belong to the networks.

Shape letters: B batch, T time, F features, H hidden, L layers, D directions (1 or 2).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models import fused
from core.models.cells import State, build_cell
from core.models.lengths import real_steps, reverse_rows, zero_padding

MERGE_MODES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {
        "concat": lambda forward, backward: torch.cat((forward, backward), dim=-1),
        "sum": lambda forward, backward: forward + backward,
        "average": lambda forward, backward: (forward + backward) / 2,
        "max": torch.maximum,
    }
)


@dataclass(frozen=True)
class LayerTrace:
    """What one direction of one layer did. Every tensor is aligned with the input and zero at padded positions.

    Attributes:
        layer: Which layer, from 0.
        direction: ``forward`` or ``backward``.
        gates: Gate values by name, in the cell's order, each (B, T, H).
        h: Hidden states: (B, T, H).
        c: Cell states of an LSTM: (B, T, H); None for other cells.
        steps: The states as separate nodes of the autograd graph, in the order they were computed (a backward
            direction starts at each row's last real step; padded steps repeat the state before them): T tuples of
            (B, H). ``torch.autograd.grad(loss, [state[0] for state in steps])`` is the gradient through time.
    """

    layer: int
    direction: str
    gates: Mapping[str, Tensor]
    h: Tensor
    c: Tensor | None
    steps: tuple[State, ...]


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


class Recurrent(nn.Module):
    """A stack of recurrent layers.

    Args:
        cell: ``rnn``, ``lstm`` or ``gru``.
        input_size: Features of each input step, F.
        hidden_size: Units of each layer and direction, H.
        num_layers: Layers, L.
        bidirectional: Also reads the sequence backwards.
        merge_mode: How the two directions' outputs become one after every layer: ``concat`` (H from each, 2H
            together), ``sum``, ``average`` or ``max``. Without a second direction there is nothing to merge.
        dropout: Probability of zeroing an output on its way to the next layer, in [0, 1).
        nonlinearity: ``tanh``, or ``relu`` for cell ``rnn``.

    Raises:
        ValueError: If an argument is out of range, or dropout is asked for with a single layer.
    """

    weight_hh_l0: nn.Parameter

    def __init__(
        self,
        cell: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        merge_mode: str = "concat",
        dropout: float = 0.0,
        nonlinearity: str = "tanh",
    ) -> None:
        super().__init__()
        for name, size in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers)):
            if size < 1:
                raise ValueError(f"{name}: expected at least 1, got {size}")
        if merge_mode not in MERGE_MODES:
            raise ValueError(f"merge_mode: expected one of {', '.join(MERGE_MODES)}, got {merge_mode!r}")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout: expected a probability in [0, 1), got {dropout}")
        if dropout and num_layers == 1:
            raise ValueError(f"dropout acts between layers: expected 0 with one layer, got {dropout}")
        self.cell = build_cell(cell, nonlinearity)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.num_directions = 2 if bidirectional else 1
        self.merge_mode = merge_mode
        self.dropout = dropout
        rows = self.cell.num_gates * hidden_size
        for layer in range(num_layers):
            columns = input_size if layer == 0 else self.output_size
            for direction in range(self.num_directions):
                shapes = ((rows, columns), (rows, hidden_size), (rows,), (rows,))
                for name, shape in zip(_names(layer, direction), shapes, strict=True):
                    self.register_parameter(name, nn.Parameter(torch.empty(shape)))
        self.reset_parameters()
        self._flatten()

    @property
    def output_size(self) -> int:
        """Features of each output step: 2H with two concatenated directions, H otherwise."""
        return self.hidden_size * (self.num_directions if self.merge_mode == "concat" else 1)

    def extra_repr(self) -> str:
        parts = [self.cell.name, str(self.input_size), str(self.hidden_size), f"num_layers={self.num_layers}"]
        if self.bidirectional:
            parts.append(f"bidirectional, merge_mode={self.merge_mode}")
        return ", ".join(parts + [f"dropout={self.dropout}"] * bool(self.dropout))

    def reset_parameters(self) -> None:
        """Draws every parameter uniformly from [-1/sqrt(H), 1/sqrt(H)], as torch does."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(
        self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Runs the stack over a batch of sequences with fused kernels.

        Args:
            inputs: (B, T, F).
            lengths: Real steps of each row, int64 (B,), from 1 to T; None when every row is T long. Best given on the
                CPU: lengths on a GPU are copied back, which waits for the GPU.
            state: State before the first step, ``(h_0,)`` or ``(h_0, c_0)``, each (L*D, B, H); None for zeros.

        Returns:
            The last layer's outputs (B, T, output_size), zero at padded positions, and the state after each row's last
            real step (for the backward direction: after its last step, which is the row's first), shaped as ``state``
            and in the parameters' type, also under autocast.

        Raises:
            ValueError: If a shape does not fit or a length is not between 1 and T.
        """
        lengths, state = self._check(inputs, lengths, state)
        outputs, finals = inputs, []
        for group in self._groups():
            if group.start:
                outputs = F.dropout(outputs, self.dropout, self.training)
            rows = slice(group.start * self.num_directions, group.stop * self.num_directions)
            start = tuple(part[rows] for part in state)
            outputs, final = self._run(outputs, lengths, start, self._weights(group))
            if self.bidirectional and self.merge_mode != "concat":
                outputs = self._merge(outputs.chunk(2, dim=-1))
            finals.append(final)
        return outputs, tuple(torch.cat(parts).to(self.weight_hh_l0.dtype) for parts in zip(*finals, strict=True))

    def last_hidden(self, state: State) -> Tensor:
        """Returns the top layer's final hidden state, directions merged: (B, output_size).

        Args:
            state: As ``forward`` returns it.
        """
        return self._merge(list(state[0][-self.num_directions :]))

    def trace(self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None) -> Trace:
        """Runs the same weights step by step through the cell's equations and records every gate and state.

        Takes what ``forward`` takes and gives the same outputs and state, several times slower. Differentiable.

        Raises:
            ValueError: As ``forward`` does.
        """
        lengths, state = self._check(inputs, lengths, state)
        lengths = torch.full(inputs.shape[:1], inputs.shape[1]) if lengths is None else lengths
        lengths = lengths.to(inputs.device)
        outputs, layers, finals = inputs, [], []
        for layer in range(self.num_layers):
            if layer:
                outputs = F.dropout(outputs, self.dropout, self.training)
            for direction in range(self.num_directions):
                start = tuple(part[layer * self.num_directions + direction] for part in state)
                record = self._trace_direction(outputs, lengths, start, layer, direction)
                layers.append(record)
                finals.append(record.steps[-1])
            outputs = self._merge([record.h for record in layers[-self.num_directions :]])
        final = tuple(torch.stack(parts).to(self.weight_hh_l0.dtype) for parts in zip(*finals, strict=True))
        return Trace(outputs, final, tuple(layers))

    def _trace_direction(self, inputs: Tensor, lengths: Tensor, state: State, layer: int, direction: int) -> LayerTrace:
        """Runs one direction of one layer over inputs (B, T, F) from a state of tensors (B, H)."""
        weight_ih, weight_hh, bias_ih, bias_hh = (getattr(self, name) for name in _names(layer, direction))
        real = real_steps(lengths, inputs.shape[1])
        projected = F.linear(zero_padding(inputs, real), weight_ih, bias_ih)
        if direction:
            projected = reverse_rows(projected, lengths)
        steps, gates = [], []
        for now, is_real in zip(projected.unbind(1), real.unbind(1), strict=True):
            new, values = self.cell.step(now, state, weight_hh, bias_hh)
            state = tuple(
                torch.where(is_real[:, None], after, before) for after, before in zip(new, state, strict=True)
            )
            steps.append(state)
            gates.append(values)

        def aligned(values: list[Tensor]) -> Tensor:
            sequence = zero_padding(torch.stack(values, dim=1), real)
            return reverse_rows(sequence, lengths) if direction else sequence

        return LayerTrace(
            layer=layer,
            direction="backward" if direction else "forward",
            gates={name: aligned([values[name] for values in gates]) for name in self.cell.gates},
            h=aligned([step[0] for step in steps]),
            c=aligned([step[1] for step in steps]) if self.cell.num_states == 2 else None,
            steps=tuple(steps),
        )

    def _check(self, inputs: Tensor, lengths: Tensor | None, state: State | None) -> tuple[Tensor | None, State]:
        """Returns the lengths on the CPU, None if every row is full, and the state as the kernels want it."""
        if inputs.dim() != 3 or inputs.shape[2] != self.input_size or 0 in inputs.shape:
            raise ValueError(
                f"inputs: expected (B, T, {self.input_size}) without empty sizes, got {tuple(inputs.shape)}"
            )
        batch_size, num_steps, _ = inputs.shape
        if lengths is not None:
            if lengths.shape != (batch_size,):
                raise ValueError(f"lengths: expected ({batch_size},), got {tuple(lengths.shape)}")
            lengths = lengths.cpu()
            if lengths.min() < 1 or lengths.max() > num_steps:
                raise ValueError(f"lengths: expected 1 to {num_steps}, got {lengths.tolist()}")
            if lengths.min() == num_steps:
                lengths = None
        shape = (self.num_layers * self.num_directions, batch_size, self.hidden_size)
        weight = self.weight_hh_l0
        if state is None:
            zeros = torch.zeros(shape, dtype=weight.dtype, device=inputs.device)
            return lengths, (zeros,) * self.cell.num_states
        if len(state) != self.cell.num_states or any(part.shape != shape for part in state):
            shapes = [tuple(part.shape) for part in state]
            raise ValueError(f"state: expected {self.cell.num_states} tensors of {shape}, got {shapes}")
        return lengths, tuple(part.to(weight.dtype).contiguous() for part in state)

    def _groups(self) -> list[range]:
        """Layers that one kernel call can run: the whole stack, or one by one where something happens in between."""
        if self.dropout or (self.bidirectional and self.merge_mode != "concat"):
            return [range(layer, layer + 1) for layer in range(self.num_layers)]
        return [range(self.num_layers)]

    def _weights(self, layers: range) -> list[Tensor]:
        """Returns the parameters of some layers as a flat list, in the order the kernels want."""
        directions = range(self.num_directions)
        return [
            getattr(self, name) for layer in layers for direction in directions for name in _names(layer, direction)
        ]

    def _merge(self, sides: Sequence[Tensor]) -> Tensor:
        return MERGE_MODES[self.merge_mode](*sides) if self.bidirectional else sides[0]

    def _run(self, inputs: Tensor, lengths: Tensor | None, state: State, weights: list[Tensor]) -> tuple[Tensor, State]:
        """Runs some layers by the cheapest kernel that is exact; two directions come back concatenated."""
        kernel = self.cell.kernel
        if lengths is None:
            return fused.run(kernel, inputs, state, weights, self.num_directions)
        packed = inputs.is_cuda or kernel == "rnn_relu"
        run = fused.run_packed if packed else fused.run_padded
        return run(kernel, inputs, lengths, state, weights, self.num_directions)

    def _flatten(self) -> None:
        for group in self._groups():
            fused.flatten(self.cell.kernel, self._weights(group), self.num_directions)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        # Every move to another device or type comes through here and leaves the parameters scattered in memory.
        super()._apply(fn, recurse)
        self._flatten()
        return self


def _names(layer: int, direction: int) -> tuple[str, ...]:
    """Returns torch's names of the parameters of one direction of one layer, in the kernels' order."""
    suffix = f"_l{layer}" + ("_reverse" if direction else "")
    return tuple(kind + suffix for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
