"""Knobs: what a form needs to know of each experiment field, read from the pydantic models.

Pure functions. A new hyper-parameter appears on the page because it is a field of `core.config.sections`; nothing here
names one. Left out: drawing (model_form.py), and what fields need of each other (core.config.checks).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from core.applications import APPLICATIONS
from core.config.experiment import PRESETS, field_names
from core.config.fields import GROUPS, choices_of, group_of, level_of, step_of, usual_values, without_none
from core.config.sections import all_fields, sections
from ui.data_fields import data_fields, read_data_value
from ui.words import choice_label, choice_summary, none_of

FINGERPRINT_DIGITS = 12  # of the 64 that the data's fingerprint has: enough to notice a change
_FINGERPRINT = re.compile(rf"[0-9a-f]{{{FINGERPRINT_DIGITS}}}")
_SLIDER_SHARE = 0.05


@dataclass(frozen=True)
class Knob:
    """One field as a form sees it.

    Attributes:
        name: Dotted name, such as `model.hidden_size`.
        label, help: For the screen; the help names the field.
        kind: "choice", "int", "float", "share" (a float from 0 to at most 1) or "bool".
        choices: The values of a choice.
        optional: Whether it may be left empty.
        first: What an optional number begins with when it is switched on.
        group: The heading that it stands under, one of `core.config.fields.GROUPS`.
        takes_others: Whether a link and the shell may give a choice values that are not offered.
        minimum, maximum: Inclusive bounds, None where there is none.
        step: What one press of plus adds.
        basic: In the open form, not behind an expander.
    """

    name: str
    label: str
    help: str
    kind: str
    choices: tuple[Any, ...] = ()
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    step: float = 1
    basic: bool = False
    first: float | None = None
    takes_others: bool = False
    group: str = ""

    @property
    def section(self) -> str:
        """data, model or training."""
        return self.name.partition(".")[0]


@lru_cache(maxsize=8)
def knobs(task: str) -> tuple[Knob, ...]:
    """Every visible field that the task uses, in the order of the models."""
    shown = [(name, all_fields()[name]) for name in field_names(task)]
    return tuple(
        replace(_knob(name, field), group=group_of(name.partition(".")[0], field))
        for name, field in shown
        if level_of(field) in ("basic", "more")
    )


def grouped(some: Sequence[Knob]) -> list[tuple[str, list[Knob]]]:
    """Knobs under their headings, in the order in which a person decides; those of the open form first under each."""
    found = [(group, [knob for knob in some if knob.group == group]) for group in GROUPS]
    return [(group, sorted(those, key=lambda knob: not knob.basic)) for group, those in found if those]


def _knob(name: str, field: Any) -> Knob:
    bare, optional = without_none(field.annotation)
    help_text, basic = f"{field.description} `{name}`", level_of(field) == "basic"
    if bare is bool:
        return Knob(name, field.title, help_text, "bool", basic=basic)
    if choices := choices_of(field) or (usual_values(field) if bare is str else ()):
        help_text += _explained(choices)
        takes_others = not choices_of(field)
        return Knob(name, field.title, help_text, "choice", choices, optional, basic=basic, takes_others=takes_others)
    if bare not in (int, float):
        raise ValueError(f"no widget for {name}: {field.annotation}")
    minimum, maximum = _bounds(field.metadata)
    is_share = bare is float and not optional and minimum == 0 and maximum is not None and maximum <= 1
    kind = bare.__name__
    if is_share and step_of(field) is None:
        kind = "share"
    step = step_of(field) or {"int": 1, "float": 0.1, "share": _SLIDER_SHARE}[kind]
    usual = [bare(value) for value in (field.default, *usual_values(field)) if optional and value is not None]
    first = usual[0] if usual else bare(minimum or step)
    return Knob(name, field.title, help_text, kind, (), optional, minimum, maximum, step, basic, first)


def _explained(choices: Sequence[Any]) -> str:
    """A line for each choice that has something to say beyond its label."""
    lines = [f"\n- {choice_label(choice)}: {choice_summary(choice)}" for choice in choices if choice_summary(choice)]
    return "\n" * bool(lines) + "".join(lines)


def _bounds(metadata: Sequence[Any]) -> tuple[float | None, float | None]:
    minimum = maximum = None
    for item in metadata:
        minimum = getattr(item, "ge", getattr(item, "gt", minimum))
        maximum = getattr(item, "le", getattr(item, "lt", maximum))
    return minimum, maximum


@dataclass(frozen=True)
class Link:
    """What an address asks for: values of knobs, data choices, preset, and what of it was not understood.

    `fingerprint` is the beginning of the fingerprint that the data had when the link was made, where it says so.
    """

    values: dict[str, Any]
    data: dict[str, str]
    preset: str | None
    refused: tuple[str, ...]
    fingerprint: str | None = None


def read_link(task: str, parameters: Mapping[str, str]) -> Link:
    """Read the parameters of an address that belong to a task.

    Args:
        task: The task; its parameters start with its name and a dot.
        parameters: Every parameter of the address.

    Returns:
        The values that fit their field. A name that does not exist, a value that cannot be and `data.path`, which
        only the shell may set, are refused and named.
    """
    by_name = {knob.name: knob for knob in knobs(task)}
    values: dict[str, Any] = {}
    data: dict[str, str] = {}
    refused: list[str] = []
    preset = fingerprint = None
    for parameter, text in parameters.items():
        prefix, _, name = parameter.partition(".")
        if prefix != task:
            if parameter == "data.path":
                refused.append("data.path: files on the server can only be named in the shell")
            elif name and prefix not in APPLICATIONS:
                refused.append(f"{parameter[:60]}: there is no page called {prefix[:40]}")
            continue
        if name == "data.path":
            refused.append("data.path: files on the server can only be named in the shell")
        elif name == "preset":
            preset = text.lower() if text.lower() in PRESETS else None
            if preset is None:
                refused.append(f"preset: {none_of(text, PRESETS)}")
        elif name == "fingerprint":
            fingerprint = text.lower() if _FINGERPRINT.fullmatch(text.lower()) else None
            if fingerprint is None:
                refused.append(f"fingerprint: {text[:40]} is not {FINGERPRINT_DIGITS} hexadecimal digits")
        elif name == "data":
            data[name] = text
        elif name in data_fields(task):
            try:
                read_data_value(task, name, text)
                data[name] = text
            except ValueError as error:
                refused.append(f"{name}: {error}")
        elif name in by_name:
            try:
                values[name] = parse(by_name[name], text)
            except ValueError as error:
                refused.append(f"{name}: {error}")
        else:
            refused.append(f"{name[:60]}: there is no such field")
    return Link(values, data, preset, tuple(refused), fingerprint)


def parse(knob: Knob, text: str) -> Any:
    """The value that a text in an address stands for.

    Raises:
        ValueError: It is not one that the field takes, with the reason.
    """
    shown = text[:40]
    if text == "" or (knob.optional and knob.kind in ("int", "float") and text.lower() == "none"):
        if knob.optional:
            return None
        raise ValueError("it is empty")
    if knob.kind == "choice":
        for choice in knob.choices:
            if text in (str(choice), choice_label(choice)):
                return choice
        if knob.takes_others:
            return _read_other(knob, text)
        raise ValueError(none_of(text, knob.choices))
    if knob.kind == "bool":
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise ValueError(f"{shown} is neither true nor false")
    try:
        number: float = int(text) if knob.kind == "int" else float(text)
    except ValueError:
        raise ValueError(f"{shown} is not a {'whole ' if knob.kind == 'int' else ''}number") from None
    low = knob.minimum if knob.minimum is not None else -float("inf")
    high = knob.maximum if knob.maximum is not None else float("inf")
    if not low <= number <= high or math.isinf(number):
        raise ValueError(f"{shown} is not {_range(knob)}")
    return number


def _read_other(knob: Knob, text: str) -> Any:
    """A value that a field takes without offering it. Raises `ValueError` as `parse`."""
    section, _, name = knob.name.partition(".")
    try:
        return getattr(sections()[section](**{name: text}), name)
    except ValidationError:
        raise ValueError(none_of(text, knob.choices)) from None


def format_value(value: Any) -> str:
    """A value as a widget writes it into the address; the opposite of `parse`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return choice_label(value)
    return str(int(value)) if value == int(value) else str(value)


def _range(knob: Knob) -> str:
    if knob.minimum is not None and knob.maximum is not None:
        return f"from {knob.minimum:g} to {knob.maximum:g}"
    return f"at least {knob.minimum:g}" if knob.minimum is not None else f"at most {knob.maximum:g}"


def differences(task: str, earlier: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What changed from an earlier set-up, such as "hidden size 128, now 256"."""
    changes = []
    for knob in knobs(task):
        before, after = earlier.get(knob.name), now.get(knob.name)
        if before != after:
            label = knob.label if knob.label.isupper() else knob.label[0].lower() + knob.label[1:]
            changes.append(f"{label} {value_text(before)}, now {value_text(after)}")
    return changes


def value_text(value: Any) -> str:
    """A value as a sentence has it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else choice_label(value)
