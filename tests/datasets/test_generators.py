"""What ships beside its generator is what the generator makes."""

from __future__ import annotations

import lzma

import pytest

from core.data import catalog
from core.data.entries.entry import DATASETS_DIR, LoadFrom
from make import BESIDE, READ_OFF, TABLES, shipped


@pytest.mark.parametrize("name", TABLES)
def test_a_generator_still_makes_the_table_that_ships(name: str) -> None:
    assert lzma.decompress(shipped(name).read_bytes()) == TABLES[name]().encode()


def test_every_table_of_a_generator_is_a_set_that_says_so_and_every_other_file_is_not_made() -> None:
    ships = [entry for entry in catalog.entries() if isinstance(entry.load, LoadFrom)]
    made = {entry.load.file for entry in ships if entry.made and entry.load.file.parent == DATASETS_DIR}
    assert made == {shipped(name) for name in TABLES.keys() - READ_OFF - BESIDE}
    assert all(entry.made for entry in ships if entry.load.file.parent != DATASETS_DIR)
