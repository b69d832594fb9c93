"""How far the reading and preparing of data is, for whoever waits: one function that is told now and then.

Left out: showing it (ui, the shell), downloads, which count bytes (downloads.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")
ProgressCallback = Callable[[float, str], None]
"""Called with the share that is done, from 0 to 1, and what is being done, such as "Reading the file"."""


def quiet(share: float, what: str) -> None:
    """A `ProgressCallback` that tells nobody."""


def within(tell: ProgressCallback, start: float, end: float) -> ProgressCallback:
    """A `ProgressCallback` for one stage of the whole, which goes from `start` to `end`."""
    return lambda share, what: tell(start + share * (end - start), what)


class Meter:
    """Counts what is done, in bytes or characters, and tells the share of all, at most a hundred times.

    Args:
        tell: Who is told.
        total: All there is to do, as far as that is known: the share never exceeds 1, and never falls.
        what: What is being done, in words.
    """

    def __init__(self, tell: ProgressCallback, total: int, what: str):
        self._tell, self._total, self._what = tell, max(1, total), what
        self._done, self._told = 0, -1

    def add(self, number: int) -> None:
        """So many more are done."""
        self._done += number
        percent = min(100, 100 * self._done // self._total)
        if percent > self._told:
            self._told = percent
            self._tell(percent / 100, self._what)

    def end(self) -> None:
        """All is done, whatever the count says."""
        self.add(self._total)


def told_here(work: Callable[[ProgressCallback], T], tell: ProgressCallback) -> T:
    """Do work that reports from a thread of its own, as a library's may be, and tell of it in this one, which can draw.

    Where `tell` raises, since nobody waits any more, the work is stopped by an exception at its next report.
    """
    left = threading.Event()
    reports: SimpleQueue[tuple[float, str] | None] = SimpleQueue()

    def report(share: float, what: str) -> None:
        if left.is_set():
            raise RuntimeError("nobody waits any more")
        reports.put((share, what))

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work, report)
        future.add_done_callback(lambda _: reports.put(None))
        try:
            while (reported := reports.get()) is not None:
                tell(*reported)
        finally:
            left.set()
        return future.result()
