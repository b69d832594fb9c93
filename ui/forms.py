"""Knobs: what a form needs to know of each experiment field, read from the pydantic models.

Pure functions. A new hyper-parameter appears on the page because it is a field of `core.config.experiment`;
nothing here names one, except the few rules on which fields make others impossible.
Left out: drawing (setup.py) and checking (core does that, this only explains early).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

from core.config.experiment import PRESETS, is_used, sections
from core.config.fields import level_of, usual_values, without_none
from core.models.cells import build_cell
from ui.data_fields import data_fields, read_data_value
from ui.words import choice_label, choice_summary

FINGERPRINT_DIGITS = 12  # of the 64 that the data's fingerprint has: enough to notice a change
_FINGERPRINT = re.compile(rf"[0-9a-f]{{{FINGERPRINT_DIGITS}}}")
_STEPS: Mapping[str, float] = {
    "model.hidden_size": 16, "model.embedding_dim": 16, "training.batch_size": 8, "training.seq_len": 16,
    "training.max_steps": 100, "training.learning_rate": 0.001, "training.weight_decay": 0.01,
    "training.warmup_steps": 10, "data.vocab_size": 500, "data.max_length": 16, "training.max_seconds": 10.0,
    "training.max_grad_norm": 0.5, "training.max_grad_value": 0.5, "model.forget_bias": 0.5,
}  # fmt: skip
_SLIDER_SHARE = 0.05
# What a field is set to while other values rule it out.
OFF: Mapping[str, Any] = {
    "model.dropout": 0.0, "model.bidirectional": False, "model.merge_mode": None, "model.nonlinearity": None,
    "model.residual": False, "model.weight_dropout": 0.0, "model.forget_bias": None, "model.input_feeding": False,
}  # fmt: skip


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

    @property
    def section(self) -> str:
        """data, model or training."""
        return self.name.partition(".")[0]


@lru_cache(maxsize=8)
def knobs(task: str) -> tuple[Knob, ...]:
    """Every visible field that the task uses, in the order of the models."""
    found = []
    for section, model in sections().items():
        for key, field in model.model_fields.items():
            if is_used(field, task) and level_of(field) in ("basic", "more"):
                found.append(_knob(f"{section}.{key}", field))
    return tuple(found)


def _knob(name: str, field: Any) -> Knob:
    bare, optional = without_none(field.annotation)
    minimum, maximum = _bounds(field.metadata)
    help_text = f"{field.description} `{name}`"
    basic = level_of(field) == "basic"
    if get_origin(bare) is Literal:
        choices = get_args(bare)
        return Knob(name, field.title, help_text + _explained(choices), "choice", choices, optional, basic=basic)
    if bare is bool:
        return Knob(name, field.title, help_text, "bool", basic=basic)
    usual = (
        next((bare(value) for value in (field.default, *usual_values(field)) if value is not None), None)
        if optional and bare in (int, float)
        else None
    )
    if bare is int:
        step = _STEPS.get(name, 1)
        first = usual or int(minimum or step)
        return Knob(name, field.title, help_text, "int", (), optional, minimum, maximum, step, basic, first)
    if bare is float:
        is_share = not optional and minimum == 0 and maximum is not None and maximum <= 1 and name not in _STEPS
        kind, step = ("share", _SLIDER_SHARE) if is_share else ("float", _STEPS.get(name, 0.1))
        first = usual or float(minimum or step)
        return Knob(name, field.title, help_text, kind, (), optional, minimum, maximum, step, basic, first)
    raise ValueError(f"no widget for {name}: {field.annotation}")


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


def impossible(task: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Fields that the other values rule out, each with the reason in one sentence.

    Args:
        task: The task.
        values: Dotted names to the values of the whole form.
    """
    reasons = {}
    cell = build_cell(values["model.cell"])
    if values.get("model.num_layers") == 1:
        reasons["model.dropout"] = reasons["model.residual"] = "Needs at least two layers."
    if values.get("model.shape") == "many_to_many":
        reasons["model.bidirectional"] = "A network that forecasts at every step would see the answer."
    if not values.get("model.bidirectional") or "model.bidirectional" in reasons:
        reasons["model.merge_mode"] = "Needs two directions."
    if len(cell.nonlinearities) == 1:
        reasons["model.nonlinearity"] = "Only the simple RNN has one; a gated cell's are fixed."
    if not cell.has_recurrent_matrix:
        reasons["model.weight_dropout"] = f"{cell.label} has no recurrent weights."
    if cell.memory_gate is None:
        reasons["model.forget_bias"] = f"{cell.label} has no gate to forget by."
    if values.get("model.attention") == "none":
        reasons["model.input_feeding"] = "Without attention there is nothing to feed."
    names = {knob.name for knob in knobs(task)}
    return {name: reason for name, reason in reasons.items() if name in names}


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
            continue
        if name == "data.path":
            refused.append("data.path: files on the server can only be named in the shell")
        elif name == "preset":
            preset = text.lower() if text.lower() in PRESETS else None
            if preset is None:
                refused.append(f"preset: {text[:40]} is not one of {', '.join(PRESETS)}")
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
        raise ValueError(f"{shown} is not one of {', '.join(str(choice) for choice in knob.choices)}")
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
