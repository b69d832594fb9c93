"""A tagger: a label for every token, many to many and aligned.

Both directions are welcome here, because the whole text is there before the first label is asked for. Left out: the
choice of a label sequence as a whole, tokenisation, the loss, and what the labels are called.

Shape letters: B batch, T time.
"""

from torch import Tensor, nn

from core.models.feed_forward import FeedForwardStack
from core.models.products import Linear
from core.models.stack import Stack


class Tagger(nn.Module):
    """Embedding, recurrent layers, and a linear output over the labels at every token.

    Args:
        stack: The recurrent layers, or layers without memory.
        vocab_size: Different tokens.
        embedding_dim: Features of an embedded token.
        num_classes: Labels to tell apart.
        embedding_dropout: Probability of zeroing a feature of an embedded token.
        output_dropout: Probability of zeroing a hidden value before the output layer.
        pad_id: The padding token; its embedding stays zero.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        Graves, 2012, "Supervised sequence labelling with recurrent neural networks", chapter 3; Huang et al., 2015,
        "Bidirectional LSTM-CRF models for sequence tagging", section 2.2 (both directions).
    """

    def __init__(
        self,
        stack: Stack | FeedForwardStack,
        vocab_size: int,
        embedding_dim: int,
        num_classes: int,
        embedding_dropout: float = 0.0,
        output_dropout: float = 0.0,
        pad_id: int = 0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_id)
        self.embedding_dropout = nn.Dropout(embedding_dropout)
        self.recurrent = stack.build(embedding_dim)
        self.output_dropout = nn.Dropout(output_dropout)
        self.output = Linear(self.recurrent.output_size, num_classes)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Scores the labels of every token.

        Args:
            ids: Tokens, int64 (B, T).
            lengths: Real tokens of each row, int64 (B,), at least 1.

        Returns:
            Logits (B, T, num_classes), where position t is for token t; padded positions mean nothing.
        """
        outputs, _ = self.recurrent(self.embedding_dropout(self.embedding(ids)), lengths)
        return self.output(self.output_dropout(outputs))
