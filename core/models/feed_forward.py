"""The network without memory, for contrast: at every step it sees that step alone, or a fixed window of the last ones.

It has the face of :class:`core.models.recurrent.Recurrent`, so that a language model, a tagger, a forecaster or a classifier
can be built with it and compared with the recurrent one at the same task. What it hands on as "state" is only what it has
read, the last K inputs; nothing is computed from one step to the next, and what left the window is gone. Without hidden layers
it returns the window itself, and the network around it is linear.

Shape letters: B batch, T time, F features, H hidden, K window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.cells import State
from core.models.lengths import check_inputs, full_lengths, real_steps, zero_padding
from core.models.tracing import LayerTrace, Trace

NONLINEARITIES: Mapping[str, Callable[[Tensor], Tensor]] = MappingProxyType(
    {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda values: values}
)


class FeedForward(nn.Module):
    """Hidden layers over the last K steps, the same ones at every step.

    ::

        h_t = f(W_L ... f(W_1 [x_{t-K+1}; ...; x_t] + b_1) ... + b_L)       x before the beginning is zero

    Args:
        input_size: Features of each input step, F.
        hidden_size: Units of each hidden layer, H; says nothing when there is none.
        num_layers: Hidden layers; with 0 the outputs are the windows themselves.
        window: Steps seen at once, K, the present one included; 1 sees no past at all.
        nonlinearity: ``tanh``, ``relu``, ``sigmoid`` or ``identity``, after every hidden layer.
        dropout: Probability of zeroing an output on its way to the next hidden layer, in [0, 1).

    Raises:
        ValueError: If an argument is out of range, or dropout is asked for without two hidden layers.

    Reference:
        Lang et al., 1990, "A time-delay neural network architecture for isolated word recognition" (the window as
        memory); Bengio et al., 2003, "A neural probabilistic language model", section 2 (over words).
    """

    bidirectional = False

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        window: int = 1,
        nonlinearity: str = "tanh",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        for name, size, least in (
            ("input_size", input_size, 1), ("hidden_size", hidden_size, 1), ("num_layers", num_layers, 0), ("window", window, 1)
        ):  # fmt: skip
            if size < least:
                raise ValueError(f"{name}: expected at least {least}, got {size}")
        if nonlinearity not in NONLINEARITIES:
            raise ValueError(f"nonlinearity: expected one of {', '.join(NONLINEARITIES)}, got {nonlinearity!r}")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout: expected a probability in [0, 1), got {dropout}")
        if dropout and num_layers < 2:
            raise ValueError(f"dropout acts between layers: expected 0 with {num_layers} hidden layers, got {dropout}")
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.window = window
        self.nonlinearity = nonlinearity
        self.dropout = dropout
        sizes = [window * input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.output_size = sizes[-1]

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}, window={self.window}, nonlinearity={self.nonlinearity}"

    def forward(
        self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Runs the layers at every step.

        Args:
            inputs: (B, T, F).
            lengths: Real steps of each row, int64 (B,), from 1 to T; None when every row is T long.
            state: What was read before the first step, as this method returns it; None for nothing.

        Returns:
            The outputs (B, T, output_size), zero at padded positions, and one tensor (K, B, F): each row's last K inputs,
            the oldest first, zero before its beginning.

        Raises:
            ValueError: If a shape does not fit or a length is not between 1 and T.
        """
        windows, real, last = self._windows(inputs, lengths, state)
        outputs = windows
        for number, layer in enumerate(self.layers):
            outputs = self._function(layer(self._drop(outputs, number)))
        return zero_padding(outputs, real), last

    def last_hidden(self, state: State) -> Tensor:
        """Returns the outputs at each row's last real step: (B, output_size)."""
        values = state[0].transpose(0, 1).flatten(1)
        for number, layer in enumerate(self.layers):
            values = self._function(layer(self._drop(values, number)))
        return values

    def trace(self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None) -> Trace:
        """Runs the layers and records each of them under the name ``hidden``, as ``Recurrent.trace`` does.

        No step has a part in the next one, so a gradient with respect to a step reaches from the outputs of that step
        alone. Takes what ``forward`` takes and gives the same outputs and state. Differentiable.

        Raises:
            ValueError: As ``forward`` does.
        """
        outputs, real, last = self._windows(inputs, lengths, state)
        layers = []
        for number, layer in enumerate(self.layers):
            sums = zero_padding(layer(self._drop(outputs, number)), real)
            steps = zero_padding(self._function(sums), real).unbind(1)
            outputs = torch.stack(steps, dim=1)
            states, by_step = {"h": outputs}, tuple((h,) for h in steps)
            layers.append(LayerTrace(number, "forward", {"hidden": outputs}, {"hidden": sums}, states, "h", by_step))
        return Trace(zero_padding(outputs, real), last, tuple(layers))

    def _windows(self, inputs: Tensor, lengths: Tensor | None, state: State | None) -> tuple[Tensor, Tensor, State]:
        """Returns every step's window laid out flat (B, T, K * F), the mask of real steps (B, T), and the last state."""
        self._check(inputs, lengths, state)
        batch_size, num_steps, _ = inputs.shape
        lengths = full_lengths(lengths, inputs)
        real = real_steps(lengths, num_steps)
        if state is None:
            before = inputs.new_zeros(batch_size, self.window - 1, self.input_size)
        else:
            before = state[0][1:].transpose(0, 1).to(inputs.dtype)
        windows = torch.cat((before, zero_padding(inputs, real)), dim=1).unfold(1, self.window, 1).transpose(2, 3)
        last = windows[torch.arange(batch_size, device=inputs.device), lengths - 1]
        return windows.flatten(2), real, (last.transpose(0, 1).contiguous(),)

    def _drop(self, values: Tensor, number: int) -> Tensor:
        """Returns what the layer of that number reads: while training, dropout stands before all but the first."""
        return F.dropout(values, self.dropout, self.training) if number else values

    def _function(self, values: Tensor) -> Tensor:
        return NONLINEARITIES[self.nonlinearity](values)

    def _check(self, inputs: Tensor, lengths: Tensor | None, state: State | None) -> None:
        check_inputs(inputs, self.input_size, lengths)
        expected = (self.window, len(inputs), self.input_size)
        if state is not None and (len(state) != 1 or state[0].shape != expected):
            raise ValueError(f"state: expected one tensor of {expected}, got {[tuple(part.shape) for part in state]}")


@dataclass(frozen=True)
class FeedForwardStack:
    """The arguments of :class:`FeedForward` but its input size: what a network takes in place of a ``Stack``."""

    hidden_size: int = 128
    num_layers: int = 1
    window: int = 1
    nonlinearity: str = "tanh"
    dropout: float = 0.0

    def build(self, input_size: int) -> Any:
        """The layers for inputs of that many features.

        Returns:
            A :class:`FeedForward`; ``Any`` to the type checker, because it stands where a ``Recurrent`` is expected.

        Raises:
            ValueError: An argument is out of range.
        """
        return FeedForward(input_size=input_size, **asdict(self))
