"""The figure of the echo state network: how it runs on by itself, how far that is right, and what its spectral radius does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.claims.store import stored
from core.insight.edits import Edits
from ui.learn.scene import Equation, Scene, sliders

BLUE, AMBER, GREEN, RED, PINK = "var(--blue)", "var(--amber)", "var(--green)", "var(--red)", "var(--pink)"
SLIDERS = {
    "radius": ("Spectral radius", 0.95, 0.05, 1.8, 0.05, "Largest size of an eigenvalue of W."),
    "leak": ("Leak a", 0.5, 0.1, 1, 0.1, "How much of a state is new at each step."),
    "units": ("Units", 200, 20, 300, 20, "Of the reservoir."),
    "draw": ("Draw", 1, 1, 20, 1, "Other drawn weights."),
}
UNITS = (BLUE, RED, GREEN, PINK)  # those of which the state is drawn
BY_RADIUS = "by spectral radius"
USUAL = (200, 0.5)  # units and leak of the stored figures


def echo(edits: Edits, statements: Mapping[str, Any]) -> Scene:
    """An echo state network foresees Mackey-Glass, running on its own forecasts."""
    from core.insight import reservoir as seen

    panel, (radius, leak, units, seed) = sliders(edits, SLIDERS)
    found = seen.foresee(units, radius, leak, seed)
    steps, simple = seen.horizons(found.forecasts), seen.horizons(seen.repeated())
    shown, wrong = slice(seen.NUM_SHOWN), seen.TOLERANCE * seen.spread()
    scene = Scene("reservoirs-echo", "An echo state network that runs by itself along the Mackey-Glass series",
                  [""] * seen.NUM_SHOWN, 1, "step", {"mark": "forecast"}, play_ms=40)  # fmt: skip
    _add_values(scene, found, shown)
    scene.row(panel)
    line = {"kind": "lines", "follow": True, "x_title": "steps ahead", "least": 300}
    known = float(seen.repeated()[0, 0])
    low, high = np.clip(
        (found.forecasts[0, shown].min(), found.forecasts[0, shown].max()), (-1, 1.5), (0.2, 2.5)
    ).tolist()
    forecast = {
        **line, "title": "Mackey-Glass: the series, and what it foresees by itself", "grow": 2, "y_title": "x",
        "low": low, "high": high, "series": [
            {"label": "series", "color": AMBER, "value": "truth", "width": 3},
            {"label": "forecast", "color": BLUE, "value": "forecast", "style": "dashed"},
            {"label": "last value", "color": PINK, "style": "dotted", "points": [[1, known], [seen.NUM_SHOWN, known]]},
        ],
    }  # fmt: skip
    network = (f"Echo state network, mean of {len(steps)}", steps, BLUE)
    facts = [
        {"label": label, "text": f"{np.mean(one):,.0f} steps", "note": ", ".join(map(str, one)), "color": color}
        for label, one, color in (network, ("Last value, repeated", simple, PINK))
    ]
    says = (
        f"The horizon: steps that it runs by itself until its forecast is first more than {wrong:.2f} off ({seen.TOLERANCE} "
        f"standard deviations of the series), from six places that the readout does not know; counted up to {seen.NUM_AHEAD:,}."
    )
    scene.row(forecast, {"kind": "facts", "title": "How far it foresees", "items": facts, "says": says})
    forgets = {
        "kind": "lines", "title": "Two starts, the same input: does it forget where it began?", "x_title": "steps read",
        "y_title": "distance", "log_y": True, "low": 1e-8, "high": 30, "least": 300, "series": [
            {"label": "distance of the two states", "color": BLUE, "width": 3,
             "points": [[at + 1, float(value)] for at, value in enumerate(found.forgotten) if value > 1e-8]}],
    }  # fmt: skip
    scene.row(*_by_radius(radius, steps, (units, leak) == USUAL), forgets)
    scene.row(
        {**line, "title": "The echo: four of its units", "y_title": "x", "low": -1, "high": 1, "series": [
            {"label": f"unit {one + 1}", "color": color, "value": f"x.{one}"} for one, color in enumerate(UNITS)]},
        {"kind": "equations", "title": "This step in numbers", "names": ["x.0", "forecast", "fit"], "least": 300},
    )  # fmt: skip
    scene.row(statements)
    return scene


def _add_values(scene: Scene, found: Any, shown: slice) -> None:
    scene.value("truth", "the series", found.truth[shown, None])
    scene.value("error", "forecast − series", (found.forecasts[0] - found.truth)[shown, None])
    scene.value("forecast", "forecast", found.forecasts[0, shown, None], equation=Equation(
        "y = w_out · [x; 1], read again as the next input",
        ["y = ", {"v": "forecast", "result": True}, ", the series has ", {"v": "truth"}],
        ["Off by ", {"v": "error"}, "."]))  # fmt: skip
    for one in range(len(UNITS)):
        scene.value(f"x.{one}", f"state of unit {one + 1}", found.states[shown, one, None], equation=None if one else Equation(
            "x ← (1 − a) · x + a · tanh(W · x + w_in · u + b)",
            ["x of unit 1 = ", {"v": "x.0", "result": True}],
            ["W, w_in and b were drawn and stay; W is scaled to the spectral radius."]))  # fmt: skip
    scene.value("fit", "one step off", [[found.one_step]], equation=Equation(
        "w_out = (X'X + λI)⁻¹ X'u",
        ["one step ahead it is off by ", {"v": "fit", "result": True}, " standard deviations"],
        ["X: states over 2,300 known steps, one a row; u: the values that came next; λ = 10⁻⁸."]))  # fmt: skip


def _by_radius(radius: float, steps: tuple[int, ...], is_usual: bool) -> list[dict[str, Any]]:
    """The stored horizons by spectral radius, with the least and the most of the draws, and this network among them if it has
    their units and leak.
    """
    found = stored("A11")
    rows = [] if found is None else [figure for figure in found.figures if figure.task == BY_RADIUS]
    if not rows:
        return []
    parts = {"mean": lambda one: one.mean, "least": lambda one: min(one.values), "most": lambda one: max(one.values)}
    styles = {"mean": "line", "least": "dotted", "most": "dashed"}
    curves: list[dict[str, Any]] = [
        {"label": f"{name} of {len(rows[0].values)} draws", "color": BLUE, "width": 3 if name == "mean" else 1,
         "style": styles[name], "points": [[float(one.network), of(one)] for one in rows]}
        for name, of in parts.items()
    ]  # fmt: skip
    if is_usual:
        curves.append(
            {"label": "this network", "color": RED, "style": "dots", "points": [[radius, float(np.mean(steps))]]}
        )
    most = max(point[1] for one in curves for point in one["points"])
    return [{
        "kind": "lines", "title": "Horizon by spectral radius", "x_title": "spectral radius", "y_title": "steps", "low": 0,
        "high": 500 * math.ceil(most / 500), "least": 300, "series": curves,
        "note": "With 200 units and a leak of 0.5; yours is shown where it has both. The best may lie above 1: each step keeps "
        "a part of the state as it is, and the input holds the tanh back. Far above, echoes never die.",
    }]  # fmt: skip
