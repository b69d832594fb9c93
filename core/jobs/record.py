"""`manager.json`: what is known of a run from outside it: who made it, when, and how far the manager got with it.

Several processes change it (a server, a second server, the shell), so every change is read, changed and replaced under
a lock on the run's folder, and may be tied to the state it was decided on.
Left out: what the run itself says (status.py) and the folders (store.py).
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from core.config.errors import ConfigError, Problem
from core.jobs.files import read_json, write_json

RecordState = Literal["queued", "launched", "cancelled", "lost"]
RECORD_STATES: tuple[str, ...] = get_args(RecordState)
RECORD_FILE = "manager.json"
STOP_FILE = "stop"
LOCK_FILE = ".lock"


class RunNotFound(ConfigError):
    """There is no such run. Names the run only, never the folder: the message may reach a stranger's page."""

    def __init__(self, name: str):
        super().__init__([Problem("run", "a run that exists", repr(name), "It may have been deleted.")])


@dataclass(frozen=True)
class ManagerRecord:
    """The contents of `manager.json`.

    `created` and `launched` are unix seconds; `launched` is when a manager started the process, None for a run of the
    shell. `state` only says how far the manager got: a launched run goes on to say itself how it is.
    """

    created: float
    owner: str = ""
    name: str = ""
    task: str = ""
    pinned: bool = False
    parent: str | None = None
    attempt: int = 1
    pid: int | None = None
    state: RecordState = "queued"
    launched: float | None = None
    reason: str = ""


def write_record(directory: Path, record: ManagerRecord) -> None:
    """Replace a run's record without looking at the old one: for its creator."""
    write_json(directory / RECORD_FILE, asdict(record))


def read_record(directory: Path) -> ManagerRecord | None:
    """A run's record, or None where there is none that can be read. Keys of later versions are ignored."""
    raw = read_json(directory / RECORD_FILE)
    if raw is None or raw.get("state") not in RECORD_STATES:
        return None
    if not _is_number(raw.get("created")) or not isinstance(raw.get("attempt"), int):
        return None
    known = {key: value for key, value in raw.items() if key in ManagerRecord.__dataclass_fields__}
    return ManagerRecord(**known)


def update_record(
    directory: Path,
    *,
    only_if: RecordState | None = None,
    state: RecordState | None = None,
    attempt: int | None = None,
    pid: int | None = None,
    reason: str | None = None,
    name: str | None = None,
    pinned: bool | None = None,
) -> ManagerRecord | None:
    """Change some fields of a run's record; what is None stays as it is.

    Args:
        directory: The run's folder.
        only_if: Change nothing unless this is the state now; decides between two who want the same run.
        state: Launching also notes the time; queueing anew forgets process, time and reason.
        attempt: Counts from 1; only a resume raises it.
        pid: The process.
        reason: Why it is lost, in a sentence.
        name: What its owner calls it.
        pinned: Kept when old runs are cleared away.

    Returns:
        The new record, or None where `only_if` did not hold.

    Raises:
        RunNotFound: There is no such run.
    """
    with _locked(directory):
        record = read_record(directory)
        if record is None:
            raise RunNotFound(directory.name)
        if only_if is not None and record.state != only_if:
            return None
        if state == "queued":
            record = replace(record, pid=None, launched=None, reason="")
        if state == "launched":
            record = replace(record, launched=time.time())
        given: dict[str, Any] = {
            "state": state, "attempt": attempt, "pid": pid, "reason": reason, "name": name, "pinned": pinned,
        }  # fmt: skip
        record = replace(record, **{key: value for key, value in given.items() if value is not None})
        write_record(directory, record)
        return record


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    try:
        descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    except (FileNotFoundError, NotADirectoryError):
        raise RunNotFound(directory.name) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # gives the lock back, and so does the end of the process


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
