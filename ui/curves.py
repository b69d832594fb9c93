"""The numbers of a run as they arrive: metrics.jsonl read piece by piece, and thinned for a chart.

Left out: drawing (live_chart.py). One reader serves every visitor who looks at the same run.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.jobs.files import read_jsonl

MAX_POINTS = 300


class Curve:
    """The records of one run so far; `update` reads only what was added since.

    Attributes:
        train, validation: Metric records in order of step.
        baselines: Figures by name of the baseline, on the validation set.
        sample: The newest sample record, or None.
    """

    def __init__(self, path: Path):
        self._path = path
        self._offset = 0
        self._lock = threading.Lock()
        self.train: list[dict[str, Any]] = []
        self.validation: list[dict[str, Any]] = []
        self.baselines: dict[str, dict[str, Any]] = {}
        self.sample: dict[str, Any] | None = None

    def update(self) -> None:
        """Read the records that were appended since the last call; a shorter file is read anew."""
        with self._lock:
            try:
                if self._path.stat().st_size < self._offset:
                    self._forget()
                records, self._offset = read_jsonl(self._path, self._offset)
            except OSError:  # not there yet, or the run was deleted
                return
            for record in records:
                self._add(record)

    def _forget(self) -> None:
        self._offset = 0
        self.train, self.validation, self.baselines, self.sample = [], [], {}, None

    def _add(self, record: dict[str, Any]) -> None:
        event = record.get("event")
        if event == "baseline" and isinstance(record.get("name"), str):
            if record.get("split", "validation") == "validation":
                self.baselines[record["name"]] = record
        elif event == "sample":
            self.sample = record
        elif event == "metrics" and isinstance(record.get("step"), int):
            (self.train if record.get("split") == "train" else self.validation).append(record)


def points(records: Sequence[dict[str, Any]], metric: str, most: int = MAX_POINTS) -> list[tuple[int, float]]:
    """Steps and values of one metric, at most `most` of them; the first and the last are always kept."""
    found = [(record["step"], float(record[metric])) for record in records if record.get(metric) is not None]
    if len(found) <= most:
        return found
    stride = (len(found) - 1) / (most - 1)
    return [found[round(i * stride)] for i in range(most)]


def latest(records: Sequence[dict[str, Any]], key: str) -> Any:
    """The newest value of a key that is not None; None when no record has one."""
    for record in reversed(records):
        if record.get(key) is not None:
            return record[key]
    return None
