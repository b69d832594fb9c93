"""Small files that several processes share: JSON replaced whole, JSON lines appended one at a time, locks.

A reader never meets half a JSON file, and of a file of lines it ignores a last line that is still being written.
Numbers that are not finite are written as `null`, because JSON has no word for them.
"""

from __future__ import annotations

import errno
import fcntl
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from core.config.plain_files import open_plain, read_plain, replace_whole

# Ends of lines to some readers of lines, and in JSON in strings only.
_LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


def write_text(path: Path, text: str, *, durable: bool = True) -> None:
    """Replace a file whole. Arguments and errors as `replace_whole`."""
    replace_whole(path, lambda stream: stream.write(text.encode()), durable=durable)


def write_json(path: Path, value: Mapping[str, Any], *, durable: bool = True) -> None:
    """Replace a JSON file whole. As `write_text`; raises `TypeError` for values that JSON does not have."""
    write_text(path, to_json(value, indent=1) + "\n", durable=durable)


def read_json(path: Path) -> dict[str, Any] | None:
    """The mapping in a JSON file, or None where the file is missing, unreadable, cut off or not a mapping."""
    try:
        value = json.loads(read_plain(path))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def append_jsonl(path: Path, record: Mapping[str, Any]) -> None:
    """Add one line to a file of JSON lines, in one write, so that lines of two writers never mix.

    A line that an earlier writer left unfinished (killed, disk full) is closed first, so that only that one is lost.

    Raises:
        OSError: The line is not, or not wholly, in the file; appending it again is safe.
    """
    line = to_json(record).encode() + b"\n"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        if os.write(descriptor, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(descriptor)


def read_jsonl(path: Path, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """The records that were added to a file of JSON lines since the last look.

    Args:
        path: The file; a missing one has no records.
        offset: Where the last look ended, in bytes; 0 at first.

    Returns:
        The new records and the offset for the next call. Lines that are not a JSON mapping are skipped, a last line
        without its line end is left for the next call. A file shorter than `offset` was begun anew and is read from
        its start.

    Raises:
        ValueError: The offset is negative.
    """
    if offset < 0:
        raise ValueError(f"offset must be 0 or more, got {offset}")
    try:
        with open_plain(path) as stream:
            start = offset if offset <= os.fstat(stream.fileno()).st_size else 0
            stream.seek(start)
            block = stream.read()
    except FileNotFoundError:
        return [], 0
    except OSError:
        return [], offset  # a disk that hiccups: what is there will be read at the next look
    whole = block[: block.rfind(b"\n") + 1]
    records = []
    for line in whole.splitlines():
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            records.append(value)
    return records, start + len(whole)


def to_json(value: Mapping[str, Any], *, indent: int | None = None) -> str:
    """Strict JSON, with `null` for numbers that are not finite; one line also for those who end lines as Unicode does."""
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False, indent=indent).translate(_LINE_ENDS)


def lock(stream: IO[Any], *, wait: bool = True) -> bool:
    """Take the lock of an open file, which ends when it is closed, as it is by the end of the process.

    Returns:
        Whether it is taken; where it need not `wait`, another process may hold it.
    """
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def is_finite(value: Any) -> bool:
    """Whether something that was read is a number that can be reckoned with: no bool, not infinite, not endless."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
