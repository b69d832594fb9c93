"""A classifier of sequences: words, or vectors step by step, in, and one score for each class out.

Shape letters: B batch, T time, E embedding, H hidden.
"""

import torch
from torch import Tensor

from core.models.attention import AttentionPooling
from core.models.feed_forward import FeedForwardStack
from core.models.inputs import InputEncoder
from core.models.lengths import real_steps
from core.models.network import StackNetwork
from core.models.stack import Stack

POOLINGS = ("last", "mean", "max", "attention")


class Classifier(StackNetwork):
    """Recurrent layers, pooling over time, and a linear output over the classes.

    Args:
        num_classes: Classes to tell apart.
        pooling: How a sequence becomes one vector: ``last`` (the final states of both directions, merged: after the
            last real step going forward, after the first going backward), the ``mean`` or ``max`` of the outputs at
            real steps, or their mean as an ``attention`` weighs them.
        output_dropout: Probability of zeroing a pooled value before the output layer.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        stack: Stack | FeedForwardStack,
        inputs: InputEncoder,
        num_classes: int,
        pooling: str = "last",
        output_dropout: float = 0.0,
    ) -> None:
        super().__init__(stack, inputs, num_classes, output_dropout)
        if pooling not in POOLINGS:
            raise ValueError(f"pooling: expected one of {', '.join(POOLINGS)}, got {pooling!r}")
        self.pooling = pooling
        self.attention = AttentionPooling(self.recurrent.output_size) if pooling == "attention" else None

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """Scores the classes.

        Args:
            inputs: What the input encoder reads: of tokens int64 (B, T).
            lengths: Real steps of each row, int64 (B,), at least 1.

        Returns:
            Logits (B, num_classes).
        """
        return self.score(self.embedding(inputs), lengths)

    def score(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """Scores the classes of vectors (B, T, E), zero or not at padding: logits (B, num_classes)."""
        return self.answer(self.pool(vectors, lengths))

    def pool(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """What it answers from, one vector a row: (B, H) of vectors (B, T, E), H of both directions."""
        outputs, state = self.recurrent(vectors, lengths)
        if self.pooling == "last":
            return self.recurrent.last_hidden(state)
        real = real_steps(lengths.to(outputs.device), vectors.shape[1])
        if self.attention is not None:
            return self.attention(outputs, real)[0]
        if self.pooling == "mean":
            # Outputs at padded positions are zero, so the sum over all positions is the sum over the real ones.
            return outputs.sum(dim=1) / lengths.to(outputs.device)[:, None]
        return outputs.masked_fill(~real[..., None], -torch.inf).amax(dim=1)

    def weights(self, vectors: Tensor, lengths: Tensor) -> Tensor | None:
        """What share of the pooled vector each step of vectors (B, T, E) is: (B, T), zero at padding.

        None where nothing weighs the steps: without attention.
        """
        if self.attention is None:
            return None
        outputs, _ = self.recurrent(vectors, lengths)
        return self.attention(outputs, real_steps(lengths.to(outputs.device), vectors.shape[1]))[1]
