"""Whole entities that a tagger finds, by conlleval's definition: one is right where its type and both its ends are.

Shape letters: N words, S sentences, C classes.

Reference:
    Tjong Kim Sang and Buchholz (2000), "Introduction to the CoNLL-2000 shared task: chunking" (`conlleval`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.metrics.base import Floats, Metric
from core.metrics.classes import Guesses
from core.schemes import Span, spans_of


@dataclass(frozen=True, eq=False)
class TaggedGuesses(Guesses):
    """Predicted tags of words beside the true ones, sentence by sentence.

    Attributes:
        names: What each of the C classes is called, such as "B-person".
        lengths: Words of each sentence, (S,), of sum N.
    """

    names: Sequence[str] = ()
    lengths: Sequence[int] | NDArray[np.int64] = ()

    @cached_property
    def entities(self) -> list[tuple[frozenset[Span], frozenset[Span]]]:
        """Of each sentence the true entities and the predicted ones."""
        true, guessed = (
            [self.names[number] for number in np.asarray(numbers).tolist()]
            for numbers in (self.labels, self.predictions)
        )
        ends = np.cumsum(np.asarray(self.lengths, dtype=np.int64)).tolist()
        pairs = zip([0, *ends[:-1]], ends, strict=True) if ends else []
        return [(frozenset(spans_of(true[a:b])), frozenset(spans_of(guessed[a:b]))) for a, b in pairs]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(S, 3): right, predicted and true entities of each sentence."""
        rows = [(len(true & guessed), len(guessed), len(true)) for true, guessed in self.entities]
        return np.array(rows, dtype=np.int64).reshape(-1, 3)


def per_type(guesses: TaggedGuesses) -> dict[str, dict[str, float | int | None]]:
    """Precision, recall, F1 (0 to 1) and support (true entities) of each type, by name; None as in `per_class`."""
    kinds = sorted({span.kind for pair in guesses.entities for spans in pair for span in spans})
    found = dict.fromkeys(kinds, (0, 0, 0))
    for true, guessed in guesses.entities:
        for which, spans in enumerate((true & guessed, guessed, true)):
            for span in spans:
                row = list(found[span.kind])
                row[which] += 1
                found[span.kind] = (row[0], row[1], row[2])
    return {
        kind: {
            "precision": _share(right, predicted),
            "recall": _share(right, true),
            "f1": _share(2 * right, predicted + true),
            "support": true,
        }
        for kind, (right, predicted, true) in found.items()
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _precision(guesses: TaggedGuesses) -> float | None:
    right, predicted, _ = guesses.counts.sum(axis=0).tolist()
    return _share(right, predicted)


def _recall(guesses: TaggedGuesses) -> float | None:
    right, _, true = guesses.counts.sum(axis=0).tolist()
    return _share(right, true)


def _f1(guesses: TaggedGuesses) -> float | None:
    right, predicted, true = guesses.counts.sum(axis=0).tolist()
    return _share(2 * right, predicted + true)


def _twice_right(guesses: TaggedGuesses) -> tuple[Floats, Floats]:
    right, predicted, true = guesses.counts.T.astype(np.float64)
    return 2 * right, predicted + true


METRICS = (
    Metric(
        "entity_f1", "Entity F1", _f1, unit="%", form=".1f", is_share=True, perfect=1.0, near=0.05, per_item=_twice_right,
        needs_entities=True,
        gloss="Entity F1 weighs how many of the entities found are right against how many true ones are found; one is right "
        "where its type and both its ends are.",
    ),
    Metric(
        "entity_precision", "Entity precision", _precision, unit="%", form=".1f", is_share=True, perfect=1.0,
        needs_entities=True,
    ),
    Metric(
        "entity_recall", "Entity recall", _recall, unit="%", form=".1f", is_share=True, perfect=1.0, needs_entities=True,
    ),
)  # fmt: skip
