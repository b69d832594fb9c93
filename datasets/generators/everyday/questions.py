"""Sentence patterns that ask, order and wish.

Each pattern draws its words from a `Picker` and returns one finished pair; `PATTERNS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable

from everyday.forms import Noun, Verb
from everyday.grammar import PRONOUNS, Clitic, Phrase, clause, finish, to_do
from everyday.picker import UNCOUNTED, Pair, Picker
from everyday.words import ALONE, BE, LEAVING, LIVE, REFLEXIVE, VERBS

_KEPT = ("small", "clothing", "vehicle", "reading", "device", "dish", "fruit")


def _ask(question_word: Pair, pair: Pair) -> Pair:
    return finish(f"{question_word[0]} {pair[0]}", f"{question_word[1]} {pair[1]}", "?")


def where_when_why(g: Picker) -> Pair:
    """Where, when, why, how with an object: "Where did you buy this hat?"."""
    verb, subject = g.one(VERBS), g.subject()
    word = g.one((("where", "où"), ("when", "quand"), ("why", "pourquoi"), ("how", "comment")))
    tense = "future" if verb.en in ("read", "cut") else g.one(("past", "future", "past"))
    return _ask(word, clause(subject, verb, tense, thing=g.thing(verb.groups, subject), question=True))


def where_people(g: Picker) -> Pair:
    """Where somebody lives, is or comes from: "Where does your uncle live?"."""
    subject = g.subject()
    kind = int(g.rng.random() * 4)
    if kind == 0:
        return _ask(("where", "où"), clause(subject, LIVE, question=True))
    if kind == 1:
        is_ = BE.present[subject.person]
        inverted = f"{is_}-{subject.fr}" if subject in PRONOUNS else f"{is_} {subject.fr}"
        return _ask(("where", "où"), (clause(subject, BE, question=True)[0], inverted))
    if kind == 2:
        verb, tense = g.one((*ALONE, *REFLEXIVE[:3])), g.one(("past", "future"))
        return _ask(
            g.one((("where", "où"), ("when", "quand"), ("why", "pourquoi"))),
            clause(subject, verb, tense, question=True),
        )
    verb, tense = g.one(LEAVING), g.one(("past", "future"))
    return _ask(g.one((("when", "quand"), ("why", "pourquoi"), ("at what time", "à quelle heure"))),
                clause(subject, verb, tense, question=True))  # fmt: skip


def what(g: Picker) -> Pair:
    """What somebody does to an unknown thing: "What did she find?"."""
    verb = g.one([v for v in VERBS if set(v.groups) & set(_KEPT) and v.en not in ("wait", "follow")])
    subject, tense = g.subject(), g.one(("past", "future", "past"))
    when = g.moment(tense) if g.chance(0.5) else ("", "")
    en, fr = clause(subject, verb, tense, question=True, tail=when)
    return finish(f"what {en}", "qu'" + fr, "?")


def who(g: Picker) -> Pair:
    """Who did it: "Who opened the window?"."""
    verb = g.one(VERBS)
    tense = g.one(("past", "future"))
    person = Phrase("who", "qui", "m", False, 2)
    when = g.moment(tense) if g.chance(0.4) else ("", "")
    return finish(*clause(person, verb, tense, thing=g.thing(verb.groups, PRONOUNS[1]), tail=when), "?")


def how_many(g: Picker) -> Pair:
    """How many and how much with combien de: "How many eggs did you buy?"."""
    verb = g.one([v for v in VERBS if set(v.groups) & {*_KEPT, "drink", "mass", "animal"} and "people" not in v.groups])
    noun = g.noun(tuple(group for group in verb.groups if group in (*_KEPT, "drink", "mass", "animal")))
    subject, tense = g.subject(), g.one(("past", "future"))
    en, fr = clause(subject, verb, tense, question=True)
    if noun.group in UNCOUNTED:
        return finish(f"how much {noun.en} {en}", f"combien de {noun.fr} {fr}", "?")
    return _ask(
        (f"how many {noun.en_plural}", f"combien de {noun.fr_plural}"),
        _with_agreement(fr, en, verb, noun, subject, tense),
    )


def _with_agreement(fr: str, en: str, verb: Verb, noun: Noun, subject: Phrase, tense: str) -> Pair:
    """Make the participle agree with a plural object that stands before it: "combien de pommes as-tu achetées"."""
    before = Clitic("", "", noun.gender, True)
    return (en, clause(subject, verb, tense, clitic=before, question=True)[1]) if tense == "past" else (en, fr)


def which(g: Picker) -> Pair:
    """Which, agreed with its noun: "Which dress is she going to choose?"."""
    verb = g.one([v for v in VERBS if set(v.groups) & set(_KEPT)])
    noun = g.noun(tuple(group for group in verb.groups if group in _KEPT))
    plural, subject, tense = g.chance(0.4), g.subject(), g.one(("past", "future"))
    form = ("quel", "quelle", "quels", "quelles")[2 * plural + (noun.gender == "f")]
    en, _ = clause(subject, verb, tense, question=True)
    fr = clause(subject, verb, tense, clitic=Clitic("", "", noun.gender, plural), question=True)[1]
    return _ask(
        (f"which {noun.en_plural if plural else noun.en}", f"{form} {noun.fr_plural if plural else noun.fr}"), (en, fr)
    )


def order(g: Picker) -> Pair:
    """Orders to one person, and with let's: "Close the door!", "Do not open this letter!"."""
    verb = g.one([v for v in VERBS if v.en not in ("hear", "see", "understand", "find", "meet", "lose")])
    thing = g.thing(verb.groups, PRONOUNS[1], known=True)
    you = verb.present[1]
    # The imperative of -er verbs (and of ouvrir, offrir) has no -s.
    you = you[:-1] if you.endswith("es") else you
    base = f"{verb.en} {verb.particle}".strip()
    draw = g.rng.random()
    if draw < 0.35:
        return finish(f"do not {base} {thing.en}", f"ne {you} pas {thing.fr}", "!")
    if draw < 0.6:
        return finish(f"let's {base} {thing.en}", f"{verb.present[3]} {thing.fr}", "!")
    if draw < 0.8:
        return finish(f"{base} {thing.en}, please", f"{you} {thing.fr}, s'il te plaît")
    return finish(f"{base} {thing.en}", f"{you} {thing.fr}", "!")


def wish(g: Picker) -> Pair:
    """Polite wishes with the conditional: "I would like to see the castle."."""
    would = ("voudrais", "voudrais", "voudrait", "voudrions", "voudriez", "voudraient")
    subject, verb = g.subject(), g.one(VERBS)
    thing, (en, fr) = g.thing(verb.groups, subject), to_do(verb, subject)
    question = g.chance(0.3) and subject.person != 0
    form = would[subject.person]
    if question:
        return finish(
            f"would {subject.en} like to {en} {thing.en}", f"est-ce que {subject.fr} {form} {fr} {thing.fr}", "?"
        )
    return finish(f"{subject.en} would like to {en} {thing.en}", f"{subject.fr} {form} {fr} {thing.fr}")


PATTERNS: tuple[Callable[[Picker], Pair], ...] = (
    where_when_why,
    where_people,
    what,
    who,
    how_many,
    which,
    order,
    wish,
)
