"""The figure of "Vanishing and exploding": one walk back through time as a scene, with a cure before and after.

What is computed stands in gradient_choice.py, what is said of it in gradient_words.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from core.insight.edits import Edits
from ui.learn.gradient_choice import CURES, TYPED, Choice, Shown, computed, sliders
from ui.learn.gradient_words import facts, theory_of, verdict
from ui.learn.scene import Equation, Scene

if TYPE_CHECKING:
    from core.insight.spectrum import Spectrum
    from core.insight.untrained import Untrained

SMALL = 8  # units that are drawn one by one
_LINES = {  # theory: colour and words in the chart
    "radius": ("var(--amber)", "spectral radius to the power of the distance"),
    "slopes": ("var(--pink)", "spectral radius times f′"),
    "gate": ("var(--amber)", "the gate that keeps, alone"),
}
_MEASURED = "color-mix(in srgb, var(--blue) 60%, var(--ink))"  # stands out from a dark page, too
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def build_scene(choice: Choice, edits: Edits, statements: Mapping[str, Any] | None = None) -> Scene:
    """The figure of a choice with its edits, and a panel of statements in it."""
    start, shown = computed(choice, edits)
    network = shown.network
    stack, steps = network.stack, network.num_steps
    names = [choice.network.stack.cell, choice.network.stack.nonlinearity, choice.network.stack.initialization]
    scene = Scene(
        "-".join([*names, str(stack.hidden_size), str(steps), choice.cure]),
        "The norm of the gradient at every step back from the loss, and what predicts it",
        [f"h{str(steps - back).translate(_SUBSCRIPTS)}" for back in range(1, steps)],
        units=stack.hidden_size if stack.hidden_size <= SMALL else 1,
        step_name="step back",
        start={"mark": "norm"},
        play_ms=250,
    )
    _add_values(scene, shown)
    theory = theory_of(shown.walk.slope.predicted, stack.nonlinearity)
    scene.row(
        _facts(shown, choice, theory),
        {"kind": "sliders", "title": "Turn", "grow": 2, "sliders": sliders(choice, start, shown, edits)},
    )
    scene.row(_chart(shown, choice, theory), _plane(shown))
    _add_steps(scene, shown, choice, start, edits)
    if statements is not None:
        scene.rows[2].append(dict(statements))
    _leave_unsaid(scene)
    return scene


def _add_values(scene: Scene, shown: Shown) -> None:
    """The numbers of every step, each with its equation."""
    walk, simple = shown.walk, shown.walk.bends is not None
    scene.value("norm", "norm of the gradient", walk.norms[1:, None], before=walk.norms[:1], equation=Equation(
        "‖dL/dhₜ₋₁‖ = factor · ‖dL/dhₜ‖" if simple else "‖dL/dsₜ₋₁‖ = factor · ‖dL/dsₜ‖",
        [{"v": "factor"}, " · ", {"v": "norm", "back": 1}, " = ", {"v": "norm", "result": True}],
        ["this step back multiplies the gradient by ", {"v": "factor"}, *([] if simple else ["; s is the whole state"])],
    ))  # fmt: skip
    scene.value("factor", "factor of this step", _steps(walk.factors))
    if walk.stretches is not None:
        scene.value("stretch", "norm of this step's Jacobian", _steps(walk.stretches), equation=Equation(
            "factor ≤ ‖Jₜ‖", [{"v": "factor"}, " ≤ ", {"v": "stretch", "result": True}],
            ["the most by which this step can lengthen any gradient"],
        ))  # fmt: skip
        scene.value("product", "norm of the product so far", np.array(walk.slope.bound)[1:, None], equation=Equation(
            f"‖dL/d{'h' if simple else 's'}‖ ≤ ‖J_T ⋯ Jₜ‖", [{"v": "norm"}, " ≤ ", {"v": "product", "result": True}],
            ["the bound: no loss of length 1 at the end can be longer here"],
        ))  # fmt: skip
    if scene.units == 1 and shown.network.stack.hidden_size > 1:
        return
    if walk.pulled is None or walk.bends is None:
        scene.value("gradient", "dL/dh", walk.gradients[1:], before=walk.gradients[0])
        return
    scene.value("gradient", "dL/dh", walk.gradients[1:], before=walk.gradients[0], equation=Equation(
        "dL/dhₜ₋₁ = Uᵀ diag(f′(zₜ)) dL/dhₜ", [{"products": "UT", "of": "pulled"}, " = ", {"v": "gradient", "result": True}],
        ["the row of Uᵀ for this unit, times dL/dzₜ of all units"],
    ))  # fmt: skip
    scene.value("bend", "f′(zₜ)", _steps(walk.bends))
    scene.value("pulled", "dL/dzₜ", _steps(walk.pulled), equation=Equation(
        "dL/dzₜ = f′(zₜ) · dL/dhₜ",
        [{"v": "bend"}, " · ", {"v": "gradient", "back": 1}, " = ", {"v": "pulled", "result": True}],
        ["a unit whose f′ is 0 lets nothing through"],
    ))  # fmt: skip
    matrix = dict(shown.network.network().named_parameters())["weight_hh_l0"].detach().numpy()
    scene.matrix("UT", "Uᵀ", matrix.T)


def _steps(values: np.ndarray) -> np.ndarray:
    """From one step back on: steps and units."""
    return values[1:, None] if values.ndim == 1 else values[1:]


def _leave_unsaid(scene: Scene) -> None:
    """Numbers that no step has, such as a slope beyond a truncation, are a dash and not "not a number"."""
    for value in scene.values.values():
        value["at"] = [[None if one == "nan" else one for one in row] for row in value["at"]]


def _facts(shown: Shown, choice: Choice, theory: str) -> dict[str, Any]:
    from core.insight.walk_back import off_by

    slope, network = shown.walk.slope, shown.network
    off = off_by(slope.measured, slope.predicted.get(theory, float("nan")))
    before = shown.before.slope if shown.before is not None and shown.window is None else None
    return {
        "kind": "facts",
        "title": "The gradient, in a word",
        "grow": 3,
        "items": facts(slope, theory, off, before),
        "says": " ".join(
            [*_of_cure(shown, choice), verdict(slope, theory, off, network.stack.nonlinearity, network.has_matrix)]
        ),
    }


def _of_cure(shown: Shown, choice: Choice) -> list[str]:
    """What the cure is about, where the chart does not say it."""
    if not shown.cure_fits:
        why = {
            "forget_bias": "A simple cell has no gate to forget by: choose an LSTM or a GRU.",
            "relu": "ReLU takes the place of another function of a simple cell, and here it has none.",
            "identity": "It is a start of the simple cell.",
        }.get(choice.cure, "It is in place already, or this cell has no recurrent matrix for it.")
        return [f"{CURES[choice.cure]} changes nothing here. {why}"]
    if shown.window is not None:
        return [
            f"Truncated after {shown.window} states, nothing is learned from further back; nearer by, nothing changes "
            "(the numbers above are those of the whole way)."
        ]
    if choice.cure == "optimizer":
        return ["An optimizer changes what is made of the gradient, not the gradient: see the table below."]
    if choice.cure.startswith("clip"):
        return ["Clipping leaves the way back as it is and shortens what arrives at the weights: see the table."]
    return []


def _chart(shown: Shown, choice: Choice, theory: str) -> dict[str, Any]:
    walk = shown.walk
    distances = range(len(walk.norms))
    series: list[dict[str, Any]] = []

    def line(label: str, color: str, values: Any, style: str = "line") -> None:
        points = [[back, float(value)] for back, value in zip(distances, values, strict=True) if 0 < value < 1e300]
        width = 5 if color == _MEASURED else 2  # so that a prediction on top of it is seen on it
        series.append({"label": label, "color": color, "style": style, "width": width, "points": points})

    line(f"{CURES[choice.cure]}, measured" if shown.before is not None else "measured", _MEASURED, walk.norms)
    if shown.before is not None:
        line("before, measured", "var(--muted)", shown.before.norms)
    for name, (color, words) in _LINES.items():
        if name in walk.slope.predicted and (name != "slopes" or theory == "slopes"):
            line(
                f"predicted: {words}",
                color,
                [2.0 ** (back * walk.slope.predicted[name]) for back in distances],
                "dashed",
            )
    if walk.slope.bound:
        line("bound: product of Jacobians", "var(--green)", walk.slope.bound, "dotted")
    note = ""
    if shown.missing_ms is not None:
        note = (
            f"The product of Jacobians would take about {shown.missing_ms / 1000:.1g} s a change at this size: "
            "switch it on in the set-up."
        )
    return {
        "kind": "lines",
        "title": "Norm of the gradient by distance from the loss",
        "grow": 2,
        "least": 360,
        "height": 370,
        "follow": True,
        "log_y": True,
        "x_title": "steps back from the loss",
        "y_title": "norm",
        "note": note,
        "series": series,
    }


def _plane(shown: Shown) -> dict[str, Any]:
    """The eigenvalues of every recurrent matrix, those before a cure beside them where they are of the same gates."""
    before = {one.gate: one for one in shown.before_spectra}
    gates: list[dict[str, Any]] = []
    for one in shown.spectra:
        old = before.get(one.gate)
        gates.append(
            {
                "mark": f"radius_{one.gate}",
                "label": one.gate,
                "points": _points(one),
                "before": _points(old) if old else [],
            }
        )
    most = max([1.0, *(one.spectral_radius for one in [*shown.spectra, *shown.before_spectra])])
    return {
        "kind": "plane",
        "title": "Eigenvalues of the recurrent matrix",
        "least": 300,
        "extent": round(1.25 * most, 4),
        "alt": "Each dot is an eigenvalue; the circle has radius 1.",
        "empty": "No matrix mixes the units of this cell: each has only its own past, and a gate decides alone.",
        "gates": gates,
    }


def _points(spectrum: Spectrum) -> list[list[float]]:
    return [[round(float(part), 6) for part in (one.real, one.imag, abs(one))] for one in spectrum.eigenvalues]


def _add_steps(scene: Scene, shown: Shown, choice: Choice, start: Untrained, edits: Edits) -> None:
    """The panels of single steps, and those that only some choices have."""
    for one in shown.spectra:
        scene.value(f"radius_{one.gate}", f"spectral radius, {one.gate}", [[one.spectral_radius]])
    names = [
        name
        for name in ("norm", "stretch", "product", "pulled", "gradient")
        if "equation" in scene.values.get(name, {})
    ]
    scene.row({"kind": "equations", "title": "This step back, in numbers", "names": names})
    more: list[dict[str, Any]] = []
    if "gradient" in scene.values:
        more.append({"kind": "sequence", "title": "dL/dh of every unit, one step back after the other",
                   "values": ["gradient"], "grow": 2})  # fmt: skip
    if choice.cure in ("clip_norm", "clip_value"):
        more.append(_clipping(shown, edits))
    if start.is_simple and start.stack.hidden_size <= TYPED:
        matrix = dict(start.network().named_parameters())["weight_hh_l0"].detach().numpy()
        size = start.stack.hidden_size
        scene.matrix(
            "U",
            "U, before the cure" if shown.before_spectra else "U",
            matrix,
            f"p × p = {size} × {size}",
            editable=True,
            low=-3,
            high=3,
        )
        more.append({"kind": "matrix", "title": "Recurrent weights: type your own", "names": ["U"]})
    if more:
        scene.row(*more)


def _clipping(shown: Shown, edits: Edits) -> dict[str, Any]:
    from core.insight.walk_back import clipped

    max_norm, max_value = edits.number("max_norm", 1.0, 0.1, 10), edits.number("max_value", 0.1, 0.01, 1)
    found = clipped(shown.network.network(), shown.network.inputs(), max_norm, max_value)
    return {
        "kind": "table",
        "title": "Gradient of all weights together",
        "note": "Direction: cosine of the angle to what arrived, 1 where only the length changed.",
        "columns": ["", "norm", "direction"],
        "rows": [
            ["as it arrives", found.norm, 1],
            [f"clipped to norm {max_norm:g}", found.by_norm, found.norm_keeps],
            [f"each entry clipped to {max_value:g}", found.by_value, found.value_keeps],
        ],
    }
