"""What a field needs of another field, and where it may be searched: small objects that stand on the field.

Checks, forms, another cell in place of the one before, and the search space read them (checks.py, space.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.config.errors import Problem
from core.models.cells import CELLS


@dataclass(frozen=True)
class Rule:
    """What values of a field need of another field.

    Attributes:
        other: Dotted name of the other field.
        holds: Whether a value of the other field gives what is needed.
        expected, hint: As in `Problem`; `{other}` stands for the other field's value, a cell where it is one.
        reason: Why a form turns the field off, in a sentence, likewise.
        concerns: Which values need it; None: every value but the field's default, so that without what is needed the
            field is as good as not there.
    """

    other: str
    holds: Callable[[Any], Any]
    expected: str
    hint: str
    reason: str = ""
    concerns: Callable[[Any], Any] | None = None

    def problem(self, name: str, value: Any, other: Any) -> Problem:
        """What is wrong with a value of the field of that name beside a value of the other."""
        return Problem(name, _about(self.expected, other), repr(value), self.hint)

    def why(self, other: Any) -> str:
        """The reason why a form turns the field off."""
        return _about(self.reason, other)


@dataclass(frozen=True)
class Range:
    """Numbers that are worth trying, both ends included; whole ones where the ends are.

    `log`: as many are tried between 1 and 10 as between 10 and 100.
    """

    low: float
    high: float
    log: bool = False


def _about(text: str, other: Any) -> str:
    return text.format(other=CELLS.get(other, other))
