"""Sentence patterns about things: weather, the hour, prices, owners, comparisons, opinions.

Each pattern draws its words from a `Picker` and returns one finished pair; `PATTERNS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable

from everyday.forms import Adjective, verbs
from everyday.grammar import (
    PRONOUNS,
    Phrase,
    at_place,
    before_noun,
    clause,
    finish,
    in_country,
    noun_phrase,
)
from everyday.picker import MONTHS, UNCOUNTED, Pair, Picker, number
from everyday.words import ABSOLUTE, BE, COMPARED, COUNTRIES, MOODS, NATIONS

_WEATHER = (
    ("it is cold", "il fait froid"),
    ("it is hot", "il fait chaud"),
    ("it is raining", "il pleut"),
    ("it is snowing", "il neige"),
    ("it is sunny", "il y a du soleil"),
    ("it is windy", "il y a du vent"),
    ("the weather is nice", "il fait beau"),
    ("the weather is bad", "il fait mauvais"),
    ("it often rains", "il pleut souvent"),
    ("it rarely snows", "il neige rarement"),
    ("it is foggy", "il y a du brouillard"),
    ("it is going to rain", "il va pleuvoir"),
    ("it is going to snow", "il va neiger"),
    ("it is not cold", "il ne fait pas froid"),
    ("it is not hot", "il ne fait pas chaud"),
    ("it is not raining", "il ne pleut pas"),
    ("it is going to be hot", "il va faire chaud"),
    ("it is very cold", "il fait très froid"),
    ("it is too hot", "il fait trop chaud"),
    ("the sky is grey", "le ciel est gris"),
    ("the sky is blue", "le ciel est bleu"),
)


def weather(g: Picker) -> Pair:
    """The weather, at a place and a time: "It often rains in London in March."."""
    what, country = g.one(_WEATHER), g.one(COUNTRIES)
    when = g.one((("today", "aujourd'hui"), ("", ""), *((f"in {en}", f"en {fr}") for en, fr in MONTHS)))
    if "going" in what[0]:
        when = g.one((("tomorrow", "demain"), ("tonight", "ce soir"), ("today", "aujourd'hui")))
    return finish(f"{what[0]} in {country.en} {when[0]}".strip(), f"{what[1]} {in_country(country)} {when[1]}".strip())


def hour(g: Picker) -> Pair:
    """The time of day: "It is a quarter to nine."."""
    time = g.time()
    opening, end = g.one((("it is", "il est"), ("it is already", "il est déjà"), ("it is only", "il est seulement")))
    return finish(f"{opening} {time[0]}", f"{end} {time[1]}")


def there_is(g: Picker) -> Pair:
    """Il y a, and de under negation: "There is no milk in the kitchen."."""
    where, draw = g.noun(("room",)), g.rng.random()
    noun = g.noun(("furniture", "small", "dish", "animal", "fruit", "drink", "staple", "mass", "people"))
    place = (f"in the {where.en}", at_place(where, "dans"))
    uncounted = noun.group in UNCOUNTED
    adjective = g.adjective(noun) if g.chance(0.4) and noun.group != "staple" else None
    if draw < 0.3:
        phrase = noun_phrase("some" if uncounted else "a", noun, adjective=adjective, negated=True)
        bare = phrase.en.split(" ", 1)[1]
        return finish(f"there is no {bare} {place[0]}", f"il n'y a pas {phrase.fr} {place[1]}")
    plural = not uncounted and draw < 0.65
    phrase = noun_phrase("some" if uncounted or plural else "a", noun, plural=plural, adjective=adjective)
    if draw > 0.85:
        english = phrase.en.replace("some ", "any ", 1)
        return finish(f"is there {english} {place[0]}", f"est-ce que il y a {phrase.fr} {place[1]}", "?")
    return finish(f"there {'are' if plural else 'is'} {phrase.en} {place[0]}", f"il y a {phrase.fr} {place[1]}")


def price(g: Picker) -> Pair:
    """Prices: "These shoes cost sixty euros."."""
    noun, plural = g.noun(("clothing", "furniture", "device", "small", "dish", "reading")), g.chance(0.4)
    adjective = g.adjective(noun) if g.chance(0.4) else None
    thing = noun_phrase(g.one(("this", "the")), noun, plural=plural, adjective=adjective)
    euros, cost = number(2 + int(g.rng.random() * 68)), verbs("cost/cost/cost=coûter*")[0]
    return finish(*clause(thing, cost, tail=(f"{euros[0]} euros", f"{euros[1]} euros")))


def belonging(g: Picker) -> Pair:
    """Whose it is: "This coat is my mother's.", "These gloves are mine."."""
    noun, plural = g.noun(("small", "clothing", "vehicle", "reading", "device", "animal")), g.chance(0.4)
    adjective = g.adjective(noun) if g.chance(0.3) else None
    thing = noun_phrase("this", noun, plural=plural, adjective=adjective)
    who = g.relative() if g.chance(0.5) else g.name()
    owned = g.one((("mine", "à moi"), ("yours", "à toi"), ("his", "à lui"), ("hers", "à elle"), ("ours", "à nous"),
                   ("theirs", "à eux"), *((f"{who.en}'s", f"à {who.fr}"),) * 5))  # fmt: skip
    negative, question = ("not" if g.chance(0.3) else ""), g.chance(0.25)
    pair = clause(thing, BE, negative="" if question else negative, question=question, tail=owned)
    return finish(*pair, "?" if question else ".")


def comparing(g: Picker) -> Pair:
    """More, less, as ... as: "My sister is taller than Paul."."""
    adjective = g.one([a for a in MOODS if a.en not in NATIONS | {"ready", "alone", "surprised", "sick"}])
    subject, other = g.subject(), g.somebody()
    form, verb_form = adjective.agree(subject.gender, subject.plural), g.rng.random()
    short = COMPARED.get(adjective.en)
    if verb_form < 0.5:
        tail = (f"{short[0] if short else 'more ' + adjective.en} than {other.en}", f"plus {form} que {other.fr}")
    elif verb_form < 0.75 or short:
        tail = (f"as {adjective.en} as {other.en}", f"aussi {form} que {other.fr}")
    else:
        tail = (f"less {adjective.en} than {other.en}", f"moins {form} que {other.fr}")
    if subject == other:
        tail = (f"always {adjective.en}", f"toujours {form}")
    return finish(*clause(subject, BE, tail=tail))


def comparing_things(g: Picker) -> Pair:
    """Comparing two things of a kind, with better as meilleur: "The red car is more expensive than the blue bike."."""
    group = g.one(("furniture", "device", "clothing", "vehicle", "meal", "drink", "reading", "show"))
    first, second, plural = g.noun((group,)), g.noun((group,)), g.chance(0.35) and group != "drink"
    adjective = g.adjective(first)
    if adjective.en in ABSOLUTE | {"bad", "hungry", "modern"} or first is second:
        adjective = Adjective("good", ("bon", "bonne", "bons", "bonnes"), True, frozenset())
    one = noun_phrase(g.one(("the", "this", "my")), first, plural=plural, owner=g.one(PRONOUNS))
    other = noun_phrase("the" if first is not second else "this", second)
    if first is second:
        owner = g.one(PRONOUNS)
        other = noun_phrase("my", second, owner=owner)
        one = noun_phrase("this", first, plural=plural)
    form = adjective.agree(one.gender, one.plural)
    if adjective.en == "good":
        better = {"bon": "meilleur", "bonne": "meilleure", "bons": "meilleurs", "bonnes": "meilleures"}
        return finish(*clause(one, BE, tail=(f"better than {other.en}", f"{better[form]} que {other.fr}")))
    short = COMPARED.get(adjective.en)
    more = short[0] if short else f"more {adjective.en}"
    return finish(*clause(one, BE, tail=(f"{more} than {other.en}", f"plus {form} que {other.fr}")))


def superlative(g: Picker) -> Pair:
    """The most: "It is the most beautiful city in Spain."."""
    noun = g.noun(("building", "nature", "show"))
    adjective = g.adjective(noun)
    if adjective.en in NATIONS | {"new", "magnificent"}:
        adjective = next(a for a in MOODS if a.en == "old")
        adjective = Adjective("old", adjective.forms, True, frozenset())
    words = {**COMPARED, "old": ("older", "oldest"), "good": ("better", "best"), "bad": ("worse", "worst")}
    most = words[adjective.en][1] if adjective.en in words else f"most {adjective.en}"
    article, form = ("LA" if noun.gender == "f" else "LE"), adjective.agree(noun.gender, False)
    form = before_noun(form, noun.fr) if adjective.before else form
    country = g.one([c for c in COUNTRIES if noun.group in ("building", "nature") or c.kind == "f"])
    if noun.en in ("city", "village", "river", "lake", "mountain", "island", "forest", "field") and country.kind == "c":
        country = COUNTRIES[0]
    place = {"f": "de ", "m": "de LE ", "p": "de LES ", "c": "de "}[country.kind] + country.fr
    french = "meilleur" + form[3:].replace("ne", "e") if adjective.en == "good" else f"plus {form}"
    phrase = f"{article} {french} {noun.fr}" if adjective.before else f"{article} {noun.fr} {article.lower()} {french}"
    return finish(f"it is the {most} {noun.en} in {country.en}", f"c'est {phrase} {place}")


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
    weather,
    hour,
    there_is,
    price,
    belonging,
    comparing,
    comparing_things,
    superlative,
    this_is,
    too_for,
    described_again,
)
