"""The roles of a table's columns: which are forecast, which are only read, and which cannot be learned from.

Every column that is left out is named with the reason, and a column that was asked for and cannot be used is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.config.words import in_words
from core.data.coming import Coming, find_coming
from core.data.missing import MIN_STEPS
from core.data.sources.inputs import listing, path_error, plural, shorten
from core.data.sources.numbers import Column, Odd
from core.data.sources.roles import Kind, find_kind, names_beside, names_target

MAX_DEFAULT_TARGETS = 3
_MOST_NAMED = 5  # columns in a sentence
# What a column, or several, are said to hold, by the reason why there is nothing to forecast in it.
_HELD = {"not numbers": ("contains text", "contain text"), "it is empty": ("is empty", "are empty")}
Columns = dict[str, Column | None]


def choose_columns(columns: Columns, data: DataConfig, notes: list[str]) -> tuple[list[str], list[str]]:
    """The columns to forecast and those to read, with a note on each that is left out."""
    asked = list(dict.fromkeys(data.target_columns))
    covariates = list(dict.fromkeys(name for _, names in data.named_covariates for name in names))
    span = _known_rows([columns[name] for name in asked if name in columns] or list(columns.values()))
    seen = {name: column and replace(column, values=column.values[span]) for name, column in columns.items()}
    kinds = {name: find_kind(name, column) for name, column in seen.items()}
    problems = [
        Problem(field, "columns of numbers that change", f"{name!r}: {kinds[name].reason}", "Choose another column.")
        for field, chosen in (("data.target_columns", asked), *data.named_covariates)
        for name in dict.fromkeys(chosen)
        if not kinds[name].is_fit
    ]
    if problems:
        raise ConfigError(problems)
    targets = _values_of(kinds)
    kept = [name for name, kind in kinds.items() if kind.is_read or name in (*asked, *covariates, *targets)]
    if not asked and not targets:
        raise _nothing_to_forecast(kinds)
    _note("left out", {name: kind for name, kind in kinds.items() if name not in kept}, notes)
    for name in kept:
        note_repairs(name, columns[name], notes)
    if asked:
        return asked, kept
    free = [name for name in targets if name not in covariates]
    if not free:
        expected, hint = "a column that is left to forecast", "Leave one of them out there."
        raise ConfigError.single("data.covariate_columns", expected, listing(covariates), hint)
    _note("read and not forecast", {name: kinds[name] for name in kept if name not in (*targets, *covariates)}, notes)
    return free, kept


def _known_rows(columns: Sequence[Column | None]) -> slice:
    """From the first to the last row with a value: rows that wait for their values do not make a column sparse."""
    known = [np.flatnonzero(~np.isnan(column.values)) for column in columns if column is not None]
    known = [rows for rows in known if len(rows)]
    return slice(min(rows[0] for rows in known), max(rows[-1] for rows in known) + 1) if known else slice(None)


def _values_of(kinds: dict[str, Kind]) -> list[str]:
    """The columns that hold what one forecasts; where there are none, counts of rows and answers of yes and no."""
    values = [name for name, kind in kinds.items() if kind.kind == "value"]
    return values or [name for name, kind in kinds.items() if kind.is_last_resort]


def _by_reason(kinds: dict[str, Kind]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        found.setdefault(kind.reason, []).append(name)
    return found


def _note(what: str, kinds: dict[str, Kind], notes: list[str]) -> None:
    notes.extend(f"{what}, {reason}: {listing(names)}" for reason, names in _by_reason(kinds).items())


def _nothing_to_forecast(kinds: dict[str, Kind]) -> ConfigError:
    reasons = "; ".join(f"{name!r}: {kind.reason}" for name, kind in list(kinds.items())[:5]) or "only the time column"
    fit = [name for name, kind in kinds.items() if kind.is_fit]
    if fit:
        hint = f"Set data.target_columns to forecast one of {listing(fit)} all the same."
        return ConfigError.single("data.target_columns", "a column of values to forecast", reasons, hint)
    hint = "Bring a table with a time column and at least one column of plain numbers, with tabs, commas or semicolons "
    sentence = f"No numeric column: {_without_numbers(kinds)}."
    return path_error("a column of numbers that change", reasons, f"{hint}between the columns.", sentence)


def _without_numbers(kinds: dict[str, Kind]) -> str:
    """What the columns hold instead of numbers that change, such as "'a' and 'b' contain text"."""
    said = []
    for reason, names in _by_reason(kinds).items():
        few = [repr(shorten(name, 40)) for name in names[:_MOST_NAMED]]
        few += [f"{len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
        one, several = _HELD.get(reason, (f"({reason})", f"({reason})"))
        said.append(f"{in_words(few)} {several if len(names) > 1 else one}")
    return "; ".join(said) or "there is nothing beside the time"


def likely_targets(names: list[str], values: pd.DataFrame, data: DataConfig, notes: list[str]) -> list[str]:
    """Those of some columns that one would forecast: what is called so and is blank where others go on, else what is called so.

    Args:
        names: Columns that are free to be forecast, where nobody chose.
        values: (T, C) in time order, all that is read.
        notes: Gets a sentence on why, where some are only read.
    """
    if data.target_columns or data.many_series == "each" or len(names) < 2:
        return names
    coming = find_coming(values, names, data)
    if coming is not None and len(coming.ended) < len(names) and _is_by_name(coming):
        rows = "row" if coming.num_steps == 1 else f"{coming.num_steps:,} rows"
        why = f"is blank in the last {rows}, where {listing(coming.columns)} {'go' if len(coming.columns) > 1 else 'goes'} on"
        notes.append(f"{listing(coming.ended)} {why}, so that is what is forecast; data.target_columns chooses others")
        return list(coming.ended)
    beside = [name for name in names if names_beside(name)]
    if beside and any(names_target(name) for name in names):
        rest = [name for name in names if name not in beside]
        called = "its name" if len(beside) == 1 else "their names"
        notes.append(f"{listing(beside)} only read, by {called}; data.target_columns chooses what is forecast")
        return rest
    return names


def _is_by_name(coming: Coming) -> bool:
    """Whether names say too that what has ended is forecast, or that what goes on is only read: else it has broken off."""
    return any(map(names_target, coming.ended)) or all(map(names_beside, coming.columns))


def default_targets(names: list[str], data: DataConfig, notes: list[str]) -> list[str]:
    """What is forecast when nobody chose: all of a few columns, else the first; each of many series."""
    if data.many_series == "each" or len(names) <= MAX_DEFAULT_TARGETS:
        return names
    notes.append(f"{names[0]!r} is forecast from all {len(names)} columns; data.target_columns chooses others")
    return names[:1]


def note_repairs(name: str, column: Column | None, notes: list[str]) -> None:
    """Say what of a column that is read could not be taken as it stands."""
    assert column is not None
    for value, number in column.sentinels:
        notes.append(f"{number:,} of {value:.10g} in {name!r} treated as missing; data.sentinels=none keeps them")
    if column.num_infinite:
        notes.append(f"{plural(column.num_infinite, 'infinite or huge value')} in {name!r} treated as missing")
    if column.strange:
        notes.append(no_numbers(name, column.strange))
    if column.marked:
        odd = column.marked
        read = f"row {odd.row:,}: {shorten(odd.text, 40)!r} read as {odd.value:.10g}"
        have, first = ("has", "") if odd.number == 1 else ("have", "the first in ")
        notes.append(
            f"{plural(odd.number, 'cell')} of {name!r} {have} a mark of thousands that the others do not have ({first}{read})"
        )


def no_numbers(name: str, odd: Odd) -> str:
    """The note on cells of a column that are no numbers: how many, and where the first one is."""
    first = f"row {odd.row:,}: {shorten(odd.text, 40)!r}"
    if odd.number == 1:
        return f"1 cell of {name!r} is not a number ({first}) and is treated as missing"
    return f"{odd.number:,} cells of {name!r} are not numbers (the first in {first}) and are treated as missing"


def value_column(
    columns: Columns, data: DataConfig, notes: list[str], labels: pd.Series | None = None
) -> tuple[str, list[str]]:
    """The column that holds the values of series below each other, and the series that are to be forecast.

    Args:
        columns: All but the time and the one that names the series.
        data: A target that is a column is the values, any other a series.
        notes: Gets one on what is left out.
        labels: (N,) the name of the series of each row; None where they are not looked at.
    """
    values = [name for name in dict.fromkeys(data.target_columns) if name in columns]
    wanted = [name for name in dict.fromkeys(data.target_columns) if name not in columns]
    by_series = None if labels is None else pd.factorize(labels)[0]
    kinds = {name: find_kind(name, column, by_series) for name, column in columns.items()}
    fit = [name for name in _values_of(kinds) if name not in data.future_columns]
    if len(values) > 1 or (values and not kinds[values[0]].is_fit):
        expected = f"one column of numbers that change, such as {listing(fit)}"
        received = f"{values[0]!r}: {kinds[values[0]].reason}" if len(values) == 1 else listing(values)
        raise ConfigError.single("data.target_columns", expected, received, "Choose one.")
    if not values and not fit:
        raise _nothing_to_forecast(kinds)
    chosen = (values or fit)[0]
    used = (chosen, *fit, *data.future_columns)
    _note("left out", {name: kind for name, kind in kinds.items() if name not in used}, notes)
    if not values and len(fit) > 1:
        notes.append(f"the values of {fit[0]!r} are read; data.target_columns chooses one of {listing(fit)}")
    return chosen, wanted


def ahead_columns(columns: Columns, data: DataConfig, value: str) -> list[str]:
    """Those of the columns beside the values of series below each other that are known ahead, of each series its own.

    Raises:
        ConfigError: Columns that are no numbers or never change, the values themselves, or a network for all series at once.
    """
    chosen = [name for name in dict.fromkeys(data.future_columns) if name in columns]
    kinds = {name: find_kind(name, columns[name]) for name in chosen}
    problems = [Problem("data.future_columns", "columns of numbers that change", f"{name!r}: {kind.reason}",
                        "Choose another column.") for name, kind in kinds.items() if not kind.is_fit]  # fmt: skip
    if value in chosen:
        expected, hint = "columns that are not forecast", "Leave it out here."
        problems.append(Problem("data.future_columns", expected, repr(value), hint))
    if chosen and data.many_series != "each":
        received = f"together, and each series has its own {listing(chosen)}"
        problems.append(Problem("data.many_series", "each", received, "Set data.many_series=each."))
    if problems:
        raise ConfigError(problems)
    return chosen


def known_cells(columns: Columns, value: str) -> dict[str, np.ndarray]:
    """Where the values of series below each other, and other columns of numbers that change, have one, bool (N,)."""
    return {name: ~np.isnan(column.values) for name, column in columns.items()
            if column is not None and (name == value or find_kind(name, column).is_read)}  # fmt: skip


def drop_short(values: pd.DataFrame, wanted: list[str], notes: list[str]) -> pd.DataFrame:
    """Leave out series that are too short or never change."""
    known = values.notna().sum()
    unfit = [name for name in values.columns if known[name] < MIN_STEPS or _is_flat(values[name])]
    reason = f"fewer than {MIN_STEPS} values, or none that changes"
    refused = [name for name in unfit if name in wanted] or (unfit if len(unfit) == values.shape[1] else [])
    if refused:
        expected = f"series with at least {MIN_STEPS} values that change"
        raise ConfigError.single("data.target_columns", expected, f"{listing(refused)}: {reason}", "Choose others.")
    short = [name for name in unfit if known[name] < MIN_STEPS]
    for why, names in (
        (f"fewer than {MIN_STEPS} values", short),
        ("it never changes", [n for n in unfit if n not in short]),
    ):
        if names:
            notes.append(f"left out, {why}: {listing(names)}")
    return values.drop(columns=unfit)


def _is_flat(values: pd.Series) -> bool:
    """One value or none; counting all of them would hash them."""
    return not values.min() < values.max()


def drop_flat(values: pd.DataFrame, chosen: list[str], notes: list[str]) -> pd.DataFrame:
    """Leave out columns that lost all change when rows were dropped."""
    flat = [name for name in values.columns if _is_flat(values[name])]
    if any(name in chosen for name in flat):
        received = f"{listing(flat)}: one value or none once rows without a time of their own are dropped"
        hint = "Choose another column or mend the times."
        raise ConfigError.single("data.target_columns", "columns of numbers that change", received, hint)
    if flat:
        notes.append(f"left out, it never changes: {listing(flat)}")
    return values.drop(columns=flat) if flat else values
