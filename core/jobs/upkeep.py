"""What a server does besides its queue: now and then it makes room for new runs, and for the data that people bring.

Left out: which runs go (retention.py), and which uploads do, which is for whoever keeps them (`Uploads`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Set
from typing import Protocol

from core.config.limits import Limits
from core.jobs.clock import AgingClock
from core.jobs.retention import sweep
from core.jobs.serving import QueueServer
from core.jobs.store import RunStore

SWEEP_SECONDS = 60.0
SWEEP_PAUSE_SECONDS = 1.0
"""Runs that end together are cleared up after together."""

log = logging.getLogger(__name__)


class Uploads(Protocol):
    """What the queue has to know of the data that people bring."""

    def claim(self, upload_id: str, actor: str | None) -> None:
        """Note that a run is made from an upload. Raises `ConfigError` where the actor may not, `OSError`."""

    def sweep(self, in_use: Set[str] | None, now: float) -> tuple[str, ...]:
        """Remove what nobody needs any more; `in_use` are those of runs, None where that cannot be known."""


class Upkeep:
    """Sweeps the runs of a store and the uploads that they leave, while its server leads.

    Args:
        store: The runs.
        server: The queue, which says who leads and when a run ends.
        limits: How many runs there may be and how much disk all may take.
        uploads: The uploads; None leaves them alone.
    """

    def __init__(self, store: RunStore, server: QueueServer, limits: Limits, uploads: Uploads | None):
        self._store, self._server, self._uploads = store, server, uploads
        self._limits, self._clock = limits, AgingClock()

    def work(self, closing: threading.Event) -> None:
        """Sweep once a minute, and soon after a run ended, until the server closes."""
        while not closing.is_set():
            self._server.run_ended.clear()
            if self._server.leads:
                # Each for itself: a folder that makes trouble does not keep the other one full.
                _careful(self._sweep_runs, "The folder of runs")
                _careful(self._sweep_uploads, "The folder of uploads")
            self._server.run_ended.wait(SWEEP_SECONDS)
            closing.wait(SWEEP_PAUSE_SECONDS)

    def _sweep_runs(self) -> None:
        sweep(
            self._store, self._limits.max_run_bytes, self._clock.now(), pinned_too=not self._store.shared,
            max_runs=self._limits.max_runs,
        )  # fmt: skip

    def _sweep_uploads(self) -> None:
        if self._uploads is not None:
            removed = self._uploads.sweep(self._store.uploads_in_use(), self._clock.now())
            if removed:
                log.info("Uploads that nobody needs any more were removed: %d.", len(removed))


def _careful(do: Callable[[], object], what: str) -> None:
    try:
        do()
    except Exception:  # room is made later
        log.exception("%s could not be cleared up; it is tried again.", what)
