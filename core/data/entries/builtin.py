"""The sets that need no download: read from installed libraries, made by our generators, or written by hand.

A new one is one entry here. Left out: how the data is made or read (`made/`, `sources/`).
"""

from __future__ import annotations

from dataclasses import replace

from core.config.recipe import recipe_values
from core.data.entries.entry import Entry
from core.data.sources import builtin
from core.data.sources.series import describe

_UNROLL = "Made by Unroll"
_OURS = "Apache-2.0, as Unroll itself"
_STATSMODELS = ("statsmodels",)
_STEPS = {
    "sunspots": (309, "years"), "co2": (2_284, "weeks"), "elnino": (732, "months"), "nile": (100, "years"),
    "macrodata": (203, "quarters"), "stocks": (105, "weeks"), "weather": (2_922, "days"), "mackey_glass": (3_000, "steps"),
}  # fmt: skip


def _series(data_id: str, made: bool = False) -> Entry:
    info = describe(data_id)
    package = () if made else (("plotly",) if data_id == "stocks" else _STATSMODELS)
    count, count_of = _STEPS.get(data_id, (None, ""))
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
        count=count,
        count_of=count_of,
    )


_TEXT = {"unit": "character", "vocab_size": 1_000, "split": (0.9, 0.05, 0.05)}
_NAMES = {"unit": "character", "vocab_size": 1_000, "split": (0.8, 0.1, 0.1), "language": "en"}
_SENTENCES = {"unit": "word", "vocab_size": 8_000, "max_length": 64, "split": (0.8, 0.1, 0.1)}

BUILTIN: tuple[Entry, ...] = (
    *(_series(name) for name in ("sunspots", "co2", "elnino", "nile", "macrodata", "stocks")),
    *(_series(name, made=True) for name in ("weather", "mackey_glass")),
    replace(
        _series("made_series", made=True),
        load=builtin.load_made_series,
        choices=lambda data: recipe_values(data.recipe),
    ),
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
        count=24_000,
        count_of="reviews",
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
        count=1_157,
        count_of="reviews",
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
        count=20_000,
        count_of="pairs",
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
        count=15_000,
        count_of="pairs",
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
        count=32_000,
        count_of="pairs",
    ),
)
