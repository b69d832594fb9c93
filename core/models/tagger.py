"""A tagger: a label for every step, many to many and aligned.

Both directions are welcome here, because the whole text is there before the first label is asked for. Scores are of each
label by itself; a chain on top of them (`core.models.crf`) judges the labels of a sentence as a whole.

Shape letters: B batch, T time.
"""

from torch import Tensor

from core.models.crf import LinearChain
from core.models.feed_forward import FeedForwardStack
from core.models.inputs import InputEncoder
from core.models.network import StackNetwork
from core.models.stack import Stack


class Tagger(StackNetwork):
    """Recurrent layers, or layers without memory, and a linear output over the labels at every step.

    Args:
        chain: Scores neighbouring labels, and takes those of `forward` for its emissions; None leaves each label to itself.

    Reference:
        Graves, 2012, "Supervised sequence labelling with recurrent neural networks", chapter 3; Huang et al., 2015,
        "Bidirectional LSTM-CRF models for sequence tagging", sections 2.2 (both directions) and 2.3 (a chain).
    """

    def __init__(
        self,
        stack: Stack | FeedForwardStack,
        inputs: InputEncoder,
        num_outputs: int,
        output_dropout: float = 0.0,
        chain: LinearChain | None = None,
    ) -> None:
        super().__init__(stack, inputs, num_outputs, output_dropout)
        self.chain = chain

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """Scores the labels of every step.

        Args:
            inputs: What the input encoder reads: of tokens int64 (B, T).
            lengths: Real steps of each row, int64 (B,), at least 1.

        Returns:
            Logits (B, T, num_outputs), where position t is for step t; padded positions mean nothing.
        """
        return self.read(self.embedding(inputs), lengths)[0]
