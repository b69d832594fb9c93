"""How a run gets its process: two methods, `start` and `stop`, and the one that does it on this machine.

`ProcessLauncher` keeps one spare worker that has torch imported already, so that a click is answered within a second.
Processes are sessions of their own and outlive the server. Left out: which run comes next (manager.py), what the
process does (worker.py).
"""

from __future__ import annotations

import glob
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from core.config.limits import Settings
from core.config.process import THREAD_POLICY

LOG_FILE = "log.txt"
PROJECT_ROOT = Path(__file__).resolve().parents[2]
WORKER_COMMAND = (sys.executable, "-m", "core.jobs.worker")
LOOK_SECONDS = 0.2
SETTLED_SECONDS = 15.0
"""A new spare costs seconds of processor time: a run has this long to itself before one is made beside it."""
FIRST_PAGE_SECONDS = 1.5
"""A server that has just started draws its first page before it makes a spare."""
RETRY_SECONDS = 30.0
"""A spare that died by itself is not replaced sooner: the next would most likely die as well."""


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
        num_threads: Threads of one worker.
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
            self._closed.wait(LOOK_SECONDS)

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


def available_cores() -> int:
    """Processor cores that this process may use, also inside a container with a quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        cores = min(cores, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):
        pass  # no such file, or "max": no quota
    return max(1, cores)


def count_gpus(environment: Mapping[str, str], device_folder: Path = Path("/dev")) -> int:
    """NVIDIA GPUs that a process sees, without torch: those in `CUDA_VISIBLE_DEVICES`, or all.

    Args:
        environment: Environment variables.
        device_folder: Where the devices are.
    """
    present = len(glob.glob(str(device_folder / "nvidia[0-9]*")))
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    if visible is None or not present:
        return present
    chosen = 0
    for name in visible.split(","):
        if name.strip() in ("", "-1"):  # CUDA ignores what comes after the first that is none
            break
        chosen += 1
    return min(chosen, present)


def default_slots() -> int:
    """Runs at the same time: one for each GPU, or one for two cores. Does not import torch."""
    return count_gpus(os.environ) or max(1, available_cores() // 2)
