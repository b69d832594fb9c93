"""A visitor's text files as one long text, or as the parts they come in.

Parquet and JSON lines hold a text a row; so does any other table whose `data.text_column` is named.
Left out: decoding and cleaning (encodings.py), cutting one text into parts (core.data.splits).
"""

from __future__ import annotations

from collections.abc import Sequence

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import TextSet
from core.data.sources.encodings import is_parquet, read_text
from core.data.sources.headers import guess_text_column
from core.data.sources.inputs import InputFile, listing, path_error, plural, shorten
from core.data.sources.parts import Parts, training_shares
from core.data.sources.tables import read_table

MIN_CHARACTERS = 200
MIN_ITEMS = 10


def read_one_text(files: Sequence[InputFile], data: DataConfig, limits: Limits) -> TextSet:
    """Every file in the given order, with a blank line between two; the rows of one table as items, when each is a line.

    Raises:
        ConfigError: Binary, shorter than `MIN_CHARACTERS` in all, or one character again and again.
    """
    if len(files) == 1 and _is_table(files[0], data):
        rows, notes = _rows(files[0], data, limits)
        if len(rows) >= MIN_ITEMS and not any("\n" in row for row in rows):
            _check("\n".join(rows), files[0])
            return TextSet(items=tuple(rows), notes=notes)
    text, notes = _join(files, data, limits)
    _check(text, files[0])
    return TextSet(text=text, notes=notes)


def read_text_parts(parts: Parts, data: DataConfig, limits: Limits) -> TextSet:
    """The texts of training, validation and test; validation is the end of training when it does not come by itself."""
    texts: dict[str, str] = {}
    notes: list[str] = []
    for split, files in parts.items():
        texts[split], more = _join(files, data, limits)
        notes.extend(more)
    _check(texts["train"], parts["train"][0])
    if len(texts) == 1:
        return TextSet(text=texts["train"], notes=tuple(notes))
    if "validation" not in texts:
        cut = round(len(texts["train"]) * training_shares(data.split)[0])
        texts["validation"], texts["train"] = texts["train"][cut:], texts["train"][:cut]
        held = plural(len(texts["validation"]), "character")
        notes.append(f"no validation file: the last {held} of training are used")
    return TextSet(parts=texts, notes=tuple(notes))


def _is_table(file: InputFile, data: DataConfig) -> bool:
    return data.text_column is not None or file.extension in (".jsonl", ".ndjson") or is_parquet(file)


def _rows(file: InputFile, data: DataConfig, limits: Limits) -> tuple[list[str], tuple[str, ...]]:
    """The texts of a table, in its order."""
    table = read_table(file, limits, [data.text_column] if data.text_column else [])
    names = list(table.frame.columns)
    column = data.text_column or guess_text_column(table.frame, None)
    if column not in names:
        raise ConfigError.single(
            "data.text_column", f"one of {listing(names)}", repr(shorten(str(column))), "Choose one of these columns."
        )
    rows = [row for row in table.frame[column].tolist() if row]
    notes = (*table.notes, f"text from {shorten(str(column), 40)!r}") if len(names) > 1 else table.notes
    num_empty = len(table.frame) - len(rows)
    return rows, (*notes, f"{plural(num_empty, 'row')} without a text dropped") if num_empty else notes


def _join(files: Sequence[InputFile], data: DataConfig, limits: Limits) -> tuple[str, tuple[str, ...]]:
    texts: list[str] = []
    notes: list[str] = []
    for file in files:
        if _is_table(file, data):
            rows, more = _rows(file, data, limits)
            text = "\n\n".join(rows)
        else:
            text, more = read_text(file, limits)
        texts.append(text)
        notes.extend(f"{shorten(file.name, 40)}: {note}" if len(files) > 1 else note for note in more)
    if len(texts) == 1:
        return texts[0], tuple(notes)
    return "\n\n".join(text.strip("\n") for text in texts) + "\n", tuple(notes)


def _check(text: str, file: InputFile) -> None:
    length = len(text.strip())
    if length < MIN_CHARACTERS:
        raise path_error(
            f"at least {MIN_CHARACTERS} characters",
            f"{plural(length, 'character')} in {shorten(file.name)!r}",
            "Bring more text: a few pages are a good start.",
        )
    if len(set(text) - set(" \n\t")) < 2:
        raise path_error(
            "text of several characters", f"{text.strip()[0]!r} again and again", "There is nothing to learn from it."
        )
