"""Public texts to continue: one long text, names, and folk tunes in ABC notation.

Each loader is a function of the folder with the files as published.
"""

from __future__ import annotations

import re
from pathlib import Path

from core.config.experiment import DataConfig
from core.data.dataset import TextSet
from core.data.sources.public.reading import broken, lines, read_plain


def load_tinyshakespeare(folder: Path, data: DataConfig) -> TextSet:
    """One text, read in its order."""
    text = read_plain(folder / "input.txt")
    return TextSet(text=text, count=len(text))


def load_makemore_names(folder: Path, data: DataConfig) -> TextSet:
    """First names in lower case, one item each; names that stand there twice are kept here and dropped later."""
    names = lines(read_plain(folder / "names.txt"))
    return TextSet(items=tuple(names), count=len(names))


def load_nottingham_abc(folder: Path, data: DataConfig) -> TextSet:
    """Tunes of all books, one item each: header lines, then music, then a blank line."""
    tunes: list[str] = []
    books = sorted(folder.glob("*.abc"))
    for book in books:
        before, *found = re.split(r"(?m)^(?=X:)", read_plain(book))
        if before.strip() or not found:
            raise broken(book, "tunes that begin with a line X:", "other text")
        tunes += [tune.strip() + "\n" for tune in found]
    if not tunes:
        raise broken(folder / "*.abc", "books of tunes", "none")
    note = f"{len(tunes):,} tunes from {len(books)} books, shuffled whole, so that every part has all kinds of dance"
    return TextSet(items=tuple(tunes), notes=(note,), count=len(tunes))
