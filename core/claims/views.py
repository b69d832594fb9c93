"""What pages draw of the claims: stored figures put together, with where they come from. No torch, nothing measured.

Each view is None where nothing is stored of its claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from core.claims.figures import Figure
from core.claims.registry import CLAIMS
from core.claims.store import Stored, stored

LONGEST = ("longest delay", "longest length")
_AGREES = 0.1  # of the predicted slope
_AT_REST = 0.014  # doublings a step, a tenth of what a spectral radius of 1.1 gives: a slope below it is near 0


@dataclass(frozen=True)
class Frontier:
    """How far back each network remembers (F2).

    Attributes:
        longest: The longest delay, or length of parity, that was learned: by task, then by network.
        tried: The longest that was tried; a network there may go further.
        scores: The adding problem and the copy task: tasks, networks and metrics as in the store.
        memoryless: What a network without memory gets there, in words, by task.
        published: Figures of other people, each with its source in `beside`.
        sources: A line a measurement: date, seeds, machine.
    """

    longest: Mapping[str, Mapping[str, Figure]]
    tried: int
    scores: tuple[Figure, ...]
    memoryless: Mapping[str, str]
    published: tuple[Figure, ...]
    sources: tuple[str, ...]


def frontier() -> Frontier | None:
    """F2 as a page draws it."""
    found = stored("F2")
    if found is None:
        return None
    longest: dict[str, dict[str, Figure]] = {}
    for figure in found.figures:
        if figure.metric in LONGEST:
            longest.setdefault(figure.task, {})[figure.network] = figure
    tried = max(int(figure.beside.split()[-1]) for row in longest.values() for figure in row.values())
    scores = tuple(figure for figure in found.figures if figure.metric not in LONGEST)
    memoryless = {figure.task: figure.beside for figure in scores}
    return Frontier(longest, tried, scores, memoryless, CLAIMS["F2"].published, _sources(found))


@dataclass(frozen=True)
class Cure:
    """What one change does to a training that fails (F4).

    Attributes:
        name: The change.
        parameters: Of the network then.
        accuracy: Of unseen sequences, a value a seed.
        broke: 1 for each seed whose loss ended above where it began, or infinite, else 0: its mean is their share. None
            where the gradient vanishes, because there a loss moves by chance alone.
    """

    name: str
    parameters: int
    accuracy: Figure
    broke: Figure | None

    @property
    def healed(self) -> int:
        """Seeds that learned the task, 95% right."""
        return sum(value >= 0.95 for value in self.accuracy.values)


@dataclass(frozen=True)
class Cures:
    """One training that fails, the first row, and each cure alone added to it.

    Attributes:
        task: What fails, such as `exploding: delay 20 alone`.
        rows: In the order in which they were measured; the first has no cure.
        sources: As of `Frontier`.
    """

    task: str
    rows: tuple[Cure, ...]
    sources: tuple[str, ...]


def cures() -> tuple[Cures, ...] | None:
    """F4 as a page draws it, a table a training that fails."""
    found = stored("F4")
    if found is None:
        return None
    tables = []
    for part in found.measurements:
        for task, of_task in groupby(part.figures, key=lambda figure: figure.task):
            rows = []
            for name, pair in groupby(of_task, key=lambda figure: figure.network):
                by_metric = {figure.metric: figure for figure in pair}
                accuracy = by_metric["accuracy"]
                rows.append(Cure(name, accuracy.parameters or 0, accuracy, by_metric.get("broke")))
            tables.append(Cures(task, tuple(rows), (part.source,)))
    return tuple(tables)


@dataclass(frozen=True)
class SlopePoint:
    """The slope of the gradient of one kind of network, measured and predicted, in doublings a step (F3).

    Attributes:
        task: The network, such as `tanh, large signals, random start`.
        network: Its scale, such as `radius 0.9` or `forget bias 1`.
        measured: A value a seed.
        predicted: By theory (`radius`, `slopes`, `product`, `gate`), a value a seed.
        sources: As of `Frontier`.
    """

    task: str
    network: str
    measured: Figure
    predicted: Mapping[str, Figure]
    sources: tuple[str, ...]

    @property
    def radius(self) -> float | None:
        """The spectral radius that the recurrent matrix was scaled to; None for cells with gates."""
        word, _, number = self.network.partition(" ")
        return float(number) if word == "radius" else None

    @property
    def is_small(self) -> bool:
        """Whether theory applies to the radius alone: a linear network, or a state too small to bend tanh, which stays so."""
        if self.radius is None:
            return False
        return self.task.startswith("linear") or ("small signals" in self.task and self.radius < 1)

    def off(self, theory: str) -> float:
        """By how much the measured slope is above the predicted one: mean over seeds, doublings a step."""
        return self.measured.mean - self.predicted[theory].mean

    def agrees(self, theory: str) -> bool:
        """Whether the measured slope is within a tenth of the predicted one; of one near 0, as near to it."""
        slope = abs(self.predicted[theory].mean)
        return abs(self.off(theory)) <= (_AT_REST if slope < _AT_REST else _AGREES * slope)


def slopes() -> tuple[SlopePoint, ...] | None:
    """F3 as a page draws it."""
    found = stored("F3")
    if found is None:
        return None
    points = []
    for (task, network), group in groupby(found.figures, key=lambda figure: (figure.task, figure.network)):
        by_metric = {figure.metric: figure for figure in group}
        measured = by_metric.pop("measured")
        predicted = {metric.removeprefix("by "): figure for metric, figure in by_metric.items()}
        points.append(SlopePoint(task, network, measured, predicted, _sources(found)))
    return tuple(points)


@dataclass(frozen=True)
class Costs:
    """What length costs (F10, F11).

    Attributes:
        figures: In the order of the store: a network and metric each (F10), or a network and length each (F11).
        sources: As of `Frontier`.
    """

    figures: tuple[Figure, ...]
    sources: tuple[str, ...]


def costs(claim: str) -> Costs | None:
    """F10 (times, as ratios) or F11 (parameters) as a page draws it."""
    found = stored(claim)
    return None if found is None else Costs(found.figures, _sources(found))


def _sources(found: Stored) -> tuple[str, ...]:
    return tuple(part.source for part in found.measurements)
