"""What may be asked of every character of a text, for finding the unit of a network that goes along with it.

A probe is one number a character, known once that character is read. Left out: a visitor's own pattern, which a process
with limits reads (core/bounded), and comparing with units (units.py).

Shape letters: T characters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

BRACKETS: Mapping[str, str] = MappingProxyType({"(": ")", "[": "]", "{": "}"})
_QUOTES: Mapping[str, str] = MappingProxyType({'"': '"', "'": "'", "\u201c": "\u201d", "\u00ab": "\u00bb"})


@dataclass(frozen=True)
class Probe:
    """One of the questions.

    Attributes:
        label: In a list.
        tells: What its number is, as a sentence.
        values: From a text to (T,) numbers, float64.
    """

    label: str
    tells: str
    values: Callable[[str], np.ndarray]


@dataclass(frozen=True)
class Bracketed:
    """The brackets of a text.

    Attributes:
        depth: How many are open once each character is read: (T,).
        opened: Places of brackets that open, in order.
        closed: Whether each of them is closed later.
    """

    depth: np.ndarray
    opened: tuple[int, ...]
    closed: tuple[bool, ...]


def match_brackets(text: str) -> Bracketed:
    """Match round, square and curly brackets.

    A bracket that closes ends the nearest open one of its kind, and those opened within it stay unclosed; one that has
    none to close counts for nothing.
    """
    stack: list[int] = []  # places of those that are open
    closed: dict[int, bool] = {}
    ends = {end: begin for begin, end in BRACKETS.items()}
    open_of = dict.fromkeys(BRACKETS, 0)  # so that a bracket without its beginning is known at once
    depth = np.zeros(len(text))
    for place, sign in enumerate(text):
        if sign in BRACKETS:
            stack.append(place)
            closed[place] = False
            open_of[sign] += 1
        elif sign in ends and open_of[ends[sign]]:
            found = ""
            while found != ends[sign]:
                last = stack.pop()
                found = text[last]
                open_of[found] -= 1
            closed[last] = True
        depth[place] = len(stack)
    return Bracketed(depth, tuple(closed), tuple(closed.values()))


def inside_quotes(text: str) -> np.ndarray:
    """1 from a quotation mark on until its end or the end of the line; an apostrophe in or behind a word is none."""
    found, until = np.zeros(len(text)), ""
    for place, sign in enumerate(text):
        if until:
            until = "" if sign in (until, "\n") else until
        elif sign in _QUOTES and not (sign == "'" and place and text[place - 1].isalnum()):
            until = _QUOTES[sign]
        found[place] = bool(until)
    return found


def indentation(text: str) -> np.ndarray:
    """Spaces and tabs at the beginning of the line so far."""
    found, width, counting = np.zeros(len(text)), 0, True
    for place, sign in enumerate(text):
        if sign == "\n":
            width, counting = 0, True
        elif counting and sign in " \t":
            width += 1
        else:
            counting = False
        found[place] = width
    return found


def line_position(text: str) -> np.ndarray:
    """Characters of the line so far, this one among them; 0 at its end."""
    found, position = np.zeros(len(text)), 0
    for place, sign in enumerate(text):
        position = 0 if sign == "\n" else position + 1
        found[place] = position
    return found


def word_end(text: str) -> np.ndarray:
    """1 at the last letter or digit of a word, which only the character behind it decides."""
    is_part = np.array([sign.isalnum() for sign in text], dtype=bool)
    return np.asarray(is_part & ~np.append(is_part[1:], False), dtype=np.float64)


def capitals(text: str) -> np.ndarray:
    """1 at capital letters."""
    return np.array([sign.isupper() for sign in text], dtype=np.float64)


def in_spans(num_characters: int, spans: Sequence[tuple[int, int]]) -> np.ndarray:
    """1 within spans, each from its first character to the one behind its last: (T,)."""
    found = np.zeros(num_characters)
    for begin, end in spans:
        found[begin:end] = 1
    return found


PROBES: Mapping[str, Probe] = MappingProxyType(
    {
        "depth": Probe("Bracket depth", "How many brackets are open.", lambda text: match_brackets(text).depth),
        "brackets": Probe(
            "Inside brackets", "Whether any bracket is open.",
            lambda text: (match_brackets(text).depth > 0).astype(np.float64),
        ),
        "quotes": Probe("Inside quotes", "Whether a quotation is open, within a line.", inside_quotes),
        "indentation": Probe("Indentation", "How many spaces or tabs the line began with.", indentation),
        "position": Probe("Position in line", "How many characters of the line are read.", line_position),
        "word_end": Probe("End of a word", "Whether a word ends here.", word_end),
        "capitals": Probe("Capital letters", "Whether this is a capital letter.", capitals),
    }
)  # fmt: skip
