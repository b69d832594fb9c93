"""Values as a person writes them, in the shell and in a file: what a field is decides what its text means.

A field of text takes its text as it stands, so that a column may be called 1, 0123, true or #Passengers; the others take
YAML, so that 0.1, true and [a, b] mean what they look like.
"""

from __future__ import annotations

import csv
from contextlib import suppress
from math import isfinite
from typing import Any

import yaml

from core.config.errors import ConfigError
from core.config.fields import holds_texts, is_text
from core.config.sections import all_fields, sections

_NOT_SET = ("", "null")


def read_written(name: str, raw: str) -> Any:
    """The value that a text stands for.

    Args:
        name: Dotted name of a field, or any other name.
        raw: As it was written: `null` and nothing at all are None; quotes around a text of that kind make it a name.
    """
    field = all_fields().get(name)
    if field is not None and is_text(field):
        return _text(raw)
    if field is not None and holds_texts(field):
        return _texts(raw)
    try:
        return _exact(yaml.safe_load(raw), raw)
    except yaml.YAMLError:
        return raw


def read_number(name: str, raw: str) -> int | float | None:
    """The number that a text stands for, a whole one where it is written without a point; None for an empty text.

    Raises:
        ConfigError: It is no number, or one without end; of the field `name`.
    """
    text = raw.strip()
    if not text:
        return None
    with suppress(ValueError):
        return int(text)
    with suppress(ValueError):
        if isfinite(number := float(text)):
            return number
    raise ConfigError.single(name, "a number", repr(text[:40]), "Write it in digits, such as 24 or 0.5.")


def as_written(values: dict[str, Any], text: str) -> dict[str, Any]:
    """The sections of an experiment file with fields of text as they stand there: `label_column: 1` names a column.

    Args:
        values: What YAML makes of the text.
        text: The file.
    """
    found = _as_texts(text)
    for section, model in sections().items():
        mine, theirs = values.get(section), found.get(section)
        if not isinstance(mine, dict) or not isinstance(theirs, dict):
            continue
        for key, field in model.model_fields.items():
            if mine.get(key) is not None and key in theirs and (is_text(field) or holds_texts(field)):
                mine[key] = theirs[key]
    return values


def _as_texts(text: str) -> Any:
    """What YAML makes of a text, with texts for all numbers, dates and truths; it builds nothing else."""
    return yaml.BaseLoader(text).get_single_data()


def _text(raw: str) -> str | None:
    text = raw.strip()
    if text in _NOT_SET:
        return None
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError:
            return text
        return found if isinstance(found, str) else text
    return text


def _texts(raw: str) -> list[str] | None:
    """Names in brackets with commas between them, or one name."""
    text = raw.strip()
    if not (text.startswith("[") and text.endswith("]")):
        name = _text(text)
        return None if name is None else [name]
    try:
        found = _as_texts(text)
        if isinstance(found, list) and all(isinstance(name, str) for name in found):
            return found
    except yaml.YAMLError:
        pass  # [#a, b] is half a comment
    (names,) = csv.reader([text[1:-1]], skipinitialspace=True)
    return [name.strip() for name in names if name.strip()]


def _exact(value: Any, raw: str) -> Any:
    """YAML 1.1 reads 1e-3 as text, which is a number, and no as false, which is Norwegian."""
    if isinstance(value, bool) and raw.strip().lower() not in ("true", "false"):
        return raw.strip()
    if isinstance(value, str):
        try:
            return float(value) if value and value[0] in "+-.0123456789" else value
        except ValueError:
            return value
    return value
