"""Loaders of the built-in sets: from a data configuration to one of the four kinds of data set.

Thin on purpose: reading and making live beside this module and in `core.data.made`. The libraries that the
content comes from are imported on first use, because a server should start without them.
"""

from __future__ import annotations

import csv
import lzma
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.dataset import LabelledSet, PairSet, SeriesSet, TextSet
from core.data.series import clean_series

DATASETS_DIR = Path(__file__).resolve().parents[3] / "datasets"


def load_series(data_id: str) -> Callable[[DataConfig], SeriesSet]:
    """A loader for one series set; `data.target_columns` chooses among its columns."""

    def load(data: DataConfig) -> SeriesSet:
        from core.data.made import series as made
        from core.data.sources import series as shipped

        info = shipped.describe(data_id)
        frame = getattr(made if data_id in ("weather", "mackey_glass") else shipped, data_id)()
        return clean_series(frame, data.target_columns or info.default_targets, dict(info.units), data)

    return load


def load_made_series(data: DataConfig) -> SeriesSet:
    """The series of `data.recipe`, with its components; its gaps go the way of any series' gaps."""
    from core.config.recipe import Recipe
    from core.data.made.recipe_series import COLUMN, recipe_series
    from core.data.sources.series import describe

    frame, components = recipe_series(Recipe.parse(data.recipe))
    series = clean_series(frame, data.target_columns or (COLUMN,), dict(describe("made_series").units), data)
    return replace(series, components=components)


def load_python_docs(data: DataConfig) -> TextSet:
    from core.data.sources.documents import python_docs

    return TextSet(text=python_docs())


def load_stdlib_source(data: DataConfig) -> TextSet:
    from core.data.sources.documents import stdlib_source

    return TextSet(text=stdlib_source())


def load_country_names(data: DataConfig) -> TextSet:
    from core.data.sources.documents import country_names

    return TextSet(items=tuple(_in_language("data.language", country_names, data.language or "en")))


def load_language_names(data: DataConfig) -> TextSet:
    from core.data.sources.documents import language_names

    return TextSet(items=tuple(_in_language("data.language", language_names, data.language or "en")))


def load_reviews_made(data: DataConfig) -> LabelledSet:
    return _labelled("reviews_made.tsv.xz")


def load_reviews(data: DataConfig) -> LabelledSet:
    return _labelled("reviews.tsv")


def load_numbers(data: DataConfig) -> PairSet:
    from core.data.made.numbers import numbers

    return _pairs(numbers, data)


def load_dates(data: DataConfig) -> PairSet:
    from core.data.made.dates import dates

    return _pairs(dates, data)


def load_everyday(data: DataConfig) -> PairSet:
    return PairSet(*_columns("everyday.tsv.xz"))


def _labelled(name: str) -> LabelledSet:
    texts, labels = _columns(name)
    return LabelledSet(texts, labels, tuple(sorted(set(labels))))


def _columns(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two columns of a table that ships, in its order."""
    path = DATASETS_DIR / name
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    first, second = zip(*rows, strict=True)
    return first, second


def _pairs(make: Callable[[str, str], list[tuple[str, str]]], data: DataConfig) -> PairSet:
    src_language, trg_language = data.src_language or "en", data.trg_language or "fr"
    if src_language == trg_language:
        raise ConfigError.single(
            "data.trg_language", "another language than data.src_language", trg_language, "Choose two languages."
        )
    src, trg = zip(
        *_in_language("data.src_language or data.trg_language", make, src_language, trg_language), strict=True
    )
    return PairSet(src, trg)


def _in_language(field: str, make: Callable, *codes: str) -> list:
    """Call a maker that knows a fixed set of languages; an unknown one becomes an error a person can mend."""
    try:
        return make(*codes)
    except ValueError as error:
        raise ConfigError.single(field, "a language code such as en, fr or de", " ".join(codes), str(error)) from None


def languages(data_id: str) -> dict[str, str]:
    """Language codes with their English names for a built-in set."""
    from core.data.made.dates import date_languages
    from core.data.made.numbers import number_languages
    from core.data.sources.documents import name_languages

    return {
        "numbers": number_languages,
        "dates": date_languages,
        "country_names": name_languages,
        "language_names": name_languages,
    }[data_id]()


def content_files(data_id: str) -> list[Path]:
    """Files of ours that decide a set's content; their bytes go into its fingerprint."""
    made = Path(__file__).resolve().parents[1] / "made"
    if shipped := sorted(DATASETS_DIR.glob(f"{data_id}.tsv*")):
        return shipped
    patterns = {
        "numbers": "numbers.py",
        "dates": "dates.py",
        "weather": "series.py",
        "mackey_glass": "series.py",
        "made_series": "recipe_series.py",
    }
    return sorted(made.glob(patterns[data_id])) if data_id in patterns else []
