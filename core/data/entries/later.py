"""Public sets that no page can train on yet: they are described, downloaded and read, and cannot be trained on.

Left out: reading them (core.data.sources.public).
"""

from __future__ import annotations

from core.data.entries.entry import Entry
from core.data.sources.public import clips

LATER: tuple[Entry, ...] = (
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
