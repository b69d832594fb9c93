"""Two hearings of one utterance, told apart by the probability of the whole sentence: a made corpus, our pairs, the models.

The two words of a pair sound alike. What decides between them stands right beside the choice (near), or at the start of the
sentence with some other words between (far). The corpus is made of both kinds, and holds no sentence of the pairs. A visitor's
own hearings are read too: a word that the vocabulary lacks is `<unk>`, which the corpus holds where a word was hidden.

Shape letters: B batch, T tokens of a sentence, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.baselines.ngram import MAX_ORDER, NGrams
from core.config.errors import ConfigError

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel

END, UNKNOWN = "<eos>", "<unk>"
MOST_WORDS = 40  # of a visitor's hearing
HIDDEN_SHARE = 0.1  # of the corpus' sentences in which one word stands as `<unk>`
EMBEDDING, HIDDEN, STEPS, BATCH, RATE, SENTENCES = 24, 48, 1500, 64, 1e-2, 6000
WEIGHTS = Path(__file__).parent / "hearings.npz"
_SUBJECTS = {
    "flour": ("the baker", "the pastry cook", "the miller"),
    "flower": ("the gardener", "the florist", "the beekeeper"),
    "tale": ("the storyteller", "the librarian", "the poet"),
    "tail": ("the vet", "the puppy", "the kitten"),
    "knight": ("the king", "the squire", "the armourer"),
    "night": ("the astronomer", "the owl", "the watchman"),
    "plane": ("the pilot", "the steward", "the mechanic"),
    "plain": ("the herdsman", "the bison", "the nomad"),
    "hair": ("the barber", "the wigmaker", "the stylist"),
    "hare": ("the fox", "the hound", "the hunter"),
    "sun": ("the sunbather", "the astronaut", "the lizard"),
    "son": ("the mother", "the father", "the midwife"),
    "steak": ("the butcher", "the griller", "the waiter"),
    "stake": ("the surveyor", "the fencer", "the camper"),
    "root": ("the botanist", "the forester", "the mole"),
    "route": ("the driver", "the courier", "the cyclist"),
    "sail": ("the skipper", "the boatman", "the admiral"),
    "sale": ("the shopkeeper", "the auctioneer", "the dealer"),
    "mail": ("the postman", "the clerk", "the pigeon"),
    "male": ("the zoologist", "the breeder", "the lioness"),
}
_NEAR = {
    "flour": "sifted the white", "flower": "picked a scented", "tale": "told a long", "tail": "wagged a short",
    "knight": "armed the brave", "night": "slept all", "plane": "boarded a late", "plain": "crossed a grassy",
    "hair": "combed the curly", "hare": "chased a quick", "sun": "watched the rising", "son": "raised an only",
    "steak": "fried a juicy", "stake": "hammered in a wooden", "root": "dug up a deep", "route": "took the shortest",
    "sail": "hoisted the torn", "sale": "held a yearly", "mail": "sorted the unopened", "male": "fed the adult",
}  # fmt: skip
_PEOPLE = ("my aunt", "our neighbour", "a friend", "the old man", "her cousin", "everybody")
_WHEN = ("early in the morning", "on the way home", "a few days later", "before the rain came", "while the others talked",
         "for no good reason")  # fmt: skip
_DID = ("stopped for a moment and", "looked around and", "took a deep breath and", "sat down with us and", "smiled and")
_CARRIERS = ("thought about the", "turned towards the", "spoke of the", "pointed at the", "wanted to see the")
_ENDS = ("", "once more", "again and again", "with great care", "at last")
WORDS = tuple(_SUBJECTS)
OTHER = {word: WORDS[place ^ 1] for place, word in enumerate(WORDS)}
"""What each word of a pair may be misheard as."""


@dataclass(frozen=True)
class Pair:
    """Two hearings of one utterance.

    Attributes:
        words: Of the right hearing.
        place: Where they part, from 0.
        wrong: What stands there in the other hearing.
        far: Whether what decides stands at the start, and not beside the choice.
    """

    words: tuple[str, ...]
    place: int
    wrong: str
    far: bool

    @property
    def hearings(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The right one, then the other, both with the end of the sentence."""
        other = (*self.words[: self.place], self.wrong, *self.words[self.place + 1 :])
        return (*self.words, END), (*other, END)


def sentence(rng: np.random.Generator, word: str, far: bool) -> Pair:
    """A sentence in which that word belongs, drawn from the patterns."""

    def one_of(parts: Sequence[str]) -> str:
        return parts[int(rng.integers(len(parts)))]

    if far:
        start = f"{one_of(_SUBJECTS[word])} {one_of(_DID)} {one_of(_CARRIERS)}"
    else:
        start = f"{one_of(_WHEN)} {one_of(_PEOPLE)} {_NEAR[word]}"
    before = tuple(start.split())
    return Pair((*before, word, *one_of(_ENDS).split()), len(before), OTHER[word], far)


@cache
def pairs() -> tuple[Pair, ...]:
    """The fixed set: each word once far from and once beside what decides, 40 pairs."""
    rng = np.random.default_rng(1871)
    return tuple(sentence(rng, word, far) for far in (True, False) for word in WORDS)


def corpus(seed: int, count: int = SENTENCES) -> list[tuple[str, ...]]:
    """Sentences of both kinds, the same every time.

    None ends like a hearing of the pairs, the right one or the other, from what a 6-gram sees of it: so no count of an end
    speaks for one of the two. In some sentences one word, drawn at random, is hidden as `<unk>`.
    """
    rng = np.random.default_rng((seed, 7))
    ends = {hearing[pair.place - MAX_ORDER + 1 : -1] for pair in pairs() for hearing in pair.hearings}
    sizes = {len(end) for end in ends}
    drawn = (sentence(rng, WORDS[int(rng.integers(len(WORDS)))], bool(rng.integers(2))).words for _ in range(count))
    kept = [words for words in drawn if not any(words[-size:] in ends for size in sizes)]
    hidden = rng.random(len(kept)) < HIDDEN_SHARE
    places = [int(rng.integers(len(words))) for words in kept]
    return [
        (*words[:place], UNKNOWN, *words[place + 1 :]) if hide else words
        for words, hide, place in zip(kept, hidden, places, strict=True)
    ]


@cache
def vocabulary() -> tuple[str, ...]:
    """The end of a sentence, the unknown word, then every word that the patterns hold."""
    parts = (*(one for some in _SUBJECTS.values() for one in some), *_NEAR.values(), *_PEOPLE, *_WHEN, *_DID, *_CARRIERS,
             *_ENDS, *WORDS)  # fmt: skip
    return (END, UNKNOWN, *sorted({word for part in parts for word in part.split()}))


def read(field: str, text: str) -> tuple[str, ...]:
    """A visitor's hearing as words in small letters, without the signs around them.

    Raises:
        ConfigError: No word, or more than `MOST_WORDS`.
    """
    found = tuple(word for part in text.lower().split() if (word := part.strip('.,;:!?…"“”„()')))
    if 0 < len(found) <= MOST_WORDS:
        return found
    received = f"{len(found)} words" if found else "no word"
    raise ConfigError.single(field, f"1 to {MOST_WORDS} words", received, "Type a sentence.")


def is_known(word: str) -> bool:
    """Whether it is a word of the vocabulary; `<eos>` and `<unk>` are none."""
    return word in vocabulary()[2:]


def scored(words: Sequence[str]) -> tuple[str, ...]:
    """The words as both models read and score them: what they do not know as `<unk>`, and the end of the sentence."""
    return (*(word if is_known(word) else UNKNOWN for word in words), END)


def ids_of(words: Sequence[str]) -> list[int]:
    """Places in the vocabulary; every word must stand there."""
    return [vocabulary().index(word) for word in words]


def fit_ngrams(seed: int) -> NGrams:
    """All orders, counted in the corpus as one stream."""
    stream = [0, *(one for words in corpus(seed) for one in ids_of((*words, END)))]
    return NGrams(MAX_ORDER).fit(stream, len(vocabulary()))


def by_ngrams(model: NGrams, words: Sequence[str], order: int = MAX_ORDER) -> np.ndarray:
    """Log-probability of each word, (T,), the sentence read from the end of another."""
    return np.log(model.probabilities([0, *ids_of(words)])[order - 1, 1:])


def build() -> LanguageModel:
    """An untrained LSTM over the vocabulary."""
    from core.models.inputs import Tokens
    from core.models.language_model import LanguageModel
    from core.models.stack import Stack

    size = len(vocabulary())
    return LanguageModel(Stack("lstm", HIDDEN, forget_bias=1.0), Tokens(size, EMBEDDING), size)


def by_network(model: LanguageModel, words: Sequence[str]) -> np.ndarray:
    """Log-probability of each word given all before it, (T,); before the first one the network reads `<eos>`."""
    import torch

    ids = ids_of(words)
    with torch.inference_mode():
        logits, _ = model.eval()(torch.tensor([[0, *ids[:-1]]]))
        found = logits[0].double().log_softmax(-1)[torch.arange(len(ids)), torch.tensor(ids)]
    return np.asarray(found.numpy())


@cache
def shipped() -> LanguageModel:
    """The network of seed 0, as `python -m core.claims.experiments.sentences` wrote its weights."""
    import torch

    model = build()
    with np.load(WEIGHTS) as file:
        model.load_state_dict({name: torch.from_numpy(file[name].astype(np.float32)) for name in file.files})
    return model.eval()
