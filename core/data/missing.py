"""What becomes of missing values: read as straight lines, dropped with their step, or masked.

Nothing that is made up is ever scored or trained against: a value that is missing stays missing in the data, whatever
stands in for it when a network reads. What stands in is what was known at the origin of a forecast: a straight line
only where the gap had ended by then, else the value before it. Beyond the ends of a series that starts later or ends
earlier than others nothing is made up. Left out: gathering windows (core.data.batching).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.words import plural

if TYPE_CHECKING:
    from core.data.series_scaler import SeriesScaler

Array = np.ndarray
_MOST_NAMED, _LONGEST_NAME = 5, 40  # columns, and characters of one, in a note
MIN_STEPS = 20  # fewer are not learned from, whatever is done about gaps


@dataclass(frozen=True)
class Settled:
    """Columns in which every missing value has been dealt with.

    Attributes:
        frame: NaN where a value is missing.
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
        data: drop leaves out every step with a missing value; interpolate and mask leave gaps, which the network reads as
            straight lines or is told of.
        shared_span: The columns are series of their own length: lines are for the steps that all share.

    Raises:
        ConfigError: Too few steps would be left.
    """
    missing = frame.isna().to_numpy()
    if not missing.any():
        return Settled(frame)
    if data.missing == "drop":
        return _drop(frame, missing)
    if shared_span and data.missing == "interpolate" and data.many_series == "together":
        return _shared_span(frame, known_spans(~missing))
    return _leave_ends(frame, missing, data)


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
    table = pd.DataFrame(values).where(known)
    if lag > 1:
        table = table.groupby(np.arange(len(table)) % lag).ffill()
    return np.array(table.ffill().bfill().fillna(0.0), order="C")


def next_known(known: Array) -> Array:
    """int64 (T, C): the first row from each row on in which the column has a value; T where none follows."""
    rows = np.where(known, np.arange(len(known))[:, None], len(known))
    return np.minimum.accumulate(rows[::-1], axis=0)[::-1]


def straight_lines(values: Array, known: Array) -> Array:
    """(T, C) with straight lines across gaps, the nearest value at the ends, and 0 in a column without any."""
    rows, filled = np.arange(len(values)), np.zeros(values.shape)
    for place in range(values.shape[1]):
        at = np.flatnonzero(known[:, place])
        if len(at):
            filled[:, place] = np.interp(rows, at, values[at, place])
    return filled


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


def _leave_ends(frame: pd.DataFrame, missing: Array, data: DataConfig) -> Settled:
    """Gaps and the ends of each column left; steps at both ends without any value go."""
    spans = known_spans(~missing)
    if not spans.any():
        raise _too_few("no value", "Bring another file.")
    first, end = int(spans[spans[:, 1] > 0, 0].min()), int(spans[:, 1].max())
    rows = np.arange(len(frame))[:, None]
    inside = (rows >= spans[:, 0]) & (rows < spans[:, 1])
    notes = []
    gaps = (missing & inside)[first:end]
    num_gaps = int(gaps.sum())
    if num_gaps and data.missing == "mask":
        notes.append(f"{_counted(frame, gaps)} masked: the network is told, and nothing is scored there")
    elif num_gaps:
        notes.append(f"{_counted(frame, gaps)} filled by straight lines")
    if ends := _ends(frame, spans, first, end):
        notes.append(f"{ends}: never read or scored")
    num_dropped = len(frame) - (end - first)
    if num_dropped:
        notes.append(f"{plural(num_dropped, 'step')} at the ends without any value left out")
    return Settled(frame.iloc[first:end], tuple(notes), num_dropped, "at the ends without any value")


def _shared_span(frame: pd.DataFrame, spans: Array) -> Settled:
    first, end = int(spans[:, 0].max()), int(spans[:, 1].min())
    if end - first < MIN_STEPS:
        hint = "Set data.many_series=each or data.missing=mask, or choose fewer series."
        raise _too_few(f"{max(0, end - first):,}", hint)
    shared, reason, notes = frame.iloc[first:end], "outside of the span that all series share", []
    num_gone, gaps = len(frame) - len(shared), shared.isna().to_numpy()
    if num_gone:
        told = "left out; data.many_series=each or data.missing=mask keeps them"
        notes.append(f"{plural(num_gone, 'step')} {reason} {told}")
    if gaps.any():
        notes.append(f"{_counted(frame, gaps)} filled by straight lines")
    return Settled(shared, tuple(notes), num_gone, reason)


def _too_few(received: str, hint: str) -> ConfigError:
    return ConfigError.single("data.missing", f"at least {MIN_STEPS} steps that all series share", received, hint)


def _counted(frame: pd.DataFrame, missing: Array) -> str:
    """How many values bool (T, C) are missing, and in which columns where there are several."""
    numbers = missing.sum(axis=0)
    total = plural(int(numbers.sum()), "missing value")
    if len(numbers) == 1:
        return total
    places = np.flatnonzero(numbers)
    if len(places) == 1:
        return f"{total} of {_name(frame, places[0])}"
    some = [f"{numbers[place]:,} of {_name(frame, place)}" for place in places[:_MOST_NAMED]]
    rest = int(numbers[places[_MOST_NAMED:]].sum())
    return f"{total} ({', '.join([*some, f'{rest:,} of others'] if rest else some)})"


def _ends(frame: pd.DataFrame, spans: Array, first: int, end: int) -> str:
    """The rows of `first` to `end` before the first and after the last value of some columns; "" where there are none."""
    told, total = [], 0
    for place, (begins, stops) in enumerate(spans.tolist()):
        if stops == 0:
            continue
        for number, where in ((begins - first, "before the first"), (end - stops, "after the last")):
            if number:
                told.append(f"{plural(number, 'row')} {where} value of {_name(frame, place)}")
                total += number
    if len(told) > _MOST_NAMED:
        return f"{plural(total, 'value')} before the start or after the end of a series"
    return ", ".join(told)


def _name(frame: pd.DataFrame, place: int) -> str:
    name = str(frame.columns[place])
    return repr(name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}...")


@dataclass(frozen=True)
class GapReading:
    """Two readings of scaled series, and from which origin on which of them counts.

    Attributes:
        lines: float (T, S) values, and straight lines across gaps.
        standing: float (T, S) what stands in a gap that has not ended.
        closes: int64 (T, S) a window reads `lines` in a row if its origin comes after this one.
    """

    lines: Array
    standing: Array
    closes: Array


def read_as_lines(values: Array, known: Array, scaler: SeriesScaler) -> GapReading:
    """Lines across gaps that have ended, no change in those that have not, the mean where nothing came before.

    Args:
        values: (T, S) original, anything where missing.
        known: bool (T, S).
        scaler: Fitted on the training set.
    """
    if scaler.lag:
        standing = np.broadcast_to(-np.array(scaler.mean) / np.array(scaler.std), values.shape)
    else:
        standing = scaler.transform(carry_forward(values, known, 0))
    standing = np.where(np.arange(len(values))[:, None] > known_spans(known)[:, 0], standing, 0.0)
    return GapReading(scaler.transform(straight_lines(values, known)), standing, next_known(known))


def read_step_by_step(scaled: Array) -> GapReading:
    """For a network that is asked at every step of its window: gaps filled from the past (T, S), and nothing else."""
    return GapReading(scaled, scaled, np.zeros(scaled.shape, dtype=np.int64))
