"""What is counted while a file is read: bytes on the way in, and memory on the way out."""

import sys

import pyarrow as pa
import pytest

from core.data.progress import Meter
from core.data.sources import reading
from core.data.sources.reading import Freed, give_back


def test_memory_is_given_back_in_lumps(monkeypatch):
    given = []
    monkeypatch.setattr(reading, "_LUMP", 10)
    monkeypatch.setattr(reading, "give_back", lambda: given.append(True))
    freed = Freed()
    counts = []
    for num_bytes in (4, 4, 4, 11, 10, 1):
        freed.add(num_bytes)
        counts.append(len(given))
    assert counts == [0, 0, 1, 2, 2, 3]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how much memory is held is read from /proc")
def test_what_a_table_has_freed_goes_back_to_the_system():
    def held():
        with open("/proc/self/statm", encoding="ascii") as stream:
            return int(stream.read().split()[1]) * 4_096

    pool = pa.system_memory_pool()
    give_back()
    before = held()
    # Smaller than what the allocator maps by itself, so that it stays in the heap when it goes.
    pieces = [pa.allocate_buffer(90_001, memory_pool=pool) for _ in range(700)]
    for piece in pieces:
        memory = memoryview(piece).cast("B")
        memory[::4_096] = bytes(len(memory[::4_096]))
    del memory, piece
    last = pieces.pop()  # keeps the end of the heap in use
    pieces.clear()
    give_back()
    assert held() - before < 20_000_000
    assert last.size == 90_001


def test_a_meter_tells_each_percent_once_and_never_goes_back():
    told = []
    meter = Meter(lambda share, what: told.append((share, what)), 200, "Reading")
    for num_bytes in (1, 1, 1, 0, 300):
        meter.add(num_bytes)
    meter.end()
    assert told == [(0.0, "Reading"), (0.01, "Reading"), (1.0, "Reading")]
