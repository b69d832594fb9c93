"""The fields of the data section that say which data and how it is read, as the address and the page have them.

They are choices beside the data, not knobs: columns, languages, delimiter and the like. Pure functions, drawn from the
models as knobs are. Left out: knobs (forms.py), drawing (setup.py, reading.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, get_origin

from core.config.experiment import DataConfig, is_used
from core.config.fields import choices_of, level_of, usual_values, without_none
from ui.words import none_of

NO_NAMES = "|"  # an empty tuple in the address: the sign between names, without any
_LONGEST_NAME = 1_000
_NAME = re.compile(r"(?:[^|\\]|\\.)+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@lru_cache(maxsize=8)
def data_fields(task: str) -> Mapping[str, Any]:
    """The fields of the data section that say which data and how it is read; they travel in the address without being knobs."""
    fields = DataConfig.model_fields.items()
    return {name: field for name, field in fields if is_used(field, task) and level_of(field) == "data"}


def data_choices(task: str, name: str) -> tuple[Any, ...]:
    """The values that a data field offers; nothing for one that takes any name."""
    field = data_fields(task)[name]
    return choices_of(field) or usual_values(field)


def read_data_value(task: str, name: str, text: str) -> Any:
    """The value of a data field that a text in an address stands for; the opposite of `data_text`.

    Raises:
        ValueError: It is not one that the field takes, with the reason.
    """
    bare, _ = without_none(data_fields(task)[name].annotation)
    if get_origin(bare) is tuple:
        return tuple(_ESCAPED.sub(r"\1", part)[:_LONGEST_NAME] for part in _NAME.findall(text))
    choices = data_choices(task, name)
    for choice in choices:
        if text == data_text(choice):
            return choice
    if choices and bare is not str:
        raise ValueError(none_of(text, choices))
    return text[:_LONGEST_NAME]


def data_text(value: Any) -> str:
    """The value of a data field as an address has it: names with a bar between them, true and false in small letters.

    A bar or a backslash in one of several names is written with a backslash before it.
    """
    if isinstance(value, tuple):
        return NO_NAMES.join(name.replace("\\", "\\\\").replace("|", "\\|") for name in value) or NO_NAMES
    return str(value).lower() if isinstance(value, bool) else str(value)


def chosen_data(task: str, data: DataConfig, usual: DataConfig) -> dict[str, str]:
    """The data fields that differ from the usual ones, as an address has them."""
    values = {name: (getattr(data, name), getattr(usual, name)) for name in data_fields(task)}
    return {name: data_text(value) for name, (value, before) in values.items() if value != before and value is not None}
