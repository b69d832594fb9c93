"""What core/data asks of a kind of data: from which files it is read, what is drawn of it, and how it becomes numbers.

One module of this package a kind; `KINDS` in the package lists them. A kind knows nothing of the tasks that read it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.look import Look
from core.data.progress import ProgressCallback
from core.data.sources.inputs import InputFile
from core.data.sources.parts import Parts
from core.data.sources.preview import Preview, look_at_table
from core.data.sources.tables import Table, read_table

Content = TypeVar("Content")
Numbers = TypeVar("Numbers")
Shares = tuple[float, float, float]


class Kind(ABC, Generic[Content, Numbers]):
    """One kind of data; `Content` is what is read of it, `Numbers` what is prepared.

    Attributes:
        name: Its name in the catalogue and in the description of a task.
        formats: What it is read from, in words, for messages.
        content, numbers: The classes of what is read and of what is prepared.
        column_fields: Fields of the data section that name columns, or say how these are read.
        max_files: Files that are read beside each other; of pairs one, or two that are parallel.
        joins_files: Whether any number of files is read as one, and every file of an archive is.
        has_parts: Whether files called `train.*`, `valid.*` and `test.*` are the parts.
        reads_folders: Whether a folder for each label is read, too (sources/label_folders.py).
        is_tagged: Whether it is read from files with a word and its tag a line, which all others refuse.
        is_kept: Whether preparing takes long enough to keep what is prepared.
        pasted_name: What a pasted text is called, with the ending that says how it is read.
    """

    name: ClassVar[str]
    formats: ClassVar[str]
    content: ClassVar[type]
    numbers: ClassVar[type]
    column_fields: ClassVar[tuple[str, ...]] = ()
    max_files: ClassVar[int] = 1
    joins_files: ClassVar[bool] = False
    has_parts: ClassVar[bool] = True
    reads_folders: ClassVar[bool] = False
    is_tagged: ClassVar[bool] = False
    is_kept: ClassVar[bool] = True
    pasted_name: ClassVar[str] = "pasted table.csv"

    def read(self, files: Sequence[InputFile], data: DataConfig, limits: Limits) -> Content:
        """Read one file, or the files that are read beside each other. Otherwise as `read_parts`."""
        return self.read_parts({"train": list(files)}, data, limits)

    def read_parts(self, parts: Parts, data: DataConfig, limits: Limits) -> Content:
        """Read the files of each part, already through `check_files`; only where `has_parts`.

        Raises:
            ConfigError: They cannot be used, with the reason.
        """
        raise NotImplementedError

    @abstractmethod
    def prepare(self, content: Content, fingerprint: str, data: DataConfig, tell: ProgressCallback) -> Numbers:
        """Divide it, and make it numbers that are ready for training.

        Args:
            content: What was read.
            fingerprint: sha256 of it.
            data: The data section.
            tell: Told how far it is.

        Raises:
            ConfigError: It cannot be divided or used.
        """

    @abstractmethod
    def look(self, content: Content, split: Shares) -> Look:
        """A little of what was read, from everywhere in it, without its notes; shares are those of the parts."""

    @abstractmethod
    def look_inside(self, numbers: Numbers) -> Look:
        """A little of the training set; of series all parts."""

    @abstractmethod
    def count(self, content: Content) -> tuple[int, str]:
        """How many items there are, and of what, in the plural."""

    @abstractmethod
    def in_words(self, content: Content) -> str:
        """What was understood of a paste, in one line; may hold text from it."""

    def from_paste(self, text: str) -> tuple[str, str, str | None]:
        """Name and content of the file that a pasted text is kept as; of plain numbers a note on how they were read, or "".

        Raises:
            ConfigError: Too little of it.
        """
        return self.pasted_name, text, None

    def preview(self, heads: Sequence[InputFile], data: DataConfig, limits: Limits) -> Preview:
        """Look at the beginning of files: a table, or a text where it cannot be read as one."""
        return look_at_table(heads[0], data, limits, self)

    def named_columns(self, data: DataConfig) -> list[str]:
        """The columns that the visitor named, which decide whether there is a header as they do when reading."""
        return [value for name in self.column_fields if (value := getattr(data, name))]

    def read_table(self, file: InputFile, data: DataConfig, limits: Limits) -> Table:
        """A file as a table, as reading takes it."""
        return read_table(file, limits, self.named_columns(data))

    def find_columns(self, table: Table, data: DataConfig) -> Mapping[str, Any]:
        """What reading takes the columns for, by data field. Raises `ConfigError` where it refuses them."""
        return {}
