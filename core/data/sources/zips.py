"""Files inside a zip archive or a gzip file, read as streams and never written to disk.

Names inside an archive are only ever shown, and every size is bounded before anything is unpacked: by what the
archive's directory says, which `zipfile` holds its members to, and for gzip, which says nothing one can trust, by
counting. Left out: what the members mean (parts.py), archives inside archives, which are refused like any other
foreign format (encodings.py).
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from core.config.errors import ConfigError

# Each member is opened on its own, and opening reads the whole directory: time grows with the square of this.
MAX_MEMBERS = 500
GZIP_MARK = b"\x1f\x8b"
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")

# zipfile reads the whole directory at once, whatever size the file claims for it.
_MAX_DIRECTORY_BYTES = 1 << 20
_CHUNK = 1 << 16
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError, OverflowError,
)  # fmt: skip
# The other methods unpack a few kilobytes to megabytes in one go.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LINK = 0o120000
_KIND = 0o170000
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")


class _LargeDirectory(zipfile.BadZipFile):
    """More names than any archive that is read can have."""


class _ModestReader(io.BufferedReader):
    """A file that refuses reads larger than any that an honest archive of this size causes."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _MAX_DIRECTORY_BYTES:
            raise _LargeDirectory
        return super().read(size)


def zip_members(path: Path, name: str, max_bytes: int) -> list[tuple[str, int]]:
    """The files in an archive, folders and the leftovers of operating systems aside.

    Returns:
        Name and unpacked size in bytes of each, by name, all together at most `max_bytes`.

    Raises:
        ConfigError: Broken, an Office file, encrypted, empty, with too many or too large members, with links, with
            names that climb out of the archive or occur twice, or packed in a rare way.
    """
    with _archive(path, name) as archive:
        listed = archive.infolist()
    # Nothing is written under names that climb, but nobody packs them by accident either.
    names = [info.filename.replace("\\", "/") for info in listed]
    climbs = any(name.startswith("/") or ":" in name[:2] or ".." in name.split("/") for name in names)
    links = any((info.external_attr >> 16) & _KIND == _LINK for info in listed)
    locked = any(info.flag_bits & 0x1 for info in listed)
    rare = any(info.compress_type not in _METHODS for info in listed if not info.is_dir())
    for is_so, expected, received, hint in (
        (any(info.filename in _OFFICE for info in listed), "a zip of text files or tables", "an Office file",
         "Save it as CSV or plain text."),
        (links, "a zip of plain files", "links", "Pack the files that they point to."),
        (climbs, "a zip with plain names", "names that lead out of it", "Pack the files again."),
        (locked, "a zip without a password", "an encrypted file", "Pack the files without a password."),
        (rare, "a zip of the usual kind (deflate)", "another method", "Pack the files again."),
    ):  # fmt: skip
        if is_so:
            raise _refusal(name, expected, received, hint)
    files = [info for info in listed if not info.is_dir() and not _is_leftover(info.filename)]
    doubled = [member for member, count in Counter(info.filename for info in files).items() if count > 1]
    if doubled:
        raise _refusal(name, "every name once", "a file name that occurs twice", "Pack the files again.")
    if len(files) > MAX_MEMBERS:
        raise _refusal(name, f"at most {MAX_MEMBERS:,} files", f"{len(files):,} files", "Join some of them.")
    total = sum(info.file_size for info in files)
    if total > max_bytes:
        hint = "Bring a part of it, or run Unroll yourself with a larger UNROLL_MAX_UPLOAD_BYTES."
        raise _refusal(name, f"at most {max_bytes:,} bytes once unpacked", f"{total:,} bytes", hint)
    if not any(info.file_size for info in files):
        raise _refusal(name, "a zip that holds files", "nothing", "Choose another file.")
    return sorted((info.filename, info.file_size) for info in files if info.file_size)


@contextmanager
def open_member(path: Path, name: str, member: str) -> Iterator[IO[bytes]]:
    """One file of an archive as a stream of at most the size that `zip_members` gave; `ConfigError` also while reading."""
    with _archive(path, name) as archive, archive.open(member) as stream:
        yield stream


@contextmanager
def open_gzip(path: Path, name: str) -> Iterator[IO[bytes]]:
    """The content of a gzip file as a stream; `ConfigError` also while reading."""
    with _explained(name, "gzip file"), gzip.open(path, "rb") as stream:
        yield stream  # type: ignore[misc]


def gzip_size(path: Path, name: str, max_bytes: int) -> int:
    """Unpacked size in bytes, counted; `max_bytes` + 1 for anything above. Raises `ConfigError` for a broken file."""
    total = 0
    with open_gzip(path, name) as stream:
        while total <= max_bytes and (chunk := stream.read(_CHUNK)):
            total += len(chunk)
    return min(total, max_bytes + 1)


@contextmanager
def _archive(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    with _explained(name, "zip archive"), _ModestReader(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
        yield archive


@contextmanager
def _explained(name: str, kind: str) -> Iterator[None]:
    """Errors of the libraries as one that a visitor can act on; theirs speak of offsets and codes."""
    try:
        yield
    except ConfigError:
        raise
    except _LargeDirectory:
        raise _refusal(name, f"at most {MAX_MEMBERS:,} files", "a zip of many more", "Join some of them.") from None
    except _BROKEN:
        raise _refusal(
            name, f"a whole {kind}", "one that is broken", "Pack it again, or bring the file in it."
        ) from None


def _refusal(name: str, expected: str, received: str, hint: str) -> ConfigError:
    return ConfigError.single("data.path", expected, f"{name!r}, {received}", hint)


def _is_leftover(member: str) -> bool:
    parts = PurePosixPath(member).parts
    return "__MACOSX" in parts or not parts or parts[-1].startswith(".")
