"""Made reviews in which word order decides: the same words, turned round, mean the opposite.

A bag of words, even of word pairs, can learn little from them, because almost every positive text has a negative twin
of the same words, and neutral texts are made of the same material. Labels are true by construction; the rules:

- but, although, despite: the clause after "but" settles it ("half the time" beats "now and then"); with although,
  while, even though, despite and "for all its" the main clause does, wherever it stands.
- expected, promised; used to, once, last year: what was got, and what is now, counts.
- not ... just, rather than, instead of, far from, anything but: the thing asserted counts, not the one denied.
- people, critics, they, some: the writer's own word ("I", "others and I") counts, and "I can say", not "I cannot".
- other, next door: what "this" or "here" has counts.
- hardly ever, seldom against nearly always, always: the frequent side counts.
- question: the adjective answered "yes" counts; two equal answers are neutral.
- outweighs, matters more: the winner counts; "cannot outweigh", "matters less" leave it to the other.
- started, went from ... to, at first ... in the end: the end counts. nobody against everybody: everybody counts.
- always/never would I ..., it never/always failed: a wish never had is negative, a fault never met positive.
- scope: one negation turns a word round, two leave it as it is. neither ... nor ... but: what follows "but" counts.
- "I said: ..." is the writer's verdict; what only a neighbour, cousin or friend said is none, and the text neutral.
- and, neither ... nor, some against others, now ... now, as much as, cannot say yet: no verdict, neutral.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import TypeVar

from reviews_made.words import (
    ACTS,
    ADVERB_FRAMES,
    ADVERBS,
    BAD,
    BAD_VERBS,
    CLOSERS,
    DOMAINS,
    FAULTS,
    FRAMES,
    GOOD,
    GOOD_VERBS,
    HEARSAY,
    OPENERS,
    OWN_WORD,
    SCOPE_FRAMES,
    TRIPLE_FRAMES,
    VERB_FRAMES,
    WHO,
)

Item = TypeVar("Item")
LABELS = ("negative", "neutral", "positive")
_ARTICLE = re.compile(r"\b([Aa]) (?=(?!use|uni)[aeiou]|hones)")
_SENTENCE = re.compile(r"(^|[.?] )([a-z])")
_ATTEMPTS = 1000


class _Writer:
    """Fills frames from one random stream."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def one(self, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[int(self.rng.random() * len(items))]

    def scene(self) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
        """Return what a text is about (thing, two aspects) and the good and bad words that fit it."""
        things, aspects, good, bad = (words.split() for words in DOMAINS[self.one(tuple(DOMAINS))])
        x = self.one(aspects)
        y = self.one([aspect for aspect in aspects if aspect != x])
        return {"thing": self.one(things), "x": x, "y": y}, (*GOOD, *good), (*BAD, *bad)

    def frame_of(self, body: str) -> str:
        """Wrap a frame in an opener and a closer that say nothing about the verdict."""
        opener = self.one(OPENERS) if self.rng.random() < 0.3 else ""
        closer = self.one(CLOSERS) if self.rng.random() < 0.2 and not body.endswith(".") else ""
        return f"{opener} {body}{closer}"

    def twins(self) -> tuple[str, str]:
        """Return a positive and a negative text of exactly the same words."""
        slots, good, bad = self.scene()
        if self.rng.random() < 0.12:
            return self._adverb_twins(slots)
        decides = self.one((1, 2))
        frame, verbal = self.settled(decides)
        if verbal:
            good, bad = GOOD_VERBS, BAD_VERBS
        quoted = self.rng.random() < 0.4
        frame = self.quote(frame, OWN_WORD) if quoted else self.frame_of(frame)
        while True:
            praise, blame = self.one(good), self.one(bad)
            first, second = (spell(frame.format(**slots, one=a, two=b)) for a, b in ((praise, blame), (blame, praise)))
            # "the excellent room" beside "a bad hotel" would change an "an" when turned round.
            if bag(first) == bag(second):
                return (first, second) if decides == 1 else (second, first)

    def settled(self, decides: int) -> tuple[str, bool]:
        """Return a frame in which the place `decides` settles the verdict, and whether it takes verbs."""
        if self.rng.random() < 0.14:
            return self.one(VERB_FRAMES[decides]), True
        return self.one(FRAMES[decides][self.one(tuple(FRAMES[decides]))]), False

    def quote(self, frame: str, wrapper: str) -> str:
        """Put a frame into somebody's mouth."""
        return wrapper.replace("{frame}", frame.rstrip(".")).replace("{who}", self.one(WHO))

    def _adverb_twins(self, slots: dict[str, str]) -> tuple[str, str]:
        frame = self.frame_of(self.one(ADVERB_FRAMES))
        praise, blame = self.one(ADVERBS)
        rest = {**slots, "act": self.one(ACTS), "fault": self.one(FAULTS)}
        return (
            spell(frame.format(**rest, one=praise, two=blame)),
            spell(frame.format(**rest, one=blame, two=praise)),
        )

    def scoped(self) -> tuple[str, str]:
        """Return a positive and a negative text that differ in scope or in words, not always of the same words."""
        slots, good, bad = self.scene()
        if self.rng.random() < 0.5:
            frame, turns = self.one(SCOPE_FRAMES)
            frame = self.frame_of(frame)
            texts = [spell(frame.format(**slots, a=self.one(words))) for words in (good, bad)]
            return (texts[1], texts[0]) if turns == 1 else (texts[0], texts[1])
        frame, decides = self.one(TRIPLE_FRAMES)
        frame = self.frame_of(frame)
        texts = []
        for main, rest in ((good, bad), (bad, good)):
            same, other = (rest, main) if decides == "c" else (main, rest)
            a = self.one(same)
            b = self.one([word for word in same if word != a])
            texts.append(spell(frame.format(**slots, a=a, b=b, c=self.one(other))))
        return texts[0], texts[1]

    def neutral(self) -> str:
        """Return a text without a verdict, of the same words as the others."""
        slots, good, bad = self.scene()
        hearsay = self.rng.random() < 0.45
        frame, verbal = self.settled(self.one((1, 2)) if hearsay else 0)
        if verbal:
            good, bad = GOOD_VERBS, BAD_VERBS
        frame = self.quote(frame, HEARSAY) if hearsay else self.frame_of(frame)
        order = [self.one(good), self.one(bad)]
        first = int(self.rng.random() < 0.5)
        return spell(frame.format(**slots, one=order[first], two=order[1 - first]))


def spell(text: str) -> str:
    """Make a filled frame a text: single spaces, a or an by the word that follows, capitals, a full stop."""
    line = _ARTICLE.sub(r"\1n ", " ".join(text.split()))
    line = _SENTENCE.sub(lambda match: match[1] + match[2].upper(), line)
    return line if line.endswith((".", "?")) else line + "."


def bag(text: str) -> Counter[str]:
    """Return the words of a text with their counts, lower-cased: all that a bag of words sees."""
    return Counter(re.findall(r"[\w']+", text.lower()))


def reviews_made(seed: int = 0, count: int = 24_000) -> list[tuple[str, str]]:
    """Return `count` distinct (text, label) pairs in random order, a third each negative, neutral and positive.

    Args:
        seed: the same seed gives the same list on every Python version.
        count: how many pairs, at least 3. What does not divide by three goes to neutral.

    Raises:
        ValueError: `count` is below 3, or more texts are asked for than the frames can give.
    """
    if count < 3:
        raise ValueError(f"count must be at least 3, got {count}")
    writer, seen = _Writer(Random(seed)), set[str]()
    pairs: list[tuple[str, str]] = []

    def add(*new: tuple[str, str]) -> bool:
        if any(text in seen or not 5 <= len(text.split()) <= 25 for text, _ in new):
            return False
        seen.update(text for text, _ in new)
        pairs.extend(new)
        return True

    for i in range(count // 3):
        make = writer.scoped if i % 7 == 0 else writer.twins
        for _ in range(_ATTEMPTS):
            positive, negative = make()
            if positive != negative and add((positive, "positive"), (negative, "negative")):
                break
        else:
            raise ValueError(f"the frames give no more than {len(pairs)} texts, {count} were asked for")
    for _ in range(count - 2 * (count // 3)):
        for _ in range(_ATTEMPTS):
            if add((writer.neutral(), "neutral")):
                break
        else:
            raise ValueError(f"the frames give no more than {len(pairs)} texts, {count} were asked for")
    order = sorted((writer.rng.random(), i) for i in range(count))
    return [pairs[i] for _, i in order]
