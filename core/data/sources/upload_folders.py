"""The folders in which uploads lie, on disk: their ids, when one was last used, what it takes, how one goes.

Nothing here reads a visitor's data. An upload that a run was made from carries a mark, a small file that names the
folder of those runs: it stays as long as such a run does.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR

from core.config.plain_files import read_plain

UPLOAD_ID = re.compile(r"[0-9a-f]{32}")
RECORD = "upload.json"
MARK = ".trained"
NEW, DELETED = ".new-", ".deleted-"
LEFT_OVER_SECONDS = 3_600.0
"""Storing and removing take a moment: what is half done for this long was interrupted."""
TOUCH_SECONDS = 60.0
"""A use is written down at most this often."""
_LOCK = ".lock"


def root_of(state_dir: Path) -> Path:
    """The folder of all uploads; need not exist."""
    return Path(state_dir) / "uploads"


def upload_ids(root: Path) -> list[str]:
    """The names under the root that can be uploads, unread."""
    try:
        with os.scandir(root) as entries:
            return sorted(
                entry.name
                for entry in entries
                if UPLOAD_ID.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
            )
    except (FileNotFoundError, NotADirectoryError):
        return []


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the lock on all uploads, for a decision about one and what follows from it. Raises `OSError`."""
    descriptor = os.open(root / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # gives the lock back, and so does the end of the process


def touch(folder: Path) -> None:
    """Note that an upload is used now. A disk that cannot be written loses the note, nothing else."""
    _touch(folder / RECORD)


def mark(folder: Path, runs_dir: Path) -> None:
    """Note that a run in this folder of runs was made from an upload. Raises `OSError`: it cannot be written."""
    name, marked = str(runs_dir), marks(folder)
    if name not in marked:
        (folder / MARK).write_text("".join(f"{line}\n" for line in sorted({name, *marked})), encoding="utf-8")
    _touch(folder / MARK)


def marks(folder: Path) -> set[str]:
    """The folders of runs, as far as they exist, in which there are or were runs made from an upload."""
    try:
        lines = read_plain(folder / MARK).decode("utf-8").splitlines()
    except (OSError, ValueError):
        return set()
    return {line for line in lines if line and os.path.isdir(line)}


def is_marked(folder: Path) -> bool:
    """Whether a run was ever made from an upload."""
    return os.path.lexists(folder / MARK)


def idle_seconds(folder: Path, now: float) -> float:
    """Seconds since an upload was last used, by a page, or by a run as far as that was seen."""
    times = [_changed(folder / name) for name in (RECORD, MARK)]
    known = [when for when in times if when is not None]
    return now - (max(known) if known else _changed(folder) or now)


def size_of(path: Path) -> int:
    """Bytes of a file or of everything in a folder; what cannot be read counts nothing, links are not followed."""
    try:
        stat = os.lstat(path)
        return sum(size_of(path / name) for name in os.listdir(path)) if S_ISDIR(stat.st_mode) else stat.st_size
    except OSError:
        return 0


def hide(folder: Path) -> Path | None:
    """Take an upload out of sight in one step, so that nobody meets half of one; None when somebody else was quicker."""
    hidden = folder.with_name(f"{DELETED}{folder.name}-{secrets.token_hex(4)}")
    try:
        os.replace(folder, hidden)
    except FileNotFoundError:
        return None
    return hidden


def remove(folder: Path) -> bool:
    """Remove an upload with what was prepared from it; what an interruption leaves is hidden, and goes with the sweep.

    Raises:
        OSError: It cannot be removed; it is still there, whole.
    """
    hidden = hide(folder)
    if hidden is not None:
        shutil.rmtree(hidden, ignore_errors=True)
    return hidden is not None


def remove_left_overs(root: Path, now: float) -> None:
    """Remove what interrupted writers and deletions left an hour ago."""
    with suppress(FileNotFoundError, NotADirectoryError):
        for name in os.listdir(root):
            changed = _changed(root / name)
            if name.startswith((NEW, DELETED)) and changed is not None and now - changed > LEFT_OVER_SECONDS:
                shutil.rmtree(root / name, ignore_errors=True)


def _touch(path: Path) -> None:
    with suppress(OSError):
        if abs(time.time() - path.stat().st_mtime) > TOUCH_SECONDS:
            os.utime(path)


def _changed(path: Path) -> float | None:
    """When something was last changed, in unix seconds; None for what cannot be looked at."""
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return None
