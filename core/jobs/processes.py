"""Processes of runs, and nothing else knows how: started, found again after a server died, ended, and why they ended.

`ProcessLauncher` keeps one spare worker that has torch imported already, so that a click is answered within a second.
Processes are sessions of their own and outlive the server. The next one finds them again by number and start: numbers
are used again, both together are not. Own children are judged by their `Popen`, which knows how they ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psutil

from core.config.limits import Settings
from core.config.machine import THREAD_POLICY
from core.jobs.clock import Moment
from core.jobs.record import ManagerRecord

UNKNOWN_EXIT = 256
"""What `poll` says of a process that is gone and was nobody's child here: no process ends with this code."""
_TOLERANCE_SECONDS = 2.0
"""Both the start of a process and that of the machine are told to a fraction of a second."""
_END_LOOK_SECONDS = 0.01
LOG_FILE = "log.txt"
PROJECT_ROOT = Path(__file__).resolve().parents[2]
WORKER_COMMAND = (sys.executable, "-m", "core.jobs.worker")
SPARE_LOOK_SECONDS = 0.2
SETTLED_SECONDS = 15.0
"""A new spare costs seconds of processor time: a run has this long to itself before one is made beside it."""
FIRST_PAGE_SECONDS = 1.5
"""A server that has just started draws its first page before it makes a spare."""
RETRY_SECONDS = 30.0
"""A spare that died by itself is not replaced sooner: the next would most likely die as well."""


class AdoptedProcess:
    """A process of an earlier server.

    Args:
        started: Its start, as `started_at` said when it was launched. Another process of that number is not this one:
            then this one is gone.
    """

    def __init__(self, pid: int, started: float):
        self.pid = pid
        self._process = _process(pid, started)

    def poll(self) -> int | None:
        """None while it runs, `UNKNOWN_EXIT` once it is gone."""
        if self._process is None:
            return UNKNOWN_EXIT
        try:
            if self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
                return None
        except psutil.Error:
            pass
        self._process = None
        return UNKNOWN_EXIT


def process_of(record: ManagerRecord) -> AdoptedProcess | None:
    """The process that a run's record names; None where it does not say enough to be sure."""
    if record.pid is None or record.process_started is None:
        return None
    return AdoptedProcess(record.pid, record.process_started)


def is_gone(record: ManagerRecord) -> bool:
    """Whether the process that a run's record names has surely ended, on this machine and since it was started."""
    if record.pid is None or not record.boot or record.boot != Moment.now().boot:
        return False
    try:
        return psutil.Process(record.pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def started_at(pid: int) -> float | None:
    """When a process started, in seconds since the start of the machine; None where there is no such process.

    Counted from there it stays the same when somebody sets the clock.
    """
    try:
        return _age_of_machine_at_start(psutil.Process(pid)) if pid > 0 else None
    except psutil.Error:
        return None


def wait_for_end(process: Handle, seconds: float) -> bool:
    """Wait for a process to end, for so long at most; returns whether it did."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() >= deadline:
            return False
        time.sleep(_END_LOOK_SECONDS)
    return True


def _process(pid: int, started: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid) if pid > 0 else None
        if process is None or abs(_age_of_machine_at_start(process) - started) > _TOLERANCE_SECONDS:
            return None
        return process
    except psutil.Error:
        return None


def _age_of_machine_at_start(process: psutil.Process) -> float:
    return process.create_time() - psutil.boot_time()


class Handle(Protocol):
    """A process that was started: its id, and its exit code once it has ended (negative: the signal)."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...


class Launcher(Protocol):
    """Where runs are carried out."""

    def start(self, run_dir: Path) -> Handle:
        """Start the process of a run. Raises `OSError` where that is impossible."""

    def stop(self, handle: Handle, *, force: bool = False) -> None:
        """End a process that does not listen: politely, or for good."""


class ProcessLauncher:
    """Starts each run as a process of this machine.

    Args:
        command: The worker; gets a run's folder, or `--wait` as a spare.
        spare: Keep a spare worker, from now on.
    """

    def __init__(self, num_threads: int, *, command: Sequence[str] = WORKER_COMMAND, spare: bool = True):
        if num_threads < 1:
            raise ValueError(f"num_threads must be 1 or more, got {num_threads}")
        self._num_threads = num_threads
        self._command = tuple(command)
        self._guard = threading.Lock()
        self._spare: subprocess.Popen[bytes] | None = None
        self._spare_not_before = time.monotonic() + FIRST_PAGE_SECONDS
        self._runs: dict[subprocess.Popen[bytes], float] = {}
        self._closed = threading.Event()
        if spare:
            threading.Thread(target=self._keep_spare, name="spare-worker", daemon=True).start()

    def start(self, run_dir: Path) -> Handle:
        """Give the run to the spare worker, or to a new process when there is none. Raises `OSError`."""
        run_dir = run_dir.resolve()
        with self._guard:
            process = self._hand_over(run_dir) or self._spawn_run(run_dir)
            self._runs[process] = time.monotonic()
        return process

    def stop(self, handle: Handle, *, force: bool = False) -> None:
        """Send SIGTERM to the process and its children, SIGKILL by force; nothing once it has ended."""
        if handle.poll() is not None or handle.pid <= 0:
            return
        with suppress(ProcessLookupError, PermissionError):  # it ended in between, or never was ours
            os.killpg(handle.pid, signal.SIGKILL if force else signal.SIGTERM)

    def close(self) -> None:
        """Let the spare worker go. Runs go on."""
        self._closed.set()
        with self._guard:
            if self._spare is not None:
                _dismiss(self._spare)
                self._spare = None

    def has_spare(self) -> bool:
        """Whether a spare worker stands by, or is on its way there."""
        with self._guard:
            return self._spare is not None and self._spare.poll() is None

    def _environment(self) -> dict[str, str]:
        added = {**THREAD_POLICY, "OMP_NUM_THREADS": str(self._num_threads), "PYTHONUNBUFFERED": "1"}
        settings = Settings()
        for name in ("runs_dir", "state_dir", "data_dir"):  # a worker runs in another folder than the server may
            added[f"UNROLL_{name.upper()}"] = str(getattr(settings, name))
        return {**os.environ, **added}

    def _spawn_run(self, run_dir: Path) -> subprocess.Popen[bytes]:
        with open(run_dir / LOG_FILE, "ab") as log:
            return subprocess.Popen(
                [*self._command, str(run_dir)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=PROJECT_ROOT,
                env=self._environment(),
                start_new_session=True,
            )

    def _hand_over(self, run_dir: Path) -> subprocess.Popen[bytes] | None:
        """Tell the spare which run it becomes. None when there is no spare, or it died."""
        spare, self._spare = self._spare, None
        if spare is None:
            return None
        assert spare.stdin is not None
        try:
            if spare.poll() is not None:
                raise BrokenPipeError("the spare is dead")
            with spare.stdin as stream:
                stream.write(json.dumps(str(run_dir)).encode() + b"\n")
        except OSError:
            _dismiss(spare)
            return None
        return spare

    def _keep_spare(self) -> None:
        while not self._closed.is_set():
            try:
                self._refill()
            except OSError:  # no process to be had now
                self._spare_not_before = time.monotonic() + RETRY_SECONDS
            self._closed.wait(SPARE_LOOK_SECONDS)

    def _refill(self) -> None:
        """Start a spare when there is none and nobody needs the processor for their first seconds."""
        with self._guard:
            now = time.monotonic()
            self._runs = {process: began for process, began in self._runs.items() if process.poll() is None}
            if self._spare is not None and self._spare.poll() is not None:
                _dismiss(self._spare)
                self._spare = None
                self._spare_not_before = now + RETRY_SECONDS
            busy = any(now - began < SETTLED_SECONDS for began in self._runs.values())
            if self._spare is not None or busy or now < self._spare_not_before or self._closed.is_set():
                return
            self._spare = subprocess.Popen(
                [*self._command, "--wait"],
                stdin=subprocess.PIPE,  # closed by the end of this process, however it ends
                stdout=subprocess.DEVNULL,
                cwd=PROJECT_ROOT,
                env=self._environment(),
                start_new_session=True,
            )


def _dismiss(spare: subprocess.Popen[bytes]) -> None:
    """End a spare and collect it."""
    spare.kill()
    if spare.stdin is not None:
        with suppress(OSError):  # it is dead: nobody reads the rest
            spare.stdin.close()
    spare.wait()


def explain_code(code: int | None) -> str:
    """What an exit code says about a process that ended without a result."""
    if code is None or code == UNKNOWN_EXIT:
        return "The training process ended before it reported a result. The machine may have run out of memory."
    if code >= 0:
        return f"The training process ended with exit code {code} before it reported a result."
    name = signal.Signals(-code).name if -code in signal.valid_signals() else f"signal {-code}"
    memory = " The machine may have run out of memory." if -code == signal.SIGKILL else ""
    return f"The training process was ended by {name} ({code}).{memory}"
