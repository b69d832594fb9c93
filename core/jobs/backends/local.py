"""Runs as processes of this machine, and nothing else knows how: started, found again, ended, and why they ended.

`LocalBackend` keeps one spare worker that has torch imported already, so that a click is answered within a second.
Processes are sessions of their own and outlive the server. The next one finds them again by number, start and boot:
numbers are used again, the three together are not. Own children are judged by their `Popen`, which knows how they ended.
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
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.config.limits import Settings
from core.config.machine import THREAD_POLICY
from core.jobs.backends import GONE
from core.jobs.clock import Moment
from core.jobs.record import ManagerRecord

_TOLERANCE_SECONDS = 2.0
"""Both the start of a process and that of the machine are told to a fraction of a second."""
LOG_FILE = "log.txt"
PROJECT_ROOT = Path(__file__).resolve().parents[3]
WORKER_COMMAND = (sys.executable, "-m", "core.jobs.worker")
SPARE_LOOK_SECONDS = 0.2
SETTLED_SECONDS = 15.0
"""A new spare costs seconds of processor time: a run has this long to itself before one is made beside it."""
FIRST_PAGE_SECONDS = 1.5
"""A server that has just started draws its first page before it makes a spare."""
RETRY_SECONDS = 30.0
"""A spare that died by itself is not replaced sooner: the next would most likely die as well."""
MAX_ENDED = 1_000
"""Own children that have ended are remembered, with their exit codes, up to so many."""


@dataclass(frozen=True)
class Process:
    """What the ref of a local attempt says: the number of a process, its start (seconds since the start of the machine,
    which stay the same when somebody sets the clock), and the kernel's name for this boot, "" where it has none."""

    pid: int
    started: float
    boot: str

    @classmethod
    def of(cls, ref: str) -> Process | None:
        """Read a ref; None where it is none of a local process."""
        parts = ref.split(":")
        if len(parts) != 4 or parts[0] != "local":
            return None
        try:
            return cls(int(parts[1]), float(parts[2]), parts[3])
        except ValueError:
            return None

    @property
    def ref(self) -> str:
        """The ref of this process."""
        return f"local:{self.pid}:{self.started:.2f}:{self.boot}"

    def is_running(self) -> bool:
        """Whether it runs; one that ended and was not collected does not, nor another process of its number."""
        process = _find(self.pid)
        try:
            return (
                process is not None
                and abs(_age_of_machine_at_start(process) - self.started) <= _TOLERANCE_SECONDS
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.Error:
            return False


def ref_of(pid: int) -> str:
    """The ref of a process that runs now."""
    process = _find(pid)
    try:
        started = 0.0 if process is None else _age_of_machine_at_start(process)
    except psutil.Error:  # it has ended already: no other one is ever taken for it
        started = 0.0
    return Process(pid, started, Moment.now().boot).ref


def is_gone(ref: str) -> bool:
    """Whether a process of this machine has surely ended, and since this machine was started."""
    process = Process.of(ref)
    return process is not None and process.boot == Moment.now().boot != "" and not process.is_running()


def _find(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid) if pid > 0 else None
    except psutil.Error:
        return None


def _age_of_machine_at_start(process: psutil.Process) -> float:
    return process.create_time() - psutil.boot_time()


class LocalBackend:
    """Starts each run as a process of this machine.

    Args:
        num_slots: Runs at the same time.
        num_threads: Of each run. The spare is told before it has one.
        command: The worker; gets a run's folder, or `--wait` as a spare.
        spare: Keep a spare worker, from now on.
    """

    def __init__(
        self, num_slots: int, num_threads: int, *, command: Sequence[str] = WORKER_COMMAND, spare: bool = True
    ):
        if num_slots < 1:
            raise ValueError(f"num_slots must be 1 or more, got {num_slots}")
        if num_threads < 1:
            raise ValueError(f"num_threads must be 1 or more, got {num_threads}")
        self._num_slots, self._num_threads = num_slots, num_threads
        self._command = tuple(command)
        self._guard = threading.Lock()
        self._spare: subprocess.Popen[bytes] | None = None
        self._spare_not_before = time.monotonic() + FIRST_PAGE_SECONDS
        self._children: dict[str, tuple[subprocess.Popen[bytes], float]] = {}  # by ref, with the time of their start
        self._closed = threading.Event()
        if spare:
            threading.Thread(target=self._keep_spare, name="spare-worker", daemon=True).start()

    def start(self, run_dir: Path, attempt: int, cpus: int, gpus: int) -> str:
        """Give the run to the spare worker, or to a new process when there is none. Raises `OSError`."""
        run_dir = run_dir.resolve()
        with self._guard:
            process = self._hand_over(run_dir) or self._spawn_run(run_dir)
            ref = ref_of(process.pid)
            self._children[ref] = process, time.monotonic()
            self._forget_oldest()
        return ref

    def poll(self, ref: str) -> int | None:
        """None while the process runs, else its exit code, or `GONE` where it was nobody's child here."""
        if (child := self._child(ref)) is not None:
            return child.poll()
        process = Process.of(ref)
        return None if process is not None and process.is_running() else GONE

    def stop(self, ref: str, *, force: bool = False) -> None:
        """Send SIGTERM to the process and its children, SIGKILL by force; nothing once it has ended."""
        process = Process.of(ref)
        if process is None or process.pid <= 0 or self.poll(ref) is not None:
            return
        with suppress(ProcessLookupError, PermissionError):  # it ended in between, or never was ours
            os.killpg(process.pid, signal.SIGKILL if force else signal.SIGTERM)

    def find(self, run_dir: Path, record: ManagerRecord) -> str:
        """The process that the record names, where it names one of a local backend."""
        return record.ref if Process.of(record.ref) is not None else ""

    def is_mine(self, ref: str) -> bool:
        """Whether this server started it."""
        return self._child(ref) is not None

    def explain(self, ref: str) -> str:
        """What its exit code says."""
        return explain_code(self.poll(ref))

    def slots(self) -> int:
        """As many as it was made with."""
        return self._num_slots

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

    def _child(self, ref: str) -> subprocess.Popen[bytes] | None:
        with self._guard:
            return self._children.get(ref, (None, 0.0))[0]

    def _forget_oldest(self) -> None:
        for ref in [ref for ref, (child, _) in self._children.items() if child.poll() is not None][:-MAX_ENDED]:
            del self._children[ref]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **worker_environment(self._num_threads)}

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
            if self._spare is not None and self._spare.poll() is not None:
                _dismiss(self._spare)
                self._spare = None
                self._spare_not_before = now + RETRY_SECONDS
            young = [child for child, began in self._children.values() if now - began < SETTLED_SECONDS]
            is_busy = any(child.poll() is None for child in young)
            if self._spare is not None or is_busy or now < self._spare_not_before or self._closed.is_set():
                return
            self._spare = subprocess.Popen(
                [*self._command, "--wait"],
                stdin=subprocess.PIPE,  # closed by the end of this process, however it ends
                stdout=subprocess.DEVNULL,
                cwd=PROJECT_ROOT,
                env=self._environment(),
                start_new_session=True,
            )


def worker_environment(num_threads: int) -> dict[str, str]:
    """What the environment of a worker says besides: how many threads it has, and where things are.

    A worker runs in another folder than the server may.
    """
    settings = Settings()
    folders = {f"UNROLL_{name.upper()}": str(getattr(settings, name)) for name in ("runs_dir", "state_dir", "data_dir")}
    return {**THREAD_POLICY, "OMP_NUM_THREADS": str(num_threads), "PYTHONUNBUFFERED": "1", **folders}


def _dismiss(spare: subprocess.Popen[bytes]) -> None:
    """End a spare and collect it."""
    spare.kill()
    if spare.stdin is not None:
        with suppress(OSError):  # it is dead: nobody reads the rest
            spare.stdin.close()
    spare.wait()


def explain_code(code: int | None) -> str:
    """What an exit code says about a process that ended without a result."""
    if code is None or code == GONE:
        return "The training process ended before it reported a result. The machine may have run out of memory."
    if code >= 0:
        return f"The training process ended with exit code {code} before it reported a result."
    name = signal.Signals(-code).name if -code in signal.valid_signals() else f"signal {-code}"
    memory = " The machine may have run out of memory." if -code == signal.SIGKILL else ""
    return f"The training process was ended by {name} ({code}).{memory}"
