"""Processes that another server started: found again by number and start, so that none is ever mistaken for one.

Numbers of processes are used again; a number together with the time of the start is not. Own children are judged by
their `Popen` instead, which knows how they ended. Left out: how a process is started and ended (launcher.py).
"""

from __future__ import annotations

import time

import psutil

from core.jobs.clock import Moment
from core.jobs.launcher import Handle
from core.jobs.record import ManagerRecord

UNKNOWN_EXIT = 256
"""What `poll` says of a process that is gone and was nobody's child here: no process ends with this code."""
_TOLERANCE_SECONDS = 2.0
"""Both the start of a process and that of the machine are told to a fraction of a second."""
_LOOK_SECONDS = 0.01


class AdoptedProcess:
    """A process of an earlier server.

    Args:
        pid: Its number.
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
        time.sleep(_LOOK_SECONDS)
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
