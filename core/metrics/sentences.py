"""Two networks over the same texts, text by text: where they differ most.

Reference:
    Neubig et al. (2019), "compare-mt: a tool for holistic comparison of language generation systems".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.metrics.registry import METRICS
from core.metrics.translations import Translations


@dataclass(frozen=True)
class Sentence:
    """A source with its reference and what two networks wrote, each with its chrF of that sentence, 0 to 100."""

    source: str
    reference: str
    first: str
    second: str
    first_score: float
    second_score: float

    @property
    def apart(self) -> float:
        """By how much the second is better."""
        return self.second_score - self.first_score


def side_by_side(first: Sequence[Mapping[str, str]], second: Sequence[Mapping[str, str]]) -> list[Sentence]:
    """The texts that both wrote, those first that differ most.

    Args:
        first, second: Rows of `src`, `trg` (the reference) and `predicted`.
    """
    others = {(row["src"], row["trg"]): row["predicted"] for row in second}
    pairs = [(row, others[row["src"], row["trg"]]) for row in first if (row["src"], row["trg"]) in others]
    wanted = [row["trg"] for row, _ in pairs]
    scores = [_chrf(texts, wanted) for texts in ([row["predicted"] for row, _ in pairs], [other for _, other in pairs])]
    found = [
        Sentence(row["src"], row["trg"], row["predicted"], other, *both)
        for (row, other), *both in zip(pairs, *scores, strict=True)
    ]
    return sorted(found, key=lambda one: -abs(one.apart))


def _chrf(texts: Sequence[str], wanted: Sequence[str]) -> list[float]:
    per_item = METRICS["chrf"].per_item
    assert per_item is not None
    return [float(score) for score in per_item(Translations(texts, wanted))[0]] if texts else []
