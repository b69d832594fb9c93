"""Every item that was judged with its answer, and whether the probabilities of the answers may be taken at their word.

Items are texts with labels, or words with tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.data.samples import by_class
from core.metrics.calibration import error_by_chance, expected_calibration_error, reliability

MOST_JUDGED = 3_000  # items that are kept; of more a sample in which every class has its share
LONGEST_KEPT = 400  # characters of each
_DIGITS = 4


def judged_items(
    texts: Sequence[str],
    labels: np.ndarray,
    predicted: np.ndarray,
    sure: np.ndarray,
    **more: np.ndarray | Sequence[str],
) -> dict[str, Any]:
    """What a page needs to list items by what they were taken for.

    Args:
        texts: N texts or words.
        labels, predicted: (N,) right and predicted classes.
        sure: (N,) the probability of each answer.
        more: Further columns, N values each.

    Returns:
        `total` items that were judged, and of those that are kept the columns `text`, `label`, `predicted` (numbers of
        classes), `probability` of the answer, and `more`.
    """
    rows = by_class(labels, MOST_JUDGED)
    sure = sure.astype(np.float64).round(_DIGITS)
    columns = {"text": texts, "label": labels, "predicted": predicted, "probability": sure, **more}
    return {"total": len(texts), **{name: _chosen(values, rows) for name, values in columns.items()}}


def _chosen(values: np.ndarray | Sequence[str], rows: np.ndarray) -> list[Any]:
    if isinstance(values, np.ndarray):
        return values[rows].tolist()
    return [values[row][:LONGEST_KEPT] for row in rows]


def trust(sure: np.ndarray, right: np.ndarray) -> dict[str, Any]:
    """How far to trust answers: the expected calibration error, the bins that it is made of, and what it would be by chance
    alone, mean and the most in 95% of cases.

    Args:
        sure: (N,) the probability of each answer.
        right: (N,) whether it was the right one.
    """
    return {
        "error": expected_calibration_error(sure, right),
        "bins": reliability(sure, right),
        "by_chance": error_by_chance(sure),
    }
