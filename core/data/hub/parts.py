"""The parts of a data set of the Hub, written beside each other as the files that every reader reads: one file a part.

The readers of a visitor's own files read them; shards become one file, the two sides of a translation columns of their
own, numbers of classes their names. A file that is plain already stays as it is. What was fetched comes from strangers,
so a server has all this done by a process with limits.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits
from core.data.dataset import SPLITS
from core.data.hub.listing import class_names, kind_of
from core.data.sources.encodings import scan
from core.data.sources.inputs import InputFile, listing
from core.data.sources.records import read_json_lines, read_parquet
from core.data.sources.tables import read_table

_NUMBER = re.compile(r"-?[0-9]+")
_MOST_DIGITS = 9  # of the number of a class
_LONGEST_METADATA = 2_000_000
_INNER = "‣"  # stands between the names of a record and of what is in it; no name has it
_JSON = (".jsonl", ".ndjson", ".json")


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
        files: By part, the fetched files in order, all of one kind, each with what to call it.
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
    writer = _Writer(classes, limits, keep_on)
    for part in (split for split in SPLITS if split in files):
        inputs = [InputFile(path, name) for path, name in files[part]]
        path, found, more = writer.write_part(inputs, folder / part)
        if columns is not None and found != columns:
            path.unlink()
            notes[f"{part} left out: its columns are not those of train"] = None
            continue
        columns = found
        parts[part] = path.name
        notes.update(dict.fromkeys(more))
    return Written(parts, tuple(notes))


@dataclass(frozen=True)
class _Writer:
    """Writes parts of one data set."""

    classes: Mapping[str, Sequence[str]]
    limits: Limits
    keep_on: Callable[[], None]

    def write_part(self, files: Sequence[InputFile], target: Path) -> tuple[Path, tuple[str, ...], Sequence[str]]:
        """The path of a part, its columns where it was written as a table, and what was left out."""
        kind = kind_of(files[0].name)
        if kind == ".txt":
            return self._join(files, target.with_suffix(".txt")), (), ()
        if len(files) == 1 and not self.classes and kind != ".parquet" and kind not in _JSON:
            packed = ".gz" if files[0].is_gzip() else ""
            path = target.with_name(f"{target.name}{kind}{packed}")
            shutil.copyfile(files[0].path, path)  # it may be another part as well
            return path, (), ()
        return self._merge(files, target.with_suffix(".parquet"))

    def _merge(self, files: Sequence[InputFile], path: Path) -> tuple[Path, tuple[str, ...], Sequence[str]]:
        """Write tables below each other; the columns of the first are those of all."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        notes: dict[str, None] = {}
        names: list[str] = []
        writer, num_rows, most = None, 0, self.limits.max_rows
        try:
            for file in files:
                self.keep_on()
                frame, more = self._read(file)
                notes.update(dict.fromkeys(more))
                num_rows += len(frame)
                if num_rows > most:
                    hint = "Choose a smaller split or subset, or run Unroll yourself with a larger UNROLL_MAX_ROWS."
                    raise ConfigError.single("data.hub_split", f"at most {most:,} rows", f"{num_rows:,}", hint)
                schema = pa.schema([(str(name), pa.large_string()) for name in frame.columns])
                if writer is None:
                    names, writer = schema.names, pq.ParquetWriter(path, schema, store_schema=False)
                if schema.names != names:
                    received = f"{listing(schema.names, 4)} after {listing(names, 4)}"
                    hint = "Choose another split or subset."
                    raise ConfigError.single("data.id", "files with the same columns", received, hint)
                writer.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False))
        finally:
            if writer is not None:
                writer.close()
        if not num_rows:
            raise ConfigError.single("data.hub_split", "a split with rows", "an empty one", "Choose another split.")
        return path, tuple(names), tuple(notes)

    def _read(self, file: InputFile) -> tuple[pd.DataFrame, Sequence[str]]:
        """A file as a table of texts, with names in place of the numbers of classes."""
        kind, classes = kind_of(file.name), self.classes
        try:
            if kind == ".parquet":
                frame, notes = read_parquet(file, self.limits, between=_INNER)
                classes = {**classes, **_classes_in(file, self.limits)}
            elif kind in _JSON:
                frame, notes = read_json_lines(scan(file, self.limits), self.limits, between=_INNER)
            else:
                table = read_table(file, self.limits)
                frame, notes = table.frame, table.notes
        except ConfigError as error:
            hint = "Choose another split or data set."
            found = [Problem("data.id", each.expected, each.received, hint) for each in error.problems]
            raise ConfigError(found) from None
        frame = _with_short_names(frame)
        for name in set(classes).intersection(frame.columns):
            frame[name] = frame[name].map({cell: _named(cell, classes[name]) for cell in frame[name].unique()})
        return frame, [note.replace(_INNER, ".") for note in notes]

    def _join(self, files: Sequence[InputFile], target: Path) -> Path:
        """Texts below each other, each from a new line, unpacked."""
        left = most = self.limits.max_upload_bytes
        with target.open("wb") as joined:
            for file in files:
                last = b"\n"
                with file.open() as stream:
                    while piece := stream.read(1 << 20):
                        self.keep_on()
                        left -= len(piece)
                        if left < 0:
                            hint = "Choose a smaller split."
                            raise ConfigError.single("data.id", f"at most {most:,} bytes", "more", hint)
                        joined.write(piece)
                        last = piece[-1:]
                if last != b"\n":
                    joined.write(b"\n")
        return target


def _with_short_names(frame: pd.DataFrame) -> pd.DataFrame:
    """What is in a record goes by its own name, behind all else, where no other column is called so."""
    names = sorted(frame.columns, key=lambda name: _INNER in name)
    short: list[str] = []
    for name in names:
        outer, _, inner = name.partition(_INNER)
        short.append(outer if not inner else inner if inner not in short else f"{outer}.{inner}")
    return frame[names].set_axis(short, axis=1)


def _named(value: str, names: Sequence[str]) -> str:
    """The name of a class instead of its number; nothing for a number that none has, such as -1."""
    if not _NUMBER.fullmatch(value):
        return value
    number = int(value) if len(value) <= _MOST_DIGITS else -1
    return names[number] if 0 <= number < len(names) else ""


def _classes_in(file: InputFile, limits: Limits) -> dict[str, tuple[str, ...]]:
    """The names of classes that the writer of a Parquet file, which was read before, left in it."""
    import pyarrow.parquet as pq

    raw = (pq.read_schema(file.seekable(limits)).metadata or {}).get(b"huggingface", b"")
    found: dict[str, tuple[str, ...]] = {}
    with suppress(ValueError, RecursionError, AttributeError, TypeError, KeyError):
        features: dict[str, Any] = json.loads(raw)["info"]["features"] if len(raw) <= _LONGEST_METADATA else {}
        for name, feature in features.items():
            if isinstance(feature, dict) and (names := class_names(feature.get("names"))):
                found[str(name)] = names
    return found
