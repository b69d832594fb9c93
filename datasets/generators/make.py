"""Writes the tables in `datasets/` that generators of ours make or read off: `python datasets/generators/make.py`.

Each generator lies beside this file. The same seed gives the same rows everywhere, and a test compares them with what
ships. A table that says the same already stays as it is, because versions of xz pack in other ways.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from digits import digits, names
from everyday import everyday
from people_places import as_columns as people_places
from reviews_made import reviews_made
from synthetic_series import mackey_glass, weather
from twins import twins
from two_sides import as_columns

FOLDER = Path(__file__).resolve().parents[1]
TABLES: dict[str, Callable[[], str]] = {
    "everyday": lambda: _lines(("english", "french"), everyday()),
    "reviews_made": lambda: _lines(("text", "label"), reviews_made()),
    "twins": lambda: _lines(("text", "label", "part"), twins()),
    "weather": lambda: weather().to_csv(sep="\t", lineterminator="\n"),
    "mackey_glass": lambda: mackey_glass().to_csv(sep="\t", lineterminator="\n"),
    "mackey_glass_later": lambda: mackey_glass(num_points=7000)[3000:].to_csv(sep="\t", lineterminator="\n"),
    "digits": lambda: _lines(names(), ([str(value) for value in row] for row in digits())),
    "two_sides": as_columns,
    "people_places": people_places,
}
"""Each as text: a line of names, then a line a row, with tabs between the columns; tagged words as CoNLL columns."""
READ_OFF = frozenset({"digits"})
"""Of them those that are somebody's data and not made."""
BESIDE = frozenset({"mackey_glass_later"})
"""Of them those that are no set to train on: how `mackey_glass` goes on, for whoever foresees far."""


def _lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in (columns, *rows))


def shipped(name: str) -> Path:
    """Where the table lies, packed."""
    return FOLDER / f"{name}.tsv.xz"


if __name__ == "__main__":
    for name, make in TABLES.items():
        content, path = make().encode(), shipped(name)
        if not path.exists() or lzma.decompress(path.read_bytes()) != content:
            path.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
            print(f"{path.name}: written anew")
