"""Claims F10 and F11 as measurements: what length costs, in time and in parameters."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import nn

from core.claims.experiments.training import count_parameters
from core.claims.figures import Job, Numbers
from core.insight.timing import FEATURES, HIDDEN, NETWORKS, SHORT
from core.models.feed_forward import FeedForwardStack
from core.models.stack import Stack

FACTOR, ROUNDS, SECONDS_A_TURN = 16, 9, 0.01
LENGTHS = (10, 100, 1000)


def times(network: str, seed: int) -> Numbers:
    """How a forward pass slows down when there is 16 times as much of something (F10).

    Returns:
        Ratios of the shortest times of several rounds in which all shapes take turns: a sequence 16 times as long against
        one, 16 sequences of the same length against one, and the same tokens as one sequence against 64 that run
        together.
    """
    torch.manual_seed(seed)
    body = NETWORKS[network].build(FEATURES)
    shapes = {"one": (1, SHORT), "longer": (1, FACTOR * SHORT), "more": (FACTOR, SHORT)}
    shapes |= {"in a row": (1, 64 * SHORT), "together": (64, SHORT)}
    inputs = {name: torch.randn(*shape, FEATURES) for name, shape in shapes.items()}
    shortest = dict.fromkeys(inputs, float("inf"))
    with torch.inference_mode():
        for _ in range(ROUNDS):
            for name, batch in inputs.items():
                shortest[name] = min(shortest[name], _seconds(partial(body, batch)))
    return {
        f"time, {FACTOR}x the length": shortest["longer"] / shortest["one"],
        f"time, {FACTOR}x the batch": shortest["more"] / shortest["one"],
        "time, 1 row / 64 rows": shortest["in a row"] / shortest["together"],
    }


def _seconds(run: Callable[[], object]) -> float:
    """Seconds of one call, over as many calls as fill a turn."""
    calls, began = 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < SECONDS_A_TURN or not calls:
        run()
        calls += 1
    return taken / calls


def parameters_at(network: str, length: int, seed: int) -> Numbers:
    """Parameters of a network that sees a sequence of that length whole, after running it over one (F11)."""
    stack = NETWORKS[network]
    body = (replace(stack, window=length) if isinstance(stack, FeedForwardStack) else stack).build(FEATURES)
    torch.manual_seed(seed)
    with torch.inference_mode():
        outputs, _ = body(torch.randn(1, length, FEATURES))
    assert outputs.shape == (1, length, HIDDEN)
    return {"parameters": count_parameters(body)}


def _size(stack: Stack | FeedForwardStack) -> int:
    body: nn.Module = stack.build(FEATURES)
    return count_parameters(body)


def time_with_length(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F10: every network; quick is the same, as it takes seconds."""
    return [
        Job("F10", f"forward, {SHORT} steps", name, partial(times, name), seed, _size(stack))
        for name, stack in NETWORKS.items() for seed in seeds
    ]  # fmt: skip


def parameters_with_length(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F11: every network at every length; quick is the same, and no seed changes it."""
    return [
        Job("F11", f"{length} steps", "feed-forward, all steps" if "feed" in name else name,
            partial(parameters_at, name, length))
        for length in LENGTHS for name in NETWORKS
    ]  # fmt: skip
