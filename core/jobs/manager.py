"""Which run comes next: starts queued runs first in, first out, as many at a time as there are slots.

The queue is the folder of runs itself, so it survives the server. Of several managers on one folder one leads (it
holds a lock file); the others submit, stop and look on until the lock is free.
Left out: how a process is made (launcher.py), resuming, fairness between owners and clearing away.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from core.config.experiment import Experiment
from core.jobs.launcher import Handle, Launcher
from core.jobs.record import STOP_FILE, RunNotFound, read_record, update_record
from core.jobs.status import RunStatus, read_status
from core.jobs.store import RunStore, library_versions

LOCK_FILE = ".manager.lock"
TICK_SECONDS = 0.15
TROUBLE_SECONDS = 1.0
LOST_AFTER_SECONDS = 3.0
"""An adopted run must look lost for this long on the manager's own clock: a laptop that wakes up is not a dead run."""
STOP_SECONDS = 60.0
"""A run that was asked to stop and has not by then is ended."""
KILL_SECONDS = 15.0

log = logging.getLogger(__name__)


@dataclass
class _Live:
    """A run that holds a slot: a child of this process, or adopted from an earlier server (no handle)."""

    handle: Handle | None = None
    lost_since: float | None = None
    stops_sent: int = 0


class RunManager:
    """Runs the queue of a store in a thread of its own. Every method may be called from any thread.

    Args:
        store: Where the runs are.
        slots: Runs at the same time.
        launcher: Starts and ends their processes.
        versions: Library versions that are written down with each run; found out when None.
        stop_seconds: How long a run may take to stop before it is ended.

    Raises:
        OSError: The folder of runs cannot be made, written or locked.
    """

    def __init__(
        self,
        store: RunStore,
        slots: int,
        launcher: Launcher,
        versions: Mapping[str, str] | None = None,
        *,
        stop_seconds: float = STOP_SECONDS,
    ):
        if slots < 1:
            raise ValueError(f"slots must be 1 or more, got {slots}")
        self.store = store
        self.slots = slots
        self._launcher = launcher
        self._versions = dict(library_versions() if versions is None else versions)
        self._stop_seconds = stop_seconds
        self._guard = threading.RLock()  # what follows
        self._seen: set[str] = set()
        self._listed: int | None = None
        self._queue: dict[str, float] = {}  # id to time of creation
        self._live: dict[str, _Live] = {}
        store.root.mkdir(parents=True, exist_ok=True)
        self._lock_stream: IO[str] = open(store.root / LOCK_FILE, "a")  # noqa: SIM115  open while it leads
        self._leads = False
        self._take_lead()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="run-manager", daemon=True)
        self._thread.start()

    @property
    def leads(self) -> bool:
        """Whether this manager starts the runs of its folder; of several, one does."""
        return self._leads

    def submit(
        self, experiment: Experiment, owner: str = "", name: str = "", parent: str | None = None, fingerprint: str = ""
    ) -> str:
        """Queue a new run and return its id. It starts at once when a slot is free. Arguments as `create_run`.

        Raises:
            OSError: It cannot be written.
            ValueError: The manager is closed.
        """
        if self._closing.is_set():
            raise ValueError("the manager is closed")
        run_id = self.store.create(
            experiment, versions=self._versions, owner=owner, name=name, parent=parent, fingerprint=fingerprint
        )
        with self._guard:
            self._notice(run_id)
        self._wake.set()
        return run_id

    def stop(self, run_id: str) -> None:
        """Ask a run to end: a queued one never starts, a running one ends at its next step. Raises `RunNotFound`."""
        self.store.request_stop(run_id)
        with self._guard:
            self._reread_queue()
        self._wake.set()

    def queue_position(self, run_id: str) -> int | None:
        """The run's place in the queue, 1 for the next; None when it is not in the queue."""
        with self._guard:
            return next((place for place, queued in enumerate(self._order(), 1) if queued == run_id), None)

    def active(self) -> tuple[str, ...]:
        """Ids of the runs that hold a slot, in order of their start."""
        with self._guard:
            return tuple(self._live)

    def close(self) -> None:
        """End the thread and give the lead away. Runs go on; the next manager of the folder adopts them."""
        self._closing.set()
        self._wake.set()
        self._thread.join()
        self._lock_stream.close()
        self._leads = False

    def _run(self) -> None:
        while not self._closing.is_set():
            pause = TICK_SECONDS
            self._wake.clear()
            try:
                self._tick()
            except Exception:  # a full disk, say: the queue must go on once that is over
                log.exception("The queue of runs could not be served; trying again.")
                pause = TROUBLE_SECONDS
            self._wake.wait(pause)

    def _tick(self) -> None:
        with self._guard:
            if not self._leads:
                self._take_lead()
            self._find_new()
            self._reread_queue()
            for run_id, live in list(self._live.items()):
                if self._has_ended(run_id, live):
                    del self._live[run_id]
            for run_id in self._order():
                if not self._leads or len(self._live) >= self.slots:
                    break
                self._start(run_id)

    def _take_lead(self) -> None:
        try:
            fcntl.flock(self._lock_stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._leads = True
        except BlockingIOError:
            pass  # another manager leads

    def _order(self) -> list[str]:
        return sorted(self._queue, key=lambda run_id: (self._queue[run_id], run_id))

    def _find_new(self) -> None:
        """Look for runs that somebody else made; the folder's time stamp says whether there can be any."""
        stamp = self.store.root.stat().st_mtime_ns
        if stamp == self._listed:
            return
        present = self.store.ids()
        for run_id in present - self._seen:
            self._notice(run_id)
        self._seen &= present
        # Time stamps are coarse: one that is fresh may stand for a later change as well.
        self._listed = stamp if time.time_ns() - stamp > 2_000_000_000 else None

    def _notice(self, run_id: str) -> None:
        if run_id in self._seen:
            return
        self._seen.add(run_id)
        record = read_record(self.store.path(run_id))
        if record is None:
            return
        if record.state == "queued":
            self._queue[run_id] = record.created
        # A launched run without a time of launch is trained by a shell: nobody's slot.
        elif record.state == "launched" and record.launched is not None:
            status = self._status(run_id)
            if status is not None and (not status.is_over or status.state == "lost"):
                self._live[run_id] = _Live()

    def _reread_queue(self) -> None:
        """Drop from the queue what was cancelled, deleted, or started by another manager."""
        for run_id in list(self._queue):
            record = read_record(self.store.path(run_id))
            if record is None or record.state != "queued":
                del self._queue[run_id]
                if record is not None and record.state == "launched":
                    self._live.setdefault(run_id, _Live())

    def _start(self, run_id: str) -> None:
        directory = self.store.path(run_id)
        try:
            claimed = update_record(directory, only_if="queued", state="launched")
        except RunNotFound:
            claimed = None
        del self._queue[run_id]
        if claimed is None:  # cancelled or deleted in between
            return
        try:
            handle = self._launcher.start(directory)
        except OSError as error:
            self._mark_lost(run_id, f"The training process could not be started: {error.strerror}.")
            return
        self._live[run_id] = _Live(handle)
        update_record(directory, pid=handle.pid)

    def _has_ended(self, run_id: str, live: _Live) -> bool:
        """Whether a run's slot is free again; a run that ended without a word is marked lost."""
        if live.handle is None:
            return self._adopted_has_ended(run_id, live)
        code = live.handle.poll()
        if code is None:
            self._press(run_id, live, live.handle)
            return False
        status = self._status(run_id)
        if status is not None and (not status.is_over or status.state == "lost"):
            self._mark_lost(run_id, _explain(code, pressed=live.stops_sent > 0))
        return True

    def _adopted_has_ended(self, run_id: str, live: _Live) -> bool:
        status = self._status(run_id)
        if status is None or (status.is_over and status.state != "lost"):
            return True
        if status.state != "lost":
            live.lost_since = None
            return False
        now = time.monotonic()
        live.lost_since = now if live.lost_since is None else live.lost_since
        if now - live.lost_since < LOST_AFTER_SECONDS:
            return False
        if self._leads:
            self._mark_lost(run_id, "The training process has not reported for a while: it is gone.")
        return True

    def _press(self, run_id: str, live: _Live, handle: Handle) -> None:
        """End a process that was asked to stop and takes too long."""
        try:
            asked = os.stat(self.store.path(run_id) / STOP_FILE).st_mtime
        except OSError:
            return
        if time.time() - asked > self._stop_seconds + live.stops_sent * KILL_SECONDS:
            live.stops_sent += 1
            self._launcher.stop(handle)

    def _status(self, run_id: str) -> RunStatus | None:
        try:
            return read_status(self.store.path(run_id), time.time())
        except RunNotFound:
            return None

    def _mark_lost(self, run_id: str, reason: str) -> None:
        with suppress(RunNotFound):  # deleted meanwhile
            update_record(self.store.path(run_id), only_if="launched", state="lost", reason=reason)


def _explain(code: int, *, pressed: bool) -> str:
    """What an exit code says about a process that ended without a result."""
    if pressed:
        return "The training process did not stop in time and was ended."
    if code >= 0:
        return f"The training process ended with exit code {code} before it reported a result."
    name = signal.Signals(-code).name if -code in signal.valid_signals() else f"signal {-code}"
    memory = " The machine may have run out of memory." if -code == signal.SIGKILL else ""
    return f"The training process was ended by {name} ({code}).{memory}"
