"""`python -m core learn`: go on training a network that labels texts, with a few of its mistakes corrected."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.output import AsJson, print_ending, print_json
from core.config.errors import ConfigError, Problem
from core.config.words import plural
from core.jobs.corrections import CHANGES_FILE, MAX_CHARACTERS, MAX_CORRECTIONS
from core.jobs.files import read_json
from core.jobs.status import read_status

_MOST_BYTES = MAX_CORRECTIONS * MAX_CHARACTERS * 4


def learn(
    run: Annotated[str, typer.Argument(help="A run directory or the id of a run that labels texts.")],
    text: Annotated[list[str] | None, typer.Option(help="A text that it got wrong, as often as needed.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="The right label, one for each text.")] = None,
    input_: Annotated[
        Path | None, typer.Option("--input", help="A file with a text and its label in each line, a tab between them.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The run directory; must be new or empty.")] = None,
    as_json: AsJson = False,
) -> None:
    """Learn from corrections: train on for seconds from a run's weights, and say what that changed."""
    texts, labels = text or [], label or []
    if len(texts) != len(labels):
        raise ConfigError.single(
            "label", f"{plural(len(texts), 'label')}, one for each text", f"{len(labels)}", "Say both."
        )
    rows = [*zip(texts, labels, strict=True), *(_read(input_) if input_ is not None else [])]
    from core import api
    from core.console import console_reporter

    directory = api.learn(run, rows, out=out, make_reporter=console_reporter(as_json))
    print_ending(directory, read_status(directory), as_json)
    changes = read_json(directory / CHANGES_FILE)
    if changes is None:  # it was stopped
        return
    print_json({"event": "changes", **changes}) if as_json else _print(changes)


def _read(path: Path) -> list[tuple[str, str]]:
    """Texts and labels of a file. Raises `ConfigError` for one that cannot be read, and for lines that are not two cells."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError.single(
                "input", f"at most {_MOST_BYTES:,} bytes", f"{path.stat().st_size:,}", "Shorten it."
            )
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError.single("input", "a readable text file", str(path), str(error).split("\n")[0]) from None
    rows = [row for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row]
    wrong = [number for number, row in enumerate(rows, 1) if len(row) != 2]
    hint = "Write the text, a tab, and its label."
    if wrong:
        raise ConfigError(
            [Problem(f"input, line {number}", "two cells", "another number", hint) for number in wrong[:20]]
        )
    return [(row[0], row[1].strip()) for row in rows]


def _print(changes: dict[str, Any]) -> None:
    from core.verdict import said_of_changes

    for row in changes["rows"]:
        print(f"{row['before']} -> {row['after']}  (right: {row['label']})  {row['text'][:80]}")
    print(said_of_changes(changes).replace("**", ""))
