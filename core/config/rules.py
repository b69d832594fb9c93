"""What a field needs of another field, and where it may be searched: small objects that stand on the field.

Checks, forms, another cell in place of the one before, and the search space read them (checks.py, space.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.config.errors import Problem
from core.models.cells import CELLS, Cell, build_cell


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
    holds: Callable[[Any], bool]
    expected: str
    hint: str
    reason: str = ""
    concerns: Callable[[Any], bool] | None = None

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


def is_one_of(*values: Any) -> Callable[[Any], bool]:
    """For rules: a value is one of these."""
    return lambda value: value in values


def is_none_of(*values: Any) -> Callable[[Any], bool]:
    """For rules: a value is another one."""
    return lambda value: value not in values


def at_least(least: float) -> Callable[[Any], bool]:
    """For rules: a number is so large or larger."""
    return lambda value: bool(value >= least)


def below(bound: float) -> Callable[[Any], bool]:
    """For rules: a number is smaller."""
    return lambda value: bool(value < bound)


def is_cell_with(quality: Callable[[Cell], Any]) -> Callable[[Any], bool]:
    """For rules: a name is that of a cell which has something."""
    return lambda name: bool(quality(build_cell(name)))


def _about(text: str, other: Any) -> str:
    return text.format(other=CELLS.get(other, other))
