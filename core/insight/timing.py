"""What length costs a network: parameters, counted from real modules, and time, measured on this machine within a bound.

`Clock` measures in a thread of its own, one measurement at a time for all who ask, so that a page can look on. Times are the
shortest of several rounds in which all shapes take turns, because a busy machine makes single runs longer and never shorter.
The stored measurements of the same networks are in core.claims.

Shape letters: B batch, T time, F features.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import torch

from core.models.cells import CELLS
from core.models.feed_forward import FeedForwardStack
from core.models.stack import Stack

FEATURES, HIDDEN, SHORT = 32, 64, 128
TIMES = (1, 2, 4, 8, 16)
"""So many times the shortest sequence, or so many sequences beside each other."""
MOST_SECONDS, TURN_SECONDS = 2.5, 0.004
FEED_FORWARD = "feed-forward"
_TIMED = ("RNN", "GRU", "LSTM", "minGRU")
NETWORKS: Mapping[str, Stack | FeedForwardStack] = MappingProxyType(
    {label: Stack(name, HIDDEN) for label in _TIMED for name, cell in CELLS.items() if cell.label == label}
    | {f"{FEED_FORWARD}, window 8": FeedForwardStack(HIDDEN, window=8)}
)
"""Those whose time is measured, by their names on the screen."""


@lru_cache(maxsize=100)
def num_parameters(cell: str, length: int) -> int:
    """Parameters of a network that sees a sequence whole, with 32 features and 64 units, counted from its module.

    Args:
        cell: A key of `CELLS`, or `feed-forward`: one hidden layer over a window of that length.
        length: Steps of the sequence.

    Raises:
        ValueError: There is no such cell, or the length is less than 1.
    """
    if length < 1:
        raise ValueError(f"length: expected at least 1, got {length}")
    stack = FeedForwardStack(HIDDEN, window=length) if cell == FEED_FORWARD else Stack(cell, HIDDEN)
    return sum(parameter.numel() for parameter in stack.build(FEATURES).parameters())


@dataclass(frozen=True)
class Times:
    """Seconds of one forward pass.

    Attributes:
        length: By network, for one sequence of 128 steps times each of `TIMES`; None where the time ran out before.
        batch: By network, for each of `TIMES` sequences of 128 steps together.
        rounds: Turns that all shapes have had; in each the shortest of several runs counts.
    """

    length: Mapping[str, tuple[float | None, ...]]
    batch: Mapping[str, tuple[float | None, ...]]
    rounds: int


def ratios(seconds: tuple[float | None, ...]) -> tuple[float | None, ...]:
    """How many times the first one each of them takes; None where either was not measured."""
    first = seconds[0]
    return tuple(None if one is None or first is None else one / first for one in seconds)


def measure(most_seconds: float = MOST_SECONDS, tell: Callable[[float], object] = lambda share: None) -> Times:
    """Times all networks over all lengths and batches, in rounds, until the seconds are used up.

    Args:
        most_seconds: After which no further run begins; one that is open then ends some hundredths later.
        tell: Called with the share of the time that is used, from 0 to 1.
    """
    began = time.perf_counter()
    shapes = list(dict.fromkeys([(1, n * SHORT) for n in TIMES] + [(n, SHORT) for n in TIMES]))
    inputs = {shape: torch.zeros(*shape, FEATURES) for shape in shapes}
    bodies = {name: stack.build(FEATURES) for name, stack in NETWORKS.items()}
    shortest: dict[tuple[str, int, int], float] = {}
    rounds = 0
    with torch.inference_mode():
        for body in bodies.values():
            body(inputs[1, SHORT])  # the first call of a kernel is slower than all others
        while True:
            for name, body in bodies.items():
                for shape, batch in inputs.items():
                    turn = time.perf_counter()
                    if turn - began >= most_seconds:
                        return _times(shortest, rounds)
                    place = (name, *shape)
                    while (start := time.perf_counter()) - turn < TURN_SECONDS:
                        body(batch)
                        taken = time.perf_counter() - start
                        shortest[place] = min(shortest.get(place, taken), taken)
                tell(min(1.0, (time.perf_counter() - began) / most_seconds))
            rounds += 1


def _times(shortest: Mapping[tuple[str, int, int], float], rounds: int) -> Times:
    def table(shapes: list[tuple[int, int]]) -> dict[str, tuple[float | None, ...]]:
        return {name: tuple(shortest.get((name, *shape)) for shape in shapes) for name in NETWORKS}

    return Times(table([(1, n * SHORT) for n in TIMES]), table([(n, SHORT) for n in TIMES]), rounds)


class Clock:
    """One measurement at a time, in the background; all who look see the same.

    Attributes:
        share: Of the time of the measurement that runs, from 0 to 1.
        times: What was measured last, None before the first.
        failed: What went wrong the last time; empty where nothing did.
    """

    def __init__(self, measure: Callable[[float, Callable[[float], object]], Times] = measure) -> None:
        self.share, self.failed = 0.0, ""
        self.times: Times | None = None
        self._measure, self._lock = measure, threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it measures now."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, most_seconds: float = MOST_SECONDS) -> bool:
        """Measure anew in a thread; False where a measurement runs already, which then counts for this one too."""
        with self._lock:
            if self.running:
                return False
            self.share = 0.0
            self._thread = threading.Thread(target=self._run, args=(most_seconds,), daemon=True, name="clock")
            self._thread.start()
            return True

    def wait(self) -> None:
        """Come back when no measurement runs."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, most_seconds: float) -> None:
        try:
            self.times, self.failed = self._measure(most_seconds, self._tell), ""
        except Exception as error:  # whatever it is, the page has to say it
            self.failed = f"{type(error).__name__}: {error}"

    def _tell(self, share: float) -> None:
        self.share = share
