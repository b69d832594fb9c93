"""Series as numbers: which columns are read, which are known ahead, how often there is a row, and the names of steps.

Left out: powers, differences and scale (series_scaler.py), what stands in gaps (missing.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.config.words import plural
from core.data.coming import find_coming
from core.data.dataset import Rows, SeriesSet, told_columns, told_each
from core.data.missing import known_spans, settle_missing
from core.data.month_steps import FREQUENCIES, MonthStep

_LINE_NOTE = "what is filled is read, never scored; in a gap that has not ended the value before it stands"


def clean_series(
    frame: pd.DataFrame,
    target_columns: Sequence[str],
    units: dict[str, str] | None = None,
    data: DataConfig | None = None,
    *,
    rows: Rows | None = None,
    shared_span: bool = False,
    ahead: pd.DataFrame | None = None,
) -> SeriesSet:
    """Choose the columns that are read, deal with missing values, and say so.

    Missing values stay missing: what stands for them is for the network to read (core.data.missing), never to be scored.

    Args:
        frame: Columns of numbers in time order, gaps as NaN.
        target_columns: The columns to forecast. With data.many_series=each and none chosen, every column is.
        units: Unit of each column.
        data: `missing`, `many_series` and `covariate_columns`; the usual ones when not given.
        rows: What became of the source's rows so far; those of the frame when not given.
        shared_span: The columns are series of their own length and start.
        ahead: What is known ahead of each of them, at the same steps, as `SeriesSet.ahead` has it; else the columns of the
            frame that are named so are.

    Raises:
        ConfigError: A column that the frame has not or that is named twice over, or too few steps left.
    """
    data = data or DataConfig()
    targets, every = _choose(frame, target_columns, data)
    coming = [name for name in every if name in data.future_columns]
    read = [name for name in every if name not in coming]
    if coming:
        ahead = frame[coming].astype("float64")
        ahead = told_each(ahead, read) if data.many_series == "each" else ahead
    tail = (
        None if shared_span else find_coming(frame if len(every) == len(frame.columns) else frame[every], targets, data)
    )
    frame = (frame if list(frame.columns) == read else frame[read]).astype("float64")
    step = step_of(frame.index)
    frequency = infer_frequency(frame.index)
    num_steps = len(frame)
    frame, blank, notes = _known_span(frame, targets)
    settled = settle_missing(frame, data, shared_span)
    if ahead is not None:
        ahead = _ahead_of(ahead, settled.frame.index)
        blank -= min(blank, len(ahead) - len(settled.frame))  # rows that say what is known ahead
        notes.append(f"known ahead of its time: {', '.join(told_columns(ahead))}")
    notes.extend(settled.notes)
    if any(note.endswith("filled by straight lines") for note in notes):
        notes.append(_LINE_NOTE)
    others = [name for name in read if name not in targets]
    if others and data.covariate_columns is not None:
        notes.append(f"read but not forecast: {', '.join(others)}")
    rows = rows or Rows(len(frame) + blank)
    if blank:
        # Steps that the source has no row of are no rows, and lie between others as far as there is room for them there.
        num_made, num_empty = max(0, num_steps - rows.kept), int(frame.isna().to_numpy().all(axis=1).sum())
        number = blank - max(0, num_made - num_empty)
        rows = replace(rows, dropped=(*rows.dropped, ("at the ends without a value to forecast", number)))
    gone = min(settled.num_dropped, rows.kept - len(settled.frame))  # steps that the source has no row of are no rows
    if gone > 0:
        rows = replace(rows, dropped=(*rows.dropped, (settled.reason, gone)))
    kept_units = {name: unit for name, unit in (units or {}).items() if name in every}
    return SeriesSet(
        settled.frame, targets, frequency, kept_units, tuple(notes), rows=rows, step=step, ahead=ahead, coming=tail
    )


def _ahead_of(ahead: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Columns that are known ahead at the steps that are kept, and at those behind them until the last with a value."""
    ahead = ahead[ahead.index.isin(index) | (ahead.index > index[-1])]
    known = np.flatnonzero(ahead.notna().to_numpy().any(axis=1))
    return ahead.iloc[: max(len(index), int(known[-1]) + 1 if len(known) else 0)]


def _known_span(frame: pd.DataFrame, targets: Sequence[str]) -> tuple[pd.DataFrame, int, list[str]]:
    """The steps from the first to the last value to forecast, how many are left out at both ends, and a note.

    Blank rows behind the data are what is to be forecast: nothing is made up there, and the forecast begins with them.
    """
    known = np.flatnonzero(frame[list(targets)].notna().to_numpy().any(axis=1))
    if not len(known) or len(known) == len(frame):
        return frame, 0, []
    first, end = int(known[0]), int(known[-1]) + 1
    notes = []
    if end < len(frame):
        begin = time_labels(frame.index[end : end + 1])[0]
        at = f" at {begin}" if isinstance(frame.index, pd.DatetimeIndex) else " there"
        notes.append(
            f"{plural(len(frame) - end, 'step')} without a value to forecast at the end: the forecast begins{at}"
        )
    if first:
        notes.append(f"{plural(first, 'step')} without a value at the start left out")
    return (frame.iloc[first:end], len(frame) - (end - first), notes) if notes else (frame, 0, [])


def _choose(frame: pd.DataFrame, target_columns: Sequence[str], data: DataConfig) -> tuple[tuple[str, ...], list[str]]:
    """The columns to forecast, and those to read in the frame's order."""
    each = data.many_series == "each"
    names = [str(name) for name in frame.columns]
    targets = tuple(data.target_columns or names) if each else tuple(dict.fromkeys(target_columns))
    if not data.target_columns:  # what nobody chose gives way to what somebody named as read
        targets = free_of(targets, data) or targets
    problems = column_problems(names, targets, data)
    if problems:
        raise ConfigError(problems)
    others = set(names if data.covariate_columns is None and not each else data.covariate_columns or ())
    others |= set(data.future_columns)
    read = [name for name in names if name in targets or name in others]
    return (tuple(name for name in read if name not in data.future_columns) if each else targets), read


def free_of(targets: Sequence[str], data: DataConfig) -> tuple[str, ...]:
    """Those of some columns that are not named as read beside what is forecast."""
    named = {name for _, names in data.named_covariates for name in names}
    return tuple(name for name in targets if name not in named)


def column_problems(names: Sequence[str], targets: Sequence[str], data: DataConfig) -> list[Problem]:
    """Targets and covariates that are not there, and columns that are both."""
    problems = []
    for field, chosen in (("data.target_columns", targets), *data.named_covariates):
        unknown = [name for name in chosen if name not in names]
        if unknown:
            problems.append(Problem(field, f"columns of {_some(names)}", _some(unknown), "Choose these."))
        both = [name for name in chosen if name in targets and name in names and field != "data.target_columns"]
        if both:
            problems.append(Problem(field, "columns that are not forecast", _some(both), "Leave them out here."))
    return problems


def _some(names: Sequence[str], most: int = 20) -> str:
    """Names in a row, of very many the first: a link may hold thousands."""
    shown = ", ".join(name[:80] for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def indicator_columns(series: SeriesSet, data: DataConfig) -> tuple[str, ...]:
    """The columns whose gaps the network is told of; gaps at the ends of a series read by itself are none."""
    if data.missing != "mask":
        return ()
    known = series.observed
    spans = known_spans(known)
    inside = known.sum(axis=0) < (spans[:, 1] - spans[:, 0] if data.many_series == "each" else len(known))
    return tuple(str(name) for name, has_gaps in zip(series.frame.columns, inside, strict=True) if has_gaps)


def step_of(index: pd.Index) -> str | None:
    """pandas' name of the time between two rows, None for plain numbers and irregular times."""
    if not isinstance(index, pd.DatetimeIndex) or len(index) < 3:
        return None
    return index.freqstr or pd.DatetimeIndex(index, freq="infer").freqstr


def in_words(frequency: str | None, step: str | None) -> str:
    """How often there is a row, such as "one row an hour"; "" where that is not known."""
    if step == "B":
        return "one row a working day"
    if by_month := MonthStep.of(step):
        return by_month.in_words()
    if frequency in FREQUENCIES and not (step or "")[:1].isdigit():
        return f"one row {FREQUENCIES[frequency].often}"
    weeks = re.match(r"(\d+)W", step or "")
    return f"one row every {weeks[1]} weeks" if weeks else f"one row every {step}" if step else ""


def infer_frequency(index: pd.Index) -> str | None:
    """yearly to minutely, or None for plain numbers and irregular times."""
    code = step_of(index)
    if code is None:
        return None
    number, code = re.fullmatch(r"-?(\d*)(.*)", code).groups()  # type: ignore[union-attr]
    if number not in ("", "1"):
        return None  # every ten minutes is not minutely
    return next((name for name, usual in FREQUENCIES.items() if code.startswith(usual.names)), None)


def future_index(index: pd.Index, num_steps: int, step: str | None = None) -> pd.Index:
    """The `num_steps` times after the end of an index, whose step is found when not given."""
    if not isinstance(index, pd.DatetimeIndex):
        return pd.RangeIndex(int(index[-1]) + 1, int(index[-1]) + 1 + num_steps)
    code = step or step_of(index)
    if by_month := MonthStep.of(code):
        return by_month.times(index[-1], 1, num_steps)
    if code:
        return pd.date_range(index[-1], periods=num_steps + 1, freq=code)[1:]
    usual = (index[-1] - index[0]) / max(1, len(index) - 1)
    return pd.DatetimeIndex([index[-1] + usual * k for k in range(1, num_steps + 1)])


def future_times(index: pd.Index, num_steps: int, step: str | None = None, offset: str = "") -> list[str]:
    """Labels of `future_index`."""
    return time_labels(future_index(index, num_steps, step), offset)


def time_labels(index: pd.Index, offset: str = "") -> list[str]:
    """ISO dates (with the time of day where there is one, and its offset of UTC), or the numbers of an integer index."""
    if isinstance(index, pd.DatetimeIndex):
        whole_days = bool((index == index.normalize()).all())
        return list(index.strftime("%Y-%m-%d" if whole_days else f"%Y-%m-%dT%H:%M:%S{offset}"))
    return [str(value) for value in index]
