"""The beginning of a visitor's files and what is found in it, to be looked at and corrected before anything is trained.

The readers themselves look at the first megabyte, so that what is shown as found is what reading will do, but where
the rest of a file says otherwise. Left out: showing it (ui).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Literal, TypeVar

import pandas as pd

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.sources.clean_text import CleanText
from core.data.sources.conll import parse_conll
from core.data.sources.encodings import is_parquet, scan
from core.data.sources.files import find_files, find_parts, name_files
from core.data.sources.headers import NO_TIME_COLUMN, guess_text_column, looks_like_header
from core.data.sources.inputs import InputFile, check_files, shorten, visible
from core.data.sources.instructions import find_instructions, names_pairs
from core.data.sources.label_folders import LabelFolders, find_label_folders
from core.data.sources.labelled_files import choose_columns as labelled_columns
from core.data.sources.layouts import read_plain, with_roles
from core.data.sources.pair_files import choose_columns as pair_columns
from core.data.sources.reading import CHOICES, DELIMITERS, Choice, Reading
from core.data.sources.series_files import find_roles, named_columns
from core.data.sources.tables import Table, read_table
from core.data.sources.tagged import is_tagged
from core.data.sources.text_files import holds_rows

HEAD_BYTES = 1 << 20
NUM_ROWS = 8
_NUM_CHARS = 2_000
_LONGEST_CELL = 200
_TABLES = (".csv", ".tsv")
T = TypeVar("T")
_DELIMITER_NAMES = {sign: name for name, sign in DELIMITERS.items()}
_COLUMN_FIELDS: Mapping[str, tuple[str, ...]] = {
    "forecasting": (
        "time_column",
        "date_format",
        "series_column",
        "target_columns",
        "covariate_columns",
        "sentinels",
    ),
    "generation": ("text_column",),
    "sentiment": ("text_column", "label_column"),
    "translation": ("src_column", "trg_column"),
}


@dataclass(frozen=True)
class Preview:
    """What stands at the beginning of a visitor's files.

    Attributes:
        kind: A table, a text, or words with tags.
        columns: Names of the columns; of a CSV that is read as one text, those that could be chosen.
        rows: The first rows, cells as text, shortened; of two parallel files their first lines side by side.
        text: The beginning of a text, of several files one after the other; "" for tables.
        files: Names of the files, as they are shown.
        found: Data field to what is found when it is not set, None where nothing is; only fields that mean something
            for the task and the file, and those that are set.
        is_whole: Whether this is all there is.
    """

    kind: Literal["table", "text", "tagged"]
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""
    files: tuple[str, ...] = ()
    found: Mapping[str, Any] = field(default_factory=dict)
    is_whole: bool = False


def preview(task: str, paths: Sequence[Path], data: DataConfig, limits: Limits, names: Sequence[str] = ()) -> Preview:
    """Look at the beginning of a visitor's data.

    Args:
        task: forecasting, generation, sentiment, translation or tagging.
        paths: As `read_files` takes them.
        data: What the visitor chose. A choice that cannot be is left out here: reading says what is wrong with it.
        limits: Bytes, rows and columns.
        names: What to call each path.

    Raises:
        ConfigError: Files that are not there, too large, or neither text nor a table.
        ValueError: An unknown task, or names that do not match the paths.
    """
    folders = find_label_folders(task, name_files(task, paths, names), limits)
    if folders is not None:
        return _of_folders(folders, data, limits)
    members, _ = find_files(task, paths, limits, names)
    parts = find_parts(task, members)
    files = [file for group in parts.values() for file in group] if parts else members
    check_files(task, files, limits)
    shown = next(iter(parts.values())) if parts else members
    heads = [replace(file, head=HEAD_BYTES, reading=Reading.of(data)) for file in shown]
    look = _look(task, heads, data, limits)
    found = {**_chosen(task, data), **look.found}
    is_whole = look.is_whole and len(files) == len(heads)
    return replace(look, files=tuple(visible(file.name) for file in files), found=found, is_whole=is_whole)


def _chosen(task: str, data: DataConfig) -> dict[str, Any]:
    """The choices that are set, without anything found: one must be able to take them back, whatever the file is."""
    fields = {name: DataConfig.model_fields[name].get_default() for name in (*CHOICES, *_COLUMN_FIELDS.get(task, ()))}
    return {name: usual for name, usual in fields.items() if getattr(data, name) != usual}


def _look(task: str, heads: list[InputFile], data: DataConfig, limits: Limits) -> Preview:
    if task == "tagging" or is_tagged(heads[0], limits):
        return _tagged(heads[0], limits)
    if task == "translation" and len(heads) == 2:
        return _side_by_side(heads, limits)
    if task == "generation" and not holds_rows(heads[0], data):
        return _texts(heads, limits, with_columns=heads[0].extension in _TABLES)
    try:
        return _table(task, heads[0], data, limits)
    except ConfigError:
        if is_parquet(heads[0]):
            raise
        return _texts(heads, limits)


def _table(task: str, head: InputFile, data: DataConfig, limits: Limits) -> Preview:
    def read(file: InputFile) -> Table:
        if task == "forecasting":
            return read_plain(file, limits, _named(task, data))
        return read_table(file, limits, _named(task, data), names_pairs if task == "translation" else looks_like_header)

    table = _as_chosen(head, read)
    columns = tuple(str(name) for name in table.frame.columns)
    found: dict[str, Any] = {}
    if table.kind != "parquet":
        found["encoding"] = _without(head, "encoding", read, lambda other: other.encoding, table)
    if table.kind == "delimited":
        found["delimiter"] = _without(head, "delimiter", read, _delimiter_name, table)
        found["header"] = _without(head, "header", read, lambda other: other.has_header, table)
    found.update(_roles(task, table, data))
    rows = _cells(table.frame.head(NUM_ROWS))
    return Preview("table", columns, rows, found=found, is_whole=not head.is_cut() and len(table.frame) <= NUM_ROWS)


def _named(task: str, data: DataConfig) -> list[str]:
    """The columns that the visitor named, which decide whether there is a header as they do when reading."""
    if task == "forecasting":
        return named_columns(data)
    named = [value for name in _COLUMN_FIELDS[task] if (value := getattr(data, name))]
    if task == "translation":
        return named or [name for name in (data.src_language, data.trg_language) if name]
    return named


def _delimiter_name(table: Table) -> str | None:
    return _DELIMITER_NAMES.get(table.delimiter)


def _as_chosen(head: InputFile, read: Callable[[InputFile], T]) -> T:
    """As the visitor chose, or as it is found where that cannot be."""
    try:
        return read(head)
    except ConfigError:
        return read(replace(head, reading=Reading()))


def _without(
    head: InputFile, choice: Choice, read: Callable[[InputFile], Table], value: Callable[[Table], Any], table: Table
) -> Any:
    """What is found where one choice is taken back."""
    if getattr(head.reading, choice) is None:
        return value(table)
    return value(_as_chosen(replace(head, reading=head.reading.without(choice)), read))


def _roles(task: str, table: Table, data: DataConfig) -> dict[str, Any]:
    """What each field of columns is found to be when it alone is not set."""
    fields = _COLUMN_FIELDS[task]
    usual = {name: DataConfig.model_fields[name].get_default() for name in fields}
    as_chosen = _find(task, table, data)
    found: dict[str, Any] = {}
    for name in fields:
        is_set = getattr(data, name) != usual[name]
        roles = _find(task, table, data.model_copy(update={name: usual[name]})) if is_set else as_chosen
        found[name] = roles.get(name, () if isinstance(usual[name], tuple) else None)
    if task == "forecasting":
        if found["covariate_columns"] is None:
            found["covariate_columns"] = ()
        if found["date_format"] is None and data.date_format is None and data.time_column in (None, NO_TIME_COLUMN):
            del found["date_format"]  # a choice without a use until there is a time column
        if found["sentinels"] is None and data.sentinels == "auto":
            del found["sentinels"]  # nor until there are any
    return found


def _find(task: str, table: Table, data: DataConfig) -> Mapping[str, Any]:
    """What reading takes the columns for; nothing where it refuses them."""
    frame: pd.DataFrame = table.frame
    try:
        if task == "forecasting":
            return find_roles(frame, with_roles(data, table), table.delimiter)
        if task == "sentiment":
            return dict(zip(_COLUMN_FIELDS[task], labelled_columns(frame, data), strict=True))
        if task == "translation":
            found = pair_columns(frame, data) if len(frame.columns) > 1 else list(frame.columns)
            return dict(zip(_COLUMN_FIELDS[task], found, strict=False))
    except ConfigError:
        usual = {name: DataConfig.model_fields[name].get_default() for name in _COLUMN_FIELDS[task]}
        free = data.model_copy(update=usual)
        return {} if free == data else _find(task, table, free)
    if find_instructions(list(frame.columns)) and data.text_column is None:
        return {"text_column": None}
    return {"text_column": guess_text_column(frame, None)}


def _cells(frame: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(shorten(str(cell), _LONGEST_CELL) for cell in row) for row in frame.itertuples(index=False))


def _scan(head: InputFile, limits: Limits) -> CleanText:
    return _as_chosen(head, lambda file: scan(file, limits))


def _encoding(head: InputFile, limits: Limits) -> str | None:
    return _scan(replace(head, reading=head.reading.without("encoding")), limits).encoding


def _texts(heads: Sequence[InputFile], limits: Limits, with_columns: bool = False) -> Preview:
    """The beginnings of texts, one after the other until there is enough to see."""
    texts = [_scan(heads[0], limits)]
    for head in heads[1:]:
        if sum(len(text.start) for text in texts) >= _NUM_CHARS:
            break
        texts.append(_scan(head, limits))
    whole = "\n\n".join(text.start.strip("\n") for text in texts)
    found: dict[str, Any] = {"encoding": _encoding(heads[0], limits)}
    columns: tuple[str, ...] = ()
    if with_columns and len(heads) == 1:
        try:
            table = read_table(replace(heads[0], reading=Reading(encoding=heads[0].reading.encoding)), limits)
            columns, found["text_column"] = tuple(str(name) for name in table.frame.columns), None
        except ConfigError:
            pass  # a text in spite of its name
    shows_all = len(texts) == len(heads) and sum(text.num_chars for text in texts) <= _NUM_CHARS
    is_whole = shows_all and not any(text.is_cut for text in texts)
    return Preview("text", columns, text=whole[:_NUM_CHARS], found=found, is_whole=is_whole)


def _of_folders(folders: LabelFolders, data: DataConfig, limits: Limits) -> Preview:
    """A text of each label in turn."""
    by_label: dict[str, list[InputFile]] = {}
    for _, label, file in folders.texts:
        by_label.setdefault(label, []).append(file)
    turns = [
        (label, file) for files in zip_longest(*by_label.values()) for label, file in zip(by_label, files, strict=True)
    ]
    rows = []
    heads = [(label, replace(file, head=HEAD_BYTES, reading=Reading.of(data))) for label, file in turns if file][
        :NUM_ROWS
    ]
    for label, head in heads:
        with suppress(ConfigError):  # a blank one
            rows.append((shorten(_scan(head, limits).start.strip(), _LONGEST_CELL), label))
    names = tuple(visible(file.name) for file in folders.files)
    found = {**_chosen("sentiment", data), "encoding": _encoding(heads[0][1], limits)}
    return Preview("table", ("text", "label"), tuple(rows), files=names, found=found, is_whole=len(names) <= len(rows))


def _side_by_side(heads: Sequence[InputFile], limits: Limits) -> Preview:
    """The first lines of two parallel files."""
    texts = [_scan(head, limits) for head in heads]
    lines = [text.start.split("\n") for text in texts]
    rows = [
        (shorten(src, _LONGEST_CELL), shorten(trg, _LONGEST_CELL)) for src, trg in zip_longest(*lines, fillvalue="")
    ]
    text = "\n\n".join("\n".join(side)[: _NUM_CHARS // 2].strip("\n") for side in lines)
    return Preview(
        "text",
        tuple(visible(head.name) for head in heads),
        tuple(rows[:NUM_ROWS]),
        text,
        found={"encoding": _encoding(heads[0], limits)},
        is_whole=all(not text.is_cut and text.num_lines <= NUM_ROWS for text in texts),
    )


def _tagged(head: InputFile, limits: Limits) -> Preview:
    """The first words with their tags, sentences divided by an empty row."""
    text = _scan(replace(head, reading=head.reading.without("delimiter", "header")), limits)
    rows: list[tuple[str, str]] = []
    sentences = parse_conll(
        text.start if text.num_chars <= len(text.start) else text.start.rpartition("\n")[0], head.name
    )
    try:
        for words, tags in islice(sentences, NUM_ROWS):
            rows.extend(zip(words, tags, strict=True))
            rows.append(("", ""))
    except ConfigError:
        pass  # in a later line; or in the first, and then it is shown as a text
    if not rows:
        return _texts([head], limits)
    while rows and not rows[-1][0]:
        rows.pop()
    cells = tuple((shorten(word, _LONGEST_CELL), shorten(tag, _LONGEST_CELL)) for word, tag in rows[:NUM_ROWS])
    is_whole = not text.is_cut and text.num_chars <= len(text.start) and len(rows) <= NUM_ROWS
    return Preview("tagged", ("word", "tag"), cells, found={"encoding": _encoding(head, limits)}, is_whole=is_whole)
