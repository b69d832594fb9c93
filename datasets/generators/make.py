"""Writes the tables in `datasets/` that a grammar of ours makes: `python datasets/generators/make.py`.

Each grammar is a package beside this file. The same seed gives the same sentences everywhere, and a test compares
them with what ships. A table that says the same already stays as it is, because versions of xz pack in other ways.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterable
from pathlib import Path

from everyday import everyday
from reviews_made import reviews_made

FOLDER = Path(__file__).resolve().parents[1]
TABLES: dict[str, tuple[str, Callable[[], Iterable[tuple[str, str]]]]] = {
    "everyday": ("english\tfrench", everyday),
    "reviews_made": ("text\tlabel", reviews_made),
}


def table(name: str) -> bytes:
    """One of the tables before it is packed: a line of names, then a line a row, columns with tabs between them."""
    header, rows = TABLES[name]
    return "".join(f"{line}\n" for line in (header, *("\t".join(row) for row in rows()))).encode()


def shipped(name: str) -> Path:
    """Where the table lies, packed."""
    return FOLDER / f"{name}.tsv.xz"


if __name__ == "__main__":
    for name in TABLES:
        content, path = table(name), shipped(name)
        if not path.exists() or lzma.decompress(path.read_bytes()) != content:
            path.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
            print(f"{path.name}: written anew")
