"""Twin sentences: the same words, the same pairs of neighbours, and the opposite meaning.

A sentence has two slots with the same word before and the same word after both, and its twin has what stands in them the
other way round: "they never kept us waiting and they always kept their word" against "they always kept us waiting and they
never kept their word". So the two hold the same words and the same pairs of words, as often each: whatever goes by these
gives both the same answer and is wrong about one of them. What decides, by frame:

- always and never: the one before what is good, or the other before what is bad, decides; both say the same.
- at the start, at the end: what was at the end counts. others say, I say: the writer's word counts.
- elsewhere, here: what is here counts.

A few words that say when ("last spring") stand in front or behind and change nothing. Twins stay in one part, and what meets
in a sentence of validation or test (the two clauses, the two words of a frame) never meets in training.
"""

from __future__ import annotations

from itertools import product
from random import Random

PARTS = ("train", "validation", "test")
SHARES = (0.8, 0.1, 0.1)
COUNT = 8_000

_OFTEN = (("always", "never"), ("often", "rarely"), ("usually", "seldom"), ("mostly", "hardly"))
_CLAUSES: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("they", "kept"): (
        ("their word", "the rooms warm", "our table free", "the noise down", "a light on for us"),
        ("us waiting", "our change", "the heating off", "the best seats locked", "the windows shut"),
    ),
    ("it", "made"): (
        ("me smile", "the work easy", "the children laugh", "long days short", "us feel at home"),
        ("me angry", "my head ache", "the baby cry", "short days long", "us feel like a nuisance"),
    ),
    ("she", "gave"): (
        ("clear answers", "us good advice", "everybody a hand", "the dog some water", "credit to others"),
        ("rude answers", "us a wrong number", "everybody a cold look", "the blame to others", "orders without a reason"),
    ),
    ("it", "left"): (
        ("a good taste", "the skin soft", "us rested", "the floor spotless", "room for more"),
        ("a stain", "the skin sore", "us hungry", "crumbs in every corner", "a smell of smoke"),
    ),
    ("we", "found"): (
        ("help at the desk", "fresh bread", "a free seat", "the staff awake", "what we came for"),
        ("hair in the sink", "stale bread", "a broken seat", "the staff asleep", "a mistake in the bill"),
    ),
}  # fmt: skip
_WHAT = ("room", "food", "service", "boat", "film", "teacher", "radio", "garden", "market", "phone", "museum", "bus")
_GOOD = ("lovely", "pleasant", "splendid", "charming", "reliable", "delightful", "excellent", "wonderful", "decent")
_BAD = ("dreadful", "tiresome", "shabby", "gloomy", "hopeless", "annoying", "terrible", "horrible", "useless")
_CONTRASTS = (
    "the {what} was {one} at the start and it was {two} at the end",
    "at the end the {what} was {two} for us, at the start the {what} was {one} for us",
    "others find the {what} {one} on the whole, I find the {what} {two} on the whole",
    "I call the {what} {two} without doubt, others call the {what} {one} without doubt",
    "elsewhere the {what} is {one} for the price, here the {what} is {two} for the price",
    "here the {what} is {two} as a rule, elsewhere the {what} is {one} as a rule",
)
"""Each with what does not count as `one` and what counts as `two`."""
_WHEN = ("last spring", "in the first week", "for two years", "on both visits", "all summer")


def twins(seed: int = 0, count: int = COUNT) -> list[tuple[str, str, str]]:
    """Return `count` sentences as (text, label, part) in random order, twins in the same part.

    Args:
        seed: the same seed gives the same list on every Python version.
        count: how many sentences, a multiple of four, at most `COUNT`.
    """
    rng = Random(seed)
    rows = []
    for pairs in (_by_adverbs(rng), _by_contrast(rng)):
        drawn = sorted((rng.random(), pair) for pair in pairs)[: count // 4]
        for _, pair in drawn:
            rows += [(text, label, pairs[pair]) for text, label in zip(pair, ("positive", "negative"), strict=True)]
    return [row for _, row in sorted((rng.random(), row) for row in rows)]


def _by_adverbs(rng: Random) -> dict[tuple[str, str], str]:
    """Pairs (positive, negative) of what happens always and never, with their parts."""
    pairs = {}
    for (who, verb), (praise, blame) in _CLAUSES.items():
        for good, bad in product(praise, blame):
            part = _part(rng)
            for words, (first, second), when in product(_OFTEN, ((good, bad), (bad, good)), _WHEN):
                frame = f"{who} {{}} {verb} {first} and {who} {{}} {verb} {second}"
                right = words if first == good else words[::-1]
                pairs[_spelled(rng, (frame.format(*right), frame.format(*right[::-1])), when)] = part
    return pairs


def _by_contrast(rng: Random) -> dict[tuple[str, str], str]:
    """Pairs (positive, negative) of two adjectives of which one counts, with their parts."""
    pairs = {}
    for good, bad in product(_GOOD, _BAD):
        part = _part(rng)
        for frame, what, when in product(_CONTRASTS, _WHAT, _WHEN):
            right, wrong = (frame.format(what=what, one=a, two=b) for a, b in ((bad, good), (good, bad)))
            pairs[_spelled(rng, (right, wrong), when)] = part
    return pairs


def _part(rng: Random) -> str:
    """Where a meeting of two belongs with all its sentences."""
    drawn = rng.random()
    return PARTS[0] if drawn < SHARES[0] else PARTS[1] if drawn < SHARES[0] + SHARES[1] else PARTS[2]


def _spelled(rng: Random, pair: tuple[str, str], when: str) -> tuple[str, str]:
    """Both with the words that say when, at the same end or not at all."""
    place = int(rng.random() * 3)
    first, second = (f"{when}, {text}" if place == 0 else f"{text} {when}" if place == 1 else text for text in pair)
    return f"{first[0].upper()}{first[1:]}.", f"{second[0].upper()}{second[1:]}."
