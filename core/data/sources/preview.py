"""The beginning of a visitor's files and what is found in it, to be looked at and corrected before anything is trained.

The readers themselves look at the first megabyte, so that what is shown as found is what reading will do, but where
the rest of a file says otherwise. Left out: which files are looked at (files.py), what a kind of data adds (kinds), showing
it (ui).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.sources.clean_text import CleanText
from core.data.sources.encodings import is_parquet, scan
from core.data.sources.inputs import InputFile, shorten
from core.data.sources.reading import DELIMITERS, Choice, Reading
from core.data.sources.tables import Table

if TYPE_CHECKING:
    from core.data.kinds.kind import Kind

HEAD_BYTES = 1 << 20
NUM_ROWS = 8
NUM_CHARS = 2_000
_LONGEST_CELL = 200
T = TypeVar("T")
_SIGNS = {sign: name for name, sign in DELIMITERS.items()}


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
            for the kind and the file, and those that are set.
        is_whole: Whether this is all there is.
    """

    kind: Literal["table", "text", "tagged"]
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""
    files: tuple[str, ...] = ()
    found: Mapping[str, Any] = field(default_factory=dict)
    is_whole: bool = False


def look_at_table(head: InputFile, data: DataConfig, limits: Limits, kind: Kind[Any, Any]) -> Preview:
    """The first rows of a table, and what its columns are taken for; the text of a file that is no table."""
    try:
        return _table(head, data, limits, kind)
    except ConfigError:
        if is_parquet(head):
            raise
        return look_at_texts([head], limits)


def _table(head: InputFile, data: DataConfig, limits: Limits, kind: Kind[Any, Any]) -> Preview:
    def read(file: InputFile) -> Table:
        return kind.read_table(file, data, limits)

    table = _as_chosen(head, read)
    columns = tuple(str(name) for name in table.frame.columns)
    found: dict[str, Any] = {}
    if table.kind != "parquet":
        found["encoding"] = _without(head, "encoding", read, lambda other: other.encoding, table)
    if table.kind == "delimited":
        found["delimiter"] = _without(head, "delimiter", read, lambda other: _SIGNS.get(other.delimiter), table)
        found["header"] = _without(head, "header", read, lambda other: other.has_header, table)
    found.update(_roles(kind, table, data))
    rows = tuple(map(cells, table.frame.head(NUM_ROWS).itertuples(index=False)))
    return Preview("table", columns, rows, found=found, is_whole=not head.is_cut() and len(table.frame) <= NUM_ROWS)


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


def usual_values(names: Sequence[str]) -> dict[str, Any]:
    """Fields of the data section as they are when nobody chose."""
    return {name: DataConfig.model_fields[name].get_default() for name in names}


def _roles(kind: Kind[Any, Any], table: Table, data: DataConfig) -> dict[str, Any]:
    """What each field of columns is found to be when it alone is not set."""
    usual = usual_values(kind.column_fields)
    as_chosen = _find(kind, table, data)
    found: dict[str, Any] = {}
    for name, value in usual.items():
        is_set = getattr(data, name) != value
        roles = _find(kind, table, data.model_copy(update={name: value})) if is_set else as_chosen
        found[name] = roles.get(name, () if isinstance(value, tuple) else None)
    return found


def _find(kind: Kind[Any, Any], table: Table, data: DataConfig) -> Mapping[str, Any]:
    """What reading takes the columns for; nothing where it refuses them."""
    try:
        return kind.find_columns(table, data)
    except ConfigError:
        free = data.model_copy(update=usual_values(kind.column_fields))
        return {} if free == data else _find(kind, table, free)


def cells(row: Sequence[Any]) -> tuple[str, ...]:
    """A row as the screen shows it."""
    return tuple(shorten(str(cell), _LONGEST_CELL) for cell in row)


def scan_head(head: InputFile, limits: Limits) -> CleanText:
    """The beginning of a text, in the encoding that was chosen or, where that cannot be, found."""
    return _as_chosen(head, lambda file: scan(file, limits))


def find_encoding(head: InputFile, limits: Limits) -> str | None:
    """The encoding that is found when none is chosen."""
    return scan_head(replace(head, reading=head.reading.without("encoding")), limits).encoding


def look_at_texts(heads: Sequence[InputFile], limits: Limits) -> Preview:
    """The beginnings of texts, one after the other until there is enough to see."""
    texts = [scan_head(heads[0], limits)]
    for head in heads[1:]:
        if sum(len(text.start) for text in texts) >= NUM_CHARS:
            break
        texts.append(scan_head(head, limits))
    whole = "\n\n".join(text.start.strip("\n") for text in texts)
    shows_all = len(texts) == len(heads) and sum(text.num_chars for text in texts) <= NUM_CHARS
    is_whole = shows_all and not any(text.is_cut for text in texts)
    return Preview(
        "text", text=whole[:NUM_CHARS], found={"encoding": find_encoding(heads[0], limits)}, is_whole=is_whole
    )
