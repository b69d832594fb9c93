"""What is to be known of data without having it: a little of a set, and of prepared data its figures, too.

Left out: what a kind of data shows of itself (kinds), figures (report.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.config.experiment import DataConfig
from core.config.summary import DataSummary
from core.data.dataset import ClipSet, DataSet
from core.data.kinds import KINDS
from core.data.look import Look
from core.data.prepared import Prepared
from core.data.report import Report, report


@dataclass(frozen=True)
class Overview:
    """What is to be known of prepared data without having it.

    Attributes:
        summary, fingerprint, notes: Those of the prepared data.
        report: What it is like, in numbers.
        look: A little of its training part; of series all parts.
    """

    summary: DataSummary
    fingerprint: str
    notes: tuple[str, ...]
    report: Report
    look: Look


def overview(prepared: Prepared, data: DataConfig) -> Overview:
    """What a page needs of prepared data.

    Args:
        prepared: What `core.data.prepare.prepare` gave.
        data: The data section that it was prepared with.
    """
    look = KINDS[prepared.summary.kind].look_inside(prepared)
    return Overview(prepared.summary, prepared.fingerprint, prepared.notes, report(prepared, data), look)


def look_at(dataset: DataSet, split: tuple[float, float, float]) -> Look:
    """A little of a data set, from everywhere in it.

    Args:
        dataset: As loaded.
        split: Shares of training, validation and test, for a series.
    """
    if isinstance(dataset, ClipSet):  # of no kind yet
        first = {label: dataset.labels.index(label) for label in dataset.classes if label in dataset.labels}
        clips = {label: dataset.clips[row].tolist() for label, row in first.items()}
        return Look(dataset.notes, clips=clips, sample_rate=dataset.sample_rate)
    (kind,) = (kind for kind in KINDS.values() if isinstance(dataset, kind.content))
    return replace(kind.look(dataset, split), notes=dataset.notes)
