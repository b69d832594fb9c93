"""`python -m core go-on`: go on training a network that writes, from its weights, with another text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.asked import DataSets, Fields, assignments, data_values
from core.cli.output import AsJson, print_ending
from core.config.errors import ConfigError
from core.jobs.another_text import STEPS
from core.jobs.status import read_status


def go_on(
    run: Annotated[str, typer.Argument(help="A run directory or the id of a run that writes.")],
    data: DataSets = None,
    steps: Annotated[int, typer.Option(help="Training steps.")] = STEPS,
    set_: Fields = None,
    out: Annotated[Path | None, typer.Option(help="The run directory; must be new or empty.")] = None,
    as_json: AsJson = False,
) -> None:
    """Go on with another text: a new run that begins with a run's weights and knows its characters or words alone."""
    from core import api
    from core.console import console_reporter
    from core.jobs.folders import read_experiment

    if not data:
        raise ConfigError.single("data", "a data set, a file or a folder", "nothing", "Name the text with --data.")
    task = read_experiment(api.find_run(run)).task
    values = data_values(task, data) | assignments(set_ or [])
    other = sorted(name for name in values if not name.startswith("data."))
    if other:
        hint = "The network and its training are those of the run; --steps says how long."
        raise ConfigError.single(other[0], "a field of the data section", "a field of another", hint)
    directory = api.go_on(run, values, steps=steps, out=out, make_reporter=console_reporter(as_json))
    print_ending(directory, read_status(directory), as_json)
