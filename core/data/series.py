"""Series as numbers: which columns are read, frequency, differencing and scaling.

The network sees differenced, standardised values; every forecast is brought back to the original units by the
same `SeriesScaler`, fitted on the training set only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.config.words import plural
from core.data.dataset import Rows, SeriesSet
from core.data.missing import known_spans, settle_missing
from core.data.month_steps import FREQUENCIES, MonthStep

NO_SEASON_STEPS = 4  # how far ahead `carry_ratio` looks in a series without a season
_LINE_NOTE = "what is filled is read, never scored; in a gap that has not ended the value before it stands"


def clean_series(
    frame: pd.DataFrame,
    target_columns: Sequence[str],
    units: dict[str, str] | None = None,
    data: DataConfig | None = None,
    *,
    rows: Rows | None = None,
    shared_span: bool = False,
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

    Raises:
        ConfigError: A column that the frame has not or that is named twice over, or too few steps left.
    """
    data = data or DataConfig()
    targets, read = _choose(frame, target_columns, data)
    frame = (frame if list(frame.columns) == read else frame[read]).astype("float64")
    step = step_of(frame.index)
    frequency = infer_frequency(frame.index)
    num_steps = len(frame)
    frame, blank, notes = _known_span(frame, targets)
    settled = settle_missing(frame, data, shared_span)
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
    kept_units = {name: unit for name, unit in (units or {}).items() if name in read}
    return SeriesSet(settled.frame, targets, frequency, kept_units, tuple(notes), rows=rows, step=step)


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
        notes.append(f"{plural(len(frame) - end, 'step')} without a value at the end left out: the forecast begins{at}")
    if first:
        notes.append(f"{plural(first, 'step')} without a value at the start left out")
    return (frame.iloc[first:end], len(frame) - (end - first), notes) if notes else (frame, 0, [])


def _choose(frame: pd.DataFrame, target_columns: Sequence[str], data: DataConfig) -> tuple[tuple[str, ...], list[str]]:
    """The columns to forecast, and those to read in the frame's order."""
    each = data.many_series == "each"
    names = [str(name) for name in frame.columns]
    targets = tuple(data.target_columns or names) if each else tuple(dict.fromkeys(target_columns))
    problems = column_problems(names, targets, data)
    if problems:
        raise ConfigError(problems)
    others = set(names if data.covariate_columns is None and not each else data.covariate_columns or ())
    read = [name for name in names if name in targets or name in others]
    return (tuple(read) if each else targets), read


def column_problems(names: Sequence[str], targets: Sequence[str], data: DataConfig) -> list[Problem]:
    """Targets and covariates that are not there, and columns that are both."""
    covariates = data.covariate_columns or ()
    problems = []
    for field, chosen in (("data.target_columns", targets), ("data.covariate_columns", covariates)):
        unknown = [name for name in chosen if name not in names]
        if unknown:
            problems.append(Problem(field, f"columns of {_some(names)}", _some(unknown), "Choose these."))
    both = [name for name in covariates if name in targets and name in names]
    if both:
        problems.append(
            Problem("data.covariate_columns", "columns that are not forecast", _some(both), "Leave them out here.")
        )
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


def future_times(index: pd.Index, num_steps: int, step: str | None = None, offset: str = "") -> list[str]:
    """Labels of the `num_steps` times after the end of an index, whose step is found when not given."""
    if not isinstance(index, pd.DatetimeIndex):
        return [str(int(index[-1]) + k) for k in range(1, num_steps + 1)]
    code = step or step_of(index)
    if by_month := MonthStep.of(code):
        times = by_month.times(index[-1], 1, num_steps)
    elif code:
        times = pd.date_range(index[-1], periods=num_steps + 1, freq=code)[1:]
    else:
        usual = (index[-1] - index[0]) / max(1, len(index) - 1)
        times = pd.DatetimeIndex([index[-1] + usual * k for k in range(1, num_steps + 1)])
    return time_labels(times, offset)


def time_labels(index: pd.Index, offset: str = "") -> list[str]:
    """ISO dates (with the time of day where there is one, and its offset of UTC), or the numbers of an integer index."""
    if isinstance(index, pd.DatetimeIndex):
        whole_days = bool((index == index.normalize()).all())
        return list(index.strftime("%Y-%m-%d" if whole_days else f"%Y-%m-%dT%H:%M:%S{offset}"))
    return [str(value) for value in index]


@dataclass(frozen=True)
class SeriesScaler:
    """From original values (T, C) to what the network sees and back.

    Attributes:
        lag: Steps between the two values of a difference; 0 takes none.
        mean, std: Of the differenced training set, one a column.
    """

    lag: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def fit(cls, values: np.ndarray, lag: int, known: np.ndarray | None = None) -> SeriesScaler:
        """Mean and spread of the training set (T, C) after differencing by `lag` steps.

        Args:
            values: Finite, gaps filled.
            lag: Steps of a difference, 0 for none.
            known: bool (T, C); changes to and from a value that is not known do not count.
        """
        changes = difference(values, lag)
        if known is None or known.all():
            mean, std = changes.mean(axis=0), changes.std(axis=0)
        else:
            real = known[lag:] & known[: len(known) - lag]
            real = real | (real.sum(axis=0) < 2)  # a value now and then: what is filled counts rather than nothing
            count = np.maximum(real.sum(axis=0), 1)
            mean = np.where(real, changes, 0.0).sum(axis=0) / count
            std = np.sqrt(np.where(real, (changes - mean) ** 2, 0.0).sum(axis=0) / count)
        safe = np.where(std > 1e-12, std, 1.0)
        return cls(lag, tuple(mean.tolist()), tuple(safe.tolist()))

    def transform(self, values: np.ndarray) -> np.ndarray:
        """(T, C) original values to (T, C) scaled changes; the first `lag` rows are 0, the mean change."""
        changes = (difference(values, self.lag) - self.mean) / self.std
        return np.concatenate([np.zeros((self.lag, values.shape[1])), changes])

    def restore(self, scaled: np.ndarray, history: np.ndarray, columns: Sequence[int] | np.ndarray) -> np.ndarray:
        """Scaled forecasts to original units.

        Args:
            scaled: (N, H, C) forecasts of the chosen columns.
            history: (N, lag, C) the last `lag` original values before each forecast.
            columns: Place of the C columns among the scaler's; (N, C) when each forecast has its own.

        Returns:
            (N, H, C) in original units.
        """
        places = np.asarray(columns)
        places = places[:, None] if places.ndim > 1 else places
        changes = scaled * np.array(self.std)[places]
        changes += np.array(self.mean)[places]
        if self.lag == 0:
            return changes
        restored = history[:, np.arange(changes.shape[1]) % self.lag]
        for first in range(self.lag):
            restored[:, first :: self.lag] += changes[:, first :: self.lag].cumsum(axis=1)
        return restored

    def to_json(self) -> str:
        return json.dumps({"lag": self.lag, "mean": self.mean, "std": self.std})


def difference(values: np.ndarray, lag: int) -> np.ndarray:
    """(T, C) to (T - lag, C): each value less the one `lag` steps before; the values themselves for lag 0."""
    return values[lag:] - values[: len(values) - lag] if lag else values


def carry_ratio(values: np.ndarray, season: int, known: np.ndarray | None = None) -> float:
    """How well the last season predicts a series, next to the mean season of all that came before.

    Both guess the same values of the second half, one season ahead (`NO_SEASON_STEPS` where there is none). Below 1
    the level wanders (a trend, slow swings) and a network does well to see changes; above 1 it stays where it is, and
    changes would only double the noise.

    Args:
        values: The training set (T, C) of the columns to forecast, original units.
        season: Steps in a season, 1 where there is none.
        known: bool (T, C), False where a value is filled: nobody has to guess it.

    Returns:
        Mean over columns of the ratio of the two mean absolute errors; 1 for a part too short to tell.
    """
    lag = season if season > 1 else NO_SEASON_STEPS
    later = np.arange(max(2 * lag, len(values) // 2), len(values))
    if not len(later):
        return 1.0
    means = np.empty(values.shape)
    for phase in range(season):
        part = values[phase::season]
        means[phase::season] = part.cumsum(axis=0) / np.arange(1, len(part) + 1)[:, None]
    real = np.ones(values.shape, dtype=bool) if known is None else known
    count = np.maximum(real[later].sum(axis=0), 1)
    carried = (np.abs(values[later] - values[later - lag]) * real[later]).sum(axis=0) / count
    averaged = (np.abs(values[later] - means[later - lag]) * real[later]).sum(axis=0) / count
    return float(np.mean(np.where(averaged > 0, carried / np.where(averaged > 0, averaged, 1.0), 1.0)))
