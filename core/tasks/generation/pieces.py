"""The surprise of two methods over one text, piece by piece. Left out: the reading (generation.py)."""

from __future__ import annotations

import numpy as np

from core.evidence import Paired

MOST_PIECES, SHORTEST_PIECE = 1_000, 32  # tokens


def beside_text(network: np.ndarray, other: np.ndarray, num_characters: int) -> Paired:
    """Bits a character of the network and of another method, over pieces of the text.

    Args:
        network, other: (N,) nats of each token, with what spelling costs that the vocabulary lacks.
        num_characters: Of the whole text; each token counts for its mean share.
    """
    length = max(SHORTEST_PIECE, -(-len(network) // MOST_PIECES))
    starts = np.arange(0, len(network), length)
    bits = [np.add.reduceat(nats, starts) / np.log(2.0) for nats in (network, other)]
    characters = np.diff(np.append(starts, len(network))) * (num_characters / len(network))
    return Paired("bits_per_char", bits[0], bits[1], characters, item="text piece")
