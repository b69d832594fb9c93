"""What a figure shows, as plain data: steps, values by name, equations, matrices, and panels in rows.

Python sends a scene whole; the component selects, formats and draws, and computes nothing of a network. What a panel of
each kind takes is said at its head in `figure/*.js`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.insight.edits import Edits

Token = str | Mapping[str, Any]
DIGITS = 7  # significant ones that are sent; what single precision holds


@dataclass(frozen=True)
class Equation:
    """How a value comes about.

    Attributes:
        formula: The equation as one writes it.
        put_in: The same with numbers: words, `{"v": value, "back": steps}`, `{"products": matrix, "of": value}`.
        says: What the number means, in words.
    """

    formula: str
    put_in: Sequence[Token]
    says: Sequence[Token] = ()


@dataclass
class Scene:
    """One figure.

    Attributes:
        id: Names what is shown; where it changes, what was edited is dropped, because it spoke of something else.
        alt: What the figure shows, for who does not see it.
        labels: What each step reads, or is called.
        units: How many units can be chosen; 1 where there is nothing to choose.
        step_name: What a step is called.
        start: Step, unit (from 0) and mark at first.
        problems: What of an edit was not taken, and why; the figure shows the state without it.
        play_ms: Milliseconds a step when it plays.
        unit_names: What each unit is called, where it is more than a number.
        unit_at: The unit (from 0) that is chosen when one comes to a step; empty where it stays.
        is_linked: Whether a link can be copied that opens the page with the figure as it is.
    """

    id: str
    alt: str
    labels: Sequence[str]
    units: int = 1
    step_name: str = "step"
    start: Mapping[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    play_ms: int = 900
    unit_names: Sequence[str] = ()
    unit_at: Sequence[int] = ()
    is_linked: bool = True
    rows: list[list[dict[str, Any]]] = field(default_factory=list)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    matrices: dict[str, dict[str, Any]] = field(default_factory=dict)

    def value(
        self,
        name: str,
        label: str,
        at: Any,
        before: Any = None,
        low: float | None = None,
        high: float | None = None,
        equation: Equation | None = None,
    ) -> None:
        """Add a value.

        Args:
            name: By which panels, equations and marks know it.
            label: What it is called on the screen.
            at: (T, U) at each step and unit; U of 1 is the same for every unit, T of 1 for every step.
            before: (U,) before the first step, for equations that look back.
            low, high: Ends of its range, for bars.
            equation: How it comes about.
        """
        shown: dict[str, Any] = {"label": label, "at": plain(at), "before": None if before is None else plain(before)}
        if low is not None and high is not None:
            shown |= {"low": low, "high": high}
        if equation is not None:
            shown["equation"] = {
                "formula": equation.formula,
                "put_in": list(equation.put_in),
                "says": list(equation.says),
            }
        self.values[name] = shown

    def matrix(
        self,
        name: str,
        label: str,
        rows: Any,
        size: str = "",
        row_names: Sequence[str] = (),
        column_names: Sequence[str] = (),
        editable: bool = False,
        low: float = -10.0,
        high: float = 10.0,
        mark: str = "",
        units: bool = True,
    ) -> None:
        """Add a matrix.

        Args:
            name: By which panels and equations know it; an edit of it is called `name.row.column`.
            label: On the screen.
            rows: (R, C).
            size: Its size in words, such as "p × d = 4 × 3".
            row_names, column_names: R and C words.
            editable: Whether its numbers can be typed, from `low` to `high`.
            mark: A value that is marked when its name is pointed at.
            units: Whether a row belongs to a unit and stands out with it.
        """
        self.matrices[name] = {
            "label": label,
            "rows": plain(rows),
            "size": size,
            "row_names": list(row_names),
            "column_names": list(column_names) or None,
            "editable": editable,
            "low": low,
            "high": high,
            "mark": mark,
            "units": units,
        }

    def row(self, *panels: Mapping[str, Any]) -> None:
        """Add panels beside each other; each has a `kind` and what that kind takes."""
        self.rows.append([dict(panel) for panel in panels])

    def data(self) -> dict[str, Any]:
        """The scene as the component takes it."""
        return {
            "id": self.id,
            "alt": self.alt,
            "steps": len(self.labels),
            "labels": list(self.labels),
            "units": self.units,
            "step_name": self.step_name,
            "start": {"step": 0, "mark": "", **({} if self.unit_at else {"unit": 0}), **self.start},
            "is_about_a_step": "step" in self.start,
            "unit_at": list(self.unit_at),
            "problems": self.problems,
            "play_ms": self.play_ms,
            "linked": self.is_linked,
            "unit_names": list(self.unit_names),
            "rows": self.rows,
            "values": self.values,
            "matrices": self.matrices,
        }


def slider(name: str, label: str, value: float, low: float, high: float, step: float, help: str) -> dict[str, Any]:
    """A slider of a panel of kind `sliders`; `value` is what was used, `name` the edit that it makes."""
    return {"name": name, "label": label, "value": value, "low": low, "high": high, "step": step, "help": help}


def sliders(edits: Edits, wanted: Mapping[str, Sequence[Any]]) -> tuple[dict[str, Any], list[Any]]:
    """A panel of sliders, and what each is set to.

    Args:
        edits: Where they may have been moved.
        wanted: By name: label, usual value, low, high, step, help. One whose usual value is whole has whole values.
    """
    values = [
        (edits.whole if isinstance(usual, int) else edits.number)(name, usual, low, high)
        for name, (_, usual, low, high, *_) in wanted.items()
    ]
    drawn = [
        slider(name, label, value, low, high, step, help)
        for value, (name, (label, _, low, high, step, help)) in zip(values, wanted.items(), strict=True)
    ]
    return {"kind": "sliders", "sliders": drawn}, values


def plain(numbers: Any) -> Any:
    """Numbers of an array, a tensor on the CPU or nested lists, as JSON can hold them: "inf" and "nan" as text."""
    return _plain(np.asarray(numbers, dtype=np.float64).tolist())


def _plain(numbers: Any) -> Any:
    if isinstance(numbers, list):
        return [_plain(one) for one in numbers]
    if math.isfinite(numbers):
        return float(f"{numbers:.{DIGITS}g}")
    return "nan" if math.isnan(numbers) else ("inf" if numbers > 0 else "-inf")
