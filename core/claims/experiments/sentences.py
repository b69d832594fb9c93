"""Claim F9 as a measurement: how often the right one of two hearings has the higher probability. As a program it writes
the weights that the page shows: `python -m core.claims.experiments.sentences`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.claims.experiments.training import count_parameters, train
from core.claims.figures import Job, Numbers
from core.insight import hearings
from core.models.language_model import LanguageModel

IGNORED = -100


def trained(seed: int, steps: int = hearings.STEPS) -> LanguageModel:
    """A language model of words, trained on the made corpus of that seed."""
    sentences = [hearings.ids_of((*words, hearings.END)) for words in hearings.corpus(seed)]
    longest = max(map(len, sentences))
    answers = torch.tensor([[*ids, *[IGNORED] * (longest - len(ids))] for ids in sentences])
    read = torch.cat((torch.zeros(len(answers), 1, dtype=torch.int64), answers[:, :-1].clamp(min=0)), 1)
    torch.manual_seed(seed)
    model, rng = hearings.build(), np.random.default_rng((seed, 8))

    def loss(step: int) -> Tensor:
        rows = torch.from_numpy(rng.integers(len(answers), size=hearings.BATCH))
        return F.cross_entropy(model(read[rows])[0].flatten(0, 1), answers[rows].flatten(), ignore_index=IGNORED)

    train(model, loss, steps, hearings.RATE, schedule="cosine")
    return model.eval()


def hit_rates(score: Callable[[Sequence[str]], np.ndarray]) -> Numbers:
    """The share of pairs whose right hearing has the higher probability, by kind; a tie counts half."""
    hits: dict[str, list[float]] = {}
    for pair in hearings.pairs():
        right, other = (float(score(words).sum()) for words in pair.hearings)
        hits.setdefault("far" if pair.far else "near", []).append(
            0.5 if abs(right - other) < 1e-9 else float(right > other)
        )
    return {f"hit rate, {kind}": float(np.mean(found)) for kind, found in hits.items()}


def network_hits(steps: int, seed: int) -> Numbers:
    """Of the network."""
    return hit_rates(partial(hearings.by_network, trained(seed, steps)))


def ngram_hits(order: int, seed: int) -> Numbers:
    """Of an n-gram model that counted the same corpus."""
    return hit_rates(partial(hearings.by_ngrams, hearings.fit_ngrams(seed), order=order))


def two_hearings(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F9: network and n-gram models of orders 3 and 6 on 40 pairs; quick trains a third of the steps."""
    task, beside, size = "40 pairs of hearings", "chance 0.5", count_parameters(hearings.build())
    steps = hearings.STEPS // 3 if quick else hearings.STEPS
    return [
        *(Job("F9", task, f"{order}-gram", partial(ngram_hits, order), seed, None, beside) for order in (3, 6) for seed in seeds),
        *(Job("F9", task, "LSTM", partial(network_hits, steps), seed, size, beside) for seed in seeds),
    ]  # fmt: skip


if __name__ == "__main__":
    torch.set_num_threads(1)
    weights = {name: value.numpy().astype(np.float16) for name, value in trained(0).state_dict().items()}
    np.savez_compressed(hearings.WEIGHTS, **weights)
