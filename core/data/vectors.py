"""Word vectors from a text file in the form of GloVe or fastText: read line by line, and only what a vocabulary needs is kept.

A line is a word and its numbers with blanks between them; a first line of two whole numbers (words and dimensions, as
fastText writes them) is passed over. Where the file may lie is checked elsewhere (core.resolve, core.jobs.manager).

Reference:
    Pennington, Socher and Manning (2014), "GloVe: global vectors for word representation"; Bojanowski et al. (2017),
    "Enriching word vectors with subword information".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np

from core.config.errors import ConfigError
from core.data.sources.uploads import check_reader, find_upload
from core.data.text import SPECIALS, Tokenizer

FIELD = "model.vectors"
UPLOAD = "upload:"
MOST_LINES = 10_000_000
_LONGEST_LINE = 1 << 16  # bytes
_LOOKED_AT = 2_000  # lines of a file that is brought, before anything is trained
_FORM = "lines of a word and its numbers"


@dataclass(frozen=True)
class Vectors:
    """What a vocabulary found in a file.

    Attributes:
        ids: (N,) tokens that have a vector there, ascending.
        values: float32 (N, E), one a token.
        num_words: Words that were looked for.
    """

    ids: np.ndarray
    values: np.ndarray
    num_words: int


def vectors_path(named: str, state_dir: Path) -> Path:
    """Where a file of vectors lies: the path itself, or the one file of an upload.

    Raises:
        ConfigError: An upload that is not here.
    """
    if not named.startswith(UPLOAD):
        return Path(named).expanduser()
    return find_upload(named.removeprefix(UPLOAD), state_dir).paths[0]


def check_vectors_reader(named: object, state_dir: Path, actor: str | None) -> None:
    """Raise `ConfigError` for vectors that are not the actor's: an upload is its owner's, a path is the shell's alone.

    Args:
        named: A value of `model.vectors`.
        actor: An owner's hash; None is the shell and the worker.
    """
    if not isinstance(named, str):
        return
    if named.startswith(UPLOAD):
        check_reader(find_upload(named.removeprefix(UPLOAD), state_dir), actor)
    elif actor is not None:
        raise _wrong("nothing, only a shell names files", "a file of the server", "Bring a file of your own.")


def vocabulary_of(tokenizer: Tokenizer) -> dict[str, int]:
    """Every word of a vocabulary and its id; special tokens are none."""
    return {piece.strip() or piece: place for place, piece in enumerate(tokenizer.pieces(), len(SPECIALS))}


def read_vectors(path: Path, words: Mapping[str, int], size: int) -> Vectors:
    """The vectors of some words; of a word that stands there twice the first, one written with capitals if no other is.

    Args:
        path: A text file.
        words: Word to id.
        size: Numbers of a vector, E.

    Raises:
        ConfigError: No such file, vectors of another size, a line of another form or with a number that is none (each with
            the number of the line), no line at all, or none of the words.
    """
    exact: dict[int, np.ndarray] = {}
    other: dict[int, np.ndarray] = {}
    number = 0
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(_lines(stream), 1):
                fields = line.split()
                if number == 1 and _is_header(fields):
                    _check_size(int(fields[1]), size, number)
                    continue
                if not fields:
                    continue
                if len(fields) <= size or (len(fields) > size + 1 and all(map(_is_number, fields[1:]))):
                    _check_size(len(fields) - 1, size, number)
                word = b" ".join(fields[:-size]).decode("utf-8", errors="replace")
                token, kept = words.get(word), exact
                if token is None:
                    token, kept = words.get(word.lower()), other
                if token is not None and token not in kept:
                    kept[token] = _numbers(fields[-size:], number)
    except OSError as error:
        raise _wrong("a file that can be read", error.strerror or "none", "Check the path.") from None
    found = {**other, **exact}
    if not found:
        received = f"none in {number:,} lines" if number else "an empty file"
        raise _wrong("vectors of words of this data", received, "Bring vectors of the language of the texts.")
    ids = np.array(sorted(found))
    return Vectors(ids, np.stack([found[token] for token in ids.tolist()]), len(words))


def size_of_vectors(path: Path) -> int:
    """How many numbers the vectors of a file have, by its first line; the first `_LOOKED_AT` lines must have as many.

    Raises:
        ConfigError: It does not begin like a file of vectors, or not all of these lines are alike; with the line's number.
    """
    size = 0
    with path.open("rb") as stream:
        for number, line in enumerate(islice(_lines(stream), _LOOKED_AT), 1):
            fields = line.split()
            if number == 1 and _is_header(fields):
                size = int(fields[1])
            elif not size and (not any(map(_is_number, fields[1:])) or not all(map(_is_number, fields[1:]))):
                received = repr(b" ".join(fields)[:40].decode("utf-8", errors="replace"))
                raise _wrong(_FORM, f"{received} in line {number:,}", "Bring a text file as GloVe's are.")
            elif not size:
                size = len(fields) - 1
            elif fields and (len(fields) <= size or (len(fields) > size + 1 and all(map(_is_number, fields[1:])))):
                hint = f"Mend or remove the line; those before have {size:,}."
                raise _wrong(f"{size:,} numbers in each line", f"{len(fields) - 1:,} in line {number:,}", hint)
            elif fields:
                _numbers(fields[-size:], number)
    if not size:
        raise _wrong(_FORM, "an empty file", "Bring a text file as GloVe's are.")
    return size


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines of a file, each bounded, and not too many of them."""
    for number in range(1, MOST_LINES + 2):
        line = stream.readline(_LONGEST_LINE)
        if not line:
            return
        if number > MOST_LINES:
            raise _wrong(f"at most {MOST_LINES:,} lines", "more", "Keep the most frequent words.")
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            raise _wrong("lines of a word and its numbers", f"a longer one in line {number:,}", "Bring a text file.")
        yield line


def _is_header(fields: list[bytes]) -> bool:
    return len(fields) == 2 and all(field.isdigit() for field in fields) and 0 < int(fields[1]) < _LONGEST_LINE


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _numbers(fields: list[bytes], number: int) -> np.ndarray:
    try:
        values = [float(field) for field in fields]
    except ValueError:
        values = [math.nan]
    if not all(map(math.isfinite, values)):
        raise _wrong(
            "finite numbers behind each word", f"something else in line {number:,}", "Mend or remove the line."
        )
    return np.array(values, dtype=np.float32)


def _check_size(found: int, size: int, number: int) -> None:
    if found != size:
        received, hint = f"{found:,} in line {number:,}", f"Set model.embedding_dim={found}, if all lines have as many."
        raise _wrong(f"{size:,} numbers a word, as model.embedding_dim says", received, hint)


def _wrong(expected: str, received: str, hint: str) -> ConfigError:
    return ConfigError.single(FIELD, expected, received, hint)
