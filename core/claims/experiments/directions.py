"""Claim F7 as a measurement: taggers that read forward, backward or both ways, where one side or both decide.

The sentences are `two_sides`, a made set; test sentences are unseen. Of each only the word that is asked counts.
`python -m core.claims.experiments.directions` writes the networks of seed 0 that the page of the two directions draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.claims.experiments.training import count_parameters, train
from core.claims.figures import Job, Numbers
from core.config.experiment import DataConfig
from core.data import catalog
from core.data.batching import BatchSampler
from core.data.batching import Sequences as Batches
from core.data.dataset import TaggedSet
from core.data.prepared import Ragged
from core.data.splits import split_items
from core.data.text import SPECIALS, UNK
from core.insight.directions import BLANK, NETWORKS, ONE_WAY, build, save, scores
from core.models.tagger import Tagger

BATCH_SIZE, RATE = 64, 1e-2
STEPS, QUICK_STEPS = 1_000, 600
OUTSIDE, WEIGHT_OUTSIDE = "O", 0.1
_UNKNOWN = 0.02  # of the words in training, so that `<unk>` has a vector that was trained
_COUNTED = ("This", "That", "One", "These", "Those", "Two")
TASK = "words that one side or both decide"
QUESTIONS = (
    "name or thing, later word",
    "one or many, later word",
    "one or many, earlier word",
    "the blank, both sides",
)
CHANCE = "chance 0.5, 0.5, 0.5 and 0.0625; of the blank one side can give 0.25"
SAYS = {
    **{way: f"{way} only" for way in ONE_WAY},
    **{mode: f"both, {mode}" for mode in NETWORKS if mode not in ONE_WAY},
}


@dataclass(frozen=True)
class Sentences:
    """The set as numbers; rows of both parts, and of each test row the question that it asks."""

    ids: Batches
    labels: Batches
    vocabulary: tuple[str, ...]
    tags: tuple[str, ...]
    train: np.ndarray
    test: np.ndarray
    questions: tuple[str, ...]


def question_of(words: Sequence[str], tag: str) -> str:
    """What a sentence asks for, by its tag and what decides it."""
    if BLANK in words:
        return QUESTIONS[3]
    if tag in ("name", "thing"):
        return QUESTIONS[0]
    return QUESTIONS[2] if words[0] in _COUNTED else QUESTIONS[1]


@cache
def load() -> Sentences:
    """The set, divided as runs divide it: 80, 10 and 10 percent, of which the second is not used."""
    entry = catalog.find("tagged", "two_sides")
    content = entry.load(DataConfig(id=entry.id))
    assert isinstance(content, TaggedSet)
    parts = split_items([" ".join(words) for words in content.sentences], (0.8, 0.1, 0.1))
    seen = {word for row in parts["train"] for word in content.sentences[row]}
    vocabulary = (*SPECIALS, *sorted(seen))
    word_ids = {word: place for place, word in enumerate(vocabulary)}
    tag_ids = {tag: place for place, tag in enumerate(content.classes)}
    ids = [[word_ids.get(word, UNK) for word in words] for words in content.sentences]
    labels = [[tag_ids[tag] for tag in row] for row in content.tags]
    asked = [next(tag for tag in content.tags[row] if tag != OUTSIDE) for row in parts["test"]]
    questions = [question_of(content.sentences[row], tag) for row, tag in zip(parts["test"], asked, strict=True)]
    train_rows, test_rows = (np.array(parts[name]) for name in ("train", "test"))
    return Sentences(
        _batches(ids), _batches(labels), vocabulary, content.classes, train_rows, test_rows, tuple(questions)
    )


def trained(network: str, steps: int, seed: int) -> Tagger:
    """A network taught every tag of the training sentences; the tag O, of six words in seven, has a small weight."""
    data = load()
    torch.manual_seed(seed)
    model = build(network, len(data.vocabulary), len(data.tags))
    order = BatchSampler(len(data.train), BATCH_SIZE, seed, data.ids.lengths[data.train])
    generator = torch.Generator().manual_seed(seed)
    weights = torch.tensor([WEIGHT_OUTSIDE if tag == OUTSIDE else 1.0 for tag in data.tags])

    def loss(step: int) -> Tensor:
        rows = data.train[order.batch(step)]
        (ids, lengths), (labels, _) = data.ids.batch(rows), data.labels.batch(rows)
        real = torch.arange(ids.shape[1]) < lengths[:, None]
        ids = ids.masked_fill((torch.rand(ids.shape, generator=generator) < _UNKNOWN) & real, UNK)
        return F.cross_entropy(scores(network, model, model.embedding(ids), lengths)[real], labels[real], weights)

    train(model, loss, steps, RATE, schedule="cosine")
    return model.eval()


def accuracy(network: str, steps: int, seed: int) -> Numbers:
    """The share of asked words of unseen sentences that get their tag, by question."""
    data, model = load(), trained(network, steps, seed)
    (ids, lengths), (labels, _) = data.ids.batch(data.test), data.labels.batch(data.test)
    with torch.inference_mode():
        found = scores(network, model, model.embedding(ids), lengths).argmax(-1)
    real = torch.arange(ids.shape[1]) < lengths[:, None]
    asked = real & (labels != data.tags.index(OUTSIDE))
    right = (found == labels)[asked].numpy()
    questions = np.array(data.questions)
    return {question: float(right[questions == question].mean()) for question in QUESTIONS}


def by_direction(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F7: every network; a figure a question."""
    data, jobs = load(), []
    for network in NETWORKS:
        size = count_parameters(build(network, len(data.vocabulary), len(data.tags)))
        measure = partial(accuracy, network, QUICK_STEPS if quick else STEPS)
        jobs += [Job("F7", TASK, SAYS[network], measure, seed, size, CHANCE) for seed in seeds]
    return jobs


def _batches(rows: Sequence[Sequence[int]]) -> Batches:
    offsets = np.cumsum([0, *map(len, rows)])
    return Batches(
        Ragged(np.concatenate([np.array(row, dtype=np.int64) for row in rows]), offsets), torch.device("cpu")
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    found = load()
    save({network: trained(network, STEPS, 0) for network in NETWORKS}, found.vocabulary, found.tags)
