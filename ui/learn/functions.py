"""Functions and slopes: activation functions, a number that goes round and round, and gradient descent on one weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.insight.edits import Edits
from ui.learn import descent_scene
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel
from ui.learn.scene import Equation, Scene, slider

NAME = "functions"
FUNCTIONS = ("tanh", "sigmoid", "relu", "identity")
LABELS = {"tanh": "tanh", "sigmoid": "sigmoid", "relu": "ReLU", "identity": "identity"}
COLORS = {"tanh": "var(--blue)", "sigmoid": "var(--green)", "relu": "var(--red)", "identity": "var(--pink)"}
FORMULAS = {
    "tanh": ("tanh(z)", "1 − tanh²(z)"),
    "sigmoid": ("1 / (1 + e^−z)", "f(z) · (1 − f(z))"),
    "relu": ("max(0, z)", "1 above 0, else 0"),
    "identity": ("z", "1"),
}
MOST_SUM, MOST_ROUNDS, NUM_POINTS = 6.0, 60, 241
VIEWS = {"squash": "Activation functions", "round": "Round and round", "descent": "Gradient descent"}
LESSON = Lesson(
    NAME,
    "What a unit does to its sum, why a number that goes round and round needs it, and how a slope moves a weight.",
    (
        Statement(
            "At 0 tanh passes the whole gradient on; a sigmoid passes on a quarter of it at best.",
            {"unit": 1, "mark": "slope", "edits": {"z": 0}}, {"view": "squash"},
        ),
        Statement(
            "At 3 tanh is saturated: less than a hundredth of the gradient gets through. ReLU's slope is still 1.",
            {"unit": 0, "mark": "slope", "edits": {"z": 3}}, {"view": "squash"},
        ),
        Statement(
            "Times 1.5 each round, a number grows beyond 10,000 in 25 rounds. With tanh it comes to rest at 0.86.",
            {"step": 24, "mark": "tanh", "edits": {"w": 1.5, "start": 0.4, "x": 0, "rounds": 25}}, {"view": "round"},
        ),
        Statement(
            "A gradient of 0.001 hardly moves a weight of 2.1: after one step with a rate of 0.1 it is 2.0999.",
            {"step": 0, "mark": "next", "edits": {"w": 2.1, "rate": 0.1, "shape": 0.1, "steps": 10}},
            {"view": "descent", "loss": "line"},
        ),
        Statement(
            "A rate too large: each step lands on the other side, higher than before, and soon outside.",
            {"step": 4, "mark": "next", "edits": {"w": 2.5, "rate": 2.3, "shape": 1, "steps": 10}},
            {"view": "descent", "loss": "line"},
        ),
        Statement(
            "Behind a saturated tanh lies a plateau: the loss is high, the slope next to nothing, and descent stands still.",
            {"step": 10, "mark": "gradient", "edits": {"w": 3, "rate": 0.5, "shape": 1.5, "steps": 10}},
            {"view": "descent", "loss": "squashed"},
        ),
    ),
    Question(
        "A weight is 1, the gradient of the loss there −0.4, the learning rate 0.5. What is the weight after one step?",
        ("0.8", "1.2", "0.6"),
        1,
        "New w = w − rate · gradient = 1 − 0.5 · (−0.4) = 1.2: the loss falls to the right, so that is where the weight goes.",
    ),
)  # fmt: skip


def squash(edits: Edits) -> Scene:
    """All functions and their slopes, with the point of one sum."""
    from core.insight.activation import curve, is_saturated

    z = edits.number("z", 1.0, -MOST_SUM, MOST_SUM)
    sums = np.linspace(-MOST_SUM, MOST_SUM, NUM_POINTS)
    drawn, here = ({name: curve(name, at) for name in FUNCTIONS} for at in (sums, np.array([z])))
    names = [LABELS[name] for name in FUNCTIONS]
    scene = Scene("functions-squash", "Activation functions and their slopes at one sum", [f"z = {z:g}"], len(FUNCTIONS),
                  "sum", {"mark": "value"}, unit_names=names)  # fmt: skip
    scene.value("z", "sum z", [[z]])
    scene.value("value", "value f(z)", [[here[name].values[0] for name in FUNCTIONS]])
    scene.value("slope", "slope f'(z)", [[here[name].slopes[0] for name in FUNCTIONS]])
    rows = []
    for place, name in enumerate(FUNCTIONS):
        function, slope = FORMULAS[name]
        for kind, numbers, formula in (("value", here[name].values, function), ("slope", here[name].slopes, slope)):
            scene.value(f"{name}.{kind}", f"{kind} of {LABELS[name]}", [[numbers[0]]], equation=Equation(
                f"{LABELS[name]}{'' if kind == 'value' else chr(39)}(z) = {formula}",
                ["z = ", {"v": "z"}, " → ", {"v": f"{name}.{kind}", "result": True}]))  # fmt: skip
        kept = float(here[name].slopes[0])
        state = "saturated" if is_saturated(name, kept) else "not saturated"
        rows.append([LABELS[name], {"v": "value", "unit": place}, {"v": "slope", "unit": place},
                     float(f"{kept**10:.3g}"), state])  # fmt: skip
    help = "The sum that the functions are applied to; a click into a picture sets it, too."
    scene.row({"kind": "sliders", "sliders": [slider("z", "Sum z that goes in", z, -MOST_SUM, MOST_SUM, 0.1, help)]})
    frame = {"kind": "curve", "x_title": "sum z", "x_low": -MOST_SUM, "x_high": MOST_SUM,
             "sets": {"name": "z", "low": -MOST_SUM, "high": MOST_SUM}}  # fmt: skip
    for kind, y_title, low, high in (("value", "f(z)", -1.5, 3.0), ("slope", "f'(z)", -0.1, 1.2)):
        curves = [
            {"label": LABELS[name], "color": COLORS[name], "style": "dashed" if name == "identity" else "line",
             "points": np.stack((sums, drawn[name].values if kind == "value" else drawn[name].slopes), 1).round(5).tolist()}
            for name in FUNCTIONS
        ]  # fmt: skip
        points = [
            {"label": "", "color": COLORS[name], "x": "z", "y": f"{name}.{kind}", "quiet": True} for name in FUNCTIONS
        ]
        title = "What comes out" if kind == "value" else "How much of the gradient gets through: the slope"
        scene_panel = {
            **frame,
            "title": title,
            "y_title": y_title,
            "low": low,
            "high": high,
            "curves": curves,
            "points": points,
        }
        _beside(scene, scene_panel, first=kind == "value")
    scene.row(*({"kind": "equations", "title": title, "names": [f"{name}.{kind}" for name in FUNCTIONS]}
                for kind, title in (("value", "What comes out, in numbers"), ("slope", "The slope, in numbers"))))  # fmt: skip
    scene.row(
        {"kind": "table", "title": "At this sum", "rows": rows, "chosen_by": "unit",
         "columns": ["function", "f(z)", "left after one: f'(z)", "left after ten: f'(z)^10", "the function is"]},
        statements_panel(LESSON),
    )  # fmt: skip
    return scene


def _beside(scene: Scene, panel: Mapping[str, Any], first: bool) -> None:
    """Begin a row, or stand beside what stands in the last one."""
    if first:
        scene.row(panel)
    else:
        scene.rows[-1].append(dict(panel))


def go_round(edits: Edits) -> Scene:
    """One number, round by round, with a function and without."""
    from core.insight import activation

    weight, start, x = (edits.number(name, usual, low, high) for name, usual, low, high in (
        ("w", 1.5, -3, 3), ("start", 0.1, -2, 2), ("x", 0.0, -2, 2)))  # fmt: skip
    rounds = edits.whole("rounds", 25, 1, MOST_ROUNDS)
    found = activation.go_round(FUNCTIONS, weight, start, x, rounds)
    scene = Scene("functions-round", "A number that goes round and round", [""] * rounds, 1, "round",
                  {"step": min(3, rounds - 1), "mark": "tanh"}, play_ms=350)  # fmt: skip
    scene.value("weight", "weight w", [[weight]])
    scene.value("x", "added x", [[x]])
    for name in FUNCTIONS:
        label = LABELS[name]
        words = "w·h + x" if name == "identity" else f"{label}(w·h + x)"
        begin, end = ("", "") if name == "identity" else (f"{label}(", ")")
        scene.value(name, f"h with {label}", found[name][:, None], before=[start], equation=Equation(f"h ← {words}", [
            begin, {"v": "weight"}, " · ", {"v": name, "back": 1}, " + ", {"v": "x"}, f"{end} = ",
            {"v": name, "result": True}]))  # fmt: skip
    sliders = [
        slider("w", "Weight w", weight, -3, 3, 0.05, "What the number is multiplied with each round."),
        slider("start", "Start", start, -2, 2, 0.1, "The number before the first round."),
        slider("x", "Added each round, x", x, -2, 2, 0.1, "A constant input."),
        slider("rounds", "Rounds", rounds, 1, MOST_ROUNDS, 1, "How often it goes round."),
    ]
    scene.row({"kind": "sliders", "sliders": sliders})
    line = {"kind": "lines", "follow": True, "x_title": "round", "y_title": "h", "least": 320}
    scene.row(
        {**line, "title": "With a function that squashes", "low": -1.1, "high": 1.1, "series": [
            {"label": LABELS[name], "color": COLORS[name], "value": name} for name in ("tanh", "sigmoid")]},
        {**line, "title": "Without", "y_title": "", "series": [
            {"label": LABELS[name], "color": COLORS[name], "value": name, "style": style}
            for name, style in (("identity", "line"), ("relu", "dashed"))]},
    )  # fmt: skip
    scene.row(_stairs(weight, start, x, found["tanh"]),
              {"kind": "equations", "title": "This round in numbers", "names": list(FUNCTIONS)})  # fmt: skip
    scene.row(statements_panel(LESSON))
    return scene


def _stairs(weight: float, start: float, x: float, rounds: np.ndarray) -> dict[str, Any]:
    """What goes in against what comes out, with tanh: up to the curve, over to the diagonal, and again."""
    from core.insight.activation import curve

    before = np.concatenate(([start], rounds[:-1]))
    far = max(1.2, abs(start) + 0.2)
    ins = np.linspace(-far, far, 121)
    outs = curve("tanh", weight * ins + x).values
    at = [[[old, old], [old, new], [new, new]] for old, new in zip(before.tolist(), rounds.tolist(), strict=True)]
    return {
        "kind": "curve",
        "title": "The same number as stairs: out of the curve, back in along the diagonal",
        "x_title": "h that goes in", "y_title": "h that comes out", "grow": 1.4, "least": 320,
        "x_low": -far, "x_high": far, "low": -1.2, "high": 1.2,
        "curves": [
            {"label": "tanh(w·h + x)", "color": COLORS["tanh"], "points": np.stack((ins, outs), 1).round(5).tolist()},
            {"label": "what comes out goes in", "color": "var(--muted)", "style": "dashed", "points": [[-far, -far], [far, far]]},
        ],
        "segments": [{"label": "round by round", "color": "var(--amber)", "at": at, "keep": True}],
        "points": [],
    }  # fmt: skip


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        view = pick(NAME, "view", "What to see", tuple(VIEWS), VIEWS, "Which of the three figures is shown.", wide=True)
        loss = "line"
        if view == "descent":
            loss = pick(NAME, "loss", "Loss", tuple(descent_scene.WORDS), descent_scene.WORDS,
                        "Of which network with one weight.", wide=True)  # fmt: skip
    scenes: Mapping[str, Callable[[Edits], Scene]] = {
        "squash": squash,
        "round": go_round,
        "descent": lambda edits: descent_scene.descent(loss, edits, statements_panel(LESSON)),
    }
    draw_lesson(LESSON, scenes[view])
