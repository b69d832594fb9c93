"""A stack of recurrent layers over a sequence: the one engine under every network of the project.

One set of weights under torch's names, two ways to run it. ``forward`` is fast: torch's fused kernels where they are there and
fastest (fused.py), the project's own passes elsewhere (scanned.py). ``trace`` is open: it runs the equations of the cell step
by step and records every gate and state (tracing.py). All give the same numbers. Nothing is stored on the module while it
runs, so threads may share one.

Shape letters: B batch, T time, F features, H hidden, L layers, D directions (1 or 2).
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models import fused, scanned
from core.models.cells import State, build_cell
from core.models.dropout import drop
from core.models.initialization import initialize
from core.models.lengths import check_inputs, full_lengths
from core.models.tracing import LayerTrace, Trace, trace_direction

__all__ = ["INITIAL_STATES", "MERGE_MODES", "LayerTrace", "Recurrent", "Trace"]

MERGE_MODES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {
        "concat": lambda forward, backward: torch.cat((forward, backward), dim=-1),
        "sum": lambda forward, backward: forward + backward,
        "average": lambda forward, backward: (forward + backward) / 2,
        "max": torch.maximum,
    }
)
INITIAL_STATES = ("zero", "learned")


class Recurrent(nn.Module):
    """A stack of recurrent layers.

    Args:
        cell: A key of :data:`core.models.cells.CELLS`.
        input_size: Features of each input step, F.
        hidden_size: Units of each layer and direction, H.
        num_layers: Layers, L.
        bidirectional: Also reads the sequence backwards.
        merge_mode: How the two directions' outputs become one after every layer: ``concat`` (H from each, 2H
            together), ``sum``, ``average`` or ``max``. Without a second direction there is nothing to merge.
        dropout: Probability of zeroing an output on its way to the next layer, in [0, 1).
        nonlinearity: ``tanh``; for cell ``rnn`` also ``relu``, ``sigmoid`` or ``identity``.
        weight_dropout: Probability of zeroing a recurrent weight while training, in [0, 1): one draw for a whole
            sequence, the same at all its steps (weight-drop).
        initialization: How the weights start, see :func:`core.models.initialization.initialize`.
        forget_bias: Where the bias of the gate that decides what is kept starts; None leaves it to the initialisation.
        initial_state: ``zero``, or ``learned``: a parameter (L*D, H) for each tensor of the cell's state, ``h_0`` (and
            ``c_0``), that start every row for which no state is given; zero at first.
        residual: Every layer above the first adds its input to its merged output. The state stays the cell's own.
        locked_dropout: ``dropout`` has one mask for all steps of a row.

    Raises:
        ValueError: If an argument is out of range, or dropout between layers or a residual connection is asked for with
            a single layer, dropout of recurrent weights or a forget bias for a cell that has nothing of the kind.

    Reference:
        Schuster and Paliwal, 1997, "Bidirectional recurrent neural networks"; weight-drop is from Merity et al., 2018,
        "Regularizing and optimizing LSTM language models", section 2.
    """

    weight_ih_l0: nn.Parameter

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
        weight_dropout: float = 0.0,
        initialization: str = "uniform",
        forget_bias: float | None = None,
        initial_state: str = "zero",
        residual: bool = False,
        locked_dropout: bool = False,
    ) -> None:
        super().__init__()
        for name, size in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers)):
            if size < 1:
                raise ValueError(f"{name}: expected at least 1, got {size}")
        for name, value, choices in (
            ("merge_mode", merge_mode, tuple(MERGE_MODES)),
            ("initial_state", initial_state, INITIAL_STATES),
        ):
            if value not in choices:
                raise ValueError(f"{name}: expected one of {', '.join(choices)}, got {value!r}")
        for name, share in (("dropout", dropout), ("weight_dropout", weight_dropout)):
            if not 0 <= share < 1:
                raise ValueError(f"{name}: expected a probability in [0, 1), got {share}")
        if dropout and num_layers == 1:
            raise ValueError(f"dropout acts between layers: expected 0 with one layer, got {dropout}")
        if residual and num_layers == 1:
            raise ValueError("residual connections skip layers above the first: expected False with one layer")
        self.cell = build_cell(cell, nonlinearity)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.num_directions = 2 if bidirectional else 1
        self.merge_mode = merge_mode
        self.dropout = dropout
        self.weight_dropout = weight_dropout
        self.initialization = initialization
        self.forget_bias = forget_bias
        self.initial_state = initial_state
        self.residual = residual
        self.locked_dropout = locked_dropout
        if weight_dropout and not self.cell.has_recurrent_matrix:
            raise ValueError(f"weight_dropout: expected 0 for cell {cell}, which has no recurrent matrix")
        self._register_parameters()
        self.reset_parameters()
        self._flatten()

    def _register_parameters(self) -> None:
        for layer in range(self.num_layers):
            shapes = self.cell.shapes(self.output_size if layer else self.input_size, self.hidden_size)
            for suffix in self._suffixes()[layer * self.num_directions :][: self.num_directions]:
                for name, shape in shapes.items():
                    self.register_parameter(name + suffix, nn.Parameter(torch.empty(shape)))
        if self.initial_state == "learned":
            for name in self.cell.states:
                shape = (self.num_layers * self.num_directions, self.hidden_size)
                self.register_parameter(f"{name}_0", nn.Parameter(torch.zeros(shape)))

    @property
    def output_size(self) -> int:
        """Features of each output step: 2H with two concatenated directions, H otherwise."""
        return self.hidden_size * (self.num_directions if self.merge_mode == "concat" else 1)

    def extra_repr(self) -> str:
        parts = [self.cell.name, str(self.input_size), str(self.hidden_size), f"num_layers={self.num_layers}"]
        if self.bidirectional:
            parts.append(f"bidirectional, merge_mode={self.merge_mode}")
        for name in ("dropout", "weight_dropout"):
            parts += [f"{name}={getattr(self, name)}"] * bool(getattr(self, name))
        return ", ".join(parts + ["residual"] * self.residual)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Starts all weights anew, as ``initialization`` says, and learned initial states at zero.

        Args:
            generator: Where numbers are drawn from; None for torch's own, which all threads of the process share.
        """
        for weights in self._parameters_by_direction():
            initialize(self.initialization, self.cell, weights, self.hidden_size, self.forget_bias, generator)
        for part in self.learned_state():
            nn.init.zeros_(part)

    def forward(
        self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Runs the stack over a batch of sequences, the fast way.

        Args:
            inputs: (B, T, F).
            lengths: Real steps of each row, int64 (B,), from 1 to T; None when every row is T long. Best given on the
                CPU: lengths on a GPU are copied back, which waits for the GPU.
            state: State before the first step, in the cell's order, ``(h,)`` or ``(h, c)``, each (L*D, B, H); None for
                zeros or, with ``initial_state="learned"``, for what was learned.

        Returns:
            The last layer's outputs (B, T, output_size), zero at padded positions, and the state after each row's last
            real step (for the backward direction: after its last step, which is the row's first), shaped as ``state``
            and in the parameters' type, also under autocast.

        Raises:
            ValueError: If a shape does not fit or a length is not between 1 and T.
        """
        lengths, state = self._check(inputs, lengths, state)
        weights = self._weights()
        kernel = self.cell.kernel if scanned.prefers_kernel(self.cell, inputs) else None
        outputs, finals = inputs, []
        for group in self._groups(whole=kernel is not None):
            below = outputs
            if group.start:
                outputs = drop(outputs, self.dropout, self.training, self.locked_dropout)
            rows = slice(group.start * self.num_directions, group.stop * self.num_directions)
            start = tuple(part[rows] for part in state)
            if kernel is None:
                outputs, final = scanned.run_layer(self.cell, outputs, lengths, start, weights[rows])
            else:
                outputs, final = self._run_fused(kernel, outputs, lengths, start, weights[rows])
            if self.bidirectional and self.merge_mode != "concat":
                outputs = self._merge(outputs.chunk(2, dim=-1))
            if self.residual and group.start:
                outputs = outputs + below
            finals.append(final)
        joined = finals[0] if len(finals) == 1 else map(torch.cat, zip(*finals, strict=True))
        return outputs, tuple(part.to(self.weight_ih_l0.dtype) for part in joined)

    def last_hidden(self, state: State) -> Tensor:
        """Returns the stack's output at the last step of each direction: (B, output_size).

        It is the top layer's final hidden state, directions merged; with residual connections the sum of all layers'.
        """
        layers = state[self.cell.output_place].unflatten(0, (self.num_layers, self.num_directions))
        first, *others = [self._merge(list(sides)) for sides in (layers if self.residual else layers[-1:])]
        return sum(others, first)

    def learned_state(self) -> list[Tensor]:
        """Returns the parameters that rows start from, each (L*D, H), in the order of the state; none for zeros."""
        return [getattr(self, f"{name}_0") for name in self.cell.states if f"{name}_0" in self._parameters]

    def trace(self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None) -> Trace:
        """Runs the same weights step by step through the cell's equations and records every gate and state.

        Takes what ``forward`` takes and gives the same outputs and state, several times slower. Differentiable.

        Raises:
            ValueError: As ``forward`` does.
        """
        lengths, state = self._check(inputs, lengths, state)
        lengths = full_lengths(lengths, inputs)
        weights = self._weights()
        outputs, layers = inputs, []
        for layer in range(self.num_layers):
            below = outputs
            if layer:
                outputs = drop(outputs, self.dropout, self.training, self.locked_dropout)
            for direction in range(self.num_directions):
                at = layer * self.num_directions + direction
                start = tuple(part[at] for part in state)
                layers.append(trace_direction(self.cell, outputs, lengths, start, weights[at], layer, direction))
            outputs = self._merge([record.output for record in layers[-self.num_directions :]])
            if self.residual and layer:
                outputs = outputs + below
        finals = zip(*(record.steps[-1] for record in layers), strict=True)
        return Trace(outputs, tuple(torch.stack(parts).to(self.weight_ih_l0.dtype) for parts in finals), tuple(layers))

    def _check(self, inputs: Tensor, lengths: Tensor | None, state: State | None) -> tuple[Tensor | None, State]:
        """Returns the lengths on the CPU, None if every row is full, and the state as the kernels want it."""
        lengths = None if lengths is None else lengths.cpu()
        check_inputs(inputs, self.input_size, lengths)
        batch_size, num_steps, _ = inputs.shape
        if lengths is not None and lengths.min() == num_steps:
            lengths = None
        shape = (self.num_layers * self.num_directions, batch_size, self.hidden_size)
        dtype = self.weight_ih_l0.dtype
        if state is None and self.initial_state == "learned":
            return lengths, tuple(part[:, None].expand(shape).contiguous() for part in self.learned_state())
        if state is None:
            zeros = torch.zeros(shape, dtype=dtype, device=inputs.device)
            return lengths, (zeros,) * self.cell.num_states
        if len(state) != self.cell.num_states or any(part.shape != shape for part in state):
            shapes = [tuple(part.shape) for part in state]
            raise ValueError(f"state: expected {self.cell.num_states} tensors of {shape}, got {shapes}")
        return lengths, tuple(part.to(dtype).contiguous() for part in state)

    def _groups(self, whole: bool) -> list[range]:
        """Layers that one call runs: the whole stack if the kernel can, one by one where something happens between."""
        if whole and not (self.dropout or self.residual or (self.bidirectional and self.merge_mode != "concat")):
            return [range(self.num_layers)]
        return [range(layer, layer + 1) for layer in range(self.num_layers)]

    def _suffixes(self) -> list[str]:
        """Returns torch's endings of the parameters' names, for each layer and direction."""
        sides = ("", "_reverse")[: self.num_directions]
        return [f"_l{layer}{side}" for layer in range(self.num_layers) for side in sides]

    def _parameters_by_direction(self) -> list[dict[str, Tensor]]:
        """Returns each layer's and direction's parameters by their names without layer, in the state's order."""
        names = self.cell.shapes(1, 1)
        return [{name: getattr(self, name + suffix) for name in names} for suffix in self._suffixes()]

    def _weights(self) -> list[dict[str, Tensor]]:
        """Returns the parameters as this run uses them: while training some recurrent weights are dropped."""
        weights = self._parameters_by_direction()
        if self.weight_dropout and self.training:
            for own in weights:
                own["weight_hh"] = F.dropout(own["weight_hh"], self.weight_dropout, training=True)
        return weights

    def _merge(self, sides: Sequence[Tensor]) -> Tensor:
        return MERGE_MODES[self.merge_mode](*sides) if self.bidirectional else sides[0]

    def _run_fused(
        self, kernel: str, inputs: Tensor, lengths: Tensor | None, state: State, weights: Sequence[Mapping[str, Tensor]]
    ) -> tuple[Tensor, State]:
        """Runs some layers by the cheapest kernel that is exact; two directions come back concatenated."""
        flat = [weight for own in weights for weight in own.values()]
        if self.weight_dropout and self.training:
            flat = fused.flat_copies(kernel, flat, self.num_directions)
        if lengths is None:
            return fused.run(kernel, inputs, state, flat, self.num_directions)
        run = fused.run_packed if inputs.is_cuda or not self.cell.bounded else fused.run_padded
        return run(kernel, inputs, lengths, state, flat, self.num_directions)

    def _flatten(self) -> None:
        if self.cell.kernel is None:
            return
        weights = self._parameters_by_direction()
        for group in self._groups(whole=True):
            some = weights[group.start * self.num_directions : group.stop * self.num_directions]
            fused.flatten(self.cell.kernel, [weight for own in some for weight in own.values()], self.num_directions)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        # Every move to another device or type comes through here and leaves the parameters scattered in memory.
        super()._apply(fn, recurse)
        self._flatten()
        return self
