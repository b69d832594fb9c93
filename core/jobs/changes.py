"""Which runs of a folder may have changed since the last look: told by time stamps, so that nothing is read in vain."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from core.jobs.record import RECORD_FILE
from core.jobs.store import RunStore

RESCAN_SECONDS = 5.0
"""Every run's record is looked at this often, whatever the folder's own time stamp says."""
_SETTLED_NS = 2_000_000_000
"""Time stamps are coarse: one that is fresh may stand for a later change as well."""
_BUSY_SECONDS = 0.5

Stamp = tuple[int, int]


def announce(root: Path) -> None:
    """Let everybody who looks at this folder of runs know that an old run has changed."""
    with suppress(OSError):  # they find out all the same, a little later
        os.utime(root)


class Changes:
    """What is new in a store's folder. For one thread."""

    def __init__(self, store: RunStore):
        self._store = store
        self._stamps: dict[str, Stamp | None] = {}
        self._listed: int | None = None
        self._scanned = float("-inf")

    def look(self, watched: Iterable[str]) -> list[str]:
        """Ids of the runs that are new, changed or gone since the last look.

        Args:
            watched: Runs whose changes are wanted at once. Those of the others are found when somebody announces them,
                and after `RESCAN_SECONDS` at the latest.

        Raises:
            OSError: The folder cannot be read.
        """
        now, stamp = time.monotonic(), self._store.root.stat().st_mtime_ns
        is_news = stamp != self._listed
        is_scan = now - self._scanned >= (_BUSY_SECONDS if is_news else RESCAN_SECONDS)
        suspects = set(watched)
        if is_news or is_scan:
            present = self._store.ids()
            gone = self._stamps.keys() - present
            suspects |= present if is_scan else present - self._stamps.keys()
            suspects |= gone
            self._listed = stamp if is_scan and abs(time.time_ns() - stamp) > _SETTLED_NS else None
            self._scanned = now if is_scan else self._scanned
        return [run_id for run_id in suspects if self._has_changed(run_id)]

    def _has_changed(self, run_id: str) -> bool:
        before, stamp = self._stamps.get(run_id), _stamp(self._store.root / run_id / RECORD_FILE)
        if stamp is None:
            self._stamps.pop(run_id, None)
            return before is not None
        self._stamps[run_id] = stamp
        return stamp != before


def _stamp(path: Path) -> Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
