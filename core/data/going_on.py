"""Known series and newer rows of them joined: what is known up to the new end, as a network reads it.

The rows come from sources/newer_rows.py, their places among the steps from step_grid.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.words import plural
from core.data.missing import carry_forward, straight_lines
from core.data.step_grid import StepGrid

_MAX_MADE_UP = 0.5  # of the rows that a forecast reads; with more, it would be about what was filled in


@dataclass(frozen=True)
class Past:
    """The last rows of series, in original units.

    Attributes:
        values: (K, F) finite, gaps filled.
        known: bool (K, F), False where a value is filled.
        places: int64 (K,), steps after the end of the data that the network was trained on.
        notes: What was done about gaps and double rows.
        first_on_line: (F,) what a straight line across the gap gives in the first row, from a value before it; None
            where that row is what it says.
    """

    values: np.ndarray
    known: np.ndarray
    places: np.ndarray
    notes: tuple[str, ...] = ()
    first_on_line: np.ndarray | None = None


def go_on(
    past: Past, rows: np.ndarray, places: np.ndarray, targets: list[int], data: DataConfig, lag: int, grid: StepGrid
) -> Past:
    """The last K rows up to the last of the newer ones in which a target is known.

    Where known and newer rows have the same step, the newer ones count; a cell that is empty there says nothing.

    Args:
        past: What is known without them.
        rows: (N, F) NaN where missing.
        places: int64 (N,) steps after the end of the training data.
        targets: Places of the columns to forecast.
        data: `missing` says what becomes of gaps.
        lag: Steps of a difference, by which gaps are filled from the past.
        grid: Names the steps in messages.

    Raises:
        ConfigError: No row with a target, too few rows, or more than half of those that are read would be made up.
    """
    has_target = ~np.isnan(rows[:, targets]).all(axis=1)
    if not has_target.any():
        raise ConfigError.single(
            "input", "a row with a value of what is forecast", "none", "Fill in the newest values."
        )
    keep, last = len(past.values), int(places[has_target].max())
    first = last - 2 * keep + 1  # as far again before the window, for gaps that reach into it
    table, filled = np.full((2 * keep, rows.shape[1]), np.nan), np.zeros((2 * keep, rows.shape[1]), dtype=bool)
    at = past.places - first
    inside = (at >= 0) & (at < 2 * keep)
    table[at[inside]], filled[at[inside]] = past.values[inside], ~past.known[inside]
    at, newer = places - first, ~np.isnan(rows)
    inside = (at >= 0) & (at < 2 * keep)
    notes = _overlap_notes(table[at[inside]], filled[at[inside]], rows[inside])
    told = np.full(table.shape, np.nan)
    told[at[inside]] = rows[inside]
    real = ~np.isnan(told)
    table[real], filled[real] = told[real], False
    blank = int((places > last).sum())
    if blank:
        notes.append(f"{plural(blank, 'row')} without a value to forecast from left out at the end")
    if last < past.places[-1]:
        notes.append(f"the rows end at {grid.label(last)}, before the training data does: the forecast starts there")
    elif last == past.places[-1] and not newer[places > last].any():
        notes.append("no row is newer than the training data: the forecast starts at the same end")
    error = _too_few(past, rows, places, grid)
    if data.missing == "drop":
        return _close_up(table, filled, first, error, notes)
    lines = _line_at(keep, table, filled, past, int(past.places[0]) - first)
    return replace(_fill(table, filled, first, data, lag, error, notes), first_on_line=lines)


def _line_at(row: int, table: np.ndarray, filled: np.ndarray, past: Past, begin: int) -> np.ndarray:
    """What straight lines across gaps give in a row (F,); where the past begins in a gap its own line goes on."""
    values, known = np.nan_to_num(table), ~np.isnan(table) & ~filled
    if past.first_on_line is not None and 0 <= begin < len(table):
        values[begin] = np.where(filled[begin], past.first_on_line, values[begin])
        known[begin] |= filled[begin]
    return straight_lines(values, known)[row]


def _overlap_notes(known: np.ndarray, filled: np.ndarray, rows: np.ndarray) -> list[str]:
    """How many of the newer rows were known already, and in how many of these another value stands now."""
    both = ~np.isnan(known) & ~filled & ~np.isnan(rows)
    num_both = int(both.any(axis=1).sum())
    if not num_both:
        return []
    others = int((both & ~np.isclose(known, rows, rtol=1e-9, atol=1e-12)).any(axis=1).sum())
    return [f"{plural(num_both, 'row')} of the end of the training data, {others:,} with other values, which count"]


def _too_few(past: Past, rows: np.ndarray, places: np.ndarray, grid: StepGrid) -> ConfigError:
    keep = len(past.values)
    first, last = (grid.label(int(place)) if grid.order is None else f"row {place:+,}" for place in places[[0, -1]])
    end = grid.label(int(past.places[-1])) if grid.order is None else "the end of the training data"
    received = f"{plural(len(rows), 'row')} from {first} to {last}"
    hint = f"A forecast reads {plural(keep, 'row')}: bring so many in a row, or rows that follow on the training data."
    return ConfigError.single("input", f"at least {plural(keep, 'row')}, or rows that go on from {end}", received, hint)


def _close_up(table: np.ndarray, filled: np.ndarray, first: int, error: ConfigError, notes: list[str]) -> Past:
    """Steps with a missing value go, as in training."""
    keep = len(table) // 2
    complete = np.flatnonzero(~np.isnan(table).any(axis=1))[-keep:]
    if len(complete) < keep:
        raise error
    num_gone = int(complete[-1] - complete[0]) + 1 - keep
    if num_gone:
        notes.append(f"{plural(num_gone, 'step')} with a missing value dropped: time closes up there")
    return Past(table[complete], ~filled[complete], complete + first, tuple(notes))


def _fill(
    table: np.ndarray, filled: np.ndarray, first: int, data: DataConfig, lag: int, error: ConfigError, notes: list[str]
) -> Past:
    """Gaps are filled from the past, and known to be: what a network reads there is its own affair (missing.py)."""
    keep, blank = len(table) // 2, np.isnan(table)
    absent = blank.all(axis=1)
    if absent[: keep + 1].all() or absent[keep:].sum() > _MAX_MADE_UP * keep:
        raise error
    if absent[keep:].any():
        notes.append(f"{plural(int(absent[keep:].sum()), 'step')} without a row between known ones")
    start, num_gaps = int(np.argmin(absent)), int(blank[keep:].sum())
    if num_gaps:
        told = "masked" if data.missing == "mask" else "filled by straight lines"
        notes.append(f"{plural(num_gaps, 'missing value')} {told}")
    carried = carry_forward(np.nan_to_num(table[start:]), ~blank[start:], lag)
    table = np.concatenate([table[:start], carried])
    if np.isnan(table[keep:]).any():
        raise error
    return Past(table[keep:], (~filled & ~blank)[keep:], np.arange(keep) + keep + first, tuple(notes))
