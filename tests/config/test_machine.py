"""How a process that trains treats threads and memory."""

import subprocess
import sys

import pytest

from core.config.machine import THREAD_POLICY, set_thread_policy

SCRIPT = """
from core.config.machine import keep_freed_memory

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20

if {keeps}:
    keep_freed_memory()
before = resident()
block = bytearray(64 * 2**20)
block[::4096] = b"x" * len(block[::4096])
del block
print(resident() - before)
"""


def test_the_policy_does_not_overrule_what_somebody_set():
    environment = {"GOMP_SPINCOUNT": "7"}
    set_thread_policy(environment)
    assert environment == {**THREAD_POLICY, "GOMP_SPINCOUNT": "7"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
@pytest.mark.parametrize("keeps", [True, False])
def test_freed_memory_stays_with_the_process_when_asked(keeps):
    code = SCRIPT.format(keeps=keeps)
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (float(found.stdout) > 32) == keeps
