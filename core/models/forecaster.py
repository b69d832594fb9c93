"""A network for time series: numbers in, future numbers out.

Two shapes. ``many_to_many`` predicts the next step at every step, so that a longer forecast feeds its own predictions
back (the caller does that, with the returned state). ``many_to_one`` reads a window and predicts all steps of the
horizon at once from its last state.

Shape letters: B batch, T time, F features.
"""

from torch import Tensor

from core.models.cells import State
from core.models.feed_forward import FeedForwardStack
from core.models.inputs import InputEncoder
from core.models.network import StackNetwork
from core.models.stack import Stack

SHAPES = ("many_to_many", "many_to_one")


class Forecaster(StackNetwork):
    """Recurrent layers and a linear output.

    Args:
        num_targets: Numbers predicted for each step.
        shape: ``many_to_many`` or ``many_to_one``.
        horizon: Steps that ``many_to_one`` predicts; ``many_to_many`` predicts one whatever stands here.
        output_dropout: Probability of zeroing a hidden value before the output layer.

    Raises:
        ValueError: If an argument is out of range, or ``many_to_many`` is asked for with two directions, of which the
            backward one would see the answer.
    """

    def __init__(
        self,
        stack: Stack | FeedForwardStack,
        inputs: InputEncoder,
        num_targets: int,
        shape: str = "many_to_many",
        horizon: int = 1,
        output_dropout: float = 0.0,
    ) -> None:
        if shape not in SHAPES:
            raise ValueError(f"shape: expected one of {', '.join(SHAPES)}, got {shape!r}")
        if horizon < 1:
            raise ValueError(f"horizon: expected at least 1, got {horizon}")
        num_steps = horizon if shape == "many_to_one" else 1
        super().__init__(stack, inputs, num_steps * num_targets, output_dropout)
        if shape == "many_to_many" and self.recurrent.bidirectional:
            raise ValueError("many_to_many predicts the next step: expected one direction, got two")
        self.shape, self.horizon, self.num_targets = shape, num_steps, num_targets

    def forward(self, inputs: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Predicts what follows.

        Args:
            inputs: (B, T, F).
            state: State before the first step, as :meth:`Recurrent.forward` takes it.

        Returns:
            The predictions and the state after the last step. ``many_to_many``: (B, T, num_targets), where position t
            predicts the targets at t + 1. ``many_to_one``: (B, horizon, num_targets), the steps after the window.
        """
        vectors = self.embedding(inputs)
        if self.shape == "many_to_many":
            return self.read(vectors, state=state)
        _, state = self.recurrent(vectors, state=state)
        last = self.answer(self.recurrent.last_hidden(state))
        return last.unflatten(1, (self.horizon, self.num_targets)), state
