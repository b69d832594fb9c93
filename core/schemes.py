"""Schemes of tags that mark whole entities word by word: which one a file has, and the same entities as BIO.

Four ways to write them are read: IOB1 (an entity begins with I-, and with B- only right behind another of its type), BIO (IOB2:
every one begins with B-), IOBES (its last word has E-, one of a single word S-) and BILOU (the same with L- and U-). All are read
as `conlleval` reads them, so that whatever stands there means something: an I- or E- without a beginning begins an entity.

Reference:
    Ramshaw and Marcus (1995), "Text chunking using transformation-based learning" (IOB1); Tjong Kim Sang and Veenstra (1999),
    "Representing text chunks"; Tjong Kim Sang and Buchholz (2000), "Introduction to the CoNLL-2000 shared task: chunking"
    (`conlleval`); Ratinov and Roth (2009), "Design challenges and misconceptions in named entity recognition" (BILOU).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

OUTSIDE = "O"
_TAG = re.compile(r"[BIESLU]-(?s:.)+")
_ENDS = frozenset("ESLU")  # what an entity ends with, where a scheme marks its ends
_STARTS = frozenset("BSU")


class Span(NamedTuple):
    """An entity: its type, the place of its first word, and that behind its last one."""

    kind: str
    start: int
    end: int


def scheme_of(sentences: Iterable[Sequence[str]]) -> str | None:
    """What the tags of sentences are written in: "IOB1", "BIO", "IOBES" or "BILOU"; None where they mark no entities."""
    signs: set[str] = set()
    not_bio = not_iob1 = 0  # beginnings that either scheme would write otherwise
    for tags in sentences:
        before = OUTSIDE
        for tag in tags:
            if tag == OUTSIDE:
                before = tag
                continue
            if not _TAG.fullmatch(tag):
                return None
            signs.add(tag[0])
            is_same = before != OUTSIDE and before[2:] == tag[2:]
            not_bio += tag[0] == "I" and not is_same
            not_iob1 += tag[0] == "B" and not is_same
            before = tag
    if signs & {"E", "S"}:
        return "IOBES"
    if signs & {"L", "U"}:
        return "BILOU"
    return None if not signs else "IOB1" if not_bio > not_iob1 else "BIO"


def spans_of(tags: Sequence[str]) -> list[Span]:
    """The entities of a sentence by conlleval's definition, whatever scheme its tags have.

    One begins at a B-, S- or U-, and at an I-, E- or L- behind another type, behind O or behind an end; it ends before the next
    beginning, before an O, and at an E-, S-, L- or U-.
    """
    found: list[Span] = []
    kind, start = "", 0
    for place, tag in enumerate(tags):
        sign, other = (tag[0], tag[2:]) if tag != OUTSIDE else ("", "")
        if kind and (not sign or sign in _STARTS or other != kind):
            found.append(Span(kind, start, place))
            kind = ""
        if sign and not kind:
            kind, start = other, place
        if sign in _ENDS and sign:
            found.append(Span(kind, start, place + 1))
            kind = ""
    return [*found, *([Span(kind, start, len(tags))] if kind else [])]


def as_bio(spans: Iterable[Span], length: int) -> list[str]:
    """Entities as tags of BIO, one a word."""
    tags = [OUTSIDE] * length
    for kind, start, end in spans:
        tags[start:end] = [f"B-{kind}", *[f"I-{kind}"] * (end - start - 1)]
    return tags


def count_repaired(tags: Sequence[str], scheme: str) -> int:
    """Words of a sentence whose sign the scheme would write otherwise for the entities that are read."""
    wanted = as_bio(spans_of(tags), len(tags))
    if scheme == "IOB1":
        return sum(tag[:1] == "B" and (place == 0 or tags[place - 1][2:] != tag[2:]) for place, tag in enumerate(tags))
    if scheme in ("IOBES", "BILOU"):
        last, single = ("E", "S") if scheme == "IOBES" else ("L", "U")
        for _, start, end in spans_of(tags):
            sign = single if end - start == 1 else last
            wanted[end - 1] = f"{sign}{wanted[end - 1][1:]}"
    return sum(tag != right for tag, right in zip(tags, wanted, strict=True))


def allowed(tags: Sequence[str]) -> tuple[list[list[bool]], list[bool], list[bool]]:
    """What may follow what, (C, C) from row to column, and what a sentence may begin and end with, (C,) each.

    Of BIO and of IOBES; where tags have E- or S-, an entity that has begun must end. Tags without a scheme may follow each other
    in any way.
    """
    number = len(tags)
    if scheme_of([tags]) is None:
        return [[True] * number for _ in tags], [True] * number, [True] * number
    has_ends = any(tag[0] in _ENDS for tag in tags)

    def goes_on(tag: str) -> bool:
        return tag != OUTSIDE and tag[0] in "IEL"

    def is_open(tag: str) -> bool:
        return tag != OUTSIDE and tag[0] in "BI"

    def may_follow(one: str, other: str) -> bool:
        if goes_on(other):
            return is_open(one) and one[2:] == other[2:]
        return not (has_ends and is_open(one))

    follows = [[may_follow(one, other) for other in tags] for one in tags]
    return follows, [not goes_on(tag) for tag in tags], [not (has_ends and is_open(tag)) for tag in tags]
