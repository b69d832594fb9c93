"""Word records of the bilingual grammar and the rules that derive their forms.

A dictionary line gives a word once; this module works out English plurals, third persons and -ing forms, French
plurals, feminines, present tenses and participles, with the irregular ones in tables. No sentence is built here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """A noun in both languages; `gender` is "m" or "f", `group` the table it comes from."""

    en: str
    fr: str
    gender: str
    group: str
    en_plural: str
    fr_plural: str


@dataclass(frozen=True)
class Adjective:
    """An adjective: `forms` are masculine, feminine, masculine plural, feminine plural; `before` the noun or after."""

    en: str
    forms: tuple[str, str, str, str]
    before: bool
    groups: frozenset[str]

    def agree(self, gender: str, plural: bool) -> str:
        """Return the French form for a gender ("m", "f") and number."""
        return self.forms[(gender == "f") + 2 * plural]


@dataclass(frozen=True)
class Verb:
    """A verb in both languages.

    `present` holds je, tu, il, nous, vous, ils; `particle` is the English tail ("at", "up"); `etre` says that the
    passé composé takes être; `stative` that English has no progressive; `groups` which nouns can be its object.
    """

    en: str
    past: str
    part: str
    particle: str
    fr: str
    present: tuple[str, ...]
    participle: str
    etre: bool
    reflexive: bool
    stative: bool
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Country:
    """A country or city; `kind` is "m", "f", "p" (plural) or "c" (city) and decides the prepositions."""

    en: str
    fr: str
    kind: str


_IRREGULAR = {
    "être": ("suis es est sommes êtes sont", "été"),
    "avoir": ("ai as a avons avez ont", "eu"),
    "aller": ("vais vas va allons allez vont", "allé"),
    "faire": ("fais fais fait faisons faites font", "fait"),
    "voir": ("vois vois voit voyons voyez voient", "vu"),
    "lire": ("lis lis lit lisons lisez lisent", "lu"),
    "écrire": ("écris écris écrit écrivons écrivez écrivent", "écrit"),
    "boire": ("bois bois boit buvons buvez boivent", "bu"),
    "prendre": ("prends prends prend prenons prenez prennent", "pris"),
    "comprendre": ("comprends comprends comprend comprenons comprenez comprennent", "compris"),
    "venir": ("viens viens vient venons venez viennent", "venu"),
    "revenir": ("reviens reviens revient revenons revenez reviennent", "revenu"),
    "vouloir": ("veux veux veut voulons voulez veulent", "voulu"),
    "pouvoir": ("peux peux peut pouvons pouvez peuvent", "pu"),
    "devoir": ("dois dois doit devons devez doivent", "dû"),
    "savoir": ("sais sais sait savons savez savent", "su"),
    "dormir": ("dors dors dort dormons dormez dorment", "dormi"),
    "endormir": ("endors endors endort endormons endormez endorment", "endormi"),
    "partir": ("pars pars part partons partez partent", "parti"),
    "sortir": ("sors sors sort sortons sortez sortent", "sorti"),
    "ouvrir": ("ouvre ouvres ouvre ouvrons ouvrez ouvrent", "ouvert"),
    "offrir": ("offre offres offre offrons offrez offrent", "offert"),
    "courir": ("cours cours court courons courez courent", "couru"),
    "rire": ("ris ris rit rions riez rient", "ri"),
    "sourire": ("souris souris sourit sourions souriez sourient", "souri"),
    "suivre": ("suis suis suit suivons suivez suivent", "suivi"),
    "traduire": ("traduis traduis traduit traduisons traduisez traduisent", "traduit"),
    "connaître": ("connais connais connaît connaissons connaissez connaissent", "connu"),
}
# The stem of je, tu, il and ils where an -er verb changes it.
_STEMS = {
    "acheter": "achèt", "lever": "lèv", "promener": "promèn", "préférer": "préfèr", "espérer": "espèr",
    "appeler": "appell", "nettoyer": "nettoi", "envoyer": "envoi",
}  # fmt: skip
_DOUBLED = {"get", "run", "swim", "cut", "travel", "forget", "shut"}


def conjugate(infinitive: str) -> tuple[tuple[str, ...], str]:
    """Return the six present forms (je ... ils) and the past participle of a French verb.

    Raises:
        ValueError: the infinitive is neither in the irregular table nor ends in -er, -ir or -re.
    """
    if infinitive in _IRREGULAR:
        present, participle = _IRREGULAR[infinitive]
        return tuple(present.split()), participle
    stem = infinitive[:-2]
    if infinitive.endswith("er"):
        weak = _STEMS.get(infinitive, stem)
        # g and c keep their soft sound before -ons.
        nous = stem + "e" if stem.endswith("g") else stem[:-1] + "ç" if stem.endswith("c") else stem
        return (weak + "e", weak + "es", weak + "e", nous + "ons", stem + "ez", weak + "ent"), stem + "é"
    if infinitive.endswith("ir"):
        return tuple(stem + end for end in ("is", "is", "it", "issons", "issez", "issent")), stem + "i"
    if infinitive.endswith("re"):
        return tuple(stem + end for end in ("s", "s", "", "ons", "ez", "ent")), stem + "u"
    raise ValueError(f"no conjugation known for {infinitive!r}")


def third_person(verb: str) -> str:
    """Return the English third person singular present: go -> goes, cry -> cries."""
    if verb == "have":
        return "has"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "x", "ch", "sh", "o")) else "s")


def ing(verb: str) -> str:
    """Return the English -ing form: run -> running, write -> writing."""
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    return (verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb) + "ing"


def english_plural(noun: str) -> str:
    """Return the regular English plural: watch -> watches, lady -> ladies."""
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def french_plural(word: str) -> str:
    """Return the regular French plural: cheval -> chevaux, bateau -> bateaux, bus -> bus."""
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al"):
        return word[:-2] + "aux"
    return word + ("x" if word.endswith(("eau", "eu")) and word != "bleu" else "s")


def nouns(group: str, text: str) -> tuple[Noun, ...]:
    """Read `english[/plural]=french[/plural]:gender; ...` into nouns of one group."""
    found = []
    for entry in text.split(";"):
        english, _, rest = entry.strip().partition("=")
        french, _, gender = rest.rpartition(":")
        en, _, en_plural = english.partition("/")
        fr, _, fr_plural = french.partition("/")
        found.append(Noun(en, fr, gender, group, en_plural or english_plural(en), fr_plural or french_plural(fr)))
    return tuple(found)


def adjectives(text: str, groups: str) -> tuple[Adjective, ...]:
    """Read `[<]english=masculine[/feminine]; ...`; "<" marks an adjective that stands before its noun in French."""
    found = []
    for entry in text.split(";"):
        english, _, french = entry.strip().partition("=")
        masculine, _, feminine = french.partition("/")
        feminine = feminine or (masculine if masculine.endswith("e") else masculine + "e")
        forms = (masculine, feminine, french_plural(masculine), feminine + "s")
        found.append(Adjective(english.lstrip("<"), forms, english.startswith("<"), frozenset(groups.split())))
    return tuple(found)


def verbs(text: str, *, etre: bool = False, reflexive: bool = False) -> tuple[Verb, ...]:
    """Read `base/past/participle[ particle]=infinitif[*][: groups]`, one a line or ";"-separated; "*" is stative."""
    found = []
    for entry in text.replace("\n", ";").split(";"):
        if not entry.strip():
            continue
        english, _, rest = entry.strip().partition("=")
        french, _, groups = rest.partition(":")
        principal, _, particle = english.partition(" ")
        base, past, part = principal.split("/")
        infinitive = french.strip().rstrip("*")
        present, participle = conjugate(infinitive)
        stative = french.strip().endswith("*")
        found.append(
            Verb(
                base,
                past,
                part,
                particle,
                infinitive,
                present,
                participle,
                etre,
                reflexive,
                stative,
                tuple(groups.split()),
            )
        )
    return tuple(found)


def countries(text: str) -> tuple[Country, ...]:
    """Read `english=french:kind; ...` into countries and cities."""
    found = []
    for entry in text.split(";"):
        english, _, rest = entry.strip().partition("=")
        french, _, kind = rest.partition(":")
        found.append(Country(english, french, kind))
    return tuple(found)
