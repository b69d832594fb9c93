"""The space of an experiment's fields: what is worth trying of each, and what of that the other choices leave.

Fields come in an order in which each one's possible values follow from those before, so that whatever is chosen is an
experiment. Values and ranges stand on the fields (`search`), what they need of each other too (rules.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.config.checks import allows, in_order
from core.config.experiment import field_names
from core.config.fields import rules_of, search_of
from core.config.rules import Range
from core.config.sections import all_fields

Choose = Callable[[str, "tuple[Any, ...] | Range"], Any]
"""Takes a field's name and its possible values, two or more of them or a range; returns one."""


def searched_fields(task: str) -> tuple[str, ...]:
    """Dotted names of the fields of a task that may be searched, each after those that it depends on."""
    used = set(field_names(task))
    return tuple(name for name in in_order() if name in used and search_of(all_fields()[name]))


def possible(
    name: str, values: Mapping[str, Any], search: tuple[Any, ...] | Range | None = None
) -> tuple[Any, ...] | Range:
    """What a field may be tried with, given the values of others; those that are not there are at their defaults.

    Args:
        search: What is worth trying of it; as the field says when None.
    """
    field = all_fields()[name]
    search, usual = search_of(field) if search is None else search, field.default
    beside = [(rule, values.get(rule.other, all_fields()[rule.other].default)) for rule in rules_of(field)]
    if isinstance(search, Range):
        is_free = all(rule.concerns is not None or rule.holds(other) for rule, other in beside)
        return search if is_free else (usual,)
    return tuple(value for value in search if all(allows(rule, value, usual, other) for rule, other in beside))


def draw(task: str, choose: Choose) -> dict[str, Any]:
    """A value for every searched field of a task, by dotted name: `Experiment.parse` takes all of them together.

    Args:
        choose: Chooses each value where there is a choice: at random, or as an optimizer proposes.
    """
    values: dict[str, Any] = {}
    for name in searched_fields(task):
        found = possible(name, values)
        values[name] = choose(name, found) if isinstance(found, Range) or len(found) > 1 else found[0]
    return values
