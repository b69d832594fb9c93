"""What becomes of missing values: straight lines, dropped steps, or gaps that the network is told of.

A straight line uses the value after the gap, so a window that ends inside the gap has seen a little of what comes
next; dropping closes time up; a mask does neither. Beyond the ends of a series that starts later or ends earlier than
others nothing is made up. Left out: reading them (sources), what a network sees of a gap (core.data.batching).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.words import plural

Array = np.ndarray
MIN_STEPS = 20  # fewer are not learned from, whatever is done about gaps


@dataclass(frozen=True)
class Settled:
    """Columns in which every missing value has been dealt with.

    Attributes:
        frame: NaN only where a value stays missing.
        notes: What was done.
        num_dropped: Steps that went, those at the ends without any value included.
        reason: Why they went, as it reads on from "3 rows".
    """

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    num_dropped: int = 0
    reason: str = ""


def settle_missing(frame: pd.DataFrame, data: DataConfig, shared_span: bool = False) -> Settled:
    """Deal with missing values as `data.missing` and `data.many_series` say.

    Args:
        frame: (T, C) floats in time order, NaN where missing.
        data: interpolate draws straight lines (the nearest value at the ends), which use the value after the gap; drop
            leaves out every step with a missing value; mask leaves gaps. With many_series=each the ends of each column
            stay empty.
        shared_span: The columns are series of their own length: lines fill nothing beyond the steps that all share.

    Raises:
        ConfigError: Too few steps would be left.
    """
    missing = frame.isna().to_numpy()
    if not missing.any():
        return Settled(frame)
    if data.missing == "drop":
        return _drop(frame, missing)
    spans = known_spans(~missing)
    if data.missing == "mask" or data.many_series == "each":
        return _leave_ends(frame, missing, spans, data)
    if shared_span:
        return _fill_shared_span(frame, spans)
    return Settled(_lines(frame), (_filled(int(missing.sum())),))


def known_spans(known: Array) -> Array:
    """int64 (C, 2): the first row of each column (T, C) with a value, and the row after its last; 0, 0 without any."""
    any_known = known.any(axis=0)
    first = np.where(any_known, known.argmax(axis=0), 0)
    end = np.where(any_known, len(known) - known[::-1].argmax(axis=0), 0)
    return np.stack([first, end], axis=1).astype(np.int64)


def carry_forward(values: Array, known: Array, lag: int) -> Array:
    """Fill gaps from the past alone: by the last known value of the same phase.

    Args:
        values: (T, C), anything where unknown.
        known: bool (T, C).
        lag: Steps of one phase; 0 and 1 take the last known value.

    Returns:
        (T, C) finite; where the phase has not been seen yet the last known value, before that the first one, and 0 in a
        column without any.
    """
    if known.all():
        return values
    filled, seen = values.copy(), known.copy()
    for size in (lag, 1) if lag > 1 else (1,):
        for phase in range(size):
            part = slice(phase, None, size)
            rows = np.arange(len(filled[part]))[:, None]
            last = np.maximum.accumulate(np.where(seen[part], rows, -1), axis=0)
            carried = np.take_along_axis(filled[part], np.maximum(last, 0), axis=0)
            filled[part] = np.where(last >= 0, carried, filled[part])
            seen[part] |= last >= 0
    first = known_spans(known)[:, 0]
    start = np.where(known.any(axis=0), filled[first, np.arange(filled.shape[1])], 0.0)
    return np.where(seen, filled, start)


def _drop(frame: pd.DataFrame, missing: Array) -> Settled:
    kept = np.flatnonzero(~missing.any(axis=1))
    num_dropped = len(frame) - len(kept)
    if len(kept) < MIN_STEPS:
        raise ConfigError.single(
            "data.missing",
            f"at least {MIN_STEPS} steps without a missing value",
            f"drop, which leaves {len(kept):,} of {len(frame):,}",
            "Choose interpolate or mask, or read fewer columns.",
        )
    note = f"{plural(num_dropped, 'step')} with a missing value dropped: time closes up there"
    return Settled(frame.iloc[kept], (note,), num_dropped, "with a missing value")


def _leave_ends(frame: pd.DataFrame, missing: Array, spans: Array, data: DataConfig) -> Settled:
    """Gaps inside each column filled or left, its ends left; steps at both ends without any value go."""
    begun = spans[spans[:, 1] > 0]
    if not len(begun):
        raise _too_few("no value", "Bring another file.")
    first, end = int(begun[:, 0].min()), int(begun[:, 1].max())
    rows = np.arange(len(frame))[:, None]
    inside = (rows >= spans[:, 0]) & (rows < spans[:, 1])
    num_gaps = int((missing & inside).sum())
    notes = []
    if num_gaps and data.missing == "mask":
        notes.append(f"{num_gaps:,} missing values masked: the network is told, and nothing is scored there")
    elif num_gaps:
        notes.append(_filled(num_gaps))
        frame = _lines(frame).where(inside)
    num_ends = int((~inside)[first:end].sum())
    if num_ends:
        notes.append(f"{plural(num_ends, 'value')} before the start or after the end of a series: never read or scored")
    num_dropped = len(frame) - (end - first)
    if num_dropped:
        notes.append(f"{plural(num_dropped, 'step')} at the ends without any value left out")
    return Settled(frame.iloc[first:end], tuple(notes), num_dropped, "at the ends without any value")


def _fill_shared_span(frame: pd.DataFrame, spans: Array) -> Settled:
    first, end = int(spans[:, 0].max()), int(spans[:, 1].min())
    if end - first < MIN_STEPS:
        raise _too_few(
            f"{max(0, end - first):,}", "Set data.many_series=each or data.missing=mask, or choose fewer series."
        )
    shared = frame.iloc[first:end]
    notes = []
    if len(shared) < len(frame):
        notes.append(
            f"{plural(len(frame) - len(shared), 'step')} outside of the span that all series share left out; "
            "data.many_series=each or data.missing=mask keeps them"
        )
    num_missing = int(shared.isna().to_numpy().sum())
    if num_missing:
        notes.append(_filled(num_missing))
        shared = _lines(shared)
    return Settled(shared, tuple(notes), len(frame) - len(shared), "outside of the span that all series share")


def _too_few(received: str, hint: str) -> ConfigError:
    return ConfigError.single("data.missing", f"at least {MIN_STEPS} steps that all series share", received, hint)


def _filled(num_missing: int) -> str:
    return f"{plural(num_missing, 'missing value')} filled by straight lines"


def _lines(frame: pd.DataFrame) -> pd.DataFrame:
    """Straight lines across gaps, the nearest value at the ends; a column without any value stays empty."""
    rows = np.arange(len(frame))
    filled = np.empty(frame.shape[::-1])
    for place in range(frame.shape[1]):
        values = frame.iloc[:, place].to_numpy(dtype="float64")
        known = np.flatnonzero(~np.isnan(values))
        filled[place] = np.interp(rows, known, values[known]) if len(known) else values
    return pd.DataFrame(filled.T, index=frame.index, columns=frame.columns, copy=False)
