"""Sentence patterns about doing: buying, seeing, giving, wanting, with nouns and with pronouns.

Each pattern draws its words from a `Picker` and returns one finished pair; `PATTERNS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable

from everyday.grammar import (
    DIRECT,
    INDIRECT,
    PRONOUNS,
    Clitic,
    Phrase,
    clause,
    finish,
    noun_phrase,
    to_do,
)
from everyday.picker import OFTEN, Pair, Picker
from everyday.words import CAN, GIVING, MUST, VERBS, WANT

HUMAN_VERBS = tuple(v for v in VERBS if "people" in v.groups)


def acting(g: Picker) -> Pair:
    """Someone does something to something, in any tense: "My sister is reading a long letter."."""
    verb, subject = g.one(VERBS), g.subject()
    tense = g.tense(verb)
    always = tense == "past" or verb.en in ("see", "hear", "read", "cut")
    tail = g.moment(tense) if always or g.chance(0.4) else ("", "")
    return finish(*clause(subject, verb, tense, thing=g.thing(verb.groups, subject), tail=tail))


def moment_first(g: Picker) -> Pair:
    """The time opens the sentence: "Yesterday, he bought a hat."."""
    verb, subject = g.one(VERBS), g.subject()
    tense = g.one(("past", "future"))
    en, fr = clause(subject, verb, tense, thing=g.thing(verb.groups, subject))
    when = g.moment(tense)
    return finish(f"{when[0]}, {en}", f"{when[1]}, {fr}")


def habit(g: Picker) -> Pair:
    """A habit with a frequency before or a moment after: "She often wears a red scarf."."""
    verb, subject = g.one(VERBS), g.subject()
    adverb = g.one(OFTEN) if g.chance(0.6) else ("", "")
    tail = ("", "") if adverb[0] else g.moment("present")
    return finish(*clause(subject, verb, thing=g.thing(verb.groups, subject), adverb=adverb, tail=tail))


def not_acting(g: Picker) -> Pair:
    """A negation in any tense, with de for un, des, du: "He did not buy any apples."."""
    verb, subject = g.one(VERBS), g.subject()
    tense = g.tense(verb)
    thing = g.thing(verb.groups, subject, negated=True)
    tail = g.moment(tense) if g.chance(0.25) else ("", "")
    return finish(*clause(subject, verb, tense, thing=thing, negative="not", tail=tail))


def never(g: Picker) -> Pair:
    """Never and no longer: "We never eat meat.", "I have never read this novel."."""
    verb, subject = g.one(VERBS), g.subject()
    negative, tense = g.one((("never", "present"), ("never", "perfect"), ("no longer", "present")))
    thing = g.thing(verb.groups, subject, negated=True)
    return finish(*clause(subject, verb, tense, thing=thing, negative=negative))


def asking(g: Picker) -> Pair:
    """A yes-no question: "Did you close the window?"."""
    verb, subject = g.one(VERBS), g.subject()
    tense = g.tense(verb)
    tail = g.moment(tense) if g.chance(0.3) else ("", "")
    return finish(*clause(subject, verb, tense, thing=g.thing(verb.groups, subject), question=True, tail=tail), "?")


def pronoun_object(g: Picker) -> Pair:
    """An object pronoun before the French verb: "I do not see her.", "They invited us."."""
    verb = g.one(HUMAN_VERBS)
    subject = g.subject()
    clitic = g.one([c for c in DIRECT if not _same_person(c, subject)])
    tense = g.tense(verb)
    negative, question = ("not" if g.chance(0.3) else ""), g.chance(0.15)
    tail = g.moment(tense) if g.chance(0.35) or verb.en == "see" else ("", "")
    pair = clause(
        subject, verb, tense, clitic=clitic, negative="" if question else negative, question=question, tail=tail
    )
    return finish(*pair, "?" if question else ".")


def _same_person(clitic: Clitic, subject: Phrase) -> bool:
    """Say whether subject and object would be the same people, wholly or in part."""
    groups = {"me": (0, 3), "us": (0, 3), "you": (1, 4), "you all": (1, 4)}
    return subject.person in groups.get(clitic.en, ())


def taking_up(g: Picker) -> Pair:
    """A thing named first and taken up by a pronoun: "The letter? She read it yesterday."."""
    verb = g.one([v for v in VERBS if "people" not in v.groups and "mass" not in v.groups and "drink" not in v.groups])
    thing = g.thing(verb.groups, g.one(PRONOUNS[:2]), known=True)
    fr = ("les" if thing.plural else "la" if thing.gender == "f" else "le",)
    clitic = Clitic("them" if thing.plural else "it", fr[0], thing.gender, thing.plural)
    subject, tense = g.subject(), g.one(("past", "future", "past"))
    negative = "not" if g.chance(0.3) else ""
    tail = g.moment(tense) if g.chance(0.6) and not negative else ("", "")
    en, french = finish(*clause(subject, verb, tense, clitic=clitic, negative=negative, tail=tail))
    first = finish(thing.en, thing.fr, "?")
    return f"{first[0]} {en}", f"{first[1]} {french}"


def giving(g: Picker) -> Pair:
    """Something to somebody: "I gave the book to my mother."."""
    verb, subject = g.one(GIVING), g.subject()
    to = g.relative() if g.chance(0.6) else g.name()
    tense = g.one(("progressive", "past", "future"))
    en, fr = clause(subject, verb, tense, thing=g.thing(verb.groups, subject))
    return finish(f"{en} to {to.en}", f"{fr} à {to.fr}")


def giving_pronoun(g: Picker) -> Pair:
    """An indirect pronoun: "We are going to send him a postcard."."""
    verb, subject = g.one(GIVING), g.subject()
    clitic = g.one([c for c in INDIRECT if not _same_person(c, subject)])
    tense, negative = g.one(("progressive", "past", "future")), "not" if g.chance(0.2) else ""
    thing = g.thing(verb.groups, subject, negated=bool(negative))
    return finish(*clause(subject, verb, tense, clitic=clitic, thing=thing, negative=negative))


def modal(g: Picker) -> Pair:
    """Can, must and want to with an infinitive: "We must clean the kitchen."."""
    verb, subject, helper = g.one(VERBS), g.subject(), g.one((CAN, MUST, WANT))
    negative, question = ("not" if g.chance(0.25) else ""), helper is not MUST and g.chance(0.2)
    negative = "" if question else negative
    thing = g.thing(verb.groups, subject, negated=bool(negative))
    en, fr = to_do(verb, subject)
    tail = (f"{'to ' if helper is WANT else ''}{en} {thing.en}", f"{fr} {thing.fr}")
    return finish(*clause(subject, helper, negative=negative, question=question, tail=tail), "?" if question else ".")


def modal_pronoun(g: Picker) -> Pair:
    """A pronoun before the infinitive: "I want to help them."."""
    verb, subject, helper = g.one(HUMAN_VERBS), g.subject(), g.one((CAN, MUST, WANT))
    clitic = g.one([c for c in DIRECT if not _same_person(c, subject)])
    negative = "not" if g.chance(0.3) else ""
    en, fr = to_do(verb, subject, clitic)
    return finish(*clause(subject, helper, negative=negative, tail=(f"{'to ' if helper is WANT else ''}{en}", fr)))


def nobody(g: Picker) -> Pair:
    """Nobody and nothing, before or after the participle: "He saw nobody yesterday."."""
    subject, tense = g.subject(), g.one(("present", "past", "future"))
    person = g.chance(0.5)
    people, things = (
        ("see", "help", "invite", "call", "meet"),
        ("buy", "eat", "find", "see", "hear", "understand", "drink"),
    )
    verb = g.one([v for v in VERBS if v.en in (people if person else things)])
    en_word, fr_word = ("nobody", "personne") if person else ("nothing", "rien")
    when = g.moment(tense) if g.chance(0.8) or tense != "present" else ("", "")
    en, fr = clause(subject, verb, tense)[0], clause(subject, verb, tense, negative="not")[1]
    # Rien stands where pas stood; personne does so only in the present, else behind the participle or infinitive.
    in_place = tense == "present" or not person
    fr = fr.replace(" pas", f" {fr_word}", 1) if in_place else fr.replace(" pas", "", 1) + f" {fr_word}"
    return finish(f"{en} {en_word} {when[0]}".strip(), f"{fr} {when[1]}".strip())


def pieces(g: Picker) -> Pair:
    """Quantities take de: "We bought a kilo of apples.", "She drinks a lot of water."."""
    subject, tense = g.subject(), g.one(("past", "future"))
    if g.chance(0.5):
        verb = VERBS[2]
        amount = g.one((("a kilo of", "un kilo de"), ("a lot of", "beaucoup de"), ("a few", "quelques"),
                        ("too many", "trop de"), ("a basket of", "un panier de")))  # fmt: skip
        noun = g.noun(("fruit",))
        what = (f"{amount[0]} {noun.en_plural}", f"{amount[1]} {noun.fr_plural}")
    else:
        verb = VERBS[1]
        amount = g.one((("a glass of", "un verre de"), ("a lot of", "beaucoup de"), ("a little", "un peu de"),
                        ("too much", "trop de"), ("a bottle of", "une bouteille de")))  # fmt: skip
        noun = g.noun(("drink",))
        what = (f"{amount[0]} {noun.en}", f"{amount[1]} {noun.fr}")
    return finish(*clause(subject, verb, tense, thing=Phrase(*what), tail=g.moment(tense)))


def in_hand(g: Picker) -> Pair:
    """For whom or with whom: "Paul is preparing a cake for his daughter."."""
    verb, subject = (
        g.one([v for v in VERBS if v.en in ("buy", "prepare", "choose", "draw", "look", "find", "wash")]),
        g.subject(),
    )
    who = g.thing(("family",), subject)
    tense = g.tense(verb)
    thing = g.thing(verb.groups, subject)
    return finish(*clause(subject, verb, tense, thing=thing, tail=(f"for {who.en}", f"pour {who.fr}")))


def noun_of(g: Picker) -> Pair:
    """The English possessive: "I am looking for my brother's keys."."""
    verb = g.one([v for v in VERBS if {"small", "clothing", "vehicle", "reading"} & set(v.groups)])
    groups = tuple(group for group in verb.groups if group in ("small", "clothing", "vehicle", "reading"))
    subject, noun, plural = g.subject(), g.noun(groups), g.chance(0.3)
    who = g.relative() if g.chance(0.7) else g.name()
    thing = noun_phrase("the", noun, plural=plural)
    what = Phrase(f"{who.en}'s {noun.en_plural if plural else noun.en}", f"{thing.fr} de {who.fr}")
    tense, negative = g.tense(verb), "not" if g.chance(0.2) else ""
    return finish(*clause(subject, verb, tense, thing=what, negative=negative))


PATTERNS: tuple[Callable[[Picker], Pair], ...] = (
    acting,
    moment_first,
    habit,
    not_acting,
    never,
    asking,
    pronoun_object,
    taking_up,
    giving,
    giving_pronoun,
    modal,
    modal_pronoun,
    nobody,
    pieces,
    in_hand,
    noun_of,
)
