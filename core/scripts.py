"""What kind of script texts are written in: whether spaces divide their words, and if not, whose script it is.

Reference: Unicode Standard, chapter 18 (East Asia) and 16 (Southeast Asia): scripts that leave words undivided.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Literal

Writing = Literal["chinese", "japanese", "korean", "undivided", "divided"]

# By the first word of a letter's Unicode name.
_HAN = frozenset({"CJK", "IDEOGRAPHIC", "BOPOMOFO"})
_KANA = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_UNDIVIDED = frozenset({"THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "JAVANESE", "BALINESE", "TAI", "NEW", "YI"})
_LEAST_KANA = 0.05  # of the letters of a Japanese text; Chinese has hardly any


def writing_of(texts: Iterable[str]) -> Writing:
    """How most letters of some texts are written.

    Returns:
        chinese, japanese (Chinese characters among kana) and korean by their letters; undivided for Thai, Lao, Khmer,
        Burmese and other scripts without spaces between words; divided for all others, and where there is no letter.
    """
    letters: Counter[str] = Counter()
    for text in texts:
        letters.update(text)
    counts: Counter[str] = Counter()
    for letter, number in letters.items():
        if unicodedata.category(letter)[0] in "LM":
            counts[_group(letter)] += number
    counts["east asian"] = counts["han"] + counts["kana"]
    groups = {"east asian": counts["east asian"], **{name: counts[name] for name in ("korean", "undivided", "divided")}}
    most = max(groups.values())
    if not most or groups["divided"] == most:
        return "divided"
    if groups["east asian"] == most:
        return "japanese" if counts["kana"] >= _LEAST_KANA * most else "chinese"
    return "korean" if groups["korean"] == most else "undivided"


def _group(letter: str) -> str:
    first, *others = unicodedata.name(letter, "").split(" ")
    if first == "HALFWIDTH" and others:
        first = others[0]
    if first in _HAN:
        return "han"
    if first in _KANA:
        return "kana"
    if first == "HANGUL":
        return "korean"
    return "undivided" if first in _UNDIVIDED else "divided"
