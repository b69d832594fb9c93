"""Sentence patterns about being and having: moods, jobs, ages, fears, tastes, aches.

Each pattern draws its words from a `Picker` and returns one finished pair; `PATTERNS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable

from everyday.forms import Adjective, Noun, verbs
from everyday.grammar import PRONOUNS, Phrase, clause, finish, indefinite, noun_phrase
from everyday.picker import UNCOUNTED, Pair, Picker, number
from everyday.words import (
    ABSOLUTE,
    BE,
    COLOURS,
    HAVE,
    JOBS,
    LIKING,
    MOODS,
    NATIONS,
    NOUNS,
    WANT,
)

_THINGS = ("furniture", "device", "small", "dish", "clothing", "vehicle", "animal", "fruit", "reading", "show", "room")


_INTENSITY = (("very", "très"), ("too", "trop"), ("a little", "un peu"), ("really", "vraiment"), ("so", "si"))


_STATES = (
    ("hungry", "faim"), ("thirsty", "soif"), ("cold", "froid"), ("hot", "chaud"), ("sleepy", "sommeil"),
    ("afraid", "peur"), ("right", "raison"), ("wrong", "tort"), ("lucky", "de la chance"),
)  # fmt: skip


_BODY = (
    ("head", "à LA tête"),
    ("back", "à LE dos"),
    ("throat", "à LA gorge"),
    ("stomach", "à LE ventre"),
    ("knee", "à LE genou"),
    ("shoulder", "à LE épaule"),
    ("foot", "à LE pied"),
    ("leg", "à LA jambe"),
    ("arm", "à LE bras"),
    ("ear", "à LA oreille"),
    ("eyes", "à LES yeux"),
    ("teeth", "à LES dents"),
    ("feet", "à LES pieds"),
    ("hand", "à LA main"),
)


def _described(subject: Phrase, adjective: Adjective) -> str:
    return adjective.agree(subject.gender, subject.plural)


_SENSES = (
    COLOURS, NATIONS, {"big", "small"}, {"old", "young", "new", "modern", "fresh"}, {"heavy", "light"},
    {"clean", "dirty"}, {"good", "bad", "delicious"}, {"hot", "cold"}, {"beautiful", "pretty", "magnificent"},
    {"quiet", "noisy"}, {"interesting", "boring"}, {"long", "short"}, {"difficult", "easy", "simple"},
)  # fmt: skip


def mood(g: Picker) -> Pair:
    """What somebody is like: "The girls are not very patient.", "Is your aunt tired?"."""
    subject, adjective = g.subject(), g.one(MOODS)
    negative, question = ("not" if g.chance(0.3) else ""), g.chance(0.25)
    extent = g.one(_INTENSITY[:1] + _INTENSITY[1:4]) if g.chance(0.4) else ("", "")
    if negative or question:
        extent = extent if extent[0] in ("very", "too") else ("", "")
    if adjective.en in ("French", "English", "Italian", "German", "Spanish", "alone", "ready"):
        extent = ("", "")
    tail = (f"{extent[0]} {adjective.en}".strip(), f"{extent[1]} {_described(subject, adjective)}".strip())
    when = g.one((("today", "aujourd'hui"), ("this morning", "ce matin"))) if g.chance(0.3) else ("", "")
    if adjective.en not in ("happy", "sad", "tired", "sick", "busy", "nervous", "worried", "alone", "surprised"):
        when = ("", "")
    tail = (f"{tail[0]} {when[0]}".strip(), f"{tail[1]} {when[1]}".strip())
    pair = clause(subject, BE, negative="" if question else negative, question=question, tail=tail)
    return finish(*pair, "?" if question else ".")


def described_thing(g: Picker) -> Pair:
    """What a thing is like: "These old shoes are dirty."."""
    noun, plural = g.noun(_THINGS), g.chance(0.45)
    first, second = g.adjective(noun), g.adjective(noun)
    det = g.one(("the", "this", "my"))
    det = "the" if noun.group in ("show", "fruit", "animal") and det == "my" else det
    owner = g.one(PRONOUNS)
    with_first = g.chance(0.35) and _compatible(first, second)
    thing = noun_phrase(det, noun, plural=plural, adjective=first if with_first else None, owner=owner)
    negative, question = ("not" if g.chance(0.25) else ""), g.chance(0.2)
    extent = g.one(_INTENSITY[:2]) if g.chance(0.3) and second.en not in ABSOLUTE else ("", "")
    tail = (f"{extent[0]} {second.en}".strip(), f"{extent[1]} {_described(thing, second)}".strip())
    pair = clause(thing, BE, negative="" if question else negative, question=question, tail=tail)
    return finish(*pair, "?" if question else ".")


def job(g: Picker) -> Pair:
    """A job, without article in French: "She is an engineer."."""
    subject, (english, masculine, feminine) = g.subject(), g.one(JOBS)
    wants, question = g.chance(0.3), g.chance(0.2)
    negative = "not" if g.chance(0.2) and not question else ""
    french = (feminine if subject.gender == "f" else masculine) + ("s" if subject.plural else "")
    name = f"{english}s" if subject.plural else f"{indefinite(english)} {english}"
    if wants:
        tail = (f"to become {name}", f"devenir {french}")
        pair = clause(subject, WANT, negative=negative, question=question, tail=tail)
    else:
        pair = clause(subject, BE, negative=negative, question=question, tail=(name, french))
    return finish(*pair, "?" if question else ".")


def age(g: Picker) -> Pair:
    """An age, with avoir: "My father is forty-two years old."."""
    subject = g.subject() if g.chance(0.5) else g.relative()
    years = number(2 + int(g.rng.random() * 68))
    negative = "not" if g.chance(0.1) else ""
    english = clause(subject, BE, negative=negative)[0]
    french = clause(subject, HAVE, negative=negative)[1]
    return finish(f"{english} {years[0]} years old", f"{french} {years[1]} ans")


def feeling(g: Picker) -> Pair:
    """Being hungry, cold or right is having in French: "Are you thirsty?"."""
    subject, state = g.subject(), g.one(_STATES)
    negative, question = ("not" if g.chance(0.3) else ""), g.chance(0.25)
    negative = "" if question else negative
    extent = ("very", "très") if g.chance(0.3) and state[0] not in ("right", "wrong", "lucky") else ("", "")
    french = "de chance" if negative and state[0] == "lucky" else state[1]
    english = clause(subject, BE, negative=negative, question=question, tail=(f"{extent[0]} {state[0]}".strip(), ""))[0]
    return finish(
        english,
        clause(subject, HAVE, negative=negative, question=question, tail=("", f"{extent[1]} {french}".strip()))[1],
        "?" if question else ".",
    )


def fearing(g: Picker) -> Pair:
    """Being afraid of and needing, with de: "The boy is afraid of the big dog.", "I need some flour."."""
    subject, negative = g.subject(), "not" if g.chance(0.25) else ""
    french = clause(subject, HAVE, negative=negative)[1]
    if g.chance(0.5):
        thing = g.thing(("animal",), subject, known=True)
        english = clause(subject, BE, negative=negative)[0]
        return finish(f"{english} afraid of {thing.en}", f"{french} peur de {thing.fr}")
    groups = ("small", "device", "clothing", "vehicle", "furniture", "staple", "dish")
    noun, plural = g.noun(groups), False
    adjective = g.adjective(noun) if g.chance(0.4) and noun.group != "staple" else None
    det = "some" if noun.group == "staple" else g.one(("a", "this", "a"))
    thing = noun_phrase(det, noun, plural=plural, adjective=adjective, negated=bool(negative))
    need = verbs("need/needed/needed=avoir*")[0]
    # "besoin de" swallows the partitive: besoin de farine.
    bare = thing.fr if det != "some" else noun.fr
    bare = bare if not (negative and det == "a") else noun_phrase("a", noun, adjective=adjective).fr
    english = clause(subject, need, negative=negative)[0]
    return finish(f"{english} {thing.en}", f"{french} besoin de {bare}")


def owning(g: Picker) -> Pair:
    """Having things and people: "We have three sons and a daughter."."""
    subject, negative, question = g.subject(), "not" if g.chance(0.35) else "", g.chance(0.25)
    negative = "" if question else negative
    groups = ("animal", "small", "device", "vehicle", "clothing", "furniture", "idea", "drink", "mass", "fruit")
    noun = g.noun(groups)
    plural = g.chance(0.4) and noun.group not in UNCOUNTED
    adjective = g.adjective(noun) if g.chance(0.5) else None
    det = "some" if plural or noun.group in UNCOUNTED else "a"
    thing = noun_phrase(det, noun, plural=plural, adjective=adjective, negated=bool(negative))
    english = thing.en.replace("some ", "any ", 1) if question else thing.en
    pair = clause(subject, HAVE, negative=negative, question=question, thing=Phrase(english, thing.fr))
    return finish(*pair, "?" if question else ".")


def counting(g: Picker) -> Pair:
    """Counted family and animals: "My uncle has four sons and a daughter."."""
    subject = g.subject()
    nouns = tuple(n for n in NOUNS["family"] if n.en in ("brother", "sister", "son", "daughter", "uncle", "aunt"))
    first, second = g.one(nouns), g.one(nouns + NOUNS["animal"])
    many, more = number(2 + int(g.rng.random() * 5)), number(2 + int(g.rng.random() * 8))
    one = noun_phrase("a", second)
    rest = one if g.chance(0.5) else Phrase(f"{more[0]} {second.en_plural}", f"{more[1]} {second.fr_plural}")
    if first is second:
        return finish(
            *clause(subject, HAVE, tail=(f"only {many[0]} {first.en_plural}", f"seulement {many[1]} {first.fr_plural}"))
        )
    tail = (f"{many[0]} {first.en_plural} and {rest.en}", f"{many[1]} {first.fr_plural} et {rest.fr}")
    return finish(*clause(subject, HAVE, tail=tail))


def liking(g: Picker) -> Pair:
    """Tastes take the definite article in French: "I like coffee but I hate tea."."""
    subject, verb = g.subject(), g.one(LIKING[:3])
    groups = ("fruit", "animal", "mass", "drink", "meal")
    first, second = g.noun(groups), g.noun(groups)
    negative, question = ("not" if g.chance(0.3) else ""), g.chance(0.2)
    adjective = g.adjective(first) if g.chance(0.3) else None
    if question:
        return finish(*clause(subject, verb, question=True, thing=_in_general(first, adjective)), "?")
    pair = clause(subject, verb, negative=negative, thing=_in_general(first, adjective))
    if not negative and g.chance(0.4) and first is not second and subject in PRONOUNS:
        # "but" wants the opposite: to hate after to like, and the other way round.
        other = g.one(LIKING[:2]) if verb is LIKING[2] else LIKING[2]
        more = clause(subject, other, thing=_in_general(second, None))
        return finish(f"{pair[0]} but {more[0]}", f"{pair[1]} mais {more[1]}")
    return finish(*pair)


def _in_general(noun: Noun, adjective: Adjective | None) -> Phrase:
    """The kind as a whole: English bare, French with its article ("cats", "LES chats"; "milk", "LE lait")."""
    phrase = noun_phrase("the", noun, plural=noun.group not in UNCOUNTED, adjective=adjective)
    return Phrase(phrase.en.removeprefix("the "), phrase.fr, phrase.gender, phrase.plural)


def preferring(g: Picker) -> Pair:
    """Preferring one to the other, à contracted: "We prefer tea to coffee."."""
    subject, groups = g.subject(), g.one((("fruit",), ("animal",), ("mass",), ("drink",)))
    first, second = g.noun(groups), g.noun(groups)
    question = g.chance(0.25)
    one, other = _in_general(first, None), _in_general(second, None)
    if first is second:
        other = _in_general(g.noun(("meal",)), None)
    pair = clause(subject, LIKING[3], question=question, thing=one, tail=(f"to {other.en}", f"à {other.fr}"))
    return finish(*pair, "?" if question else ".")


def hurting(g: Picker) -> Pair:
    """Where it hurts: "My head hurts." is "I have a pain at the head" in French."""
    subject, part = g.subject() if g.chance(0.6) else g.relative(), g.one(_BODY)
    several = part[0] in ("eyes", "teeth", "feet")
    if subject.plural or (subject in PRONOUNS[3:4] and several):
        subject = g.name()
    own = {0: "my", 1: "your", 2: "her" if subject.gender == "f" else "his"}
    whose = own[subject.person] if subject in PRONOUNS else f"{subject.en}'s"
    when = g.one((("", ""), ("today", "aujourd'hui"), ("this morning", "ce matin"), ("tonight", "ce soir"),
                  ("now", "maintenant"), ("a lot", "très")))  # fmt: skip
    english = f"{whose} {part[0]} {'hurt' if several else 'hurts'} {when[0]}"
    have = clause(subject, HAVE)[1]
    if when[1] == "très":
        return finish(english, f"{have} très mal {part[1]}")
    return finish(english.strip(), f"{have} mal {part[1]} {when[1]}")


def looks(g: Picker) -> Pair:
    """Eyes and hair take the article in French: "She has green eyes and long hair."."""
    subject = g.subject()
    eyes = g.one((("blue", "bleus"), ("green", "verts"), ("black", "noirs"), ("grey", "gris")))
    hair = g.one((("long", "longs"), ("short", "courts"), ("black", "noirs"), ("blond", "blonds"), ("white", "blancs"),
                  ("grey", "gris"), ("red", "roux"), ("curly", "frisés")))  # fmt: skip
    negative = "not" if g.chance(0.15) else ""
    tail = (f"{eyes[0]} eyes and {hair[0]} hair", f"LES yeux {eyes[1]} et LES cheveux {hair[1]}")
    if negative or g.chance(0.3):
        tail = g.one(((f"{eyes[0]} eyes", f"LES yeux {eyes[1]}"), (f"{hair[0]} hair", f"LES cheveux {hair[1]}")))
    return finish(*clause(subject, HAVE, negative=negative, tail=tail))


def _compatible(first: Adjective, second: Adjective) -> bool:
    """Say whether two adjectives can be said of one thing without repeating or contradicting each other."""
    same = any(first.en in sense and second.en in sense for sense in _SENSES)
    return first.en != second.en and not same


PATTERNS: tuple[Callable[[Picker], Pair], ...] = (
    mood,
    described_thing,
    job,
    age,
    feeling,
    fearing,
    owning,
    counting,
    liking,
    preferring,
    hurting,
    looks,
)
