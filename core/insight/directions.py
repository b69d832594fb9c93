"""Taggers that read forward, backward or both ways: what each has seen at a word, what it says there, and why.

Small trained networks ship with the package, for one made set of sentences; `python -m core.claims.experiments.directions`
trains them again. Left out: training and scoring them (core.claims).

Shape letters: T words, E embedding, H hidden, O merged, K tags.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from core.config.errors import ConfigError
from core.data.text import UNK
from core.insight.influence import as_inputs, gradients_on
from core.models.inputs import Tokens
from core.models.lengths import reverse_rows
from core.models.recurrent import MERGE_MODES
from core.models.stack import Stack
from core.models.tagger import Tagger

ONE_WAY = ("forward", "backward")
NETWORKS = (*ONE_WAY, *MERGE_MODES)
"""Readers of one direction by its name, readers of both by how they merge."""
EMBEDDING, HIDDEN, HIDDEN_ALONE = 16, 20, 36
"""One direction alone has more units, so that all networks have about as many weights."""
MOST_WORDS, MOST_CHARACTERS = 24, 300
WEIGHTS = Path(__file__).parent / "weights" / "directions.npz"
_WORD = re.compile(r"_{2,}|\w+|[^\w\s]")
BLANK = "___"


def build(network: str, vocab_size: int, num_tags: int) -> Tagger:
    """A network of that name, untrained. One that reads backward alone is given reversed sentences by `scores`.

    Raises:
        ValueError: There is none of that name.
    """
    if network not in NETWORKS:
        raise ValueError(f"network: expected one of {', '.join(NETWORKS)}, got {network!r}")
    alone = network in ONE_WAY
    stack = Stack("gru", HIDDEN_ALONE) if alone else Stack("gru", HIDDEN, bidirectional=True, merge_mode=network)
    return Tagger(stack, Tokens(vocab_size, EMBEDDING, pad_id=0), num_tags)


def scores(network: str, model: Tagger, vectors: Tensor, lengths: Tensor) -> Tensor:
    """Scores of every tag at every word: (B, T, K) of vectors (B, T, E), padded positions mean nothing."""
    if network != "backward":
        return model.read(vectors, lengths)[0]
    return reverse_rows(model.read(reverse_rows(vectors, lengths), lengths)[0], lengths)


@dataclass(frozen=True)
class Reading:
    """What a network makes of one sentence.

    Attributes:
        words: T words as they were read.
        unknown: Whether the network does not know the word and reads `<unk>`, T.
        tags: Names of the K tags.
        probabilities: (T, K).
        states: Of each direction that the network has, aligned with the words, (T, H) each.
        merged: What the output layer reads, (T, O).
        parts: What each direction adds to the score of each tag, (T, K) each. With the bias they sum to the scores: a unit
            of a maximum is its direction's that is larger.
        bias: (K,).
        influence: (T, T): how long the gradient of the best tag's score at a word (row) is at each word's vector (column).
    """

    words: tuple[str, ...]
    unknown: tuple[bool, ...]
    tags: tuple[str, ...]
    probabilities: np.ndarray
    states: Mapping[str, np.ndarray]
    merged: np.ndarray
    parts: Mapping[str, np.ndarray]
    bias: np.ndarray
    influence: np.ndarray

    @property
    def best(self) -> list[str]:
        """The tag of every word."""
        return [self.tags[place] for place in self.probabilities.argmax(axis=1)]

    @property
    def scores(self) -> np.ndarray:
        """(T, K) before the softmax."""
        return sum(self.parts.values(), start=self.bias)

    def seen(self, place: int, direction: str) -> str:
        """What a direction, or `both`, has read when the word at that place is tagged."""
        start, stop = (0 if direction != "backward" else place), (place + 1 if direction == "forward" else None)
        return " ".join(self.words[start:stop])


class Directions:
    """The trained networks of one file.

    Args:
        path: As `save` writes it.
    """

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        self.vocabulary: tuple[str, ...] = tuple(found.pop("words").tolist())
        self.tags: tuple[str, ...] = tuple(found.pop("tags").tolist())
        self._ids = {word: place for place, word in enumerate(self.vocabulary)}
        self.models: dict[str, Tagger] = {}
        for network in NETWORKS:
            with torch.device("meta"):
                model = build(network, len(self.vocabulary), len(self.tags))
            state = {
                name.partition("/")[2]: torch.from_numpy(value)
                for name, value in found.items()
                if name.startswith(f"{network}/")
            }
            model.load_state_dict(state, assign=True)
            self.models[network] = model.eval().requires_grad_(False)

    def read(self, network: str, text: str) -> Reading:
        """Lets a network read a sentence.

        Args:
            network: One of `NETWORKS`.
            text: Words and marks; two or more low lines are the blank.

        Raises:
            ConfigError: No words or too many.
        """
        words = words_of(text)
        ids = torch.tensor([[self._ids.get(word, UNK) for word in words]])
        model = self.models[network]
        with gradients_on():
            vectors = as_inputs(model.embedding(ids))
            found = scores(network, model, vectors, torch.tensor([len(words)]))[0]
            influence = [
                torch.autograd.grad(row.max(), vectors, retain_graph=True)[0][0].norm(dim=-1).numpy() for row in found
            ]
        states, merged = _states(network, model, vectors.detach())
        return Reading(
            words, tuple(word not in self._ids for word in words), self.tags, found.detach().softmax(-1).numpy(),
            {name: state.numpy() for name, state in states.items()}, merged.numpy(),
            {name: part.numpy() for name, part in _parts(model, states).items()}, model.output.bias.numpy(),
            np.stack(influence),
        )  # fmt: skip


def words_of(text: str) -> tuple[str, ...]:
    """A sentence as words and marks; the blank as the networks know it.

    Raises:
        ConfigError: No words or too many.
    """
    words = tuple(BLANK if word.startswith("__") else word for word in _WORD.findall(text[: MOST_CHARACTERS + 1]))
    if not words or len(words) > MOST_WORDS or len(text) > MOST_CHARACTERS:
        received = f"{len(words)} of them in {len(text):,} characters"
        raise ConfigError.single("sentence", f"1 to {MOST_WORDS} words and marks", received, "Type one short sentence.")
    return words


@cache
def directions() -> Directions:
    """The networks that ship, read once; nothing changes them."""
    return Directions()


def save(
    models: Mapping[str, Tagger], vocabulary: tuple[str, ...], tags: tuple[str, ...], path: Path = WEIGHTS
) -> None:
    """Writes trained networks to a file, with the words in the order of their ids."""
    weights = {
        f"{network}/{name}": value.numpy()
        for network, model in models.items()
        for name, value in model.state_dict().items()
    }
    np.savez_compressed(path, allow_pickle=False, words=np.array(vocabulary), tags=np.array(tags), **weights)


def _states(network: str, model: Tagger, vectors: Tensor) -> tuple[Mapping[str, Tensor], Tensor]:
    """The state of each direction at every word, aligned with the words, and what is made of both."""
    if network == "backward":
        trace = model.recurrent.trace(vectors.flip(1))
        return {network: trace.layers[0].output[0].flip(0)}, trace.outputs[0].flip(0)
    trace = model.recurrent.trace(vectors)
    return {layer.direction: layer.output[0] for layer in trace.layers}, trace.outputs[0]


def _parts(model: Tagger, states: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """What each direction adds to the scores."""
    weight, merge = model.output.weight, model.recurrent.merge_mode
    if len(states) == 1:
        return {name: state @ weight.T for name, state in states.items()}
    forward, backward = states["forward"], states["backward"]
    if merge == "concat":
        size = forward.shape[1]
        return MappingProxyType({"forward": forward @ weight[:, :size].T, "backward": backward @ weight[:, size:].T})
    share = {"sum": 1.0, "average": 0.5}.get(merge)
    ahead = (forward >= backward).float() if share is None else share
    behind = 1 - ahead if share is None else share
    return {"forward": (ahead * forward) @ weight.T, "backward": (behind * backward) @ weight.T}
