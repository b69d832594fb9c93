"""The roles of a table's columns: which are forecast, which are only read, and which cannot be learned from.

Every column that is left out is named with the reason, and a column that was asked for and cannot be used is an error.
Left out: the table itself and its time (series_files.py), gaps (core.data.missing).
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.data.missing import MIN_STEPS
from core.data.sources.inputs import listing, path_error, plural
from core.data.sources.numbers import MAX_MISSING_SHARE, Column

_MAX_DEFAULT_TARGETS = 3
_COUNTER_NAMES = re.compile(
    r"no|nr|index|idx|row|rownames|#|unnamed: 0|column 1|level_0|__index_level_0__", re.IGNORECASE
)
_ID_NAMES = re.compile(r"(.*[ _])?id", re.IGNORECASE)
Columns = dict[str, Column | None]


def choose_columns(columns: Columns, data: DataConfig, notes: list[str]) -> tuple[list[str], list[str]]:
    """The columns to forecast and those to read, with a note on each that is left out."""
    asked, covariates = list(dict.fromkeys(data.target_columns)), list(dict.fromkeys(data.covariate_columns or ()))
    numeric = {name: column for name, column in columns.items() if column is not None}
    unfit = {name: reason for name, column in columns.items() if (reason := _unfit(column))}
    counters = [name for name, column in numeric.items() if name not in asked and _counts_rows(name, column)]
    if len(counters) < len(numeric):
        unfit.update(dict.fromkeys(counters, "it only counts the rows"))
    problems = [
        Problem(field, "columns of numbers that change", f"{name!r}: {unfit[name]}", "Choose another column.")
        for field, chosen in (("data.target_columns", asked), ("data.covariate_columns", covariates))
        for name in chosen
        if name in unfit
    ]
    if problems:
        raise ConfigError(problems)
    kept = [name for name in columns if name not in unfit]
    if not kept:
        reasons = "; ".join(f"{name!r}: {reason}" for name, reason in list(unfit.items())[:5]) or "only the time column"
        raise path_error(
            "a column of numbers that change",
            reasons,
            "Bring a table with a time column and at least one column of plain numbers, with tabs, commas or semicolons "
            "between the columns.",
        )
    for reason in dict.fromkeys(unfit.values()):
        notes.append(f"left out, {reason}: {listing([name for name in unfit if unfit[name] == reason])}")
    for name in kept:
        note_repairs(name, numeric[name], notes)
    if asked:
        return asked, kept
    free = [name for name in kept if name not in covariates]
    if not free:
        hint = "Leave one of them out there."
        raise ConfigError.single(
            "data.covariate_columns", "a column that is left to forecast", listing(covariates), hint
        )
    return default_targets(free, data, notes), kept


def default_targets(names: list[str], data: DataConfig, notes: list[str]) -> list[str]:
    """What is forecast when nobody chose: all of a few columns, else the first; each of many series."""
    if data.many_series == "each" or len(names) <= _MAX_DEFAULT_TARGETS:
        return names
    notes.append(f"{names[0]!r} is forecast from all {len(names)} columns; data.target_columns chooses others")
    return names[:1]


def note_repairs(name: str, column: Column, notes: list[str]) -> None:
    if column.num_infinite:
        notes.append(f"{plural(column.num_infinite, 'infinite or huge value')} in {name!r} treated as missing")
    if column.num_strange:
        notes.append(f"{plural(column.num_strange, 'cell')} in {name!r} that are no numbers treated as missing")


def value_column(columns: Columns, data: DataConfig, notes: list[str]) -> tuple[str, list[str]]:
    """The column that holds the values of series below each other, and the series that are to be forecast."""
    values = [name for name in dict.fromkeys(data.target_columns) if name in columns]
    wanted = [name for name in dict.fromkeys(data.target_columns) if name not in columns]
    unfit = {name: reason for name, column in columns.items() if (reason := _unfit(column))}
    fit = [name for name, column in columns.items()
           if column is not None and name not in unfit and not _counts_rows(name, column)]  # fmt: skip
    if len(values) > 1 or (values and values[0] in unfit):
        received = f"{values[0]!r}: {unfit[values[0]]}" if len(values) == 1 else listing(values)
        raise ConfigError.single(
            "data.target_columns", f"one column of numbers that change, such as {listing(fit)}", received, "Choose one."
        )
    if not values and not fit:
        reasons = "; ".join(f"{name!r}: {reason}" for name, reason in list(unfit.items())[:5]) or "no further column"
        raise path_error("a column of numbers that change beside time and series", reasons, "Bring another table.")
    if not values and len(fit) > 1:
        notes.append(f"the values of {fit[0]!r} are read; data.target_columns chooses one of {listing(fit)}")
    return (values or fit)[0], wanted


def _unfit(column: Column | None) -> str:
    """Why a column cannot be used, "" when it can."""
    if column is None:
        return "not numbers"
    if column.missing_share > MAX_MISSING_SHARE:
        return "more than half is missing"
    return "it never changes" if column.is_constant else ""


def _counts_rows(name: str, column: Column) -> bool:
    steps = np.diff(column.values)
    if _ID_NAMES.fullmatch(name):
        return bool((steps > 0).all())
    return bool(_COUNTER_NAMES.fullmatch(name)) and bool((steps == 1).all())


def drop_short(values: pd.DataFrame, wanted: list[str], notes: list[str]) -> pd.DataFrame:
    """Leave out series that are too short or never change."""
    known = values.notna().sum()
    unfit = [name for name in values.columns if known[name] < MIN_STEPS or _is_flat(values[name])]
    reason = f"fewer than {MIN_STEPS} values, or none that changes"
    refused = [name for name in unfit if name in wanted] or (unfit if len(unfit) == values.shape[1] else [])
    if refused:
        expected = f"series with at least {MIN_STEPS} values that change"
        raise ConfigError.single("data.target_columns", expected, f"{listing(refused)}: {reason}", "Choose others.")
    if unfit:
        notes.append(f"left out, {reason}: {listing(unfit)}")
    return values.drop(columns=unfit)


def _is_flat(values: pd.Series) -> bool:
    """One value or none; counting all of them would hash them."""
    return not values.min() < values.max()


def drop_flat(values: pd.DataFrame, chosen: list[str], notes: list[str]) -> pd.DataFrame:
    """Leave out columns that lost all change when rows were dropped."""
    flat = [name for name in values.columns if _is_flat(values[name])]
    if any(name in chosen for name in flat):
        raise ConfigError.single(
            "data.target_columns",
            "columns of numbers that change",
            f"{listing(flat)}: one value or none once rows without a time of their own are dropped",
            "Choose another column or mend the times.",
        )
    if flat:
        notes.append(f"left out, it never changes: {listing(flat)}")
    return values.drop(columns=flat) if flat else values
