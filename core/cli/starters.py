"""`python -m core starters`: make the trained networks that come with Unroll, one a task, from built-in data.

Each is trained in a folder of work, where an interrupted making goes on, and one that is done is not trained again;
then it is packed (packing.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.output import AsJson, print_json
from core.cli.packing import Packed, pack
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Settings
from core.config.schedule import ending_in_words
from core.figures import headline_metric, metric_label
from core.jobs import starters as places
from core.jobs.folders import read_experiment
from core.jobs.reopening import fingerprint_of
from core.jobs.status import EXPERIMENT_FILE, read_status
from core.resolve import Resolved, check_task, resolve, with_built_in_data

PRESET = "standard"
"""The best one that trains within a quarter of an hour on two quiet cores."""


def starters(
    tasks: Annotated[
        list[str] | None, typer.Argument(help=f"Some of {', '.join(with_built_in_data())}; all of them otherwise.")
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(help="Where they are trained, a folder a task; what is there goes on, or is only packed anew."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the trained networks that come with Unroll, from built-in data. Interrupted, the same command goes on."""
    for task in tasks or with_built_in_data():
        check_task(task)
    folder = Settings().state_dir / "starters" if work is None else work
    for task in tasks or with_built_in_data():
        train_to_end(planned(task), folder / task, as_json)
        _say(pack(folder / task, places.STARTERS_DIR), as_json)


def planned(task: str) -> Resolved:
    """What the starter of a task is trained on and how."""
    return resolve(task, PRESET, {})


def train_to_end(wanted: Resolved, directory: Path, as_json: bool = False) -> None:
    """Train a run, or go on with one that was interrupted; nothing where it is done.

    Raises:
        ConfigError: Another training lies in this folder.
        RuntimeError: It failed or was stopped; the same call goes on.
    """
    from core import api
    from core.console import console_reporter

    if not (directory / EXPERIMENT_FILE).exists():
        api.train(wanted.experiment, out=directory, make_reporter=console_reporter(as_json))
    elif not _is_of(wanted, directory):
        hint = "Remove it, or name another folder with --work."
        raise ConfigError.single("work", "a folder with this training or none", f"another one in {directory}", hint)
    elif read_status(directory).state != "succeeded":
        api.resume(directory, make_reporter=console_reporter(as_json))
    status = read_status(directory)
    if status.state != "succeeded":
        raise RuntimeError(f"{directory} is {status.state} at step {status.step:,}. The same command goes on.")


def _is_of(wanted: Resolved, directory: Path) -> bool:
    experiment: Experiment = read_experiment(directory)
    return experiment == wanted.experiment and fingerprint_of(directory) == wanted.prepared.fingerprint


def _say(made: Packed, as_json: bool) -> None:
    """What was made, and how much its figure moved by rounding."""
    result, metric = made.result, headline_metric(made.result["task"], made.result["test"])
    before, after = (said["test"][metric] for said in (made.trained, result))
    if as_json:
        print_json(
            {"event": "starter", "run": made.directory.name, "task": result["task"], "data": result["data"],
             "bytes": made.num_bytes, "seconds": result["seconds"], "steps": result["steps"], "ended": result["ended"],
             "metric": metric, "value": after, "before_rounding": before}
        )  # fmt: skip
        return
    print(
        f"{result['task']} on {result['data']}: {result['steps']:,} steps in {result['seconds']:,.0f} s, "
        f"{made.num_bytes:,} bytes, {metric_label(metric)} {after:.5g} ({before:.5g} before rounding)"
    )
    if ending := ending_in_words(result):
        print(f"{ending[0].upper()}{ending[1:]}.")
    print(f"starter: {made.directory}")
