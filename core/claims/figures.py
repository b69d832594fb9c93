"""What the measurements of claims share: one job a training, figures over seeds, and a table of them. No torch.

A job is a function of a seed that gives numbers by name. Jobs are independent of each other. Left out: what is measured and
how (experiments/), and where figures are kept (store.py).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from pydantic import ConfigDict

from core.digits import power_of_ten, with_spread

Numbers = dict[str, float]
STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
"""How files with figures are read."""
NOTHING = 1e-6
"""What is smaller comes from rounding."""


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

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

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

    @property
    def said(self) -> str:
        """Mean ± standard deviation, for a cell of a table."""
        seen = max(NOTHING, 1e-4 * abs(self.mean)) < self.spread < 1000
        return with_spread(self.mean, self.spread) if seen else short(self.mean)

    def record(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "mean": self.mean, "spread": self.spread}

    def row(self) -> str:
        """For the table."""
        low, high = min(self.values), max(self.values)
        seen = f"{short(low)} to {short(high)}" if high > low else ""
        size = "" if self.parameters is None else f"{self.parameters:,}"
        mean, spread = short(self.mean), short(self.spread)
        return (
            f"  {self.task:30} {self.network:31} {size:>9} {self.metric:22} {mean:>10} {spread:>9}  {seen:20} {self.beside}"
        ).rstrip()


HEADER = f"  {'task':30} {'network':31} {'weights':>9} {'figure':22} {'mean':>10} {'spread':>9}  {'range':20} beside"


def short(value: float) -> str:
    """Three digits that count, and never the form 1e+04."""
    if abs(value) < NOTHING:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else _power(f"{value:.3g}")


def _power(text: str) -> str:
    """A small number as one writes it: 9.4e-05 is 9.4·10⁻⁵."""
    digits, _, power = text.partition("e-")
    return f"{digits}{power_of_ten(int(power))}" if power else text


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
