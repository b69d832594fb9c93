"""Public series: univariate, with covariates, and one of many.

Each loader is a function of the folder with the files as published and of `data.target_columns`. Missing values are
counted and filled as in every series. Left out: dividing, scaling and windows.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pandas as pd

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.dataset import SeriesSet
from core.data.series import clean_series
from core.data.sources.public.reading import broken, read_plain
from core.data.sources.time_grid import to_regular_steps

_M4_DEFAULT = "H1"
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
    """Oil temperature and six loads of a transformer, hourly."""
    loaded = _timed(folder / "ETTh1.csv", "date", _ETT_UNITS, data, ("OT",))
    note = (
        "published figures train on the first 8,640 rows, validate on the next 2,880 and test on 2,880 more; "
        "here all rows are divided by data.split"
    )
    return replace(loaded, notes=(*loaded.notes, note))


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
    loaded = clean_series(frame, data.target_columns or ("pm2.5",), units=_BEIJING_UNITS)
    dropped = f"{num_rows - len(frame):,} rows before the first pm2.5 dropped"
    directions = ", ".join(str(name) for name in wind.columns)
    coded = f"the wind direction cbwd is read as {wind.shape[1]} columns of 0 and 1: {directions}"
    return replace(loaded, notes=(dropped, *loaded.notes, coded), count=num_rows)


def load_m4_hourly(folder: Path, data: DataConfig) -> SeriesSet:
    """One of the hourly series of the M4 competition, named by `data.target_columns` (H1 to H414).

    Raises:
        ConfigError: More than one name, or one that there is not.
    """
    train = _table(folder / "Hourly-train.csv")
    test = _table(folder / "Hourly-test.csv")
    if not train.iloc[:, 0].equals(test.iloc[:, 0]):
        raise broken(folder / "Hourly-test.csv", "the series of Hourly-train.csv", "others")
    names = train.iloc[:, 0].tolist()
    asked = data.target_columns or (_M4_DEFAULT,)
    if len(asked) > 1 or asked[0] not in names:
        raise ConfigError.single(
            "data.target_columns",
            f"one of the series {names[0]} to {names[-1]}",
            ", ".join(asked),
            f"Choose one, for example {_M4_DEFAULT}.",
        )
    row = names.index(asked[0])
    known = train.iloc[row, 1:].dropna()
    held_out = test.iloc[row, 1:].dropna()
    try:
        values = pd.concat([known, held_out]).to_numpy("float64")
    except ValueError:
        raise broken(folder / "Hourly-train.csv", "rows of numbers", "other text") from None
    note = (
        f"series {asked[0]} of {len(names)}; the competition holds out its last {len(held_out)} of {len(values):,} "
        "steps; data.target_columns chooses another series"
    )
    loaded = clean_series(pd.DataFrame({asked[0]: values}), asked)
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
    frame, _, notes = to_regular_steps(values, stamps)
    loaded = clean_series(frame, data.target_columns or targets, units=units)
    return replace(loaded, notes=(*notes, *loaded.notes), count=len(table))
