"""Is a file one of tagged words? CoNLL columns and CoNLL-U are told from tables and prose by their first lines.

Left out: reading them (conll.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits
from core.data.sources.encodings import is_parquet, scan
from core.data.sources.inputs import InputFile, shorten

EXTENSIONS = (".conll", ".conllu")
_HEAD = 65_536
_MIN_LINES = 5
_UNIVERSAL = re.compile(r"\d+(-\d+|\.\d+)?\t[^\t]+(\t[^\t]*){8}")
_TAG = re.compile(r"O|[BIESLU]-[\w-]+")


def is_tagged(file: InputFile, limits: Limits) -> bool:
    """Whether a file holds a word and its tags a line, by its ending or by what it begins with.

    Args:
        file: Already through `check_files`.
        limits: `max_upload_bytes`.
    """
    if file.extension in EXTENSIONS:
        return True
    if is_parquet(file):
        return False
    try:
        start = scan(replace(file, head=_HEAD, reading=file.reading.without("delimiter", "header")), limits).start
    except ConfigError:
        return False
    return _looks_tagged(start)


def _looks_tagged(start: str) -> bool:
    """Lines of CoNLL-U, or equally many words a line with the tags of names at their ends."""
    lines = [line.rstrip() for line in start.split("\n")[:-1]]
    words = [line for line in lines if line and not line.startswith(("# ", "-DOCSTART-"))]
    if len(words) < _MIN_LINES:
        return False
    if all(_UNIVERSAL.fullmatch(line) for line in words):
        return True
    cells = [line.split() for line in words]
    tags = [row[-1] for row in cells]
    return (
        1 < len(cells[0]) < 10
        and len({len(row) for row in cells}) == 1
        and all(map(_TAG.fullmatch, tags))
        and any(tag != "O" for tag in tags)
    )


def refuse_tagged(formats: str, files: Sequence[InputFile], limits: Limits) -> None:
    """Refuse files of tagged words where something else is read, in formats that are said in words.

    Raises:
        ConfigError: Each such file. Of many files only the first is looked into, all are judged by their endings.
    """
    found = [file for file in files if file.extension in EXTENSIONS]
    if not found and files and is_tagged(files[0], limits):
        found = [files[0]]
    if found:
        raise ConfigError(
            [
                Problem(
                    "data.path",
                    formats,
                    f"{shorten(file.name)!r}, words with tags (CoNLL)",
                    "Such a file is for tagging words; bring a table or plain text instead.",
                )
                for file in found[:8]
            ]
        )
