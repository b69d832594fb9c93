"""Cells that mean a moment in a roundabout way, as plain ones: 24:00, periods of which the start counts, zones.

With an offset of UTC or the name of a zone the clock on the wall stays what it was: a day, a month and a year are those of
the place, so such steps keep the local time even where summer time changes the offset. Hours are moments: where offsets
change, all of them are told at the last one, so that no hour comes twice.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

_MAX_ZONES = 20
_SHORTEST_DAY = 0.9  # days
_END_OF_DAY = r"(\d[T ]+)24([:.]?00(?:[:.]?00(?:[.,]0+)?)?)$"
_SHORTEST_MOMENT = 8  # "1.1.2024"
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
_BETWEEN = re.compile(r"(?:\s[-\u2212]\s|[–—→]|\s[^\W\d]{1,5}\s|\s/\s)\s*(?=\d)")


class _Period(NamedTuple):
    start: str
    end: str


def end_of_day(cells: pd.Series) -> tuple[pd.Series, pd.Series] | None:
    """Moments such as "2024-01-31 24:00" written as "2024-01-31 00:00", and which ones; None when there are none."""
    found = cells.str.fullmatch(f".*{_END_OF_DAY}")
    return (cells.str.replace(_END_OF_DAY, r"\g<1>00\2", regex=True), found) if found.any() else None


def interval_starts(cells: pd.Series, sample: pd.Series) -> pd.Series | None:
    """The starts of periods that are written as start and end, as a sample of filled cells shows; None for other cells.

    A cell that is no period stays as it is.
    """
    looked_at = [str(cell) for cell in sample]
    for divided in (_by_words, _by_slash):
        if all(_is_period(divided(cell)) for cell in looked_at[:5]):
            starts = {cell: found.start for cell in cells.unique() if (found := divided(str(cell)))}
            return cells.map(lambda cell, starts=starts: starts.get(cell, cell)).astype("str")
    return None


def _by_words(cell: str) -> _Period | None:
    """Of "01.01.2024 00:00 - 01.01.2024 01:00 (CET)" or "2024-01-01 to 2024-01-07"; what stands in brackets behind goes."""
    between = _BETWEEN.search(cell, 1)
    if between is None or cell[0].isspace():
        return None
    end, note, closing = cell[between.end() :].rpartition("(")
    is_note = bool(note) and closing.find(")") == len(closing) - 1 >= 0
    return _Period(cell[: between.start()].rstrip(), end.rstrip() if is_note else end + note + closing)


def _by_slash(cell: str) -> _Period | None:
    """Of "2024-01-01/2024-01-07" or "2024-01-01T00:00Z/PT1H"."""
    start, slash, end = cell.partition("/")
    return _Period(start, end) if start[:1].strip() and slash and end and "/" not in end else None


def _is_period(found: _Period | None) -> bool:
    """Both halves are written alike, or the second is a length of ISO 8601 or a clock time of the same day."""
    if found is None or len(found.start) < _SHORTEST_MOMENT:
        return False
    start, end = (re.sub(r"\d+", "9", moment) for moment in found)
    return start == end or found.end[0] == "P" or (re.fullmatch(_CLOCK, found.end) is not None and ":" in start)


def clock_starts(cells: pd.Series) -> pd.Series:
    """Clock times, of periods such as "00:00 - 01:00" or "0-1" the start."""
    return cells.str.replace(
        rf"^({_CLOCK}|\d{{1,2}})\s*(?:-|–|—|\s[^\W\d]+\s)\s*({_CLOCK}|\d{{1,2}})$", r"\1", regex=True
    )


def keep_local(local: pd.Series, utc: pd.Series) -> tuple[pd.Series, str, str]:
    """The times of a place to go on with, from the same moments on the wall and in UTC; both datetime64, NaT where unknown.

    Returns:
        The stamps; how they differ from UTC, such as "+01:00", "" for UTC itself and where it changes; and a note or "".
    """
    minutes = ((local - utc).dropna().dt.total_seconds() / 60).round().astype("int64")
    found = sorted(set(minutes.unique().tolist()))
    if not found or found == [0]:
        return utc, "", ""
    names = " and ".join(_offset_name(offset) for offset in found[:4])
    if len(found) == 1:
        return local, names, f"times are those of the offset {names} of UTC"
    days = np.diff(np.unique(local.dropna().to_numpy())) / np.timedelta64(1, "D")
    if len(days) and float(np.median(days)) >= _SHORTEST_DAY:
        return local, "", f"dates are local ones, at the offsets {names} of UTC"
    last = int(minutes.iloc[int(utc[minutes.index].to_numpy().argmax())])
    note = f"times of the offsets {names} of UTC, as with summer time, are told at the last one, {_offset_name(last)}"
    return utc + np.timedelta64(last, "m"), _offset_name(last) if last else "", note


def _offset_name(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def zone_to_utc(local: pd.Series, zones: pd.Series) -> pd.Series | None:
    """Local times (datetime64) of zones such as "Europe/Berlin" in UTC; None when there is no such zone."""
    names = [str(zone) for zone in zones.dropna().unique()]
    if len(names) > _MAX_ZONES:
        return None
    stamps = pd.Series(np.datetime64("NaT", "us"), index=local.index)
    for zone in names:
        here = (zones == zone).to_numpy()
        # An hour that comes twice in autumn is told apart by its order, else taken as summer time.
        for ambiguous in ("infer", np.ones(int(here.sum()), dtype=bool)):
            try:
                moments = local[here].dt.tz_localize(zone, ambiguous=ambiguous, nonexistent="shift_forward")
            except (ValueError, KeyError, TypeError):
                continue
            stamps[here] = moments.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
            break
        else:
            return None
    return stamps


def offset_to_utc(local: pd.Series, offsets: pd.Series) -> pd.Series:
    """Local times in UTC, from offsets such as "+01:00", "-0330" and "+02"; a time without one is in UTC."""
    parts = offsets.str.extract(r"([+-])(\d{2}):?(\d{2})?")
    minutes = parts[1].fillna("0").astype("int64") * 60 + parts[2].fillna("0").astype("int64")
    signed = minutes.where(parts[0] != "-", -minutes)
    return local - pd.to_timedelta(signed, unit="m").astype("timedelta64[us]")
