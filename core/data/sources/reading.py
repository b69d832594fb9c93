"""How a file is to be read, and how far that is: the visitor's choices and a count of bytes travel with each file.

A choice comes before what would be found, and one that means nothing for a file is an error that says to leave it out.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig
from core.data.progress import Meter

Choice = Literal["encoding", "delimiter", "header"]
CHOICES: tuple[Choice, ...] = ("encoding", "delimiter", "header")

DELIMITERS: Mapping[str, str] = MappingProxyType({"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"})
"""The choices of `data.delimiter` and what they stand for."""


_LUMP = 16_000_000  # bytes


@dataclass(frozen=True)
class Reading:
    """What the visitor chose about how a file is read; None where it is to be found.

    Attributes:
        encoding: A text encoding that Python knows, by any of its names.
        delimiter: comma, semicolon, tab or bar.
        header: Whether the first line names the columns.
        meter: Counts what is read of the file.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    meter: Meter | None = None

    @classmethod
    def of(cls, data: DataConfig, meter: Meter | None = None) -> Reading:
        """The choices of a data section."""
        return cls(data.encoding, data.delimiter, data.header, meter)

    def without(self, *names: Choice) -> Reading:
        """The same with some choices taken back."""
        return replace(self, **dict.fromkeys(names))

    def count(self, num_bytes: int) -> None:
        """Tell the meter, if there is one."""
        if self.meter is not None:
            self.meter.add(num_bytes)

    def refuse(self, kind: str, *names: Choice) -> None:
        """Refuse what is chosen and means nothing for a kind of file, such as "a Parquet file". Raises `ConfigError`."""
        problems = [
            Problem(
                f"data.{name}", f"nothing for {kind}, which has no {name}", in_words(value), f"Leave data.{name} out."
            )
            for name in names
            if (value := getattr(self, name)) is not None
        ]
        if problems:
            raise ConfigError(problems)


def give_back() -> None:
    """Hand what tables have freed to the system: Arrow and glibc would keep all of it for the next table."""
    if pyarrow := sys.modules.get("pyarrow"):
        pyarrow.default_memory_pool().release_unused()
    if sys.platform.startswith("linux") and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)


class Freed:
    """Counts what goes of a table and gives it back in lumps: once a column would cost more than it gains."""

    def __init__(self) -> None:
        self._num_bytes = 0

    def add(self, num_bytes: int) -> None:
        """So many more have been freed."""
        self._num_bytes += num_bytes
        if self._num_bytes > _LUMP:
            give_back()
            self._num_bytes = 0


def in_words(value: str | bool | None) -> str:
    """A choice as a visitor writes it."""
    return str(value).lower() if isinstance(value, bool) else repr(value)
