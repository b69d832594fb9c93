"""Making room: what was left over is cleared away, and finished runs go when there are too many or they take too much disk.

Never touches a run that is active. Pinned ones of visitors go last, and only where the server asks for it: else whoever
pins most would fill the disk. Odd things in the folder (files, links, what cannot be read) are left alone and stop
nothing. Left out: when it is called (upkeep.py, the shell), and the data that runs leave behind (core.data).
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.config.errors import ConfigError
from core.jobs.folders import remove_tree, size_of
from core.jobs.queue import NOBODY
from core.jobs.record import read_record
from core.jobs.status import RunStatus, read_status
from core.jobs.store import RunStore
from core.jobs.tombstones import GONE_FOLDER

LEFT_OVER_SECONDS = 3_600.0
"""Making or deleting a run takes a moment: what is half done for this long was interrupted."""
SILENT_SECONDS = 3_600.0
"""A run that is lost because nothing is heard of it stays for this long after its last word."""
_HALF_DONE = (".new-", ".deleted-")


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
        store: The runs.
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
