"""A text of four times the length takes about four times the time, whatever is in it and whoever reads it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.data.sources.growth import LARGE, READERS, SMALL

pytestmark = pytest.mark.xdist_group("growth")  # one process measures for all of them
MOST = 2.0 * LARGE / SMALL  # where time follows the square of the length it is 4 times as much


@pytest.fixture(scope="module", params=[9, pytest.param(1, marks=pytest.mark.long)])
def found(request: pytest.FixtureRequest) -> list[list[object]]:
    """What a process of its own found, which may end itself at a limit: reader, case and growth; the last without one."""
    command = [sys.executable, "-m", "tests.data.sources.growth", str(request.param)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("reader", READERS)
def test_time_follows_the_length_of_a_text(reader: str, found: list[list[object]]) -> None:
    assert len(found[-1]) == 3, f"no end to it: {found[-1]}"
    grown = {case: growth for name, case, growth in (row for row in found if len(row) == 3) if name == reader}
    assert grown
    assert {case: growth for case, growth in grown.items() if growth > MOST} == {}
