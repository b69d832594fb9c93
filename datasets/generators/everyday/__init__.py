"""Everyday English-French sentence pairs from a bilingual grammar of our own, right by construction.

Seventy sentence patterns, some 500 words a language: what a sequence-to-sequence network has to find out is agreement,
word order, elision and contraction, because words alone do not translate these sentences. The agreement is in
`grammar`, the dictionary in `words`, the patterns in the six modules of `PATTERNS`; this module only draws from them.
"""

from __future__ import annotations

import re
from random import Random

from everyday import actions, clauses, moves, questions, states, things
from everyday.picker import Pair, Picker

PATTERNS = (
    *actions.PATTERNS,
    *moves.PATTERNS,
    *states.PATTERNS,
    *things.PATTERNS,
    *questions.PATTERNS,
    *clauses.PATTERNS,
)
# A pattern that finds nothing new this often in a row has been emptied.
_PATIENCE = 300
_WORD = re.compile(r"[\w-]+")
# Nobody asks others what he is doing himself.
_ODD = re.compile(r"^(Do|Am|Are) (I|we) |^Did I |\bam I ")
_TU = re.compile(r"\b(tu|te|t'|ton|ta|tes|toi)\b|\bt'", re.IGNORECASE)
_VOUS = re.compile(r"\b(vous|votre|vos)\b", re.IGNORECASE)


def fits(pair: Pair) -> bool:
    """Say whether a pair is worth keeping: 3 to 14 words a side ("l'" is one, "forty-two" is one), no idle question.

    French has tu beside "you" and vous beside "you all", never both: "your" would then have two translations.
    """
    several = "you all" in pair[0].lower()
    mixed = bool(_TU.search(pair[1])) if several else bool(_VOUS.search(pair[1]))
    return not mixed and not _ODD.search(pair[0]) and all(3 <= len(_WORD.findall(sentence)) <= 14 for sentence in pair)


def everyday(seed: int = 0, count: int = 32_000) -> list[tuple[str, str]]:
    """Return `count` distinct (English, French) sentence pairs, balanced over the patterns, in random order.

    No English and no French sentence occurs twice, so the task is a function. What English leaves open is settled the
    same way everywhere: "you" is tu and "you all" is vous; I, you, we and they are masculine, and so is every person
    the noun does not mark ("the teacher", "the child"); English is written without contractions except "let's"; the
    progressive and the simple present are both the French present, the simple past and the present perfect the passé
    composé, "going to" the futur proche; an elided word is joined to the next; a space stands before ? and !.

    Args:
        seed: the same seed gives the same list on every Python version.
        count: how many pairs, at least 1.

    Raises:
        ValueError: `count` is not positive, or the grammar has no more sentences to give.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    picker = Picker(Random(seed))
    pairs: list[Pair] = []
    seen: set[str] = set()
    live = list(PATTERNS)
    while len(pairs) < count:
        if not live:
            raise ValueError(f"the grammar gives {len(pairs)} sentences with seed {seed}, {count} were asked for")
        for pattern in list(live):
            for _ in range(_PATIENCE):
                english, french = pattern(picker)
                if english not in seen and french not in seen and fits((english, french)):
                    seen.update((english, french))
                    pairs.append((english, french))
                    break
            else:
                live.remove(pattern)
            if len(pairs) == count:
                break
    order = [(picker.rng.random(), i) for i in range(count)]
    return [pairs[i] for _, i in sorted(order)]
