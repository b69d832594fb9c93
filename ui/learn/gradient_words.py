"""What the page on vanishing and exploding gradients says of a walk back through time, from what was measured and predicted.

Pure functions, no torch. Slopes are doublings a step; the screen shows them as factors a step, half-lives and percent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.digits import significant
from core.insight.decay import fit_decay
from ui.words import count

NEAR = 0.1
"""A slope within a tenth of the predicted one counts as predicted."""
LEVEL = 1e-3
"""Doublings a step below which a gradient neither vanishes nor explodes."""
THEORIES: Mapping[str, str] = {
    "radius": "spectral radius of U",
    "slopes": "spectral radius and f′",
    "gate": "the gate that keeps",
    "product": "product of Jacobians",
}
FUNCTIONS: Mapping[str, str] = {"identity": "nothing", "tanh": "tanh", "relu": "ReLU", "sigmoid": "sigmoid"}


def theory_of(predicted: Mapping[str, float], nonlinearity: str) -> str:
    """Which of the predictions is the one to compare with: of a linear cell, of a bent one, of one with gates."""
    if "radius" in predicted:
        return "radius" if nonlinearity == "identity" else "slopes"
    return "gate" if "gate" in predicted else "product"


def factor(slope: float) -> str:
    """A slope as what each step multiplies by."""
    return "×\u00a00" if slope == -math.inf else f"×\u00a0{significant(2.0**slope)}"


def life(slope: float) -> tuple[str, str]:
    """A slope as the one number of the page: its name and it."""
    if slope == -math.inf:
        return "Half-life", "0 steps"
    if abs(slope) < LEVEL:
        return "Half-life", "none"
    return ("Half-life", _steps(-1 / slope)) if slope < 0 else ("Doubles every", _steps(1 / slope))


def percent(off: float | None) -> str:
    """A difference as a share, with its sign."""
    if off is None:
        return "–"
    return f"{100 * off:+.0f}%".replace("-", "−") if abs(off) >= 0.005 else "0%"


def facts(slope: Any, theory: str, off: float | None, before: Any = None) -> list[dict[str, str]]:
    """The numbers that stand above the chart.

    Args:
        slope: A `GradientSlope`.
        theory: A key of its predictions.
        off: The measured slope's distance from that prediction, None where percent say nothing.
        before: The same without the cure.
    """
    gone = first_zero(slope.norms)
    measured = slope.measured if gone is None else -math.inf
    name, text = life(measured)
    if gone is not None:
        text = f"gone {count(gone, 'step')} back"
    note = "neither halves nor doubles" if text == "none" else "of the gradient's norm"
    if before is not None:
        old_name, old = life(before.measured)
        note = f"before: {old}" if old_name == name else f"before: {old_name.lower()} {old}"
    predicted = slope.predicted.get(theory)
    return [
        {"label": name, "text": text, "note": note, "color": "var(--accent)"},
        {"label": "Measured", "text": factor(measured), "note": "a step back"},
        {"label": "Predicted", "text": "–" if predicted is None else factor(predicted), "note": THEORIES[theory]},
        {"label": "Slope off by", "text": percent(off), "note": _of_off(off, predicted)},
    ]


def verdict(slope: Any, theory: str, off: float | None, nonlinearity: str, mixes: bool = True) -> str:
    """Whether the theory holds here, and why not where it does not: in a sentence or two, from the numbers.

    Args:
        slope: A `GradientSlope`.
        theory: A key of its predictions, see `theory_of`.
        off: The measured slope's distance from that prediction as a share of it.
        nonlinearity: Of the simple cell.
        mixes: Whether a matrix mixes the units.
    """
    gone = first_zero(slope.norms)
    if gone is not None:
        return (
            f"From {count(gone, 'step')} back on the gradient is exactly 0: no unit is left that "
            "could carry it, because each has a slope or a weight of 0 on the way."
        )
    bent = _not_a_line(slope)
    if theory == "gate":
        return bent + _of_gate(slope, off, mixes)
    if theory == "product":
        return bent + "No single matrix and no gate decides here; only the product of the Jacobians knows."
    return bent + (_linear(slope, off) if nonlinearity == "identity" else _curved(slope, off, nonlinearity))


def _linear(slope: Any, off: float | None) -> str:
    radius, measured = factor(slope.predicted["radius"]), factor(slope.measured)
    if off is None:
        change = 100 * (2.0**slope.measured - 1)
        return (
            f"The largest eigenvalue is almost exactly 1 in size, so theory says: flat. Measured is a change of "
            f"{significant(change, 2).replace('-', '−')}% a step, and percent of a flat line would say nothing."
        )
    if abs(off) <= NEAR:
        return f"Nothing bends here, so the theory holds: U alone says {radius} a step, and {measured} is measured."
    return (
        f"Nothing bends here, and still {measured} is measured where U says {radius}: U is not normal, and within "
        f"{len(slope.norms)} steps its largest eigenvalue has not won yet. A longer sequence comes closer."
    )


def _curved(slope: Any, off: float | None, nonlinearity: str) -> str:
    name = FUNCTIONS[nonlinearity]
    by_radius, both = slope.predicted["radius"], slope.predicted["slopes"]
    mean, measured = 2.0 ** (both - by_radius) if math.isfinite(both) else 0.0, slope.measured
    if both == by_radius or abs(measured - by_radius) <= NEAR * abs(by_radius):
        return (
            f"The signals are small: f′ is {significant(mean)} on average (root mean square), {name} is almost a straight "
            f"line, and the spectral radius alone predicts the slope."
        )
    against = ""
    if abs(by_radius) < LEVEL:
        against = " It promises a flat line."
    elif by_radius > 0 > measured:
        against = " It promises growth, and the gradient vanishes all the same."
    elif by_radius < 0 < measured:
        against = " It promises decay, and the gradient grows all the same."
    start = f"The spectral radius alone ({factor(by_radius)} a step) is wrong here.{against} "
    middle = f"{name} bends: f′ is {significant(mean)} on average (root mean square)"
    if nonlinearity == "sigmoid":
        middle += " and never above 0.25"
    if off is not None and abs(off) <= NEAR:
        return f"{start}{middle}. U and f′ together say {factor(both)}, and {factor(measured)} is measured."
    exact = slope.predicted.get("product")
    product = f" The product of this sequence's own Jacobians says {factor(exact)}." if exact is not None else ""
    why = (
        "which units are switched off is not left to chance: U and the inputs choose them"
        if nonlinearity == "relu"
        else "which units bend is not left to chance: U and the inputs choose them"
    )
    return f"{start}{middle}, but even together ({factor(both)}) they miss {factor(measured)}: {why}.{product}"


def _of_gate(slope: Any, off: float | None, mixes: bool) -> str:
    kept = f"{100 * 2.0 ** slope.predicted['gate']:.0f}%"
    measured = factor(slope.measured)
    start = f"No single matrix decides here. The gate keeps {kept} a step (geometric mean), "
    if off is not None and abs(off) <= NEAR:
        return f"{start}and {measured} is measured: the way along the state is nearly all there is."
    if not mixes:
        rest = (
            f"yet {measured} is measured: each unit has a gate of its own, and in the end those that keep most are left"
        )
    elif slope.measured > slope.predicted["gate"]:
        rest = f"yet {measured} is measured: more comes back through the gates and the candidate, which read h, too"
    else:
        rest = f"yet {measured} is measured: what comes back through the gates and the candidate takes away from it"
    exact = slope.predicted.get("product")
    return f"{start}{rest}." + (f" The product of all Jacobians says {factor(exact)}." if exact is not None else "")


def _not_a_line(slope: Any) -> str:
    """A warning where the norms lie on no line, so that one half-life says little."""
    distances, norms = slope.distances[slope.first :], slope.norms[slope.first :]
    logs = [math.log2(norm) for norm in norms if 0 < norm < math.inf]
    if len(logs) < 2 or max(logs) - min(logs) < 2:
        return ""
    fit = fit_decay(distances, norms)
    if fit is not None and fit.explained > 0.8:
        return ""
    return "The norms lie on no straight line here, so one half-life for the whole way says little. "


def first_zero(norms: Sequence[float]) -> int | None:
    """The distance from which the gradient is exactly 0."""
    return next((place for place, norm in enumerate(norms) if norm == 0), None)


def _of_off(off: float | None, predicted: float | None) -> str:
    if off is not None:
        return "within a tenth of it" if abs(off) <= NEAR else "the theory does not apply"
    return "the prediction is flat" if predicted is not None and math.isfinite(predicted) else "nothing to compare"


def _steps(number: float) -> str:
    text = significant(number)
    return f"{text} step" if text == "1" else f"{text} steps"
