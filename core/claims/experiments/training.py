"""What trainings of the claims share: Adam with clipped gradients, and counting weights."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def count_parameters(network: nn.Module) -> int:
    """All weights that are trained."""
    return sum(parameter.numel() for parameter in network.parameters())


def train(
    network: nn.Module,
    loss: Callable[[int], Tensor],
    steps: int,
    learning_rate: float,
    good_enough: Callable[[], bool] | None = None,
    schedule: str = "constant",
) -> int:
    """Trains with Adam, gradients clipped at norm 1.

    Args:
        network: Trained in place.
        loss: The loss of the batch of a step, counted from 0.
        steps: At most this many.
        learning_rate: At the start.
        good_enough: Asked every 50 steps whether to stop; None goes on to the end.
        schedule: `constant`, or `cosine` down to zero at the last step.

    Returns:
        Steps done.

    Raises:
        ValueError: For another schedule.
    """
    if schedule not in ("constant", "cosine"):
        raise ValueError(f"schedule: expected constant or cosine, got {schedule!r}")
    parameters = list(network.parameters())
    optimizer = torch.optim.Adam(parameters, lr=learning_rate)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps) if schedule == "cosine" else None
    for step in range(steps):
        optimizer.zero_grad()
        loss(step).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if cosine is not None:
            cosine.step()
        if good_enough is not None and step % 50 == 49 and good_enough():
            return step + 1
    return steps
