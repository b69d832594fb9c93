"""Making room: what was left over is cleared away, and finished runs go when there are too many or they take too much disk.

Never touches a run that is active. Pinned ones of visitors go last, and only where the server asks for it: else whoever
pins most would fill the disk. Odd things in the folder (files, links, what cannot be read) are left alone and stop
nothing. A server does it now and then (`Upkeep`), the shell when asked.
"""

from __future__ import annotations

import logging
import math
import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.jobs.clock import AgingClock
from core.jobs.folders import remove_tree, size_of
from core.jobs.queue import NOBODY
from core.jobs.record import GONE_FOLDER, read_record
from core.jobs.serving import QueueServer
from core.jobs.status import RunStatus, read_status
from core.jobs.store import RunStore

LEFT_OVER_SECONDS = 3_600.0
"""Making or deleting a run takes a moment: what is half done for this long was interrupted."""
SILENT_SECONDS = 3_600.0
"""A run that is lost because nothing is heard of it stays for this long after its last word."""
_HALF_DONE = (".new-", ".deleted-")
SWEEP_SECONDS = 60.0
SWEEP_PAUSE_SECONDS = 1.0
"""Runs that end together are cleared up after together."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """What a sweep did: the ids of the runs that went, oldest first, and the bytes of disk that are free for it."""

    removed: tuple[str, ...]
    freed: int


def sweep(
    store: RunStore, max_bytes: int | None, now: float, *, pinned_too: bool = False, max_runs: int | None = None
) -> Swept:
    """Clear away what is left over, then finished runs until all take no more than they may.

    Args:
        max_bytes: How much all runs may take together; None keeps every run.
        now: The time, in unix seconds.
        pinned_too: Where that does not suffice, pinned runs go as well, those of the address first whose take most, and
            of the visitor where no address is known.
        max_runs: How many there may be; None is any number.
    """
    freed = _remove_left_overs(store.root, store.ids(), now)
    removed: list[str] = []
    if max_runs is not None and (too_many := len(present := store.ids()) - max_runs) > 0:
        removed += _evict(store, dict.fromkeys(present, 1), too_many, pinned_too, unused=True)
    while max_bytes is not None:
        sizes = {run_id: store.size(run_id) for run_id in store.ids()}
        excess = sum(sizes.values()) - max_bytes
        # Again after each round: files that a run shared with another one are that one's alone now.
        if excess <= 0 or not (went := _evict(store, sizes, excess, pinned_too)):
            break
        removed += went
        freed += sum(sizes[run_id] for run_id in went)
    return Swept(tuple(removed), freed)


def _evict(
    store: RunStore, sizes: Mapping[str, int], excess: int, pinned_too: bool, *, unused: bool = False
) -> list[str]:
    """Delete finished runs, oldest first, until their sizes make up for the excess; returns those that went.

    Where it is their number that counts, unused ones go first: those that were taken out of the queue.
    """
    went = []
    for run_id in _in_turn(store, sizes, pinned_too, unused):
        if excess <= 0:
            break
        with suppress(ConfigError, OSError):  # resumed or deleted meanwhile, or it cannot be removed
            store.delete(run_id, reason="evicted")
            went.append(run_id)
            excess -= sizes[run_id]
    return went


def _in_turn(store: RunStore, sizes: Mapping[str, int], pinned_too: bool, unused: bool) -> list[str]:
    """Runs that are over, in the order in which they go."""
    found: list[RunStatus] = []
    for run_id in sizes:
        with suppress(ConfigError, OSError):
            status = read_status(store.path(run_id))
            # A run that fell silent a moment ago may yet wake up.
            is_fresh = status.state == "lost" and (status.heartbeat_age or math.inf) < SILENT_SECONDS
            if status.is_over and not is_fresh and (not status.pinned or (pinned_too and status.owner != NOBODY)):
                found.append(status)
    held, keeper = Counter[str](), {}
    for status in found:
        if status.pinned:  # cookies cost nothing, so who keeps most is counted by address
            record = read_record(store.path(status.run_id))
            keeper[status.run_id] = (record.address if record is not None else "") or status.owner
            held[keeper[status.run_id]] += sizes[status.run_id]
    turns = [
        (s.pinned, -held[keeper.get(s.run_id, "")], unused and s.has_begun, s.ended or 0.0, s.run_id) for s in found
    ]
    return [run_id for *_, run_id in sorted(turns)]


def _remove_left_overs(root: Path, run_ids: set[str], now: float) -> int:
    """Remove what interrupted writers and deletions left; returns the bytes that it took."""
    freed = 0
    for name in _names(root):
        if name.startswith(_HALF_DONE) and _age(root / name, now) > LEFT_OVER_SECONDS:
            freed += _remove(root / name)
    graves = root / GONE_FOLDER
    for folder in (root, *(() if graves.is_symlink() else (graves,)), *(root / run_id for run_id in run_ids)):
        for name in _names(folder):
            if name.startswith(".") and name.endswith(".tmp") and _age(folder / name, now) > LEFT_OVER_SECONDS:
                freed += _remove(folder / name)
    return freed


def _remove(path: Path) -> int:
    size = size_of(path)
    return size if remove_tree(path) else 0


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _age(path: Path, now: float) -> float:
    """Seconds since something was last changed; nothing that cannot be looked at is old."""
    try:
        return now - os.lstat(path).st_mtime
    except OSError:
        return 0.0


class Uploads(Protocol):
    """What the queue has to know of the data that people bring."""

    def claim(self, upload_id: str, actor: str | None) -> None:
        """Note that a run is made from an upload. Raises `ConfigError` where the actor may not, `OSError`."""

    def sweep(self, in_use: Set[str] | None, now: float) -> tuple[str, ...]:
        """Remove what nobody needs any more; `in_use` are those of runs, None where that cannot be known."""


class Upkeep:
    """Sweeps the runs of a store and the uploads that they leave, while its server leads.

    Args:
        server: The queue, which says who leads and when a run ends.
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
