"""The parts of a data set of the Hub, written beside each other as the files that every reader reads.

What was fetched comes from strangers, so a server has it done by a process with limits. Left out: one part (tables.py),
fetching, and the folder that the parts end up in (fetching.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.config.limits import Limits
from core.data.dataset import SPLITS
from core.data.hub.tables import write_part
from core.data.sources.inputs import InputFile


@dataclass(frozen=True)
class Written:
    """What was written: the name of the file of each part, and what was left out."""

    parts: dict[str, str]
    notes: tuple[str, ...]


Write = Callable[
    [Mapping[str, Sequence[tuple[Path, str]]], Path, Mapping[str, Sequence[str]], Limits, Callable[[], None]], Written
]


def write_parts(
    files: Mapping[str, Sequence[tuple[Path, str]]],
    folder: Path,
    classes: Mapping[str, Sequence[str]],
    limits: Limits,
    keep_on: Callable[[], None],
) -> Written:
    """Write each part as one file.

    Args:
        files: By part, the fetched files in order, each with what to call it.
        folder: An empty folder for the parts.
        classes: The names of classes by column, for columns of their numbers.
        limits: Rows, columns and bytes.
        keep_on: Called now and then; may raise to end.

    Raises:
        ConfigError: A file that cannot be read, shards of different columns, or more than the limits allow.
    """
    parts: dict[str, str] = {}
    notes: dict[str, None] = {}
    columns: tuple[str, ...] | None = None
    for part in (split for split in SPLITS if split in files):
        inputs = [InputFile(path, name) for path, name in files[part]]
        path, more = write_part(inputs, folder / part, classes, limits, keep_on)
        found = _columns(path)
        if columns is not None and found != columns:
            path.unlink()
            notes[f"{part} left out: its columns are not those of train"] = None
            continue
        columns = found
        parts[part] = path.name
        notes.update(dict.fromkeys(more))
    return Written(parts, tuple(notes))


def _columns(path: Path) -> tuple[str, ...]:
    """The columns of a part that was written as Parquet; nothing for a file that stayed as it was."""
    if path.suffix != ".parquet":
        return ()
    import pyarrow.parquet as pq

    return tuple(pq.read_schema(path).names)
