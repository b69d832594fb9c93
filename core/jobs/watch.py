"""One run that holds a slot, watched until it gives it back: how it is, and when patience with its process ends.

Everything is measured on the watcher's own clock, which nobody sets and which stands still while the machine sleeps: a
laptop that wakes up is not a dead run.
"""

from __future__ import annotations

import math
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.config.limits import Limits, seconds_in_words
from core.jobs.backends import GONE, UNREACHABLE, Backend
from core.jobs.events import log_event
from core.jobs.folders import METRICS_FILE
from core.jobs.record import STOP_FILE, ManagerRecord, RunNotFound
from core.jobs.remaining import mean_step_seconds, seconds_left
from core.jobs.status import STATUS_FILE, RunStatus, read_status

LOOK_SECONDS = 0.5
LOST_AFTER_SECONDS = 3.0
"""A process that is gone, or looks it, must have been silent for this long: another machine may see it alive."""
UNREACHABLE_SECONDS = 60.0
"""... and for this long where its backend cannot be asked."""
LINGER_SECONDS = 5.0
"""A process may take this long to leave after its last word; by then everything is saved."""
_PROBE_BYTES = 8_192


@dataclass(frozen=True)
class Patience:
    """How long a process may take, in seconds: to stop when asked, to record or step, to beat, to heed a signal.

    `train` is the limit for a training, at which its process ends by itself, and `judge` what it may need beyond that;
    None is no limit.
    """

    stop: float = 60.0
    quiet: float = 3_600.0
    beat: float = 120.0
    kill: float = 15.0
    train: float | None = None
    judge: float | None = None

    @classmethod
    def of(cls, limits: Limits, stop: float) -> Patience:
        """What a server's limits say."""
        return cls(stop, limits.max_quiet_seconds, train=limits.max_seconds, judge=limits.max_judging_seconds)

    @property
    def whole(self) -> float:
        """Seconds from the first step to the last word."""
        return math.inf if self.train is None or self.judge is None else self.train + self.judge


class LiveRun:
    """A run that holds a slot.

    Args:
        record: Of the attempt that holds the slot.
        backend: What carries it out.
        ref: How the backend knows it; "" where that is not known.
        now: The time, on the clock of all calls.
    """

    def __init__(self, directory: Path, record: ManagerRecord, backend: Backend, ref: str, *, now: float):
        self.run_id, self.directory = directory.name, directory
        self.owner, self.address, self.attempt = record.owner, record.address, record.attempt
        self.queued = record.created if record.queued is None else record.queued
        self.ref, self._backend = ref, backend
        self.is_noted = record.ref == ref
        self.status: RunStatus | None = None
        self.verdict = ""
        self._expected_seconds, self._began = record.expected_seconds, now
        self._is_logged = False
        self._looked = float("-inf")
        self._beat: object = None
        self._beat_at = now
        self._progress: object = None
        self._progress_at = now
        self._running_at: float | None = None
        self._asked_at: float | None = None
        self._over_at: float | None = None
        self._lost_at: float | None = None
        self._signals, self._signalled_at = 0, now

    def look(self, now: float, *, force: bool = False) -> None:
        """Read how it is; twice a second is enough."""
        if not force and now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        self.status = status = status_of(self.directory)
        if (beat := _mark(self.directory / STATUS_FILE)) != self._beat:
            self._beat, self._beat_at = beat, now
        metrics = _mark(self.directory / METRICS_FILE)
        if (progress := (metrics, status and (status.state, status.step, status.total_steps))) != self._progress:
            self._progress, self._progress_at = progress, now
        is_running = status is not None and status.state == "running" and status.attempt == self.attempt
        self._running_at = now if self._running_at is None and is_running else self._running_at
        is_asked = status is None or (self.directory / STOP_FILE).exists()
        self._asked_at = _since(self._asked_at, now, is_asked)
        self._over_at = _since(self._over_at, now, self.has_said_its_last)
        self._lost_at = _since(self._lost_at, now, status is not None and status.state == "lost")

    @property
    def has_said_its_last(self) -> bool:
        """Whether the attempt that holds the slot says that it is over, or another one is current, as last seen."""
        status = self.status
        if status is None:
            return False
        return status.attempt != self.attempt or (status.is_over and status.state != "lost")

    @property
    def was_killed_unheard(self) -> bool:
        """Whether a signal that nobody here sent ended a process of this server before its attempt said anything."""
        code = self.poll() if self._is_mine else None
        unheard = self.status is not None and self.status.heartbeat_age is None and self._asked_at is None
        return unheard and code is not None and code < 0 and not self._signals

    @property
    def _is_mine(self) -> bool:
        return bool(self.ref) and self._backend.is_mine(self.ref)

    def poll(self) -> int | None:
        """What its backend says of it; None where it runs, or nobody knows how to ask."""
        return self._backend.poll(self.ref) if self.ref else None

    def log_last_word(self) -> None:
        """Log how it ended, once, when it says so itself."""
        status = self.status
        if not self._is_logged and status is not None and status.attempt == self.attempt and self.has_said_its_last:
            self._is_logged = True
            log_event("ended", self.run_id, state=status.state, step=status.step, attempt=self.attempt)

    def has_ended(self, now: float) -> bool:
        """Whether its slot is free again. Call `look` first."""
        code = self.poll()
        if code is None and self.ref:
            return False
        if code not in (None, GONE, UNREACHABLE) and self._is_mine:
            return True
        if self.status is None or self.has_said_its_last:
            return True
        if self.ref:
            return now - self._beat_at >= (UNREACHABLE_SECONDS if code == UNREACHABLE else LOST_AFTER_SECONDS)
        return self._lost_at is not None and now - self._lost_at >= LOST_AFTER_SECONDS

    def explain_end(self) -> str:
        """Why it ended without a last word, in a sentence."""
        if self.verdict:
            return self.verdict
        if not self.ref:
            return "The training process has not reported for a while: it is gone."
        return self._backend.explain(self.ref)

    def next_signal(self, now: float, patience: Patience) -> Literal["terminate", "kill"] | None:
        """What its process has earned now: nothing, a polite signal, and one that it cannot ignore soon after."""
        if not self.ref or self.poll() is not None:
            return None
        if self._signals and now - self._signalled_at < patience.kill:
            return None
        if not self._signals and not self._condemn(now, patience):
            return None
        self._signals, self._signalled_at = self._signals + 1, now
        return "terminate" if self._signals == 1 else "kill"

    def remaining_seconds(self, now: float) -> float | None:
        """Seconds until it gives its slot back, by its speed so far, else by what was expected; None: unknown."""
        status = self.status
        if status is not None and (left := seconds_left(status, mean_step_seconds(status))) is not None:
            return left
        if self._expected_seconds is None:
            return None
        return max(0.0, self._expected_seconds - (now - self._began))

    def _condemn(self, now: float, patience: Patience) -> bool:
        """Whether its process has to end; the reason becomes the verdict."""
        if self._over_at is not None:
            return now - self._over_at > LINGER_SECONDS
        if self._asked_at is not None and now - self._asked_at > patience.stop:
            self.verdict = "The training process did not stop in time and was ended."
            return True
        if self._running_at is not None and now - self._running_at > patience.whole:
            self.verdict = (
                f"This server ends a training that is not over {seconds_in_words(patience.whole)} after its first step, "
                "judging included. Its best network so far is kept."
            )
            return True
        silent, quiet = now - self._beat_at, now - self._progress_at
        if (silent <= patience.beat and quiet <= patience.quiet) or not can_write(self.directory):
            return False  # nobody can report to a full disk
        if silent > patience.beat:
            self.verdict = f"The training process was ended because it had not reported for {silent:,.0f} seconds."
        else:
            self.verdict = f"The training process was ended because it made no progress for {quiet:,.0f} seconds."
        return True


def status_of(directory: Path) -> RunStatus | None:
    """How a run is; None when there is no such run."""
    try:
        return read_status(directory)
    except RunNotFound:
        return None


def can_write(directory: Path) -> bool:
    """Whether a run can write to its folder now."""
    probe = directory / f".probe-{secrets.token_hex(4)}.tmp"
    try:
        probe.write_bytes(b"\0" * _PROBE_BYTES)
        return True
    except OSError:
        return False
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


def _since(before: float | None, now: float, holds: bool) -> float | None:
    """Since when something holds without a break; None when it does not."""
    return None if not holds else now if before is None else before


def _mark(path: Path) -> object:
    """Something that is another one after each change of a file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
