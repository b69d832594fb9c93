"""Checks of what somebody asks a trained network for: texts, counts and numbers, with `ConfigError` answers."""

from __future__ import annotations

from collections.abc import Sequence

from core.config.errors import ConfigError
from core.config.limits import Limits

MAX_TEXT_CHARACTERS = 20_000


def check_texts(texts: Sequence[str], field: str = "text", *, allow_empty: bool = False) -> list[str]:
    """The texts, when there are not too many and none is empty or huge.

    Raises:
        ConfigError: Otherwise.
    """
    if isinstance(texts, str):
        texts = [texts]
    most = Limits().max_prediction_inputs
    if len(texts) > most:
        raise ConfigError.single(field, f"at most {most:,} texts", f"{len(texts):,}", "Ask for fewer at a time.")
    for text in texts:
        if not isinstance(text, str):
            raise ConfigError.single(field, "text", type(text).__name__, "Write it in quotes.")
        if not allow_empty and not text.strip():
            raise ConfigError.single(field, "some text", "nothing", "Type a sentence.")
        if len(text) > MAX_TEXT_CHARACTERS:
            raise ConfigError.single(
                field, f"at most {MAX_TEXT_CHARACTERS:,} characters", f"{len(text):,}", "Shorten the text."
            )
    return list(texts)


def check_may_write(may_write: bool) -> None:
    """Raise `ConfigError` for a network of private texts that somebody asks who must not see them."""
    if not may_write:
        hint = "What it writes is made of the texts that it was trained on, and its owner has not shared these."
        raise ConfigError.single("run", "a network whose texts may be seen", "one of somebody's own texts", hint)


def check_whole(name: str, value: object, low: int, high: int) -> int:
    """A whole number from `low` to `high`. Raises `ConfigError` otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError.single(name, f"a whole number from {low} to {high:,}", repr(value), "Choose one of these.")
    return value


def check_number(name: str, value: object, low: float, high: float) -> float:
    """A number from `low` to `high`. Raises `ConfigError` otherwise, NaN included."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError.single(name, f"a number from {low:g} to {high:g}", repr(value), "Choose one of these.")
    return float(value)
