"""Random choices that make sense: subjects, objects that suit a verb, adjectives that suit a noun, moments a tense.

A `Picker` is the only place where the grammar meets chance; the pattern modules ask it for words and say what to do
with them. Also here: the small closed lists (moments, frequencies, numbers, the clock).
"""

from __future__ import annotations

from random import Random
from typing import TypeVar

from everyday.forms import Adjective, Noun, Verb
from everyday.grammar import PRONOUNS, Phrase, noun_phrase
from everyday.words import ADJECTIVES, MEN, NOUNS, WOMEN

Item = TypeVar("Item")
Pair = tuple[str, str]

I_YOU_WE = (PRONOUNS[0], PRONOUNS[1], PRONOUNS[4])
UNCOUNTED = ("mass", "drink", "staple")
_SINGLE = ("father", "mother", "husband", "wife", "grandfather", "grandmother")
DAYS = (
    ("Monday", "lundi"), ("Tuesday", "mardi"), ("Wednesday", "mercredi"), ("Thursday", "jeudi"),
    ("Friday", "vendredi"), ("Saturday", "samedi"), ("Sunday", "dimanche"),
)  # fmt: skip
MONTHS = (
    ("January", "janvier"), ("March", "mars"), ("April", "avril"), ("June", "juin"), ("July", "juillet"),
    ("August", "août"), ("October", "octobre"), ("December", "décembre"),
)  # fmt: skip
MOMENTS: dict[str, tuple[Pair, ...]] = {
    "present": (
        ("every day", "tous les jours"), ("every morning", "tous les matins"), ("every evening", "tous les soirs"),
        ("every week", "toutes les semaines"), ("in the morning", "le matin"), ("in the evening", "le soir"),
        ("at the weekend", "le week-end"), *((f"on {en}s", f"le {fr}") for en, fr in DAYS),
    ),
    "progressive": (("right now", "en ce moment"), ("now", "maintenant"), ("for the moment", "pour le moment")),
    "past": (
        ("yesterday", "hier"), ("last night", "hier soir"), ("this morning", "ce matin"),
        ("last year", "l'année dernière"),
        ("last week", "la semaine dernière"), ("last month", "le mois dernier"), ("two days ago", "il y a deux jours"),
        ("a week ago", "il y a une semaine"), ("yesterday morning", "hier matin"),
        ("three years ago", "il y a trois ans"), *((f"last {en}", f"{fr} dernier") for en, fr in DAYS),
    ),
    "future": (
        ("tomorrow", "demain"), ("tonight", "ce soir"), ("next week", "la semaine prochaine"),
        ("next month", "le mois prochain"), ("next year", "l'année prochaine"), ("soon", "bientôt"),
        ("tomorrow morning", "demain matin"), ("in two hours", "dans deux heures"), ("this summer", "cet été"),
        *((f"on {en}", fr) for en, fr in DAYS), *((f"in {en}", f"en {fr}") for en, fr in MONTHS),
    ),
}  # fmt: skip
OFTEN: tuple[Pair, ...] = (
    ("often", "souvent"),
    ("always", "toujours"),
    ("sometimes", "parfois"),
    ("rarely", "rarement"),
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ENGLISH_ONES = _words(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen"""
)
_FRENCH_ONES = _words(
    """un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept
    dix-huit dix-neuf"""
)
_ENGLISH_TENS = {2: "twenty", 3: "thirty", 4: "forty", 5: "fifty", 6: "sixty"}
_FRENCH_TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante"}


def number(n: int) -> Pair:
    """Return a whole number from 1 to 69 in both languages' words.

    Raises:
        ValueError: outside 1 to 69.
    """
    if not 1 <= n <= 69:
        raise ValueError(f"number must be 1 to 69, got {n}")
    if n < 20:
        return _ENGLISH_ONES[n - 1], _FRENCH_ONES[n - 1]
    tens, ones = divmod(n, 10)
    if ones == 0:
        return _ENGLISH_TENS[tens], _FRENCH_TENS[tens]
    joint = " et " if ones == 1 else "-"
    return f"{_ENGLISH_TENS[tens]}-{_ENGLISH_ONES[ones - 1]}", _FRENCH_TENS[tens] + joint + _FRENCH_ONES[ones - 1]


def clock(hour: int, minute: int) -> Pair:
    """Return a time of day on the twelve-hour clock: "half past six", "six heures et demie".

    `hour` is 1 to 12 and `minute` a multiple of five below 60.

    Raises:
        ValueError: outside these.
    """
    if not 1 <= hour <= 12 or minute not in range(0, 60, 5):
        raise ValueError(f"no such time on this clock: {hour}:{minute}")
    later = hour % 12 + 1

    def hours(n: int) -> str:
        return "une heure" if n == 1 else f"{number(n)[1]} heures"

    if minute == 0:
        return f"{number(hour)[0]} o'clock", hours(hour)
    if minute == 30:
        return f"half past {number(hour)[0]}", f"{hours(hour)} et demie"
    if minute == 15:
        return f"a quarter past {number(hour)[0]}", f"{hours(hour)} et quart"
    if minute == 45:
        return f"a quarter to {number(later)[0]}", f"{hours(later)} moins le quart"
    if minute < 30:
        return f"{number(minute)[0]} past {number(hour)[0]}", f"{hours(hour)} {number(minute)[1]}"
    return f"{number(60 - minute)[0]} to {number(later)[0]}", f"{hours(later)} moins {number(60 - minute)[1]}"


class Picker:
    """Draws words that go together from one random stream."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def one(self, items: tuple[Item, ...] | list[Item]) -> Item:
        """Return one of the items."""
        return items[int(self.rng.random() * len(items))]

    def chance(self, share: float) -> bool:
        """Return true with probability `share` in [0, 1]."""
        return self.rng.random() < share

    def noun(self, groups: tuple[str, ...]) -> Noun:
        """Return a noun of one of the groups."""
        return self.one(NOUNS[self.one(groups)])

    def adjective(self, noun: Noun) -> Adjective:
        """Return an adjective that fits the noun's group.

        Raises:
            ValueError: no adjective fits.
        """
        fitting = [adjective for adjective in ADJECTIVES if noun.group in adjective.groups]
        if not fitting:
            raise ValueError(f"no adjective fits the group {noun.group!r}")
        return self.one(fitting)

    def name(self) -> Phrase:
        """Return a first name, sometimes "my friend" with one."""
        feminine = self.chance(0.5)
        who = self.one(WOMEN if feminine else MEN)
        gender = "f" if feminine else "m"
        if self.chance(0.2):
            return Phrase(f"my friend {who}", f"{'mon amie' if feminine else 'mon ami'} {who}", gender)
        return Phrase(who, who, gender)

    def relative(self, plural: bool = False) -> Phrase:
        """Return "my sister", "our uncles": family with an owner of the first or second person."""
        return self.kin(self.one(I_YOU_WE), plural)

    def kin(self, owner: Phrase, plural: bool = False) -> Phrase:
        """Return a relative of `owner`; a group shares no spouse, and wives go to men, husbands to women."""
        noun = self.noun(("family",))
        while noun.en in ("husband", "wife") and (owner.plural or (owner.person == 2 and owner.gender == noun.gender)):
            noun = self.noun(("family",))
        return noun_phrase("my", noun, plural=plural and noun.en not in _SINGLE, owner=owner)

    def somebody(self) -> Phrase:
        """Return a person or persons in the third person, never a pronoun."""
        draw = self.rng.random()
        if draw < 0.4:
            return self.relative()
        if draw < 0.6:
            return self.name()
        if draw < 0.7:
            return self.relative(plural=True)
        noun, plural = self.noun(("people",)), self.chance(0.35)
        adjective = self.adjective(noun) if self.chance(0.25) else None
        return noun_phrase(self.one(("the", "the", "this")), noun, plural=plural, adjective=adjective)

    def subject(self) -> Phrase:
        """Return any subject; every other one is a pronoun."""
        return self.one(PRONOUNS) if self.chance(0.5) else self.somebody()

    def thing(self, groups: tuple[str, ...], owner: Phrase, *, negated: bool = False, known: bool = False) -> Phrase:
        """Return an object phrase of one of the groups.

        `owner` is whose it may be, `negated` that the clause is negative, `known` asks for a definite phrase.
        """
        noun = self.noun(groups)
        adjective = self.adjective(noun) if noun.group not in ("family", "transport", "opening", "staple") else None
        adjective = adjective if self.chance(0.4) else None
        if noun.group == "family":
            return self.kin(owner if self.chance(0.7) else self.one(I_YOU_WE))
        if noun.group in UNCOUNTED:
            det = "the" if known else self.one(("some", "some", "the", "this"))
            return noun_phrase(det, noun, adjective=adjective, negated=negated)
        plural = self.chance(0.35) and noun.group not in ("transport", "room")
        dets = (
            ("the", "this") if known else ("the", "the", "some" if plural else "a", "some" if plural else "a", "this")
        )
        if noun.group in ("small", "clothing", "vehicle", "reading", "device"):
            dets = (*dets, "my")
        return noun_phrase(self.one(dets), noun, plural=plural, adjective=adjective, owner=owner, negated=negated)

    def moment(self, tense: str) -> Pair:
        """Return a time expression that fits "present" (a habit), "progressive", "past" or "future"."""
        return self.one(MOMENTS[tense])

    def time(self) -> Pair:
        """Return a time of day."""
        return clock(1 + int(self.rng.random() * 12), 5 * int(self.rng.random() * 12))

    def tense(self, verb: Verb) -> str:
        """Return a tense the English verb can take without further words."""
        return self.one(("present", "past", "future") if verb.stative else ("progressive", "past", "future"))
