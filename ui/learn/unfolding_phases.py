"""The phases of one training step, unfolded: what is lit, what is known by then, and the equation with its numbers.

Phases are the steps of the figure: for each window forward, its loss, backward; then the update. Every number comes from
`core.insight.unfolding`; nothing is computed here but running sums of terms, for the sum that is shown growing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.digits import significant
from core.insight.unfolding import TrainingStep, Window

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
Token = str | float


@dataclass
class Line:
    """An equation with numbers put in: text and numbers in turn, the last one the result; `mark` names that value."""

    formula: str
    put_in: list[Token]
    mark: str

    def data(self) -> dict[str, Any]:
        """As the panel takes it."""
        return {"formula": self.formula, "put_in": ["= ", *self.put_in], "mark": self.mark}


@dataclass
class Phase:
    """One phase.

    Attributes:
        label: What happens.
        kind: forward, loss, backward or update.
        step: Which step of the sequence, from 0.
        window: Where in the sequence the gradient may go: first step and the one after the last.
        lines: Its equations.
        says: One sentence.
        lit: Which parts of the picture: x3, h3, l3 (nodes), i3 (input to h), f3 (h_2 to h_3), e3 (h to loss), b3 (the gradient
            from h_4 to h_3), g3 (the gradient from the loss to h_3), u, w.
        h, loss, d, u_terms, w_terms: By step, what is known by then; None where nothing is. h begins with h_0.
    """

    label: str
    kind: str
    step: int
    window: tuple[int, int]
    lines: list[Line]
    says: str
    lit: list[str]
    h: list[float | None] = field(default_factory=list)
    loss: list[float | None] = field(default_factory=list)
    d: list[float | None] = field(default_factory=list)
    u_terms: list[float | None] = field(default_factory=list)
    w_terms: list[float | None] = field(default_factory=list)


def sub(step: int) -> str:
    """A step's number as an index: 12 as ₁₂."""
    return str(step).translate(SUBSCRIPTS)


def phases(step: TrainingStep, truncation: str, network: str, after: float) -> list[Phase]:
    """All phases of a training step, in order.

    Args:
        step: What was computed.
        truncation: `whole`, `carry` or `slide`.
        network: `linear` or `tanh`.
        after: The loss with the updated weights.
    """
    length = len(step.full.xs)
    known: dict[str, list[float | None]] = {name: [None] * length for name in ("loss", "d", "u_terms", "w_terms")}
    known["h"] = [step.full.states[0], *[None] * length]
    found: list[Phase] = []

    def note(phase: Phase) -> None:
        for name, row in known.items():
            setattr(phase, name, list(row))
        found.append(phase)

    for place, window in enumerate(step.windows):
        named = f"window {place + 1} of {len(step.windows)}, " if truncation != "whole" else ""
        if truncation == "slide":
            known |= {"loss": [None] * length, "d": [None] * length, "h": [None] * (length + 1)}
            known["h"][window.first] = 0.0
        for at in range(window.first, window.stop):
            known["h"][at + 1] = window.walk.states[at - window.first + 1]
            note(_forward(window, at, truncation, network, named))
        if not window.has_error:
            continue
        for at, target in enumerate(window.walk.targets, window.first):
            if target is not None:
                known["loss"][at] = window.walk.losses[at - window.first]
        note(_loss(window, named))
        for at in reversed(range(window.first, window.stop)):
            inside = at - window.first
            known["d"][at] = window.walk.deltas[inside]
            for terms in ("u_terms", "w_terms"):
                known[terms][at] = (known[terms][at] or 0.0) + getattr(window.walk, terms)[inside]
            note(_backward(window, at, network, named))
    note(_update(step, after))
    return found


def _forward(window: Window, at: int, truncation: str, network: str, named: str) -> Phase:
    walk, inside = window.walk, at - window.first
    now, before = sub(at + 1), sub(at)
    total = [*_times(walk.u, walk.xs[inside]), " + ", *_times(walk.w, walk.states[inside])]
    if network == "tanh":
        line = Line(f"h{now} = tanh(u·x{now} + w·h{before})", ["tanh(", *total, ") = "], "h")
    else:
        line = Line(f"h{now} = u·x{now} + w·h{before}", [*total, " = "], "h")
    line.put_in.append(walk.states[inside + 1])
    says = "The same u and the same w as at every other step."
    if inside == 0 and truncation == "slide":
        says = "The window starts from h = 0: what was before it is gone."
    elif inside == 0 and at:
        says = f"h{before} is handed on from the window before. Its gradient will not be handed back."
    lit = [f"{part}{at + 1}" for part in "xihf"]
    return Phase(f"{named}forward, step {at + 1}", "forward", at, (window.first, window.stop), [line], says, lit)


def _loss(window: Window, named: str) -> Phase:
    walk = window.walk
    counted = [(at, y) for at, y in enumerate(walk.targets) if y is not None]
    names = [f"(h{sub(window.first + at + 1)} − y{sub(window.first + at + 1)})²" for at, _ in counted]
    formula = "L = " + (" + ".join(names) if len(names) < 4 else f"{names[0]} + {names[1]} + … + {names[-1]}")
    put_in: list[Token] = []
    if len(counted) == 1:
        at, y = counted[0]
        put_in = ["(", walk.states[at + 1], " − ", *_factor(y), ")² = "]
    else:
        for at, _ in counted:
            put_in += [" + " if put_in else "", walk.losses[at]]
        put_in.append(" = ")
    put_in.append(walk.loss)
    says = "One error, at the end." if len(counted) == 1 else "An error at every step: the loss is their sum."
    lit = [part for at, _ in counted for part in (f"l{window.first + at + 1}", f"e{window.first + at + 1}")]
    where = (window.first, window.stop)
    return Phase(f"{named}the loss", "loss", window.stop - 1, where, [Line(formula, put_in, "loss")], says, lit)


def _backward(window: Window, at: int, network: str, named: str) -> Phase:
    walk, inside = window.walk, at - window.first
    now, before, after = sub(at + 1), sub(at), sub(at + 2)
    squashed = network == "tanh"
    formula, put_in = [], []
    lit = [f"h{at + 1}", f"i{at + 1}", f"f{at + 1}"]
    if inside + 1 < len(walk.deltas):
        formula.append(f"w·(1 − h{after}²)·∂L/∂h{after}" if squashed else f"w·∂L/∂h{after}")
        slope = [*_factor(walk.slopes[inside + 1]), "·"] if squashed else []
        put_in = [*_factor(walk.w), "·", *slope, *_factor(walk.deltas[inside + 1])]
        lit.append(f"b{at + 1}")
    y = walk.targets[inside]
    if y is not None:
        formula.append(f"2(h{now} − y{now})")
        put_in += [" + " if put_in else "", "2·(", walk.states[inside + 1], " − ", *_factor(y), ")"]
        lit.append(f"g{at + 1}")
    lines = [Line(f"∂L/∂h{now} = {' + '.join(formula)}", [*put_in, " = ", walk.deltas[inside]], "d")]
    slope_name = f"·(1 − h{now}²)" if squashed else ""
    slope = ["·", *_factor(walk.slopes[inside])] if squashed else []
    for weight, name, factor, terms, mark in (
        ("w", f"h{before}", walk.states[inside], walk.w_terms, "w_term"),
        ("u", f"x{now}", walk.xs[inside], walk.u_terms, "u_term"),
    ):
        of_step = [*_factor(walk.deltas[inside]), *slope, "·", *_factor(factor), " = ", terms[inside]]
        lines.append(Line(f"to ∂L/∂{weight}, from step {at + 1}: ∂L/∂h{now}{slope_name}·{name}", of_step, mark))
    says = "Every copy of w adds a term of its own."
    if inside == 0 and window.first:
        says = f"Here the window ends: the gradient does not go on to h{before}."
    return Phase(f"{named}backward, step {at + 1}", "backward", at, (window.first, window.stop), lines, says, lit)


def _update(step: TrainingStep, after: float) -> Phase:
    u, w = step.updated
    lines = []
    for name, old, gradient, new in (
        ("w", step.full.w, sum(step.w_terms), w),
        ("u", step.full.u, sum(step.u_terms), u),
    ):
        put_in: list[Token] = [old, " − ", step.learning_rate, "·", *_factor(gradient), " = ", new]
        lines.append(Line(f"new {name} = {name} − learning rate · ∂L/∂{name}", put_in, name))
    lines.append(Line(f"L with the new weights, which was {significant(step.loss)}", [after], "loss"))
    says = "All copies of w change together, because there is only one w. So do those of u."
    length = len(step.full.xs)
    lit = ["u", "w", *[f"{part}{at + 1}" for at in range(length) for part in "if"]]
    return Phase("the update", "update", length - 1, (0, length), lines, says, lit)


def _times(weight: float, value: float) -> list[Token]:
    return [*_factor(weight), "·", *_factor(value)]


def _factor(value: float) -> list[Token]:
    """A number as a factor: a negative one in brackets."""
    return ["(", value, ")"] if value < 0 else [value]


def running(terms: Sequence[float | None]) -> float:
    """The sum of what is known of the terms."""
    return sum(term for term in terms if term is not None)
