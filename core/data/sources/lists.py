"""Series as lists in cells: {"start": "2010-01-01", "target": [1, 2, 3], "item_id": "A"}, the format of GluonTS.

Cells hold lists as JSON text, whether they come from JSON, Parquet or CSV.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.sources.growth import check_growth, check_text
from core.data.sources.headers import NO_TIME_COLUMN, named_column
from core.data.sources.inputs import listing, path_error, shorten

_TARGETS = ("target", "values", "value", "y", "series", "data")
_TIMES = ("timestamp", "timestamps", "time", "times", "date", "dates", "ds", "index")
_STARTS = ("start", "start_time", "start_date", "begin", "first")
_FREQUENCIES = ("freq", "frequency", "step")
_NAMES = ("item_id", "id", "unique_id", "name", "series", "series_name", "key")
_OLD_NAMES = {"H": "h", "T": "min", "S": "s", "A": "Y", "Q": "Q", "M": "M", "1H": "h", "1M": "M", "1D": "D"}
_LONGEST_MOMENT = 60  # characters; libraries cut words of any length into numbers and units


@dataclass(frozen=True)
class Layout:
    """A table in the plain layout: a row a time and series.

    Attributes:
        frame: Columns of strings.
        note: What was turned into it.
        roles: Data fields that the layout decides, as `series_column`.
    """

    frame: pd.DataFrame
    note: str
    roles: Mapping[str, str] = field(default_factory=dict)


def from_lists(frame: pd.DataFrame, limits: Limits) -> Layout | None:
    """Series below each other; None where no cells hold lists of values.

    Raises:
        ConfigError: Lists of other lengths than their times, several lists of numbers of which none is the target, too many.
    """
    listed = list_columns(frame)
    for name in listed:
        check_growth(int(frame[name].str.count(",").sum()) + len(frame), (), 1, limits)
    cells = {name: _lists_of(frame[name]) for name in listed}
    numbers = [name for name in listed if all(not isinstance(one, str) for row in cells[name] for one in row[:3])]
    if all(len(row) < 2 for name in numbers for row in cells[name]):
        return None  # no list at all, or such as tags of a row
    target = named_column(numbers, _TARGETS) or (numbers[0] if len(numbers) == 1 else None)
    if target is None:
        hint = "Write one list of numbers an object, as in target."
        raise path_error("one list of numbers a series, called target", f"lists in {listing(listed)}", hint)
    if len(frame) > limits.max_columns:
        raise path_error(f"at most {limits.max_columns:,} series", f"{len(frame):,}", "Keep some of them.")
    lengths = [len(row) for row in cells[target]]
    title, labels = _labels(frame, listed)
    check_text(sum(len(label) * length for label, length in zip(labels, lengths, strict=True)), limits)
    times, told = _times(frame, cells, lengths, target)
    plain: dict[str, Any] = {title: np.repeat(labels, lengths)} if len(frame) > 1 else {}
    roles = {} if times is not None else {"time_column": NO_TIME_COLUMN, **({"series_column": title} if plain else {})}
    if times is not None:
        plain["time"] = times
    plain["value"] = ["" if one is None or one != one else str(one) for row in cells[target] for one in row]
    left_out = [name for name in listed if name != target and repr(name) not in told]
    note = f"lists in {target!r}: {len(frame):,} series, {told}" + (
        f"; not read: {listing(left_out)}" if left_out else ""
    )
    return Layout(pd.DataFrame(plain, dtype="str"), note, roles)


def _labels(frame: pd.DataFrame, listed: list[str]) -> tuple[str, np.ndarray]:
    """What the column of names is called, and the names of the series: their own where each has one."""
    name = named_column([str(name) for name in frame.columns if name not in listed], _NAMES)
    if name is None or not frame[name].is_unique or bool((frame[name] == "").any()):
        return "series", np.array([f"series {place + 1}" for place in range(len(frame))], dtype=object)
    return "series" if name in ("time", "value") else name, frame[name].to_numpy(dtype=object)


def _times(
    frame: pd.DataFrame, cells: dict[str, list[list[Any]]], lengths: list[int], target: str
) -> tuple[list[str] | None, str]:
    """The time of every value, from a list beside it, or from a start and a frequency; None where they do not say."""
    beside = named_column([name for name in cells if name != target], _TIMES)
    if beside is not None:
        wrong = [place for place, row in enumerate(cells[beside]) if len(row) != lengths[place]]
        if wrong:
            received = f"{len(cells[beside][wrong[0]]):,} and {lengths[wrong[0]]:,} in row {wrong[0] + 1:,}"
            raise path_error(
                f"as many values in {beside!r} as in {target!r}", received, "Make both lists equally long."
            )
        return [str(one) for row in cells[beside] for one in row], f"with times from {beside!r}"
    names = [str(name) for name in frame.columns]
    start, freq = named_column(names, _STARTS), named_column(names, _FREQUENCIES)
    if start is None:
        return None, "without times"
    if freq is None:
        return (
            None,
            f"without times: {start!r} says when they begin, and a key 'freq' such as h, D or MS would date the rest",
        )
    times: list[str] = []
    for place, length in enumerate(lengths):
        times.extend(_steps(frame[start].iloc[place], frame[freq].iloc[place], length, freq))
    return times, f"dated from {start!r} by {freq!r}"


def _steps(start: str, freq: str, length: int, name: str) -> list[str]:
    """Moments from a start on; periods such as a month stand at their beginning, weeks at the start's own day."""
    code = _OLD_NAMES.get(freq, freq)
    try:
        if max(len(start), len(freq)) > _LONGEST_MOMENT:
            raise ValueError("neither a moment nor a step")
        if code.upper().startswith(("W", "1W")):
            index = pd.date_range(pd.Timestamp(start), periods=length, freq="7D")
        elif code in ("M", "Q", "Y"):
            index = pd.period_range(pd.Period(start, freq=code), periods=length).to_timestamp()
        else:
            index = pd.date_range(pd.Timestamp(start), periods=length, freq=code)
    except (ValueError, TypeError, OverflowError):
        hint = "Write how often there is a value, such as h, 15min, D, W, MS, QS or YS."
        raise ConfigError.single(
            "data.path", f"a start and a frequency in {name!r}", f"{shorten(start)!r} and {shorten(freq)!r}", hint
        ) from None
    return [moment.isoformat() for moment in index]


def list_columns(frame: pd.DataFrame) -> list[str]:
    """The columns whose cells are lists."""
    return [str(name) for name in frame.columns if _holds_lists(frame[name])]


def _holds_lists(cells: pd.Series) -> bool:
    """Whether all cells are lists in JSON; a look at the first ones keeps texts out."""
    looked_at = cells.head(5)
    if not bool(looked_at.str.fullmatch(r"\[.*\]").all()) or len(looked_at) == 0:
        return False
    try:
        return all(len(_parsed(cell)) > 0 for cell in looked_at)
    except (ValueError, RecursionError):
        return False


def _lists_of(cells: pd.Series) -> list[list[Any]]:
    found = []
    for place, cell in enumerate(cells):
        try:
            found.append(_parsed(cell))
        except (ValueError, RecursionError):
            received = f"{shorten(cell, 40)!r} in row {place + 1:,}"
            hint = "Write each list as [1, 2, 3], or leave the cell empty."
            raise path_error(f"a list in every cell of {str(cells.name)!r}", received, hint) from None
    return found


def _parsed(cell: str) -> list[Any]:
    """A list of JSON, or as Python prints one; empty for an empty cell."""
    if not cell:
        return []
    try:
        found = json.loads(cell)
    except ValueError:
        found = json.loads(cell.replace("'", '"').replace("nan", "NaN").replace("None", "null"))
    if not isinstance(found, list):
        raise ValueError("no list")
    return found
