"""The optimizer and the learning rate of every step.

Left out: clipping, which the loop does between the two.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from core.config.experiment import TrainingConfig

HOLD_SHARE = 0.25  # of all steps; until then a budget in seconds may be turned into one in steps


def make_optimizer(model: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """The optimizer; weight decay falls on matrices only, not on biases and embeddings.

    Reference: Loshchilov and Hutter 2019 (AdamW).
    """
    embeddings = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    decayed: list[nn.Parameter] = []
    free: list[nn.Parameter] = []
    for parameter in model.parameters():
        (free if parameter.ndim < 2 or id(parameter) in embeddings else decayed).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": config.weight_decay},
        {"params": free, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if config.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98), fused=_can_fuse(model))
    if config.optimizer == "adam":
        return torch.optim.Adam(groups, lr=config.learning_rate, fused=_can_fuse(model))
    return torch.optim.SGD(groups, lr=config.learning_rate)


def _can_fuse(model: nn.Module) -> bool:
    return all(parameter.device.type in ("cpu", "cuda") for parameter in model.parameters())


def learning_rate_at(step: int, total_steps: int | None, config: TrainingConfig) -> float:
    """The learning rate of a step, counted from 0.

    It rises in a line over `warmup_steps`, stays until `HOLD_SHARE` of all steps are done, then falls to a hundredth
    of the peak at the last step. While it rises and stays it does not depend on the number of steps, which may still
    be unknown (None).
    """
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    if config.schedule == "constant" or total_steps is None:
        return config.learning_rate
    start = max(config.warmup_steps, math.ceil(HOLD_SHARE * total_steps))
    if step < start:
        return config.learning_rate
    progress = min(1.0, (step - start) / max(1, total_steps - start))
    low = 0.01
    shape = 1 - progress if config.schedule == "linear" else 0.5 * (1 + math.cos(math.pi * progress))
    return config.learning_rate * (low + (1 - low) * shape)
