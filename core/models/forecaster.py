"""A network for time series: numbers in, future numbers out.

Two shapes. ``many_to_many`` predicts the next step at every step, so that a longer forecast feeds its own predictions
back (the caller does that, with the returned state). ``many_to_one`` reads a window and predicts all steps of the
horizon at once from its last state. Left out: scaling, windows, intervals.

Shape letters: B batch, T time, F features.
"""

from torch import Tensor, nn

from core.models.cells import State
from core.models.feed_forward import FeedForwardStack
from core.models.products import Linear
from core.models.stack import Stack

SHAPES = ("many_to_many", "many_to_one")


class Forecaster(nn.Module):
    """Recurrent layers and a linear output.

    Args:
        stack: The recurrent layers, or layers without memory.
        num_features: Numbers read at each step, F.
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
        num_features: int,
        num_targets: int,
        shape: str = "many_to_many",
        horizon: int = 1,
        output_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if shape not in SHAPES:
            raise ValueError(f"shape: expected one of {', '.join(SHAPES)}, got {shape!r}")
        if horizon < 1:
            raise ValueError(f"horizon: expected at least 1, got {horizon}")
        self.recurrent = stack.build(num_features)
        if shape == "many_to_many" and self.recurrent.bidirectional:
            raise ValueError("many_to_many predicts the next step: expected one direction, got two")
        self.shape = shape
        self.horizon = horizon if shape == "many_to_one" else 1
        self.num_targets = num_targets
        self.output_dropout = nn.Dropout(output_dropout)
        self.output = Linear(self.recurrent.output_size, self.horizon * num_targets)

    def forward(self, inputs: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Predicts what follows.

        Args:
            inputs: (B, T, F).
            state: State before the first step, as :meth:`Recurrent.forward` takes it.

        Returns:
            The predictions and the state after the last step. ``many_to_many``: (B, T, num_targets), where position t
            predicts the targets at t + 1. ``many_to_one``: (B, horizon, num_targets), the steps after the window.
        """
        outputs, state = self.recurrent(inputs, state=state)
        if self.shape == "many_to_many":
            return self.output(self.output_dropout(outputs)), state
        last = self.output_dropout(self.recurrent.last_hidden(state))
        return self.output(last).unflatten(1, (self.horizon, self.num_targets)), state
