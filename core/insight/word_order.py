"""Two sentences as a bag of words and as a recurrent network holds them: equal sums, and states that part.

The network is one before training, one of a visitor's, or the small one that ships: an LSTM that has read twin sentences;
`python -m core.claims.experiments.twins` trains it again.

Shape letters: B batch, T time, V words of both sentences, E embedding, H hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.data.normalization import Normalization
from core.data.text import EOS, PAD, UNK, Tokenizer, fit_tokenizer, load_tokenizer
from core.insight.word_numbers import MOST_CHARACTERS, fresh_table, pieces_of, unknown_words
from core.models.classifier import Classifier
from core.models.inputs import Tokens
from core.models.stack import Stack

UNITS = 8  # of a network before training, numbers of its words' vectors, and what is shown of larger ones
EMBEDDING, HIDDEN = 16, 27  # of the network that ships
POSITIVE = "positive"
WEIGHTS = Path(__file__).parent / "weights" / "twins.npz"


@dataclass(frozen=True)
class Reader:
    """A network of one direction that answers from its last state.

    Attributes:
        model: The network; its weights stay as they are.
        tokenizer: Its words.
        classes: What it was trained to tell apart; empty before training.
    """

    model: Classifier
    tokenizer: Tokenizer
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Compared:
    """Two sentences side by side; the shorter one keeps what it holds at its end.

    Attributes:
        words: V, every word of both once, in the order in which they come.
        counts: (2, V) how often each sentence has each: its bag of words.
        places: For each sentence at which steps, from 1, each word stands.
        tokens: Of each sentence with `<eos>`, as they were written.
        unknown: Words that the network does not know; it reads them all as `<unk>`.
        bags: (2, T, E) sums of the words' vectors so far, `<eos>` left out: what a bag of these vectors knows.
        states: (2, T, H) of the network.
        positive: (2, T) the probability that it gives to `positive` if a sentence ended there; None before training.
    """

    words: list[str]
    counts: np.ndarray
    places: list[list[list[int]]]
    tokens: list[list[str]]
    unknown: list[str]
    bags: np.ndarray
    states: np.ndarray
    positive: np.ndarray | None

    @property
    def same_bag(self) -> bool:
        """Whether a bag of words is the same for both."""
        return bool((self.counts[0] == self.counts[1]).all())

    @property
    def apart(self) -> np.ndarray:
        """(T,) Euclidean distance of the two states after each step."""
        return np.linalg.norm(self.states[0] - self.states[1], axis=-1)

    @property
    def bags_apart(self) -> np.ndarray:
        """(T,) Euclidean distance of the two sums so far; sums that differ by rounding alone are equal."""
        found = np.linalg.norm(self.bags[0] - self.bags[1], axis=-1)
        return np.where(found < 1e-9, 0, found)


def compare(first: str, second: str, reader: Reader) -> Compared:
    """Read two sentences, whole, with one network."""
    texts = (first, second)
    read = [pieces_of(reader.tokenizer, text, MOST_CHARACTERS) for text in texts]
    keys = [
        [piece.lower() if found == UNK else reader.tokenizer.token(found) for piece, found in zip(*one, strict=True)][
            :-1
        ]
        for one in read
    ]
    words = list(dict.fromkeys(word for sentence in keys for word in sentence))
    places = [[[at + 1 for at, found in enumerate(one) if found == word] for word in words] for one in keys]
    longest = max(len(ids) for _, ids in read)
    bags, states, positive = zip(*(_followed(reader, ids, longest) for _, ids in read), strict=True)
    return Compared(
        words,
        np.array([[len(found) for found in one] for one in places]),
        places,
        [pieces for pieces, _ in read],
        list(dict.fromkeys(word for text in texts for word in unknown_words(reader.tokenizer, text))),
        np.stack(bags),
        np.stack(states),
        np.stack(positive) if reader.classes else None,
    )


@torch.inference_mode()
def _followed(reader: Reader, ids: list[int], longest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums (T, E) in double precision, states (T, H) and shares of `positive` (T,) of a sentence that ends in `<eos>`."""
    model = reader.model.eval()
    device = next(model.parameters()).device
    vectors = model.embedding(torch.tensor([ids], device=device))
    states = model.recurrent.trace(vectors).outputs[0]
    bags = torch.cat((vectors[0, :-1], torch.zeros_like(vectors[0, :1]))).double().cumsum(dim=0)
    positive = torch.zeros(len(ids))
    if reader.classes:
        beginnings = [[*ids[:end], EOS] for end in range(1, len(ids))]
        positive = _shares(model, [*beginnings, ids])[:, reader.classes.index(POSITIVE)]
    more = longest - len(ids)
    wide = [np.pad(part.cpu().numpy(), ((0, more), (0, 0)), mode="edge") for part in (bags, states)]
    return wide[0], wide[1], np.pad(positive.cpu().numpy(), (0, more), mode="edge")


def _shares(model: Classifier, sentences: list[list[int]]) -> Tensor:
    """Probabilities (B, C) of every class."""
    lengths = torch.tensor([len(one) for one in sentences])
    device = next(model.parameters()).device
    ids = torch.tensor([one + [PAD] * (int(lengths.max()) - len(one)) for one in sentences], device=device)
    return model(ids, lengths).softmax(-1)


def untrained(first: str, second: str, cell: str, seed: int = 0) -> Reader:
    """A network before training, whose vocabulary is that of these two sentences, in small letters."""
    normalization = Normalization("nfc", lower=True, single_spaces=True)
    tokenizer = fit_tokenizer("word", (first, second), 1_000, normalization)
    model = Classifier(Stack(cell, UNITS), Tokens(tokenizer.vocab_size, UNITS, pad_id=PAD), 2)
    model.recurrent.reset_parameters(torch.Generator().manual_seed(seed))
    model.embedding.load_state_dict({"weight": fresh_table(tokenizer.vocab_size, UNITS, seed)})
    return Reader(model, tokenizer)


@cache
def trained() -> Reader:
    """The network that ships."""
    with np.load(WEIGHTS) as file:
        stored = {name: file[name] for name in file.files}
    tokenizer, classes = load_tokenizer(str(stored.pop("tokenizer"))), tuple(stored.pop("classes").tolist())
    model = Classifier(Stack("lstm", HIDDEN), Tokens(tokenizer.vocab_size, EMBEDDING, pad_id=PAD), len(classes))
    model.load_state_dict({name: torch.from_numpy(value).float() for name, value in stored.items()})
    return Reader(model.eval(), tokenizer, classes)


def save(model: Classifier, tokenizer: Tokenizer, classes: tuple[str, ...], path: Path = WEIGHTS) -> None:
    """Write what `trained` reads, the weights in half precision."""
    weights = {name: value.numpy().astype(np.float16) for name, value in model.state_dict().items()}
    np.savez_compressed(path, tokenizer=np.array(tokenizer.to_json()), classes=np.array(classes), **weights)
