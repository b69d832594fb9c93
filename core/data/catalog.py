"""What can be trained on without bringing anything: one entry a data set.

An entry says what the set is, where it comes from and under which licence, whether it is made, and how to load
it. A new built-in data set is one entry here. Left out: how the data is made or read (`made/`, `sources/`).
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.dataset import DataSet
from core.data.sources import builtin

LOADER_VERSION = 1  # raise it when a loader changes what it gives, so that prepared data is made anew


@dataclass(frozen=True)
class Entry:
    """One built-in data set.

    Attributes:
        id, task, title: Its name for the shell, its task, its name for the screen.
        summary: One sentence: what it is.
        source, licence: Where it comes from and on what terms.
        made: True when a generator of ours wrote it, False for real data.
        load: From the data configuration to the data.
        depends_on: Installed packages whose version decides the content.
        defaults: Values of data fields, by name without the section.
        language_fields: Fields in which a visitor may choose a language.
        examples: Inputs to try once a network is trained.
    """

    id: str
    task: str
    title: str
    summary: str
    source: str
    licence: str
    load: Callable[[DataConfig], DataSet]
    made: bool = False
    depends_on: tuple[str, ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict)
    language_fields: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    def fingerprint(self, data: DataConfig) -> str:
        """A sha256 that changes when the content does: generator, versions and parameters."""
        choices = {name: getattr(data, name) for name in self.language_fields}
        versions = {package: _version(package) for package in self.depends_on}
        content = {"id": self.id, "loader": LOADER_VERSION, "choices": choices, "versions": versions}
        content["files"] = [hashlib.sha256(path.read_bytes()).hexdigest() for path in builtin.content_files(self.id)]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def entries(task: str | None = None) -> tuple[Entry, ...]:
    """Every built-in data set, or those of one task; the first of a task is its default."""
    return tuple(entry for entry in _ENTRIES if task is None or entry.task == task)


def find(task: str, data_id: str | None) -> Entry:
    """The entry of that name; the task's default when no name is given.

    Raises:
        ConfigError: No such data set for the task.
    """
    known = entries(task)
    if data_id is None:
        return known[0]
    for entry in known:
        if entry.id == data_id:
            return entry
    raise ConfigError.single(
        "data.id",
        f"one of {', '.join(entry.id for entry in known)}",
        repr(data_id),
        "Choose one of these, or name a file that exists.",
    )


def languages(entry: Entry) -> dict[str, str]:
    """Codes and English names that the entry's language fields accept; empty when it has none."""
    return builtin.languages(entry.id) if entry.language_fields else {}


def _version(package: str) -> str:
    return platform.python_version() if package == "python" else version(package)


_UNROLL = "Made by Unroll"
_OURS = "Apache-2.0, as Unroll itself"
_STATSMODELS = ("statsmodels",)


def _series(data_id: str, made: bool = False) -> Entry:
    from core.data.sources.series import describe

    info = describe(data_id)
    package = () if made else (("plotly",) if data_id == "stocks" else _STATSMODELS)
    return Entry(
        data_id,
        "forecasting",
        info.title,
        info.description,
        info.source,
        info.licence,
        builtin.load_series(data_id),
        made=made,
        depends_on=package,
        defaults={"split": (0.7, 0.1, 0.2)},
    )


_TEXT = {"unit": "character", "vocab_size": 1_000, "split": (0.9, 0.05, 0.05)}
_NAMES = {"unit": "character", "vocab_size": 1_000, "split": (0.8, 0.1, 0.1), "language": "en"}
_SENTENCES = {"unit": "word", "vocab_size": 8_000, "max_length": 64, "split": (0.8, 0.1, 0.1)}

_ENTRIES: tuple[Entry, ...] = (
    *(_series(name) for name in ("sunspots", "co2", "elnino", "nile", "macrodata", "stocks")),
    *(_series(name, made=True) for name in ("weather", "mackey_glass")),
    Entry(
        "python_docs",
        "generation",
        "Python documentation",
        "The language reference that every Python carries for its help command.",
        "The Python Software Foundation, module pydoc_data.topics",
        "PSF License",
        builtin.load_python_docs,
        depends_on=("python",),
        defaults=_TEXT,
        examples=("The assignment statement ", "A class definition ", "If the argument is "),
    ),
    Entry(
        "stdlib_source",
        "generation",
        "Python standard library source",
        "The source code of the standard library's modules.",
        "The Python Software Foundation, the library folder of this Python",
        "PSF License",
        builtin.load_stdlib_source,
        depends_on=("python",),
        defaults=_TEXT,
        examples=("def ", "class ", "    if self."),
    ),
    Entry(
        "country_names",
        "generation",
        "Country names",
        "Names of countries in a language of your choice.",
        "Unicode CLDR, through Babel",
        "Unicode License v3",
        builtin.load_country_names,
        depends_on=("babel",),
        defaults=_NAMES,
        language_fields=("language",),
        examples=("", "S", "New "),
    ),
    Entry(
        "language_names",
        "generation",
        "Language names",
        "Names of languages in a language of your choice.",
        "Unicode CLDR, through Babel",
        "Unicode License v3",
        builtin.load_language_names,
        depends_on=("babel",),
        defaults=_NAMES,
        language_fields=("language",),
        examples=("", "M", "Old "),
    ),
    Entry(
        "reviews_made",
        "sentiment",
        "Reviews in word order",
        "Short reviews from a grammar: the same words can praise or damn, so counting words is not enough.",
        _UNROLL,
        _OURS,
        builtin.load_reviews_made,
        made=True,
        defaults=_SENTENCES,
        examples=(
            "The beautiful view outweighs the weak bed.",
            "The weak view outweighs the beautiful bed.",
            "This player never disappointed us and I would gladly trust it.",
        ),
    ),
    Entry(
        "reviews",
        "sentiment",
        "Reviews with one to five stars",
        "Short reviews of many things, written by hand for this project.",
        "Written for Unroll",
        _OURS,
        builtin.load_reviews,
        defaults=_SENTENCES,
        examples=("Not bad at all, I would come back.", "Great, another hour of waiting.", "It broke after two days."),
    ),
    Entry(
        "numbers",
        "translation",
        "Numbers in words",
        "Numbers below a million in words, between two languages.",
        "num2words, which spells any number",
        "LGPL-2.1 (the library)",
        builtin.load_numbers,
        made=True,
        depends_on=("num2words",),
        language_fields=("src_language", "trg_language"),
        defaults={**_SENTENCES, "src_language": "en", "trg_language": "fr"},
        examples=("ninety-nine", "four hundred and twelve thousand, six hundred and seven", "eighty"),
    ),
    Entry(
        "dates",
        "translation",
        "Dates in long form",
        "Dates from 1900 to 2099, between two languages or to ISO.",
        "Unicode CLDR, through Babel",
        "Unicode License v3",
        builtin.load_dates,
        made=True,
        depends_on=("babel",),
        language_fields=("src_language", "trg_language"),
        defaults={**_SENTENCES, "unit": "character", "src_language": "en", "trg_language": "iso"},
        examples=("Monday, March 3, 1986", "14 July 2021"),
    ),
    Entry(
        "everyday",
        "translation",
        "Everyday English and French",
        "Sentences from a bilingual grammar of ours.",
        _UNROLL,
        _OURS,
        builtin.load_everyday,
        made=True,
        defaults=_SENTENCES,
        examples=("I see the old man.", "She is not tired.", "Do you like coffee?"),
    ),
)
