"""How a text is written before it becomes tokens: Unicode form, letter case, accents, spacing.

One function for every unit, kept with the tokenizer, so that a prompt goes through what the training text went through.

Marks are put in order by swapping neighbours, which takes quadratic time on a long run of them. No writing has more than a
dozen on a letter, so a joiner that shows nothing is put in behind every 30th of 40 and more, as the annex does in streams.

Reference: Unicode Standard Annex 15, "Unicode normalization forms", chapter 13 on the stream-safe text format.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from core.config.errors import ConfigError

Form = Literal["none", "nfc", "nfkc"]

# Accents as European writing has them. Vowel signs of other scripts are marks too, but spelling: they stay.
_MARKS, _SPARE = 30, 10  # the first ones may become a few more when their letter is taken apart
_JOINER = "\u034f"
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_MOST_GROWN, _GROWN_ANYHOW = 3, 100  # times and characters


@dataclass(frozen=True)
class Normalization:
    """What is done to a text, in this order; the same again changes nothing more.

    Attributes:
        form: none leaves characters as they are; nfc composes; nfkc also writes fancy characters as plain ones.
        lower: Small letters only.
        strip_accents: é as e.
        single_spaces: One space wherever there is blank space, and none at the ends.
    """

    form: Form = "nfc"
    lower: bool = False
    strip_accents: bool = False
    single_spaces: bool = False

    def __call__(self, text: str) -> str:
        """The text as the network reads it; the same object where nothing changes.

        Raises:
            ConfigError: A text that NFKC would make many times as long.
        """
        if self.form == "nfkc" and not text.isascii():
            _check_growth(text)
        text = self._composed(text)
        if self.lower:
            text = self._composed(text.lower())
        if self.strip_accents and not text.isascii():
            text = self._composed(_without_accents(text))
        return " ".join(text.split()) if self.single_spaces else text

    def _composed(self, text: str) -> str:
        if self.form == "none" or text.isascii():
            return text
        form: Literal["NFC", "NFKC"] = "NFC" if self.form == "nfc" else "NFKC"
        text = _with_short_runs(text)
        return text if unicodedata.is_normalized(form, text) else unicodedata.normalize(form, text)


def _with_short_runs(text: str) -> str:
    """The same text with a joiner behind every 30th of many marks in a row."""
    apart = {sign: unicodedata.normalize("NFKD", sign) for sign in set(text)}
    marks = "".join(sign for sign, several in apart.items() if unicodedata.combining(several[0]))
    if not marks:
        return text
    several = {ord(sign): form for sign in marks if len(form := unicodedata.normalize("NFD", sign)) > 1}
    mark = f"[{re.escape(marks + ''.join(several.values()))}]"
    pattern = f"({mark}{{{_MARKS}}})(?={mark}{{{_SPARE}}})"
    return re.sub(pattern, rf"\1{_JOINER}", text.translate(several) if several else text)


def _check_growth(text: str) -> None:
    """Signs that stand for whole phrases are written out: one of them may become eighteen characters."""
    becomes = {character: len(unicodedata.normalize("NFKC", character)) for character in set(text)}
    if max(becomes.values()) <= _MOST_GROWN:
        return
    grown = sum(number * becomes[character] for character, number in Counter(text).items())
    if grown > _MOST_GROWN * len(text) + _GROWN_ANYHOW:
        raise ConfigError.single(
            "data.normalization",
            f"nfkc for texts that it makes at most {_MOST_GROWN} times as long",
            f"a text of {len(text):,} characters that becomes {grown:,}",
            "Choose nfc, which leaves such signs as they are.",
        )


def _without_accents(text: str) -> str:
    """Letters without their accents; every other character as it is."""
    plain = {}
    for character in set(text):
        apart = unicodedata.normalize("NFD", character)
        if _ACCENTS.search(apart):
            plain[ord(character)] = unicodedata.normalize("NFC", _ACCENTS.sub("", apart))
    return text.translate(plain) if plain else text
