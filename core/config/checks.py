"""Values of an experiment that are fine alone and impossible together, as the fields' own rules have it (rules.py).

Left out: ranges and names, which each field says itself; limits of a server and the size of the data (core.resolve).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from core.config.errors import Problem
from core.config.fields import rules_of
from core.config.recipe import find_recipe_problems
from core.config.rules import Rule
from core.config.sections import all_fields


def find_contradictions(values: Mapping[str, Any]) -> list[Problem]:
    """Values that are fine alone and impossible together.

    Args:
        values: Every field of the data section by its dotted name, or of all sections.
    """
    fields = [(name, field) for name, field in all_fields().items() if name in values]
    found = [
        rule.problem(name, values[name], values[rule.other])
        for name, field in fields
        for rule in rules_of(field)
        if not allows(rule, values[name], field.default, values[rule.other])
    ]
    train, validation, test = split = values["data.split"]
    if min(split) < 0 or train <= 0 or validation <= 0 or abs(train + validation + test - 1) > 1e-6:
        expected = "three shares that add up to 1, training and validation above 0"
        found.append(Problem("data.split", expected, repr(split), "For example [0.8, 0.1, 0.1]."))
    if len(values["data.path"]) > 2:
        expected, received = "one path, or two parallel files", repr(values["data.path"])
        found.append(Problem("data.path", expected, received, "Leave out the others."))
    return found + find_recipe_problems(values["data.id"], values["data.recipe"])


def allows(rule: Rule, value: Any, usual: Any, other: Any) -> bool:
    """Whether a rule lets a field, whose default is `usual`, have a value beside a value of the other field."""
    concerned = value != usual if rule.concerns is None else rule.concerns(value)
    return bool(not concerned or rule.holds(other))


def ruled_out(values: Mapping[str, Any]) -> dict[str, str]:
    """Those of some fields to which the others leave nothing but the default, each with the reason in one sentence.

    Args:
        values: Fields by dotted name; those that are not there are at their defaults.
    """
    known, reasons = dict(values), {}
    for name in in_order():
        for rule in rules_of(all_fields()[name]) if name in values else ():
            other = known.get(rule.other, all_fields()[rule.other].default)
            if rule.concerns is None and not rule.holds(other):
                reasons[name], known[name] = rule.why(other), all_fields()[name].default
    return reasons


def switched_off(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that `ruled_out` names, with the defaults that are left to them."""
    return {name: all_fields()[name].default for name in ruled_out(values)}


@cache
def in_order() -> tuple[str, ...]:
    """Dotted names of all fields, each after those that its rules ask for.

    Raises:
        graphlib.CycleError: Fields need each other, so that none can be chosen first.
    """
    needs = {name: [rule.other for rule in rules_of(field)] for name, field in all_fields().items()}
    return tuple(TopologicalSorter(needs).static_order())
