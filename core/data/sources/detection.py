"""Which encoding bytes that are no Unicode have: charset-normalizer's judgement among the encodings of real files.

It measures how much a decoding looks like noise and how much like a language, and takes all encodings for equally
frequent. Decided here is which of them are asked, by the script that the bytes speak for, and which one wins where
several do as well. Left out: reading the file (encodings.py), what encodings are called (core.config.encodings).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress

SAMPLE_BYTES = 65_536
# The earlier ones win where nothing speaks for another.
_LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257", "mac_roman", "cp850")
_OLD = ("mac_roman", "cp850")  # of files from before Windows: only where what came later reads signs inside words
_OTHERS = (
    "cp1251", "gb18030", "cp932", "cp949", "big5", "cp1253", "cp1255", "cp1256", "koi8_r", "koi8_u", "cp866", "cp874",
    "euc_jp",
)  # fmt: skip
_HIGH = re.compile(rb"[\x80-\xff]+")
_IN_A_WORD = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
# In Latin scripts letters with an accent stand between plain ones; in others all letters of a word are high bytes.
_ALONE = 0.18
_MOST_NOISE = 0.3
# How much noise counts beside language, and by how much a rarer encoding must be better; many accents are noise, too.
_WEIGHT, _CLEARLY = {True: 0.5, False: 1.0}, {True: 0.06, False: 0.02}  # of Latin and other scripts
_ODD_SIGNS = 0.01  # of the high bytes, within which two decodings are equally good
_MANY_ODD_SIGNS = 0.15
_NEARLY_ALL = 0.95
_FEW = 60  # accents: of fewer no language of Latin letters can be told, and only signs inside words speak
_SHORT = 512  # bytes: of fewer no language is looked for, so they are repeated
# Signs that only the right encoding gives: Japanese has hiragana in every sentence, Korean nothing but its syllables.
_HIRAGANA, _SYLLABLES = re.compile("[\u3041-\u3096]"), re.compile("[\uac00-\ud7a3]")
_IN_WORDS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Pi", "Pf")  # letters, their accents, an apostrophe
_SURE: Mapping[str, tuple[str, re.Pattern[str], float]] = {
    "cp932": ("cp932", _HIRAGANA, 0.2), "euc_jp": ("euc_jp", _HIRAGANA, 0.2), "cp949": ("euc_kr", _SYLLABLES, 0.9),
}  # fmt: skip


class HighLines:
    """Lines with bytes beyond ASCII, from wherever they stand in a file, up to `SAMPLE_BYTES` of them."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._rest, self._left = b"", SAMPLE_BYTES

    def add(self, piece: bytes) -> None:
        """Look at the next piece of the file."""
        if self._left <= 0:
            return
        whole, _, self._rest = (self._rest + piece).rpartition(b"\n")
        if len(self._rest) > SAMPLE_BYTES:  # a line without an end
            whole, self._rest = whole + b"\n" + self._rest, b""
        if not whole.isascii():
            for line in whole.split(b"\n"):
                self._keep(line)

    def _keep(self, line: bytes) -> None:
        if line.isascii() or self._left <= 0:
            return
        if len(line) > self._left:  # where no letter of any encoding goes on
            line = line[: self._left]
            line = line[: max(map(line.rfind, (b" ", b",", b"."))) + 1] or line
        self._lines.append(line)
        self._left -= len(line)

    def sample(self, is_cut: bool) -> bytes:
        """The lines; of a file that is cut, the last one only where it is the only one."""
        if not is_cut or not self._lines:
            self._keep(self._rest)
        return b"\n".join(self._lines)


def likely_codecs(sample: bytes) -> list[tuple[str, float]]:
    """The encodings that a sample may have, best first, with the confidence in each.

    Args:
        sample: Bytes that are not UTF-8, best of lines with bytes beyond ASCII; it ends where a letter does.

    Returns:
        Codecs in Python's words and 1 less the share of noise, 0 to 1; nothing where all look like noise.
    """
    from charset_normalizer import from_bytes

    runs = _HIGH.findall(sample)
    num_high = sum(map(len, runs))
    is_latin = sum(len(run) == 1 for run in runs) > _ALONE * num_high
    if is_latin and not _IN_A_WORD.search(sample):
        return []  # a lonely sign, such as that of a currency, tells nothing
    usual = _LATIN if is_latin else _OTHERS
    noise: dict[str, float] = {}
    score: dict[str, float] = {}
    for name in usual:
        fit = _fitting_lines(name, sample)
        long = (fit + b"\n") * (1 + _SHORT // max(1, len(fit)))
        match = from_bytes(long, 20, cp_isolation=[name], threshold=_MOST_NOISE, enable_fallback=False).best()
        if fit and is_latin and num_high < _FEW:
            noise[name], score[name] = match.chaos if match else _MOST_NOISE, 0.0
        elif fit and match is not None:
            noise[name] = match.chaos
            score[name] = match.coherence - _WEIGHT[is_latin] * match.chaos + _has_sure_signs(name, fit)
    left = [name for name in usual if name in score]
    odd = {name: _odd_signs(sample.decode(name, "ignore")) / num_high if is_latin else 0.0 for name in left}
    if any(odd[name] < _MANY_ODD_SIGNS for name in left if name not in _OLD):
        left = [name for name in left if name not in _OLD]
    ranked = []
    while left:
        least = min(odd[name] for name in left)
        fitting = [name for name in left if odd[name] <= least + _ODD_SIGNS]
        best = max(score[name] for name in fitting)
        winner = next(name for name in fitting if score[name] >= best - _CLEARLY[is_latin])
        ranked.append((codecs.lookup(winner).name, 1 - noise[winner]))
        left.remove(winner)
    return ranked


def _fitting_lines(name: str, sample: bytes) -> bytes:
    """The lines that an encoding can decode, where that is nearly all of them: a byte may be broken."""
    lines = sample.split(b"\n")
    fit = []
    for line in lines:
        with suppress(UnicodeDecodeError):
            line.decode(name)
            fit.append(line)
    return b"\n".join(fit) if len(fit) > _NEARLY_ALL * len(lines) else b""


def _has_sure_signs(name: str, sample: bytes) -> bool:
    """Whether a decoding has the signs that no other encoding would give by chance."""
    codec, signs, share = _SURE.get(name, ("", _HIRAGANA, 1.0))
    if not codec:
        return False
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError:
        return False
    letters = sum(sign > "\x7f" and sign.isalpha() for sign in text)
    return len(signs.findall(text)) > share * letters


def _odd_signs(text: str) -> int:
    """Characters beyond ASCII, no letters or quotes, between two letters: "mi³oœci" is Polish in another encoding."""
    return sum(
        sign > "\x7f" and before.isalpha() and after.isalpha() and unicodedata.category(sign) not in _IN_WORDS
        for before, sign, after in zip(text, text[1:], text[2:], strict=False)
    )
