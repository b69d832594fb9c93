"""What is seen of a server while it is attacked: its memory, and what a witness beside it tells.

Left out: the witness itself (witness.py), attacking, and what the figures should be (hostile.py).
"""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from benchmarks.app import ROOT, Server

SAMPLE_SECONDS = 0.1
MOST_SERVER_MB, MOST_TREE_MB = 4_000.0, 8_000.0
"""Beyond this the server is ended, so that an attack takes the server and not the machine."""

Span = tuple[float, float]
"""When something was asked for, `time.monotonic`, and the seconds until it came."""


def longest(spans: Sequence[Span], begin: float, end: float) -> float:
    """The most seconds of those that reach into a window; 0 where there are none."""
    return max((seconds for began, seconds in spans if began < end and began + seconds > begin), default=0.0)


def within(spans: Sequence[Span], begin: float, end: float) -> list[float]:
    """The seconds of those that reach into a window."""
    return [seconds for began, seconds in spans if began < end and began + seconds > begin]


@dataclass
class Witness:
    """Others beside the attackers: a process that asks, turns and watches, and what it has told so far."""

    process: subprocess.Popen[str]
    spans: dict[str, list[Span]] = field(default_factory=lambda: {"health": [], "turn": [], "refresh": []})
    _open: dict[str, float] = field(default_factory=dict)

    @classmethod
    def beside(cls, server: Server, run: str) -> Witness:
        """Begin to watch a server and a run that trains on it."""
        command = [sys.executable, "-m", "benchmarks.witness", server.url, run]
        witness = cls(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        threading.Thread(target=witness._listen, daemon=True).start()
        return witness

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            what, began = told["what"], told["began"]
            if told["seconds"] is None:
                self._open[what] = began
            else:
                self._open.pop(what, None)
                self.spans[what].append((began, told["seconds"]))

    def of(self, what: str, now: float) -> list[Span]:
        """Everything that was asked for; what has not come yet has taken until now."""
        waiting = [(self._open[what], now - self._open[what])] if what in self._open else []
        return [*self.spans[what], *waiting]

    def end(self) -> None:
        """Let it go."""
        self.process.kill()
        self.process.wait()


class Gauge:
    """The memory of a server and of its processes, looked at all the time.

    Attributes:
        peak_mb: The most that the server had since `forget`.
        killed: Why the server was ended, "" where it was not.
    """

    def __init__(self, server: Server):
        self._server, self._process = server, psutil.Process(server.process.pid)
        self._over = threading.Event()
        self.peak_mb, self.killed = 0.0, ""
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        for look in itertools.count():
            if self._over.wait(SAMPLE_SECONDS):
                return
            with contextlib.suppress(psutil.Error, OSError):
                own = self._process.memory_info().rss / 1e6
                self.peak_mb = max(self.peak_mb, own)
                tree = self.tree_mb() if look % 5 == 0 else 0.0  # every process of the machine is looked at for this
                if not self.killed and (own > MOST_SERVER_MB or tree > MOST_TREE_MB):
                    self.killed = f"it had {max(own, tree) / 1000:.1f} GB"
                    self._server.kill()

    def tree_mb(self) -> float:
        """Resident memory of the server and of every process that it began, in MB."""
        total = 0.0
        for process in [self._process, *self._process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss / 1e6
        return total

    def forget(self) -> None:
        """Begin anew with the most."""
        self.peak_mb = 0.0

    def busy(self, seconds: float = 0.5) -> float:
        """Cores that the server itself used for some seconds from now."""
        used = sum(self._process.cpu_times()[:2])
        time.sleep(seconds)
        return (sum(self._process.cpu_times()[:2]) - used) / seconds

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()
