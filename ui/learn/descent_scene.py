"""The figure of gradient descent: a loss over one weight, the slope where the weight is, and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.insight.edits import Edits
from ui.learn.scene import Equation, Scene, slider

WORDS = {"line": "A line through points", "rounds": "A linear recurrent network", "squashed": "A unit with tanh"}
MOST_STEPS, NUM_POINTS = 40, 161


@dataclass(frozen=True)
class Shape:
    """How a loss is shown: the number that shapes it, and which weights.

    Attributes:
        label, help: Of the slider.
        low, high, step, usual: Of the slider.
        weights: Between which weights the curve is drawn.
        start, rate: At first.
        says: What loss it is.
        tallest: The largest loss of the picture; what is higher is cut off.
    """

    label: str
    help: str
    low: float
    high: float
    step: float
    usual: float
    weights: tuple[float, float]
    start: float
    rate: float
    says: str
    tallest: float


SHAPES: Mapping[str, Shape] = {
    "line": Shape(
        "Size of the inputs", "The points are at x = −size and x = size; small inputs make small gradients.",
        0.1, 2, 0.1, 1, (-1, 5), 4.5, 0.3, "y = w x on two points of y = 2 x: the mean squared error, halved. Best at w = 2.",
        5,
    ),
    "rounds": Shape(
        "Steps in time", "How often the weight is multiplied with itself.", 1, 20, 1, 8, (-1.6, 1.6), 0.6, 0.1,
        "h ← w h, from 1, should be 0.5 at the end: half the squared error. Nearly flat inside, a cliff outside.", 3,
    ),
    "squashed": Shape(
        "Input x", "A larger input saturates tanh sooner.", 0.2, 3, 0.1, 1, (-3, 4), 1.5, 0.5,
        "tanh(w x) should be −0.5: half the squared error. A plateau where tanh is saturated.", 1.3,
    ),
}  # fmt: skip


def descent(loss: str, edits: Edits, statements: Mapping[str, Any]) -> Scene:
    """The scene of one loss.

    Args:
        loss: Of `core.insight.descent.LOSSES`.
        edits: `w`, `rate`, `steps` and `shape`.
        statements: The panel of statements.
    """
    from core.insight.descent import descend, slopes_at

    shape = SHAPES[loss]
    low, high = shape.weights
    size = edits.number("shape", shape.usual, shape.low, shape.high)
    start = edits.number("w", shape.start, low, high)
    rate = edits.number("rate", shape.rate, 0.001, 10)
    steps = edits.whole("steps", 10, 1, MOST_STEPS)
    path = descend(loss, size, start, rate, steps + 1)  # one more, which the last place foresees
    curve = slopes_at(loss, size, np.linspace(low, high, NUM_POINTS))
    scene = Scene(f"functions-descent-{loss}", "Gradient descent on one weight", ["at the start", *_after(steps)], 1,
                  "weight", {"mark": "next"}, play_ms=500)  # fmt: skip
    _add_values(scene, path, rate)
    scene.row(_sliders(shape, size, start, rate, steps))
    scene.row(_picture(shape, path, curve), {
        "kind": "equations", "title": "This step in numbers", "names": ["loss", "gradient", "next"], "least": 260})  # fmt: skip
    line = {"kind": "lines", "follow": True, "first": 0, "x_title": "step", "height": 250}
    scene.row(
        {**line, "title": "Loss", "y_title": "L", "series": [{"label": "", "color": "var(--blue)", "value": "loss"}]},
        statements,
    )
    return scene


def _after(steps: int) -> list[str]:
    return [f"after {step} {'step' if step == 1 else 'steps'}" for step in range(1, steps + 1)]


def _add_values(scene: Scene, path: Any, rate: float) -> None:
    """The weight at each place, its loss, its slope and where the next step leads; the last of the path is only led to."""
    scene.value("rate", "learning rate", [[rate]])
    scene.value("w", "weight w", path.weights[:-1, None])
    scene.value("loss", "loss L", path.losses[:-1, None], equation=Equation(
        "L(w), the height of the curve", ["L(", {"v": "w", "digits": 5}, ") = ", {"v": "loss", "result": True}]))  # fmt: skip
    scene.value("gradient", "gradient dL/dw", path.slopes[:-1, None], equation=Equation(
        "dL/dw, its slope", ["at ", {"v": "w", "digits": 5}, ": ", {"v": "gradient", "result": True}]))  # fmt: skip
    scene.value("next", "next weight", path.weights[1:, None], equation=Equation(
        "w ← w − rate · dL/dw",
        [{"v": "w", "digits": 5}, " − ", {"v": "rate"}, " · ", {"v": "gradient"}, " = ",
         {"v": "next", "result": True, "digits": 5}],
        ["against the slope, and the further the steeper it is"]))  # fmt: skip


def _sliders(shape: Shape, size: float, start: float, rate: float, steps: int) -> dict[str, Any]:
    low, high = shape.weights
    return {
        "kind": "sliders",
        "sliders": [
            slider("w", "Weight at the start", start, low, high, 0.05, "A click into the picture sets it, too."),
            slider("rate", "Learning rate", rate, 0.05, 5, 0.05, "What the slope is multiplied with."),
            slider("steps", "Steps", steps, 1, MOST_STEPS, 1, "How many steps are made."),
            slider("shape", shape.label, size, shape.low, shape.high, shape.step, shape.help),
        ],
    }


def _picture(shape: Shape, path: Any, curve: Any) -> dict[str, Any]:
    low, high = shape.weights
    tallest = min(shape.tallest, float(curve.losses.max()) * 1.05)
    return {
        "kind": "curve",
        "title": "The loss over the weight, and the slope where the weight is",
        "note": shape.says,
        "x_title": "weight w", "y_title": "loss L", "grow": 2, "least": 340,
        "x_low": low, "x_high": high, "low": 0, "high": tallest,
        "curves": [
            {"label": "loss", "color": "var(--blue)", "points": np.stack((curve.weights, curve.losses), 1).round(6).tolist()}
        ],
        "segments": [{"label": "slope at the weight", "color": "var(--red)", "at": _tangents(path, (high - low) / 6)[:-1]}],
        "points": [{"label": "the weight", "color": "var(--amber)", "x": "w", "y": "loss", "trail": True}],
        "sets": {"name": "w", "low": low, "high": high, "digits": 2},
    }  # fmt: skip


def _tangents(path: Any, reach: float) -> list[list[list[float]]]:
    """A piece of the tangent at each place of the descent; none where there are no numbers."""
    found: list[list[list[float]]] = []
    for w, loss, slope in zip(path.weights.tolist(), path.losses.tolist(), path.slopes.tolist(), strict=True):
        ends = [[w + side, loss + side * slope] for side in (-reach, reach)]
        found.append(ends if np.isfinite(ends).all() else [])
    return found
