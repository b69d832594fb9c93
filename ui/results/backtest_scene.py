"""Forecasts from one origin after another: a figure that is dragged through time, over a strip that says who was nearer.

The figure is that of the Learn pages, so a step is drawn in the browser. Left out: charts over all origins
(ui/charts/backtest.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.backtests import NETWORK, Backtest
from core.config.words import with_unit
from core.digits import significant
from core.metrics.quantiles import coverage
from ui.charts.bands import BANDS
from ui.foreign import one_line, shorten
from ui.learn.scene import Scene
from ui.words import baseline_label, capital

_MOST_BEFORE, _FEWEST_BEFORE = 150, 12  # rows of the past that are drawn
_FASTEST_MS, _SLOWEST_MS, _WHOLE_MS = 80, 600, 20_000
_ALIKE = 0.01  # of the larger error: nobody is nearer
_ONE_RANGE = 0.35  # share of the whole range from which on all origins are drawn on one axis
_NEARER, _FARTHER, _NOBODY = range(3)


def winners(test: Backtest, baseline: str) -> list[int]:
    """Who is nearer from each origin: 0 the network, 1 the other method, 2 nobody, or no truth is known."""
    network, other = test.errors(NETWORK), test.errors(baseline)
    alike = ~(np.abs(network - other) > _ALIKE * np.fmax(network, other))
    return np.where(alike, _NOBODY, np.where(network < other, _NEARER, _FARTHER)).tolist()


def origin_scene(
    scene_id: str, test: Backtest, values: Sequence[float | None], season: int, baseline: str | None, unit: str
) -> Scene:
    """The figure of one series.

    Args:
        scene_id: Names what is shown.
        test: Its rolling test.
        values: Of the series by row, None where one is missing.
        season: Steps of it, which say how much of the past is drawn.
        baseline: The method beside the network; None for none.
        unit: Of the series, or "".
    """
    name, series = one_line(test.name, 60), np.array(values, dtype=float)
    past = _past(series, test.origins, int(np.clip(2 * max(season, test.horizon), _FEWEST_BEFORE, _MOST_BEFORE)))
    first = int(np.searchsorted(test.origins, test.test_from))
    scene = Scene(
        scene_id, f"Forecasts of {name} from {len(test.origins)} origins, one after another.",
        [f"after {shorten(test.time[row - 1], 24)}" for row in test.origins.tolist()], step_name="origin",
        start={"step": first % max(1, len(test.origins))},
        play_ms=int(np.clip(_WHOLE_MS / len(test.origins), _FASTEST_MS, _SLOWEST_MS)), is_linked=False,
    )  # fmt: skip
    drawn = {"past": past, "truth": test.truth, NETWORK: test.methods[NETWORK]}
    lines = [{"value": NETWORK, "label": "Network", "color": "var(--blue)", "style": "line"}]
    if baseline is not None:
        drawn[baseline] = test.methods[baseline]
        lines.append(
            {"value": baseline, "label": capital(baseline_label(baseline)), "color": "var(--muted)", "style": "dashed"}
        )
    if test.recursive is not None:
        drawn["recursive"] = test.recursive
        lines.append(
            {"value": "recursive", "label": "Network, one step at a time", "color": "var(--blue)", "style": "dotted"}
        )
    bands = []
    for label, *_ in BANDS:
        share = int(label.rstrip("%")) / 100
        if share in test.bands:
            keys = (f"lower {label}", f"upper {label}")
            drawn |= dict(zip(keys, test.bands[share], strict=True))
            bands.append({"lower": keys[0], "upper": keys[1], "label": f"{label} band{_held(test, share)}"})
    for key, rows in drawn.items():
        scene.value(key, key, rows)
    scene.row({
        "kind": "fan", "past": "past", "truth": "truth", "lines": lines, "bands": bands, "plain": True,
        "ends": _ends(test, past.shape[1]), "range": _ranges(list(drawn.values())), "says": _says(test, baseline, unit),
        "x_title": "Time",
        "y_title": shorten(with_unit(name, one_line(unit, 20)), 40), "alt": f"What came of {name}, and forecasts.",
    })  # fmt: skip
    if baseline is not None and len(test.origins) > 1:
        scene.row(_strip(test, baseline))
    return scene


def _held(test: Backtest, share: float) -> str:
    """What a band held from the origins of the test set; "" where nothing is known of it."""
    judged = test.since(test.test_from)
    held = float(coverage(judged.truth, *judged.bands[share], axis=(0, 1)))
    return "" if np.isnan(held) else f", held {held:.0%}"


def _past(series: np.ndarray, origins: np.ndarray, before: int) -> np.ndarray:
    """(N, before) the values before each origin, NaN before the first."""
    rows = origins[:, None] + np.arange(-before, 0)
    found = np.where(rows >= 0, series[np.maximum(rows, 0)], np.nan)
    return found[:, ~np.isnan(found).all(axis=0)] if np.isnan(found).any() else found


def _ends(test: Backtest, before: int) -> list[list[str]]:
    """Times of the first row drawn, the last one known and the last one forecast, from each origin."""
    return [
        [shorten(test.time[max(0, row - before)], 16), shorten(test.time[row - 1], 16),
         shorten(test.time[row + test.horizon - 1], 16)]
        for row in test.origins.tolist()
    ]  # fmt: skip


def _ranges(rows: Sequence[np.ndarray]) -> list[list[float]]:
    """Ends of the axis at each origin: the same for all where the forecasts fill it well enough."""
    joined = np.concatenate(rows, axis=1)
    known = np.isfinite(joined)
    low = np.where(known, joined, np.inf).min(axis=1)
    high = np.where(known, joined, -np.inf).max(axis=1)
    whole = high.max() - low.min()
    if np.median(high - low) >= _ONE_RANGE * whole:
        low, high = np.full_like(low, low.min()), np.full_like(high, high.max())
    room = 0.04 * (high - low) + (high == low) * 0.5
    return np.stack([low - room, high + room], axis=1).tolist()


def _says(test: Backtest, baseline: str | None, unit: str) -> list[str]:
    """The error of every origin in words."""
    network = test.errors(NETWORK)
    other = test.errors(baseline) if baseline is not None else np.full_like(network, np.nan)
    who = winners(test, baseline) if baseline is not None else [_NOBODY] * len(network)
    label, of_unit = baseline_label(baseline) if baseline else "", f" {one_line(unit, 40)}" if unit else ""
    said = []
    for row, mine, theirs, nearer in zip(test.origins.tolist(), network.tolist(), other.tolist(), who, strict=True):
        if np.isnan(mine):
            said.append("Nothing is known of what came after.")
            continue
        text = f"From {shorten(test.time[row], 24)} on the network misses by {significant(mine, 3)}{of_unit} on average"
        if baseline is None:
            said.append(f"{text}.")
            continue
        ending = ("the network is nearer", f"{label} is nearer", "both are equally near")[nearer]
        said.append(f"{text}, {label} by {significant(theirs, 3)}: {ending}.")
    return said


def _strip(test: Backtest, baseline: str) -> dict[str, Any]:
    who, label = winners(test, baseline), baseline_label(baseline)
    names = ("Network nearer", f"{capital(label)} nearer", "Equally near, or not known")
    keys = [{"text": name, "color": color, "share": share} for name, color, share in
            zip(names, ("var(--blue)", "var(--amber)", "var(--muted)"), (1.0, 0.6, 0.25), strict=True)]  # fmt: skip
    first = int(np.searchsorted(test.origins, test.test_from))
    part = {"from": first, "text": "test set from here"} if 0 < first < len(who) else None
    nearer = _nearer(who[:first], who[first:])
    return {
        "kind": "strip", "kinds": who, "keys": keys if _NOBODY in who else keys[:2], "plain": True,
        "title": f"Who was nearer, origin by origin: the network from {nearer}",
        "part": part,
        "ends": [shorten(test.time[row - 1], 16) for row in test.origins[[0, -1]].tolist()],
        "alt": f"A cell for each of {len(who)} origins. The network is nearer from {nearer}. Taller is the network.",
    }  # fmt: skip


def _nearer(validation: Sequence[int], test: Sequence[int]) -> str:
    """From how many origins the network is nearer, those of the test set apart from those by which it was chosen."""
    chosen = f"{validation.count(_NEARER)} of {len(validation)} of the validation set, on which it was chosen"
    if not test:
        return chosen
    judged = f"{test.count(_NEARER)} of {len(test)} of the test set"
    return f"{judged}, and from {chosen}" if validation else judged
