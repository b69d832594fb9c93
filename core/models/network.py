"""What networks with one stack of layers have in common: an input encoder, the layers, and a linear output.

Shape letters: B batch, T time, E embedding, H hidden, K outputs.
"""

import torch
from torch import Tensor, nn

from core.models.cells import State
from core.models.dropout import SequenceDropout
from core.models.feed_forward import FeedForwardStack
from core.models.inputs import InputEncoder, Tokens
from core.models.products import Linear
from core.models.stack import Stack


class StackNetwork(nn.Module):
    """An input encoder, one stack of layers, and a linear output.

    Args:
        inputs: Makes a vector of what is read at each step. The network calls it ``embedding``: so it stands in the
            files of weights.
        num_outputs: Numbers given for each step or sequence, K: scores of classes or tokens, or values.
        output_dropout: Probability of zeroing a hidden value before the output layer.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self, stack: Stack | FeedForwardStack, inputs: InputEncoder, num_outputs: int, output_dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.embedding = inputs
        self.recurrent = stack.build(inputs.output_size)
        self.output_dropout = SequenceDropout(output_dropout, getattr(stack, "locked_dropout", False))
        self.output = Linear(self.recurrent.output_size, num_outputs)

    def read(self, vectors: Tensor, lengths: Tensor | None = None, state: State | None = None) -> tuple[Tensor, State]:
        """Gives an output for every step.

        Args:
            vectors: What ``embedding`` makes of the inputs: (B, T, E).
            lengths: Real steps of each row, int64 (B,), at least 1; None when every row is full.
            state: State before the first step, as :meth:`Recurrent.forward` takes it.

        Returns:
            Outputs (B, T, K), which mean nothing at padded positions, and the state after each row's last real step.
        """
        hidden, state = self.recurrent(vectors, lengths, state)
        return self.answer(hidden), state

    def answer(self, hidden: Tensor) -> Tensor:
        """Outputs (..., K) of hidden vectors (..., H)."""
        return self.output(self.output_dropout(hidden))


class NextTokenNetwork(StackNetwork):
    """A network whose output at each token scores the one after it.

    Args:
        tied: Whether the vector of a token and its row of the output layer are the same weights; hidden values are
            projected to their size where that is another. They start as those of an output layer do, near 1 / sqrt(E).

    Reference:
        Press and Wolf, 2017, "Using the output embedding to improve language models"; Inan et al., 2017, "Tying word vectors
        and word classifiers".

    Raises:
        ValueError: If an argument is out of range, or the stack has two directions, of which the backward one would see
            the answer.
    """

    def __init__(
        self,
        stack: Stack | FeedForwardStack,
        inputs: InputEncoder,
        vocab_size: int,
        output_dropout: float = 0.0,
        tied: bool = False,
    ) -> None:
        super().__init__(stack, inputs, vocab_size, output_dropout)
        if self.recurrent.bidirectional:
            raise ValueError("the next token is predicted: expected one direction, got two")
        self.narrowing: Linear | None = None
        if tied:
            self._tie(inputs, vocab_size)

    def _tie(self, inputs: InputEncoder, vocab_size: int) -> None:
        if not isinstance(inputs, Tokens) or inputs.num_embeddings != vocab_size:
            raise ValueError("tied: expected inputs that are vectors of the tokens which are scored")
        width = inputs.output_size
        if width != self.recurrent.output_size:
            self.narrowing = Linear(self.recurrent.output_size, width, bias=False)
        with torch.no_grad():
            inputs.weight.mul_(width**-0.5)
        self.output = Linear(width, vocab_size)
        self.output.weight = inputs.weight

    def answer(self, hidden: Tensor) -> Tensor:
        return self.output(self.narrowed(self.output_dropout(hidden)))

    def narrowed(self, hidden: Tensor) -> Tensor:
        """Hidden vectors (..., H) as the output layer takes them: projected where tied vectors have another size."""
        return hidden if self.narrowing is None else self.narrowing(hidden)

    def step(self, ids: Tensor, state: State) -> tuple[Tensor, State, None]:
        """Reads one token of each row, in the form ``core.decoding`` calls.

        Args:
            ids: (N,).

        Returns:
            The next token's logits (N, V), the state, and None for the attention it does not have.
        """
        logits, state = self.read(self.embedding(ids[:, None]), state=state)
        return logits[:, 0], state, None
