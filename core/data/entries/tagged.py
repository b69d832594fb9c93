"""Sentences with a tag for every word. Left out: reading them (core.data.sources)."""

from __future__ import annotations

from core.data.entries.entry import DATASETS_DIR, MADE_HERE, OUR_LICENCE, Entry, LoadFrom
from core.data.sources import builtin
from core.data.sources.public import labelled

TAGGED: tuple[Entry, ...] = (
    Entry(
        "people_places",
        "tagged",
        "Names of people, places and dates",
        "Sentences with names, in most of which a later word says whether one is a person, a place or a date.",
        MADE_HERE,
        OUR_LICENCE,
        LoadFrom(builtin.load_tagged_words, DATASETS_DIR / "people_places.tsv.xz"),
        made=True,
        defaults={"vocab_size": 2_000, "max_length": 64},
        examples=(
            "We were talking about Jordan , who plays the violin .",
            "We were talking about Jordan , whose coast is rocky .",
            "He said : Teddy bears are on sale .",
        ),
        splits="4,000, 500 and 500; half of the names of the last two are in no training sentence",
        items=(5_000, "sentences"),
    ),
    Entry(
        "two_sides",
        "tagged",
        "Words that both sides decide",
        "Sentences with one word whose tag hangs on a later word, an earlier one, or both; a blank is tagged with its word.",
        MADE_HERE,
        OUR_LICENCE,
        LoadFrom(builtin.load_tagged_words, DATASETS_DIR / "two_sides.tsv.xz"),
        made=True,
        defaults={"vocab_size": 1_000, "max_length": 64, "split": (0.8, 0.1, 0.1)},
        examples=("She said : Rose Miller sings well .", "He ate the ___ , which was as yellow as butter ."),
        items=(3_200, "sentences"),
    ),
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
)
