"""A language model: after every token, a score for each token that could come next.

Left out: sampling (``core.decoding``), tokenisation, and the loss.

Shape letters: B batch, T time, V vocabulary.
"""

from torch import Tensor, nn

from core.models.cells import State
from core.models.feed_forward import FeedForwardStack
from core.models.products import Linear
from core.models.stack import Stack


class LanguageModel(nn.Module):
    """Embedding, recurrent layers, and a linear output over the vocabulary.

    Args:
        stack: The recurrent layers, or layers without memory.
        vocab_size: Different tokens, V.
        embedding_dim: Features of an embedded token.
        embedding_dropout: Probability of zeroing a feature of an embedded token.
        output_dropout: Probability of zeroing a hidden value before the output layer.
        padding_idx: A token whose embedding stays zero; None treats all tokens alike.

    Raises:
        ValueError: If an argument is out of range, or the stack has two directions, of which the backward one would see
            the answer.
    """

    def __init__(
        self,
        stack: Stack | FeedForwardStack,
        vocab_size: int,
        embedding_dim: int,
        embedding_dropout: float = 0.0,
        output_dropout: float = 0.0,
        padding_idx: int | None = None,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=padding_idx)
        self.embedding_dropout = nn.Dropout(embedding_dropout)
        self.recurrent = stack.build(embedding_dim)
        if self.recurrent.bidirectional:
            raise ValueError("a language model predicts the next token: expected one direction, got two")
        self.output_dropout = nn.Dropout(output_dropout)
        self.output = Linear(self.recurrent.output_size, vocab_size)

    def forward(self, ids: Tensor, state: State | None = None, lengths: Tensor | None = None) -> tuple[Tensor, State]:
        """Scores the next token at every position.

        Args:
            ids: Tokens, int64 (B, T).
            state: State before the first token, as :meth:`Recurrent.forward` takes it.
            lengths: Real tokens of each row, int64 (B,); None when every row is full.

        Returns:
            The logits (B, T, V), where position t scores the token at t + 1 and padded positions mean nothing, and the
            state after each row's last real token.
        """
        embedded = self.embedding_dropout(self.embedding(ids))
        outputs, state = self.recurrent(embedded, lengths, state)
        return self.output(self.output_dropout(outputs)), state

    def step(self, ids: Tensor, state: State) -> tuple[Tensor, State, None]:
        """Reads one token of each row, in the form ``core.decoding`` calls.

        Args:
            ids: (N,).
            state: As :meth:`forward` returns it.

        Returns:
            The next token's logits (N, V), the state, and None for the attention it does not have.
        """
        logits, state = self(ids[:, None], state)
        return logits[:, 0], state, None
