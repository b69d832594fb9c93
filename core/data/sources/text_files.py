"""A visitor's text files as one long text, or as the parts they come in.

Parquet and JSON lines hold a text a row; so does any other table whose `data.text_column` is named.
Left out: decoding and cleaning (encodings.py), cutting one text into parts (core.data.splits).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import Rows, TextSet
from core.data.sources.encodings import is_parquet, read_text
from core.data.sources.headers import guess_text_column
from core.data.sources.inputs import InputFile, listing, path_error, plural, shorten
from core.data.sources.instructions import find_instructions
from core.data.sources.parts import Parts, training_shares
from core.data.sources.tables import read_table, take_texts

MIN_CHARACTERS = 200
MIN_ITEMS = 10
_MOST_NAMES = 12
_PIECE = 65_536  # characters


@dataclass(frozen=True)
class _Joined:
    """Files as one text, with what there is to say of them."""

    text: str
    notes: tuple[str, ...]
    rows: Rows
    columns: dict[str, str]


def read_one_text(files: Sequence[InputFile], data: DataConfig, limits: Limits) -> TextSet:
    """Every file in the given order, with a blank line between two; the rows of one table as items, when each is a line.

    Raises:
        ConfigError: Binary, shorter than `MIN_CHARACTERS` in all, or one character again and again.
    """
    if len(files) == 1 and holds_rows(files[0], data):
        items, notes, rows, columns = _rows(files[0], data, limits)
        if len(items) >= MIN_ITEMS and not any("\n" in item for item in items):
            _check("\n".join(items), files[0])
            return TextSet(items=tuple(items), notes=notes, rows=rows, columns=columns)
    joined = _join(files, data, limits)
    _check(joined.text, files[0])
    return TextSet(text=joined.text, notes=joined.notes, rows=joined.rows, columns=joined.columns)


def read_text_parts(parts: Parts, data: DataConfig, limits: Limits) -> TextSet:
    """The texts of training, validation and test; validation is the end of training when it does not come by itself."""
    texts: dict[str, str] = {}
    notes: list[str] = []
    counted: list[Rows] = []
    columns: dict[str, str] = {}
    for split, files in parts.items():
        joined = _join(files, data, limits)
        texts[split] = joined.text
        columns = columns or joined.columns
        notes.extend(joined.notes)
        counted.append(joined.rows)
    _check(texts["train"], parts["train"][0])
    rows = _together(counted)
    if len(texts) == 1:
        return TextSet(text=texts["train"], notes=tuple(notes), rows=rows, columns=columns)
    if "validation" not in texts:
        cut = round(len(texts["train"]) * training_shares(data.split)[0])
        texts["validation"], texts["train"] = texts["train"][cut:], texts["train"][:cut]
        held = plural(len(texts["validation"]), "character")
        notes.append(f"no validation file: the last {held} of training are used")
    return TextSet(parts=texts, notes=tuple(notes), rows=rows, columns=columns)


def holds_rows(file: InputFile, data: DataConfig) -> bool:
    """Whether a file is read as a table with a text a row."""
    return data.text_column is not None or file.extension in (".jsonl", ".ndjson") or is_parquet(file)


def _rows(file: InputFile, data: DataConfig, limits: Limits) -> tuple[list[str], tuple[str, ...], Rows, dict[str, str]]:
    """The texts of a table, in its order, with notes, counts and the column that they come from."""
    table = read_table(file, limits, [data.text_column] if data.text_column else [])
    names, num_rows = list(table.frame.columns), len(table.frame)
    asked = find_instructions(names) if data.text_column is None else None
    if asked is not None:
        items = ["\n".join(pair) for pair in zip(*asked.take(table.frame), strict=True) if all(pair)]
        return _counted(items, num_rows, (*table.notes, asked.note(len(names))), asked.columns)
    column = data.text_column or guess_text_column(table.frame, None)
    if column not in names:
        raise ConfigError.single(
            "data.text_column", f"one of {listing(names)}", repr(shorten(str(column))), "Choose one of these columns."
        )
    items = [item for item in take_texts(table.frame, column) if item]
    notes = (*table.notes, f"text from {shorten(str(column), 40)!r}") if len(names) > 1 else table.notes
    return _counted(items, num_rows, notes, {"text_column": column})


def _counted(
    items: list[str], num_rows: int, notes: tuple[str, ...], columns: dict[str, str]
) -> tuple[list[str], tuple[str, ...], Rows, dict[str, str]]:
    """Texts of a table with what was dropped on the way to them."""
    num_empty = num_rows - len(items)
    rows = Rows(num_rows, (("without a text", num_empty),) if num_empty else ())
    if num_empty:
        notes = (*notes, f"{plural(num_empty, 'row')} without a text dropped")
    return items, notes, rows, columns


def _join(files: Sequence[InputFile], data: DataConfig, limits: Limits) -> _Joined:
    """One text with a blank line between two files; every row of a table counts, and every other file as one."""
    texts: list[str] = []
    notes: list[str] = []
    counted: list[Rows] = []
    columns: dict[str, str] = {}
    if len(files) > 1:
        notes.append(f"{len(files):,} files: {listing([file.name for file in files], _MOST_NAMES)}")
    for file in files:
        if holds_rows(file, data):
            items, more, rows, columns = _rows(file, data, limits)
            text = "\n\n".join(items)
        else:
            (text, more), rows = read_text(file, limits), Rows(1)
            if file.extension in (".csv", ".tsv"):
                more = (
                    *more,
                    "read as one text, with all that stands between the cells; data.text_column reads a column",
                )
        counted.append(rows)
        texts.append(text)
        notes.extend(f"{shorten(file.name, 40)}: {note}" if len(files) > 1 else note for note in more)
    if len(texts) == 1:
        return _Joined(texts[0], tuple(notes), counted[0], columns)
    whole = "\n\n".join(text.strip("\n") for text in texts) + "\n"
    return _Joined(whole, tuple(notes), _together(counted), columns)


def _together(counted: Sequence[Rows]) -> Rows:
    """The counts of several files as one."""
    dropped: dict[str, int] = {}
    for rows in counted:
        for reason, number in rows.dropped:
            dropped[reason] = dropped.get(reason, 0) + number
    return Rows(sum(rows.read for rows in counted), tuple(dropped.items()))


def _check(text: str, file: InputFile) -> None:
    length = _filled_length(text)
    if length < MIN_CHARACTERS:
        raise path_error(
            f"at least {MIN_CHARACTERS} characters",
            f"{plural(length, 'character')} in {shorten(file.name)!r}",
            "Bring more text: a few pages are a good start.",
        )
    if not _is_varied(text):
        raise path_error(
            "text of several characters", f"{text.strip()[0]!r} again and again", "There is nothing to learn from it."
        )


def _filled_length(text: str) -> int:
    """Characters without blank space at the ends, without a second copy of a long text."""
    first = re.search(r"\S", text)
    if first is None:
        return 0
    end = len(text)
    while not (tail := text[max(0, end - _PIECE) : end].rstrip()):
        end -= _PIECE
    return max(0, end - _PIECE) + len(tail) - first.start()


def _is_varied(text: str) -> bool:
    """Whether there are two different characters that can be seen."""
    seen: set[str] = set()
    for start in range(0, len(text), _PIECE):
        seen |= set(text[start : start + _PIECE]) - set(" \n\t")
        if len(seen) > 1:
            return True
    return False
