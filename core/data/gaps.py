"""What a network reads where values are missing, origin by origin.

A window holds what was known at its origin. A gap that ended before is a straight line; in one that has not, the value
of one difference earlier goes on, so that nothing changes. Left out: gathering windows (batching.py), scoring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.missing import carry_forward, known_spans, next_known, straight_lines
from core.data.series import SeriesScaler


@dataclass(frozen=True)
class GapReading:
    """Two readings of scaled series, and from which origin on which of them counts.

    Attributes:
        lines: float (T, S) values, and straight lines across gaps.
        standing: float (T, S) what stands in a gap that has not ended.
        closes: int64 (T, S) a window reads `lines` in a row if its origin comes after this one.
    """

    lines: np.ndarray
    standing: np.ndarray
    closes: np.ndarray


def read_as_lines(values: np.ndarray, known: np.ndarray, scaler: SeriesScaler) -> GapReading:
    """Lines across gaps that have ended, no change in those that have not, the mean where nothing came before.

    Args:
        values: (T, S) original, anything where missing.
        known: bool (T, S).
        scaler: Fitted on the training part.
    """
    if scaler.lag:
        standing = np.broadcast_to(-np.array(scaler.mean) / np.array(scaler.std), values.shape)
    else:
        standing = scaler.transform(carry_forward(values, known, 0))
    begun = np.arange(len(values))[:, None] > known_spans(known)[:, 0]
    return GapReading(
        scaler.transform(straight_lines(values, known)), np.where(begun, standing, 0.0), next_known(known)
    )


def read_step_by_step(scaled: np.ndarray) -> GapReading:
    """For a network that is asked at every step of its window: gaps filled from the past (T, S), and nothing else."""
    return GapReading(scaled, scaled, np.zeros(scaled.shape, dtype=np.int64))
