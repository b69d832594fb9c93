"""What never changes of each run of a folder: read once and kept in memory, so that a list of runs costs nothing.

Left out: which runs there are, and who may ask (store.py).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Set
from contextlib import suppress
from pathlib import Path

from core.config.errors import ConfigError
from core.jobs.folders import read_experiment, upload_of
from core.jobs.record import read_record
from core.jobs.status import EXPERIMENT_FILE


class KnownRuns:
    """When each run was made, by whom, and on which upload. Every method may be called from any thread.

    Args:
        root: The folder of runs.
    """

    def __init__(self, root: Path):
        self._root = root
        self._guard = threading.Lock()
        self._made: dict[str, tuple[float, str]] = {}  # created and owner
        self._uploads: dict[str, str] = {}

    def newest_first(self, present: Set[str]) -> list[tuple[str, str]]:
        """Id and owner of every run that is present, newest first; what has no record and no experiment is none."""
        with self._guard:
            self._made = {run_id: facts for run_id, facts in self._made.items() if run_id in present}
            known = dict(self._made)
        fresh, unreadable = {}, {}
        for run_id in present - known.keys():
            record = read_record(self._root / run_id)
            if record is not None:
                fresh[run_id] = (record.created, record.owner)
            else:
                with suppress(OSError):  # a run all the same, and nobody's
                    unreadable[run_id] = (os.stat(self._root / run_id / EXPERIMENT_FILE).st_mtime, "")
        with self._guard:
            self._made |= fresh
        found = {**known, **fresh, **unreadable}
        order = sorted(((created, run_id, owner) for run_id, (created, owner) in found.items()), reverse=True)
        return [(run_id, owner) for _, run_id, owner in order]

    def upload_of(self, run_id: str) -> str:
        """The id of the upload that a run trains on, "" for other data and for a run that is not there."""
        with self._guard:
            known = self._uploads.get(run_id)
        if known is None:
            record = read_record(self._root / run_id)
            known = None if record is None else record.upload
            if known is None:  # of an earlier version, or damaged
                try:
                    known = upload_of(read_experiment(self._root / run_id))
                except ConfigError:
                    return ""  # once more the next time: it may be on its way
            with self._guard:
                self._uploads[run_id] = known
        return known

    def uploads_of(self, present: Set[str]) -> set[str]:
        """The uploads that runs train on."""
        with self._guard:
            self._uploads = {run_id: upload for run_id, upload in self._uploads.items() if run_id in present}
        return {self.upload_of(run_id) for run_id in present} - {""}
