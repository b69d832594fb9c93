"""A network for time series: numbers in, future numbers out.

Three shapes. ``many_to_many`` predicts the next step at every step, so that a longer forecast feeds its own predictions back
(the caller does that, with the returned state). ``many_to_one`` reads a window and predicts all steps of the horizon at once
from its last state. ``encoder_decoder`` reads a window and goes through the horizon with further layers.

Shape letters: B batch, T time, F features, V of them values, K numbers known ahead of each step, C targets, H horizon,
P parameters of a target's distribution.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core.models.cells import State
from core.models.feed_forward import FeedForwardStack
from core.models.horizon_decoder import HorizonDecoder
from core.models.inputs import Vectors
from core.models.likelihoods import LIKELIHOODS
from core.models.network import StackNetwork
from core.models.products import Linear
from core.models.stack import Stack
from core.models.window_scale import SCALINGS, window_scale

SHAPES = ("many_to_many", "many_to_one", "encoder_decoder")


@dataclass(frozen=True)
class Reading:
    """How a forecaster reads its window.

    Attributes:
        num_values: Values of a step, V.
        num_indicators: Further features of a step, behind the values, that say which of them are real.
        num_ahead: Numbers that are known of every step before its time, K.
        targets: Places of the C targets among the values.
        scaling: How a window is scaled by itself, one of ``SCALINGS``.
        segment: Steps that are one input, and one output of a decoder.
    """

    num_values: int
    num_indicators: int = 0
    num_ahead: int = 0
    targets: tuple[int, ...] = (0,)
    scaling: str = "series"
    segment: int = 1

    @property
    def size(self) -> int:
        """Numbers of one input."""
        return self.segment * (self.num_values + self.num_indicators + self.num_ahead)


class Forecaster(StackNetwork):
    """Recurrent layers and a linear output.

    Args:
        reading: What is read, and how.
        shape: ``many_to_many``, ``many_to_one`` or ``encoder_decoder``.
        horizon: Steps that are predicted at once; ``many_to_many`` predicts one whatever stands here.
        output_dropout: Probability of zeroing a hidden value before the output layer.
        decoder: How ``encoder_decoder`` goes through the horizon, see :class:`HorizonDecoder`.
        likelihood: What its numbers stand for, one of ``LIKELIHOODS``.

    Raises:
        ValueError: If an argument is out of range; ``many_to_many`` is asked for with two directions, of which the backward
            one would see the answer, or with windows scaled by themselves or cut in segments, which would show it too; a
            decoder is to start from layers without memory or from two directions.
    """

    def __init__(
        self,
        stack: Stack | FeedForwardStack,
        reading: Reading,
        shape: str = "many_to_many",
        horizon: int = 1,
        output_dropout: float = 0.0,
        decoder: str = "recurrent",
        likelihood: str = "point",
    ) -> None:
        if shape not in SHAPES:
            raise ValueError(f"shape: expected one of {', '.join(SHAPES)}, got {shape!r}")
        if horizon < 1:
            raise ValueError(f"horizon: expected at least 1, got {horizon}")
        if reading.scaling not in SCALINGS:
            raise ValueError(f"scaling: expected one of {', '.join(SCALINGS)}, got {reading.scaling!r}")
        self.likelihood = LIKELIHOODS[likelihood]
        num_targets = len(reading.targets)
        num_outputs = num_targets * self.likelihood.num_parameters
        num_segments = -(-horizon // reading.segment)
        steps_out = {"many_to_many": 1, "many_to_one": horizon, "encoder_decoder": reading.segment}[shape]
        super().__init__(stack, Vectors(reading.size), steps_out * num_outputs, output_dropout)
        if shape == "many_to_many" and self.recurrent.bidirectional:
            raise ValueError("many_to_many predicts the next step: expected one direction, got two")
        if shape == "many_to_many" and (reading.scaling != "series" or reading.segment != 1):
            raise ValueError("many_to_many predicts the next step: expected scaling series and segments of one step")
        self.decoder = None
        if shape == "encoder_decoder":
            if not isinstance(stack, Stack) or stack.bidirectional:
                raise ValueError("encoder_decoder: expected recurrent layers of one direction")
            self.decoder = HorizonDecoder(stack, num_segments, reading.segment * reading.num_ahead, decoder)
        elif shape == "many_to_one" and reading.num_ahead:
            width = self.recurrent.output_size + horizon * reading.num_ahead
            self.output = Linear(width, horizon * num_outputs)
        self.shape, self.horizon, self.num_targets = shape, 1 if shape == "many_to_many" else horizon, num_targets
        self.reading = reading

    def forward(self, inputs: Tensor, state: State | None = None, ahead: Tensor | None = None) -> tuple[Tensor, State]:
        """Predicts what follows.

        Args:
            inputs: (B, T, F).
            state: State before the first step, as :meth:`Recurrent.forward` takes it.
            ahead: (B, T + H, K), what is known of every step of the window and of the horizon; None where nothing is.

        Returns:
            The predictions, of distributions their location, and the state after the last step. ``many_to_many``:
            (B, T, C), where position t predicts the targets at t + 1. The other shapes: (B, H, C), the steps after the
            window.
        """
        parameters, state = self.distribution(inputs, state, ahead)
        return parameters[..., 0], state

    def distribution(
        self, inputs: Tensor, state: State | None = None, ahead: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """As ``forward``, all parameters of what follows: (B, T or H, C, P)."""
        center, spread = self._scale(inputs)
        vectors = self.embedding(self.steps(inputs, ahead))
        if self.shape == "many_to_many":
            outputs, state = self.read(vectors, state=state)
            return self._of_steps(outputs, outputs.shape[1]), state
        _, state = self.recurrent(vectors, state=state)
        later = None if ahead is None else ahead[:, inputs.shape[1] :]
        if self.decoder is not None:
            outputs = self.answer(self.decoder(state, None if later is None else self._cut(later, at_end=True)))
        else:
            last = self.output_dropout(self.recurrent.last_hidden(state))
            if later is not None:
                last = torch.cat([last, later.flatten(1)], dim=1)
            outputs = self.output(last)
        scaled = self._of_steps(outputs, self.horizon)
        if self.reading.scaling == "series":
            return scaled, state
        places = list(self.reading.targets)
        return self.likelihood.rescaled(scaled, center[..., places], spread[..., places]), state

    def _of_steps(self, outputs: Tensor, num_steps: int) -> Tensor:
        """Numbers of a row, (B, ...), as parameters (B, num_steps, C, P)."""
        raw = outputs.flatten(1).unflatten(1, (-1, self.num_targets, self.likelihood.num_parameters))
        return self.likelihood.parameters(raw[:, :num_steps])

    def steps(self, inputs: Tensor, ahead: Tensor | None = None) -> Tensor:
        """What the layers read: (B, T, numbers of a step) scaled, or (B, segments, numbers of a segment).

        Args:
            inputs, ahead: As for ``forward``; ``many_to_many`` reads with each step what is known of the next one.
        """
        num_values, num_steps = self.reading.num_values, inputs.shape[1]
        center, spread = self._scale(inputs)
        if self.reading.scaling != "series":
            values = (inputs[..., :num_values] - center) / spread
            inputs = torch.cat([values, inputs[..., num_values:]], dim=-1)
        if ahead is not None:
            first = 1 if self.shape == "many_to_many" else 0
            inputs = torch.cat([inputs, ahead[:, first : first + num_steps]], dim=-1)
        return self._cut(inputs)

    def _scale(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        return window_scale(inputs[..., : self.reading.num_values], self.reading.scaling)

    def _cut(self, steps: Tensor, at_end: bool = False) -> Tensor:
        """Steps (B, T, N) as segments (B, ceil(T / segment), segment * N), zeros before the first or behind the last."""
        segment = self.reading.segment
        if segment == 1:
            return steps
        missing = -steps.shape[1] % segment
        steps = F.pad(steps, (0, 0, 0, missing) if at_end else (0, 0, missing, 0))
        return steps.unflatten(1, (-1, segment)).flatten(2)
