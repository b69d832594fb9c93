"""How many threads a training on a CPU uses: one, or all that its process may have, whichever is the faster one now.

Threads that wait for each other starve as soon as something else runs on their cores, and one alone hardly notices. So
some steps are made twice, by one thread and by all, on the same batch: at the start, when steps get slower than they
were, and now and then while one thread trains. That also shows whether both add up to the same bits. Where they do not,
one thread trains, so that a busy machine changes no figure, unless all are far faster than two cores can be.
Only decisions stand here, fed with seconds.
"""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Any

ALONE_AT_FIRST = 2  # steps that one thread makes before any is made twice: the curve begins at once
WARM = 1  # steps of a trial that do not count: the threads have to wake up
TRIES = 5  # steps of a trial that count
CLEAR_TRIES, CLEAR = 2, 1.5  # so many steps suffice where one way is so many times as fast in each of them
GAIN, GAIN_IF_SUMS_DIFFER = 1.1, 2.0  # the other number of threads has to be so many times as fast
SLOWER = 1.3  # times as long as the best since the last trial: reason for another one
WINDOW = 15  # steps whose median says how fast training is
SHARE_IF_SLOWER, SHARE = 0.05, 0.02  # of the time, for trials
RETRY_SECONDS = 10.0  # between two trials while one thread trains
BUSY, NO_LONGER_BUSY = 1.3, 1.15  # times as slow as undisturbed
BUSY_SECONDS, BUSY_STEPS = 2.0, 5  # over which that is judged, at least


class Threads:
    """The number of threads of one training, and how busy its machine is."""

    def __init__(self, most: int):
        self.most = most
        self.current = 1
        self.history = [[0, 1]]
        """From which step on, counted from 0, how many threads."""
        self.sums_agree: bool | None = None
        """Whether one thread and all gave the same bits in every step made twice; None before the first."""
        self.busy: float | None = None
        """How many times as long a step takes as it would undisturbed: 1 until it is felt; None before it is known."""
        self._ratios: list[float] = []  # of the trial that goes on: seconds of one thread over those of all
        self._is_trying = False
        self._waits, self._cost = ALONE_AT_FIRST, 0.0  # steps before the first trial; what the last one cost
        self._since = 0.0  # seconds since the last trial
        self._window: deque[float] = deque(maxlen=WINDOW)
        self._best = float("inf")
        self._undisturbed = float("inf")
        self._period: list[tuple[float, float]] = []
        self._period_seconds = 0.0

    @property
    def must_try(self) -> bool:
        """Whether the next step has to be made with both numbers of threads."""
        return self._is_trying

    @property
    def other(self) -> int:
        """The number of threads that a trial compares with the current one."""
        return self.most if self.current == 1 else 1

    def tried(self, step: int, current: float, other: float, sums_agree: bool) -> None:
        """A step was made twice, and what the current number of threads gave was taken.

        Args:
            step: The next step, counted from 0.
            current: Seconds with the current number of threads.
            other: Seconds with the other one.
            sums_agree: Whether both gave the same bits.
        """
        self.sums_agree = sums_agree and self.sums_agree is not False
        self._ratios.append(current / max(1e-9, other) if self.current == 1 else other / max(1e-9, current))
        self._cost += other
        counted = self._ratios[WARM:]
        is_clear = len(counted) >= CLEAR_TRIES and (min(counted) >= CLEAR or max(counted) <= 1 / CLEAR)
        if is_clear or len(counted) >= TRIES:
            self._is_trying, self._since = False, 0.0
            gain = median(counted) if self.current == 1 else 1 / median(counted)
            if self._may_change() and gain >= self._least_gain():
                self.current = self.other
                self._note(step)
            self._begin_anew()

    def stepped(self, seconds: float, processor_seconds: float) -> None:
        """A step was made, once.

        Args:
            seconds: What it took.
            processor_seconds: How long the calling thread had a processor meanwhile.
        """
        self._since += seconds
        self._window.append(seconds)
        self._judge_busy(seconds, processor_seconds)
        now = median(self._window) if len(self._window) == WINDOW else None
        if now is not None:
            self._best = min(self._best, now)
        if self._waits > 0:
            self._waits -= 1
            is_due = self._waits == 0
        elif self.current == 1:
            is_due = self._since >= max(RETRY_SECONDS, self._cost / SHARE)
        else:
            is_slower = now is not None and now > SLOWER * self._best
            is_due = is_slower and self._since >= self._cost / SHARE_IF_SLOWER
        if is_due and self._may_change():
            self._is_trying, self._ratios, self._cost = True, [], 0.0

    def usual(self, steps: int) -> int:
        """The number of threads that made the largest part of so many steps."""
        ends = [first for first, _ in self.history[1:]] + [max(steps, self.history[-1][0])]
        made: dict[int, int] = {}
        for (first, threads), end in zip(self.history, ends, strict=True):
            made[threads] = made.get(threads, 0) + end - first
        return max(made, key=lambda threads: made[threads])

    def state_dict(self) -> dict[str, Any]:
        """What another attempt has to know."""
        return {"most": self.most, "history": self.history, "sums_agree": self.sums_agree}

    def load_state_dict(self, state: dict[str, Any], step: int) -> None:
        """Go on at a step from `state_dict`. How fast the machine is now is measured again."""
        self.history = [list(entry) for entry in state["history"]]
        self._note(step)
        if state["most"] == self.most:
            self.sums_agree = state["sums_agree"]

    def _may_change(self) -> bool:
        return self.most > 1 and (self.sums_agree is not False or self.most > GAIN_IF_SUMS_DIFFER)

    def _least_gain(self) -> float:
        return GAIN if self.sums_agree else GAIN_IF_SUMS_DIFFER

    def _note(self, step: int) -> None:
        if self.history[-1][1] != self.current:
            self.history.append([step, self.current])

    def _begin_anew(self) -> None:
        self._window.clear()
        self._period, self._period_seconds = [], 0.0
        self._best = float("inf")

    def _judge_busy(self, seconds: float, processor_seconds: float) -> None:
        """Compare the last seconds with the best ones, and one thread's with the time in which it could work."""
        self._period.append((seconds, processor_seconds))
        self._period_seconds += seconds
        if len(self._period) < BUSY_STEPS or self._period_seconds < BUSY_SECONDS:
            return
        now = median(one for one, _ in self._period)
        worked = median(one for _, one in self._period) if self.current == 1 else now
        self._period, self._period_seconds = [], 0.0
        self._undisturbed = min(self._undisturbed, now, worked)
        slower = now / max(1e-9, self._undisturbed)
        was_busy = self.busy is not None and self.busy > 1
        self.busy = round(slower, 2) if slower >= (NO_LONGER_BUSY if was_busy else BUSY) else 1.0
