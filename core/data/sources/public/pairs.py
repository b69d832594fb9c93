"""Public pairs of texts: sentences in two languages, words and how they are spoken, what is said and the reply.

Each loader is a function of the folder with the files as published and of the languages chosen. A source that stands
there twice is kept here; when the data is divided one of each stays, and what has the same answer stays together.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import yaml

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data.dataset import PairSet
from core.data.sources.public.reading import broken, lines, read_gzip, read_member, read_plain

MULTI30K_LANGUAGES = {"cs": "Czech", "de": "German", "en": "English", "fr": "French"}
TATOEBA_LANGUAGES = {"en": "English", "fr": "French"}
_MULTI30K_TESTS = ("test_2016_flickr", "test_2017_flickr", "test_2017_mscoco", "test_2018_flickr")
_MULTI30K_BYTES = 8_000_000  # of one language of one part, unpacked; the largest has 2.1 MB
_TATOEBA_BYTES = 20_000_000
_CMUDICT_BYTES = 8_000_000


def load_multi30k_task1(folder: Path, data: DataConfig) -> PairSet:
    """Captions of pictures in two of four languages, in the published parts; `data.subset` names another test set.

    Raises:
        ConfigError: A language or a test set there is not, one language twice, or files that do not fit together.
    """
    src_language, trg_language = _two_languages(data, MULTI30K_LANGUAGES)
    test = _test_of_captions(data.subset, (src_language, trg_language))
    src: list[str] = []
    trg: list[str] = []
    parts = {}
    for part, name in {"train": "train", "validation": "val", "test": test}.items():
        src_path, trg_path = (folder / f"{name}.{language}.gz" for language in (src_language, trg_language))
        src_lines, trg_lines = (
            read_gzip(path, _MULTI30K_BYTES).removesuffix("\n").split("\n") for path in (src_path, trg_path)
        )
        if len(src_lines) != len(trg_lines):
            raise broken(trg_path, f"{len(src_lines):,} lines, as in {src_path.name},", f"{len(trg_lines):,}")
        parts[part] = tuple(range(len(src), len(src) + len(src_lines)))
        src += [line.strip() for line in src_lines]
        trg += [line.strip() for line in trg_lines]
    _, year, pictures = test.split("_")
    note = f"tested on the pictures of {year}" + (" from COCO" if pictures == "mscoco" else "")
    return PairSet(tuple(src), tuple(trg), parts=parts, notes=(note,), count=len(parts["train"]))


def _test_of_captions(asked: str | None, languages: tuple[str, str]) -> str:
    """The file name of a test set; of 2017 there is no Czech."""
    known = [name for name in _MULTI30K_TESTS if "2017" not in name or "cs" not in languages]
    if asked is not None and asked not in known:
        raise ConfigError.single(
            "data.subset", f"one of {', '.join(known)}", repr(asked), "Choose one, or leave it out for 2016."
        )
    return asked or known[0]


def load_tatoeba_fra_eng(folder: Path, data: DataConfig) -> PairSet:
    """Sentences in English and French, from either into the other, in one piece.

    Raises:
        ConfigError: Another language, or one language twice.
    """
    src_language, _ = _two_languages(data, TATOEBA_LANGUAGES)
    path = folder / "fra-eng.zip"
    rows = [line.split("\t") for line in lines(read_member(path, "fra.txt", _TATOEBA_BYTES))]
    if any(len(row) != 2 for row in rows):
        raise broken(path, "lines of two sentences", "another number of them")
    english = tuple(row[0] for row in rows)
    french = tuple(row[1].translate({0x202F: " ", 0xA0: " "}) for row in rows)
    src, trg = (english, french) if src_language == "en" else (french, english)
    note = "the narrow and no-break spaces of the French side are read as plain spaces"
    return PairSet(src, trg, notes=(note,), count=len(rows))


def load_cmudict(folder: Path, data: DataConfig) -> PairSet:
    """English words in small letters and their phonemes, stress as digits, in one piece."""
    path = folder / "cmudict.zip"
    rows = [line.split() for line in lines(read_member(path, "cmudict/cmudict", _CMUDICT_BYTES))]
    if any(len(row) < 3 or not row[1].isdigit() for row in rows):
        raise broken(path, "lines of a word, a number and phonemes", "others")
    words = tuple(row[0].lower() for row in rows)
    note = f"{len(rows) - len(set(words)):,} entries are further pronunciations of a word"
    return PairSet(words, tuple(" ".join(row[2:]) for row in rows), notes=(note,), count=len(rows))


def load_chatterbot_english(folder: Path, data: DataConfig) -> PairSet:
    """Each utterance of a conversation and the one that follows it, in one piece."""
    conversations: list[list[str]] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            found = yaml.safe_load(read_plain(path))["conversations"]
        except (yaml.YAMLError, TypeError, KeyError):
            raise broken(path, "YAML with conversations", "other text") from None
        talks = [[talk] if isinstance(talk, str) else talk for talk in found if talk] if isinstance(found, list) else []
        if not talks or not all(
            isinstance(talk, list) and all(isinstance(said, str) for said in talk) for talk in talks
        ):
            raise broken(path, "lists of texts under conversations", "other values")
        conversations += talks
    if not conversations:
        raise broken(folder / "*.yml", "conversations", "none")
    pairs = [(said, reply) for talk in conversations for said, reply in pairwise(talk)]
    num_alone = sum(len(talk) < 2 for talk in conversations)
    num_joined = sum("\n" in said.strip() or "\n" in reply.strip() for said, reply in pairs)
    notes = (
        f"{len(conversations):,} conversations give {len(pairs):,} pairs of an utterance and its reply",
        f"line breaks became spaces in {num_joined:,} of them; conversations without a reply, left out: {num_alone}",
    )
    src, trg = (tuple(" ".join(pair[side].split()) for pair in pairs) for side in (0, 1))
    return PairSet(src, trg, notes=notes, count=len(conversations))


def _two_languages(data: DataConfig, known: dict[str, str]) -> tuple[str, str]:
    """What is read and what is written; the entry's defaults have filled in both."""
    for field, code in (("src_language", data.src_language), ("trg_language", data.trg_language)):
        if code not in known:
            raise ConfigError.single(f"data.{field}", f"one of {', '.join(known)}", repr(code), "Choose one of these.")
    src_language, trg_language = str(data.src_language), str(data.trg_language)
    if src_language == trg_language:
        raise ConfigError.single(
            "data.trg_language", "another language than data.src_language", trg_language, "Choose two languages."
        )
    return src_language, trg_language
