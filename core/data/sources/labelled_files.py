"""A visitor's table as labelled texts: which column is the text, which the label, and which rows can be used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import LabelledSet, Rows
from core.data.sources.headers import guess_label_column, guess_text_column
from core.data.sources.inputs import listing, path_error, plural, shorten, unknown_columns
from core.data.sources.parts import Parts, one_each, training_shares, with_validation
from core.data.sources.tables import NO_HEADER, read_table, take_texts
from core.data.splits import split_labelled

MIN_ROWS = 10
MIN_PER_CLASS = 2
MAX_CLASSES = 100
LONGEST_LABEL = 1_000  # characters; each stands in every result and on many places of a page
_LOOKED_AT = 2_000  # rows
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?")


def read_labelled(parts: Parts, data: DataConfig, limits: Limits) -> LabelledSet:
    """Read a table of texts and labels for each part; the columns of the training table are those of all.

    Raises:
        ConfigError: No table, no such column, fewer than two classes or more than `MAX_CLASSES`, too few rows.
    """
    texts: list[str] = []
    labels: list[str] = []
    splits: list[str] = []
    notes: list[str] = []
    columns: tuple[str, str] | None = None
    for split, file in one_each(parts).items():
        wanted = columns or tuple(name for name in (data.text_column, data.label_column) if name)
        table = read_table(file, limits, wanted)
        notes.extend((*table.notes, *(() if table.has_header or split != "train" else (NO_HEADER,))))
        if columns is None:
            if len(table.frame) == 1 and not table.has_header:
                line = listing(table.frame.iloc[0].tolist())
                raise path_error(
                    "rows with a text and a label, below the names of the columns",
                    f"one line alone: {line}",
                    "Bring a table with texts in it.",
                )
            columns = choose_columns(table.frame, data)
            if len(table.frame.columns) > 2:
                notes.append(f"text from {shorten(columns[0], 40)!r}, label from {shorten(columns[1], 40)!r}")
        missing = [name for name in columns if name not in table.frame.columns]
        if missing:
            raise path_error(
                f"the columns {listing(columns)} in every part",
                f"none of the name {listing(missing)} in {shorten(file.name)!r}",
                "Give all parts the same header.",
            )
        splits.extend([split] * len(table.frame))
        codes, names = pd.factorize(table.frame.pop(columns[1]))  # one object a label, not one a row
        labels.extend(map(names.tolist().__getitem__, codes))
        texts.extend(take_texts(table.frame, columns[0]))
        del table
    assert columns is not None
    found = select_labelled(texts, _tidy(labels), splits, data, notes)
    return replace(found, columns=dict(zip(("text_column", "label_column"), columns, strict=True)))


def choose_columns(frame: pd.DataFrame, data: DataConfig) -> tuple[str, str]:
    """Names of the text and the label column; every problem with them at once."""
    names = list(frame.columns)
    problems = unknown_columns({"text_column": data.text_column, "label_column": data.label_column}, names)
    if data.text_column is not None and data.text_column == data.label_column:
        problems.append(
            Problem("data.label_column", "another column than the text", repr(data.label_column), "Choose another one.")
        )
    if problems:
        raise ConfigError(problems)
    if len(names) < 2:
        raise path_error(
            "a column of texts and a column of labels",
            f"one column, {shorten(names[0], 40)!r}",
            "Put the label in a column of its own, separated by a comma or a tab.",
        )
    label = data.label_column or guess_label_column(frame, data.text_column)
    text = data.text_column or guess_text_column(frame, label)
    if label is None or text is None:
        raise ConfigError.single(
            "data.label_column",
            f"a column with 2 to {MAX_CLASSES} different values",
            f"none among {listing(names)}",
            "Bring a table with a label for every text, or name the column.",
        )
    start = frame[text].head(_LOOKED_AT)  # picking rows out of the whole column would copy it
    filled = start[start != ""]
    if data.text_column is None and len(filled) and pd.to_numeric(filled, errors="coerce").notna().mean() > 0.9:
        raise ConfigError.single(
            "data.text_column",
            "a column of texts",
            f"only numbers, as in {shorten(text, 40)!r}",
            "Name the text column.",
        )
    return text, label


def _tidy(labels: Sequence[str]) -> list[str]:
    """Labels without double spaces, and 5.0 as 5 when all are whole numbers."""
    tidied = [" ".join(label.split()) if " " in label or "\n" in label or "\t" in label else label for label in labels]
    if all(re.fullmatch(r"[-+]?\d{1,15}(\.0+)?", label) for label in set(tidied) if label):
        return [label.split(".")[0] for label in tidied]
    return tidied


def select_labelled(
    texts: list[str], labels: list[str], splits: list[str], data: DataConfig, notes: list[str]
) -> LabelledSet:
    """Drop rows that cannot be used, count them, and refuse what is left when it is too little.

    Args:
        texts, labels, splits: Text, label and part of each row; "" where there is none.
        data: Shares of the parts.
        notes: What is to say so far; it goes on here.

    Raises:
        ConfigError: Fewer than two labels, more than `MAX_CLASSES`, a long one, or too few texts.
    """
    read = len(texts)
    no_label = sum(not label for label in labels)
    no_text = sum(not text and bool(label) for text, label in zip(texts, labels, strict=True))
    for number, what in ((no_label, "label"), (no_text, "text")):
        if number:
            notes.append(f"{plural(number, 'row')} without a {what} dropped")
    rows = [k for k in range(len(texts)) if texts[k] and labels[k]]
    counts = Counter(labels[k] for k in rows if splits[k] == "train")
    if len(counts) > MAX_CLASSES:
        raise ConfigError.single(
            "data.label_column",
            f"at most {MAX_CLASSES} different labels",
            f"{len(counts):,}, such as {listing(list(counts), 3)}",
            "Choose another label column.",
        )
    check_labels(counts)
    known = {label for label, count in counts.items() if count >= MIN_PER_CLASS}
    rare = [label for label in counts if label not in known]
    if rare:
        notes.append(f"{plural(len(rare), 'label')} with a single text dropped: {listing(rare, 4)}")
    strange = sum(labels[k] not in counts for k in rows)
    if strange:
        notes.append(f"{plural(strange, 'row')} dropped whose label training does not have")
    alone = sum(labels[k] in counts and labels[k] not in known for k in rows)
    rows = [k for k in rows if labels[k] in known]
    if len(known) < 2:
        found = f"only {listing(list(counts), 3)}" if counts else "no row with a text and a label"
        raise ConfigError.single(
            "data.label_column",
            f"at least two labels with {MIN_PER_CLASS} texts each",
            found,
            "Bring texts of another class, or choose another label column.",
        )
    if len(rows) < MIN_ROWS:
        raise path_error(f"at least {MIN_ROWS} labelled texts", f"{len(rows)}", "Bring more texts.")
    texts, labels, splits = ([values[k] for k in rows] for values in (texts, labels, splits))
    by_part = {split: tuple(k for k, name in enumerate(splits) if name == split) for split in dict.fromkeys(splits)}
    parts = with_validation(
        by_part,
        lambda train: split_labelled(
            [texts[k] for k in train], [labels[k] for k in train], training_shares(data.split)
        ),
        "row",
        notes,
    )
    reasons = (
        ("without a label", no_label),
        ("without a text", no_text),
        ("whose label has a single text", alone),
        ("whose label training does not have", strange),
    )
    counted = Rows(read, tuple((reason, number) for reason, number in reasons if number))
    told = tuple(dict.fromkeys(notes))
    return LabelledSet(tuple(texts), tuple(labels), _ordered(known), parts=parts, notes=told, rows=counted)


def check_labels(labels: Iterable[str]) -> None:
    """Refuse labels that are texts. Raises `ConfigError`."""
    longest = max(labels, key=len, default="")
    if len(longest) > LONGEST_LABEL:
        raise ConfigError.single(
            "data.label_column",
            f"labels of at most {LONGEST_LABEL:,} characters",
            f"{shorten(longest, 40)!r}, {len(longest):,} characters",
            "Choose another label column, or shorten the labels.",
        )


def _ordered(classes: set[str]) -> tuple[str, ...]:
    """By number when all are numbers, else by letter."""
    if all(_NUMBER.fullmatch(label) for label in classes):
        return tuple(sorted(classes, key=lambda label: (float(label), label)))
    return tuple(sorted(classes))
