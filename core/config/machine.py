"""How a process that trains treats threads and memory, said before torch is imported, and what the machine has for it.

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
import functools
import glob
import math
import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import MappingProxyType

THREAD_POLICY: Mapping[str, str] = MappingProxyType({"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "2000"})

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # of mallopt(3)


def set_thread_policy(environment: MutableMapping[str, str]) -> None:
    """Add the policy to an environment that does not say otherwise."""
    for name, value in THREAD_POLICY.items():
        environment.setdefault(name, value)


@functools.cache
def processor_has_bf16() -> bool:
    """Whether the processor multiplies bf16 matrices in hardware."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text() if cpuinfo.exists() else ""
    return "avx512_bf16" in flags or "amx_bf16" in flags


def keep_freed_memory() -> None:
    """Let this process keep what it frees, for a training that ends with it; nothing where there is no glibc."""
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def available_cores() -> int:
    """Processor cores that this process may use, also inside a container with a quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        cores = min(cores, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):
        pass  # no such file, or "max": no quota
    return max(1, cores)


def count_gpus(environment: Mapping[str, str], device_folder: Path = Path("/dev")) -> int:
    """NVIDIA GPUs that a process sees, without torch: those in `CUDA_VISIBLE_DEVICES`, or all."""
    present = len(glob.glob(str(device_folder / "nvidia[0-9]*")))
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    if visible is None or not present:
        return present
    chosen = 0
    for name in visible.split(","):
        if name.strip() in ("", "-1"):  # CUDA ignores what comes after the first that is none
            break
        chosen += 1
    return min(chosen, present)


def default_slots() -> int:
    """Runs at the same time: one for each GPU, or one for two cores. Does not import torch."""
    return count_gpus(os.environ) or max(1, available_cores() // 2)
