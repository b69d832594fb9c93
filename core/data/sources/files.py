"""The one reader of a visitor's own data, behind `--data PATH` in the shell and the page's uploader.

`read_files` looks at what was named (a file, two parallel files, several texts, a folder or a zip archive that may
divide itself) and hands it to the reader of the task. Whatever goes wrong is a `ConfigError` that says what to do.
Left out: storing uploads (uploads.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import DataSet
from core.data.progress import Meter, Tell, quiet
from core.data.sources.conll import read_tagged, read_tagged_parts
from core.data.sources.inputs import FORMATS, InputFile, check_files, path_error, unpack
from core.data.sources.label_folders import find_label_folders, read_label_folders
from core.data.sources.labelled_files import read_labelled, read_labelled_parts
from core.data.sources.pair_files import read_pair_parts, read_pairs
from core.data.sources.parts import Parts, choose_members, folder_parts, named_parts
from core.data.sources.reading import Reading
from core.data.sources.series_files import read_series
from core.data.sources.tagged import refuse_tagged
from core.data.sources.text_files import read_one_text, read_text_parts

_MAX_FILES = {"forecasting": 1, "generation": 1_000, "sentiment": 1, "translation": 2, "tagging": 1}


def read_files(
    task: str,
    paths: Sequence[Path],
    data: DataConfig,
    limits: Limits,
    names: Sequence[str] = (),
    tell: Tell = quiet,
) -> DataSet:
    """Read a visitor's data for a task.

    Args:
        task: forecasting, generation, sentiment, translation or tagging.
        paths: One file; a folder with `train.*`, `valid.*`, `test.*` (not for forecasting); a folder with a folder of
            texts for each label, for sentiment; two parallel files for translation, the source first; any number of
            texts for generation. Each file may be packed with gzip, and a
            zip archive stands for the files in it.
        data: What the visitor chose: encoding, delimiter, header, columns, languages.
        limits: Bytes, rows and columns.
        names: What to call each path in messages, when the visitor knows it by another name.
        tell: Told how much of the files has been read.

    Returns:
        A `SeriesSet`, `TextSet`, `LabelledSet`, `PairSet` or `TaggedSet` with notes on every guess and repair.

    Raises:
        ConfigError: What is wrong, naming `data.path` or the field of the choice, with a hint.
        ValueError: An unknown task, or names that do not match the paths.
    """
    folders = find_label_folders(task, name_files(task, paths, names), limits)
    if folders is not None:
        meter = Meter(tell, 3 * sum(file.size() for file in folders.files), "Reading the files")
        dataset: DataSet = read_label_folders(folders, data, limits, Reading.of(data, meter))
        meter.end()
        return dataset
    members, left_out = find_files(task, paths, limits, names)
    parts = find_parts(task, members)
    files = [file for group in parts.values() for file in group] if parts else members
    check_files(task, files, limits)
    refuse_tagged(task, files, limits)
    # Every file is read twice: once for how it is written, once for what it says.
    meter = Meter(tell, 2 * sum(file.size() for file in files), "Reading the file")
    reading = Reading.of(data, meter)
    if parts:
        parts = {split: [replace(file, reading=reading) for file in group] for split, group in parts.items()}
        dataset = _read_parts(task, parts, data, limits)
    else:
        dataset = _read(task, [replace(file, reading=reading) for file in files], data, limits)
    meter.end()
    return replace(dataset, notes=(*dataset.notes, *left_out)) if left_out else dataset


def find_files(
    task: str, paths: Sequence[Path], limits: Limits, names: Sequence[str] = ()
) -> tuple[list[InputFile], tuple[str, ...]]:
    """The files that paths stand for, archives replaced by what a task reads of them.

    Returns:
        files: Not yet through `check_files`.
        notes: What of an archive is left out.

    Raises:
        ConfigError: No file, or an archive that cannot be used.
        ValueError: An unknown task, or names that do not match the paths.
    """
    return choose_members(task, unpack(name_files(task, paths, names), limits))


def name_files(task: str, paths: Sequence[Path], names: Sequence[str] = ()) -> list[InputFile]:
    """Paths with what messages call them.

    Raises:
        ConfigError: No file.
        ValueError: An unknown task, or names that do not match the paths.
    """
    if task not in FORMATS:
        raise ValueError(f"task must be one of {', '.join(FORMATS)}, got {task!r}")
    if names and len(names) != len(paths):
        raise ValueError(f"names must be as many as paths, got {len(names)} and {len(paths)}")
    files = [
        InputFile(Path(path), name) for path, name in zip(paths, names or [str(path) for path in paths], strict=True)
    ]
    if not files:
        raise path_error(FORMATS[task], "no file", "Choose a file.")
    return files


def find_parts(task: str, files: Sequence[InputFile]) -> Parts | None:
    """Parts, when the files or the folder divide themselves and the task can use that; None otherwise.

    Raises:
        ConfigError: A folder without parts, or more files than the task reads.
    """
    parts = _parts(task, files)
    if parts is None and len(files) > _MAX_FILES[task]:
        raise path_error(
            "one file" if _MAX_FILES[task] == 1 else f"at most {_MAX_FILES[task]:,} files",
            f"{len(files):,} files",
            "Leave out the others.",
        )
    return parts


def _read(task: str, files: Sequence[InputFile], data: DataConfig, limits: Limits) -> DataSet:
    if task == "forecasting":
        return read_series(files[0], data, limits)
    if task == "generation":
        return read_one_text(files, data, limits)
    if task == "sentiment":
        return read_labelled(files[0], data, limits)
    if task == "tagging":
        return read_tagged(files[0], data, limits)
    return read_pairs(files, data, limits)


def _parts(task: str, files: Sequence[InputFile]) -> Parts | None:
    if task == "forecasting":
        return None
    if len(files) == 1 and not files[0].member and files[0].path.is_dir():
        return folder_parts(files[0].path, files[0].name)
    if task == "translation" and len({Path(file.name).suffix.lower() for file in files}) > 1 and len(files) == 2:
        return None  # train.en and train.fr, or any two parallel files
    return named_parts(files)


def _read_parts(task: str, parts: Parts, data: DataConfig, limits: Limits) -> DataSet:
    if task == "generation":
        return read_text_parts(parts, data, limits)
    if task == "sentiment":
        return read_labelled_parts(parts, data, limits)
    if task == "translation":
        return read_pair_parts(parts, data, limits)
    return read_tagged_parts(parts, data, limits)
