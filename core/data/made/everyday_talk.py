"""Sentence patterns of conversation: questions with a question word, orders, polite wishes, clauses inside clauses.

Each pattern draws its words from a `Picker` and returns one finished pair; `PATTERNS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable

from core.data.made.everyday_forms import Noun, Verb, verbs
from core.data.made.everyday_grammar import (
    BE,
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
from core.data.made.everyday_picker import UNCOUNTED, Pair, Picker
from core.data.made.everyday_words import (
    ALONE,
    COUNTRIES,
    HOPE,
    KNOW,
    LEAVING,
    LIVE,
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
    plan = g.one(((f"go to {country.en}", f"aller {in_country(country)}"), (f"live in {country.en}", f"habiter {in_country(country)}"),
                  (f"come back from {country.en}", f"revenir {from_country(country)}")))  # fmt: skip
    negative = "not" if g.chance(0.3) and not question else ""
    pair = clause(subject, WANT, negative=negative, question=question,
                  tail=(f"to {plan[0]} with {with_whom[0]}", f"{plan[1]} avec {with_whom[1]}"))  # fmt: skip
    return finish(*pair, "?" if question else ".")


def _overlap(person: int) -> tuple[int, ...]:
    return {0: (0, 3), 3: (0, 3), 1: (1, 4), 4: (1, 4), 2: (2,), 5: (5,)}[person]


def this_is(g: Picker) -> Pair:
    """Showing: "This is my new bike."."""
    noun, plural = g.noun(("small", "clothing", "vehicle", "reading", "device", "furniture", "animal")), g.chance(0.4)
    adjective, owner = g.adjective(noun) if g.chance(0.6) else None, g.one(PRONOUNS)
    det = g.one(("my", "my", "some" if plural else "a"))
    negative, question = ("not" if g.chance(0.3) else ""), g.chance(0.25)
    negative = "" if question else negative
    thing = noun_phrase(det, noun, plural=plural, adjective=adjective, owner=owner)
    it = Phrase("these" if plural else "this", "ce", "m", plural, 5 if plural else 2)
    english = clause(it, BE, negative=negative, question=question, tail=(thing.en, ""))[0]
    is_ = "sont" if plural else "est"
    head = ("ce ne sont pas" if plural else "ce n'est pas") if negative else f"ce {is_}" if plural else "c'est"
    return finish(english, f"{'est-ce que ' if question else ''}{head} {thing.fr}", "?" if question else ".")


def too_for(g: Picker) -> Pair:
    """Too much of a quality for somebody: "This coat is too expensive for us."."""
    noun, plural = g.noun(("clothing", "furniture", "vehicle", "reading", "device")), g.chance(0.4)
    adjective = g.adjective(noun)
    allowed = (
        "big",
        "small",
        "old",
        "expensive",
        "heavy",
        "light",
        "modern",
        "long",
        "short",
        "sad",
        "boring",
        "strange",
    )
    if adjective.en not in allowed:
        return described_again(g)
    thing = noun_phrase(g.one(("this", "the")), noun, plural=plural)
    whom = g.one(
        [
            ("me", "moi"),
            ("you", "toi"),
            ("him", "lui"),
            ("her", "elle"),
            ("us", "nous"),
            ("you all", "vous"),
            ("them", "eux"),
        ]
    )
    if g.chance(0.4):
        relative = g.relative()
        whom = (relative.en, relative.fr)
    return finish(
        *clause(
            thing,
            BE,
            tail=(f"too {adjective.en} for {whom[0]}", f"trop {adjective.agree(noun.gender, plural)} pour {whom[1]}"),
        )
    )


def described_again(g: Picker) -> Pair:
    """What a show or place was worth to somebody: "Paul finds this film boring."."""
    subject, noun = g.subject(), g.noun(("show", "reading", "building", "clothing", "idea"))
    plural, adjective = g.chance(0.3), g.adjective(noun)
    thing = noun_phrase(g.one(("this", "the")), noun, plural=plural)
    find = verbs("find/found/found=trouver*")[0]
    if adjective.before or adjective.groups & {"people", "small"}:
        # A colour, a nationality or a size is not an opinion.
        adjective = g.one(_OPINIONS)
    negative, question = ("not" if g.chance(0.2) else ""), g.chance(0.25)
    tail = (adjective.en, adjective.agree(noun.gender, plural))
    pair = clause(subject, find, negative="" if question else negative, question=question, thing=thing, tail=tail)
    return finish(*pair, "?" if question else ".")


_OPINIONS = tuple(a for a in MOODS if a.en in ("funny", "sad", "serious"))

PATTERNS: tuple[Callable[[Picker], Pair], ...] = (
    where_when_why, where_people, what, who, how_many, which, order, wish, relative_subject, relative_object, thinking,
    because, if_it_rains, two_people, but_not, going_happy, wanting_together, this_is, too_for, described_again,
)  # fmt: skip
