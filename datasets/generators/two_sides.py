"""Made sentences with one word whose tag hangs on its neighbours: on a later word, on an earlier one, or on both sides.

Four kinds of sentence, each balanced, so that who reads one side only is left with chance where the other side decides:

- name or thing, a later word decides: "They wrote : Rose Miller sings well ." against "They wrote : Rose petals smell good ."
- one or many, a later word decides: "The old sheep near the gate is asleep ." against "... are asleep ."
- one or many, an earlier word decides: "Those old sheep near the gate came back ."
- the blank, both sides decide: before it stands what kind of thing is meant, behind it the colour, and of four things of
  each kind one has it: "For lunch she cut the ___ , which was as yellow as butter ." The tag of the blank is the word.

All other words have the tag O.
"""

from __future__ import annotations

from itertools import product
from random import Random

Sentence = tuple[str, int, str]
"""The words with blanks between them, the place of the word that is asked about, and its tag."""

BLANK, OUTSIDE = "___", "O"
OPENERS = ("", "They wrote :", "We heard :", "She said :", "The paper says :", "He told us :")
NAMES = ("Rose", "Lily", "Daisy", "Ivy", "Hazel", "Violet", "Olive", "Heather", "Jasmine", "Basil", "Rosemary", "Holly")
ASIDES = (", as you know ,", ", to be honest ,", ", I have to say ,", ", by the way ,")
FOLLOWED = {
    "name": ("Miller", "Novak", "Garcia", "Olsen", "Fischer", "Moreau"),
    "thing": ("leaves", "petals", "seeds", "roots", "branches", "pots"),
}
DOES = {
    "name": ("sings well", "called today", "is on holiday", "lost her keys", "plays chess", "teaches history"),
    "thing": ("needs rain", "grows fast", "smells good", "is on sale", "dies in winter", "hates frost"),
}
BOTH_DO = {
    "name": DOES["name"],
    "thing": ("need rain", "grow fast", "smell good", "are on sale", "fall in winter", "hate frost"),
}
SAME_FORM = ("sheep", "deer", "fish", "salmon", "trout", "moose", "aircraft", "spacecraft")
OPEN_WORDS = ("The", "My", "Our", "Your")
COUNT_WORDS = {"one": ("This", "That", "One"), "many": ("These", "Those", "Two")}
LIKE = ("old", "big", "small", "strange", "quiet", "grey")
WHERE = ("near the gate", "behind the fence", "in the picture", "by the river", "on the left", "from the north")
BE = {"one": ("is", "was"), "many": ("are", "were")}
STATES = ("asleep", "hungry", "still there", "gone", "very slow", "beautiful", "in danger", "a surprise")
DID = ("came back", "turned round", "stood still", "went away", "appeared again", "made no sound")
KINDS = {
    "animal": ("In the zoo we saw the", "The children fed the", "Nobody could catch the", "On the wall sat the"),
    "food": ("For lunch she cut the", "He ate the", "In the salad was the", "On the plate lay the"),
    "plant": ("In the garden grew the", "We watered the", "The vase held the", "A bee sat on the"),
    "vehicle": ("Down the road drove the", "The garage mended the", "He parked the", "They got into the"),
}
COLOURS = {
    "yellow": ("as yellow as butter", "the colour of the sun", "yellow all over", "as bright as a lamp"),
    "green": ("as green as grass", "the colour of moss", "green all over", "as dark as a forest"),
    "red": ("as red as a brick", "the colour of blood", "red all over", "as warm as a sunset"),
    "white": ("as white as snow", "the colour of milk", "white all over", "as pale as chalk"),
}
THINGS = {
    "animal": ("canary", "frog", "ladybird", "swan"),
    "food": ("lemon", "cucumber", "cherry", "cauliflower"),
    "plant": ("sunflower", "fern", "poppy", "lily"),
    "vehicle": ("taxi", "tractor", "firetruck", "ambulance"),
}
"""Of each kind one thing for each of the four colours, in their order."""
LINKS = (", which was", ", and it was", ", which looked", ", almost")
NUMBERS = {"name or thing": 800, "one or many, later": 800, "one or many, earlier": 400, "the blank": 1200}


def name_or_thing(rng: Random, tag: str) -> Sentence:
    """A word that is a first name and a plant."""
    opener, word = rng.choice(OPENERS), rng.choice(NAMES)
    if rng.random() < 0.5:
        rest = f"{rng.choice(FOLLOWED[tag])} {rng.choice(BOTH_DO[tag])}"
    else:
        rest = f"{rng.choice(ASIDES)} {rng.choice(DOES[tag])}"
    return f"{opener} {word} {rest} .".strip(), len(opener.split()), tag


def number_later(rng: Random, tag: str) -> Sentence:
    """A noun of one form for one and many, and a verb that settles it."""
    start = f"{rng.choice(OPEN_WORDS)} {rng.choice(LIKE)} {rng.choice(SAME_FORM)} {rng.choice(WHERE)}"
    return f"{start} {rng.choice(BE[tag])} {rng.choice(STATES)} .", 2, tag


def number_earlier(rng: Random, tag: str) -> Sentence:
    """The same nouns, and a first word that settles it."""
    start = f"{rng.choice(COUNT_WORDS[tag])} {rng.choice(LIKE)} {rng.choice(SAME_FORM)} {rng.choice(WHERE)}"
    return f"{start} {rng.choice(DID)} .", 2, tag


def blank(rng: Random, tag: str) -> Sentence:
    """A word left out that needs what stands before it and what stands behind."""
    kind = next(kind for kind, things in THINGS.items() if tag in things)
    colour = tuple(COLOURS)[THINGS[kind].index(tag)]
    opener, before = rng.choice(OPENERS), rng.choice(KINDS[kind])
    start = f"{opener} {before}".strip()
    return f"{start} {BLANK} {rng.choice(LINKS)} {rng.choice(COLOURS[colour])} .", len(start.split()), tag


PATTERNS = {
    "name or thing": (name_or_thing, ("name", "thing")),
    "one or many, later": (number_later, ("one", "many")),
    "one or many, earlier": (number_earlier, ("one", "many")),
    "the blank": (blank, tuple(thing for things in THINGS.values() for thing in things)),
}


def two_sides(seed: int = 0) -> list[Sentence]:
    """All sentences, each once, in an order that means nothing; of a kind every tag as often."""
    rng = Random(seed)
    found: dict[str, Sentence] = {}
    for kind, number in NUMBERS.items():
        make, tags = PATTERNS[kind]
        for tag, _ in product(tags, range(number // len(tags))):
            sentence = make(rng, tag)
            while sentence[0] in found:
                sentence = make(rng, tag)
            found[sentence[0]] = sentence
    sentences = list(found.values())
    rng.shuffle(sentences)
    return sentences


def as_columns() -> str:
    """The sentences as CoNLL columns: a word and its tag a line, an empty line behind each sentence."""
    return "".join(
        "".join(f"{word}\t{tag if at == place else OUTSIDE}\n" for at, word in enumerate(text.split())) + "\n"
        for text, place, tag in two_sides()
    )
