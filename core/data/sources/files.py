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
from core.data.sources.conll import read_tagged, read_tagged_parts
from core.data.sources.inputs import FORMATS, InputFile, check_files, path_error, unpack
from core.data.sources.labelled_files import read_labelled, read_labelled_parts
from core.data.sources.pair_files import read_pair_parts, read_pairs
from core.data.sources.parts import Parts, choose_members, folder_parts, named_parts
from core.data.sources.series_files import read_series
from core.data.sources.tables import read_table
from core.data.sources.text_files import read_one_text, read_text_parts

_MAX_FILES = {"forecasting": 1, "generation": 1_000, "sentiment": 1, "translation": 2, "tagging": 1}


def read_files(
    task: str, paths: Sequence[Path], data: DataConfig, limits: Limits, names: Sequence[str] = ()
) -> DataSet:
    """Read a visitor's data for a task.

    Args:
        task: forecasting, generation, sentiment, translation or tagging.
        paths: One file; a folder with `train.*`, `valid.*`, `test.*` (not for forecasting); two parallel files for
            translation, the source first; any number of texts for generation. Each file may be packed with gzip, and a
            zip archive stands for the files in it.
        data: The columns and languages that the visitor chose.
        limits: Bytes, rows and columns.
        names: What to call each path in messages, when the visitor knows it by another name.

    Returns:
        A `SeriesSet`, `TextSet`, `LabelledSet`, `PairSet` or `TaggedSet` with notes on every guess and repair.

    Raises:
        ConfigError: What is wrong, naming `data.path` or the column field, with a hint.
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
    files, left_out = choose_members(task, unpack(files, limits))
    dataset = _read(task, files, data, limits)
    return replace(dataset, notes=(*dataset.notes, *left_out)) if left_out else dataset


def _read(task: str, files: Sequence[InputFile], data: DataConfig, limits: Limits) -> DataSet:
    parts = _find_parts(task, files)
    if parts is not None:
        check_files(task, [file for members in parts.values() for file in members], limits)
        return _read_parts(task, parts, data, limits)
    if len(files) > _MAX_FILES[task]:
        raise path_error(
            "one file" if _MAX_FILES[task] == 1 else f"at most {_MAX_FILES[task]:,} files",
            f"{len(files):,} files",
            "Leave out the others.",
        )
    check_files(task, files, limits)
    if task == "forecasting":
        return read_series(files[0], data, limits)
    if task == "generation":
        return read_one_text(files, data, limits)
    if task == "sentiment":
        return read_labelled(files[0], data, limits)
    if task == "tagging":
        return read_tagged(files[0], data, limits)
    return read_pairs(files, data, limits)


def columns_of(path: Path, limits: Limits) -> list[str]:
    """The names of a table's columns, for the boxes in which a visitor chooses among them.

    Columns of a table without a header are called "column 1", "column 2" ...

    Raises:
        ConfigError: The file is no table.
    """
    files, _ = choose_members("sentiment", unpack([InputFile(Path(path), Path(path).name)], limits))
    check_files("sentiment", files, limits)
    return [str(name) for name in read_table(files[0], limits).frame.columns]


def _find_parts(task: str, files: Sequence[InputFile]) -> Parts | None:
    """Parts, when the files or the folder divide themselves and the task can use that."""
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
