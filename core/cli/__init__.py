"""The shell: data sets, training, predictions and runs from the command line.

Every command takes `--json`. Exit codes: 0 done, 1 failed, 2 bad input (each problem on standard error, naming its field). The
commands about data sets, about runs that are there already, about their tests over time, about starters, about claims
and exports have files of their own (datasets.py, dynamic.py, export.py,
learn.py, runs.py, score.py, backtest.py, starters.py, claims.py, sweep.py).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from core.cli.asked import ConfigFile, DataSets, Fields, Preset, Task, asked_for, assignments
from core.cli.backtest import backtest
from core.cli.claims import claims
from core.cli.datasets import datasets
from core.cli.dynamic import dynamic
from core.cli.export import export
from core.cli.go_on import go_on
from core.cli.inputs import answer_lines, forecast_on, read_lines
from core.cli.learn import learn
from core.cli.output import AsJson, print_answer, print_ending, print_json
from core.cli.runs import runs
from core.cli.score import score
from core.cli.starters import starters
from core.cli.sweep import sweep
from core.cli.together import forecast_together
from core.config.errors import ConfigError, Problem
from core.config.limits import Settings
from core.jobs.status import read_status

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Train and use recurrent networks.",
)
_INPUT_HELP = (
    "A file: one text a line to continue, classify or translate; for a network that forecasts, newer rows of its data "
    "to go on from, with the columns that it was trained on (CSV, TSV, JSON lines or Parquet)."
)


@app.command()
def train(
    task: Task,
    data: DataSets = None,
    preset: Preset = "quick",
    set_: Fields = None,
    config: ConfigFile = None,
    max_seconds: Annotated[float | None, typer.Option(help="Plan fewer steps when they would take longer.")] = None,
    out: Annotated[Path | None, typer.Option(help="The run directory; must be new or empty.")] = None,
    on: Annotated[str | None, typer.Option(help="A Ray cluster that trains it: ray://HEAD:8265.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train a network and print its result. Interrupting stops early and keeps the best network."""
    from core.resolve import resolve

    extra = {} if max_seconds is None else {"training.max_seconds": max_seconds}
    resolved = resolve(task, *asked_for(task, data or [], preset, set_ or [], config, extra))
    from core import api
    from core.console import console_reporter, print_notes  # after the check: it is quick, and says what is wrong
    from core.data.report import warnings_of

    print_notes(resolved.prepared.notes, warnings_of(resolved.prepared))
    directory = api.train(resolved.experiment, out=out, make_reporter=console_reporter(as_json), on=on)
    print_ending(directory, read_status(directory), as_json)


@app.command()
def predict(
    run: Annotated[str, typer.Argument(help="A run directory or the id of a run.")],
    text: Annotated[list[str] | None, typer.Option(help="A text, as often as needed.")] = None,
    input_: Annotated[Path | None, typer.Option("--input", help=_INPUT_HELP)] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="option=value, such as temperature=0.5.")] = None,
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", help="A run that differs in its seed alone: all of them are one forecast, the mean."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Use a trained network: continue, classify, translate, or forecast past the end of the data."""
    from core import api

    predictor = api.load(api.find_run(run), Settings().predict_device)
    options = _prediction_options(predictor.predict, assignments(set_ or []))
    if with_:
        rows = forecast_together([run, *with_], input_, options)
    elif not predictor.experiment.description.is_asked_texts:
        rows = forecast_on(predictor, text or [], input_, options)
    else:
        texts, lines = text or [], read_lines(input_) if input_ is not None else []
        if not texts and not lines:
            raise ConfigError.single("text", "--text or --input", "neither", "Say what the network shall read.")
        rows = answer_lines(partial(predictor.predict, **options), texts, lines)
    for row in rows:
        (print_json if as_json else print_answer)(row)


app.command()(backtest)
app.command()(datasets)
app.command()(dynamic)
app.command()(export)
app.command()(go_on)
app.command()(learn)
app.command()(runs)
app.command()(score)
app.command()(starters)
app.command()(sweep)
app.command()(claims)


def _prediction_options(predict_method: Callable[..., Any], options: dict[str, Any]) -> dict[str, Any]:
    """The options, when the task has all of them."""
    known = [name for name in inspect.signature(predict_method).parameters if name not in ("texts", "prompts", "newer")]
    expected = f"one of {', '.join(known) or 'no options'}"
    if unknown := [name for name in options if name not in known]:
        raise ConfigError([Problem(name, expected, "an unknown option", "Leave it out.") for name in unknown])
    return options


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; `SystemExit` carries it for usage errors."""
    try:
        app(arguments)
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 2
    except ValidationError as error:  # of an UNROLL_* variable: nothing else is left unexplained
        for detail in error.errors():
            print(f"UNROLL_{str(detail['loc'][0]).upper()}: {detail['msg']}, got {detail['input']!r}.", file=sys.stderr)
        return 2
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:  # a full disk, a folder that may not be written
        print(f"{error.filename or 'The disk'}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0
