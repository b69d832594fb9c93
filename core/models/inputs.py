"""What goes into a network: inputs of any kind as vectors, one a step.

Every network is given one of these and reads the vectors it makes, so that the same layers serve words, values of a
series, frames of sound and rows of a picture. A further kind of input is a class here with ``output_size`` and a name in
``InputEncoder``.

Shape letters: B batch, T time, E embedding, F features.
"""

from torch import Tensor, nn


class Tokens(nn.Embedding):
    """Tokens as learned vectors.

    Args:
        vocab_size: Different tokens.
        embedding_dim: Features of an embedded token, E.
        dropout: Probability of zeroing a feature of an embedded token while training.
        pad_id: A token whose vector stays zero; None treats all tokens alike.

    Raises:
        ValueError: If the dropout is no probability.
    """

    def __init__(self, vocab_size: int, embedding_dim: int, dropout: float = 0.0, pad_id: int | None = None) -> None:
        super().__init__(vocab_size, embedding_dim, padding_idx=pad_id)
        self.output_size = embedding_dim
        self.dropout = nn.Dropout(dropout)

    def forward(self, input: Tensor) -> Tensor:
        """Tokens, int64 (B, T), to vectors (B, T, E)."""
        return self.dropout(super().forward(input))


class Vectors(nn.Module):
    """Real vectors, one a step, as they are or projected to another size.

    Args:
        num_features: Numbers of each step, F.
        projected_size: Features E of a learned linear projection; None passes the vectors through.
        dropout: Probability of zeroing a feature while training.

    Raises:
        ValueError: If the dropout is no probability.
    """

    def __init__(self, num_features: int, projected_size: int | None = None, dropout: float = 0.0) -> None:
        super().__init__()
        self.output_size = num_features if projected_size is None else projected_size
        self.projection = None if projected_size is None else nn.Linear(num_features, projected_size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, inputs: Tensor) -> Tensor:
        """Vectors (B, T, F) to vectors (B, T, output_size)."""
        return self.dropout(inputs if self.projection is None else self.projection(inputs))


InputEncoder = Tokens | Vectors
