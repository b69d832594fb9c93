"""What a visitor changed in a figure: a flat map from names to numbers, checked before it reaches a network.

A name says where: `W.0.1` is row 0, column 1 of W; `x.3.0` step 3, first number of x; `rate` a number of its own. No torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MOST_EDITS = 400
"""Changes that are looked at; what is beyond them is left out."""


@dataclass
class Edits:
    """Changes by name, and what was not taken of them.

    Attributes:
        values: Name to number, as they came.
        problems: Sentences on what was left out, found while the changes are used.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len(self.values) > MOST_EDITS:
            self.problems.append(f"Only the first {MOST_EDITS} changes are used.")
            self.values = dict(list(self.values.items())[:MOST_EDITS])

    def number(self, name: str, usual: float, low: float, high: float) -> float:
        """A number of its own; the usual one where it was not changed, or to something that does not fit."""
        if name not in self.values:
            return usual
        found = self._fitting(name, low, high)
        return usual if found is None else found

    def whole(self, name: str, usual: int, low: int, high: int) -> int:
        """A whole number of its own, see `number`."""
        return round(self.number(name, usual, low, high))

    def applied(self, name: str, array: Any, low: float, high: float) -> np.ndarray:
        """An array with the changes of its numbers.

        Args:
            name: Of the array: its changes are called `name.i`, `name.i.j` and so on, as it has dimensions.
            array: Any numbers; stays as it is.
            low, high: Between which a number must lie.

        Returns:
            A copy in float64.
        """
        changed = np.array(array, dtype=np.float64)
        for key in self.values:
            parts = key.split(".")
            if parts[0] != name:
                continue
            place = tuple(int(part) for part in parts[1:] if part.isascii() and part.isdigit() and len(part) < 6)
            fits = len(parts) == changed.ndim + 1 == len(place) + 1
            if not fits or any(at >= most for at, most in zip(place, changed.shape, strict=True)):
                self.problems.append(f"{name} has no such place, so a change of it is left out.")
                continue
            found = self._fitting(key, low, high)
            if found is not None:
                changed[place] = found
        return changed

    def _fitting(self, name: str, low: float, high: float) -> float | None:
        value = self.values[name]
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if is_number and low <= value <= high:
            return float(value)
        where = name.partition(".")[0]
        self.problems.append(f"A change of {where} is left out: it must be a number from {low:g} to {high:g}.")
        return None
