"""Who waits and who holds a slot, as it is known in memory, so that a page that asks never waits for the disk."""

from __future__ import annotations

import threading
import time

from core.config.limits import Limits
from core.jobs.queue import Most, Running, Waiting, expected_starts, fair_order, place, startable
from core.jobs.watch import LiveRun

FORECAST_SECONDS = 1.0


class Places:
    """The queue and the slots. Every method may be called from any thread."""

    def __init__(self, slots: int, limits: Limits):
        self._slots, self._most = slots, Most(limits.max_running_per_visitor, limits.max_running_per_address)
        self._guard = threading.Lock()  # what follows
        self._queue: dict[str, Waiting] = {}
        self._live: dict[str, LiveRun] = {}
        self._turns: dict[str, int] = {}
        self._turn = 0
        self._order: list[str] | None = None
        self._forecast: tuple[float, dict[str, float | None]] | None = None

    def resize(self, slots: int) -> None:
        """There are so many slots now; runs that hold one keep it."""
        with self._guard:
            if slots != self._slots:
                self._slots, self._forecast = slots, None

    def order(self) -> list[str]:
        """Ids of the queued runs, the next one first."""
        with self._guard:
            if self._order is None:
                running = [Running(live.run_id, live.owner, None, live.address) for live in self._live.values()]
                self._order = [run.run_id for run in fair_order(self._queue.values(), running, self._turns)]
            return self._order

    def forecast(self) -> dict[str, float | None]:
        """Seconds until each queued run starts; None where unknown."""
        with self._guard:
            now = time.monotonic()
            if self._forecast is None or now - self._forecast[0] > FORECAST_SECONDS:
                running = [
                    Running(live.run_id, live.owner, live.remaining_seconds(now), live.address)
                    for live in self._live.values()
                ]
                starts = expected_starts(self._queue.values(), running, self._slots, self._most, self._turns)
                self._forecast = now, starts
            since, starts = self._forecast
            return {run_id: None if at is None else max(0.0, at - (now - since)) for run_id, at in starts.items()}

    def startable(self) -> list[Waiting]:
        """The queued runs that can start now, in order."""
        with self._guard:
            return self._startable()

    def held_up(self) -> tuple[list[Waiting], set[str]]:
        """The queued runs that cannot start at once, and the owners of those that can or hold a slot."""
        with self._guard:
            now = self._startable()
            busy = {run.owner for run in now} | {live.owner for live in self._live.values()}
            return [run for run in self._queue.values() if run not in now], busy

    def queued(self) -> list[str]:
        """Ids of the queued runs, in no order."""
        with self._guard:
            return list(self._queue)

    def live(self) -> list[LiveRun]:
        """The runs that hold a slot, in order of their start."""
        with self._guard:
            return list(self._live.values())

    def find(self, run_id: str) -> LiveRun | None:
        """The run that holds a slot; None when it does not."""
        with self._guard:
            return self._live.get(run_id)

    def enter(self, run: Waiting) -> None:
        """A run waits, or waits elsewhere than before."""
        with self._guard:
            self._queue[run.run_id] = run
            self._forget_order()

    def leave(self, run_id: str) -> None:
        """A run does not wait any more."""
        with self._guard:
            if self._queue.pop(run_id, None) is not None:
                self._forget_order()

    def hold(self, live: LiveRun) -> None:
        """A run has a slot, and waits no more."""
        with self._guard:
            self._live[live.run_id] = live
            self._queue.pop(live.run_id, None)
            self._forget_order()

    def free(self, live: LiveRun) -> None:
        """A run gives its slot back. It was its owner's turn, if somebody waits."""
        with self._guard:
            self._live.pop(live.run_id, None)
            if self._queue:
                self._turn += 1
                self._turns[live.owner] = self._turns[place(live.address)] = self._turn
            self._forget_order()

    def _startable(self) -> list[Waiting]:
        queue = [run for run in self._queue.values() if run.run_id not in self._live]
        running = [Running(live.run_id, live.owner, None, live.address) for live in self._live.values()]
        return startable(queue, running, self._slots, self._most, self._turns)

    def _forget_order(self) -> None:
        """The queue has changed. When nobody waits, who had a turn is forgotten."""
        self._order = self._forecast = None
        if not self._queue:
            self._turns.clear()
