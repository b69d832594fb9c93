"""The bytes of a public set: plain, gzip and zip files, never more of them than a stated size.

Sizes and checksums are checked when a set comes in, but a cache folder can be filled by hand, so that a reader here
still bounds what it unpacks and says which file is not as published.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path

from core.config.errors import ConfigError

MAX_BYTES = 64_000_000  # four times the largest file there is
_BROKEN = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)


def read_plain(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file. Raises `ConfigError` where it is not there, too large, or not in that encoding."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError:
        raise broken(path, "a file that can be read", "none") from None
    return _text(raw, path, MAX_BYTES, encoding)


def read_gzip(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """The UTF-8 text in a gzip file. Raises `ConfigError` where there is none, or it holds more than `max_bytes`."""
    try:
        with gzip.open(path, "rb") as stream:
            raw = stream.read(max_bytes + 1)
    except _BROKEN:
        raise broken(path, "a gzip file", "something else, or a part of one") from None
    return _text(raw, path, max_bytes)


def read_member(path: Path, member: str, max_bytes: int = MAX_BYTES) -> str:
    """The UTF-8 text of one member of a zip file; nothing is unpacked to disk.

    Raises:
        ConfigError: It is not there, no zip file, has no such member, or a larger one than `max_bytes`.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            raw = stream.read(max_bytes + 1)
    except KeyError:
        raise broken(path, f"a zip file with {member} in it", "one without") from None
    except _BROKEN:
        raise broken(path, "a zip file", "something else, or a part of one") from None
    return _text(raw, path, max_bytes)


def lines(text: str) -> list[str]:
    """Its lines without the spaces around them, blank ones left out."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def broken(path: Path, expected: str, received: str) -> ConfigError:
    """The error for a file that is not as it was published."""
    asked = f"{expected} as {path.name} of {path.parent.name}"
    return ConfigError.single("data.id", asked, received, "Delete the file and download the set again.")


def _text(raw: bytes, path: Path, max_bytes: int, encoding: str = "utf-8") -> str:
    if len(raw) > max_bytes:
        raise broken(path, f"at most {max_bytes:,} bytes", "more")
    if not raw:
        raise broken(path, "text", "an empty file")
    try:
        return raw.decode(encoding).replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise broken(path, f"{encoding.upper()} text", "other bytes") from None
