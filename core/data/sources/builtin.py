"""Loaders of the sets that need no download: from what such a set is read or made from to one of the kinds of data set.

Reading and making themselves live beside this module and in `core.data.made`.
"""

from __future__ import annotations

import csv
import lzma
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.recipe import Recipe
from core.data.dataset import SPLITS, LabelledSet, PairSet, SeriesSet, TaggedSet, TextSet
from core.data.series import clean_series
from core.data.sources.conll import in_bio, parse_conll

_PART = re.compile(r"^# part = (\w+)\n", re.MULTILINE)


def load_series(
    read: Callable[[], pd.DataFrame], data: DataConfig, units: Mapping[str, str], targets: tuple[str, ...]
) -> SeriesSet:
    """The series that a function gives; `data.target_columns` chooses among its columns."""
    return clean_series(read(), data.target_columns or targets, dict(units), data)


def load_table_of_series(path: Path, data: DataConfig, units: Mapping[str, str], targets: tuple[str, ...]) -> SeriesSet:
    """The series of a table whose first column numbers the steps or, named `time`, says when they were."""
    frame = pd.read_csv(path, sep="\t", index_col=0, dtype=str).astype(float)  # the values as written, to the last bit
    name = frame.index.name
    index = pd.DatetimeIndex(frame.index, freq="infer") if name == "time" else pd.RangeIndex(len(frame), name=name)
    return load_series(lambda: frame.set_axis(index, axis="index"), data, units, targets)


def load_made_series(
    make: Callable[[Recipe], tuple[pd.DataFrame, pd.DataFrame]],
    data: DataConfig,
    units: Mapping[str, str],
    targets: tuple[str, ...],
) -> SeriesSet:
    """The series of `data.recipe`, with its components; its gaps go the way of any series' gaps."""
    frame, components = make(Recipe.parse(data.recipe))
    return replace(load_series(lambda: frame, data, units, targets), components=components)


def load_long_text(read: Callable[[], str], data: DataConfig) -> TextSet:
    return TextSet(text=read())


def load_made_text(make: Callable[[], str], data: DataConfig) -> TextSet:
    return TextSet(text=make())


def load_names(read: Callable[[str], list[str]], data: DataConfig) -> TextSet:
    return TextSet(items=tuple(_in_language("data.language", read, data.language or "en")))


def load_labelled_table(path: Path, data: DataConfig) -> LabelledSet:
    """The texts and labels of a table, in the parts that a third column names; classes by name."""
    texts, labels, *part = _columns(path)
    rows = {name: tuple(row for row, found in enumerate(part[0]) if found == name) for name in SPLITS} if part else {}
    return LabelledSet(texts, labels, tuple(sorted(set(labels))), parts=rows)


def load_labelled_names(read: Callable[[], list[tuple[str, str]]], data: DataConfig) -> LabelledSet:
    """Names with the class of each, in one piece; classes by name."""
    texts, labels = zip(*read(), strict=True)
    return LabelledSet(texts, labels, tuple(sorted(set(labels))))


def load_tagged_words(path: Path, data: DataConfig) -> TaggedSet:
    """The sentences of a packed file of CoNLL columns, in the parts that comments like `# part = train` name; tags by name."""
    notes: list[str] = []
    with lzma.open(path, "rt", encoding="utf-8") as file:
        start, *pieces = _PART.split(file.read())
    read, rows = list(parse_conll(start, path.name)) if start else [], {}
    for name, text in zip(pieces[::2], pieces[1::2], strict=True):
        begin = len(read)
        read += parse_conll(text, path.name)
        rows[name] = tuple(range(begin, len(read)))
    sentences, tags = zip(*in_bio(read, rows.get("train", range(len(read))), notes), strict=True)
    classes = tuple(sorted({tag for row in tags for tag in row}))
    return TaggedSet(sentences, tags, classes, parts=rows, notes=tuple(notes))


def load_table_of_pairs(path: Path, data: DataConfig) -> PairSet:
    src, trg = _columns(path)
    return PairSet(src, trg)


def load_made_pairs(make: Callable[[str, str], list[tuple[str, str]]], data: DataConfig) -> PairSet:
    """Pairs in the languages chosen."""
    src_language, trg_language = data.src_language or "en", data.trg_language or "fr"
    if src_language == trg_language:
        raise ConfigError.single(
            "data.trg_language", "another language than data.src_language", trg_language, "Choose two languages."
        )
    src, trg = zip(
        *_in_language("data.src_language or data.trg_language", make, src_language, trg_language), strict=True
    )
    return PairSet(src, trg)


def _columns(path: Path) -> list[tuple[str, ...]]:
    """The columns of a table that ships, in its order."""
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    return list(zip(*rows, strict=True))


def _in_language(field: str, make: Callable, *codes: str) -> list:
    """Call a maker that knows a fixed set of languages; an unknown one becomes an error a person can mend."""
    try:
        return make(*codes)
    except ValueError as error:
        raise ConfigError.single(field, "a language code such as en, fr or de", " ".join(codes), str(error)) from None
