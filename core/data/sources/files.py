"""The one reader of a visitor's own data, behind `--data PATH` in the shell and the page's uploader.

`read_files` looks at what was named (a file, two parallel files, several texts, a folder or a zip archive that may
divide itself) and hands it to the kind of data; `preview` shows the beginning of the same files, and `read_pasted`
reads what was pasted as a file. Whatever goes wrong is a `ConfigError` that says what to do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import DataSet
from core.data.kinds import KINDS, kind_of
from core.data.kinds.kind import Kind
from core.data.progress import Meter, ProgressCallback, quiet
from core.data.sources.conll import is_tagged, refuse_tagged
from core.data.sources.inputs import InputFile, check_files, path_error, unpack, visible
from core.data.sources.label_folders import LabelFolders, find_label_folders, look_at_folders, read_label_folders
from core.data.sources.parts import Parts, choose_members, folder_parts, named_parts
from core.data.sources.preview import HEAD_BYTES, Preview, usual_values
from core.data.sources.reading import CHOICES, Reading


def read_files(
    kind: str,
    paths: Sequence[Path],
    data: DataConfig,
    limits: Limits,
    names: Sequence[str] = (),
    tell: ProgressCallback = quiet,
) -> DataSet:
    """Read a visitor's data.

    Args:
        kind: One of `KINDS`.
        paths: One file; a folder with `train.*`, `valid.*`, `test.*` (not of series); a folder with a folder of
            texts for each label, of labelled texts; two parallel files for pairs, the source first; any number of
            texts. Each file may be packed with gzip, and a zip archive stands for the files in it.
        data: What the visitor chose: encoding, delimiter, header, columns, languages.
        limits: Bytes, rows and columns.
        names: What to call each path in messages, when the visitor knows it by another name.
        tell: Told how much of the files has been read.

    Returns:
        What the kind reads, with notes on every guess and repair.

    Raises:
        ConfigError: What is wrong, naming `data.path` or the field of the choice, with a hint.
        ValueError: An unknown kind, or names that do not match the paths.
    """
    reader = kind_of(kind)
    folders = _label_folders(reader, paths, limits, names)
    if folders is not None:
        meter = Meter(tell, 3 * sum(file.size() for file in folders.files), "Reading the files")
        dataset: DataSet = read_label_folders(folders, data, limits, Reading.of(data, meter))
        meter.end()
        return dataset
    chosen = choose_files(kind, paths, limits, names)
    if not reader.is_tagged:
        refuse_tagged(reader.formats, chosen.files, limits)
    # Every file is read twice: once for how it is written, once for what it says.
    meter = Meter(tell, 2 * sum(file.size() for file in chosen.files), "Reading the file")
    reading = Reading.of(data, meter)
    if chosen.parts:
        parts = {split: [replace(file, reading=reading) for file in group] for split, group in chosen.parts.items()}
        dataset = reader.read_parts(parts, data, limits)
    else:
        dataset = reader.read([replace(file, reading=reading) for file in chosen.files], data, limits)
    meter.end()
    return replace(dataset, notes=(*dataset.notes, *chosen.notes)) if chosen.notes else dataset


def preview(kind: str, paths: Sequence[Path], data: DataConfig, limits: Limits, names: Sequence[str] = ()) -> Preview:
    """Look at the beginning of a visitor's data.

    Arguments as `read_files`; a choice that cannot be is left out here, reading says what is wrong with it.

    Raises:
        ConfigError: Files that are not there, too large, or neither text nor a table.
        ValueError: An unknown kind, or names that do not match the paths.
    """
    reader = kind_of(kind)
    folders = _label_folders(reader, paths, limits, names)
    if folders is not None:
        look = look_at_folders(folders, data, limits)
        files, num_shown = folders.files, len(folders.files)
    else:
        chosen = choose_files(kind, paths, limits, names)
        files = chosen.files
        shown = next(iter(chosen.parts.values())) if chosen.parts else files
        heads = [replace(file, head=HEAD_BYTES, reading=Reading.of(data)) for file in shown]
        if not reader.is_tagged and is_tagged(heads[0], limits):  # reading refuses it
            look = next(other for other in KINDS.values() if other.is_tagged).preview(heads, data, limits)
            look = replace(look, found={name: value for name, value in look.found.items() if name in CHOICES})
        else:
            look = reader.preview(heads, data, limits)
        num_shown = len(heads)
    found = {**_chosen(reader, data), **look.found}
    is_whole = look.is_whole and len(files) == num_shown
    return replace(look, files=tuple(visible(file.name) for file in files), found=found, is_whole=is_whole)


def _chosen(kind: Kind[Any, Any], data: DataConfig) -> dict[str, Any]:
    """The choices that are set, without anything found: one must be able to take them back, whatever the file is."""
    fields = usual_values((*CHOICES, *kind.column_fields))
    return {name: usual for name, usual in fields.items() if getattr(data, name) != usual}


@dataclass(frozen=True)
class Pasted:
    """What was pasted, as a file to keep.

    Attributes:
        name, content: The file.
        understood: What it holds, in words; may hold text from the paste.
        notes: What was guessed, mended or left out.
        dataset: What the reader made of it.
    """

    name: str
    content: bytes
    understood: str
    notes: tuple[str, ...]
    dataset: DataSet


def read_pasted(kind: str, text: str, limits: Limits) -> Pasted:
    """Read what was pasted, a text that is not blank. Raises `ConfigError` where it cannot be used, with the reason."""
    name, kept, note = kind_of(kind).from_paste(text)
    found = read_as_file(kind, name, kept, limits)
    if note is None:
        return found
    notes = (*([note] if note else []), *(n for n in found.notes if not n.startswith("no time column")))
    return replace(found, notes=notes)


def read_as_file(kind: str, name: str, text: str, limits: Limits) -> Pasted:
    """What the reader of files makes of a text that is not stored yet. Raises `ConfigError` as that does."""
    content = text.encode("utf-8", errors="replace")
    with tempfile.TemporaryDirectory(prefix="unroll-") as folder:
        path = Path(folder) / f"0{Path(name).suffix}"
        path.write_bytes(content)
        dataset = read_files(kind, [path], DataConfig(), limits, [name])
    return Pasted(name, content, kind_of(kind).in_words(dataset), dataset.notes, dataset)


@dataclass(frozen=True)
class Chosen:
    """The files that paths stand for, archives replaced by what is read of them; through `check_files`.

    Attributes:
        files: All of them.
        parts: By part, where they divide themselves and the kind can use that.
        notes: What of an archive is left out.
    """

    files: list[InputFile]
    parts: Parts | None
    notes: tuple[str, ...]


def choose_files(kind: str, paths: Sequence[Path], limits: Limits, names: Sequence[str] = ()) -> Chosen:
    """Find the files that are read. Arguments as `read_files`.

    Raises:
        ConfigError: No file, more than are read, a folder without parts, or what cannot be used.
        ValueError: An unknown kind, or names that do not match the paths.
    """
    reader = kind_of(kind)
    named = unpack(_named(reader, paths, names), limits)
    files, notes = choose_members(named, reader.max_files, joins_files=reader.joins_files, has_parts=reader.has_parts)
    parts = _parts(reader, files)
    if parts is None and len(files) > reader.max_files:
        most = "one file" if reader.max_files == 1 else f"at most {reader.max_files:,} files"
        raise path_error(most, f"{len(files):,} files", "Leave out the others.")
    if parts is not None:
        files = [file for group in parts.values() for file in group]
    check_files(reader.formats, files, limits)
    return Chosen(files, parts, notes)


def _named(kind: Kind[Any, Any], paths: Sequence[Path], names: Sequence[str]) -> list[InputFile]:
    """Paths with what messages call them."""
    if names and len(names) != len(paths):
        raise ValueError(f"names must be as many as paths, got {len(names)} and {len(paths)}")
    files = [
        InputFile(Path(path), name) for path, name in zip(paths, names or [str(path) for path in paths], strict=True)
    ]
    if not files:
        raise path_error(kind.formats, "no file", "Choose a file.")
    return files


def _label_folders(
    kind: Kind[Any, Any], paths: Sequence[Path], limits: Limits, names: Sequence[str]
) -> LabelFolders | None:
    """A folder of texts for each label, of a kind that reads those."""
    files = _named(kind, paths, names)
    return find_label_folders(files[0], limits) if kind.reads_folders and len(files) == 1 else None


def _parts(kind: Kind[Any, Any], files: Sequence[InputFile]) -> Parts | None:
    if not kind.has_parts:
        return None
    if len(files) == 1 and not files[0].member and files[0].path.is_dir():
        return folder_parts(files[0].path, files[0].name)
    if len(files) == kind.max_files == 2 and len({Path(file.name).suffix.lower() for file in files}) > 1:
        return None  # train.en and train.fr, or any two parallel files
    return named_parts(files)
