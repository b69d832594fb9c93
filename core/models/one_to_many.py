"""One vector in, a sequence of tokens out: a caption for a picture, a tune for a seed.

The vector sets the state in which the sequence begins and is not read again; from there on the network is a language model,
whose decoding loop (``core.decoding``) starts from :meth:`OneToMany.start`.

Shape letters: B batch, T time, F features, V vocabulary, H hidden, L layers.
"""

import torch
from torch import Tensor, nn

from core.models.cells import State
from core.models.inputs import InputEncoder
from core.models.network import NextTokenNetwork
from core.models.stack import Stack


class OneToMany(NextTokenNetwork):
    """A start from a vector, then recurrent layers and a linear output over the vocabulary.

    ::

        h_0 = tanh(W_h v + b_h)        c_0 = W_c v + b_c  (what is not the output)          for each layer its own rows

    Args:
        num_features: Numbers of the vector, F. A class goes in as its one-hot vector.
        inputs: Makes vectors of the tokens.
        vocab_size: Different tokens, V.
        output_dropout: Probability of zeroing a hidden value before the output layer.

    Raises:
        ValueError: If an argument is out of range; if the stack has two directions, of which the backward one would see
            the answer, or a learned initial state, whose place the vector takes.

    Reference:
        Vinyals et al., 2015, "Show and tell: a neural image caption generator", section 3; Xu et al., 2015, "Show,
        attend and tell", section 3.1.2 (a layer for each state, rather than the vector as a first input).
    """

    def __init__(
        self, stack: Stack, num_features: int, inputs: InputEncoder, vocab_size: int, output_dropout: float = 0.0
    ) -> None:
        super().__init__(stack, inputs, vocab_size, output_dropout)
        if num_features < 1:
            raise ValueError(f"num_features: expected at least 1, got {num_features}")
        if stack.initial_state != "zero":
            raise ValueError(f"the vector is the initial state: expected zero, got {stack.initial_state!r}")
        rows = stack.num_layers * stack.hidden_size
        self.starts = nn.ModuleList(nn.Linear(num_features, rows) for _ in range(self.recurrent.cell.num_states))

    def forward(self, features: Tensor, trg_in: Tensor) -> Tensor:
        """Scores the next token at every position, reading the true ones before it (teacher forcing).

        Args:
            features: (B, F).
            trg_in: Tokens from ``<bos>`` on, without the last, padded at the end: int64 (B, T).

        Returns:
            Logits (B, T, V), where position t scores the token at t + 1; padded positions mean nothing.
        """
        return self.read(self.embedding(trg_in), state=self.start(features))[0]

    def start(self, features: Tensor) -> State:
        """Returns the state before the first token, tensors (L, B, H), from vectors (B, F)."""
        layers = self.recurrent.num_layers
        state = [start(features).unflatten(1, (layers, -1)).transpose(0, 1) for start in self.starts]
        output = self.recurrent.cell.output_place
        state[output] = torch.tanh(state[output])
        return tuple(state)
