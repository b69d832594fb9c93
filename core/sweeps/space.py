"""What a sweep may try: fields that leave the score what it is, and of their values those that the data and the server allow.

Values are drawn field by field, each after those that its rules ask for, so that no draw is an impossible set-up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.compare import keeps_yardstick
from core.config.checks import allows, in_order
from core.config.errors import ConfigError, Problem
from core.config.experiment import Experiment, unknown_field
from core.config.fields import level_of, rules_of, search_of
from core.config.limits import Limits
from core.config.rules import Range
from core.config.sections import all_fields
from core.config.space import Choose, possible, searched_fields
from core.data.prepared import Prepared
from core.resolve import check_run

# Another loss, or another metric that chooses the best network: trials would be judged by different measures.
_OTHER_SCORE = ("training.class_weights", "training.effective_beta", "training.loss", "model.output_layer")
_HALVINGS = 20

Choices = tuple[Any, ...] | Range


def sweepable(task: str) -> tuple[str, ...]:
    """Dotted names of the fields that a sweep of a task may try: figures before and after a change measure the same."""
    return tuple(
        name
        for name in searched_fields(task)
        if keeps_yardstick(name) and name not in _OTHER_SCORE and name != "data.horizon"
    )


def usual_fields(task: str) -> tuple[str, ...]:
    """The fields that are tried when nobody names any: those of the open form."""
    return tuple(name for name in sweepable(task) if level_of(all_fields()[name]) == "basic")


def trial_of(experiment: Experiment) -> Experiment:
    """The experiment as a trial trains it: to the end of its steps, so that all trials have the same budget."""
    values = {"training.max_seconds": None, "training.patience": None}
    return experiment.with_values({name: value for name, value in values.items() if name in experiment.values()})


@dataclass(frozen=True)
class Space:
    """What is tried around a set-up.

    Attributes:
        start: The set-up; what is not tried stays as it is there, or at its default where a draw leaves it nothing else.
        choices: By dotted name what each field may be tried with, each after those that it depends on.
    """

    start: Experiment
    choices: Mapping[str, Choices]

    def draw(self, choose: Choose) -> dict[str, Any]:
        """A value for every field of the space; with the others it always is an experiment (`with_drawn`).

        Args:
            choose: Chooses where there is a choice: at random, or as an optimizer proposes.
        """
        return self._complete(choose)[0]

    def with_drawn(self, drawn: Mapping[str, Any]) -> Experiment:
        """The set-up with what was drawn, and with defaults where that leaves a field nothing else."""
        _, values = self._complete(lambda name, _: drawn[name], drawn)
        return self.start.with_values(values)

    def _complete(
        self, choose: Choose, known: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What was drawn, and with it every field of the set-up."""
        before = self.start.every_value()
        used = self.start.values()
        drawn: dict[str, Any] = {}
        values: dict[str, Any] = {}
        for name in in_order():
            if name not in used:
                continue
            if name not in self.choices:
                values[name] = before[name] if _is_allowed(name, before[name], values) else all_fields()[name].default
                continue
            found = possible(name, values, self.choices[name])
            if isinstance(found, Range) or len(found) > 1:
                values[name] = choose(name, found)
            else:
                values[name] = known[name] if known is not None else _only(name, found)
            drawn[name] = values[name]
        return drawn, values


def space_of(start: Experiment, prepared: Prepared, limits: Limits, names: Sequence[str] = ()) -> Space:
    """The space around a set-up on its data and this server.

    Args:
        start: The set-up, as `trial_of` has it.
        names: Dotted names of the fields to try; those of `usual_fields` when empty.

    Raises:
        ConfigError: The set-up itself cannot run here, a field cannot be tried, or none could have another value.
    """
    check_run(start, prepared, limits)
    offered = sweepable(start.task)
    problems = [_unusable(name, start) for name in names if name not in offered]
    if problems:
        raise ConfigError(problems)
    wanted = set(names or usual_fields(start.task)) & set(start.values())

    def fits(name: str, value: Any) -> bool:
        try:
            changed = start.with_values({name: value})
        except ConfigError:
            return True  # other fields forbid it, which the draw knows
        try:
            check_run(changed, prepared, limits)
        except ConfigError:
            return False
        return True

    found = {name: _fitting(name, start.every_value()[name], fits) for name in offered if name in wanted}
    choices = {name: one for name, one in found.items() if isinstance(one, Range) or len(one) > 1}
    if not choices:
        raise ConfigError.single("field", "a field with more than one possible value", "none", "Choose other fields.")
    return Space(start, choices)


def _fitting(name: str, start: Any, fits: Callable[[str, Any], bool]) -> Choices:
    """Of what is worth trying of a field, what the data and the server allow while all else stays."""
    search = search_of(all_fields()[name])
    if not isinstance(search, Range):
        return tuple(value for value in search if fits(name, value))
    low, high = search.low, search.high
    inside = min(max(start, low), high) if isinstance(start, int | float) else low
    if not fits(name, inside):
        return ()
    low, high = (end if fits(name, end) else _nearest(name, inside, end, fits) for end in (low, high))
    return Range(low, high, search.log) if low < high else ()


def _nearest(name: str, inside: float, outside: float, fits: Callable[[str, Any], bool]) -> float:
    """The value nearest to one that does not fit that does, by bisection from one that does."""
    is_whole = isinstance(inside, int) and isinstance(outside, int)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        middle = int(middle) if is_whole else middle
        if is_whole and abs(inside - outside) <= 1:
            break
        inside, outside = (middle, outside) if fits(name, middle) else (inside, middle)
    return inside


def _is_allowed(name: str, value: Any, values: Mapping[str, Any]) -> bool:
    field = all_fields()[name]
    return all(
        allows(rule, value, field.default, values.get(rule.other, all_fields()[rule.other].default))
        for rule in rules_of(field)
    )


def _only(name: str, found: tuple[Any, ...]) -> Any:
    """The one value that is left; the default where that is none of those worth trying."""
    return found[0] if found else all_fields()[name].default


def _unusable(name: str, start: Experiment) -> Problem:
    if name not in all_fields() or name not in start.values():
        return unknown_field(name, start.task)
    hint = f"Choose among {', '.join(sweepable(start.task))}."
    return Problem(name, "a field that can be tried without another measure of success", "another field", hint)
