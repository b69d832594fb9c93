"""What is known of a run from outside it: `manager.json` while it is there, and a note of when and why it went afterwards.

Several processes change a record (a server, a second server, the shell), so every change is read, changed and replaced
under a lock on the run's folder, and may be tied to the state it was decided on. The note of a run that is gone is a
small file under `.gone/` in the folder of runs, for its link to say so; there is a bounded number, the oldest go first.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, TypedDict, Unpack, cast, get_args

import pydantic.dataclasses
from pydantic import ConfigDict, Field, ValidationError

from core.config.errors import ConfigError, Problem
from core.jobs.clock import Moment
from core.jobs.files import is_finite, lock, read_json, write_json

RecordState = Literal["queued", "launched", "cancelled", "lost"]
Number = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, lt=2**63)]
RECORD_FILE = "manager.json"
STOP_FILE = "stop"
LOCK_FILE = ".lock"
GONE_FOLDER = ".gone"
MAX_TOMBSTONES = 10_000
RUN_ID = re.compile(r"[0-9a-f]{32}")
GoneReason = Literal["deleted", "evicted"]


class RunNotFound(ConfigError):
    """There is no such run. Names the run only, never the folder: the message may reach a stranger's page."""

    def __init__(self, name: str, gone: Gone | None = None):
        self.gone = gone
        hint = "It may have been deleted." if gone is None else str(gone)
        super().__init__([Problem("run", "a run that exists", repr(name), hint)])


def run_not_found(directory: Path) -> RunNotFound:
    """The error for a folder without a run; says when and why it went, where that is known."""
    return RunNotFound(directory.name, find_gone(directory.parent, directory.name))


@pydantic.dataclasses.dataclass(frozen=True, config=ConfigDict(strict=True, extra="ignore"))
class ManagerRecord:
    """The contents of `manager.json`.

    Times are unix seconds: `created`, `queued` (when it last entered the queue; None: when it was created), `launched`
    (when a manager started the process; None for a run of the shell) and `ended` (when it was cancelled or given up).
    `uptime` and `boot` say when it was launched by a clock that cannot be set, see `Moment`.

    `state` only says how far the manager got: a launched run goes on to say itself how it is. `expected_seconds` is the
    estimate of its length from when it was submitted. `pause_at` is the step after which this attempt ends as stopped;
    None goes on to the end. `upload` is the upload that it trains on, "" for other data; None where an earlier version
    wrote the record. `show_rows` is whether its owner lets whoever has the link see rows of that data. `address` is the
    keyed hash of where it was asked for from, "" where that is not known (identity.py). `ref` is how
    the backend that carries it out knows this attempt, "" before it was started (backends).
    `sweep` is the sweep that it is a trial of: while it is to pause, its test set stays unread however it ends.
    """

    created: Number
    owner: str = ""
    name: str = ""
    task: str = ""
    pinned: bool = False
    parent: str | None = None
    attempt: Annotated[Count, Field(ge=1)] = 1
    state: RecordState = "queued"
    launched: Number | None = None
    reason: str = ""
    expected_seconds: Number | None = None
    pause_at: Count | None = None
    queued: Number | None = None
    ended: Number | None = None
    uptime: Number | None = None
    boot: str = ""
    upload: str | None = None
    address: str = ""
    show_rows: bool = False
    ref: str = ""
    sweep: str = ""

    @property
    def is_held_back(self) -> bool:
        """Whether this attempt ends without a look at the test set, whatever ends it."""
        return bool(self.sweep) and self.pause_at is not None


def write_record(directory: Path, record: ManagerRecord) -> None:
    """Replace a run's record without looking at the old one: for its creator."""
    write_json(directory / RECORD_FILE, asdict(record))


def read_record(directory: Path) -> ManagerRecord | None:
    """A run's record, or None where there is none that can be read. Keys of later versions are ignored."""
    try:
        return ManagerRecord(**(read_json(directory / RECORD_FILE) or {}))
    except (TypeError, ValidationError):
        return None


class Changes(TypedDict, total=False):
    """Fields of a record that change while there is a run; what is None stays as it is."""

    attempt: int
    ref: str
    reason: str
    name: str | None
    pinned: bool | None
    show_rows: bool | None
    expected_seconds: float
    pause_at: int
    queued: float


def update_record(
    directory: Path, *, only_if: RecordState | None = None, state: RecordState | None = None, **changes: Unpack[Changes]
) -> ManagerRecord | None:
    """Change some fields of a run's record; what is None stays as it is.

    Args:
        only_if: Change nothing unless this is the state now; decides between two who want the same run.
        state: Every state notes its time. Queueing anew forgets process, launch and reason, and takes back a request
            to stop.
        changes: The fields. A new `attempt` forgets `pause_at`, which belonged to the old one; `queued` keeps the time in
            the queue, where queueing anew shall not put it at the end.

    Returns:
        The new record, or None where `only_if` did not hold.

    Raises:
        RunNotFound: There is no such run.
    """
    with locked(directory):
        record = read_record(directory)
        if record is None:
            raise run_not_found(directory)
        if only_if is not None and record.state != only_if:
            return None
        if changes.get("attempt", record.attempt) != record.attempt:
            record = replace(record, pause_at=None)
        record = _entering(record, state)
        record = replace(record, **{key: value for key, value in changes.items() if value is not None})  # type: ignore[arg-type]
        if state == "queued":
            (directory / STOP_FILE).unlink(missing_ok=True)
        write_record(directory, record)
        return record


def _entering(record: ManagerRecord, state: RecordState | None) -> ManagerRecord:
    """The record with what entering a state notes and forgets."""
    if state is None:
        return record
    now = Moment.now()
    if state == "queued":
        return replace(
            record, state=state, queued=now.unix, ref="", launched=None, uptime=None, boot="", ended=None, reason="",
        )  # fmt: skip
    if state == "launched":
        return replace(record, state=state, launched=now.unix, uptime=now.uptime, boot=now.boot)
    return replace(record, state=state, ended=now.unix)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the lock on a run's folder, for a decision and the change that follows from it.

    Raises:
        RunNotFound: There is no such folder.
        OSError: It cannot be written.
    """
    try:
        stream = open(directory / LOCK_FILE, "a")  # noqa: SIM115
    except (FileNotFoundError, NotADirectoryError):
        raise run_not_found(directory) from None
    with stream:
        lock(stream)
        yield


@dataclass(frozen=True)
class Gone:
    """A run that is no more: `when` it went, in unix seconds, and why: its owner's wish, or room for newer ones."""

    when: float
    reason: GoneReason

    def __str__(self) -> str:
        day = time.strftime("%Y-%m-%d", time.gmtime(self.when))
        if self.reason == "evicted":
            return f"It was cleared away on {day} to make room for newer runs."
        return f"It was deleted on {day}."


def bury(root: Path, run_id: str, reason: GoneReason, *, most: int = MAX_TOMBSTONES) -> None:
    """Note that a run goes now. A full disk loses the note, not the deletion.

    Args:
        run_id: Its id; what is not one is not noted.
        most: How many notes are kept.
    """
    if RUN_ID.fullmatch(run_id) is None:
        return
    with suppress(OSError):
        folder = root / GONE_FOLDER
        folder.mkdir(exist_ok=True)
        write_json(_file(root, run_id), {"id": run_id, "when": time.time(), "reason": reason}, durable=False)
        notes = [name for name in os.listdir(folder) if not name.startswith(".")]
        if len(notes) > most:
            _drop_oldest(folder, notes, len(notes) - most)


def unbury(root: Path, run_id: str) -> None:
    """Take the note back: the run did not go after all."""
    if RUN_ID.fullmatch(run_id) is not None:
        with suppress(OSError):
            _file(root, run_id).unlink(missing_ok=True)


def find_gone(root: Path, run_id: str) -> Gone | None:
    """The note about a run; None where there is none, it cannot be read, or the name cannot be an id."""
    if RUN_ID.fullmatch(run_id) is None:
        return None
    raw = read_json(_file(root, run_id))
    if raw is None or raw.get("reason") not in get_args(GoneReason) or not is_finite(raw.get("when")):
        return None
    # A day that calendars have: what somebody wrote into the file must not break a page.
    if not 0 <= raw["when"] < 1e11:
        return None
    return Gone(float(raw["when"]), cast(GoneReason, raw["reason"]))


def _file(root: Path, run_id: str) -> Path:
    return root / GONE_FOLDER / f"{run_id}.json"


def _drop_oldest(folder: Path, names: list[str], number: int) -> None:
    ages = []
    for name in names:
        with suppress(OSError):
            ages.append((os.lstat(folder / name).st_mtime_ns, name))
    for _, name in sorted(ages)[:number]:
        with suppress(OSError):
            os.unlink(folder / name)
