"""How far back the networks of finished runs remember: each run at a delay is one point of the frontier. No torch.

Networks are called as in claim F2, so that a visitor's own points stand in its rows. Left out: the measurement of F2
(experiments/memory_tasks.py), the picture (ui/charts/frontier.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core.config.experiment import Experiment
from core.models.cells import CELLS

BRIDGED = 0.95
"""The share of right answers from which a delay counts as bridged.

Claim F2 asks for as much at the longest delay alone, and at the last bit of parity; a run is judged over all delays of its
test set and all bits, which is a little easier.
"""

_STARTS: Mapping[str, Mapping[str, Any]] = {
    "RNN, orthogonal": {"model.cell": "rnn", "model.initialization": "orthogonal"},
    "RNN, identity, ReLU": {"model.cell": "rnn", "model.initialization": "identity", "model.nonlinearity": "relu"},
    "GRU, orthogonal": {"model.cell": "gru", "model.initialization": "orthogonal"},
    "LSTM, forget bias 1": {"model.cell": "lstm", "model.forget_bias": 1.0},
    "LSTM, forget bias 1, orthogonal": {
        "model.cell": "lstm",
        "model.initialization": "orthogonal",
        "model.forget_bias": 1.0,
    },
}
NETWORKS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {**{cell.label: {"model.cell": name} for name, cell in CELLS.items()}, **_STARTS}
)
"""What can race: every cell as torch starts it, and starts that let it remember from the first step, by dotted field."""


@dataclass(frozen=True)
class Point:
    """One finished run on a memory task.

    Attributes:
        network: Its cell with how it started, such as "LSTM, forget bias 1".
        task: The id of its data.
        varies: Whether it was trained on every delay up to `delay`, instead of on that alone.
        delay: In steps, as `data.delay`.
        accuracy: On the test set, from 0 to 1.
        seed: Of training.
        parameters: Of the network.
        steps: Of training.
        step_ms: Milliseconds that a step of training took; None where that is not known.
    """

    network: str
    task: str
    varies: bool
    delay: int
    accuracy: float
    seed: int
    parameters: int
    steps: int
    step_ms: float | None

    @property
    def bridged(self) -> bool:
        """Whether the delay counts as learned."""
        return self.accuracy >= BRIDGED


@dataclass(frozen=True)
class Reach:
    """How far a network got in the runs that there are.

    Attributes:
        bridged: The longest delay that one of its runs bridged; 0 for none.
        failed: The shortest delay above it at which none of its runs did; None where no longer one was tried.
    """

    bridged: int
    failed: int | None


def network_of(experiment: Experiment) -> str:
    """What claim F2 calls the network of an experiment."""
    model = experiment.model
    if model.window is not None:
        return f"feed-forward, window {model.window}"
    parts = [CELLS[model.cell].label]
    if model.forget_bias is not None:
        parts.append(f"forget bias {model.forget_bias:g}")
    if model.initialization != "uniform":
        parts.append(model.initialization)
    if model.nonlinearity not in (None, "tanh"):
        parts.append("ReLU" if model.nonlinearity == "relu" else str(model.nonlinearity))
    return ", ".join(parts)


def point_of(experiment: Experiment, result: Mapping[str, Any] | None) -> Point | None:
    """The point of a finished run; None for one that was not judged on a test set.

    Args:
        experiment: What it trained.
        result: Its `result.json`.
    """
    accuracy = ((result or {}).get("test") or {}).get("accuracy")
    if result is None or not isinstance(accuracy, int | float):
        return None
    steps, seconds = int(result.get("steps") or 0), result.get("seconds")
    step_ms = 1000 * float(seconds) / steps if steps and isinstance(seconds, int | float) else None
    data = experiment.data
    return Point(
        network_of(experiment), str(data.id), data.delays == "up_to", data.delay, float(accuracy), experiment.training.seed,
        int(result.get("parameters") or 0), steps, step_ms,
    )  # fmt: skip


def frontier_of(points: Iterable[Point]) -> dict[str, Reach]:
    """By network, how far the runs of one task got; at a delay the best of its runs counts."""
    best: dict[str, dict[int, bool]] = {}
    for point in points:
        row = best.setdefault(point.network, {})
        row[point.delay] = row.get(point.delay, False) or point.bridged
    found = {}
    for network, row in best.items():
        longest = max((delay for delay, bridged in row.items() if bridged), default=0)
        found[network] = Reach(longest, min((delay for delay in row if delay > longest), default=None))
    return found
