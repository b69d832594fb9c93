"""Unfolding in time: a network of one unit, forward, loss, backward and update, with the whole gradient or cut windows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.insight.edits import Edits
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel
from ui.learn.scene import Scene, plain

NAME = "unfolding"
MOST_STEPS, SIZE, MOST = 12, 6, 10.0
X = (1.0, 0.0, -1.0, 1.0, 1.0, 0.0, -1.0, -1.0, 0.0, 1.0, 0.0, 1.0)
Y = (1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, -1.0, -1.0, 0.0, 0.0, 1.0)
U, W, H0, RATE, WINDOW = 1.0, 0.5, 0.0, 0.1, 2
WORDS = {
    "linear": "Linear", "tanh": "tanh", "end": "At the end", "every": "At every step",
    "whole": "None", "carry": "Carry", "slide": "Slide",
}  # fmt: skip
LINEAR = {"network": "linear", "loss": "end", "truncation": "whole"}
LESSON = Lesson(
    NAME,
    "A recurrent network is one cell with a loop. Unfolded in time it is a deep network whose layers share their weights, "
    "and it is trained like one: forward, loss, backward through time, update.",
    (
        Statement("One w is used six times, so its gradient is a sum of six terms.", {"step": 12, "mark": "w_term"}, LINEAR),
        Statement(
            "With |w| below 1 the terms of early steps are tiny: each step back multiplies by w.",
            {"step": 25, "mark": "w_term", "edits": {"length": 12, "net.0.1": 0.4, "net.0.2": 1}},
            LINEAR,
        ),
        Statement(
            "With |w| above 1 the gradient of early states is the largest, and one update goes too far: the loss explodes.",
            {"step": 25, "mark": "d", "edits": {"length": 12, "net.0.1": 1.4, "net.0.2": 1}},
            LINEAR,
        ),
        Statement(
            "With an error at every step, every step has an error close by.", {"step": 12, "mark": "d"},
            {**LINEAR, "loss": "every"},
        ),
        Statement(
            "A window of K = 2 cuts all but two terms out of the sum.", {"step": 9, "mark": "w_term"},
            {**LINEAR, "truncation": "carry"},
        ),
        Statement(
            "Windows that slide start from 0 each time and count one error each.",
            {"step": 7, "mark": "h", "edits": {"window": 3}}, {**LINEAR, "loss": "every", "truncation": "slide"},
        ),
        Statement(
            "tanh lets less back: each step also multiplies by 1 − h², which is at most 1.",
            {"step": 9, "mark": "d", "edits": {"net.0.0": 2}}, {**LINEAR, "network": "tanh"},
        ),
        Statement("Twelve steps or two: there are two weights.", {"step": 0, "mark": "w", "edits": {"length": 12}}, LINEAR),
    ),
    Question(
        "Windows of 20 steps carry their state. Can the error at step 100 teach the network to keep what it read at step 50?",
        ("Yes, because the state of step 50 is handed on.", "No: the state comes through, the gradient does not."),
        1,
        "The forward pass knows step 50, but this error changes the weights as if steps before 81 were given. What can be "
        "learned within 20 steps may then hold for longer; what needs more has no teacher.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is computed: the choices of the set-up and the numbers of the visitor, already within their bounds."""

    network: str
    loss: str
    truncation: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    u: float
    w: float
    h0: float
    rate: float
    window: int

    @property
    def targets(self) -> tuple[float | None, ...]:
        """A target where an error counts."""
        return self.ys if self.loss == "every" else (None,) * (len(self.ys) - 1) + self.ys[-1:]


def asked(network: str, loss: str, truncation: str, edits: Edits) -> Asked:
    """What the set-up and the edits ask for."""
    length = edits.whole("length", SIZE, 1, MOST_STEPS)
    xs, ys = (edits.applied(name, np.array([row]), -MOST, MOST)[0, :length] for name, row in (("x", X), ("y", Y)))
    u, w, h0 = edits.applied("net", np.array([[U, W, H0]]), -MOST, MOST)[0].tolist()
    rate = float(edits.applied("rate", np.array([[RATE]]), 0, MOST)[0, 0])
    window = min(edits.whole("window", WINDOW, 1, MOST_STEPS), length)
    return Asked(network, loss, truncation, tuple(xs.tolist()), tuple(ys.tolist()), u, w, h0, rate, window)


def build(network: str, loss: str, truncation: str, edits: Edits) -> Scene:
    """The scene of one training step."""
    from core.insight.unfolding import training_step
    from ui.learn.unfolding_phases import phases

    now = asked(network, loss, truncation, edits)

    def step_from(u: float, w: float) -> Any:
        return training_step(network, u, w, now.xs, now.targets, now.h0, now.rate, truncation, now.window)

    step = step_from(now.u, now.w)
    after = step_from(*step.updated).loss
    walk = phases(step, truncation, network, after)
    scene = Scene(
        NAME, "A recurrent network of one unit, folded and unfolded, in the phases of one training step",
        [phase.label for phase in walk], step_name="phase", play_ms=1000,
    )  # fmt: skip
    _values(scene, step, walk)
    _pictures(scene, now, walk)
    _numbers(scene, now, step, walk)
    _controls(scene, now, step, after)
    return scene


def _values(scene: Scene, step: Any, walk: Sequence[Any]) -> None:
    """What marks and the live region know: at each phase the number that was computed last."""
    x = [step.full.xs[phase.step] for phase in walk]
    h = [phase.h[phase.step + 1] for phase in walk]
    rows: dict[str, tuple[str, list[float | None]]] = {"x": ("input x", list(x)), "h": ("hidden state h", h)}
    for name, label, where in (
        ("loss", "loss", "loss"),
        ("d", "gradient of h", "d"),
        ("u_term", "term of the gradient of u", "u_terms"),
        ("w_term", "term of the gradient of w", "w_terms"),
    ):
        rows[name] = (label, [getattr(phase, where)[phase.step] for phase in walk])
    for name, weight in (("u", step.full.u), ("w", step.full.w)):
        rows[name] = (f"weight {name}", [weight])
    for name, (label, at) in rows.items():
        scene.values[name] = {"label": label, "at": [[one] for one in _known(at)]}


def _known(row: Sequence[float | None]) -> list[Any]:
    return [None if value is None else plain(value) for value in row]


def _pictures(scene: Scene, now: Asked, walk: Sequence[Any]) -> None:
    borders = now.truncation != "whole"
    frames = [
        {
            "kind": phase.kind, "step": phase.step, "lit": phase.lit, "window": list(phase.window) if borders else None,
            "h": _known(phase.h), "loss": _known(phase.loss), "d": _known(phase.d),
        }
        for phase in walk
    ]  # fmt: skip
    cuts = list(range(now.window, len(now.xs), now.window)) if now.truncation == "carry" else []
    picture = {
        "x": plain(now.xs), "y": _known(now.targets), "frames": frames, "cuts": cuts, "slides": now.truncation == "slide",
    }  # fmt: skip
    scene.row(
        {"kind": "folded", "title": "Folded: one cell", "grow": 0, "least": 218, **picture},
        {
            "kind": "unfolded",
            "title": "Unfolded: a copy of it for each step",
            "grow": 1,
            "least": 300,
            **picture,
        },
    )


def _numbers(scene: Scene, now: Asked, step: Any, walk: Sequence[Any]) -> None:
    scene.row(
        {
            "kind": "phase",
            "title": "This phase in numbers",
            "phases": [{"lines": [line.data() for line in phase.lines], "says": phase.says} for phase in walk],
        },
        _sums(now, step, walk),
    )


def _sums(now: Asked, step: Any, walk: Sequence[Any]) -> dict[str, Any]:
    """The gradients of both weights as sums over steps: what is known at each phase, and what no window cuts."""
    from ui.learn.unfolding_phases import running

    weights = []
    for name, terms, full in (
        ("w", step.w_terms, step.full.w_terms), ("u", step.u_terms, step.full.u_terms),
    ):  # fmt: skip
        at = [getattr(phase, f"{name}_terms") for phase in walk]
        weights.append({
            "label": f"∂L/∂{name}", "mark": f"{name}_term", "at": [_known(row) for row in at],
            "sums": [plain(running(row)) if any(one is not None for one in row) else None for row in at],
            "full": plain(full), "whole": plain(sum(full)),
            "missing": plain(sum(full) - sum(terms)), "gone": _gone(now.truncation, at[-1], full),
        })  # fmt: skip
    cut = now.truncation != "whole"
    without = {
        "whole": "",
        "carry": "Outlines: the terms without a window. Training takes a step after each window; here the weights wait for "
        "the last one, so that the sums can be compared.",
        "slide": "Outlines: the terms without a window. Here each window also starts from h = 0, so terms differ, and not "
        "only by what is cut.",
    }[now.truncation]
    return {
        "kind": "sums", "title": "The gradient of a shared weight is a sum over the steps", "weights": weights, "cut": cut,
        "grow": 2, "least": 640, "about": without,
    }  # fmt: skip


def _gone(truncation: str, last: Sequence[float | None], full: Sequence[float]) -> str:
    """Which terms windows left out, and which of them lack an error; windows that slide change nearly all."""
    pairs = list(enumerate(zip(last, full, strict=True), 1))
    none = [str(step) for step, (term, whole) in pairs if term is None and whole]
    less = [str(step) for step, (term, whole) in pairs if term is not None and not math.isclose(term, whole)]
    said = f" No term from step{'s' * (len(none) > 1)} {', '.join(none)}." if none else ""
    if less and truncation == "carry":
        said += f" Without the errors of later windows: step{'s' * (len(less) > 1)} {', '.join(less)}."
    return said


def _controls(scene: Scene, now: Asked, step: Any, after: float) -> None:
    sliders = [
        {"name": "length", "label": "Length", "low": 1, "high": MOST_STEPS, "step": 1, "value": len(now.xs), "unit": "steps",
         "help": "Steps of the sequence"},
        {"name": "net.0.1", "label": "Recurrent weight w", "low": -2, "high": 2, "step": 0.05, "value": now.w,
         "help": "Typed below it may lie further out"},
    ]  # fmt: skip
    if now.truncation != "whole":
        sliders.append({"name": "window", "label": "Window K", "low": 1, "high": MOST_STEPS, "step": 1, "value": now.window,
                        "unit": "steps", "help": "Steps through which the gradient goes back"})  # fmt: skip
    scene.rows.insert(0, [{"kind": "sliders", "title": "", "plain": True, "sliders": sliders}])
    steps = [f"t = {at + 1}" for at in range(len(now.xs))]
    scene.matrix("net", "Weights and start", [[now.u, now.w, now.h0]], column_names=["u", "w", "h₀"], editable=True,
                 low=-MOST, high=MOST, units=False)  # fmt: skip
    scene.matrix(
        "rate", "Update", [[now.rate]], column_names=["learning rate"], editable=True, low=0, high=MOST, units=False
    )
    scene.matrix("x", "Inputs x", [now.xs], column_names=steps, editable=True, low=-MOST, high=MOST, units=False)
    scene.matrix("y", "Targets y" if now.loss == "every" else "Targets y, of which the last one counts", [now.ys],
                 column_names=steps, editable=True, low=-MOST, high=MOST, units=False)  # fmt: skip
    u, w = step.updated
    fits = all(abs(weight) <= MOST for weight in (u, w))
    scene.row(
        statements_panel(LESSON),
        {"kind": "matrix", "title": "Your numbers", "names": ["net", "rate", "x", "y"], "grow": 2, "least": 330},
        {"kind": "take", "grow": 0, "least": 170, "title": "Take the step", "before": plain(step.loss), "after": plain(after),
         "edits": {"net.0.0": plain(u), "net.0.1": plain(w)} if fits else None,
         "blocked": f"The step would leave the range of ±{MOST:g}: the learning rate is too large for this gradient.",
         "label": "Go on from the new weights"},
    )  # fmt: skip


def draw() -> None:
    """The page."""
    from ui.learn.costs import draw_costs

    begin(LESSON)
    with set_up():
        network = pick(NAME, "network", "Network", ("linear", "tanh"), WORDS, "What follows the sum u·x + w·h.")
        loss = pick(NAME, "loss", "Error", ("end", "every"), WORDS, "Where the output is compared with a target.")
        truncation = pick(
            NAME, "truncation", "Truncation", ("whole", "carry", "slide"), WORDS,
            "Windows follow each other and hand on their state (carry), or start from zero, slide by one and count one "
            "error each (slide).",
        )  # fmt: skip
    draw_lesson(LESSON, lambda edits: build(network, loss, truncation, edits), draw_costs)
