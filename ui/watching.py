"""Many pages that look at few runs: one reading of a run for all of them, and longer pauses the more they are.

Left out: what a page shows of a run (run_panel.py).
"""

from __future__ import annotations

import os
import threading
import time
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from core.jobs.record import RECORD_FILE, STOP_FILE, RunNotFound
from core.jobs.status import RESULT_FILE, STATUS_FILE, RunStatus, read_status

PAUSES = (0.3, 0.6, 1.2, 2.4, 3.6, 5.0)
"""Seconds between two looks; few values, because changing the pause costs a whole run of the page."""
SECONDS_A_TAB = 0.06
"""A look costs the server some hundredths of a second; all pages together may take about half a core."""
_FILES = (RECORD_FILE, STATUS_FILE, STOP_FILE, RESULT_FILE)
_Stamps = tuple[tuple[int, int, int] | None, ...]


class StatusCache:
    """`read_status`, once for all who ask within a moment. A file that changed is read at once.

    Args:
        keep_seconds: How long a reading stands while no file changes: silence makes a run lost.
        max_runs: Runs that are remembered.
    """

    def __init__(self, keep_seconds: float = 0.5, max_runs: int = 256):
        self._keep_seconds = keep_seconds
        self._max_runs = max_runs
        self._guard = threading.Lock()
        self._known: OrderedDict[Path, tuple[float, _Stamps, RunStatus]] = OrderedDict()

    def read(self, directory: Path) -> RunStatus | None:
        """The status of a run; None when there is none in this folder."""
        stamps = tuple(_stamp(directory / name) for name in _FILES)
        with self._guard:
            known = self._known.get(directory)
            if known is not None and known[1] == stamps and time.monotonic() - known[0] < self._keep_seconds:
                return known[2]
            try:
                found = read_status(directory)
            except RunNotFound:
                self._known.pop(directory, None)
                return None
            self._known[directory] = (time.monotonic(), stamps, found)
            self._known.move_to_end(directory)
            while len(self._known) > self._max_runs:
                self._known.popitem(last=False)
            return found


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@dataclass
class _Tab:
    seen: float
    seconds: float


class Watchers:
    """How long each open page pauses between two looks, by how many look. A page keeps a pause that nearly fits."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._tabs: dict[str, _Tab] = {}

    def seconds(self, tab: str) -> float:
        """Note that a page looks now, and return its pause in seconds."""
        now = time.monotonic()
        with self._guard:
            for gone in [name for name, other in self._tabs.items() if now - other.seen > 3 * other.seconds + 2.0]:
                del self._tabs[gone]
            known = self._tabs.pop(tab, None)
            wanted = SECONDS_A_TAB * (len(self._tabs) + 1)
            if known is not None and _nearly_fits(known.seconds, wanted):
                pause = known.seconds
            else:
                pause = next((pause for pause in PAUSES if wanted <= pause), PAUSES[-1])
            self._tabs[tab] = _Tab(now, pause)
            return pause if pause == PAUSES[0] else round(pause * _spread(tab), 3)


def _spread(tab: str) -> float:
    """0.9 to 1.1, always the same for one page: pages that were opened together do not look together for ever."""
    return 0.9 + 0.2 * zlib.crc32(tab.encode()) / 2**32


def _nearly_fits(pause: float, wanted: float) -> bool:
    long_enough = wanted <= pause or pause == PAUSES[-1]
    return long_enough and (pause == PAUSES[0] or wanted > pause / 2.5)
