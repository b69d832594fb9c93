"""Writes the tables in `datasets/` that generators of ours make: `python datasets/generators/make.py`.

Each generator lies beside this file. The same seed gives the same rows everywhere, and a test compares them with what
ships. A table that says the same already stays as it is, because versions of xz pack in other ways.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterable
from pathlib import Path

from everyday import everyday
from reviews_made import reviews_made
from synthetic_series import mackey_glass, weather

FOLDER = Path(__file__).resolve().parents[1]
TABLES: dict[str, Callable[[], str]] = {
    "everyday": lambda: _lines(("english", "french"), everyday()),
    "reviews_made": lambda: _lines(("text", "label"), reviews_made()),
    "weather": lambda: weather().to_csv(sep="\t", lineterminator="\n"),
    "mackey_glass": lambda: mackey_glass().to_csv(sep="\t", lineterminator="\n"),
}
"""Each as text: a line of names, then a line a row, with tabs between the columns."""


def _lines(names: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in (names, *rows))


def shipped(name: str) -> Path:
    """Where the table lies, packed."""
    return FOLDER / f"{name}.tsv.xz"


if __name__ == "__main__":
    for name, make in TABLES.items():
        content, path = make().encode(), shipped(name)
        if not path.exists() or lzma.decompress(path.read_bytes()) != content:
            path.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
            print(f"{path.name}: written anew")
