"""What time it is, in a way that survives a clock which is set: wall clock and uptime side by side.

A heartbeat says how long a process has been silent. Measured by the wall clock alone, every run would be lost when the
machine's clock jumps, so both ends carry the uptime and the kernel's name for this boot as well.
"""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FAR_SECONDS = 3_600.0
"""Clocks of two machines differ by less: what another one said longer ago than this is old."""
MAX_HEARD = 10_000
_MACHINE_ID = Path("/etc/machine-id")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Moment:
    """A point in time.

    `unix` is the wall clock in unix seconds; `uptime` counts seconds that nobody can set, the same for all processes
    of one boot; `boot` names that boot, "" where the system has no name for it; `machine` the machine, see `machine_id`.
    """

    unix: float
    uptime: float
    boot: str
    machine: str = ""

    @classmethod
    def now(cls) -> Moment:
        """This moment."""
        return cls(time.time(), time.monotonic(), _boot_id(), machine_id())

    def seconds_since(self, unix: float, uptime: float | None = None, boot: str = "") -> float:
        """Seconds from an earlier moment to this one, never negative.

        By the uptime when both moments are of one boot that is known, else by the wall clock.
        """
        if uptime is not None and boot and boot == self.boot:
            return max(0.0, self.uptime - uptime)
        return max(0.0, self.unix - unix)


class Heard:
    """How long ago other machines were heard, by this one's clock: theirs may be set differently.

    What they say counts as new whenever it changes. Said for the first time it counts as new as well, unless even the
    clocks of two machines say that it is old.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._beats: OrderedDict[str, tuple[object, float]] = OrderedDict()

    def age(self, name: str, beat: object, by_clock: float, now: float) -> float:
        """Seconds since something was heard for the first time.

        Args:
            name: Who says it.
            beat: What they said last.
            by_clock: How long ago that was by their clock and this one's.
            now: The uptime of this machine in seconds.
        """
        with self._guard:
            known = self._beats.get(name)
            if known is None or known[0] != beat:
                known = beat, now - by_clock if known is None and by_clock > FAR_SECONDS else now
                self._beats[name] = known
                self._beats.move_to_end(name)
                if len(self._beats) > MAX_HEARD:
                    self._beats.popitem(last=False)
            return max(0.0, now - known[1])


class AgingClock:
    """Unix seconds by which files age while a process runs: the wall clock, less what it was set forward by.

    A clock that was set back counts as it is: files that were changed since carry its time. Either way nothing counts as
    older than it is, so a jump of the clock clears nothing away that somebody uses.
    """

    def __init__(self) -> None:
        self._first = Moment.now()

    def now(self) -> float:
        """This moment, in unix seconds."""
        moment = Moment.now()
        return min(moment.unix, self._first.unix + moment.uptime - self._first.uptime)


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


@cache
def machine_id() -> str:
    """A name for this machine or container that others do not have, as a hash."""
    try:
        identity = _MACHINE_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        identity = ""
    return hashlib.sha256(f"{identity} {socket.gethostname()}".encode()).hexdigest()[:16]
