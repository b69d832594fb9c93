"""Whether anything that comes after an origin moves what is forecast from it: the future is changed, and nothing may follow.

A task is bound anew to its data with other values from an origin on, so that scale, gaps, windows, simple methods and
bands are all made again. Left out: what is found in the data before it is bound, such as its season.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.data.windows import window_pairs
from core.tasks.forecasting.known_errors import known_errors, own_edges

if TYPE_CHECKING:
    from core.tasks.forecasting.forecasts import SeriesForecasts

RECENT = 64  # origins before, whose errors make the bands that are compared
SAME = 1e-6  # of a number, and of the spread of all: what another place in memory may change
BANDS = "bands"


def moved_by_future(task: SeriesForecasts, known_ahead: Collection[str] = ()) -> list[str]:
    """What is not the same after every value from an origin on has become another: "network", simple methods, `BANDS`.

    Looked at from the first and the last origin of the validation and of the test set. Every changed value, of targets and
    of other columns, lies above all of its column; a missing one stays missing.

    Args:
        known_ahead: Columns that are known before their time and stay as they are.
    """
    moved: set[str] = set()
    for split in ("validation", "test"):
        pairs = window_pairs(task.prepared, task.experiment.data, split)
        if not len(pairs):
            continue
        origins, series = task.picked(pairs, np.unique([0, len(pairs) - 1]))
        starts = window_pairs(task.prepared, task.experiment.data, "validation").starts
        for place, origin in enumerate(origins.tolist()):
            number = None if series is None else int(series[place])
            first = max(int(starts[number or 0]), origin - RECENT)
            changed = _with_other_future(task, origin, known_ahead)
            before, after = (_seen_from(one, origin, number, first) for one in (task, changed))
            spread = float(np.nanstd(task.truths))
            moved |= {
                name for name, values in before.items()
                if not np.allclose(values, after[name], rtol=SAME, atol=SAME * spread, equal_nan=True)
            }  # fmt: skip
    return sorted(moved, key=lambda name: (name != "network", name == BANDS, name))


def _with_other_future(task: SeriesForecasts, origin: int, known_ahead: Collection[str]) -> SeriesForecasts:
    """The task on data with another future, and with the same network."""
    series = task.prepared.series
    values, free = series.frame.to_numpy(dtype=np.float64, copy=True), []
    for place, name in enumerate(task.columns):
        known = values[np.isfinite(values[:, place]), place]
        if name not in known_ahead and len(known):
            free.append(place)
            top, step = known.max(), known.std() or 1.0
            values[origin:, place] = top + step + (top - values[origin:, place])
    frame = series.frame.copy()
    frame.iloc[:, free] = values[:, free]
    with torch.random.fork_rng(devices=[]):  # a network is drawn, and not used
        prepared = replace(task.prepared, series=replace(series, frame=frame))
        changed = type(task)(task.experiment, prepared, task.predictor.device)
    changed.take_networks(task)
    changed.fits = task.fits  # found again only where what was fitted on is the same, number by number
    return changed


def _seen_from(task: SeriesForecasts, origin: int, number: int | None, first: int) -> dict[str, np.ndarray]:
    """By name what is forecast from an origin (1, H, C), and how far bands reach by errors since `first`."""
    at = np.array([origin])
    seen = {"network": task.forecasts(at, number)[1], **task.simple(at, number)}
    if first < origin:
        own = own_edges(task, at, seen["network"], number)
        seen[BANDS] = known_errors(task, number, first, origin).reaches(at, own)
    return seen
