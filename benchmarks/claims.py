"""What lecture notes say about recurrent networks, as numbers with a spread over seeds.

    python -m benchmarks.claims [F1 F2 F8 F10 F11 F12] [--quick] [--seeds 3] [--processes 2] [--json]

Each claim is a table: task, network, weights, figure, mean, standard deviation and range over seeds, and what to compare
with. F1 and F2 are trained in memory_tasks.py, F8 in on_the_fly.py; here are those that cost nothing. A seed gives the
same figures again, except times (F10). What came out, and what did not: docs/claims.md.
Left out: F3 to F7 and F9, which need what `core.insight` and the app's tasks measure.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from core.config.machine import set_thread_policy

set_thread_policy(os.environ)

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks import memory_tasks, on_the_fly
from benchmarks.figures import HEADER, Figure, Job, Numbers, count_parameters, figures_of, run_jobs, train
from core.models.feed_forward import FeedForwardStack
from core.models.one_to_one import OneToOne
from core.models.stack import Stack

SAYS = {
    "F1": "a feed-forward net cannot use order or the past; a recurrent one can",
    "F2": "the memory of an RNN is limited, a GRU's is in between, an LSTM's is strong",
    "F8": "reading the whole sentence first beats translating on the fly, word by word",
    "F10": "recurrent nets are hard to parallelise: time grows with length, not with batch",
    "F11": "parameters do not grow with length",
    "F12": "one to one is only linear without a hidden layer",
}

FEATURES, HIDDEN = 32, 64
SHORT, FACTOR, ROUNDS, SECONDS_A_TURN = 128, 16, 9, 0.01
LENGTHS = (10, 100, 1000)
POINTS, POINT_STEPS, POINT_RATE = 512, 500, 1e-2

TIMED: dict[str, Stack | FeedForwardStack] = {
    "RNN": Stack("rnn", HIDDEN),
    "GRU": Stack("gru", HIDDEN),
    "LSTM": Stack("lstm", HIDDEN),
    "minGRU": Stack("min_gru", HIDDEN),
    "feed-forward, window 8": FeedForwardStack(HIDDEN, window=8),
}
DEPTHS = {"no hidden layer": 0, "one hidden layer": 1, "two hidden layers": 2}


def times(network: str, seed: int) -> Numbers:
    """How a forward pass slows down when there is 16 times as much of something (F10).

    Returns:
        Ratios of the shortest times of several rounds in which all shapes take turns: a sequence 16 times as long against
        one, 16 sequences of the same length against one, and the same tokens as one sequence against 64 that run
        together.
    """
    torch.manual_seed(seed)
    body = TIMED[network].build(FEATURES)
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
    stack = TIMED[network]
    body = (replace(stack, window=length) if isinstance(stack, FeedForwardStack) else stack).build(FEATURES)
    torch.manual_seed(seed)
    with torch.inference_mode():
        outputs, _ = body(torch.randn(1, length, FEATURES))
    assert outputs.shape == (1, length, HIDDEN)
    return {"parameters": count_parameters(body)}


def xor(count: int, seed: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Points of a square and whether their signs differ."""
    points = np.random.default_rng(seed).uniform(-1, 1, (count, 2))
    return _tensors(points, points[:, 0] * points[:, 1] < 0)


def spirals(count: int, seed: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Points on two spirals of two turns round each other, and which one they are on."""
    rng = np.random.default_rng(seed)
    side, radius = rng.integers(2, size=count), np.sqrt(rng.uniform(0.02, 1, count))
    angle = 4 * np.pi * radius + np.pi * side
    points = radius[:, None] * np.stack((np.cos(angle), np.sin(angle)), axis=1)
    return _tensors(points + rng.normal(scale=0.01, size=points.shape), side)


def parabola(count: int, seed: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Numbers and their squares."""
    points = np.random.default_rng(seed).uniform(-1, 1, (count, 1))
    return _tensors(points, points[:, 0] ** 2)


def plane(count: int, seed: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Points of a square and a weighted sum of their coordinates."""
    points = np.random.default_rng(seed).uniform(-1, 1, (count, 2))
    return _tensors(points, 2 * points[:, 0] - points[:, 1] + 0.5)


def _tensors(points: np.ndarray, answers: np.ndarray) -> tuple[Tensor, Tensor]:
    kind = torch.float32 if answers.dtype.kind == "f" else torch.int64
    return torch.from_numpy(points).float(), torch.from_numpy(answers).to(kind)


POINT_TASKS = {"exclusive or": xor, "two spirals": spirals, "a parabola": parabola, "a plane": plane}


def one_to_one(task: str, depth: int, steps: int, seed: int) -> Numbers:
    """Accuracy, or explained variance (R squared), on unseen points of a network with that many hidden layers (F12)."""
    points, answers = POINT_TASKS[task](POINTS, (seed, 0))
    classes = answers.dtype == torch.int64
    torch.manual_seed(seed)
    model = OneToOne(FeedForwardStack(32, depth), points.shape[1], 2 if classes else 1)

    def loss(step: int) -> Tensor:
        outputs = model(points)
        return F.cross_entropy(outputs, answers) if classes else F.mse_loss(outputs[:, 0], answers)

    train(model, loss, steps, POINT_RATE, schedule="cosine")
    points, answers = POINT_TASKS[task](4 * POINTS, (seed, 1))
    with torch.inference_mode():
        outputs = model(points)
    if classes:
        return {"accuracy": (outputs.argmax(-1) == answers).float().mean().item()}
    return {"R squared": 1 - (F.mse_loss(outputs[:, 0], answers) / answers.var(correction=0)).item()}


def _size(stack: Stack | FeedForwardStack) -> int:
    body: nn.Module = stack.build(FEATURES)
    return count_parameters(body)


def jobs_of(claim: str, quick: bool, seeds: Sequence[int]) -> list[Job]:
    """Everything that is measured for a claim."""
    if claim == "F1":
        return memory_tasks.order_and_past(memory_tasks.QUICK if quick else memory_tasks.FULL, seeds)
    if claim == "F2":
        return memory_tasks.delay_until_failure(memory_tasks.QUICK if quick else memory_tasks.FULL, seeds)
    if claim == "F8":
        return on_the_fly.against_word_by_word(on_the_fly.QUICK if quick else on_the_fly.FULL, seeds)
    if claim == "F10":
        return [
            Job("F10", f"forward, {SHORT} steps", name, partial(times, name), seed, _size(stack))
            for name, stack in TIMED.items() for seed in seeds
        ]  # fmt: skip
    if claim == "F11":
        return [
            Job("F11", f"{length} steps", "feed-forward, all steps" if "feed" in name else name,
                partial(parameters_at, name, length))
            for length in LENGTHS for name in TIMED
        ]  # fmt: skip
    return [
        Job("F12", task, name, partial(one_to_one, task, depth, POINT_STEPS), seed, None,
            "chance 0.5" if task in ("exclusive or", "two spirals") else "the mean alone 0")
        for task in POINT_TASKS for name, depth in DEPTHS.items() for seed in seeds
    ]  # fmt: skip


def measure(claim: str, quick: bool, seeds: Sequence[int], num_processes: int) -> list[Figure]:
    """All figures of a claim, published ones last. Times are taken alone and with all threads."""
    if claim == "F10":
        return figures_of((job, job.run()) for job in jobs_of(claim, quick, seeds))
    figures = figures_of(run_jobs(jobs_of(claim, quick, seeds), num_processes))
    return figures + (memory_tasks.PUBLISHED if claim == "F2" else [])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the claims that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.claims", description=__doc__.partition("\n")[0])
    parser.add_argument("claims", nargs="*", metavar="CLAIM", help=f"of {' '.join(SAYS)}; all when none is named")
    parser.add_argument("--quick", action="store_true", help="smaller networks, shorter sequences and trainings")
    parser.add_argument("--seeds", type=int, help="how many seeds, counted from 0 (3, or 2 when quick)")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1), help="trainings at once")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    asked = parser.parse_args(arguments)
    asked.seeds = (2 if asked.quick else 3) if asked.seeds is None else asked.seeds
    unknown = [claim for claim in asked.claims if claim not in SAYS]
    if unknown:
        parser.error(f"no such claim: {', '.join(unknown)}; known are {', '.join(SAYS)}")
    for name in ("seeds", "processes"):
        if getattr(asked, name) < 1:
            parser.error(f"--{name}: expected at least 1, got {getattr(asked, name)}")
    document = {}
    # Times come first: with one thread set for the trainings they would be others.
    for claim in sorted(asked.claims or SAYS, key=lambda claim: claim != "F10"):
        began = time.perf_counter()
        figures = measure(claim, asked.quick, range(asked.seeds), asked.processes)
        seconds = time.perf_counter() - began
        document[claim] = {"says": SAYS[claim], "seconds": seconds, "figures": [figure.record() for figure in figures]}
        if not asked.json:
            print(f"{claim}: {SAYS[claim]} ({asked.seeds} seeds, {seconds:.0f} s)\n{HEADER}")
            print("\n".join(figure.row() for figure in figures) + "\n", flush=True)
    if asked.json:
        print(json.dumps({"quick": asked.quick, "seeds": asked.seeds, "claims": document}, ensure_ascii=False))


if __name__ == "__main__":
    main()
