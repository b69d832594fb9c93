"""A text classifier: tokens in, one score for each class out.

Left out: tokenisation, the loss, and what the classes are called.

Shape letters: B batch, T time, K output features of the recurrent layers.
"""

import torch
from torch import Tensor, nn

from core.models.feed_forward import FeedForwardStack
from core.models.lengths import real_steps
from core.models.products import Linear
from core.models.stack import Stack

POOLINGS = ("last", "mean", "max")


class Classifier(nn.Module):
    """Embedding, recurrent layers, pooling over time, and a linear output over the classes.

    Args:
        stack: The recurrent layers, or layers without memory.
        vocab_size: Different tokens.
        embedding_dim: Features of an embedded token.
        num_classes: Classes to tell apart.
        pooling: How a text becomes one vector: ``last`` (the final states of both directions, merged: after the last
            real token going forward, after the first going backward), or the ``mean`` or ``max`` of the outputs at real
            tokens.
        embedding_dropout: Probability of zeroing a feature of an embedded token.
        output_dropout: Probability of zeroing a pooled value before the output layer.
        pad_id: The padding token; its embedding stays zero.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        stack: Stack | FeedForwardStack,
        vocab_size: int,
        embedding_dim: int,
        num_classes: int,
        pooling: str = "last",
        embedding_dropout: float = 0.0,
        output_dropout: float = 0.0,
        pad_id: int = 0,
    ) -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(f"pooling: expected one of {', '.join(POOLINGS)}, got {pooling!r}")
        self.pooling = pooling
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_id)
        self.embedding_dropout = nn.Dropout(embedding_dropout)
        self.recurrent = stack.build(embedding_dim)
        self.output_dropout = nn.Dropout(output_dropout)
        self.output = Linear(self.recurrent.output_size, num_classes)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Scores the classes.

        Args:
            ids: Tokens, int64 (B, T).
            lengths: Real tokens of each row, int64 (B,), at least 1.

        Returns:
            Logits (B, num_classes).
        """
        return self.score(self.embedding_dropout(self.embedding(ids)), lengths)

    def score(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """Scores the classes of embedded tokens (B, T, embedding_dim), zero or not at padding: logits (B, num_classes)."""
        outputs, state = self.recurrent(embedded, lengths)
        if self.pooling == "last":
            pooled = self.recurrent.last_hidden(state)
        elif self.pooling == "mean":
            # Outputs at padded positions are zero, so the sum over all positions is the sum over the real ones.
            pooled = outputs.sum(dim=1) / lengths.to(outputs.device)[:, None]
        else:
            real = real_steps(lengths.to(outputs.device), embedded.shape[1])
            pooled = outputs.masked_fill(~real[..., None], -torch.inf).amax(dim=1)
        return self.output(self.output_dropout(pooled))
