"""What the measurements of claims share: one job a training, figures over seeds, and a table of them.

A job is a function of a seed that gives numbers by name. Jobs are independent of each other and use one thread each, so
that running several at once changes no figure. Left out: what is measured (claims.py, memory_tasks.py, on_the_fly.py).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

import torch
from torch import Tensor, nn

from core.config.machine import keep_freed_memory

Numbers = dict[str, float]


@dataclass(frozen=True)
class Job:
    """One training, or one measurement.

    Attributes:
        claim: The claim that it belongs to, such as `F2`.
        task: What is learned.
        network: Who learns it.
        measure: From a seed to numbers by name; a function of a module or a `functools.partial` of one.
        seed: The seed.
        parameters: How many the network has; None where that says nothing.
        beside: What to compare the numbers with, such as `chance 0.125`.
    """

    claim: str
    task: str
    network: str
    measure: Callable[[int], Numbers]
    seed: int = 0
    parameters: int | None = None
    beside: str = ""

    def run(self) -> Numbers:
        return self.measure(self.seed)


@dataclass(frozen=True)
class Figure:
    """One number over all seeds, or one that somebody published."""

    claim: str
    task: str
    network: str
    metric: str
    values: tuple[float, ...]
    parameters: int | None = None
    beside: str = ""

    @property
    def mean(self) -> float:
        return statistics.fmean(self.values)

    @property
    def spread(self) -> float:
        """The standard deviation over seeds; 0 for a single value."""
        return statistics.stdev(self.values) if len(self.values) > 1 else 0.0

    def record(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "mean": self.mean, "spread": self.spread}

    def row(self) -> str:
        """For the table."""
        low, high = min(self.values), max(self.values)
        seen = f"{_short(low)} to {_short(high)}" if high > low else ""
        size = "" if self.parameters is None else f"{self.parameters:,}"
        mean, spread = _short(self.mean), _short(self.spread)
        return (
            f"  {self.task:30} {self.network:31} {size:>9} {self.metric:22} {mean:>10} {spread:>9}  {seen:20} {self.beside}"
        ).rstrip()


HEADER = f"  {'task':30} {'network':31} {'weights':>9} {'figure':22} {'mean':>10} {'spread':>9}  {'range':20} beside"


def _short(value: float) -> str:
    """Three digits that count, and never the form 1e+04."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def run_jobs(jobs: Sequence[Job], num_processes: int) -> Iterator[tuple[Job, Numbers]]:
    """Runs jobs, several at once when asked to, and gives their numbers in the order of the jobs."""
    if num_processes == 1:
        _prepare_process()
        yield from ((job, job.run()) for job in jobs)
        return
    with ProcessPoolExecutor(num_processes, get_context("spawn"), _prepare_process) as pool:
        yield from zip(jobs, pool.map(Job.run, jobs), strict=True)


def _prepare_process() -> None:
    """One thread: networks this small gain nothing from a second one, and one always adds in the same order."""
    torch.set_num_threads(1)
    keep_freed_memory()


def figures_of(measured: Iterable[tuple[Job, Numbers]]) -> list[Figure]:
    """Collects the numbers of all seeds of the same task and network, in the order in which they first came."""
    found: dict[tuple[str, str, str, str], list[float]] = {}
    about: dict[tuple[str, str, str, str], tuple[int | None, str]] = {}
    for job, numbers in measured:
        for metric, value in numbers.items():
            key = (job.claim, job.task, job.network, metric)
            found.setdefault(key, []).append(value)
            about[key] = (job.parameters, job.beside)
    return [Figure(*key, tuple(values), *about[key]) for key, values in found.items()]


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
