"""The lines of a file that a network shall read, and an answer for each of them.

A line ends where \\n or \\r\\n does, and at none of the other signs that Python or Unicode take for ends of lines, so
that answer n belongs to line n of the file as editors count them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.console import print_notes
from core.data.kinds.text import Text
from core.data.sources.clean_text import decoded
from core.data.sources.encodings import scan
from core.data.sources.inputs import InputFile, check_files

Row = dict[str, Any]


def read_lines(path: Path) -> list[str]:
    """The lines of a text file in any encoding, blank ones among them; how it was read is told.

    Raises:
        ConfigError: Not there, too large, no text, or nothing but blank lines; of the field `input`.
    """
    file = InputFile(path, str(path))
    try:
        check_files(Text.formats, [file], Limits())
        found = scan(file, Limits())
    except ConfigError as error:
        raise ConfigError([replace(one, field="input") for one in error.problems]) from None
    print_notes(found.notes)
    text = "".join(decoded(file, Limits(), found.codec, "replace", is_cut=False))
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def answer_lines(
    predict: Callable[[list[str]], Iterable[Row]], texts: Sequence[str], lines: Sequence[str]
) -> list[Row]:
    """An answer for each text and each line; a blank line keeps its place and is named.

    Args:
        predict: The network, one row a text.
        texts: What was typed; a blank one is for the network to refuse.
        lines: Lines of a file, counted from 1.
    """
    filled = [line for line in lines if line.strip()]
    rows = list(predict([*texts, *filled]))
    given = next(iter(rows[0]))  # what a row calls its text
    behind = iter(rows[len(texts) :])
    answers = rows[: len(texts)]
    for number, line in enumerate(lines, 1):
        if line.strip():
            answers.append(next(behind))
            continue
        print(f"Note: line {number:,} is blank, so it has no answer.", file=sys.stderr)
        answers.append({given: line, "error": f"line {number:,} is blank"})
    return answers


def forecast_on(predictor: Any, texts: Sequence[str], newer: Path | None, options: dict[str, Any]) -> list[Row]:
    """A forecast from the end of the data or of newer rows; notes on these go to standard error."""
    if texts:
        hint = "Leave it out; --input brings newer rows to go on from."
        raise ConfigError.single("text", "nothing for a network that forecasts", repr(texts[0]), hint)
    if newer is not None:
        predictor = predictor.after(newer)
    print_notes(predictor.notes)
    rows: list[Row] = predictor.predict(**options)
    print_notes(filter(None, [predictor.beyond_known(rows[0]["time"])]))
    return rows
