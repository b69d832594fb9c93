"""The queue of one folder of runs, and what it does at each tick: starts what is next, watches what runs, ends what hangs.

The queue is the folder itself, so it survives the server. Of several servers on one folder one leads (it holds a lock
file) and starts, ends and gives up runs; the others look on until the lock is free.
"""

from __future__ import annotations

import errno
import logging
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.jobs.backends import Backend, Share, wait_for_end
from core.jobs.changes import Changes
from core.jobs.events import log_event
from core.jobs.files import lock
from core.jobs.places import Places
from core.jobs.queue import Waiting
from core.jobs.record import ManagerRecord, RunNotFound, read_record, update_record
from core.jobs.store import RunStore
from core.jobs.watch import LiveRun, Patience, status_of

LOCK_FILE = ".manager.lock"
TICK_SECONDS = 0.15
TROUBLE_SECONDS = 1.0
END_SECONDS = 10.0
"""A process that was killed is gone well before."""
LAUNCH_TRIES = 5
LAUNCH_PAUSE_SECONDS = 0.5
PASSING_TROUBLE = (
    errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.EINTR, errno.ETXTBSY,
)  # fmt: skip
"""What may keep a process from starting now and not in a moment."""

log = logging.getLogger(__name__)


class QueueServer:
    """The queue of a store. `work` and `tick` are for one thread, everything else for any.

    Raises:
        OSError: The folder of runs cannot be made, written or locked.
    """

    def __init__(self, store: RunStore, backend: Backend, share: Share, limits: Limits, patience: Patience):
        self.store, self.backend, self._share = store, backend, share
        self.acting = threading.RLock()
        """Held while processes are started, judged or ended."""
        self.leads = False
        self.run_ended = threading.Event()
        self.wake = threading.Event()
        """Set to have the next tick at once."""
        self.places = Places(backend.slots(), limits)
        self._patience = patience
        self._tries: dict[str, int] = {}  # from here on the tick's own
        self._not_before = 0.0
        self._started_over: set[tuple[str, int]] = set()
        self._troubled: set[str] = set()
        store.root.mkdir(parents=True, exist_ok=True)
        self._lock_stream: IO[str] = open(store.root / LOCK_FILE, "a")  # noqa: SIM115  open while it leads
        self._changes = Changes(store)
        self._take_lead()

    def close(self) -> None:
        """Give the lead away."""
        self._lock_stream.close()
        self.leads = False

    def work(self, closing: threading.Event) -> None:
        """Tick until the server closes, whatever goes wrong."""
        trouble = ""
        while not closing.is_set():
            self.wake.clear()
            try:
                went_well, now_wrong = self.tick(), ""
            except Exception as error:  # the queue must go on, whatever it was
                went_well, now_wrong = False, repr(error)
                if now_wrong != trouble:  # once, not at every try
                    log.exception("The queue of runs could not be served; it is tried again.")
            trouble = now_wrong
            self.wake.wait(TICK_SECONDS if went_well else TROUBLE_SECONDS)

    def notice(self, run_id: str) -> None:
        """Take note of what a run's record says now."""
        record = read_record(self.store.path(run_id))
        if record is not None and record.state == "queued":
            queued = record.created if record.queued is None else record.queued
            self.places.enter(Waiting(run_id, record.owner, queued, record.expected_seconds, record.address))
            return
        self.places.leave(run_id)
        # A launched run without a time of launch is trained by a shell: nobody's slot.
        if record is not None and record.state == "launched" and record.launched is not None:
            with self.acting:  # it may be this server that is starting it
                status = None if self.places.find(run_id) is not None else status_of(self.store.path(run_id))
                if status is not None and (not status.is_over or status.state == "lost"):
                    self._adopt(run_id, record)

    def tick(self) -> bool:
        """Do what is to be done now.

        Returns:
            Whether all went well; else it is tried again at the next tick.

        Raises:
            OSError: The folder of runs cannot be read.
        """
        if not self.leads:
            self._take_lead()
        for run_id in self._changes.look(self.places.queued()):
            self.notice(run_id)
        self.places.resize(self.backend.slots())
        with self.acting:
            # Each run for itself: one whose folder makes trouble does not keep the others waiting.
            went_well = [self._watch(live) for live in self.places.live()]
        if self.leads and time.monotonic() >= self._not_before:
            went_well += [self._start(run) for run in self.places.startable()]
        if all(went_well):
            self._troubled.clear()
        return all(went_well)

    def forget(self, run_id: str) -> None:
        """Take a run that was deleted out of everything."""
        live = self.places.find(run_id)
        if live is not None:
            self.places.free(live)
        self.places.leave(run_id)

    def ref(self, run_id: str) -> str:
        """How the backend knows what runs a run or last did; "" where that cannot be told for sure."""
        live = self.places.find(run_id)
        if live is not None and live.ref:
            return live.ref
        return self._find(self.store.path(run_id), read_record(self.store.path(run_id)))

    def end(self, run_id: str) -> bool:
        """End what runs a run for good; returns whether there is or was something. Raises `ConfigError` where it stays."""
        ref = self.ref(run_id)
        if not ref:
            return False
        self.backend.stop(ref, force=True)
        if not wait_for_end(self.backend, ref, END_SECONDS):
            raise ConfigError.single("run", "a process that can be ended", "one that stays", "Try again later.")
        return True

    def _find(self, directory: Path, record: ManagerRecord | None) -> str:
        if record is None or record.launched is None:  # a shell's process is not this server's to end
            return ""
        return self.backend.find(directory, record)

    def _take_lead(self) -> None:
        self.leads = lock(self._lock_stream, wait=False)  # else another server leads
        if self.leads:
            for live in self.places.live():  # known from looking on
                log_event("adopted", live.run_id, attempt=live.attempt)

    def _adopt(self, run_id: str, record: ManagerRecord) -> None:
        directory = self.store.path(run_id)
        live = self._hold(record, directory, self._find(directory, record))
        if self.leads:
            log_event("adopted", run_id, ref=live.ref, attempt=record.attempt)

    def _hold(self, record: ManagerRecord, directory: Path, ref: str) -> LiveRun:
        """Give a run a slot."""
        live = LiveRun(directory, record, self.backend, ref, now=time.monotonic())
        self.places.hold(live)
        return live

    def _start(self, run: Waiting) -> bool:
        """Start a run; returns whether that was possible, or can never be."""
        directory = self.store.path(run.run_id)
        with self.acting:
            try:
                claimed = update_record(directory, only_if="queued", state="launched")
            except RunNotFound:
                claimed = None
            except OSError:
                return self._note_trouble(run.run_id)
            if claimed is None:  # cancelled or deleted in between
                self.places.leave(run.run_id)
                return True
            try:
                ref = self.backend.start(directory, claimed.attempt, self._share.cpus, self._share.gpus)
            except OSError as error:
                return self._could_not_start(run, error)
            self._tries.pop(run.run_id, None)
            live = self._hold(claimed, directory, ref)
            log_event("started", run.run_id, ref=ref, attempt=claimed.attempt)
            return self._note_ref(live)

    def _could_not_start(self, run: Waiting, error: OSError) -> bool:
        """Queue it again at its old place, or give it up where another try would fail as well."""
        directory, tries = self.store.path(run.run_id), self._tries.get(run.run_id, 0) + 1
        self._tries[run.run_id] = tries
        reason = f"The training process could not be started: {error.strerror or error}."
        try:
            if error.errno in PASSING_TROUBLE and tries < LAUNCH_TRIES:
                self._not_before = time.monotonic() + LAUNCH_PAUSE_SECONDS * 2**tries
                update_record(directory, only_if="launched", state="queued", queued=run.queued)
                log.warning("%s It is tried again.", reason)
            else:
                self._tries.pop(run.run_id)
                self.places.leave(run.run_id)
                self._give_up(run.run_id, reason)
        except RunNotFound:
            self.places.leave(run.run_id)
        except OSError:
            return self._note_trouble(run.run_id)
        return True

    def _note_ref(self, live: LiveRun) -> bool:
        """Write down what it is to the backend, for whoever comes after this server."""
        try:
            update_record(live.directory, only_if="launched", ref=live.ref)
            live.is_noted = True
        except RunNotFound:
            live.is_noted = True  # deleted: there is nothing to write to
        except OSError:
            return self._note_trouble(live.run_id)
        return True

    def _watch(self, live: LiveRun) -> bool:
        """Look after a run that holds a slot; returns whether all went well."""
        now = time.monotonic()
        live.look(now)
        if not live.ref:  # whoever started it may have written it down since
            record = read_record(live.directory)
            live.ref = (
                self._find(live.directory, record) if record is not None and record.attempt == live.attempt else ""
            )
        try:
            if live.has_ended(now):
                # Again, and after it was seen to be gone: now nothing can follow any more.
                live.look(now, force=True)
                starts_over = self._note_end(live)
                self.places.free(live)
                if starts_over:
                    self.notice(live.run_id)
                self.run_ended.set()
            elif self.leads:
                live.log_last_word()
                self._press(live, now)
                return live.is_noted or self._note_ref(live)
        except OSError:
            return self._note_trouble(live.run_id)
        return True

    def _note_end(self, live: LiveRun) -> bool:
        """Write down how it ended, where it did not itself; returns whether it is queued again instead."""
        if not self.leads or live.status is None:
            return False
        live.log_last_word()
        if live.has_said_its_last:
            return False
        attempt = live.run_id, live.attempt
        if live.was_killed_unheard and attempt not in self._started_over:  # a spare that died while it was told, say
            self._started_over.add(attempt)
            with suppress(RunNotFound):  # deleted meanwhile
                again = update_record(live.directory, only_if="launched", state="queued", queued=live.queued)
                return again is not None
        self._give_up(live.run_id, live.explain_end())
        return False

    def _press(self, live: LiveRun, now: float) -> None:
        number = live.next_signal(now, self._patience)
        if number is None:
            return
        is_last = number == "kill"
        if live.verdict:  # else it is over, and only slow to leave
            log_event("killed" if is_last else "terminated", live.run_id, ref=live.ref, reason=live.verdict)
        self.backend.stop(live.ref, force=is_last)

    def _give_up(self, run_id: str, reason: str) -> None:
        with suppress(RunNotFound):  # deleted meanwhile
            if update_record(self.store.path(run_id), only_if="launched", state="lost", reason=reason) is not None:
                log_event("lost", run_id, reason=reason)

    def _note_trouble(self, run_id: str) -> bool:
        if run_id not in self._troubled:  # once, not at every try
            log.warning("Run %s could not be served; it is tried again.", run_id, exc_info=True)
        self._troubled.add(run_id)
        return False
