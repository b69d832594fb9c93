"""Pairs of texts. Left out: reading them (core.data.sources)."""

from __future__ import annotations

from core.data.entries.entry import DATASETS_DIR, MADE_HERE, OUR_LICENCE, Entry, LoadFrom
from core.data.made.dates import date_languages, dates
from core.data.made.numbers import number_languages, numbers
from core.data.sources import builtin
from core.data.sources.public import pairs

_SENTENCES = {"unit": "subword", "vocab_size": 8_000, "max_length": 64, "split": (0.9, 0.05, 0.05)}
_WORDS = {"unit": "word", "vocab_size": 8_000, "max_length": 64, "split": (0.8, 0.1, 0.1)}
_LANGUAGES = ("src_language", "trg_language")

PAIRS: tuple[Entry, ...] = (
    Entry(
        "numbers",
        "pairs",
        "Numbers in words",
        "Numbers below a million in words, between two languages.",
        "num2words, which spells any number",
        "LGPL-2.1 (the library)",
        LoadFrom(builtin.load_made_pairs, numbers),
        made=True,
        depends_on=("num2words",),
        language_fields=_LANGUAGES,
        languages=number_languages,
        defaults={**_WORDS, "src_language": "en", "trg_language": "fr"},
        examples=("ninety-nine", "four hundred and twelve thousand, six hundred and seven", "eighty"),
        items=(20_000, "pairs"),
    ),
    Entry(
        "dates",
        "pairs",
        "Dates in long form",
        "Dates from 1900 to 2099, between two languages or to ISO.",
        "Unicode CLDR, through Babel",
        "Unicode License v3",
        LoadFrom(builtin.load_made_pairs, dates),
        made=True,
        depends_on=("babel",),
        language_fields=_LANGUAGES,
        languages=date_languages,
        defaults={**_WORDS, "unit": "character", "src_language": "en", "trg_language": "iso"},
        examples=("Monday, March 3, 1986", "14 July 2021"),
        items=(15_000, "pairs"),
    ),
    Entry(
        "everyday",
        "pairs",
        "Everyday English and French",
        "Sentences from a bilingual grammar of ours.",
        MADE_HERE,
        OUR_LICENCE,
        LoadFrom(builtin.load_table_of_pairs, DATASETS_DIR / "everyday.tsv.xz"),
        made=True,
        defaults=_WORDS,
        examples=("I see the old man.", "She is not tired.", "Do you like coffee?"),
        items=(32_000, "pairs"),
    ),
    Entry(
        "tatoeba_fra_eng",
        "pairs",
        "Tatoeba, English and French",
        "Sentences by volunteers in English and French, short ones first, into either language.",
        "tatoeba.org, chosen by manythings.org (2017-09-29); github.com/genimind/seq2seq",
        "CC BY 2.0",
        pairs.load_tatoeba_fra_eng,
        defaults={**_SENTENCES, "src_language": "en", "trg_language": "fr"},
        language_fields=_LANGUAGES,
        languages=pairs.TATOEBA_LANGUAGES.copy,
        examples=("I am not tired.", "Where did you buy this book?", "She has two cats."),
        citation="Tatoeba (tatoeba.org) and Charles Kelly (manythings.org/anki)",
        splits="none published; shuffled, each source once, and what has the same translation stays together",
        items=(142_787, "pairs"),
    ),
    Entry(
        "multi30k_task1",
        "pairs",
        "Multi30k: captions in four languages",
        "Sentences that say what a photograph shows, in English, German, French and Czech.",
        "github.com/multi30k/dataset, task 1, raw",
        "None stated; the photographs for research and education, not for trade",
        pairs.load_multi30k_task1,
        defaults={**_SENTENCES, "src_language": "en", "trg_language": "de"},
        language_fields=_LANGUAGES,
        languages=pairs.MULTI30K_LANGUAGES.copy,
        examples=("A man is riding a bicycle.", "Two children play in the snow.", "A dog runs along the beach."),
        citation="D. Elliott et al. (2016), Multi30K: Multilingual English-German Image Descriptions",
        splits="published: 29,000, 1,014, and the 1,000 of test 2016; data.subset names test_2017_flickr, "
        "test_2017_mscoco or test_2018_flickr instead",
        choices=lambda data: {"subset": data.subset} if data.subset else {},
        items=(29_000, "training pairs of two languages"),
    ),
    Entry(
        "cmudict",
        "pairs",
        "How English words are spoken",
        "English words letter by letter, into the phonemes of American English with their stress.",
        "The CMU Pronouncing Dictionary 0.6, through github.com/nltk/nltk_data",
        "Free for any use, with thanks to its makers",
        pairs.load_cmudict,
        defaults={"unit": "character", "vocab_size": 200, "max_length": 96, "split": (0.9, 0.05, 0.05)},
        examples=("unrolled", "recurrent", "playground"),
        citation="Carnegie Mellon University (1998), The CMU Pronouncing Dictionary",
        splits="none published; shuffled, the first pronunciation of each word, words that sound alike stay together",
        items=(133_737, "entries"),
    ),
    Entry(
        "chatterbot_english",
        "pairs",
        "Small talk (ChatterBot)",
        "What somebody says and what the other one answers, from short written conversations.",
        "github.com/gunthercox/chatterbot-corpus, English",
        "BSD-3-Clause",
        pairs.load_chatterbot_english,
        defaults={**_SENTENCES, "vocab_size": 4_000, "split": (0.8, 0.1, 0.1)},
        examples=("How are you?", "What is your name?", "Tell me a joke."),
        citation="Gunther Cox (2017), ChatterBot language training corpus",
        splits="none published; shuffled, each utterance once, and what has the same reply stays together",
        items=(2_026, "conversations"),
    ),
)
