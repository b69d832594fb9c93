"""Labelled texts: a table of texts and labels, or a folder of texts for each label.

Texts are read in small letters and words without their spacing, unless the data section says otherwise. Left out: reading
files (sources/labelled_files.py, label_folders.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.config.summary import DataSummary
from core.config.words import plural
from core.data.dataset import SPLITS, LabelledSet
from core.data.kinds import items
from core.data.kinds.kind import Kind, Shares
from core.data.look import Look, look_at_labelled
from core.data.prepared import PreparedLabelled
from core.data.progress import Meter, ProgressCallback, within
from core.data.remarks import class_remarks
from core.data.sources.labelled_files import choose_columns, read_labelled
from core.data.sources.parts import Parts
from core.data.sources.tables import Table
from core.data.splits import drop_repeated, hash_all, split_labelled


class LabelledTexts(Kind[LabelledSet, PreparedLabelled]):
    """Texts with one label each."""

    name = "labelled"
    formats = "CSV, TSV, Parquet or JSON lines"
    content, numbers = LabelledSet, PreparedLabelled
    column_fields = ("text_column", "label_column")
    reads_folders = True
    pasted_name = "pasted labels.csv"

    def read_parts(self, parts: Parts, data: DataConfig, limits: Limits) -> LabelledSet:
        return read_labelled(parts, data, limits)

    def look(self, content: LabelledSet, split: Shares) -> Look:
        return look_at_labelled(content.texts, content.labels, content.classes)

    def look_inside(self, numbers: PreparedLabelled) -> Look:
        labels = [numbers.classes[number] for number in numbers.labels["train"].tolist()]
        return look_at_labelled(numbers.texts["train"], labels, numbers.classes)

    def count(self, content: LabelledSet) -> tuple[int, str]:
        return len(content.texts), "texts"

    def in_words(self, content: LabelledSet) -> str:
        counted = Counter(content.labels)
        each = ", ".join(f"{label[:40]!r} {counted[label]:,}" for label in content.classes[:6])
        more = f" and {len(content.classes) - 6} more" if len(content.classes) > 6 else ""
        return f"{plural(len(content.texts), 'text')} with {plural(len(content.classes), 'label')}: {each}{more}"

    def find_columns(self, table: Table, data: DataConfig) -> Mapping[str, Any]:
        return dict(zip(self.column_fields, choose_columns(table.frame, data), strict=True))

    def prepare(
        self, content: LabelledSet, fingerprint: str, data: DataConfig, tell: ProgressCallback
    ) -> PreparedLabelled:
        """Texts and class numbers; of texts that differ by case or spacing only, one stays.

        Raises:
            ConfigError: Too little is left to divide, or texts of one class only.
        """
        normalization = items.normalization_of(data, lower=True, single_spaces=data.unit != "character")
        tell(0.0, items.SPLITTING)
        spaced = replace(normalization, single_spaces=True)
        filled: list[bool] = []
        meter = Meter(within(tell, 0.0, items.DIVIDED), sum(map(len, content.texts)), items.SPLITTING)

        def keys() -> Iterator[str]:
            """One at a time: together they are a second copy of the data."""
            for text in content.texts:
                key = spaced(text).casefold()
                filled.append(bool(key))
                yield key
                meter.add(len(text))

        hashes = hash_all(keys())
        unique = drop_repeated(hashes, items.filled_parts(content.parts, filled))
        if content.parts:
            rows = items.with_validation(unique.rows, data)
        else:
            used = sorted(unique.rows["all"])
            items.check_different(len(used), unique.num_within)
            split = split_labelled(
                [content.texts[row] for row in used], [content.labels[row] for row in used], data.split
            )
            rows = {name: [used[place] for place in split[name]] for name in SPLITS}
        _check_classes(Counter(content.labels[row] for row in rows["train"]))
        texts = {name: [content.texts[row] for row in rows[name]] for name in SPLITS}
        number = {label: place for place, label in enumerate(content.classes)}
        labels = {
            name: np.array([number[content.labels[row]] for row in rows[name]], dtype=np.int64) for name in SPLITS
        }
        tokenizer, ids, lengths = items.tokenize(texts, normalization, data, within(tell, items.DIVIDED, 1.0))
        summary = DataSummary(
            kind="labelled",
            num_items=sum(map(len, texts.values())),
            num_tokens=len(ids["train"].ids),
            vocab_size=tokenizer.vocab_size,
            num_classes=len(content.classes),
            num_train=len(texts["train"]),
            longest=int(ids["train"].lengths.max(initial=0)),
        )
        told, tally = items.tally_of("texts", content, filled, [unique], {"text": lengths}, data)
        counts = {name: len(texts[name]) for name in SPLITS}
        of_class = Counter(content.labels[row] for part in rows.values() for row in part)
        notes = (*content.notes, *told, *class_remarks({label: of_class[label] for label in content.classes}))
        numbers = (tokenizer, content.classes, ids, texts, labels)
        return PreparedLabelled(summary, fingerprint, *numbers, counts=counts, notes=notes, tally=tally)


def _check_classes(in_training: Mapping[str, int]) -> None:
    if len(in_training) < 2:
        raise ConfigError.single(
            "data.label_column",
            "texts of at least two labels to train on",
            f"{len(in_training)} once repeated texts are dropped",
            "Bring different texts of another class, or choose another label column.",
        )
