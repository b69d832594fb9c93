"""The one reader of a visitor's own data, behind `--data PATH` in the shell and the page's uploader.

`read_files` looks at what was named (a file, two parallel files, several texts, a folder that divides itself) and
hands it to the reader of the task. Whatever goes wrong is a `ConfigError` that says what to do. Left out: storing
uploads (uploads.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.config.errors import ConfigError
from core.config.experiment import TASKS, DataConfig
from core.config.limits import Limits
from core.data.dataset import DataSet
from core.data.sources.encodings import FORMATS, InputFile, check_files, path_error
from core.data.sources.labelled_files import read_labelled, read_labelled_parts
from core.data.sources.pair_files import read_pair_parts, read_pairs
from core.data.sources.parts import Parts, folder_parts, named_parts
from core.data.sources.series_files import read_series
from core.data.sources.tables import read_table
from core.data.sources.text_files import read_one_text, read_text_parts

_MAX_FILES = {"forecasting": 1, "generation": 1_000, "sentiment": 1, "translation": 2}


def read_files(
    task: str, paths: Sequence[Path], data: DataConfig, limits: Limits, names: Sequence[str] = ()
) -> DataSet:
    """Read a visitor's data for a task.

    Args:
        task: forecasting, generation, sentiment or translation.
        paths: One file; a folder with `train.*`, `valid.*`, `test.*` (not for forecasting); two parallel files for
            translation, the source first; any number of texts for generation.
        data: The columns and languages that the visitor chose.
        limits: Bytes, rows and columns.
        names: What to call each path in messages, when the visitor knows it by another name.

    Returns:
        A `SeriesSet`, `TextSet`, `LabelledSet` or `PairSet` with notes on every guess and repair.

    Raises:
        ConfigError: What is wrong, naming `data.path` or the column field, with a hint.
        ValueError: An unknown task, or names that do not match the paths.
    """
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {task!r}")
    if names and len(names) != len(paths):
        raise ValueError(f"names must be as many as paths, got {len(names)} and {len(paths)}")
    files = [
        InputFile(Path(path), name) for path, name in zip(paths, names or [str(path) for path in paths], strict=True)
    ]
    if not files:
        raise path_error(FORMATS[task], "no file", "Choose a file.")
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
        return read_one_text(files, limits)
    if task == "sentiment":
        return read_labelled(files[0], data, limits)
    return read_pairs(files, data, limits)


def columns_of(path: Path, limits: Limits) -> list[str]:
    """The names of a table's columns, for the boxes in which a visitor chooses among them.

    Columns of a table without a header are called "column 1", "column 2" ...

    Raises:
        ConfigError: The file is no table.
    """
    file = InputFile(Path(path), Path(path).name)
    check_files("sentiment", [file], limits)
    return [str(name) for name in read_table(file, limits).frame.columns]


def _find_parts(task: str, files: Sequence[InputFile]) -> Parts | None:
    """Parts, when the files or the folder divide themselves and the task can use that."""
    if task == "forecasting":
        return None
    if len(files) == 1 and files[0].path.is_dir():
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
    raise ConfigError.single("data.path", "one file", "several parts", "data.split divides a series.")
