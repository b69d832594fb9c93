"""Made sentences with names of people, places and dates, in BIO, in most of which only the word after a name says what it is.

Many names are of a person or of a place ("Jordan"), of a person or of a month ("June"), or capitalized words that are no name
("Teddy bears"). In three sentences of five what stands before is the same for all of them, and what stands behind decides:

- "We were talking about Jordan , who plays the violin ." against "... Jordan , whose coast is rocky ."
- "She could not forget June all evening because the days are long then ." against "... because she never answers ."
- "He said : Teddy bears are on sale ." against "He said : Teddy Novak is on holiday ."

In the others what stands before decides ("a train to Jordan"). Half of the names of validation and test are not among those of
training, so that nobody gets far by learning names by heart. Names of countries and territories are those of Babel.
"""

from __future__ import annotations

from random import Random

OUTSIDE = "O"
NUMBERS = {"train": 4_000, "validation": 500, "test": 500}
_DECIDED_LATER = 0.6
_FAR = 0.6  # of these, where several words stand between the name and the one that decides
_UNSEEN = 0.5  # of the names of validation and test

FIRST_NAMES = (
    "Ada", "Agnes", "Alan", "Alma", "Amir", "Anders", "Anna", "Anton", "Arthur", "Bea", "Ben", "Boris", "Carl",
    "Carmen", "Clara", "Cosmo", "Dana", "David", "Dora", "Edgar", "Elena", "Ella", "Emil", "Emma", "Erik", "Eva",
    "Felix", "Fiona", "Frank", "Greta", "Gustav", "Hana", "Hannah", "Hugo", "Ida", "Igor", "Ines", "Irene", "Ivan",
    "Jana", "Jonas", "Josef", "Julia", "Karim", "Karl", "Katja", "Laila", "Lars", "Laura", "Lea", "Leo", "Lina", "Lisa",
    "Luis", "Magda", "Marco", "Maria", "Mark", "Marta", "Max", "Mia", "Mila", "Mina", "Nadia", "Nils", "Nina", "Noah",
    "Nora", "Olaf", "Olga", "Omar", "Oscar", "Otto", "Paul", "Peter", "Rasmus", "Rita", "Robert", "Rosa", "Ruth", "Sam",
    "Sara", "Selma", "Simon", "Sofia", "Stefan", "Sven", "Tara", "Theo", "Tilda", "Tom", "Ulla", "Uma", "Vera",
    "Viktor", "Wanda", "Willem", "Xenia", "Yara", "Yusuf", "Zoe",
)  # fmt: skip
SURNAMES = (
    "Adler", "Ahmed", "Albers", "Andersen", "Bauer", "Becker", "Bergman", "Bianchi", "Borg", "Brandt", "Castro",
    "Conti", "Costa", "Dahl", "Diaz", "Dubois", "Eriksen", "Fischer", "Fontana", "Fuchs", "Garcia", "Gruber", "Haas",
    "Haddad", "Hansen", "Hoffmann", "Horvat", "Ivanov", "Jansen", "Jensen", "Keller", "Khan", "Klein", "Kovac",
    "Kowalski", "Krause", "Lang", "Larsen", "Lehmann", "Lopez", "Lund", "Marino", "Martin", "Mayer", "Meier", "Miller",
    "Moreau", "Moreno", "Moser", "Nagy", "Nielsen", "Novak", "Olsen", "Orlov", "Petersen", "Petrov", "Pinto", "Popov",
    "Ricci", "Richter", "Rivera", "Romano", "Rossi", "Santos", "Schmidt", "Silva", "Sokolov", "Sorensen", "Stein",
    "Suarez", "Svensson", "Tanaka", "Torres", "Varga", "Vogel", "Wagner", "Weber", "Winter", "Wolf", "Young", "Zanetti",
    "Ziegler",
)  # fmt: skip
BOTH = (
    "Adelaide", "Alexandria", "Austin", "Brooklyn", "Camden", "Carolina", "Catalina", "Chad", "Chelsea", "Dakota",
    "Devon", "Florence", "Georgia", "Holland", "Israel", "Jersey", "Jordan", "Kent", "Kenya", "Kingston", "Lincoln",
    "Lorraine", "Madison", "Milan", "Montana", "Odessa", "Orlando", "Paris", "Petra", "Salem", "Savannah", "Siena",
    "Sydney", "Valencia", "Verona", "Victoria", "Virginia", "Washington",
)  # fmt: skip
"""Names of people and of places."""
PLACES = (
    "Afghanistan", "Albania", "Algeria", "American Samoa", "Andorra", "Angola", "Anguilla", "Antarctica", "Argentina",
    "Armenia", "Aruba", "Ascension Island", "Australia", "Austria", "Azerbaijan", "Bahamas", "Bahrain", "Bangladesh",
    "Barbados", "Belarus", "Belgium", "Belize", "Benin", "Bermuda", "Bhutan", "Bolivia", "Botswana", "Bouvet Island",
    "Brazil", "Brunei", "Bulgaria", "Burkina Faso", "Burundi", "Cambodia", "Cameroon", "Canada", "Canary Islands",
    "Cape Verde", "Caribbean Netherlands", "Cayman Islands", "Chile", "China", "Christmas Island", "Clipperton Island",
    "Colombia", "Comoros", "Cook Islands", "Costa Rica", "Croatia", "Cuba", "Curaçao", "Cyprus", "Czechia", "Denmark",
    "Diego Garcia", "Djibouti", "Dominica", "Dominican Republic", "Ecuador", "Egypt", "El Salvador", "Equatorial Guinea",
    "Eritrea", "Estonia", "Eswatini", "Ethiopia", "Falkland Islands", "Faroe Islands", "Fiji", "Finland", "France",
    "French Guiana", "French Polynesia", "Gabon", "Gambia", "Germany", "Ghana", "Gibraltar", "Greece", "Greenland",
    "Grenada", "Guadeloupe", "Guam", "Guatemala", "Guernsey", "Guinea", "Guyana", "Haiti", "Honduras", "Hungary",
    "Iceland", "India", "Indonesia", "Iran", "Iraq", "Ireland", "Italy", "Jamaica", "Japan", "Kazakhstan", "Kiribati",
    "Kosovo", "Kuwait", "Kyrgyzstan", "Laos", "Latvia", "Lebanon", "Lesotho", "Liberia", "Libya", "Liechtenstein",
    "Lithuania", "Luxembourg", "Madagascar", "Malawi", "Malaysia", "Maldives", "Mali", "Malta", "Marshall Islands",
    "Martinique", "Mauritania", "Mauritius", "Mayotte", "Mexico", "Micronesia", "Moldova", "Monaco", "Mongolia",
    "Montenegro", "Montserrat", "Morocco", "Mozambique", "Namibia", "Nauru", "Nepal", "Netherlands", "New Caledonia",
    "New Zealand", "Nicaragua", "Niger", "Nigeria", "Niue", "Norfolk Island", "North Korea", "North Macedonia", "Norway",
    "Oman", "Pakistan", "Palau", "Palestinian Territories", "Panama", "Paraguay", "Peru", "Philippines",
    "Pitcairn Islands", "Poland", "Portugal", "Puerto Rico", "Qatar", "Romania", "Russia", "Rwanda", "Réunion", "Samoa",
    "San Marino", "Sark", "Saudi Arabia", "Senegal", "Serbia", "Seychelles", "Sierra Leone", "Singapore", "Sint Maarten",
    "Slovakia", "Slovenia", "Solomon Islands", "Somalia", "South Africa", "South Korea", "South Sudan", "Spain",
    "Sri Lanka", "Sudan", "Suriname", "Sweden", "Switzerland", "Syria", "Taiwan", "Tajikistan", "Tanzania", "Thailand",
    "Togo", "Tokelau", "Tonga", "Tunisia", "Turkmenistan", "Tuvalu", "Türkiye", "Uganda", "Ukraine", "United Kingdom",
    "United States", "Uruguay", "Uzbekistan", "Vanuatu", "Vatican City", "Venezuela", "Vietnam", "Western Sahara",
    "Yemen", "Zambia", "Zimbabwe", "Åland Islands",
)  # fmt: skip
"""Countries and territories, as Babel has them in English: those of one or two words without signs."""
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MONTH_NAMES = ("April", "May", "June", "August")
"""Months that are first names, too."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
THING_NAMES = (
    "Teddy",
    "Rose",
    "Lily",
    "Olive",
    "Daisy",
    "Basil",
    "Ginger",
    "Pepper",
    "Violet",
    "Hazel",
    "Robin",
    "Heather",
)
THINGS = {
    "Teddy": "bears", "Rose": "petals", "Lily": "ponds", "Olive": "trees", "Daisy": "chains", "Basil": "leaves",
    "Ginger": "biscuits", "Pepper": "mills", "Violet": "flowers", "Hazel": "bushes", "Robin": "nests", "Heather": "fields",
}  # fmt: skip

SAID = ("He said :", "She wrote :", "They told us :", "The letter begins :", "Somebody called :", "We heard :", "")
ABOUT = (
    "We were talking about", "She could not forget", "The whole evening was about", "He wrote a song about", "I often think of",
    "Nobody had spoken of", "They have a picture of", "The last page is about", "My sister dreams of", "You must have heard of",
)  # fmt: skip
BEHIND = {
    "person": (
        ", who plays the violin", ", who lost a key", ", who teaches chemistry", ", who laughs a lot", "and his brother",
        "and her cousins", ", our new neighbour", ", a friend of mine",
    ),
    "place": (
        ", where it rained for weeks", ", where tea grows", ", whose coast is rocky", ", whose capital lies on a river",
        "and its mountains", "and its old harbours", ", a quiet corner of the map", ", a land of lakes",
    ),
    "date": (
        ", when the harbour froze", ", when school begins", ", the day of the storm", ", the end of the lease",
        "and the days before it", "and the week after it",
    ),
}  # fmt: skip
FOR = ("for hours", "the other day", "once more", "all evening", "a little too often", "with great pleasure", "")
BECAUSE = {
    "person": (
        "because she sings so well", "because he was ill", "because her dog ran away", "because he is moving to our street",
        "because she never answers", "because the children like him",
    ),
    "place": (
        "because winters are mild there", "because the trains run on time there", "because its forests are burning",
        "because the sea is warm there", "because nobody has ever been there", "because its people are friendly",
    ),
    "date": (
        "because the bank is closed then", "because we move house then", "because the holidays begin then",
        "because the rent is due then", "because nobody has time before that", "because the days are long then",
    ),
}  # fmt: skip
ASIDES = (", as you know ,", ", by the way ,", ", to be honest ,", ", I have to say ,", ", of course ,", "")
DOES = {
    "person": ("plays chess", "is on holiday", "called today", "bakes bread", "lost her keys", "wants a new coat",
        "missed the bus"),
    "place": (
        "exports coffee", "has three airports", "borders the sea", "elects a parliament", "lies far away", "produces salt",
    ),
    "date": ("was cold", "is a holiday", "comes too soon", "was the last day", "suits me", "would be early enough"),
    "thing": ("are on sale", "need water", "look pretty", "cost too much", "are everywhere", "make good presents"),
}  # fmt: skip
BEFORE = {
    "person": (
        "The nurse asked Mr {} to wait", "Our teacher , Mrs {} , is ill", "Doctor {} answered the phone",
        "Please give my regards to {}", "A letter from {} arrived", "My uncle {} repairs clocks",
    ),
    "place": (
        "They live in {}", "The train to {} is late", "She flew to {} with her son", "He was born in {}",
        "A ship from {} came in", "The roads of {} are good",
    ),
    "date": (
        "The shop opens on {}", "We must pay before {}", "It has been closed since {}", "They married on {}",
        "The ticket is valid until {}", "From {} on it costs more",
    ),
}  # fmt: skip
WHEN = ("", "", "", "As you know ,", "By the way ,", "In the end ,", "To be honest ,", "Of course")

Tagged = tuple[list[str], list[str]]
"""Words and their tags."""


class Names:
    """The names that a part of the data has: those of training, or for half of what is drawn others that training lacks."""

    def __init__(self, rng: Random, part: str):
        self.rng, self.part = rng, part
        self.groups = {"first": FIRST_NAMES, "last": SURNAMES, "place": PLACES, "both": BOTH}

    def draw(self, group: str) -> str:
        """One of a group; every fourth is kept for validation and test."""
        names = self.groups[group]
        is_new = self.part != "train" and self.rng.random() < _UNSEEN
        kept = [name for at, name in enumerate(names) if (at % 4 == 3) == is_new]
        return self.rng.choice(kept)

    def entity(self, kind: str, is_ambiguous: bool) -> str:
        """A name of a kind; an ambiguous one could be of another kind by itself."""
        rng = self.rng
        if kind == "date":
            month = rng.choice(MONTH_NAMES if is_ambiguous else MONTHS)
            if is_ambiguous:
                return rng.choice((month, f"{month} {rng.randint(1, 28)}"))
            day = rng.randint(1, 28)
            return rng.choice(
                (f"{day} {month} {rng.randint(1950, 2030)}", f"{month} {day}", rng.choice(DAYS), f"{day} {month}")
            )
        if kind == "place":
            return self.draw("both" if is_ambiguous else "place")
        if not is_ambiguous:
            return rng.choice((self.draw("first"), self.draw("last"), f"{self.draw('first')} {self.draw('last')}"))
        first = self.draw("both") if rng.random() < 0.7 else rng.choice(MONTH_NAMES)
        return rng.choice((first, f"{first} {self.draw('last')}"))


def sentence(rng: Random, part: str) -> Tagged:
    """One sentence: an opening, a name or two, and what says of which kind they are."""
    names = Names(rng, part)
    opening = rng.choice(WHEN)
    if rng.random() >= _DECIDED_LATER:
        kind = rng.choice(tuple(BEFORE))
        frame = rng.choice(BEFORE[kind])
        before, behind = _behind(opening, frame).split("{}")
        entity = (
            names.draw("last")
            if "Mr" in frame or "Doctor" in frame
            else names.entity(kind, kind != "date" and rng.random() < 0.4)
        )
        return _tagged((opening, OUTSIDE), (before, OUTSIDE), (entity, kind), (behind, OUTSIDE), (".", OUTSIDE))
    form = rng.random()
    kind = rng.choice(("person", "person", "place", "place", "date"))
    if form < 0.6:
        entity = names.entity(kind, is_ambiguous=rng.random() < 0.8)
        about = _behind(opening, rng.choice(ABOUT))
        is_far = rng.random() < _FAR
        behind = f"{rng.choice(FOR)} {rng.choice(BECAUSE[kind])}" if is_far else rng.choice(BEHIND[kind])
        parts = ((about, OUTSIDE), (entity, kind), (behind, OUTSIDE))
        return _tagged((opening, OUTSIDE), *parts, (".", OUTSIDE))
    said = rng.choice(SAID)
    if form < 0.85:
        entity = names.entity(kind, is_ambiguous=rng.random() < 0.8)
        aside = rng.choice(ASIDES) if rng.random() < _FAR else ""
        return _tagged((said, OUTSIDE), (entity, kind), (f"{aside} {rng.choice(DOES[kind])}", OUTSIDE), (".", OUTSIDE))
    word = rng.choice(THING_NAMES)
    if rng.random() < 0.5:
        return _tagged((f"{said} {word} {THINGS[word]}", OUTSIDE), (rng.choice(DOES["thing"]), OUTSIDE), (".", OUTSIDE))
    entity = rng.choice((word, f"{word} {names.draw('last')}"))
    return _tagged((said, OUTSIDE), (entity, "person"), (rng.choice(DOES["person"]), OUTSIDE), (".", OUTSIDE))


def _behind(opening: str, text: str) -> str:
    """A text in small letters where an opening stands before it."""
    return text if not opening or text.startswith("I ") else text[0].lower() + text[1:]


def _tagged(*parts: tuple[str, str]) -> Tagged:
    """Pieces of text, each outside or of a kind of name, as words with tags of BIO; the first word is capitalized."""
    words: list[str] = []
    tags: list[str] = []
    for text, kind in parts:
        piece = text.split()
        words += piece
        tags += [OUTSIDE] * len(piece) if kind == OUTSIDE else [f"B-{kind}", *[f"I-{kind}"] * (len(piece) - 1)]
    words[0] = words[0][0].upper() + words[0][1:]
    return words, tags


def people_places(seed: int = 0) -> dict[str, list[Tagged]]:
    """The sentences of each part, every one once."""
    rng = Random(seed)
    seen: set[str] = set()
    parts: dict[str, list[Tagged]] = {}
    for part, number in NUMBERS.items():
        rows: list[Tagged] = []
        while len(rows) < number:
            words, tags = sentence(rng, part)
            text = " ".join(words)
            if text not in seen:
                seen.add(text)
                rows.append((words, tags))
        parts[part] = rows
    return parts


def as_columns() -> str:
    """The sentences as CoNLL columns, each part behind a comment that names it."""
    return "".join(
        f"# part = {part}\n"
        + "".join("".join(f"{word}\t{tag}\n" for word, tag in zip(*row, strict=True)) + "\n" for row in rows)
        for part, rows in people_places().items()
    )
