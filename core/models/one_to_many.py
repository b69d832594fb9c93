"""One vector in, a sequence of tokens out: a caption for a picture, a tune for a seed.

The vector sets the state in which the sequence begins and is not read again; from there on the network is a language
model. Left out: how a picture becomes a vector, attention to its parts, and the decoding loop (``core.decoding``), which
starts from :meth:`OneToMany.start` and calls :meth:`OneToMany.step`.

Shape letters: B batch, T time, F features, V vocabulary, H hidden, L layers.
"""

import torch
from torch import Tensor, nn

from core.models.cells import State
from core.models.products import Linear
from core.models.stack import Stack


class OneToMany(nn.Module):
    """A start from a vector, then embedding, recurrent layers and a linear output over the vocabulary.

    ::

        h_0 = tanh(W_h v + b_h)        c_0 = W_c v + b_c  (cells with a second state)       for each layer its own rows

    Args:
        stack: The recurrent layers.
        num_features: Numbers of the vector, F. A class goes in as its one-hot vector.
        vocab_size: Different tokens, V.
        embedding_dim: Features of an embedded token.
        embedding_dropout: Probability of zeroing a feature of an embedded token.
        output_dropout: Probability of zeroing a hidden value before the output layer.
        padding_idx: A token whose embedding stays zero; None treats all tokens alike.

    Raises:
        ValueError: If an argument is out of range; if the stack has two directions, of which the backward one would see
            the answer, or a learned initial state, whose place the vector takes.

    Reference:
        Vinyals et al., 2015, "Show and tell: a neural image caption generator", section 3; Xu et al., 2015, "Show,
        attend and tell", section 3.1.2 (a layer for each state, rather than the vector as a first input).
    """

    def __init__(
        self,
        stack: Stack,
        num_features: int,
        vocab_size: int,
        embedding_dim: int,
        embedding_dropout: float = 0.0,
        output_dropout: float = 0.0,
        padding_idx: int | None = None,
    ) -> None:
        super().__init__()
        if num_features < 1:
            raise ValueError(f"num_features: expected at least 1, got {num_features}")
        if stack.bidirectional:
            raise ValueError("one to many predicts the next token: expected one direction, got two")
        if stack.initial_state != "zero":
            raise ValueError(f"the vector is the initial state: expected zero, got {stack.initial_state!r}")
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=padding_idx)
        self.embedding_dropout = nn.Dropout(embedding_dropout)
        self.recurrent = stack.build(embedding_dim)
        rows = stack.num_layers * stack.hidden_size
        self.starts = nn.ModuleList(nn.Linear(num_features, rows) for _ in range(self.recurrent.cell.num_states))
        self.output_dropout = nn.Dropout(output_dropout)
        self.output = Linear(self.recurrent.output_size, vocab_size)

    def forward(self, features: Tensor, trg_in: Tensor) -> Tensor:
        """Scores the next token at every position, reading the true ones before it (teacher forcing).

        Args:
            features: (B, F).
            trg_in: Tokens from ``<bos>`` on, without the last, padded at the end: int64 (B, T).

        Returns:
            Logits (B, T, V), where position t scores the token at t + 1; padded positions mean nothing.
        """
        logits, _ = self._read(trg_in, self.start(features))
        return logits

    def start(self, features: Tensor) -> State:
        """Returns the state before the first token, tensors (L, B, H), from vectors (B, F)."""
        layers = self.recurrent.num_layers
        first, *others = (start(features).unflatten(1, (layers, -1)).transpose(0, 1) for start in self.starts)
        return torch.tanh(first), *others

    def step(self, ids: Tensor, state: State) -> tuple[Tensor, State, None]:
        """Reads one token of each row, in the form ``core.decoding`` calls.

        Args:
            ids: (N,).
            state: As :meth:`start` or this method returns it.

        Returns:
            The next token's logits (N, V), the state, and None for the attention it does not have.
        """
        logits, state = self._read(ids[:, None], state)
        return logits[:, 0], state, None

    def _read(self, ids: Tensor, state: State) -> tuple[Tensor, State]:
        """Reads tokens (B, T) from a state; returns logits (B, T, V) and the state after the last."""
        outputs, state = self.recurrent(self.embedding_dropout(self.embedding(ids)), state=state)
        return self.output(self.output_dropout(outputs)), state
