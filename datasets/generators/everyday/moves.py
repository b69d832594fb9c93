"""Sentence patterns about going and living: places, countries, timetables, getting up, games, languages.

Each pattern draws its words from a `Picker` and returns one finished pair; `PATTERNS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable

from everyday.forms import verbs
from everyday.grammar import (
    PRONOUNS,
    Phrase,
    at_place,
    clause,
    finish,
    from_country,
    in_country,
    noun_phrase,
    the_country,
)
from everyday.picker import DAYS, Pair, Picker, number
from everyday.words import ALONE, BE, COME, COUNTRIES, GO, LEAVING, LIKING, LIVE, REFLEXIVE, STAY

LEARN, SPEAK, PLAY = verbs("learn/learned/learned=apprendre*; speak/spoke/spoken=parler*; play/played/played=jouer*")


_LANGUAGES = (
    ("English", "anglais"), ("French", "français"), ("Spanish", "espagnol"), ("Italian", "italien"),
    ("German", "allemand"), ("Japanese", "japonais"), ("Russian", "russe"), ("Chinese", "chinois"),
)  # fmt: skip


_GAMES = (
    ("football", "à LE football"), ("tennis", "à LE tennis"), ("chess", "à LES échecs"), ("cards", "à LES cartes"),
    ("basketball", "à LE basket"), ("rugby", "à LE rugby"), ("the piano", "de LE piano"),
    ("the guitar", "de LA guitare"), ("the violin", "de LE violon"), ("the accordion", "de LE accordéon"),
    ("the flute", "de LA flûte"),
)  # fmt: skip


def alone(g: Picker) -> Pair:
    """A verb without object, at a place: "The children are playing in the garden."."""
    verb, subject = g.one(ALONE), g.subject()
    noun, tense = g.noun(("room", "building")), g.one(("progressive", "past", "future"))
    word, french = ("in", "dans") if noun.group == "room" else ("at", "à")
    place = (f"{word} the {noun.en}", at_place(noun, french))
    negative = "not" if g.chance(0.2) else ""
    return finish(*clause(subject, verb, tense, negative=negative, tail=place))


def moving(g: Picker) -> Pair:
    """Coming and going, with être in the past: "My aunts left on Monday."."""
    verb, subject = g.one(LEAVING), g.subject()
    tense = g.one(("past", "past", "future"))
    tail = g.moment(tense)
    if g.chance(0.3) and tense == "past":
        tail = (f"at {(when := g.time())[0]}", f"à {when[1]}")
    negative, question = "not" if g.chance(0.2) else "", g.chance(0.2)
    pair = clause(subject, verb, tense, negative="" if question else negative, question=question, tail=tail)
    return finish(*pair, "?" if question else ".")


def going_to(g: Picker) -> Pair:
    """Going to a building: "We go to the cinema on Fridays."."""
    subject, noun, tense = g.subject(), g.noun(("building",)), g.one(("present", "past", "future"))
    when = g.moment(tense)
    negative = "not" if g.chance(0.15) else ""
    tail = (f"to the {noun.en} {when[0]}", f"{at_place(noun)} {when[1]}")
    return finish(*clause(subject, GO, tense, negative=negative, tail=tail))


def travelling(g: Picker) -> Pair:
    """Going to a country: "She is going to go to Italy next year."."""
    subject, country, tense = g.subject(), g.one(COUNTRIES), g.one(("past", "future"))
    when = g.moment(tense)
    negative = "not" if g.chance(0.2) else ""
    verb, to = g.one(((GO, "to"), (GO, "to"), (STAY, "in")))
    tail = (f"{to} {country.en} {when[0]}", f"{in_country(country)} {when[1]}")
    return finish(*clause(subject, verb, tense, negative=negative, tail=tail))


def coming_from(g: Picker) -> Pair:
    """Where somebody comes from: "My neighbours come from Portugal."."""
    subject, country, question = g.subject(), g.one(COUNTRIES), g.chance(0.3)
    negative = "not" if g.chance(0.3) and not question else ""
    pair = clause(
        subject, COME, negative=negative, question=question, tail=(f"from {country.en}", from_country(country))
    )
    return finish(*pair, "?" if question else ".")


def living(g: Picker) -> Pair:
    """Where somebody lives, and for how long: "We have lived in Japan for six years."."""
    subject, country = g.subject(), g.one(COUNTRIES)
    if g.chance(0.45):
        years = number(2 + int(g.rng.random() * 30))
        english = clause(subject, LIVE, "perfect")[0]
        french = clause(subject, LIVE)[1]
        return finish(
            f"{english} in {country.en} for {years[0]} years", f"{french} {in_country(country)} depuis {years[1]} ans"
        )
    negative, question = ("not" if g.chance(0.3) else ""), g.chance(0.25)
    pair = clause(
        subject, LIVE, negative="" if question else negative, question=question,
        tail=(f"in {country.en}", in_country(country)),
    )  # fmt: skip
    return finish(*pair, "?" if question else ".")


def visiting(g: Picker) -> Pair:
    """A country as an object has its article: "I love Italy.", "They know Brazil well."."""
    subject, country = g.subject(), g.one(COUNTRIES)
    verb, tense = g.one(((LIKING[1], "present"), (verbs("visit/visited/visited=visiter")[0], "past"),
                         (verbs("visit/visited/visited=visiter")[0], "future")))  # fmt: skip
    tail = g.moment(tense) if tense != "present" else ("", "")
    negative = "not" if g.chance(0.2) else ""
    return finish(
        *clause(subject, verb, tense, negative=negative, thing=Phrase(country.en, the_country(country)), tail=tail)
    )


def timetable(g: Picker) -> Pair:
    """Trains, buses and doors by the clock: "The train to Lyon leaves at ten past six."."""
    time, city = g.time(), g.one([c for c in COUNTRIES if c.kind == "c"])
    what = g.one((("train", "LE train"), ("bus", "LE bus"), ("plane", "LE avion")))
    leave, arrive = verbs("leave/left/left=partir*; arrive/arrived/arrived=arriver*")
    verb, (en, fr) = g.one(((leave, ("to", "pour")), (arrive, ("from", "de"))))
    subject, question = Phrase(f"the {what[0]} {en} {city.en}", f"{what[1]} {fr} {city.fr}"), g.chance(0.25)
    pair = clause(subject, verb, question=question, tail=(f"at {time[0]}", f"à {time[1]}"))
    return finish(*pair, "?" if question else ".")


def days(g: Picker) -> Pair:
    """An appointment: "The concert is on Tuesday at eight o'clock."."""
    what = g.one(
        (
            ("film", "LE film"),
            ("lesson", "LA leçon"),
            ("concert", "LE concert"),
            ("party", "LA fête"),
            ("meeting", "LA réunion"),
            ("exam", "LE examen"),
            ("match", "LE match"),
            ("dinner", "LE dîner"),
        )
    )
    day, when = g.one(DAYS), g.time()
    verb = verbs("begin/began/begun=commencer*")[0]
    subject, tense = Phrase(f"the {what[0]}", what[1]), g.one(("present", "future"))
    return finish(*clause(subject, verb, tense, tail=(f"on {day[0]} at {when[0]}", f"{day[1]} à {when[1]}")))


def reflexive(g: Picker) -> Pair:
    """Reflexive verbs: "I got up at half past six."."""
    verb, subject = g.one(REFLEXIVE), g.subject()
    tense = g.one(("present", "past", "future"))
    when = g.time()
    tail = g.one(((f"at {when[0]}", f"à {when[1]}"), g.moment(tense)))
    if verb.fr in ("amuser", "dépêcher", "reposer", "promener"):
        tail = g.moment(tense)
    negative, question = ("not" if g.chance(0.25) else ""), g.chance(0.15)
    pair = clause(subject, verb, tense, negative="" if question else negative, question=question, tail=tail)
    return finish(*pair, "?" if question else ".")


def washing(g: Picker) -> Pair:
    """Parts of one's own body, where the participle stays as it is: "She washed her hands."."""
    wash, brush = verbs("wash/washed/washed=laver; brush/brushed/brushed=brosser", etre=True, reflexive=True)
    part, verb = g.one(
        (
            (("hands", "LES mains"), wash), (("face", "LE visage"), wash), (("hair", "LES cheveux"), wash),
            (("feet", "LES pieds"), wash), (("teeth", "LES dents"), brush), (("hair", "LES cheveux"), brush),
        )
    )  # fmt: skip
    subject = g.one(
        [p for p in (*PRONOUNS[:5], g.relative(), g.name(), g.somebody()) if not p.plural or part[0] != "face"]
    )
    tense = g.one(("present", "past", "future"))
    own = {0: "my", 1: "your", 2: "her" if subject.gender == "f" else "his", 3: "our", 4: "your", 5: "their"}
    thing = Phrase(f"{own[subject.person]} {part[0]}", part[1])
    return finish(*clause(subject, verb, tense, thing=thing, tail=g.moment(tense)))


def games(g: Picker) -> Pair:
    """Games take à, instruments de: "Her brother plays the violin."."""
    subject, game, tense = g.subject(), g.one(_GAMES), g.one(("present", "past", "future"))
    negative = "not" if g.chance(0.2) else ""
    when = g.moment(tense)
    return finish(
        *clause(subject, PLAY, tense, negative=negative, tail=(f"{game[0]} {when[0]}", f"{game[1]} {when[1]}"))
    )


def languages(g: Picker) -> Pair:
    """Learning and speaking languages: "They learn Spanish at school."."""
    subject, language = g.subject(), g.one(_LANGUAGES)
    verb = g.one((LEARN, SPEAK))
    article = ("LE " if verb is LEARN else "") + language[1]
    adverb = ("", "")
    tail = (language[0], article)
    if verb is SPEAK and g.chance(0.5):
        how = g.one((("well", "bien"), ("badly", "mal")))
        tail = (f"{language[0]} {how[0]}", f"{how[1]} {language[1]}")
    elif g.chance(0.6):
        place = g.one((("at school", "à l'école"), ("with a friend", "avec un ami"), ("at home", "à la maison")))
        tail = (f"{language[0]} {place[0]}", f"{article} {place[1]}")
    negative, question = ("not" if g.chance(0.25) else ""), g.chance(0.2)
    pair = clause(subject, verb, negative="" if question else negative, question=question, adverb=adverb, tail=tail)
    return finish(*pair, "?" if question else ".")


def position(g: Picker) -> Pair:
    """Where a thing stands: "My keys are next to the lamp."."""
    noun, base, plural = g.noun(("small", "dish", "fruit")), g.noun(("furniture",)), g.chance(0.4)
    det = "the" if noun.group == "fruit" else g.one(("the", "my"))
    thing = noun_phrase(det, noun, plural=plural, owner=g.one(PRONOUNS))
    places = _WHERE if base.en in ("table", "chair", "bed", "shelf", "sofa", "armchair", "carpet") else _WHERE[2:]
    where, by = g.one(places), noun_phrase("the", base)
    question = g.chance(0.25)
    pair = clause(thing, BE, question=question, tail=(f"{where[0]} {by.en}", f"{where[1]} {by.fr}"))
    return finish(*pair, "?" if question else ".")


_WHERE = (
    ("on", "sur"), ("under", "sous"), ("behind", "derrière"), ("in front of", "devant"), ("next to", "à côté de"),
    ("near", "près de"), ("to the left of", "à gauche de"), ("to the right of", "à droite de"),
)  # fmt: skip


PATTERNS: tuple[Callable[[Picker], Pair], ...] = (
    alone,
    moving,
    going_to,
    travelling,
    coming_from,
    living,
    visiting,
    timetable,
    days,
    reflexive,
    washing,
    games,
    languages,
    position,
)
