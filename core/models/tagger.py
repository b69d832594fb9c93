"""A tagger: a label for every step, many to many and aligned.

Both directions are welcome here, because the whole text is there before the first label is asked for. Left out: the
choice of a label sequence as a whole (a conditional random field).

Shape letters: B batch, T time.
"""

from torch import Tensor

from core.models.network import StackNetwork


class Tagger(StackNetwork):
    """Recurrent layers, or layers without memory, and a linear output over the labels at every step.

    Reference:
        Graves, 2012, "Supervised sequence labelling with recurrent neural networks", chapter 3; Huang et al., 2015,
        "Bidirectional LSTM-CRF models for sequence tagging", section 2.2 (both directions).
    """

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """Scores the labels of every step.

        Args:
            inputs: What the input encoder reads: of tokens int64 (B, T).
            lengths: Real steps of each row, int64 (B,), at least 1.

        Returns:
            Logits (B, T, num_outputs), where position t is for step t; padded positions mean nothing.
        """
        return self.read(self.embedding(inputs), lengths)[0]
