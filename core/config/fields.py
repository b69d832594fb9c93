"""How a configuration field is written down: once, with what a form, the shell and a link need to draw it."""

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.config.rules import Range, Rule

PresetName = Literal["quick", "standard", "large"]
PRESETS: tuple[str, ...] = get_args(PresetName)


GROUPS = (
    "File", "Time", "Columns",
    "Data", "Scale", "Calendar", "Forecast", "Network", "First values", "Dropout", "Budget", "Optimizer", "Objective", "Run",
)  # fmt: skip
"""Headings of a form, in the order in which a person decides."""
_USUAL_GROUPS = {"data": "Data", "model": "Network", "training": "Optimizer"}


def setting(
    default: Any,
    label: str,
    help: str,
    *,
    of: tuple[str, ...] = (),
    level: str = "more",
    usual: tuple[str, ...] = (),
    requires: tuple[Rule, ...] = (),
    search: tuple[Any, ...] | Range | None = None,
    step: float | None = None,
    group: str = "",
    **bounds: Any,
) -> Any:
    """A field with what a form needs to draw it.

    Args:
        default: The value when nobody says otherwise.
        label: Its name on the screen, in sentence case.
        help: One sentence; the screen and `--help` show it.
        of: What a task must be like to use it, any of these (`core.tasks.description.TRAITS`); every task when empty. A
            value set for any other task is an error.
        level: "basic" stands in the open form, "more" behind an expander, "data" beside the choice of the data and in
            links, "hidden" in no form.
        usual: Values to offer of a field that takes others too.
        requires: What it needs of other fields.
        search: Values or a range that are worth trying; None: every choice that a form shows, and no number.
        step: What one press of plus adds to a number.
        group: The heading in `GROUPS` under which a form draws it; that of its section when not said.
        bounds: pydantic's own limits (`ge`, `gt`, `le`, `lt`).
    """
    extra: dict[str, Any] = {"of": list(of), "level": level, "usual": list(usual)}
    extra |= {"requires": requires, "search": search, "step": step, "group": group}
    return Field(default, title=label, description=help, json_schema_extra=extra, **bounds)


class Section(BaseModel):
    """Frozen, and strict about names: an unknown key is an error. One name will do for a list of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _list_names(cls, raw: Any) -> Any:
        names = [key for key, value in raw.items() if isinstance(value, str)] if isinstance(raw, dict) else []
        lists = {key: (raw[key],) for key in names if key in cls.model_fields and holds_texts(cls.model_fields[key])}
        return {**raw, **lists} if lists else raw


def asks_for(field: Any) -> tuple[str, ...]:
    """What a task must be like to use a field, any of these; empty when every task does."""
    return tuple(field.json_schema_extra["of"])


def level_of(field: Any) -> str:
    """Where a field is drawn, as `setting` has it."""
    return field.json_schema_extra["level"]


def usual_values(field: Any) -> tuple[str, ...]:
    """What a field offers that takes other values too."""
    return tuple(field.json_schema_extra["usual"])


def rules_of(field: Any) -> tuple[Rule, ...]:
    """What a field needs of other fields."""
    return field.json_schema_extra["requires"]


def step_of(field: Any) -> float | None:
    """What one press of plus adds to a number; None where the field does not say."""
    return field.json_schema_extra["step"]


def group_of(section: str, field: Any) -> str:
    """The heading under which a form draws a field of a section."""
    usual = "Columns" if level_of(field) == "data" else _USUAL_GROUPS[section]
    return field.json_schema_extra["group"] or usual


def search_of(field: Any) -> tuple[Any, ...] | Range:
    """What is worth trying of a field: nothing of one that is not searched."""
    search = field.json_schema_extra["search"]
    if search is not None:
        return search
    choices = choices_of(field) if level_of(field) in ("basic", "more") else ()
    return (None, *choices) if choices and without_none(field.annotation)[1] else choices


def choices_of(field: Any) -> tuple[Any, ...]:
    """The values that a field chooses from; none where it takes others too."""
    bare, _ = without_none(field.annotation)
    return (True, False) if bare is bool else get_args(bare) if get_origin(bare) is Literal else ()


def holds_texts(field: Any) -> bool:
    """Whether a field is a list of names."""
    bare, _ = without_none(field.annotation)
    return get_origin(bare) is tuple and get_args(bare)[0] is str


def is_text(field: Any) -> bool:
    """Whether a field is a name, or any other text."""
    return without_none(field.annotation)[0] is str


def without_none(annotation: Any) -> tuple[Any, bool]:
    """A type without its None, and whether it had one."""
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return annotation, False
