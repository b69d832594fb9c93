"""The network's clock: its states in the plane in which they vary most, a step at a time, beside the series.

The figure is that of the Learn pages: it plays in the browser. Left out: reading the states.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.insight.clock import Plane, mean_by_place
from core.insight.phases import Phases
from ui.charts.labels import percent
from ui.charts.theme import cycle_color
from ui.foreign import shorten
from ui.learn.scene import Scene
from ui.words import capital

_MOST_NAMES = 12  # of places, written into the plane
_APART = 0.06  # of the plane's width, between two of them
_FASTEST_MS, _WHOLE_MS = 60, 30_000


def clock_scene(
    scene_id: str, name: str, times: Sequence[str], values: np.ndarray, plane: Plane, phases: Phases | None, trail: int
) -> Scene:
    """The figure of one layer.

    Args:
        scene_id: Names what is shown.
        name: Of the series, with its unit.
        times: T labels.
        values: (T,) of the series, NaN where one is missing.
        plane: Of the layer's T states.
        phases: The cycle that gives the colours; None colours by time.
        trail: Steps of the path behind the chosen one.
    """
    called = [phases.names[place] for place in phases.places.tolist()] if phases else [""] * len(times)
    labels = [
        f"{shorten(time, 24)}, {word}" if word else shorten(time, 24) for time, word in zip(times, called, strict=True)
    ]
    shares = phases.places / len(phases.names) if phases else np.arange(len(times)) / (1.2 * len(times))
    told = [f"component {number}, {percent(share)} of the variance" for number, share in enumerate(plane.shares, 1)]
    scene = Scene(
        scene_id, f"The network's clock: {len(times)} states in two principal components beside {name}.", labels,
        step_name="step", start={"step": min(trail, len(times) - 1)},
        play_ms=int(np.clip(_WHOLE_MS / len(times), _FASTEST_MS, 400)), is_linked=False,
    )  # fmt: skip
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    room = 0.05 * (high - low or 1.0)
    scene.value("series", name, values[:, None])
    colors = [cycle_color(float(share)) for share in shares]
    orbit = {
        "kind": "orbit", "title": "The state, a dot a step", "points": np.round(plane.points, 5).tolist(), "colors": colors,
        "trail": trail, "x_title": told[0], "y_title": told[1], "places": _names(plane, phases), "keys": _keys(phases),
        "least": 300,
        "alt": f"Colours by {phases.cycle}." if phases else "Colours by time, dark blue first.",
    }  # fmt: skip
    series = {
        "kind": "lines", "title": "The series at the same step", "follow": True, "x_title": "Time", "y_title": name,
        "low": low - room, "high": high + room, "height": 320, "least": 300,
        "x_words": [shorten(time, 10).partition("T")[0] for time in times],
        "series": [{"label": "", "color": "var(--ink)", "width": 1.4, "value": "series"}],
    }  # fmt: skip
    scene.row(orbit, series)
    return scene


def _keys(phases: Phases | None) -> list[dict[str, str]]:
    """Words for colours below the plane, at most a dozen; of a cycle with more places some of them."""
    if phases is None:
        return [
            {"text": word, "color": cycle_color(share)} for word, share in (("first steps", 0.0), ("last steps", 0.83))
        ]
    every = -(-len(phases.names) // _MOST_NAMES)
    return [
        {"text": name, "color": cycle_color(place / len(phases.names))}
        for place, name in enumerate(phases.names)
        if place % every == 0
    ]


def _names(plane: Plane, phases: Phases | None) -> list[dict[str, object]]:
    """Short names of places where their states lie in the middle, without those that would stand on another.

    Where most would, the plane does not tell places apart, and a name or two would say that it does: then there are none.
    """
    if phases is None:
        return []
    means = mean_by_place(plane.points, phases.places, len(phases.names))
    width = float(np.ptp(plane.points, axis=0).max())
    every, kept = -(-len(phases.names) // _MOST_NAMES), list[np.ndarray]()
    found: list[dict[str, object]] = []
    for place, (name, mean) in enumerate(zip(phases.names, means, strict=True)):
        if place % every or np.isnan(mean).any() or any(np.abs(mean - other).max() < _APART * width for other in kept):
            continue
        kept.append(mean)
        found.append({"text": _brief(name), "x": float(mean[0]), "y": float(mean[1])})
    return found if 2 * len(found) > len(range(0, len(phases.names), every)) else []


def _brief(name: str) -> str:
    """A place in few letters: Jan, Mon, 06:00, 3."""
    if name.startswith(("step ", "quarter ")):
        return capital(name).replace("Quarter ", "Q").replace("Step ", "").partition(" ")[0]
    return name if name[:1].isdigit() else name[:3]
