"""What prepared data is like, in numbers for the screen: rows, parts, classes, lengths, vocabulary, repeated texts.

Pure and quick: it looks at arrays, never at files. `reading_of` is what the shell and a result say of how the data was
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.config.experiment import DataConfig
from core.config.summary import DataSummary
from core.data.dataset import SPLITS, ClipSet, DataSet, Rows
from core.data.kinds import KINDS
from core.data.look import Look
from core.data.prepared import (
    Prepared,
    PreparedLabelled,
    PreparedSequences,
    PreparedSeries,
    PreparedTagged,
    PreparedText,
)
from core.data.text import SPECIALS, UNK


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that a network knows.

    Attributes:
        size: How many, the four special ones among them.
        num_unread: How many of them stand in training behind the end of what is read of a text alone: nobody meets them.
        unknown: Share of `<unk>` among the tokens of each part, 0 to 1; parts without a token are not there.
    """

    size: int
    unknown: Mapping[str, float]
    num_unread: int = 0

    @property
    def num_different(self) -> int:
        """How many of the tokens stand in texts: all but the special ones."""
        return self.size - len(SPECIALS)


@dataclass(frozen=True)
class Report:
    """What will be trained on.

    Attributes:
        rows: Rows read and dropped, and why; None where nobody counted.
        parts: Steps, tokens, texts, pairs or sentences by part.
        classes: Texts (or words) of each label in training, validation and test; empty where there are no labels.
        lengths: How many training texts have so many tokens before the cut, by side: "text", or "source" and "target".
        max_length: Tokens to which texts are cut; None where they are not.
        num_cut: Texts of all parts and sides that were cut.
        vocabularies: By side.
        repeated: What stood "within a part" and "across parts" more than once, and was dropped.
        warnings: Those of the notes that hardly anybody wants.
    """

    rows: Rows | None
    parts: Mapping[str, int]
    classes: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    lengths: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    max_length: int | None = None
    num_cut: int = 0
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    repeated: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def report(prepared: Prepared, data: DataConfig) -> Report:
    """Look at what was prepared with a data section."""
    if isinstance(prepared, PreparedSeries):
        return Report(prepared.series.rows, prepared.counts)
    tally = prepared.tally
    return Report(
        rows=tally.rows,
        parts=prepared.counts,
        classes=_classes(prepared) if isinstance(prepared, PreparedLabelled | PreparedTagged) else {},
        lengths={side: _counted(lengths) for side, lengths in tally.lengths.items()},
        max_length=None if isinstance(prepared, PreparedText | PreparedSequences) else data.max_length,
        num_cut=tally.num_cut,
        vocabularies={
            side: Vocabulary(known.vocab_size, _unknown(ids), _unread(known.vocab_size, ids) if tally.num_cut else 0)
            for side, (known, ids) in prepared.sides.items()
        },
        repeated=tally.repeated,
        warnings=tally.warnings,
    )


def reading_of(prepared: Prepared) -> dict[str, Any]:
    """How data was read, as a result says it: what applies to its kind, in JSON's types.

    Of series: `time_column`, `targets` (the column of values where series stand below each other), `covariates`,
    `series` (how many are forecast, or stand below each other), `series_column` and `frequency`. Of texts and pairs:
    `columns`, data field to the name of a column, and `classes`. Of all: `rows` read, `dropped` (reason to number) and
    `notes`, each as the page shows it.
    """
    if isinstance(prepared, PreparedSeries):
        series, rows = prepared.series, prepared.series.rows
        names, value = [str(name) for name in series.frame.columns], series.columns.get("value_column")
        read: dict[str, Any] = {
            "time_column": series.columns.get("time_column"),
            "series_column": series.columns.get("series_column"),
            "targets": [value] if value else list(series.target_columns),
            "covariates": [*(name for name in names if name not in series.target_columns), *prepared.ahead.columns],
            "series": len(names) if value else len(series.target_columns),
            "frequency": series.frequency,
        }
    else:
        rows, read = prepared.tally.rows, {"columns": dict(prepared.tally.columns)}
        if isinstance(prepared, PreparedLabelled | PreparedTagged):
            read["classes"] = list(prepared.classes)
    counted = {"rows": rows.read, "dropped": dict(rows.dropped)} if rows else {"rows": None, "dropped": {}}
    return {**read, **counted, "notes": list(prepared.notes)}


def warnings_of(prepared: Prepared) -> tuple[str, ...]:
    """Those of the notes that hardly anybody wants."""
    return () if isinstance(prepared, PreparedSeries) else prepared.tally.warnings


def _counted(numbers: np.ndarray) -> dict[int, int]:
    values, counts = np.unique(numbers, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _classes(prepared: PreparedLabelled | PreparedTagged) -> dict[str, tuple[int, int, int]]:
    num_classes, numbers = len(prepared.classes), prepared.class_numbers
    train, validation, test = (np.bincount(numbers[name], minlength=num_classes).tolist() for name in SPLITS)
    return dict(zip(prepared.classes, zip(train, validation, test, strict=True), strict=True))


def _unread(size: int, parts: Mapping[str, np.ndarray]) -> int:
    found = np.unique(parts["train"])
    return size - len(SPECIALS) - int((found >= len(SPECIALS)).sum())


def _unknown(parts: Mapping[str, np.ndarray]) -> dict[str, float]:
    return {name: float((parts[name] == UNK).mean()) for name in SPLITS if len(parts[name])}


@dataclass(frozen=True)
class Overview:
    """What is to be known of prepared data without having it.

    Attributes:
        summary, fingerprint, notes: Those of the prepared data.
        report: What it is like, in numbers.
        look: A little of its training set; of series all parts.
    """

    summary: DataSummary
    fingerprint: str
    notes: tuple[str, ...]
    report: Report
    look: Look


def overview(prepared: Prepared, data: DataConfig) -> Overview:
    """What a page needs of what was prepared with a data section."""
    look = KINDS[prepared.summary.kind].look_inside(prepared)
    return Overview(prepared.summary, prepared.fingerprint, prepared.notes, report(prepared, data), look)


def look_at(dataset: DataSet, split: tuple[float, float, float]) -> Look:
    """A little of a data set, from everywhere in it; of a series with the ends of its parts, by their shares."""
    if isinstance(dataset, ClipSet):  # of no kind yet
        first = {label: dataset.labels.index(label) for label in dataset.classes if label in dataset.labels}
        clips = {label: dataset.clips[row].tolist() for label, row in first.items()}
        return Look(dataset.notes, clips=clips, sample_rate=dataset.sample_rate)
    (kind,) = (kind for kind in KINDS.values() if isinstance(dataset, kind.content))
    return replace(kind.look(dataset, split), notes=dataset.notes)
