"""Sequences of symbols or numbers step by step, with an answer at the last steps or at every one.

Nobody can bring them, so nothing is read from files here. Left out: making them (core.data.made.sequences).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.config.summary import DataSummary
from core.config.words import plural
from core.data.dataset import SPLITS, Rows, SequenceSet
from core.data.kinds.kind import Kind, Shares
from core.data.look import NUM_ROWS, Look, table_look
from core.data.prepared import PreparedSequences, Tally
from core.data.progress import ProgressCallback
from core.data.sources.inputs import InputFile
from core.data.splits import cut_points

FEWEST = 500
"""Different sequences; where there are fewer, too few would be left to learn from if none came twice."""


class Sequences(Kind[SequenceSet, PreparedSequences]):
    """Sequences that ask for what was read before."""

    name = "sequences"
    formats = "no file: these sequences ship"
    content, numbers = SequenceSet, PreparedSequences
    has_parts = False
    is_kept = False  # made in less time than reading takes

    def read(self, files: Sequence[InputFile], data: DataConfig, limits: Limits) -> SequenceSet:
        hint = "Leave data.path and data.source out, and choose a set by data.id."
        raise ConfigError.single("data.path", self.formats, "a file", hint)

    def look(self, content: SequenceSet, split: Shares) -> Look:
        return _look(content.inputs, content.answers, content)

    def look_inside(self, numbers: PreparedSequences) -> Look:
        return _look(numbers.inputs["train"], numbers.answers["train"], numbers)

    def count(self, content: SequenceSet) -> tuple[int, str]:
        return len(content.inputs), "sequences"

    def in_words(self, content: SequenceSet) -> str:
        return plural(len(content.inputs), "sequence")

    def prepare(
        self, content: SequenceSet, fingerprint: str, data: DataConfig, tell: ProgressCallback
    ) -> PreparedSequences:
        """The parts. No sequence stands in two of them, nor twice, unless there are fewer than `FEWEST` different ones.

        Raises:
            ConfigError: A part would be empty.
        """
        tell(0.0, "Dividing the sequences")
        content = _without_repeated(content)
        number, longest = content.inputs.shape[:2]
        ends = (0, *cut_points(number, data.split), number)
        parts = {name: slice(*ends[place : place + 2]) for place, name in enumerate(SPLITS)}
        inputs = {name: content.inputs[part] for name, part in parts.items()}
        summary = DataSummary(
            kind="sequences",
            num_items=number,
            num_tokens=len(inputs["train"]) * longest,
            num_train=len(inputs["train"]),
            longest=longest,
            num_features=len(content.symbols),
            num_classes=len(content.classes),
            num_targets=0 if content.classes else 1,
        )
        return PreparedSequences(
            summary, fingerprint, inputs, {name: content.answers[part] for name, part in parts.items()},
            content.symbols, content.classes, content.num_asked,
            counts={name: len(part) for name, part in inputs.items()}, notes=content.notes,
            tally=Tally(content.rows or Rows(number)),
        )  # fmt: skip


def _without_repeated(content: SequenceSet) -> SequenceSet:
    """Each sequence once; as they are, and a note, where there are too few different ones."""
    firsts: dict[bytes, int] = {}
    for place, row in enumerate(content.inputs):
        firsts.setdefault(row.tobytes(), place)
    if len(firsts) < FEWEST:
        note = f"there are only {len(firsts):,} different sequences, so those of the test set stand in training too"
        return replace(content, notes=(*content.notes, note))
    kept, number = [*firsts.values()], len(content.inputs)
    rows = Rows(number, (("repeating another", number - len(kept)),) if len(kept) < number else ())
    return replace(content, inputs=content.inputs[kept], answers=content.answers[kept], rows=rows)


def words_of(inputs: np.ndarray, symbols: tuple[str, ...]) -> list[str]:
    """A sequence in words, a step each: symbols by their names, a number with a star where it is marked.

    Args:
        inputs: Ids (T,), the shorter sequence before the first -1; or numbers and their marks (T, 2), NaN
            behind its end; or more numbers a step (T, F), which stand with commas between them, `0` where all are 0.
        symbols: Their names.
    """
    if inputs.ndim == 2 and len(symbols) > 2:
        return [",".join(f"{one:g}" for one in step) if any(step) else "0" for step in inputs.tolist()]
    if inputs.ndim == 2:
        return [f"{number:.2f}{'*' if mark else ''}" for number, mark in inputs[~np.isnan(inputs[:, 0])].tolist()]
    return [symbols[one] for one in inputs.tolist() if one >= 0]


def answers_of(answers: np.ndarray, classes: tuple[str, ...]) -> list[str]:
    """The answers of a sequence in words, those that are asked for."""
    if classes:
        return [classes[one] for one in answers.tolist() if one >= 0]
    return [f"{number:.2f}" for number in answers[~np.isnan(answers)].tolist()]


def _look(inputs: np.ndarray, answers: np.ndarray, of: SequenceSet | PreparedSequences) -> Look:
    return table_look(
        {
            "Sequence": [" ".join(words_of(row, of.symbols)) for row in inputs[:NUM_ROWS]],
            "Answer" if of.num_asked == 1 else "Answers": [
                " ".join(answers_of(row, of.classes)) for row in answers[:NUM_ROWS]
            ],
        }
    )
