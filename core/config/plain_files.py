"""Files that lie in folders of ours: plain ones alone are read, whatever somebody may have put in their place.

A link could show another file of the machine, and a pipe would keep whoever reads it waiting for ever. What is written is
replaced whole.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any


def open_plain(path: Path) -> IO[bytes]:
    """Open a file for reading, at once.

    Raises:
        OSError: There is none, or it is a link, a pipe, a folder or a device.
    """
    # Without waiting: opening a pipe waits for somebody who writes.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a plain file", str(path))
    return os.fdopen(descriptor, "rb")


def read_plain(path: Path) -> bytes:
    """All of a plain file. Raises as `open_plain`."""
    with open_plain(path) as stream:
        return stream.read()


def is_plain(path: Path) -> bool:
    """Whether something is a file of its own, and no link to one."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def replace_whole(path: Path, write: Callable[[IO[bytes]], Any], *, durable: bool = True) -> None:
    """Replace a file whole: a reader sees the old content or the new, never a part.

    Args:
        path: The file; its folder must exist.
        write: Writes all of it to a stream.
        durable: Wait until the disk has it. A heartbeat does without: the next one comes in a second.

    Raises:
        OSError: The disk is full, or the folder is gone or read-only. The old file is untouched.
    """
    # A name of its own for each writer: two threads may replace the same file at once.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        with open(temporary, "xb") as stream:
            write(stream)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
