"""The words and number formats of the screen: labels of choices, sizes, durations, states.

Pure functions from values to plain text. The words of figures are those of the shell too and come from core.figures; pages
find all words here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.applications import APPLICATIONS
from core.config.countries import COUNTRIES
from core.config.experiment import Experiment
from core.config.limits import bytes_in_words
from core.config.sections import all_fields
from core.config.words import plural as count
from core.figures import (
    axis_title,
    baseline_label,
    best_baseline,
    headline_metric,
    is_share,
    metric_label,
    metric_of,
    metric_value,
    scale_for_axis,
    smaller_is_better,
)
from core.models.cells import CELLS

__all__ = [  # of core.config.words and core.figures
    "axis_title", "baseline_label", "best_baseline", "count", "headline_metric", "is_share", "metric_label",
    "metric_of", "metric_value", "scale_for_axis", "smaller_is_better",
]  # fmt: skip

NONE = "–"
"""What stands where there is nothing to say: a figure that a method does not have, a cell that is empty."""


def capital(text: str) -> str:
    """The text with a capital letter at its beginning; what follows stays: ETS."""
    return text[:1].upper() + text[1:]


def on_accent(label: str, off: bool) -> str:
    """The label of a primary button: violet is the theme's ink on the accent, in both modes, and unreadable where it is off."""
    return label if off else f":violet[{label}]"


STATE_WORDS: Mapping[str, str] = {
    "queued": "Waiting",
    "starting": "Starting",
    "running": "Training",
    "succeeded": "Finished",
    "failed": "Failed",
    "stopped": "Stopped",
    "lost": "Lost",
}

DATA_GROUPS: Mapping[str, tuple[str, str]] = {
    "series": ("Forecasting", "Series to go on past their end."),
    "text": ("Generation", "Texts, names and tunes to write more of."),
    "labelled": (
        "Sentiment and text classification",
        "Texts with a label: a mood, the kind of a question, the language of a name, a piece of DNA.",
    ),
    "pairs": ("Translation", "Texts in pairs: two languages, letters and sounds, a remark and its reply."),
    "sequences": ("Memory tasks", "Sequences that ask for what was read before, made ones and handwritten digits."),
    "tagged": ("Tagging", "Sentences with a label for every word."),
    "clips": ("Speech", "Recordings with the word that is said."),
}
"""What the sets of each kind of data are for: a title, and one sentence; those that no page trains on yet are here too."""

ACTIVE_STATES = frozenset({"queued", "starting", "running"})

_CHOICES: Mapping[Any, str] = {
    **{name: cell.label for name, cell in CELLS.items()}, "adamw": "AdamW", "adam": "Adam", "sgd": "SGD",
    "rmsprop": "RMSprop", "cpu": "CPU", "cuda": "GPU", "mps": "MPS", "fp32": "fp32", "bf16": "bf16", "relu": "ReLU",
    "tanh": "tanh", "log": "Logarithm", "box_cox": "Box-Cox", "auto_time": "Auto, and time passed", "nfc": "NFC",
    "nfkc": "NFKC", "crf": "CRF", **COUNTRIES,
}  # fmt: skip


@dataclass(frozen=True)
class TokenWords:
    """What one token is called: one, many, and many where there is little room."""

    one: str
    many: str
    short: str


_TOKENS: Mapping[str, TokenWords] = {
    "character": TokenWords("character", "characters", "characters"),
    "word": TokenWords("word", "words and signs", "words"),
    "subword": TokenWords("piece of a word", "pieces of words", "pieces"),
    "": TokenWords("time step", "time steps", "time steps"),
}


def title_of(task: str) -> str:
    """What the menu calls an application; of one that is not here, such as a newer version's, its name."""
    return APPLICATIONS[task].title if task in APPLICATIONS else task


_FEW_CHOICES = 6  # of which a sentence names all


def choice_label(value: Any) -> str:
    """A choice as the screen writes it: `many_to_one` is "Many to one"."""
    if value in _CHOICES:
        return _CHOICES[value]
    if str(value).partition("-")[0] in COUNTRIES:  # and a part of it
        return str(value)
    return str(value).replace("_", " ").capitalize()


def none_of(text: str, choices: Sequence[Any]) -> str:
    """That a text stands for none of some choices, and what to choose: all of a few, of many the first ones."""
    labels = [choice_label(choice) for choice in choices]
    if len(labels) <= _FEW_CHOICES:
        return f"{text[:40]} is not one of {', '.join(labels)}"
    return (
        f"{text[:40]} is not one of its choices: choose one on the page, such as {', '.join(labels[:2])} or {labels[2]}"
    )


def choice_summary(value: Any) -> str:
    """What a choice means, in one sentence, where its label does not say it; else nothing."""
    return CELLS[value].summary if value in CELLS else ""


def duration(seconds: float) -> str:
    """Seconds as people say them: "8 s", "3 min", "2 h 10 min"."""
    if seconds < 1:
        return "less than 1 s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def rough_duration(seconds: float) -> str:
    """A predicted time, rounded to what a prediction can know: "about 10 s"."""
    if seconds < 5:
        return "a few seconds"
    if seconds < 99.5:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    return f"about {duration(seconds)}"


def date_time(unix: float, timezone: str | None) -> str:
    """A moment as people say it where they are: "3 May 2026 at 14:02"; in UTC, and saying so, where that is unknown.

    Args:
        unix: Seconds.
        timezone: Such as "Europe/Berlin".
    """
    try:
        zone: tzinfo = ZoneInfo(timezone or "")
        suffix = ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone, suffix = UTC, " UTC"
    found = datetime.fromtimestamp(unix, zone)
    return f"{found.day} {found:%B %Y} at {found:%H:%M}{suffix}"


def compact(number: float) -> str:
    """A count in few characters: 950, 14k, 148k, 2.1M."""
    if number < 1_000:
        return f"{number:.0f}"
    if number < 9_950:
        return f"{number / 1_000:.1f}k"
    if number < 999_500:
        return f"{number / 1_000:.0f}k"
    return f"{number / 1_000_000:.1f}M"


def about(number: int) -> int:
    """A count rounded to three digits, for numbers that nobody reads to the end."""
    digits = max(0, len(str(abs(number))) - 3)
    return round(number, -digits) if digits else number


def token_words(experiment: Experiment) -> TokenWords:
    """What a network reads at one step: its data's unit of text, or a time step of a series."""
    return _TOKENS[experiment.unit]


def speed(tokens_per_second: float, noun: str) -> str:
    """How fast a network reads tokens, called by their noun in plural: "14k characters/s"."""
    return f"{compact(tokens_per_second)} {noun}/s"


def licence_line(licence: str) -> str:
    """A licence in one sentence; where none is stated it says what to do about that."""
    advice = " Look at the source before you pass it on." if licence.startswith("None stated") else ""
    return f"Licence: {licence.removesuffix('.')}.{advice}"


def progress_line(done: int, whole: int, files_done: int, files: int, seconds_left: float | None) -> str:
    """How far a download is: "1.2 MB of 2.6 MB · 3 of 22 files · about 10 s left".

    Args:
        done, whole: Bytes.
        files_done, files: Of these, one is not mentioned.
        seconds_left: None while nobody can say.
    """
    if done >= whole and files_done >= files:
        return f"{bytes_in_words(whole)} · checking what has come"
    parts = [f"{bytes_in_words(done)} of {bytes_in_words(whole)}"]
    if files > 1:
        parts.append(f"{files_done:,} of {files:,} files")
    if seconds_left is not None:
        parts.append(f"{rough_duration(seconds_left)} left")
    return " · ".join(parts)


_KEY = re.compile(r"\b((?:data|model|training)\.[a-z_]+)\b(?:=([\w]+))?")
_SETTING = re.compile(r"\ba larger UNROLL_[A-Z_]+")
_OTHERS: Mapping[str, str] = {  # what no control of the screen is called
    "data.path": "the file", "data.id": "the data", "data.source": "where the data comes from",
    "data.split": "the split into parts",
}  # fmt: skip


_OF_DRAWING = MappingProxyType(
    {"temperature": "Temperature", "length": "Length", "top_k": "Top k", "top_p": "Top p", "seed": "Seed",
     "repetition_penalty": "Repetition penalty", "prompt": "Prompt"}
)  # fmt: skip


@lru_cache(maxsize=1)
def _labels() -> Mapping[str, str]:
    """Dotted name to the label of its control."""
    return {name: str(field.title) for name, field in all_fields().items() if name not in _OTHERS}


def label_of(name: str) -> str | None:
    """The label of a field's control by its dotted name; None for what has none."""
    return _labels().get(name) or _OF_DRAWING.get(name)


def in_words(text: str) -> str:
    """A sentence of core as the screen says it: `Set data.missing=mask.` becomes `Set “Missing values: Mask”.`"""
    return _SETTING.sub("a higher limit", _KEY.sub(_named, text))


def _named(found: re.Match[str]) -> str:
    name, value = found.groups()
    if name in _OTHERS:
        return _OTHERS[name]
    if name not in _labels():
        return found.group()
    if value is None:
        return f"“{_labels()[name]}”"
    shown = {"true": "on", "false": "off"}.get(value) or choice_label(value)
    return f"“{_labels()[name]}: {shown}”"


def sentence(note: str) -> str:
    """A note of a reading as a sentence: its first letter large, a stop at its end, controls by their labels."""
    text = in_words(note)
    return f"{text[:1].upper()}{text[1:]}."
