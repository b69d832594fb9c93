"""Public pairs of texts. Left out: reading them (core.data.sources.public.pairs)."""

from __future__ import annotations

from core.data.entries.entry import FILES, Entry
from core.data.sources.public import pairs

_SENTENCES = {"unit": "subword", "vocab_size": 8_000, "max_length": 64, "split": (0.9, 0.05, 0.05)}
_LANGUAGES = ("src_language", "trg_language")

PAIRS: tuple[Entry, ...] = (
    Entry(
        "tatoeba_fra_eng",
        "translation",
        "Tatoeba, English and French",
        "Sentences by volunteers in English and French, short ones first, into either language.",
        "tatoeba.org, chosen by manythings.org (2017-09-29); github.com/genimind/seq2seq",
        "CC BY 2.0",
        pairs.load_tatoeba_fra_eng,
        defaults={**_SENTENCES, "src_language": "en", "trg_language": "fr"},
        language_fields=_LANGUAGES,
        language_names=pairs.TATOEBA_LANGUAGES,
        examples=("I am not tired.", "Where did you buy this book?", "She has two cats."),
        files=FILES["tatoeba_fra_eng"],
        citation="Tatoeba (tatoeba.org) and Charles Kelly (manythings.org/anki)",
        splits="none published; shuffled, each source once, and what has the same translation stays together",
        count=142_787,
        count_of="pairs",
    ),
    Entry(
        "multi30k_task1",
        "translation",
        "Multi30k: captions in four languages",
        "Sentences that say what a photograph shows, in English, German, French and Czech.",
        "github.com/multi30k/dataset, task 1, raw",
        "None stated; the photographs for research and education, not for trade",
        pairs.load_multi30k_task1,
        defaults={**_SENTENCES, "src_language": "en", "trg_language": "de"},
        language_fields=_LANGUAGES,
        language_names=pairs.MULTI30K_LANGUAGES,
        examples=("A man is riding a bicycle.", "Two children play in the snow.", "A dog runs along the beach."),
        files=FILES["multi30k_task1"],
        citation="D. Elliott et al. (2016), Multi30K: Multilingual English-German Image Descriptions",
        splits="published: 29,000, 1,014, and the 1,000 of test 2016; data.subset names test_2017_flickr, "
        "test_2017_mscoco or test_2018_flickr instead",
        choices=lambda data: {"subset": data.subset} if data.subset else {},
        count=29_000,
        count_of="training pairs of two languages",
    ),
    Entry(
        "cmudict",
        "translation",
        "How English words are spoken",
        "English words letter by letter, into the phonemes of American English with their stress.",
        "The CMU Pronouncing Dictionary 0.6, through github.com/nltk/nltk_data",
        "Free for any use, with thanks to its makers",
        pairs.load_cmudict,
        defaults={"unit": "character", "vocab_size": 200, "max_length": 96, "split": (0.9, 0.05, 0.05)},
        examples=("unrolled", "recurrent", "playground"),
        files=FILES["cmudict"],
        citation="Carnegie Mellon University (1998), The CMU Pronouncing Dictionary",
        splits="none published; shuffled, the first pronunciation of each word, words that sound alike stay together",
        count=133_737,
        count_of="entries",
    ),
    Entry(
        "chatterbot_english",
        "translation",
        "Small talk (ChatterBot)",
        "What somebody says and what the other one answers, from short written conversations.",
        "github.com/gunthercox/chatterbot-corpus, English",
        "BSD-3-Clause",
        pairs.load_chatterbot_english,
        defaults={**_SENTENCES, "vocab_size": 4_000, "split": (0.8, 0.1, 0.1)},
        examples=("How are you?", "What is your name?", "Tell me a joke."),
        files=FILES["chatterbot_english"],
        citation="Gunther Cox (2017), ChatterBot language training corpus",
        splits="none published; shuffled, each utterance once, and what has the same reply stays together",
        count=2_026,
        count_of="conversations",
    ),
)
