"""What ships beside its generator is what the generator makes."""

from __future__ import annotations

import lzma

import pytest

from make import TABLES, shipped


@pytest.mark.parametrize("name", TABLES)
def test_a_generator_still_makes_the_table_that_ships(name: str) -> None:
    assert lzma.decompress(shipped(name).read_bytes()) == TABLES[name]().encode()
