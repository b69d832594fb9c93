"""Claim F12 as a measurement: what one input to one output can be without a hidden layer, and with one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.claims.experiments.training import train
from core.claims.figures import Job, Numbers
from core.data.entries.entry import DATASETS_DIR
from core.data.sources.digits import read_digits
from core.models.feed_forward import FeedForwardStack
from core.models.one_to_one import OneToOne

POINTS, POINT_STEPS, POINT_RATE = 512, 500, 1e-2
DEPTHS = {"no hidden layer": 0, "one hidden layer": 1, "two hidden layers": 2}


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


def digits(count: int, seed: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Pictures of handwritten digits (64 pixels) and what they show: a fifth of all is unseen, which one says the first seed."""
    pictures, shown = read_digits(DATASETS_DIR / "digits.tsv.xz")
    rows = np.random.default_rng(seed[0]).permutation(len(shown))
    unseen = len(rows) // 5
    rows = rows[:unseen] if seed[1] else rows[unseen:]
    return torch.from_numpy(pictures[rows]), torch.from_numpy(shown[rows]).long()


def _tensors(points: np.ndarray, answers: np.ndarray) -> tuple[Tensor, Tensor]:
    kind = torch.float32 if answers.dtype.kind == "f" else torch.int64
    return torch.from_numpy(points).float(), torch.from_numpy(answers).to(kind)


POINT_TASKS = {
    "exclusive or": xor, "two spirals": spirals, "a parabola": parabola, "a plane": plane, "handwritten digits": digits,
}  # fmt: skip
_CHANCE = {"exclusive or": 0.5, "two spirals": 0.5, "handwritten digits": 0.1}


def one_to_one(task: str, depth: int, steps: int, seed: int) -> Numbers:
    """Accuracy, or explained variance (R squared), on unseen points of a network with that many hidden layers (F12)."""
    points, answers = POINT_TASKS[task](POINTS, (seed, 0))
    classes = answers.dtype == torch.int64
    torch.manual_seed(seed)
    model = OneToOne(FeedForwardStack(32, depth), points.shape[1], int(answers.max()) + 1 if classes else 1)

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


def without_hidden_layer(quick: bool, seeds: Sequence[int]) -> list[Job]:
    """F12: every depth on every kind of points; quick is the same, as it takes seconds."""
    return [
        Job("F12", task, name, partial(one_to_one, task, depth, POINT_STEPS), seed, None,
            f"chance {_CHANCE[task]}" if task in _CHANCE else "the mean alone 0")
        for task in POINT_TASKS for name, depth in DEPTHS.items() for seed in seeds
    ]  # fmt: skip
