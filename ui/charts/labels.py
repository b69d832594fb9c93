"""Text from data as it may stand in a chart or a table: never read as markup, white space made visible.

Plotly reads `<b>`, `<a>`, `$...$` and `%{...}` in labels as markup, so everything that comes from data goes through
`escape`. Left out: Markdown (ui/foreign.py) and the names of metrics (ui/words.py).
"""

import unicodedata
from collections.abc import Sequence
from types import MappingProxyType

from core.data.text import END
from core.digits import significant
from ui.foreign import one_line, shorten

_SIGNS = MappingProxyType({" ": "␣", "\n": "⏎", "\r": "␍", "\t": "⇥"})
_MARKS = MappingProxyType({"<pad>": "□", "<unk>": "�", "<bos>": "⊢", "<eos>": "⊣"})
_ENTITIES = MappingProxyType({"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "{": "&#123;"})


def visible(token: str) -> str:
    """A token with every character seen: a space as ␣, a newline as ⏎, a tab as ⇥, invisible ones as U+XXXX.

    Characters that turn the writing direction are invisible ones too, so a token cannot disguise itself. What is said of a
    stop token stays as it is.
    """
    if token == END:
        return END
    return "".join(_visible_character(character) for character in token)


def _visible_character(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp"):
        return f"U+{ord(character):04X}"
    return character


def is_spelled(tokens: Sequence[str]) -> bool:
    """Whether tokens are single characters, marks such as <eos> aside."""
    return all(len(token) <= 1 or token in _MARKS for token in tokens)


def one_sign(token: str) -> str:
    """A token of a spelled text in one place: marks become single signs (<unk> is �), others stay."""
    return _MARKS.get(token, token)


def escape(text: str, limit: int = 80) -> str:
    """Text for a Plotly label, shown letter by letter: no markup, no formula, no line break, at most `limit` long."""
    return _without_markup(one_line(text, limit) if text.strip() else visible(text[:limit]))


def escape_token(token: str, limit: int = 24) -> str:
    """A token for a Plotly label: white space visible, nothing read as markup."""
    return _without_markup(shorten(visible(token), limit))


def _without_markup(text: str) -> str:
    return "".join(_ENTITIES.get(character, character) for character in text)


def percent(share: float) -> str:
    """A share from 0 to 1 as "84%", with one decimal near the ends: only none is 0%, and only all is 100%."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    if 0.9995 <= share < 1:
        return "over 99.9%"
    return f"{share:.1%}" if 0 < share < 0.0995 or 0.9905 <= share < 1 else f"{share:.0%}"


def compact(value: float) -> str:
    """A number with three to four significant digits and thousands separators."""
    return significant(value, 4 if abs(value) >= 100 else 3)
