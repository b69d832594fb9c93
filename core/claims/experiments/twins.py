"""Claim F1 on words: which of two twin sentences praises, for networks with and without memory, on unseen twins.

Twins have the same words and the same pairs of neighbours and the opposite label, and what meets in a test sentence never
meets in training. As a program it writes the network that the page of words shows:
`python -m core.claims.experiments.twins`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial

import torch
from torch import Tensor
from torch.nn import functional as F

from core.claims.experiments.memory_tasks import CONTRAST, CONTRAST_PARAMETERS, NETWORKS, RECURRENT, size_of
from core.claims.experiments.training import count_parameters, train
from core.claims.figures import Job, Numbers
from core.data import catalog
from core.data.batching import BatchSampler, Sequences
from core.data.prepare import prepare
from core.data.prepared import PreparedLabelled
from core.data.text import EOS, PAD
from core.insight import word_order
from core.models.classifier import Classifier
from core.models.inputs import Tokens

STEPS, QUICK_STEPS, BATCH_SIZE, RATE = 1_000, 600, 64, 5e-3
TASK = "which twin praises"
REMEMBERS = "LSTM, forget bias 1"
COMPARED = (*CONTRAST, REMEMBERS)
"""Among them an LSTM that begins with its forget gate open, a cure elsewhere."""


@cache
def prepared() -> PreparedLabelled:
    """The set as it is trained on in the app."""
    found = prepare("labelled", catalog.usual_data(catalog.find("labelled", "twins")))
    assert isinstance(found, PreparedLabelled)
    return found


def build(network: str, vocab_size: int) -> Classifier:
    """A network of about `CONTRAST_PARAMETERS` weights beside its words' vectors, with the seed that torch is at.

    One without memory answers from the mean over all words: it sees everything but what stands where.
    """
    size = size_of(network, word_order.EMBEDDING, CONTRAST_PARAMETERS)[0]
    words = Tokens(vocab_size, word_order.EMBEDDING, pad_id=PAD)
    return Classifier(
        replace(NETWORKS[network], hidden_size=size), words, 2, "last" if network in RECURRENT else "mean"
    )


def trained(network: str, steps: int, seed: int) -> Classifier:
    """A network that has read the training part."""
    data = prepared()
    torch.manual_seed(seed)
    model = build(network, data.tokenizer.vocab_size)
    sentences = Sequences(data.ids["train"], torch.device("cpu"), suffix=(EOS,))
    labels = torch.from_numpy(data.labels["train"]).long()
    sampler = BatchSampler(len(labels), BATCH_SIZE, seed)

    def loss(step: int) -> Tensor:
        rows = sampler.batch(step)
        return F.cross_entropy(model(*sentences.batch(rows)), labels[rows])

    train(model, loss, steps, RATE, schedule="cosine")
    return model.eval()


def accuracy(model: Classifier) -> float:
    """Share of the test part with the right label."""
    data = prepared()
    sentences = Sequences(data.ids["test"], torch.device("cpu"), suffix=(EOS,))
    labels = torch.from_numpy(data.labels["test"])
    with torch.inference_mode():
        answers = model(*sentences.batch(torch.arange(len(labels)).numpy())).argmax(-1)
    return (answers == labels).float().mean().item()


def unseen_twins(network: str, steps: int, seed: int) -> Numbers:
    """Accuracy on twins whose clauses or adjectives never met in training."""
    return {"accuracy": accuracy(trained(network, steps, seed))}


def order_of_words(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F1: networks with and without memory on twin sentences."""
    steps, vocab_size = QUICK_STEPS if quick else STEPS, prepared().tokenizer.vocab_size
    return [
        Job("F1", TASK, name, partial(unseen_twins, name, steps), seed, count_parameters(build(name, vocab_size)), "chance 0.5")
        for name in COMPARED for seed in seeds
    ]  # fmt: skip


if __name__ == "__main__":
    torch.set_num_threads(1)
    word_order.save(trained(REMEMBERS, STEPS, seed=0), prepared().tokenizer, prepared().classes)
