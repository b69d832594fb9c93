"""What is left of a run that is gone: when it went and why, so that its link can say so.

One small file a run under `.gone/` in the folder of runs; a bounded number, the oldest go first.
Left out: the deleting (store.py, retention.py).
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from core.jobs.files import is_finite, read_json, write_json

GONE_FOLDER = ".gone"
MAX_TOMBSTONES = 10_000
RUN_ID = re.compile(r"[0-9a-f]{32}")
GoneReason = Literal["deleted", "evicted"]


@dataclass(frozen=True)
class Gone:
    """A run that is no more: `when` it went, in unix seconds, and why: its owner's wish, or room for newer ones."""

    when: float
    reason: GoneReason

    def __str__(self) -> str:
        day = time.strftime("%Y-%m-%d", time.gmtime(self.when))
        if self.reason == "evicted":
            return f"It was cleared away on {day} to make room for newer runs."
        return f"It was deleted on {day}."


def bury(root: Path, run_id: str, reason: GoneReason, *, most: int = MAX_TOMBSTONES) -> None:
    """Note that a run goes now. A full disk loses the note, not the deletion.

    Args:
        root: The folder of runs.
        run_id: Its id; what is not one is not noted.
        reason: Why.
        most: How many notes are kept.
    """
    if RUN_ID.fullmatch(run_id) is None:
        return
    with suppress(OSError):
        folder = root / GONE_FOLDER
        folder.mkdir(exist_ok=True)
        write_json(_file(root, run_id), {"id": run_id, "when": time.time(), "reason": reason}, durable=False)
        notes = [name for name in os.listdir(folder) if not name.startswith(".")]
        if len(notes) > most:
            _drop_oldest(folder, notes, len(notes) - most)


def unbury(root: Path, run_id: str) -> None:
    """Take the note back: the run did not go after all."""
    if RUN_ID.fullmatch(run_id) is not None:
        with suppress(OSError):
            _file(root, run_id).unlink(missing_ok=True)


def find_gone(root: Path, run_id: str) -> Gone | None:
    """The note about a run; None where there is none, it cannot be read, or the name cannot be an id."""
    if RUN_ID.fullmatch(run_id) is None:
        return None
    raw = read_json(_file(root, run_id))
    if raw is None or raw.get("reason") not in get_args(GoneReason) or not is_finite(raw.get("when")):
        return None
    # A day that calendars have: what somebody wrote into the file must not break a page.
    if not 0 <= raw["when"] < 1e11:
        return None
    return Gone(float(raw["when"]), cast(GoneReason, raw["reason"]))


def _file(root: Path, run_id: str) -> Path:
    return root / GONE_FOLDER / f"{run_id}.json"


def _drop_oldest(folder: Path, names: list[str], number: int) -> None:
    ages = []
    for name in names:
        with suppress(OSError):
            ages.append((os.lstat(folder / name).st_mtime_ns, name))
    for _, name in sorted(ages)[:number]:
        with suppress(OSError):
            os.unlink(folder / name)
