"""Agreement, in both languages at once: phrases and clauses whose English and French halves say the same thing.

`noun_phrase` agrees article, adjective and noun and puts the adjective on its side; `clause` conjugates, negates,
asks, and places object pronouns; `finish` does what French spelling does last (elision, contraction, capital, end).
Every half-built French text is a line of full words in which the articles stand in capitals (LE, LA, LES), so that
"de LE" becomes "du" while the pronoun in "de le voir" stays. What is said is decided in the pattern modules.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from everyday.forms import Adjective, Country, Noun, Verb, ing, third_person
from everyday.words import BE, CAN, MUST

_ASPIRATED = ("haricot", "huit", "onze", "haut")
_ELIDING = {"je", "ne", "me", "te", "se", "le", "la", "de", "que", "LE", "LA"}
_ARTICLES = {"LE": "le", "LA": "la", "LES": "les"}
_BEFORE_VOWEL = {"beau": "bel", "nouveau": "nouvel", "vieux": "vieil"}
_POSSESSIVES = (
    ("my", "mon", "ma", "mes"), ("your", "ton", "ta", "tes"), ("his", "son", "sa", "ses"),
    ("our", "notre", "notre", "nos"), ("your", "votre", "votre", "vos"), ("their", "leur", "leur", "leurs"),
)  # fmt: skip
_REFLEXIVE = ("me", "te", "se", "nous", "vous", "se")
_AVOIR = ("ai", "as", "a", "avons", "avez", "ont")
_ETRE = ("suis", "es", "est", "sommes", "êtes", "sont")
_ALLER = ("vais", "vas", "va", "allons", "allez", "vont")


@dataclass(frozen=True)
class Phrase:
    """A noun phrase: its two texts and what agrees with it. `person` is 0 (je) to 5 (ils); nouns are 2 or 5."""

    en: str
    fr: str
    gender: str = "m"
    plural: bool = False
    person: int = 2


@dataclass(frozen=True)
class Clitic:
    """An object pronoun: after the verb in English, before it in French; `direct` ones make a participle agree."""

    en: str
    fr: str
    gender: str = "m"
    plural: bool = False
    direct: bool = True


# "you" is tu, "you all" is vous; I, you and they are masculine unless a noun says otherwise.
PRONOUNS = (
    Phrase("I", "je", "m", False, 0),
    Phrase("you", "tu", "m", False, 1),
    Phrase("he", "il", "m", False, 2),
    Phrase("she", "elle", "f", False, 2),
    Phrase("we", "nous", "m", True, 3),
    Phrase("you all", "vous", "m", True, 4),
    Phrase("they", "ils", "m", True, 5),
)
DIRECT = (
    Clitic("me", "me"),
    Clitic("you", "te"),
    Clitic("him", "le"),
    Clitic("her", "la", "f"),
    Clitic("us", "nous", "m", True),
    Clitic("you all", "vous", "m", True),
    Clitic("them", "les", "m", True),
)
INDIRECT = tuple(
    Clitic(en, fr, direct=False)
    for en, fr in (
        ("me", "me"),
        ("you", "te"),
        ("him", "lui"),
        ("her", "lui"),
        ("us", "nous"),
        ("you all", "vous"),
        ("them", "leur"),
    )
)


def starts_with_vowel(word: str) -> bool:
    """Say whether a French word makes the word before it elide: vowels, mute h, and the pronoun y."""
    plain = unicodedata.normalize("NFD", word.lower())
    if plain.startswith(_ASPIRATED):
        return False
    return plain == "y" or plain[:1] in tuple("aeiouœh")


def finish(en: str, fr: str, end: str = ".") -> tuple[str, str]:
    """Turn two half-built texts into a sentence pair: elide, contract, capitalise, close with `end` (one of . ? !).

    French leaves a space before ? and !, as its typography asks.
    """
    words, out, i = fr.split(), [], 0
    while i < len(words):
        word, following = words[i], words[i + 1] if i + 1 < len(words) else ""
        after = words[i + 2] if i + 2 < len(words) else ""
        if word in ("de", "à") and following == "LES":
            out.append("des" if word == "de" else "aux")
            i += 1
        elif word in ("de", "à") and following == "LE" and not starts_with_vowel(after):
            out.append("du" if word == "de" else "au")
            i += 1
        elif (word in _ELIDING and starts_with_vowel(following)) or (word == "si" and following in ("il", "ils")):
            out.append(word[:-1] + "'" + following)
            i += 1
        else:
            out.append(word)
        i += 1
    french = " ".join(_ARTICLES.get(word, "l'" + word[2:] if word.startswith("L'") else word) for word in out)
    english = " ".join(en.split())
    mark = end if end == "." else " " + end
    return english[0].upper() + english[1:] + end, french[0].upper() + french[1:] + mark


def before_noun(form: str, noun: str) -> str:
    """Return a masculine singular adjective as it stands before this noun: vieux -> vieil, beau -> bel."""
    return _BEFORE_VOWEL.get(form, form) if starts_with_vowel(noun) else form


def indefinite(word: str) -> str:
    """Return "a" or "an" for the English word that follows."""
    sound_of_you = word.lower().startswith(("uni", "use", "euro"))
    return "an" if (word[0].lower() in "aeiou" and not sound_of_you) or word.startswith(("hour", "honest")) else "a"


def noun_phrase(
    det: str,
    noun: Noun,
    *,
    plural: bool = False,
    adjective: Adjective | None = None,
    owner: Phrase | None = None,
    negated: bool = False,
) -> Phrase:
    """Build article + adjective + noun in both languages.

    Args:
        det: "the", "this", "a", "some" (plural or mass), "my" (needs `owner`), or "" for none (French then has none).
        noun: the noun; `plural` its number.
        adjective: agrees, and stands before or after the French noun.
        owner: whose it is, for "my": I gives my/mon, she her/son.
        negated: under a negation "un", "des", "du" turn into "de", and "some" into "any".

    Raises:
        ValueError: an unknown `det`, or "my" without an owner.
    """
    head_en = noun.en_plural if plural else noun.en
    head_fr = noun.fr_plural if plural else noun.fr
    words_en, words_fr = [head_en], [head_fr]
    if adjective:
        words_en.insert(0, adjective.en)
        form = adjective.agree(noun.gender, plural)
        if adjective.before:
            words_fr.insert(0, form if plural else before_noun(form, head_fr))
        else:
            words_fr.append(form)
    vowel = starts_with_vowel(words_fr[0])
    number = 2 if plural else int(noun.gender == "f")
    if det == "the":
        en, fr = "the", ("LE", "LA", "LES")[number]
    elif det == "this":
        en, fr = ("these" if plural else "this"), "cet" if vowel and number == 0 else ("ce", "cette", "ces")[number]
    elif det == "my":
        if owner is None:
            raise ValueError("a possessive needs an owner")
        english, *french = _POSSESSIVES[owner.person]
        en = "her" if owner.person == 2 and owner.gender == "f" else english
        fr = french[0] if vowel and number == 1 else french[number]
    elif det == "a":
        en, fr = indefinite(words_en[0]), "de" if negated else ("un", "une")[number]
    elif det == "some" and plural:
        en, fr = ("any" if negated else "some"), "de" if negated or (adjective and adjective.before) else "des"
    elif det == "some":
        en, fr = ("any", "de") if negated else ("some", "de " + ("LE", "LA")[number])
    elif det == "":
        en, fr = "", ""
    else:
        raise ValueError(f"unknown determiner {det!r}")
    return Phrase(
        " ".join([en, *words_en]).strip(), " ".join([fr, *words_fr]).strip(), noun.gender, plural, 5 if plural else 2
    )


def english_be(subject: Phrase, past: bool = False) -> str:
    """Return am, is, are, was or were for a subject."""
    if past:
        return "was" if subject.person in (0, 2) else "were"
    return ("am", "are", "is", "are", "are", "are")[subject.person]


def _english(subject: Phrase, verb: Verb, tense: str, negative: str, question: bool, adverb: str) -> str:
    """Subject and verb group in English; `negative` is "", "not", "never" or "no longer"."""
    third = subject.person == 2
    middle = " ".join(word for word in ((negative if negative != "not" else ""), adverb) if word)
    no = "not" if negative == "not" else ""
    if tense in ("future", "progressive"):
        rest = f"going to {verb.en}" if tense == "future" else ing(verb.en)
        words = (english_be(subject), no, middle, rest)
    elif tense == "perfect":
        words = ("has" if third else "have", no, middle, verb.part)
    elif verb is BE:
        words = (english_be(subject, tense == "past"), no, middle, "")
    elif verb in (CAN, MUST):
        # English writes "cannot" as one word, but only when they stand together.
        words = ("cannot", "", middle, "") if verb is CAN and no else (verb.en, no, middle, "")
    elif question or no:
        words = ("did" if tense == "past" else "does" if third else "do", no, middle, verb.en)
    else:
        form = verb.past if tense == "past" else third_person(verb.en) if third else verb.en
        words = ("", "", middle, form)
    first, *others = words
    order = [first, subject.en, *others] if question else [subject.en, first, *others]
    return " ".join([word for word in order if word] + ([verb.particle] if verb.particle else []))


_NEGATIONS = {"": "", "not": "pas", "never": "jamais", "no longer": "plus"}


def participle(verb: Verb, subject: Phrase, clitic: Clitic | None = None, agree: bool = True) -> str:
    """Return the past participle, agreed with the subject (être) or with a direct object pronoun (avoir)."""
    gender, plural = "m", False
    if verb.etre and agree:
        gender, plural = subject.gender, subject.plural
    elif not verb.etre and clitic and clitic.direct:
        gender, plural = clitic.gender, clitic.plural
    form = verb.participle + ("e" if gender == "f" else "")
    return form + ("s" if plural and not form.endswith("s") else "")


def clause(
    subject: Phrase,
    verb: Verb,
    tense: str = "present",
    *,
    thing: Phrase | None = None,
    clitic: Clitic | None = None,
    negative: str = "",
    question: bool = False,
    adverb: tuple[str, str] = ("", ""),
    tail: tuple[str, str] = ("", ""),
) -> tuple[str, str]:
    """Build one clause in both languages, unfinished (see `finish`).

    Args:
        subject: who; the verb agrees with it.
        verb: what happens; être or avoir and the reflexive pronoun follow from it.
        tense: "present", "progressive" (French present), "past" and "perfect" (passé composé), "future" (futur proche).
        thing: the object, after the verb in both languages.
        clitic: an object pronoun instead.
        negative: "", "not", "never" or "no longer".
        question: do-support in English, est-ce que in French.
        adverb: before the English verb, after the French conjugated one ("often", "souvent").
        tail: what follows, in both languages.
    """
    english = _english(subject, verb, tense, negative, question, adverb[0])
    reflexive = _REFLEXIVE[subject.person] if verb.reflexive else ""
    before = reflexive or (clitic.fr if clitic else "")
    ne, pas = ("ne", _NEGATIONS[negative]) if negative else ("", "")
    if tense in ("present", "progressive"):
        group = [ne, before, verb.present[subject.person], pas, adverb[1]]
    elif tense in ("past", "perfect"):
        auxiliary = (_ETRE if verb.etre else _AVOIR)[subject.person]
        # In "elle s'est lavé les mains" the object stands behind the verb, so nothing agrees.
        agreed = participle(verb, subject, clitic, agree=not (verb.reflexive and thing))
        group = [ne, before, auxiliary, pas, adverb[1], agreed]
    elif tense == "future":
        group = [ne, _ALLER[subject.person], pas, adverb[1], before, verb.fr]
    else:
        raise ValueError(f"unknown tense {tense!r}")
    start = ["est-ce que"] if question else []
    french = [*start, subject.fr, *group, thing.fr if thing else "", tail[1]]
    parts = [english, clitic.en if clitic else "", thing.en if thing else "", tail[0]]
    return " ".join(p for p in parts if p), " ".join(p for p in french if p)


def to_do(verb: Verb, subject: Phrase, clitic: Clitic | None = None) -> tuple[str, str]:
    """Return "see him" and "le voir": the infinitive with its pronoun, reflexive ones agreeing with the subject."""
    english = " ".join(w for w in (verb.en, verb.particle, clitic.en if clitic else "") if w)
    before = _REFLEXIVE[subject.person] if verb.reflexive else clitic.fr if clitic else ""
    return english, f"{before} {verb.fr}".strip()


def at_place(noun: Noun, preposition: str = "à") -> str:
    """Return French "à LE marché" or "de LA gare", to be contracted by `finish`."""
    return f"{preposition} {'LE' if noun.gender == 'm' else 'LA'} {noun.fr}"


def in_country(country: Country) -> str:
    """Return the French for in or to a country or city: en France, au Japon, aux Pays-Bas, à Paris."""
    return {"f": "en ", "m": "à LE ", "p": "à LES ", "c": "à "}[country.kind] + country.fr


def from_country(country: Country) -> str:
    """Return the French for from a country or city: de France, d'Italie, du Japon, des Pays-Bas, de Paris."""
    return {"f": "de ", "m": "de LE ", "p": "de LES ", "c": "de "}[country.kind] + country.fr


def the_country(country: Country) -> str:
    """Return the French country with its article: la France, le Japon, les Pays-Bas; a city has none."""
    return {"f": "LA ", "m": "LE ", "p": "LES ", "c": ""}[country.kind] + country.fr
