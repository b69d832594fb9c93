"""A run's voice: the process that trains tells the world how it is doing, and hears when it shall stop.

`status.json` is replaced once a second by a thread (the heartbeat), `metrics.jsonl` grows by one line a record.
A full disk does not end a training: what could not be written is tried again. A reporter whose attempt is no longer
the run's current one falls silent. An attempt that goes on from a checkpoint takes back what came after it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from core.jobs.clock import Moment
from core.jobs.files import append_jsonl, read_json, read_jsonl, to_json, write_json, write_text
from core.jobs.folders import METRICS_FILE
from core.jobs.record import RECORD_FILE, STOP_FILE
from core.jobs.status import STATUS_FILE

BEAT_SECONDS = 1.0
CHECK_SECONDS = 0.2
FINAL_TRIES = 5
FINAL_PAUSE_SECONDS = 0.3


class Reporter:
    """Writes a run's status and records. Every method may be called from any thread.

    Making one writes the first status (state "starting") and starts the heartbeat; `finished` or `close` ends it.
    Until `started` a later attempt shows how far the one before it had come.

    Args:
        directory: The run's folder, which has a `manager.json`.
        beat_seconds: Time between two beats.
    """

    def __init__(self, directory: Path, attempt: int, *, beat_seconds: float = BEAT_SECONDS):
        self.directory = directory
        self.attempt = attempt
        self._beat_seconds = beat_seconds
        self._guard = threading.Lock()  # what follows, up to the next lock
        self._values: dict[str, Any] = {
            "state": "starting", "step": 0, "total_steps": None, "best": None, "device": None, "error": None,
            "phase": None,
            "threads": None, "busy": None,
        }  # fmt: skip
        self._began: float | None = None
        self._seconds: float | None = None
        if attempt > 1:
            before = read_json(directory / STATUS_FILE) or {}
            self._values.update({key: before[key] for key in ("step", "total_steps", "best") if key in before})
            self._seconds = before.get("seconds")
        self._num_records = 0
        self._unwritten: list[dict[str, Any]] = []
        self._write_error: OSError | None = None
        self._is_over = False
        self._writing = threading.Lock()  # one writer of status.json at a time: the last state is written last
        self._stop = False
        self._current = True
        self._checked = float("-inf")
        self._silence = threading.Event()
        self._beat()
        self._thread = threading.Thread(target=self._keep_beating, name="heartbeat", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether `finished` was called."""
        return self._is_over

    @property
    def is_current(self) -> bool:
        """Whether the run still is this process's to write; it is not after a resume elsewhere or a deletion."""
        return self._check_current()

    @property
    def num_records(self) -> int:
        """Lines that `metrics.jsonl` has, or will have once the disk takes them."""
        return self._num_records

    def rewind(self, num_records: int) -> None:
        """Keep the first records of the attempts before this one, and take back the others.

        Raises:
            OSError: The disk is full. Nothing has changed.
        """
        path = self.directory / METRICS_FILE
        with self._guard:
            kept = read_jsonl(path)[0][:num_records]  # fewer where the disk was full, or the file is damaged
            self._num_records = len(kept)
            # Always written anew: the file may be shared with the run that this one goes on from.
            if self._check_current() and path.exists():
                write_text(path, "".join(f"{to_json(record)}\n" for record in kept))

    def started(self, device: str, total_steps: int | None = None, *, step: int = 0, seconds: float = 0.0) -> None:
        """Training begins.

        Args:
            total_steps: Steps in all; None until they are planned.
            seconds: The time that these took.
        """
        with self._guard:
            self._values.update(
                state="running", device=device, total_steps=total_steps, step=step, best=None, phase=None
            )
            self._began, self._seconds = time.monotonic() - seconds, None
        self._beat()

    def plan(self, total_steps: int) -> None:
        """The number of steps, where it was not known when training began."""
        with self._guard:
            self._values["total_steps"] = total_steps

    def progress(self, step: int, best: Mapping[str, Any] | None = None) -> None:
        """Steps done, and the best evaluation as `{"metric", "value", "step"}`; None leaves the best as it was.

        Cheap enough for every step: the next beat carries it.
        """
        with self._guard:
            self._values["step"] = step
            if best is not None:
                self._values["best"] = dict(best)

    def reading(self) -> None:
        """What trains is loaded; the data is read and the network made now."""
        with self._guard:
            self._values["phase"] = "reading"
        self._beat()

    def scoring(self) -> None:
        """All steps are done; what the network is worth on the test set is found out now."""
        with self._guard:
            self._values["phase"] = "scoring"
        self._beat()

    def machine(self, threads: int, busy: float | None) -> None:
        """How many threads train, and how many times as long a step takes as on an undisturbed machine; None: unknown.

        As cheap as `progress`.
        """
        with self._guard:
            self._values.update(threads=threads, busy=busy)

    def record(self, event: Mapping[str, Any]) -> None:
        """Add one line to `metrics.jsonl`, at once; after a disk error with the next one.

        Raises:
            ValueError: It does not say which `event` it is.
            TypeError: A value is none that JSON has, such as a tensor.
        """
        if "event" not in event:
            raise ValueError("a record names its event")
        to_json(event)  # a wrong value is the caller's error, here and now
        with self._guard:
            self._num_records += 1
            self._unwritten.append(dict(event))
            self._write_records()

    def flush(self) -> None:
        """Write the records that wait for a disk, as far as it takes them now."""
        with self._guard:
            self._write_records()

    def finished(
        self, state: Literal["succeeded", "failed", "stopped"], error: Mapping[str, str] | None = None
    ) -> None:
        """Write the last status and end the heartbeat.

        Args:
            error: `{"message", "hint", "kind"}`, for a failure.

        Raises:
            ValueError: It is over already, or failure and error do not go together.
            OSError: The last status cannot be written even after several tries.
        """
        if state not in ("succeeded", "failed", "stopped"):
            raise ValueError(f"state must be succeeded, failed or stopped, got {state!r}")
        if (state == "failed") != (error is not None):
            raise ValueError("a failure has an error, nothing else has")
        with self._guard:
            if self._is_over:
                raise ValueError("the run is over already")
            self._is_over = True
            self._seconds = self._seconds if self._began is None else self._elapsed()
            self._values.update(state=state, phase=None, error=dict(error) if error else None)
        self.close()
        self._write_last()

    def close(self) -> None:
        """End the heartbeat without a last word; a run that was not over counts as lost soon after."""
        self._silence.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def request_stop(self) -> None:
        """Make `should_stop` true. Takes no lock, so a signal handler may call it."""
        self._stop = True

    def should_stop(self) -> bool:
        """Whether to end at this step: somebody asked, or the run is no longer this process's to write.

        Cheap enough for every step: it looks at the disk five times a second at most. Never goes back to false.
        """
        now = time.monotonic()
        if not self._stop and now - self._checked >= CHECK_SECONDS:
            self._checked = now
            if os.path.exists(self.directory / STOP_FILE) or not self._check_current():
                self._stop = True
        return self._stop

    def _check_current(self) -> bool:
        if not self._current:
            return False
        record = read_json(self.directory / RECORD_FILE)
        if record is not None:
            self._current = record.get("attempt") == self.attempt and record.get("state") not in ("cancelled", "lost")
            return self._current
        try:
            os.stat(self.directory / RECORD_FILE)
        except (FileNotFoundError, NotADirectoryError):
            self._current = False  # deleted
        except OSError:
            pass  # a disk that hiccups takes nobody's run away
        return self._current

    def _keep_beating(self) -> None:
        while not self._silence.wait(self._beat_seconds):
            self._beat()

    def _beat(self) -> None:
        try:
            self._write_status(durable=False)
        except OSError as error:
            self._write_error = error  # the next beat tries again

    def _write_status(self, *, durable: bool) -> None:
        with self._writing:
            if self._check_current():
                write_json(self.directory / STATUS_FILE, self._snapshot(), durable=durable)

    def _snapshot(self) -> dict[str, Any]:
        moment = Moment.now()
        with self._guard:
            seconds = self._elapsed() if self._seconds is None else self._seconds
            beat = {"heartbeat": moment.unix, "uptime": moment.uptime, "boot": moment.boot, "machine": moment.machine}
            return {**self._values, "seconds": seconds, **beat, "attempt": self.attempt}

    def _elapsed(self) -> float | None:
        return None if self._began is None else round(time.monotonic() - self._began, 3)

    def _write_records(self) -> None:
        """Append what waits, oldest first, as far as the disk takes it. The guard is held."""
        while self._unwritten:
            if not self._check_current():
                self._unwritten.clear()
                return
            try:
                append_jsonl(self.directory / METRICS_FILE, self._unwritten[0])
            except OSError as error:
                self._write_error = error
                return
            del self._unwritten[0]

    def _write_last(self) -> None:
        """The last records and the last status, with patience: without them a good run counts as lost."""
        for trial in range(FINAL_TRIES):
            with self._guard:
                self._write_records()
                missing = self._describe_missing()
                if self._values["state"] != "failed":  # a failure keeps its own error
                    self._values["error"] = missing
            try:
                self._write_status(durable=True)
                if missing is None:
                    return
            except OSError as error:
                self._write_error = error
                if trial == FINAL_TRIES - 1 and not self._overwrite_status():
                    raise
            time.sleep(FINAL_PAUSE_SECONDS)

    def _describe_missing(self) -> dict[str, str] | None:
        """The error for records that no disk took; None when all are written."""
        if not self._unwritten:
            return None
        cause = self._write_error.strerror if self._write_error else "unknown"
        return {
            "message": f"{len(self._unwritten)} measurements could not be written: {cause}.",
            "hint": "Free some disk space.",
        }

    def _overwrite_status(self) -> bool:
        """Write over the old status in its place, which takes no new space on a full disk; whether it worked."""
        try:
            with self._writing, open(self.directory / STATUS_FILE, "r+b") as stream:
                stream.write(to_json(self._snapshot()).encode())
                stream.truncate()
        except OSError:
            return False
        return True
