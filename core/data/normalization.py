"""How a text is written before it becomes tokens: Unicode form, letter case, accents, spacing.

One function for every unit, kept with the tokenizer, so that a prompt goes through what the training text went through.
Left out: what a task chooses when nobody says (prepare_texts.py), and cleaning a file's bytes (sources/encodings.py).

Reference: Unicode Standard Annex 15, "Unicode normalization forms".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Form = Literal["none", "nfc", "nfkc"]

# Accents as European writing has them. Vowel signs of other scripts are marks too, but spelling: they stay.
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")


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
        """The text as the network reads it; the same object where nothing changes."""
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
        return text if unicodedata.is_normalized(form, text) else unicodedata.normalize(form, text)


def _without_accents(text: str) -> str:
    """Letters without their accents; every other character as it is."""
    plain = {}
    for character in set(text):
        apart = unicodedata.normalize("NFD", character)
        if _ACCENTS.search(apart):
            plain[ord(character)] = unicodedata.normalize("NFC", _ACCENTS.sub("", apart))
    return text.translate(plain) if plain else text
