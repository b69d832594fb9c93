"""Where runs are carried out: processes of this machine (local.py) or jobs of a Ray cluster (ray.py).

A backend knows a started attempt by its `ref`, a text that means something to the backend alone. It is in the run's
record, so that the next server finds what the last one started. What a run does and says is read from its folder, which
both sides see; a backend only starts it, ends it, and tells whether it is still there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.jobs.record import ManagerRecord

GONE, UNREACHABLE = 256, 257
"""What `poll` says where it has no exit code: it has ended, nobody knows how; or nobody can be asked now. No process
ends with one of these codes."""
REF_VARIABLE = "UNROLL_RUN_REF"
"""The environment variable in which a worker reads its ref, where its backend is not the local one."""
_END_LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Share:
    """What each run may have of the machine that carries it out: processor cores, and GPUs that it needs."""

    cpus: int = 1
    gpus: int = 0


class Backend(Protocol):
    """Every method may be called from any thread, and answers within seconds whatever has happened."""

    def start(self, run_dir: Path, attempt: int, cpus: int, gpus: int) -> str:
        """Start an attempt of a run and return its ref. Starting the same attempt twice starts it once.

        Args:
            cpus: Processor cores that it may use.
            gpus: GPUs that it needs; a local process sees all of its machine.

        Raises:
            OSError: It cannot be started; `errno` says whether that may pass.
        """

    def poll(self, ref: str) -> int | None:
        """None while it waits or runs, else its exit code (negative: the signal), `GONE` or `UNREACHABLE`."""

    def stop(self, ref: str, *, force: bool = False) -> None:
        """End an attempt that does not listen: politely, or for good. Nothing once it has ended."""

    def find(self, run_dir: Path, record: ManagerRecord) -> str:
        """The ref of the attempt that a record names; "" where that is not known for sure."""

    def is_mine(self, ref: str) -> bool:
        """Whether this server started it, so that `poll` will say how it ended."""

    def explain(self, ref: str) -> str:
        """Why an attempt ended without a result, in sentences."""

    def slots(self) -> int:
        """How many attempts may be there at the same time, as things stand; 0 while none can be started."""

    def close(self) -> None:
        """Let go of what is not a run. Runs go on."""


def wait_for_end(backend: Backend, ref: str, seconds: float) -> bool:
    """Wait for an attempt to end, for so long at most; returns whether it surely did."""
    deadline = time.monotonic() + seconds
    while backend.poll(ref) in (None, UNREACHABLE):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_END_LOOK_SECONDS)
    return True
