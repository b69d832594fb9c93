"""What a language model makes of a text: loss, bits per character, perplexity.

Bits per character divide by characters, not by tokens, and count what it costs to spell the tokens that the vocabulary
lacks, so that character, word and subword models of any vocabulary are comparable. Loss and perplexity are those of
tokens, one of which is ``<unk>`` whatever it stands for: comparable within one vocabulary only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.metrics.base import Floats, Metric

MOST_PIECES, SHORTEST_PIECE = 1_000, 32  # tokens


@dataclass(frozen=True, eq=False)
class ReadText:
    """The surprise of a text.

    Attributes:
        nats: -log of the probability of each token, (N,) or pieces of one length (R, N).
        num_characters: Of the text, as normalized, that those tokens stand for.
        spelling: What spelling the unknown ones among them costs (core.data.spelling), in nats: of each, or of all.
    """

    nats: Floats
    num_characters: int
    spelling: ArrayLike = 0.0

    @property
    def loss(self) -> float | None:
        """Nats per token."""
        return float(self.nats.sum()) / self.nats.size if self.nats.size else None


def _bits_per_char(read: ReadText) -> float | None:
    if read.num_characters <= 0:
        return None
    return (float(read.nats.sum()) + float(np.sum(read.spelling))) / read.num_characters / math.log(2.0)


def _perplexity(read: ReadText) -> float | None:
    try:
        return None if read.loss is None else math.exp(read.loss)
    except OverflowError:
        return None


def _pieces(read: ReadText) -> tuple[Floats, Floats]:
    """Bits and characters of pieces of a text (N,); each token counts for its mean share of characters."""
    num_tokens = len(read.nats)
    starts = np.arange(0, num_tokens, max(SHORTEST_PIECE, -(-num_tokens // MOST_PIECES)))
    bits = np.add.reduceat(read.nats + np.asarray(read.spelling), starts) / np.log(2.0)
    return bits, np.diff(np.append(starts, num_tokens)) * (read.num_characters / num_tokens)


METRICS = (
    Metric(
        "bits_per_char", "Bits per character", _bits_per_char, unit="bits", form=".2f", smaller_is_better=True,
        near=0.05, per_item=_pieces,
        gloss="Bits per character say how surprising the text is to the network, with what is not in the vocabulary "
        "spelled out, so that networks of any unit and vocabulary compare; loss and perplexity compare within one "
        "vocabulary.",
    ),
    Metric("perplexity", "Perplexity", _perplexity, form=".1f", smaller_is_better=True),
)  # fmt: skip
