"""A language model: after every token, a score for each token that could come next.

Shape letters: B batch, T time, V vocabulary.
"""

from torch import Tensor

from core.models.cells import State
from core.models.network import NextTokenNetwork


class LanguageModel(NextTokenNetwork):
    """Recurrent layers, or layers without memory, and a linear output over the vocabulary."""

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
        return self.read(self.embedding(ids), lengths, state)
