"""What is known of steps that have not come yet: the calendar, columns that are known ahead, and what a series always is.

All of it in numbers that a network reads, made of moments and rows by a form that is kept with the network, so that newer
rows are made into the same. Pure; left out: gathering windows (batching.py), reading files (sources/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from core.config.data_section import MOST_TOLD
from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.words import in_words, plural
from core.data.calendar import SINCE, calendar_names, calendar_values, check_days, cycles_of
from core.data.dataset import SeriesSet, told_columns
from core.data.missing import known_spans, straight_lines
from core.data.series import future_index, time_labels
from core.data.static_columns import StaticForm

IDENTITY = "series"
"""What the column is called that says which series it is."""


@dataclass(frozen=True)
class AheadForm:
    """How moments and columns become numbers.

    Attributes:
        cycles: Names in `core.data.calendar.CYCLES`.
        country: Whose holidays are a column.
        since: The first and the last moment of the training set where the time that has passed is a column.
        columns: Columns that are known ahead.
        mean, std: Of the columns in the training set.
        static: What a series always is.
    """

    cycles: tuple[str, ...] = ()
    country: str | None = None
    since: tuple[str, str] | None = None
    columns: tuple[str, ...] = ()
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    static: StaticForm = field(default_factory=StaticForm)

    @property
    def names(self) -> tuple[str, ...]:
        """What each number of a step is called."""
        return (*calendar_names(self.cycles, self.country, self.since is not None), *self.columns)

    @property
    def calendar(self) -> tuple[str, ...]:
        """What is read from dates, in a few words each."""
        holidays = (f"holidays of {self.country}",) if self.country else ()
        return (*self.cycles, *holidays, *((SINCE,) if self.since else ()))

    def values(self, moments: pd.Index, rows: np.ndarray) -> np.ndarray:
        """What is known of some steps.

        Args:
            moments: (N,) their moments, or their numbers where there is no calendar.
            rows: (N, A) original values of `columns`; (S, N, A) where each of S series has its own.

        Returns:
            Floats (N, K), or (S, N, K), in the order of `names`.
        """
        scaled = (rows - self.mean) / self.std if self.columns else np.zeros((len(moments), 0))
        if not isinstance(moments, pd.DatetimeIndex):
            return scaled
        read = calendar_values(moments, self.cycles, self.country, self.since)
        return np.concatenate([np.broadcast_to(read, (*scaled.shape[:-1], read.shape[1])), scaled], axis=-1)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> AheadForm:
        """A form as JSON keeps it: what `dataclasses.asdict` makes of one."""
        lists = {name: tuple(raw[name]) for name in ("cycles", "columns", "mean", "std")}
        since = tuple(raw["since"]) if raw["since"] else None
        return cls(**lists, country=raw["country"], since=since, static=StaticForm.from_dict(raw["static"]))


@dataclass(frozen=True)
class KnownAhead:
    """What is known of every step of a series and of L steps past its end.

    Attributes:
        names: Such as "month, sine", "holiday" and "temperature".
        values: Floats (T + L, K), scaled, without NaN; (S, T + L, K) where each of S series has columns of its own.
        form: How they were made.
        static: Floats (S, J), what each column of the frame always is; `form.static.names` says what they are.
        rows: Floats (T + L, A), or (S, T + L, A), the original values of the columns among them.
        num_known: Of how many of the L steps all columns are known; past them the value a season earlier stands. Where each
            series has its own, of how many after its own end, of the one of which the fewest are.
    """

    names: tuple[str, ...]
    values: np.ndarray
    form: AheadForm = field(default_factory=AheadForm)
    static: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    rows: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    num_known: int = 0


def known_ahead(
    series: SeriesSet, data: DataConfig, num_train: int, num_ahead: int, season: int = 1
) -> KnownAhead | None:
    """What is known of every step of a series and of those to come; None where it is nothing.

    Args:
        series: T steps.
        data: `calendar`, `holidays`, `future_columns` and `static_columns`.
        num_train: Rows of the training set, by which columns are scaled.
        num_ahead: L, steps past the end.
        season: Steps of a season; past what is known of a column its values repeat.

    Raises:
        ConfigError: Holidays of rows that are no days.
    """
    form = ahead_form(series, data, num_train)
    if not form.names and not form.static.names:
        return None
    index = series.frame.index
    moments = index.append(future_index(index, num_ahead, series.step))
    rows, num_known = ahead_rows(series, num_ahead, season)
    static = form.static.values(_static_of(series, data))
    return KnownAhead(form.names, form.values(moments, rows), form, static, rows, num_known)


def ahead_form(series: SeriesSet, data: DataConfig, num_train: int) -> AheadForm:
    """How what is known ahead of a series is made, fitted on its first `num_train` rows.

    Raises:
        ConfigError: As for `known_ahead`.
    """
    index = series.frame.index
    check_days(index, data.holidays)
    cycles = cycles_of(index, num_train) if data.calendar != "none" else ()
    since = None
    if data.calendar == "auto_time" and isinstance(index, pd.DatetimeIndex):
        since = (str(index[0].isoformat()), str(index[num_train - 1].isoformat()))
    static = StaticForm.fit(_static_of(series, data))
    if series.ahead is None:
        return AheadForm(cycles, data.holidays, since, static=static)
    columns = told_columns(series.ahead)
    train = ahead_rows(series, 0, 1)[0][..., :num_train, :].reshape(-1, len(columns))
    std = train.std(axis=0)
    return AheadForm(
        cycles, data.holidays, since, columns, tuple(train.mean(axis=0).tolist()),
        tuple(np.where(std > 1e-12, std, 1.0).tolist()), static,
    )  # fmt: skip


def _static_of(series: SeriesSet, data: DataConfig) -> pd.DataFrame:
    """What each column of the frame always is, a row a column; which one it is, too, where the network is told."""
    names = list(series.frame.columns)
    table = pd.DataFrame(index=names) if series.static is None else series.static.loc[names]
    told = identity_of(series, data)
    return table.assign(**{IDENTITY: list(told)}) if told else table


def identity_of(series: SeriesSet, data: DataConfig) -> tuple[str, ...]:
    """Names of the series that the network is told apart by; none where it is not told.

    Raises:
        ConfigError: There are too many of them.
    """
    if not data.series_identity:
        return ()
    names = tuple(str(name) for name in series.frame.columns)
    if len(names) > MOST_TOLD:
        hint = "Set data.series_identity=false, or name what tells groups of them apart in data.static_columns."
        raise ConfigError.single("data.series_identity", f"at most {MOST_TOLD} series", f"{len(names):,}", hint)
    return names


def ahead_rows(series: SeriesSet, num_ahead: int, season: int) -> tuple[np.ndarray, int]:
    """The columns that are known ahead, and of how many of the L steps all of them are; made as by `fill_ahead`.

    Returns:
        (T + L, A), or (S, T + L, A) where each series has its own, whose steps are counted from its own end.
    """
    num_rows, names = len(series.frame), [str(name) for name in series.frame.columns]
    if series.ahead is None:
        return np.zeros((num_rows + num_ahead, 0)), num_ahead
    own = series.ahead.columns.nlevels == 2
    columns = told_columns(series.ahead)
    table = series.ahead[[(column, name) for name in names for column in columns]] if own else series.ahead
    values = np.full((num_rows + num_ahead, table.shape[1]), np.nan)
    told = table.to_numpy(dtype=np.float64)[: len(values)]
    values[: len(told)] = told
    filled, num_known = fill_ahead(values, season)
    if not own:
        return filled, max(0, num_known - num_rows)
    known = ~np.isnan(values)
    until = known_spans(known)[:, 1].reshape(len(names), -1).min(axis=1)
    ends = known_spans(series.observed)[:, 1]
    for place in np.flatnonzero(~known.any(axis=0)).tolist():  # told of others alone
        others = values[:, place % len(columns) :: len(columns)]
        filled[:, place] = np.nanmean(others) if not np.isnan(others).all() else 0.0
    each = filled.reshape(len(values), len(names), -1).transpose(1, 0, 2)
    return each, int(np.clip((until - ends).min(), 0, num_ahead))


def fill_ahead(values: np.ndarray, season: int) -> tuple[np.ndarray, int]:
    """Rows of columns that are known ahead, (N, A) with NaN, without it, and how many rows there are until one is not known.

    Gaps are filled by straight lines; behind the last known value of a column its last season repeats.
    """
    known = ~np.isnan(values)
    filled, fewest = straight_lines(values, known), len(values)
    for place in range(values.shape[1]):
        at = np.flatnonzero(known[:, place])
        end = int(at[-1]) + 1 if len(at) else 0
        lag = season if end > season else 1
        if end:
            filled[end:, place] = filled[end - lag + np.arange(len(values) - end) % lag, place]
        fewest = min(fewest, end)
    return filled, fewest


def repeated(season: int) -> str:
    """Which value stands where a column is not known, in words: as `fill_ahead` has it."""
    return f"the value a season ({plural(season, 'step')}) earlier" if season > 1 else "the last known value"


def beyond_known(columns: Sequence[str], num_known: int, times: Sequence[str], season: int) -> str:
    """A note on the steps of a forecast past what is known of columns that are known ahead; "" where all is known.

    Args:
        columns: Their names.
        num_known: Of how many steps after the end of the data all of them are known.
        times: Labels of the steps of the forecast.
        season: Steps of a season, by which values repeat.
    """
    if not columns or num_known >= len(times):
        return ""
    since = f"after {times[num_known - 1]}" if num_known else f"from {times[0]} on"
    if len(columns) == 1:
        return f"{since} {columns[0]} is not known: {repeated(season)} stands for it"
    return f"{since} not all of {in_words(columns)} are known: {repeated(season)} stands where one is missing"


def ahead_notes(series: SeriesSet, data: DataConfig, form: AheadForm, season: int) -> list[str]:
    """What to say of what is known ahead; past what is known of a column the values of a season of so many steps repeat."""
    notes = []
    if data.calendar != "none":
        notes.append(f"read from the dates: {', '.join(form.calendar)}" if form.calendar else
                     "nothing is read from the dates: too few, or none that a calendar knows")  # fmt: skip
    if series.ahead is None:
        return notes
    num_gaps, own = _num_gaps(series.ahead, series), series.ahead.columns.nlevels == 2
    if num_gaps:
        notes.append(f"{plural(num_gaps, 'missing value')} of what is known ahead filled by straight lines")
    most = len(series.ahead) - len(series.frame)
    num_known, until = ahead_rows(series, most, 1)[1], "as far as the values to forecast"
    if num_known and own:
        until = f"at least {plural(num_known, 'step')} past the last value of each series"
    elif num_known:
        until = f"until {time_labels(series.ahead.index[len(series.frame) + num_known - 1 :][:1])[0]}"
    notes.append(f"{', '.join(form.columns)}: known {until}; past that {repeated(season)} stands for it")
    return notes


def _num_gaps(ahead: pd.DataFrame, series: SeriesSet) -> int:
    """Missing values of what is known ahead in the steps of the data; of a series alone, between its first and last one."""
    missing = ahead.isna().to_numpy()[: len(series.frame)]
    if ahead.columns.nlevels == 2:
        rows = np.arange(len(missing))[:, None]
        spans = dict(zip(map(str, series.frame.columns), known_spans(series.observed).tolist(), strict=True))
        first, end = np.array([spans.get(str(name), (0, 0)) for name in ahead.columns.get_level_values(1)]).T
        missing = missing & (rows >= first) & (rows < end)
    return int(missing.sum())
