"""Public series: univariate, with covariates, and many.

Each loader is a function of the folder with the files as published and of the data section. Missing values are counted
and dealt with as in every series.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.dataset import Rows, SeriesSet
from core.data.series import clean_series
from core.data.sources.public.reading import broken, read_plain
from core.data.sources.time_grid import to_regular_steps

_M4_DEFAULT = "H1"
ETT_ROWS, ETT_SPLIT = 14_400, (0.6, 0.2, 0.2)  # twelve, four and four months of thirty days, as everybody divides it
_ETT_UNITS = {"OT": "degrees Celsius"}
_BEIJING_UNITS = {
    "pm2.5": "micrograms per cubic metre",
    "DEWP": "degrees Celsius",
    "TEMP": "degrees Celsius",
    "PRES": "hPa",
    "Iws": "m/s, added up",
    "Is": "hours of snow, added up",
    "Ir": "hours of rain, added up",
}


def load_airline_passengers(folder: Path, data: DataConfig) -> SeriesSet:
    """One monthly series."""
    return _timed(folder / "airline-passengers.csv", "Month", {"Passengers": "thousands"}, data, ("Passengers",))


def load_daily_min_temperatures(folder: Path, data: DataConfig) -> SeriesSet:
    """One daily series; the last days of the leap years, which the file has not, are added and filled."""
    units = {"Temp": "degrees Celsius"}
    return _timed(folder / "daily-min-temperatures.csv", "Date", units, data, ("Temp",))


def load_etth1(folder: Path, data: DataConfig) -> SeriesSet:
    """Oil temperature and six loads of a transformer, hourly; with the published shares the published rows, else all."""
    loaded = _timed(folder / "ETTh1.csv", "date", _ETT_UNITS, data, ("OT",))
    rest = len(loaded.frame) - ETT_ROWS
    if rest <= 0 or not np.allclose(data.split, ETT_SPLIT):
        note = f"published figures use the first {ETT_ROWS:,} rows, which data.split {ETT_SPLIT} chooses; here are all"
        return replace(loaded, notes=(*loaded.notes, note))
    note = f"the published parts end with row {ETT_ROWS - 1:,}; {rest:,} rows after them are left out"
    dropped = (*(loaded.rows.dropped if loaded.rows else ()), ("after the end of the published parts", rest))
    rows = Rows(loaded.count or len(loaded.frame), dropped)
    return replace(loaded, frame=loaded.frame.iloc[:ETT_ROWS], notes=(*loaded.notes, note), rows=rows)


def load_beijing_pm25(folder: Path, data: DataConfig) -> SeriesSet:
    """Hourly air pollution with the weather; the rows before the first measurement are dropped."""
    path = folder / "pollution.csv"
    table = _table(path)
    num_rows = len(table)
    try:
        time = pd.DatetimeIndex(pd.to_datetime(table[["year", "month", "day", "hour"]]), name="time")
        values = table[list(_BEIJING_UNITS)].astype("float64")
        wind = pd.get_dummies(table["cbwd"], prefix="wind", dtype="float64")
    except (KeyError, ValueError):
        raise broken(path, "a table of times, numbers and wind directions", "another one") from None
    frame = pd.concat([values, wind], axis="columns").set_axis(time, axis="index")
    first = frame["pm2.5"].first_valid_index()
    frame = frame.loc[first:]
    dropped = num_rows - len(frame)
    rows = Rows(num_rows, (("before the first pm2.5", dropped),))
    loaded = clean_series(frame, data.target_columns or ("pm2.5",), _BEIJING_UNITS, data, rows=rows)
    directions = ", ".join(str(name) for name in wind.columns)
    coded = f"the wind direction cbwd is read as {wind.shape[1]} columns of 0 and 1: {directions}"
    note = f"{dropped:,} rows before the first pm2.5 dropped"
    return replace(loaded, notes=(note, *loaded.notes, coded), count=num_rows)


def load_m4_hourly(folder: Path, data: DataConfig) -> SeriesSet:
    """Hourly series of the M4 competition, named by `data.target_columns` (H1 to H414).

    Without a name it is H1 alone, and with data.many_series=each all of them. They have no dates and different
    lengths: several are put side by side with their ends together.

    Raises:
        ConfigError: A name that there is not.
    """
    train = _table(folder / "Hourly-train.csv")
    test = _table(folder / "Hourly-test.csv")
    if not train.iloc[:, 0].equals(test.iloc[:, 0]):
        raise broken(folder / "Hourly-test.csv", "the series of Hourly-train.csv", "others")
    names = train.iloc[:, 0].tolist()
    asked = data.target_columns or (tuple(names) if data.many_series == "each" else (_M4_DEFAULT,))
    unknown = [name for name in asked if name not in names]
    if unknown:
        raise ConfigError.single(
            "data.target_columns",
            f"one of the series {names[0]} to {names[-1]}, or some",
            ", ".join(unknown),
            f"Choose another one, for example {_M4_DEFAULT}.",
        )
    place = {name: row for row, name in enumerate(names)}
    wanted = [place[name] for name in dict.fromkeys(asked)]
    try:
        table = np.concatenate([part.iloc[wanted, 1:].to_numpy("float64") for part in (train, test)], axis=1)
    except ValueError:
        raise broken(folder / "Hourly-train.csv", "rows of numbers", "other text") from None
    columns = {names[row]: values[~np.isnan(values)] for row, values in zip(wanted, table, strict=True)}
    num_held_out = int(test.iloc[wanted[0], 1:].notna().sum())
    longest = max(map(len, columns.values()))
    frame = pd.DataFrame(
        {name: np.append(np.full(longest - len(values), np.nan), values) for name, values in columns.items()}
    )
    one = f"series {asked[0]} of {len(names)}" if len(columns) == 1 else f"{len(columns)} series, their ends together"
    note = (
        f"{one}; the competition holds out the last {num_held_out} of {longest:,} steps; "
        "data.target_columns chooses other series"
    )
    chosen = data.model_copy(update={"target_columns": ()}) if data.many_series == "each" else data
    loaded = clean_series(frame, tuple(columns), None, chosen, shared_span=True)
    return replace(loaded, frequency="hourly", notes=(*loaded.notes, note), count=len(names))


def _table(path: Path) -> pd.DataFrame:
    text = read_plain(path)
    try:
        return pd.read_csv(io.StringIO(text))
    except ValueError:
        raise broken(path, "a table", "other text") from None


def _timed(
    path: Path, time_column: str, units: dict[str, str], data: DataConfig, targets: tuple[str, ...]
) -> SeriesSet:
    """A table with a column of times as series over equal steps."""
    table = _table(path)
    try:
        stamps = pd.to_datetime(table[time_column])
        values = table.drop(columns=time_column).astype("float64")
    except (KeyError, ValueError):
        raise broken(path, f"a table of {time_column} and numbers", "another one") from None
    steps = to_regular_steps(values, stamps)
    rows = Rows(len(table), steps.dropped)
    loaded = clean_series(steps.values, data.target_columns or targets, units, data, rows=rows)
    return replace(loaded, notes=(*steps.notes, *loaded.notes), count=len(table))
