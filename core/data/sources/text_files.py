"""A visitor's text files as one long text, or as the parts they come in, and the items of a text.

Parquet and JSON lines hold a text a row; so does any other table whose `data.text_column` is named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

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
_TUNE = re.compile(r"^(?=X:)", re.MULTILINE)  # the reference number, with which every tune begins


def read_one_text(files: Sequence[InputFile], data: DataConfig, limits: Limits) -> TextSet:
    """Every file in the given order, with a blank line between two; the rows of one table as items, when each is a line.

    Raises:
        ConfigError: Binary, shorter than `MIN_CHARACTERS` in all, or one character again and again.
    """
    found = _rows(files[0], data, limits) if len(files) == 1 and holds_rows(files[0], data) else None
    lines = found is not None and (data.items == "apart" or not any("\n" in item for item in found.items))
    if found is None or len(found.items) < MIN_ITEMS or not lines:
        found = _join(files, data, limits)
    _check(found.text or "\n".join(found.items), files[0])
    return found


def read_text_parts(parts: Parts, data: DataConfig, limits: Limits) -> TextSet:
    """The texts of training, validation and test; validation is the end of training when it does not come by itself."""
    found = {split: _join(files, data, limits) for split, files in parts.items()}
    texts = {split: part.text for split, part in found.items()}
    _check(texts["train"], parts["train"][0])
    if len(found) == 1:
        return found["train"]
    notes = [note for part in found.values() for note in part.notes]
    if "validation" not in texts:
        cut = round(len(texts["train"]) * training_shares(data.split)[0])
        texts["validation"], texts["train"] = texts["train"][cut:], texts["train"][:cut]
        held = plural(len(texts["validation"]), "character")
        notes.append(f"no validation file: the last {held} of training are used")
    columns = next((part.columns for part in found.values() if part.columns), {})
    return TextSet(parts=texts, notes=tuple(notes), rows=_together(found.values()), columns=columns)


def items_of(text: str) -> list[str]:
    """The items of a text: every tune of ABC music, else every line that is not blank."""
    if _TUNE.match(text.lstrip("\ufeff \n\r\t")):
        return [tune for tune in _TUNE.split(text) if tune.startswith("X:")]
    return [line for line in text.split("\n") if line.strip()]


def holds_rows(file: InputFile, data: DataConfig) -> bool:
    """Whether a file is read as a table with a text a row."""
    return data.text_column is not None or file.extension in (".jsonl", ".ndjson") or is_parquet(file)


def _rows(file: InputFile, data: DataConfig, limits: Limits) -> TextSet:
    """The texts of a table, in its order, with notes, counts and the column that they come from."""
    table = read_table(file, limits, [data.text_column] if data.text_column else [])
    names, num_rows, notes = list(table.frame.columns), len(table.frame), table.notes
    asked = find_instructions(names) if data.text_column is None else None
    if asked is not None:
        items = ["\n".join(pair) for pair in zip(*asked.take(table.frame), strict=True) if all(pair)]
        notes, columns = (*notes, asked.note(len(names))), asked.columns
    else:
        column = data.text_column or guess_text_column(table.frame, None)
        if column is None or column not in names:
            expected, received = f"one of {listing(names)}", repr(shorten(str(column)))
            raise ConfigError.single("data.text_column", expected, received, "Choose one of these columns.")
        items, columns = [item for item in take_texts(table.frame, column) if item], {"text_column": column}
        notes = (*notes, f"text from {shorten(column, 40)!r}") if len(names) > 1 else notes
    num_empty = num_rows - len(items)
    rows = Rows(num_rows, (("without a text", num_empty),) if num_empty else ())
    if num_empty:
        notes = (*notes, f"{plural(num_empty, 'row')} without a text dropped")
    return TextSet(items=tuple(items), notes=notes, rows=rows, columns=columns)


def _join(files: Sequence[InputFile], data: DataConfig, limits: Limits) -> TextSet:
    """One text with a blank line between two files; every row of a table counts, and every other file as one."""
    found = [_whole(file, data, limits) for file in files]
    if len(found) == 1:
        return found[0]
    notes = [f"{len(files):,} files: {listing([file.name for file in files], _MOST_NAMES)}"]
    notes += [f"{shorten(file.name, 40)}: {note}" for file, one in zip(files, found, strict=True) for note in one.notes]
    text = "\n\n".join(one.text.strip("\n") for one in found) + "\n"
    columns = next((one.columns for one in found[::-1] if one.columns), {})
    return TextSet(text, notes=tuple(notes), rows=_together(found), columns=columns)


def _whole(file: InputFile, data: DataConfig, limits: Limits) -> TextSet:
    """A file as one text."""
    if holds_rows(file, data):
        found = _rows(file, data, limits)
        return replace(found, text="\n\n".join(found.items), items=())
    text, notes = read_text(file, limits)
    if file.extension in (".csv", ".tsv"):
        told = "read as one text, with all that stands between the cells; data.text_column reads a column"
        notes = (*notes, told)
    return TextSet(text, notes=notes, rows=Rows(1))


def _together(found: Collection[TextSet]) -> Rows:
    """The counts of several files as one."""
    counted = [one.rows for one in found if one.rows]
    dropped: Counter[str] = Counter()
    for rows in counted:
        dropped.update(dict(rows.dropped))
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
