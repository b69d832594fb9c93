"""One vector in, one answer out: no sequence at all, the first of the five shapes.

The plain feed-forward network, and a linear one when it has no hidden layer.

Shape letters: B batch, F features.
"""

from torch import Tensor, nn

from core.models.feed_forward import FeedForward, FeedForwardStack


class OneToOne(nn.Module):
    """Hidden layers over a single step and a linear output: scores of classes, or numbers.

    Args:
        stack: The hidden layers; their window is 1.
        num_features: Numbers of the vector, F.
        num_outputs: Classes to tell apart, or numbers to predict.
        output_dropout: Probability of zeroing a hidden value before the output layer.

    Raises:
        ValueError: If an argument is out of range, or the window is longer than the one step there is.

    Reference:
        Rumelhart et al., 1986, "Learning representations by back-propagating errors", equations 1 and 2.
    """

    def __init__(
        self, stack: FeedForwardStack, num_features: int, num_outputs: int, output_dropout: float = 0.0
    ) -> None:
        super().__init__()
        if stack.window != 1:
            raise ValueError(f"one to one has a single step: expected a window of 1, got {stack.window}")
        self.hidden: FeedForward = stack.build(num_features)
        self.output_dropout = nn.Dropout(output_dropout)
        self.output = nn.Linear(self.hidden.output_size, num_outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns logits or numbers (B, num_outputs) for vectors (B, F)."""
        outputs, _ = self.hidden(inputs[:, None])
        return self.output(self.output_dropout(outputs[:, 0]))
