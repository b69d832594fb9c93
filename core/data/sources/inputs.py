"""What a visitor named: is it there, is it small enough, is it of a kind that is read, is it packed?

Sizes are checked before a byte is read and nothing is unpickled or evaluated; a zip archive becomes the files that it
holds, a gzip file its content, both as streams. Also the few words that every message about a file shares.
"""

from __future__ import annotations

import io
import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits
from core.config.words import plural as plural  # readers take it from here
from core.data.sources.reading import Reading
from core.data.sources.zips import GZIP_MARK, ZIP_MARKS, gzip_size, open_gzip, open_member, zip_members

_OFFICE = "Open it in the program that made it and save it as CSV or plain text."
_PACKED = "Unpack it first."
_EXPORT = "Export its content as text first."
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_SIGNATURES = (
    (b"%PDF", "a PDF", _EXPORT),
    (b"PK\x03\x04", "a zip archive or an Office file in an archive", _PACKED),
    (b"PK\x05\x06", "an empty zip archive", _PACKED),
    (b"\xd0\xcf\x11\xe0", "an Office file", _OFFICE),
    (b"{\\rtf", "an RTF document", _OFFICE),
    (b"\x1f\x8b", "a gzip file", _PACKED),
    (b"BZh", "a bzip2 file", _PACKED),
    (b"\xfd7zXZ", "an xz file", _PACKED),
    (b"7z\xbc\xaf", "a 7-Zip file", _PACKED),
    (b"Rar!", "a RAR file", _PACKED),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", _PACKED),
    (b"SQLite format 3", "an SQLite database", _EXPORT),
    (b"\x89HDF", "an HDF5 file", _EXPORT),
    (b"\x93NUMPY", "a NumPy file", _EXPORT),
    (b"ARROW1", "an Arrow file", "Save it as Parquet or CSV."),
    *((mark, "a picture", "A picture holds no data that can be read here.") for mark in _PICTURES),
)
_EXTENSIONS = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods", ".doc", ".docx", ".odt", ".rtf", ".ppt", ".pptx"), _OFFICE),
    **dict.fromkeys((".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst"), _PACKED),
    **dict.fromkeys((".pdf", ".pkl", ".pickle", ".npy", ".npz", ".h5", ".hdf5", ".db", ".sqlite", ".mat"), _EXPORT),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp3", ".wav", ".mp4", ".exe"), _EXPORT),
}


# Pieces are small enough to stay in a processor's cache while they are decoded and cleaned.
_PIECE = 1 << 18
_GZIP_SIZE_BYTES = 4


@dataclass(frozen=True)
class InputFile:
    """A file to read and what to call it in messages (an upload lies under another name than the visitor's).

    Attributes:
        path: Where it lies; for a file in a zip archive, where the archive does.
        name: What its owner calls it.
        member: Its name in the archive, "" for a file of its own.
        member_bytes: Its unpacked size.
        reading: What the visitor chose about how it is read, and who counts what is.
        head: Bytes of the beginning that are read for a look at it; 0 for all.
    """

    path: Path
    name: str
    member: str = ""
    member_bytes: int = 0
    reading: Reading = field(default_factory=Reading)
    head: int = 0

    @property
    def extension(self) -> str:
        """Lower case with its dot, "" when there is none; that of the content for a packed file."""
        if self.member:
            return PurePosixPath(self.member).suffix.lower()
        if self.is_gzip():
            return Path(self.name[:-3] if self.name.lower().endswith(".gz") else self.name).suffix.lower()
        return self.path.suffix.lower()

    def is_gzip(self) -> bool:
        """Whether a file of its own is packed with gzip; one in an archive stays packed."""
        return not self.member and _begins_with(self.path, GZIP_MARK)

    def is_zip(self) -> bool:
        """Whether a file of its own is a zip archive."""
        return not self.member and self.path.is_file() and any(_begins_with(self.path, mark) for mark in ZIP_MARKS)

    def open(self) -> AbstractContextManager[IO[bytes]]:
        """The content, unpacked while it is read. Raises `ConfigError` for a broken archive, also while reading."""
        if self.member:
            return open_member(self.path, shorten(self.name), self.member)
        return open_gzip(self.path, shorten(self.name)) if self.is_gzip() else self.path.open("rb")

    def pieces(self, limits: Limits) -> Iterator[bytes]:
        """The content piece by piece, at most `limits.max_upload_bytes`, even if the file grows meanwhile.

        Raises:
            ConfigError: More than that, or a broken archive.
        """
        total = 0
        with self.open() as stream:
            while chunk := stream.read(min(_PIECE, self.head - total) if self.head else _PIECE):
                total += len(chunk)
                if total > limits.max_upload_bytes:
                    raise ConfigError([_too_large(total, limits)])
                self.reading.count(len(chunk))
                yield chunk

    def is_cut(self) -> bool:
        """Whether there is more of the file than `head` lets see."""
        return self.head > 0 and len(self.start(self.head + 1)) > self.head

    def start(self, num_bytes: int) -> bytes:
        """The first bytes of the content. Raises as `open` does."""
        with self.open() as stream:
            return stream.read(num_bytes)

    def size(self) -> int:
        """Bytes once unpacked, for a count of what is read; what a gzip file says of itself may be wrong."""
        if self.member:
            return self.member_bytes
        size = self.path.stat().st_size
        if size < _GZIP_SIZE_BYTES or not self.is_gzip():
            return size
        with self.path.open("rb") as stream:
            stream.seek(-_GZIP_SIZE_BYTES, os.SEEK_END)
            return max(size, int.from_bytes(stream.read(), "little"))

    def seekable(self, limits: Limits) -> Path | IO[bytes]:
        """The content for a reader that jumps about in it: packed files are unpacked into memory."""
        if not self.member and not self.is_gzip():
            return self.path
        content = io.BytesIO()
        content.writelines(replace(self, head=0).pieces(limits))
        content.seek(0)
        return content


def _begins_with(path: Path, mark: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(mark)) == mark


def unpack(files: Sequence[InputFile], limits: Limits) -> list[InputFile]:
    """The same files, with every zip archive among them replaced by the files that it holds.

    Raises:
        ConfigError: An archive that is too large, or that `zip_members` refuses.
    """
    found: list[InputFile] = []
    for file in files:
        try:
            is_zip = file.is_zip()
        except (OSError, ValueError):  # check_files says what is wrong with it
            is_zip = False
        if not is_zip:
            found.append(file)
            continue
        size = file.path.stat().st_size
        if size > limits.max_upload_bytes:
            raise ConfigError([_too_large(size, limits)])
        for member, num_bytes in zip_members(file.path, shorten(file.name), limits.max_upload_bytes):
            found.append(replace(file, name=visible(PurePosixPath(member).name), member=member, member_bytes=num_bytes))
    return found


def visible(name: str) -> str:
    """A stranger's file name for the screen: without characters that control or turn the text."""
    return shorten("".join(char for char in name if unicodedata.category(char)[0] != "C").strip()) or "file"


def listing(names: Sequence[str], most: int = 8) -> str:
    """Names in a row for a message, the later ones only counted."""
    shown = ", ".join(repr(shorten(name, 40)) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def shorten(text: str, length: int = 80) -> str:
    """The beginning of a visitor's text, for a message."""
    return text if len(text) <= length else text[: length - 3] + "..."


def path_error(expected: str, received: str, hint: str, sentence: str = "") -> ConfigError:
    """A `ConfigError` about the file itself. Arguments as `Problem`."""
    return ConfigError.single("data.path", expected, received, hint, sentence)


def unknown_columns(asked: Mapping[str, str | None], names: Sequence[str]) -> list[Problem]:
    """A problem for each field of the data section that names none of the columns."""
    return [
        Problem(f"data.{field}", f"one of {listing(names)}", repr(shorten(name)), "Choose one of these columns.")
        for field, name in asked.items()
        if name is not None and name not in names
    ]


def check_files(formats: str, files: Sequence[InputFile], limits: Limits) -> None:
    """Refuse what cannot be read before reading it.

    Raises:
        ConfigError: Every file that is missing, a folder, no regular file, unreadable, empty, or of a kind that is not
            read; and a total above `limits.max_upload_bytes`.
    """
    problems: list[Problem] = []
    total = 0
    for file in files:
        size, problem = _inspect(formats, file, limits)
        total += size
        if problem:
            problems.append(problem)
    if total > limits.max_upload_bytes:
        problems.append(_too_large(total, limits))
    if problems:
        raise ConfigError(problems)


def _inspect(formats: str, file: InputFile, limits: Limits) -> tuple[int, Problem | None]:
    """Size in bytes of one file, and what is wrong with it."""

    def problem(expected: str, received: str, hint: str) -> Problem:
        return Problem("data.path", expected, f"{shorten(file.name)!r}, {received}", hint)

    try:
        status = file.path.stat()
        if stat.S_ISDIR(status.st_mode):
            return 0, problem("a file", "a folder", "Name the file in it.")
        if not stat.S_ISREG(status.st_mode):
            return 0, problem("a regular file", "a device or a pipe", "Write its content to a file first.")
        if status.st_size == 0:
            return 0, problem("a file with content", "which is empty", "Choose a file that holds data.")
        if status.st_size > limits.max_upload_bytes:
            return status.st_size, None  # the total says so
        start = file.start(16)
        size = _content_size(file, status.st_size, limits)
    except ConfigError as error:
        return 0, error.problems[0]
    except FileNotFoundError:
        return 0, problem("a file that exists", "which does not", "Check the spelling of the path.")
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "not a path"
        return 0, problem("a file that can be read", reason, "Check the path and the permissions.")
    for signature, kind, hint in _SIGNATURES:
        if start.startswith(signature):
            return size, problem(formats, kind, hint)
    if file.extension in _EXTENSIONS:
        return size, problem(formats, f"a {file.extension} file", _EXTENSIONS[file.extension])
    return size, None


def _content_size(file: InputFile, packed: int, limits: Limits) -> int:
    """Bytes once unpacked; one more than is allowed for a gzip file that holds more than that."""
    if file.member:
        return file.member_bytes
    return gzip_size(file.path, shorten(file.name), limits.max_upload_bytes) if file.is_gzip() else packed


def _too_large(size: int, limits: Limits) -> Problem:
    return Problem(
        "data.path",
        f"at most {limits.max_upload_bytes:,} bytes",
        f"{size:,} bytes",
        "Bring a part of it, or run Unroll yourself with a larger UNROLL_MAX_UPLOAD_BYTES.",
    )
