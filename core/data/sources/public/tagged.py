"""Public sentences with a tag for every word: Universal Dependencies, parts of speech.

A function of the folder with the files as published. Left out: every other column of CoNLL-U.
"""

from __future__ import annotations

from pathlib import Path

from core.config.experiment import DataConfig
from core.data.dataset import TaggedSet
from core.data.sources.public.reading import broken, read_plain

_WORD, _PART_OF_SPEECH, _NUM_COLUMNS = 1, 3, 10


def load_ud_english_ewt(folder: Path, data: DataConfig) -> TaggedSet:
    """Words and universal parts of speech, in the published parts."""
    sentences: list[tuple[str, ...]] = []
    tags: list[tuple[str, ...]] = []
    parts = {}
    for part, name in (("train", "train"), ("validation", "dev"), ("test", "test")):
        found = _sentences(folder / f"en_ewt-ud-{name}.conllu")
        parts[part] = tuple(range(len(sentences), len(sentences) + len(found)))
        for rows in found:
            sentences.append(tuple(row[_WORD] for row in rows))
            tags.append(tuple(row[_PART_OF_SPEECH] for row in rows))
    note = "words as the annotators divide them (do n't); joined spellings and words left unsaid are left out"
    classes = tuple(sorted({tag for row in tags for tag in row}))
    return TaggedSet(tuple(sentences), tuple(tags), classes, parts, (note,), len(sentences))


def _sentences(path: Path) -> list[list[list[str]]]:
    """The word rows of each sentence: those numbered 1, 2, 3, not ranges (3-4) and not empty nodes (5.1)."""
    sentences = []
    for block in read_plain(path).split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if line and not line.startswith("#")]
        if any(len(row) != _NUM_COLUMNS for row in rows):
            raise broken(path, f"rows of {_NUM_COLUMNS} columns", "others")
        words = [row for row in rows if row[0].isdigit()]
        if words:
            sentences.append(words)
    return sentences
