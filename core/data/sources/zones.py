"""Times with an offset of UTC or the name of a zone: the clock on the wall stays what it was.

A day, a month and a year are those of the place, so such steps keep the local time even where summer time changes the
offset. Hours are moments: where offsets change, all of them are told at the last one, so that no hour comes twice.
Left out: reading the local time (timestamps.py).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

MAX_ZONES = 20
_SHORTEST_DAY = 0.9  # days


class LocalTimes(NamedTuple):
    """Times of a place.

    Attributes:
        stamps: datetime64 without zone.
        offset: How they differ from UTC, such as "+01:00"; "" for UTC itself, and where it changes.
        notes: What was taken.
    """

    stamps: pd.Series
    offset: str
    notes: tuple[str, ...]


def keep_local(local: pd.Series, utc: pd.Series) -> LocalTimes:
    """The times to go on with, from the same moments on the wall and in UTC; both datetime64, NaT where unknown."""
    minutes = ((local - utc).dropna().dt.total_seconds() / 60).round().astype("int64")
    found = sorted(set(minutes.unique().tolist()))
    if not found or found == [0]:
        return LocalTimes(utc, "", ())
    names = " and ".join(offset_name(offset) for offset in found[:4])
    if len(found) == 1:
        return LocalTimes(local, names, (f"times are those of the offset {names} of UTC",))
    days = np.diff(np.unique(local.dropna().to_numpy())) / np.timedelta64(1, "D")
    if len(days) and float(np.median(days)) >= _SHORTEST_DAY:
        return LocalTimes(local, "", (f"dates are local ones, at the offsets {names} of UTC",))
    last = int(minutes.iloc[int(utc[minutes.index].to_numpy().argmax())])
    note = f"times of the offsets {names} of UTC, as with summer time, are told at the last one, {offset_name(last)}"
    return LocalTimes(utc + np.timedelta64(last, "m"), offset_name(last) if last else "", (note,))


def offset_name(minutes: int) -> str:
    """Minutes before UTC as "+01:00"."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def minutes_of(offset: str) -> int:
    """Minutes of a name such as "-03:30"."""
    minutes = int(offset[1:3]) * 60 + int(offset[4:6])
    return -minutes if offset[0] == "-" else minutes


def zone_to_utc(local: pd.Series, zones: pd.Series) -> pd.Series | None:
    """Local times of named zones in UTC; None when there is no such zone.

    Args:
        local: datetime64 without zone.
        zones: Names such as "Europe/Berlin".
    """
    names = [str(zone) for zone in zones.dropna().unique()]
    if len(names) > MAX_ZONES:
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
