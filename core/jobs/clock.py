"""What time it is, in a way that survives a clock which is set: wall clock and uptime side by side.

A heartbeat says how long a process has been silent. Measured by the wall clock alone, every run would be lost when the
machine's clock jumps, so both ends carry the uptime and the kernel's name for this boot as well.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Moment:
    """A point in time.

    `unix` is the wall clock in unix seconds; `uptime` counts seconds that nobody can set, the same for all processes
    of one boot; `boot` names that boot, "" where the system has no name for it.
    """

    unix: float
    uptime: float
    boot: str

    @classmethod
    def now(cls) -> Moment:
        """This moment."""
        return cls(time.time(), time.monotonic(), _boot_id())

    def seconds_since(self, unix: float, uptime: float | None = None, boot: str = "") -> float:
        """Seconds from an earlier moment to this one, never negative.

        By the uptime when both moments are of one boot that is known, else by the wall clock.
        """
        if uptime is not None and boot and boot == self.boot:
            return max(0.0, self.uptime - uptime)
        return max(0.0, self.unix - unix)


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
