"""How a process that trains treats threads and memory: what has to be said before torch is imported.

Threads: one that waits spins for some microseconds, then sleeps. Waking a sleeper costs about 45 microseconds, more than
many a step of a small recurrent network. Two thousand turns last as long as what a step does on one core alone between two
products: with several threads a training alone is two to four times as fast as with threads that always sleep. Longer
spinning gains little more and costs whoever shares the cores; how many threads there are is measured while training
(core.training.threads).

Memory: glibc hands large blocks back to the system as soon as they are free and gets them again, page by page, at every
training step. Kept, they make a step of a small network up to a third shorter.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping, MutableMapping
from types import MappingProxyType

THREAD_POLICY: Mapping[str, str] = MappingProxyType({"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "2000"})

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # of mallopt(3)


def set_thread_policy(environment: MutableMapping[str, str]) -> None:
    """Add the policy to an environment that does not say otherwise."""
    for name, value in THREAD_POLICY.items():
        environment.setdefault(name, value)


def keep_freed_memory() -> None:
    """Let this process keep what it frees, for a training that ends with it; nothing where there is no glibc."""
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
