"""What is said of a data set: one `Entry` with its loader and what its content comes from.

That is what its fingerprint is made of: published `File`s, whose facts (size, sha256, address) are rows of
`datasets/files.csv`, a file that ships or a generator of ours (`LoadFrom`), or installed packages. Left out: which
sets there are (the other modules of this package), fetching files (core.data.downloads).
"""

from __future__ import annotations

import csv
import hashlib
import inspect
import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from io import BufferedReader
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from core.config.experiment import DataConfig
from core.data.dataset import DataSet

DATASETS_DIR = Path(__file__).resolve().parents[3] / "datasets"
MADE_HERE, OUR_LICENCE = "Made by Unroll", "Apache-2.0, as Unroll itself"


@dataclass(frozen=True)
class File:
    """One file of a public set.

    Attributes:
        path: Where it lies in the folder of its set, with forward slashes.
        bytes: Its size.
        sha256: Of its content, 64 hexadecimal digits.
        url: Where it is published, https.
    """

    path: str
    bytes: int
    sha256: str
    url: str

    def is_content(self, stream: BufferedReader) -> bool:
        """Whether a stream of the stated size holds the published content."""
        return hashlib.file_digest(stream, "sha256").hexdigest() == self.sha256


def _read_files() -> dict[str, tuple[File, ...]]:
    found: dict[str, list[File]] = {}
    with (DATASETS_DIR / "files.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["id"], []).append(File(row["path"], int(row["bytes"]), row["sha256"], row["url"]))
    return {data_id: tuple(files) for data_id, files in found.items()}


FILES: Mapping[str, tuple[File, ...]] = MappingProxyType(_read_files())
"""The files of each public set, as `datasets/files.csv` has them."""


@dataclass(frozen=True)
class LoadFrom:
    """A loader with what it loads from: a file that ships, or a function that makes the content.

    Nothing else may decide what it gives, because the fingerprint goes by the bytes of `file`.

    Attributes:
        load: From the origin and the data configuration to the data.
        origin: A path, or a function whose module uses none of our other generators.
    """

    load: Callable[[Any, DataConfig], DataSet]
    origin: Path | Callable[..., Any]

    def __call__(self, data: DataConfig) -> DataSet:
        return self.load(self.origin, data)

    @property
    def file(self) -> Path:
        """What ships, or the source of the generator."""
        return self.origin if isinstance(self.origin, Path) else Path(inspect.getfile(self.origin))


@dataclass(frozen=True)
class Entry:
    """One data set.

    Attributes:
        id, kind, title: Its name for the shell, the kind of its data (core.data.kinds), its name for the screen.
        summary: One sentence: what it is.
        source, licence: Where it comes from and on what terms.
        load: From the data configuration to the data; for a public set, from the folder of its files and the
            data configuration. A set that is neither public nor all of installed packages has a `LoadFrom`.
        made: True when a generator of ours wrote it, False for real data.
        depends_on: Installed packages whose version decides the content.
        defaults: Values of data fields, by name without the section.
        unused: Fields of the data section, without its name, that change nothing in this set though others of its kind have
            them.
        language_fields: Fields in which a visitor may choose a language.
        languages: Gives codes and English names of what these fields may say.
        columns: What `data.target_columns` may name where the data is read no further than that; empty where all is read.
        examples: Inputs to try once a network is trained.
        files: What is downloaded, the rows of `datasets/files.csv` where nothing is said; empty for a built-in set.
        shared_with: The public set in whose folder the files lie, when it is another one.
        parser_version: To be raised when `load` changes what it gives from the same content.
        citation: Whom to cite.
        splits: Which parts there are and where they come from, in words.
        items: How many the source says it holds, and of what.
        choices: What else in the data configuration decides the content, and so the fingerprint.
    """

    id: str
    kind: str
    title: str
    summary: str
    source: str
    licence: str
    load: Callable[..., DataSet]
    made: bool = False
    depends_on: tuple[str, ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    language_fields: tuple[str, ...] = ()
    languages: Callable[[], dict[str, str]] = dict
    columns: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    shared_with: str = ""
    parser_version: int = 1
    citation: str = ""
    splits: str = ""
    items: tuple[int | None, str] = (None, "")
    choices: Callable[[DataConfig], Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", self.files or FILES.get(self.folder, ()))
        if not (self.files or self.depends_on or isinstance(self.load, LoadFrom)):
            raise ValueError(f"{self.id}: what decides its content? Give files, depends_on, or a LoadFrom as load.")

    @property
    def source_kind(self) -> Literal["builtin", "catalogue"]:
        """The `data.source` under which it is trained on."""
        return "catalogue" if self.files else "builtin"

    @property
    def folder(self) -> str:
        """Name of the folder of its files in the cache."""
        return self.shared_with or self.id

    @property
    def bytes(self) -> int:
        """Size of all files together."""
        return sum(file.bytes for file in self.files)

    def fingerprint(self, data: DataConfig) -> str:
        """A sha256 that changes when the content does: files, generator or parser, versions and choices."""
        choices = {name: getattr(data, name) for name in self.language_fields}
        if self.choices is not None:
            choices |= self.choices(data)
        content: dict[str, Any] = {"id": self.id, "choices": choices}
        if self.files:
            content |= {"parser": self.parser_version, "files": [[file.path, file.sha256] for file in self.files]}
        else:
            content["loader"] = self.parser_version
            content["versions"] = {package: _version(package) for package in self.depends_on}
            content["files"] = [_sha256(self.load.file)] if isinstance(self.load, LoadFrom) else []
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _version(package: str) -> str:
    return platform.python_version() if package == "python" else version(package)
