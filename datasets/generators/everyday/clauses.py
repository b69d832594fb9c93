"""Sentence patterns with a clause inside a clause: who, that, because, if, and two subjects.

Each pattern draws its words from a `Picker` and returns one finished pair; `PATTERNS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable

from everyday.grammar import (
    PRONOUNS,
    Clitic,
    Phrase,
    clause,
    english_be,
    finish,
    from_country,
    in_country,
    noun_phrase,
    to_do,
)
from everyday.picker import Pair, Picker
from everyday.words import (
    ALONE,
    BE,
    COUNTRIES,
    HOPE,
    KNOW,
    LEAVING,
    MOODS,
    MOVING,
    NOUNS,
    REFLEXIVE,
    THINK,
    VERBS,
    WANT,
)

_KEPT = ("small", "clothing", "vehicle", "reading", "device", "dish", "fruit")


_FEELINGS = tuple(
    a for a in MOODS if a.en in ("happy", "sad", "tired", "sick", "busy", "nervous", "jealous", "worried")
)


def relative_subject(g: Picker) -> Pair:
    """Who: "The man who is waiting for the bus is my uncle."."""
    noun, plural, verb = g.noun(("people",)), g.chance(0.35), g.one(VERBS)
    person = noun_phrase(g.one(("the", "this")), noun, plural=plural)
    tense = "past" if verb.stative else g.one(("progressive", "past"))
    middle = clause(
        Phrase("who", "qui", person.gender, plural, person.person),
        verb,
        tense,
        thing=g.thing(verb.groups, person, known=True),
    )
    if g.chance(0.5):
        adjective = g.one([a for a in MOODS if a.en not in ("alone", "ready", "surprised")])
        end = (adjective.en, adjective.agree(person.gender, plural))
    else:
        relatives = [
            n
            for n in NOUNS["family"]
            if n.gender == noun.gender
            and n.en in ("brother", "sister", "son", "daughter", "uncle", "aunt", "nephew", "niece")
        ]
        other = noun_phrase("my", g.one(relatives), plural=plural, owner=g.one(PRONOUNS[:1] + PRONOUNS[4:5]))
        end = (other.en, other.fr)
    en = f"{person.en} {middle[0]} {english_be(person)} {end[0]}"
    return finish(en, f"{person.fr} {middle[1]} {'sont' if plural else 'est'} {end[1]}")


def relative_object(g: Picker) -> Pair:
    """That, with the participle agreed: "The dress that she bought is red."."""
    verb = g.one([v for v in VERBS if set(v.groups) & set(_KEPT) and v.en not in ("eat", "follow")])
    noun = g.noun(tuple(group for group in verb.groups if group in _KEPT))
    plural, subject, adjective = g.chance(0.4), g.subject(), g.adjective(noun)
    thing, question = noun_phrase("the", noun, plural=plural), g.chance(0.2)
    before = Clitic("", "", noun.gender, plural)
    en, fr = clause(subject, verb, "past", clitic=before)
    state = adjective.agree(noun.gender, plural)
    if question:
        return finish(f"{english_be(thing)} {thing.en} that {en} {adjective.en}",
                      f"est-ce que {thing.fr} que {fr} {'sont' if plural else 'est'} {state}", "?")  # fmt: skip
    return finish(
        f"{thing.en} that {en} {english_be(thing)} {adjective.en}",
        f"{thing.fr} que {fr} {'sont' if plural else 'est'} {state}",
    )


def thinking(g: Picker) -> Pair:
    """Knowing, thinking and hoping that: "I think that she is tired."."""
    subject, inner, verb = g.one(PRONOUNS), g.subject(), g.one((KNOW, THINK, HOPE))
    if verb is HOPE or g.chance(0.5):
        act = g.one(VERBS)
        clause_in = clause(inner, act, "future", thing=g.thing(act.groups, inner))
    else:
        mood = g.one(MOODS)
        clause_in = clause(inner, BE, tail=(mood.en, mood.agree(inner.gender, inner.plural)))
    en, fr = clause(subject, verb)
    return finish(f"{en} that {clause_in[0]}", f"{fr} que {clause_in[1]}")


def because(g: Picker) -> Pair:
    """Reasons: "He is not working because he is sick."."""
    subject, feeling = g.subject(), g.one(_FEELINGS)
    again = subject if subject in PRONOUNS else _pronoun(subject)
    verb, tense, negative = g.one(ALONE), g.one(("progressive", "future")), "not" if g.chance(0.5) else ""
    en, fr = clause(subject, verb, tense, negative=negative)
    why = clause(again, BE, tail=(feeling.en, feeling.agree(subject.gender, subject.plural)))
    if g.chance(0.25):
        why = clause(again, VERBS[7], "past", thing=g.thing(("small",), subject))
    return finish(f"{en} because {why[0]}", f"{fr} parce que {why[1]}")


def _pronoun(subject: Phrase) -> Phrase:
    """The pronoun that takes up a third-person subject; "they" is elles for women."""
    if subject.plural:
        return Phrase("they", "elles" if subject.gender == "f" else "ils", subject.gender, True, 5)
    return PRONOUNS[3] if subject.gender == "f" else PRONOUNS[2]


def if_it_rains(g: Picker) -> Pair:
    """Conditions: "If it rains, we are going to stay at home."."""
    subject, verb = g.subject(), g.one(VERBS)
    condition = g.one((("it rains", "il pleut"), ("it snows", "il neige"), ("it is cold", "il fait froid"),
                       ("it is hot", "il fait chaud"), ("the weather is nice", "il fait beau")))  # fmt: skip
    draw = g.rng.random()
    if draw < 0.4:
        main = clause(subject, verb, "future", thing=g.thing(verb.groups, subject))
    else:
        main = clause(subject, MOVING[5] if draw < 0.6 else g.one(ALONE), "future",
                      tail=("at home", "à la maison") if draw < 0.6 else ("", ""))  # fmt: skip
    if g.chance(0.3):
        return finish(f"{main[0]} if {condition[0]}", f"{main[1]} si {condition[1]}")
    return finish(f"if {condition[0]}, {main[0]}", f"si {condition[1]}, {main[1]}")


def two_people(g: Picker) -> Pair:
    """Two subjects, feminine only when both are: "Julie and her sister are tired."."""
    first = g.name()
    second = g.kin(first) if g.chance(0.6) else g.name()
    while second.en.split()[-1] == first.en.split()[-1]:
        second = g.name()
    gender = "f" if first.gender == second.gender == "f" else "m"
    both = Phrase(f"{first.en} and {second.en}", f"{first.fr} et {second.fr}", gender, True, 5)
    draw = g.rng.random()
    negative = "not" if g.chance(0.2) else ""
    if draw < 0.4:
        mood = g.one(MOODS)
        return finish(*clause(both, BE, negative=negative, tail=(mood.en, mood.agree(gender, True))))
    if draw < 0.7:
        return finish(*clause(both, g.one((*LEAVING, *REFLEXIVE)), "past", negative=negative, tail=g.moment("past")))
    verb = g.one(VERBS)
    tense = "past" if verb.stative else g.one(("progressive", "past"))
    thing = g.thing(verb.groups, both, negated=bool(negative))
    return finish(*clause(both, verb, tense, negative=negative, thing=thing))


def but_not(g: Picker) -> Pair:
    """A thing and the pronoun for it in one sentence: "I found the key but I lost it yesterday."."""
    subject = g.one(PRONOUNS)
    noun, plural = g.noun(("small", "clothing")), g.chance(0.4)
    thing = noun_phrase("the", noun, plural=plural, adjective=g.adjective(noun) if g.chance(0.3) else None)
    first, second = g.one([(a, b) for a in VERBS for b in VERBS if (a.en, a.particle, b.en) in _THEN])
    fr = "les" if plural else "la" if noun.gender == "f" else "le"
    clitic = Clitic("them" if plural else "it", fr, noun.gender, plural)
    negative = "not" if (first.en, second.en) in (("buy", "wear"), ("look", "find"), ("choose", "take")) else ""
    when = g.moment("past") if g.chance(0.4) and not negative else ("", "")
    one = clause(subject, first, "past", thing=thing)
    two = clause(subject, second, "past", clitic=clitic, negative=negative, tail=when)
    return finish(f"{one[0]} but {two[0]}", f"{one[1]} mais {two[1]}")


_THEN = frozenset({
    ("buy", "", "lose"), ("find", "", "lose"), ("look", "for", "find"), ("choose", "", "forget"), ("buy", "", "forget"),
    ("take", "", "lose"), ("choose", "", "take"), ("look", "for", "forget"), ("hide", "", "find"), ("lose", "", "find"),
})  # fmt: skip


def going_happy(g: Picker) -> Pair:
    """Feelings with an infinitive: "We are happy to see the beach."."""
    subject, verb = g.subject(), g.one(VERBS)
    feeling = g.one([a for a in MOODS if a.en in ("happy", "sad", "proud", "surprised", "ready")])
    (en, fr), thing = to_do(verb, subject), g.thing(verb.groups, subject)
    joint = "à" if feeling.en == "ready" else "de"
    form = feeling.agree(subject.gender, subject.plural)
    negative, question = "not" if g.chance(0.2) else "", g.chance(0.2)
    pair = clause(subject, BE, negative="" if question else negative, question=question,
                  tail=(f"{feeling.en} to {en} {thing.en}", f"{form} {joint} {fr} {thing.fr}"))  # fmt: skip
    return finish(*pair, "?" if question else ".")


def wanting_together(g: Picker) -> Pair:
    """Company, with stressed pronouns: "Do you want to go to Italy with me?"."""
    subject = g.subject()
    stressed = {
        0: ("me", "moi"),
        1: ("you", "toi"),
        2: ("him", "lui"),
        3: ("us", "nous"),
        4: ("you all", "vous"),
        5: ("them", "eux"),
    }
    with_whom = g.one(
        [pair for person, pair in stressed.items() if person not in _overlap(subject.person)] + [("her", "elle")]
    )
    country, question = g.one(COUNTRIES), g.chance(0.5)
    plan = g.one(
        (
            (f"go to {country.en}", f"aller {in_country(country)}"),
            (f"live in {country.en}", f"habiter {in_country(country)}"),
            (f"come back from {country.en}", f"revenir {from_country(country)}"),
        )
    )
    negative = "not" if g.chance(0.3) and not question else ""
    pair = clause(subject, WANT, negative=negative, question=question,
                  tail=(f"to {plan[0]} with {with_whom[0]}", f"{plan[1]} avec {with_whom[1]}"))  # fmt: skip
    return finish(*pair, "?" if question else ".")


def _overlap(person: int) -> tuple[int, ...]:
    return {0: (0, 3), 3: (0, 3), 1: (1, 4), 4: (1, 4), 2: (2,), 5: (5,)}[person]


PATTERNS: tuple[Callable[[Picker], Pair], ...] = (
    relative_subject,
    relative_object,
    thinking,
    because,
    if_it_rains,
    two_people,
    but_not,
    going_happy,
    wanting_together,
)
