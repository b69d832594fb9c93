"""Where in its cycle each step of a series stands, in words: its month, weekday or hour, or its place in the season found.

No torch. Left out: finding the season (core.data.season).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_DATE = re.compile(r"-?\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?")
_NEAR = 0.1  # of its length, by which a season in whole steps may miss a cycle of the calendar
_FEWEST = 2  # places of a cycle that must be seen
MOST_PLACES = 366


@dataclass(frozen=True)
class Phases:
    """The place of every step in one cycle.

    Attributes:
        cycle: What a place is called, such as "month".
        names: Of the P places, in order; after the last comes the first.
        places: (T,) whole numbers from 0 to P - 1.
    """

    cycle: str
    names: tuple[str, ...]
    places: np.ndarray


def phases_of(times: Sequence[str], season: int, first_row: int = 0) -> list[Phases]:
    """The cycles in which steps have a place, the one as long as the season first; none without calendar and season.

    Args:
        times: ISO dates of the T steps, with a time of day where there is one; of other labels there is no calendar.
        season: Steps of the season that was found, 1 where there is none.
        first_row: Row of the first step in its series, from which places in the season are counted.
    """
    found = _of_calendar(times)
    length = {phases.cycle: steps for phases, steps in found}
    ours = [phases for phases, _ in found]
    if season <= 1:
        return ours
    near = [one for one in ours if abs(length[one.cycle] - season) <= _NEAR * season]
    others = [one for one in ours if one not in near]
    if near:
        return near + others
    names = tuple(f"step {place + 1} of {season}" for place in range(season))
    counted = Phases("step of the season", names, (first_row + np.arange(len(times))) % season)
    return ([counted] if season <= MOST_PLACES else []) + others


def _of_calendar(times: Sequence[str]) -> list[tuple[Phases, float]]:
    """Cycles of the calendar that are longer than a step, each with its length in steps, the shortest first."""
    matches = [_DATE.match(time) for time in times]
    if len(matches) < 2 or not all(matches):
        return []
    moments = np.array([match[0] for match in matches if match], dtype="datetime64[s]")
    step = float(np.median(np.diff(moments).astype(np.float64)))
    if step <= 0:
        return []
    days = moments.astype("datetime64[D]")
    months = moments.astype("datetime64[M]").astype(np.int64) % 12
    seconds = (moments - days).astype(np.int64)
    hour, day, year = 3_600.0, 86_400.0, 365.25 * 86_400
    quarters = tuple(f"quarter {place}" for place in range(1, 5))
    cycles = [
        ("minute", tuple(f"{place:02d} min" for place in range(60)), seconds // 60 % 60, hour, 1_800.0),
        ("hour", tuple(f"{place:02d}:00" for place in range(24)), seconds // 3_600, day, 43_200.0),
        ("weekday", tuple(calendar.day_name), (days.astype(np.int64) + 3) % 7, 7 * day, 1.5 * day),
        ("month", tuple(calendar.month_name[1:]), months, year, 45 * day),
        ("quarter", quarters, months // 3, year, 135 * day),
    ]
    kept = []
    for name, names, places, length, longest_step in cycles:
        # A step of a quarter sees four months only: those are quarters.
        if step > longest_step or (name == "quarter" and step <= 45 * day) or len(np.unique(places)) < _FEWEST:
            continue
        kept.append((Phases(name, names, np.asarray(places, dtype=np.int64)), length / step))
    return kept
