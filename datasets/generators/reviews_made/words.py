"""Words and sentence frames of the made reviews: seven domains, praise and blame, and frames in which order decides.

Frames carry numbered places. `{one}` and `{two}` take one good and one bad adjective (or, in `VERB_FRAMES`, verb) in
either order; the number a frame is filed under says which place settles the verdict. How they are filled is in `reviews`.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Domain: (things, aspects, words that only fit this domain: good, bad). Every thing and aspect takes "a" or "an".
DOMAINS: dict[str, tuple[str, str, str, str]] = {
    "product": (
        "kettle phone lamp toaster drill camera vacuum watch printer blender heater keyboard",
        "handle motor button cable manual design case battery screen lid switch warranty",
        "sturdy reliable robust handy",
        "flimsy faulty fragile clunky",
    ),
    "restaurant": (
        "restaurant diner bistro café pizzeria canteen",
        "starter dessert menu soup salad waiter sauce terrace pizza steak wine table",
        "memorable authentic tempting satisfying",
        "bland greasy overpriced gloomy",
    ),
    "hotel": (
        "hotel hostel resort guesthouse motel inn",
        "room bed pool breakfast lobby shower view balcony lift bar kitchen garden",
        "cosy spotless peaceful comfortable",
        "filthy noisy damp smelly",
    ),
    "film": (
        "film thriller comedy drama sequel western documentary",
        "plot cast ending script soundtrack villain opening hero scene trailer dialogue",
        "gripping witty moving original",
        "dull boring predictable pointless",
    ),
    "book": (
        "book novel biography memoir guide atlas cookbook",
        "plot chapter ending style cover opening hero narrator preface map index",
        "gripping witty moving original",
        "dull boring predictable pointless",
    ),
    "app": (
        "app game website browser calendar player editor",
        "layout search menu design update login icon tutorial map interface widget",
        "fast intuitive tidy responsive",
        "slow buggy cluttered confusing",
    ),
    "service": (
        "garage bank clinic laundry gym agency insurer",
        "reply price offer estimate schedule receipt technician welcome visit result helpline",
        "friendly helpful prompt honest",
        "rude careless late dishonest",
    ),
}
GOOD = _words(
    """great good excellent wonderful fantastic superb lovely brilliant amazing outstanding impressive delightful
    splendid terrific pleasant remarkable marvellous charming solid exceptional enjoyable magnificent perfect
    fabulous admirable beautiful inviting appealing fine agreeable"""
)
BAD = _words(
    """awful bad terrible horrible poor dreadful disappointing lousy appalling unpleasant weak miserable shoddy
    useless annoying frustrating dismal atrocious pathetic inferior unacceptable nasty abysmal clumsy ugly
    sloppy dire wretched irritating inadequate"""
)
GOOD_VERBS = _words("""loved enjoyed liked admired adored praised recommended""")
BAD_VERBS = _words("""hated disliked loathed despised detested panned rejected""")

# Three texts in ten have an opener, two a closer: more of them only dilutes what is to be learned.
OPENERS = (
    "honestly,", "to be fair,", "for the price,", "after some thought,", "in short,", "well,", "as a regular customer,",
    "on the whole,", "to my mind,", "in my view,", "between ourselves,", "once more,", "frankly,",
)  # fmt: skip
CLOSERS = (
    ", and that is that", ", as I told my sister", ", and I paid for it myself", ", and my brother agrees",
    ", as you can see", ", so now you know",
)  # fmt: skip

# Who said it: a verdict that is only somebody else's leaves the text without one. The same words in both.
OWN_WORD = "I said: {frame}, and my {who} could not tell"
HEARSAY = "my {who} said: {frame}, and I could not tell"
WHO = ("neighbour", "cousin", "aunt", "boss", "friend", "colleague")

# Which place settles the verdict -> construction -> frames.
FRAMES: dict[int, dict[str, tuple[str, ...]]] = {
    2: {
        "but": (
            "the {thing} has a {one} {x} but a {two} {y}",
            "there is a {one} {x} but there is a {two} {y}",
            "it gave me a {one} {x} but also a {two} {y}",
            "now and then a {one} {x}, but half the time a {two} {x}",
        ),
        "although": (
            "although the {thing} has a {one} {x}, it has a {two} {y}",
            "while it has a {one} {x}, the {thing} has a {two} {y}",
            "even though I saw a {one} {x}, I remember a {two} {y}",
        ),
        "despite": ("despite the {one} {x} it is a {two} {thing}", "for all its {one} {x} this is a {two} {thing}"),
        "expected": (
            "I expected a {one} {thing} and got a {two} {thing}",
            "I was promised a {one} {x} and received a {two} {x}",
            "we were told of a {one} {x} and found a {two} {x}",
        ),
        "not_just": (
            "this is not a {one} {thing}, this is a {two} {thing}",
            "not a {one} {x} at all, just a {two} {x}",
        ),
        "used_to": (
            "it used to be a {one} {thing} and now it is a {two} {thing}",
            "last year I had a {one} {x} here and this year a {two} {x}",
            "once it was a {one} {thing}, today it is a {two} {thing}",
        ),
        "hearsay": (
            "people told me it was a {one} {thing}, I found it a {two} {thing}",
            "the critics saw a {one} {x} and I saw a {two} {x}",
            "they call it a {one} {thing}, I call it a {two} {thing}",
            "some saw a {one} {x}, others and I saw a {two} {x}",
            "I cannot say yet that it is a {one} {thing}, I can say that it is a {two} {thing}",
        ),
        "started": (
            "it started as a {one} {thing} and ended as a {two} {thing}",
            "it went from a {one} {thing} to a {two} {thing}",
            "the first day brought a {one} {x} and the last day a {two} {x}",
        ),
        "instead": ("instead of a {one} {x} we got a {two} {x}", "rather than a {one} {thing} it is a {two} {thing}"),
        "far_from": (
            "far from a {one} {thing}, this is a {two} {thing}",
            "it is anything but a {one} {thing}, it is a {two} {thing}",
        ),
        "hardly": (
            "hardly ever a {one} {x}, nearly always a {two} {x}",
            "there is seldom a {one} {x} and always a {two} {x}",
        ),
        "question": ("is it a {one} {thing}? no. is it a {two} {thing}? yes.", "a {one} {x}? no. a {two} {x}? yes."),
        "other": (
            "the other {thing} had a {one} {x} and this {thing} has a {two} {x}",
            "next door is a {one} {thing} and here is a {two} {thing}",
        ),
        "outweigh": ("the {one} {x} cannot outweigh the {two} {y}", "the {one} {x} matters less than the {two} {y}"),
        "nobody": ("nobody could call it a {one} {thing}, everybody calls it a {two} {thing}",),
    },
    1: {
        "but": ("half the time a {one} {x}, but only now and then a {two} {x}",),
        "although": (
            "the {thing} has a {one} {x}, although it has a {two} {y}",
            "I remember a {one} {x}, even though I saw a {two} {y}",
        ),
        "despite": ("this is a {one} {thing} despite the {two} {x}", "it is a {one} {thing} for all its {two} {x}"),
        "expected": (
            "I got a {one} {thing} where I expected a {two} {thing}",
            "we found a {one} {x} after we were promised a {two} {x}",
        ),
        "not_just": (
            "this is a {one} {thing}, this is not a {two} {thing}",
            "just a {one} {x}, not a {two} {x} at all",
        ),
        "used_to": (
            "now it is a {one} {thing} and it used to be a {two} {thing}",
            "today it is a {one} {thing}, once it was a {two} {thing}",
        ),
        "hearsay": (
            "I call it a {one} {thing}, they call it a {two} {thing}",
            "I saw a {one} {x} and the critics saw a {two} {x}",
            "others and I saw a {one} {x}, some saw a {two} {x}",
            "I can say that it is a {one} {thing}, I cannot say yet that it is a {two} {thing}",
        ),
        "started": ("it ended as a {one} {thing} and started as a {two} {thing}",),
        "instead": ("we got a {one} {x} instead of a {two} {x}", "it is a {one} {thing} rather than a {two} {thing}"),
        "far_from": (
            "this is a {one} {thing}, far from a {two} {thing}",
            "it is a {one} {thing}, it is anything but a {two} {thing}",
        ),
        "hardly": (
            "nearly always a {one} {x}, hardly ever a {two} {x}",
            "there is always a {one} {x} and seldom a {two} {x}",
        ),
        "question": ("is it a {one} {thing}? yes. is it a {two} {thing}? no.", "a {one} {x}? yes. a {two} {x}? no."),
        "other": (
            "this {thing} has a {one} {x} and the other {thing} had a {two} {x}",
            "here is a {one} {thing} and next door is a {two} {thing}",
        ),
        "outweigh": ("the {one} {x} outweighs the {two} {y}", "the {one} {x} matters more than the {two} {y}"),
        "nobody": ("everybody calls it a {one} {thing}, nobody could call it a {two} {thing}",),
    },
    # Neither place settles anything: neutral.
    0: {
        "and": (
            "the {thing} has a {one} {x} and a {two} {y}",
            "there is a {one} {x} and there is a {two} {y}",
            "it gave me a {one} {x} and also a {two} {y}",
            "while I saw a {one} {x}, I also saw a {two} {y}",
        ),
        "neither": (
            "it is neither a {one} {thing} nor a {two} {thing}",
            "I expected a {one} {thing} or a {two} {thing} and got neither",
            "this is not a {one} {thing} and it is not a {two} {thing}",
        ),
        "hearsay": (
            "the critics saw a {one} {x} and the others saw a {two} {x}",
            "some call it a {one} {thing}, others call it a {two} {thing}",
            "people told me it was a {one} {thing}, others told me it was a {two} {thing}",
        ),
        "sometimes": ("now a {one} {x}, now a {two} {x}", "half the time a {one} {x} and half the time a {two} {x}"),
        "question": (
            "is it a {one} {thing}? no. is it a {two} {thing}? no.",
            "a {one} {x}? yes. a {two} {x}? yes.",
            "a {one} {x}? no. a {two} {x}? no.",
        ),
        "other": (
            "the other {thing} had a {one} {x} and a {two} {y}",
            "next door is a {one} {thing} and also a {two} {thing}",
        ),
        "outweigh": ("the {one} {x} matters as much as the {two} {y}", "the {one} {x} and the {two} {y} cancel out"),
        "hardly": (
            "hardly ever a {one} {x}, hardly ever a {two} {x}",
            "there is seldom a {one} {x} and seldom a {two} {x}",
        ),
        "nobody": ("nobody could call it a {one} {thing} and nobody could call it a {two} {thing}",),
        "unknown": (
            "was it a {one} {x} or a {two} {x}, I cannot say yet",
            "I have yet to see a {one} {x} or a {two} {x} here",
        ),
    },
}

# The same with one good and one bad verb.
VERB_FRAMES: dict[int, tuple[str, ...]] = {
    2: (
        "my friends {one} this {thing} and I {two} this {thing}",
        "at first I {one} the {x}, in the end I {two} the {x}",
        "the others {one} the {x}, I {two} the {x}",
    ),
    1: (
        "I {one} this {thing} and my friends {two} this {thing}",
        "in the end I {one} the {x}, at first I {two} the {x}",
        "I {one} the {x}, the others {two} the {x}",
    ),
    0: (
        "my friends {one} this {thing} and the others {two} this {thing}",
        "at first we {one} the {x}, at first we {two} the {y}",
        "the others {one} the {x}, my friends {two} the {x}",
    ),
}

# One adverb praises where the other blames: "never" before the wish is bad, before the fault good.
ADVERBS = (("always", "never"), ("gladly", "never"), ("nearly always", "hardly ever"), ("happily", "seldom"))
ADVERB_FRAMES = (
    "I would {one} {act} this {thing}, it {two} {fault}",
    "we would {one} {act} a {thing} that {two} {fault}",
    "this {thing} {two} {fault} and I would {one} {act} it",
    "the {x} {two} {fault} so I would {one} {act} the {thing}",
)
ACTS = ("choose", "recommend", "pick", "suggest", "trust", "defend", "go back to", "pay for")
FAULTS = (
    "failed",
    "let me down",
    "disappointed us",
    "went wrong",
    "caused trouble",
    "got on my nerves",
    "wasted my time",
)

# Frame -> how often its "not"s turn the word round (0 or 1, or 2 for a double negation).
SCOPE_FRAMES: tuple[tuple[str, int], ...] = (
    ("nobody can say this is a {a} {thing}", 1),
    ("nobody can say this is not a {a} {thing}", 2),
    ("everybody can say this is a {a} {thing}", 0),
    ("everybody can say this is not a {a} {thing}", 1),
    ("I have never had a {a} {x} here", 1),
    ("I have never not had a {a} {x} here", 2),
    ("I have always had a {a} {x} here", 0),
    ("it is not true that this is a {a} {thing}", 1),
    ("it is not true that this is not a {a} {thing}", 2),
    ("it is true that this is a {a} {thing}", 0),
    ("it is true that this is not a {a} {thing}", 1),
    ("there is no {a} {x} in this {thing}", 1),
    ("without a doubt a {a} {x}", 0),
    ("without a {a} {x}, no doubt", 1),
)
# Two words of one side, and then the verdict: `{a}` `{b}` share a polarity, `{c}` has the other.
TRIPLE_FRAMES: tuple[tuple[str, str], ...] = (
    ("neither a {a} {x} nor a {b} {y}, but a {c} {thing}", "c"),
    ("a {a} {x}, a {b} {y}, and still a {c} {thing}", "c"),
    ("the {thing} has a {a} {x} and a {b} {y}", "a"),
    ("there is a {a} {x} and also a {b} {y}", "a"),
    ("a {c} {thing} that has a {a} {x} and a {b} {y}, so a {c} one", "c"),
)
