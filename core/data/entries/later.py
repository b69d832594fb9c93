"""Public sets that no page can train on yet: they are described, downloaded and read, and cannot be trained on.

Left out: reading them (core.data.sources.public).
"""

from __future__ import annotations

from core.data.entries.entry import Entry
from core.data.sources.public import clips, labelled

LATER: tuple[Entry, ...] = (
    Entry(
        "ud_english_ewt",
        "tagged",
        "Parts of speech (UD English EWT)",
        "English sentences from the web with the part of speech of every word.",
        "github.com/UniversalDependencies/UD_English-EWT",
        "CC BY-SA 4.0",
        labelled.load_ud_english_ewt,
        defaults={"vocab_size": 8_000, "max_length": 128},
        examples=("The cat sleeps .", "Time flies like an arrow ."),
        citation="N. Silveira et al. (2014), A Gold Standard Dependency Corpus for English, LREC",
        splits="published: 12,544, 2,001 and 2,077",
        items=(16_622, "sentences"),
    ),
    Entry(
        "fsdd",
        "clips",
        "Spoken digits (FSDD)",
        "The digits from zero to nine, spoken fifty times each by six people.",
        "github.com/Jakobovski/free-spoken-digit-dataset",
        "CC BY-SA 4.0",
        clips.load_fsdd,
        citation="Zohar Jackson et al. (2018), Free Spoken Digit Dataset v1.0.10",
        splits="published: recordings 0 to 4 of each digit by each speaker are the test; validation from the others",
        items=(3_000, "recordings"),
    ),
)
