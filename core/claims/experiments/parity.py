"""Claim F2 on parity: up to which length a network learns to say, at every bit, whether the ones so far are odd in number.

One bit of memory is enough, but no input may be missed and the answer never follows from the last few. The networks are those of
delayed recall (memory_tasks.py), with half its steps and its larger rate; the error counts at every step, and a length is
mastered when the answer after the last bit is right for 95% of unseen sequences.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from core.claims.experiments.memory_tasks import (
    BATCH_SIZE,
    BRIDGED,
    COMPARED,
    FULL,
    LEARNED,
    NUM_TEST,
    QUICK,
    RATE,
    TEST,
    Reader,
    Scale,
    build,
    longest_bridged,
    one_hot,
    size_of,
)
from core.claims.experiments.training import train
from core.claims.figures import Job, Numbers
from core.data.made.sequences import parity

NUM_BITS = 2
NETWORKS = ("RNN", *COMPARED)


def parity_accuracy(network: str, num_steps: int, scale: Scale, seed: int) -> float:
    """Trains on bits of that length, until it is learned or the steps are used up; share of right last answers."""
    torch.manual_seed(seed)
    reader = Reader(build(network, NUM_BITS, scale.parameters), NUM_BITS, "every")

    def batch(count: int, step: int) -> tuple[Tensor, Tensor]:
        bits, answers = parity(num_steps, count, (seed, step))
        return reader(one_hot(bits, NUM_BITS)), torch.from_numpy(answers)

    def loss(step: int) -> Tensor:
        logits, answers = batch(BATCH_SIZE, step)
        return F.cross_entropy(logits.flatten(0, 1), answers.flatten())

    @torch.inference_mode()
    def measured(place: int) -> float:
        logits, answers = batch(NUM_TEST, TEST + place)
        return (logits[:, -1].argmax(-1) == answers[:, -1]).float().mean().item()

    train(reader, loss, scale.recall_steps // 2, RATE, lambda: measured(1) >= LEARNED)
    return measured(0)


def longest_parity(network: str, scale: Scale, seed: int) -> Numbers:
    """The longest sequence of bits that a network masters, longer and longer ones tried until it fails; 0 for none."""

    def masters(num_steps: int) -> bool:
        return parity_accuracy(network, num_steps, scale, seed) >= BRIDGED

    return {"longest length": longest_bridged(scale.recalled, masters)}


def length_until_failure(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F2: networks of each kind on parity."""
    scale, jobs = QUICK if quick else FULL, []
    for network in NETWORKS:
        size, beside = size_of(network, NUM_BITS, scale.parameters)[1], f"tried up to {scale.recalled[-1]}"
        measure = partial(longest_parity, network, scale)
        jobs += [Job("F2", "parity", network, measure, seed, size, beside) for seed in seeds]
    return jobs
