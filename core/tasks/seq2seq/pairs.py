"""Translations scored one by one, so that two methods can be compared on the same texts.

Left out: figures of a whole part (core.translation_metrics).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.evidence import Paired

MOST_SHIFTED = 200  # texts, evenly spread


def beside_translations(written: Sequence[str], others: Sequence[str], references: Sequence[str]) -> Paired:
    """Exact matches of the network and of another method. All (N,)."""
    network, other = (
        np.array([text.strip() == wanted.strip() for text, wanted in zip(texts, references, strict=True)], dtype=float)
        for texts in (written, others)
    )
    return Paired("exact_match", network, other)


def beside_other_sources(written: Sequence[str], references: Sequence[str]) -> Paired | None:
    """How like the references the network's translations are, and how like those that it made of other texts.

    A network that has learned to write but not to read writes what fits any text as well as its own. Likeness is chrF,
    which sees more than whole hits, of at most `MOST_SHIFTED` texts; of the other texts the one before stands in.

    Returns:
        None for fewer than two texts.
    """
    from sacrebleu.metrics.chrf import CHRF

    number = min(MOST_SHIFTED, len(references))
    if number < 2:
        return None
    rows = (np.arange(number) * len(references) // number).tolist()
    score = CHRF().sentence_score
    own = [score(written[row], [references[row]]).score for row in rows]
    shifted = [
        score(written[before], [references[row]]).score
        for row, before in zip(rows, [rows[-1], *rows[:-1]], strict=True)
    ]
    return Paired("chrf", np.array(own), np.array(shifted))
