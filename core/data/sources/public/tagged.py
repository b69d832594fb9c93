"""Public sentences with a tag for every word: Universal Dependencies, parts of speech.

A function of the folder with the files as published. Left out: every other column of CoNLL-U.
"""

from __future__ import annotations

from pathlib import Path

from core.config.experiment import DataConfig
from core.data.dataset import TaggedSet
from core.data.sources.conll import parse_conll
from core.data.sources.public.reading import read_plain


def load_ud_english_ewt(folder: Path, data: DataConfig) -> TaggedSet:
    """Words and universal parts of speech, in the published parts."""
    sentences: list[tuple[str, ...]] = []
    tags: list[tuple[str, ...]] = []
    parts = {}
    for part, name in (("train", "train"), ("validation", "dev"), ("test", "test")):
        path, start = folder / f"en_ewt-ud-{name}.conllu", len(sentences)
        for words, row in parse_conll(read_plain(path), path.name):
            sentences.append(words)
            tags.append(row)
        parts[part] = tuple(range(start, len(sentences)))
    note = "words as the annotators divide them (do n't); joined spellings and words left unsaid are left out"
    classes = tuple(sorted({tag for row in tags for tag in row}))
    return TaggedSet(tuple(sentences), tuple(tags), classes, parts=parts, notes=(note,), count=len(sentences))
