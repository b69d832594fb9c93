"""The optimizer, the learning rate of every step, and the clipping of gradients.

How far training has come is defined here once (`progress_at`), for the learning rate and for everything else that
changes while training.
"""

from __future__ import annotations

import contextlib
import inspect
import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from core.config.experiment import TrainingConfig
from core.config.schedule import hold_steps
from core.models.attention import Attention
from core.models.recurrent import Recurrent

MOMENTUM = 0.9
BETAS = (0.9, 0.98)  # of adam and of adamw, so that the two differ in how weights decay and in nothing else
LARGEST_UPDATE_BY_ONE_THREAD = 500_000  # weights


def _without_compiler(kind: type[torch.optim.Optimizer]) -> type[Any]:
    """A kind of optimizer that does the same and leaves torch's compiler alone, which nobody asked for.

    torch's own say to the compiler that it shall pass them by, and import it for that: a second of processor and 70 MB
    in every process that trains, as long as torch itself takes. Without what says so the methods are the same.
    """
    methods = {name: inspect.unwrap(getattr(kind, name)) for name in
               ("add_param_group", "load_state_dict", "state_dict", "zero_grad")}  # fmt: skip
    return type(kind.__name__, (kind,), {**methods, "step": torch.no_grad()(inspect.unwrap(kind.step))})


SGD, RMSprop, Adam, AdamW = map(
    _without_compiler, (torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adam, torch.optim.AdamW)
)


def make_optimizer(model: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """The optimizer; weight decay falls on matrices only, see `split_for_decay`.

    With gradient g and rate r: `sgd` is w -= r g; `momentum` is b = 0.9 b + g, w -= r b, not Nesterov's variant;
    `rmsprop` divides g by the root of a running mean of its square; `adam` and `adamw` do so with a running mean of g.
    `adamw` pulls weights towards zero by themselves, the others through the gradient.

    Reference: Polyak 1964 (momentum), Tieleman and Hinton 2012, lecture 6.5 (RMSprop), Kingma and Ba 2015 (Adam),
    Loshchilov and Hutter 2019 (AdamW).
    """
    decayed, free = split_for_decay(model)
    groups = [
        {"params": decayed, "weight_decay": config.weight_decay},
        {"params": free, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    on_gpu = any(parameter.is_cuda for parameter in model.parameters())
    if config.optimizer == "adamw":
        return AdamW(groups, lr=config.learning_rate, betas=BETAS, fused=_can_fuse(model))
    if config.optimizer == "adam":
        return Adam(groups, lr=config.learning_rate, betas=BETAS, fused=_can_fuse(model))
    if config.optimizer == "rmsprop":
        return RMSprop(groups, lr=config.learning_rate)
    momentum = MOMENTUM if config.optimizer == "momentum" else 0.0
    return SGD(groups, lr=config.learning_rate, momentum=momentum, fused=on_gpu)


def split_for_decay(model: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """The parameters of a model on which weight decay falls, and those that it leaves free.

    Decayed are matrices, which multiply what passes through. Free are biases, gains of norms and peepholes, and what is
    a vector or a table although it has two dimensions: learned initial states (L*D, H), the vector that scores additive
    attention (1, H), and embeddings, of whose rows a step touches few and would shrink all.
    """
    tables: set[int] = set()
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            tables.add(id(module.weight))
        elif isinstance(module, Recurrent):
            tables.update(id(value) for name, value in module.named_parameters() if not name.startswith("weight_"))
        elif isinstance(module, Attention) and module.kind == "additive":
            tables.add(id(module.score.weight))
    decayed: list[nn.Parameter] = []
    free: list[nn.Parameter] = []
    for parameter in model.parameters():
        (free if parameter.ndim < 2 or id(parameter) in tables else decayed).append(parameter)
    return decayed, free


def _can_fuse(model: nn.Module) -> bool:
    return all(parameter.device.type in ("cpu", "cuda") for parameter in model.parameters())


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Give the next update its rate; in place where it is a tensor, which a recorded step reads."""
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def make_recordable(optimizer: torch.optim.Optimizer, device: torch.device) -> None:
    """Let an optimizer that has done nothing yet keep its learning rate and its counts on the device."""
    for group in optimizer.param_groups:
        group["lr"] = torch.tensor(float(group["lr"]), device=device)
        if "capturable" in group:
            group["capturable"] = True
    # Steps outside a record are meant; torch would warn of them.
    vars(optimizer)["_warned_capturable_if_run_uncaptured"] = True


@contextlib.contextmanager
def threads_for_update(num_weights: int) -> Iterator[None]:
    """One thread for the body when the weights are few.

    torch's fused updates wake every thread for every parameter, however small. For few weights that costs more than
    the arithmetic; the numbers are the same.
    """
    num_threads = torch.get_num_threads()
    if num_threads == 1 or num_weights > LARGEST_UPDATE_BY_ONE_THREAD:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(num_threads)


def clip_gradients(parameters: Sequence[Tensor], max_norm: float | None, max_value: float | None) -> Tensor:
    """Cut gradients by value, then by norm, in place; both limits hold afterwards.

    Values come first, so that one wild entry is cut alone and does not shrink all others with it. Nothing waits for
    a GPU, and a gradient that is no number stays one, for whoever reads the norm.

    Args:
        parameters: Whose `grad` is cut; None is skipped.
        max_norm: Largest norm of all gradients together; None leaves it.
        max_value: Largest absolute value of an entry; None leaves them.

    Returns:
        The norm before any of this, ().

    Reference: Pascanu, Mikolov and Bengio 2013, section 3.2 (norm); Mikolov 2012 (value).
    """
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norm = torch.nn.utils.get_total_norm(gradients)
    remaining = norm
    if max_value is not None:
        torch.nn.utils.clip_grad_value_(parameters, max_value)
        if max_norm is not None:
            remaining = torch.nn.utils.get_total_norm(gradients)
    if max_norm is None or (remaining.device.type == "cpu" and float(remaining) <= max_norm - 1e-6):
        return norm  # on a CPU looking is free, and spares a pass over all gradients
    torch.nn.utils.clip_grads_with_norm_(parameters, max_norm, remaining)
    return norm


def progress_at(step: int, total_steps: int | None, config: TrainingConfig, least: float = 0.0) -> float:
    """How far training has come at a step, counted from 0: the share done of the steps in which things change.

    These are the steps after the first `hold_steps`, when the learning rate falls. Before them it is 0 whatever the
    number of steps, which may still be unknown (None).

    Args:
        step: Counted from 0.
        least: It never is less: how far a training had come that this one goes on from.
    """
    if total_steps is None:
        return least
    start = hold_steps(total_steps, config)
    return min(1.0, max(least, (step - start) / max(1, total_steps - start)))


def learning_rate_at(step: int, total_steps: int | None, config: TrainingConfig, least_progress: float = 0.0) -> float:
    """The learning rate of a step, counted from 0.

    It rises in a line over `warmup_steps`, stays for the first `hold_steps`, then falls to a hundredth of the peak at
    the last step. While it rises and stays it does not depend on the number of steps, which may still be unknown (None).
    Arguments as `progress_at`.
    """
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    progress = progress_at(step, total_steps, config, least_progress)
    if config.schedule == "constant" or progress == 0:
        return config.learning_rate
    low = 0.01
    shape = 1 - progress if config.schedule == "linear" else 0.5 * (1 + math.cos(math.pi * progress))
    return config.learning_rate * (low + (1 - low) * shape)
