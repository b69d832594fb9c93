"""Reading files that lie in folders of ours: plain files alone, whatever somebody may have put in their place.

A link could show another file of the machine, and a pipe would keep whoever reads it waiting for ever.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO


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
