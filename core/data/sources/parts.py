"""Files that divide themselves: `train.*`, `valid.*`, `test.*` in a folder or an archive, or uploads of those names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from core.config.errors import ConfigError
from core.data.dataset import SPLITS
from core.data.sources.inputs import InputFile, listing, path_error, plural, shorten

SPLIT_NAMES = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing"),
}
_MAX_ENTRIES = 1_000
MAX_FILES = 200_000
_MAX_DEPTH = 5  # folders in each other
TABLES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".json")
_DESCRIBES = re.compile(r"(readme|licen[cs]e|copying|notice|citation|changelog|about)\b", re.IGNORECASE)

Parts = dict[str, list[InputFile]]


def split_of(name: str) -> str | None:
    """The part that a file name stands for: "dev.tsv" is validation."""
    stem = Path(name).name.lower().split(".")[0]
    return next((split for split, names in SPLIT_NAMES.items() if stem in names), None)


def folder_files(folder: Path) -> list[Path]:
    """The files that a folder stands for: its own where one is called by a part, else also those in its folders.

    By name; nothing hidden, no links among those below. Raises `ConfigError` where there are more than `MAX_FILES`.
    """
    own = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if any(split_of(path.name) for path in own):
        return own
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        depth = len(Path(root).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if depth < _MAX_DEPTH else []
        places = (Path(root) / name for name in sorted(names) if not name.startswith("."))
        found.extend(place for place in places if place.is_file() and not place.is_symlink())
        if len(found) > MAX_FILES:
            raise path_error(f"a folder of at most {MAX_FILES:,} files", "one of more", "Bring a part of it.")
    return found


def folder_parts(folder: Path, name: str) -> Parts:
    """The files of a folder by part, in the order of their names.

    Raises:
        ConfigError: No `train.*` in it, or a folder that cannot be listed.
    """
    try:
        found = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise path_error("a folder that can be listed", repr(shorten(name)), str(error.strerror)) from None
    if len(found) > _MAX_ENTRIES:
        raise path_error(f"a folder of at most {_MAX_ENTRIES:,} files", f"{len(found):,}", "Name the file in it.")
    parts = _group([InputFile(path, path.name) for path in found])
    if "train" not in parts:
        names = [path.name for path in found]
        inner = sorted(f"{path.name}/" for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        raise path_error(
            "a folder with train.*, and valid.* and test.* if there are any"
            ", or, of texts to classify, with a folder for each label",
            listing([*names, *inner]) if names or inner else "an empty folder",
            "Rename the files, or name one file instead of the folder.",
        )
    return parts


def named_parts(files: Sequence[InputFile]) -> Parts | None:
    """Parts when every one of several files is named after a part and one is the training set; else None."""
    if len(files) < 2 or not all(split_of(file.name) for file in files):
        return None
    parts = _group(files)
    return parts if "train" in parts and len(parts) > 1 else None


def choose_members(
    files: Sequence[InputFile], max_files: int, *, joins_files: bool, has_parts: bool
) -> tuple[list[InputFile], tuple[str, ...]]:
    """What is read of the files in archives: parts, else tables or texts, and not what only describes them.

    Returns:
        files: Those that the visitor named one by one, and the chosen members.
        notes: Which members were left out.

    Raises:
        ConfigError: Several members where one is read, and no telling which.
    """
    members = [file for file in files if file.member]
    if not members:
        return list(files), ()
    chosen = [file for file in members if split_of(file.name)]
    if not has_parts or len({split_of(file.name) for file in chosen}) < 2 or named_parts(chosen) is None:
        chosen = [file for file in members if not _DESCRIBES.match(file.name)] or members
        tables = [file for file in chosen if file.extension in TABLES]
        if not joins_files and len(files) == len(members) and tables:
            chosen = tables
        most = len(members) if joins_files else max_files
        if len(chosen) > most:
            raise path_error(
                f"an archive with {'one file' if most == 1 else 'one table or two texts'} or train.* and test.*",
                listing([file.name for file in chosen]),
                "Pack only what is to be read.",
            )
    kept = [file for file in files if not file.member or file in chosen]
    left_out = [file.name for file in members if file not in chosen]
    return kept, ((f"left out of the archive: {listing(left_out)}",) if left_out else ())


def one_each(parts: Parts) -> dict[str, InputFile]:
    """The single file of every part.

    Raises:
        ConfigError: A part with several files, between which there is no way to choose.
    """
    doubled = [file.name for files in parts.values() if len(files) > 1 for file in files]
    if doubled:
        raise path_error("one file for each part", listing(doubled), "Leave one train.*, one valid.* and one test.*.")
    return {split: files[0] for split, files in parts.items()}


def training_shares(shares: tuple[float, float, float]) -> tuple[float, float, float]:
    """How to cut a validation set off the training set when only the test set comes by itself."""
    whole = shares[0] + shares[1]
    if shares[0] <= 0 or shares[1] <= 0:
        raise ConfigError.single(
            "data.split", "training and validation above 0", repr(shares), "For example [0.8, 0.1, 0.1]."
        )
    return shares[0] / whole, shares[1] / whole, 0.0


def with_validation(
    rows: dict[str, tuple[int, ...]],
    divide: Callable[[tuple[int, ...]], Mapping[str, Sequence[int]]],
    noun: str,
    notes: list[str],
) -> dict[str, tuple[int, ...]]:
    """Rows by part, with a note where validation is taken off training; nothing where there is one part alone.

    `divide` gives places among the rows of training for "train" and "validation"; a row is called by the noun.
    """
    if len(rows) == 1 or "validation" in rows:
        return rows if len(rows) > 1 else {}
    train = rows["train"]
    held = {name: tuple(train[place] for place in places) for name, places in divide(train).items()}
    notes.append(f"no validation file: {plural(len(held['validation']), noun)} of training are used")
    return rows | {name: held[name] for name in ("validation", "train")}


def _group(files: Sequence[InputFile]) -> Parts:
    parts: Parts = {}
    for split in SPLITS:
        members = [file for file in files if split_of(file.name) == split]
        if members:
            parts[split] = members
    return parts
