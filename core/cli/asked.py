"""What somebody asks for on the command line of a training or a sweep: data, preset, fields, a file of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from core.applications import APPLICATIONS, describe
from core.cli.datasets import HUB
from core.config.errors import ConfigError, Problem
from core.config.experiment import PRESETS, Experiment
from core.config.written import read_written

Task = Annotated[str, typer.Argument(help=f"One of {', '.join(APPLICATIONS)}.")]
DataSets = Annotated[list[str] | None, typer.Option(help="A data set's id, a file or folder, or two files.")]
Preset = Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}.")]
Fields = Annotated[
    list[str] | None, typer.Option("--set", help="section.field=value, as often as needed; names as [a, b].")
]
ConfigFile = Annotated[Path | None, typer.Option(help="An experiment as YAML; other options change it.")]


def asked_for(
    task: str, data: Sequence[str], preset: str, pairs: Sequence[str], config: Path | None, extra: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The preset and the fields that were asked for, by dotted name.

    Args:
        data: As of `--data`.
        pairs: As of `--set`.
        config: An experiment as YAML, which all others change.
        extra: Fields that have an option of their own.

    Raises:
        ConfigError: No such task, data, field or file.
    """
    from core.resolve import check_task

    check_task(task)
    values = data_values(task, list(data)) | assignments(list(pairs)) | dict(extra)
    return (preset, values) if config is None else _with_config(config, task, values)


def data_values(task: str, data: list[str]) -> dict[str, Any]:
    """`--data` as fields: a data set's id when there is one of that name, hub:owner/name of the Hub, else paths."""
    from core.data import catalog

    if not data:
        return {}
    entries = catalog.entries(describe(task).kind)
    named = [entry for entry in entries if data == [entry.id]]
    if named:
        return {"data.source": named[0].source_kind, "data.id": named[0].id, "data.path": ()}
    if len(data) == 1 and data[0].startswith(HUB) and not Path(data[0]).exists():
        return {"data.source": "hub", "data.id": data[0].removeprefix(HUB), "data.path": ()}
    expected = f"a file, a folder or one of {', '.join(entry.id for entry in entries)}"
    missing = [place for place in data if not Path(place).exists()]
    if missing:
        raise ConfigError([Problem("data.path", expected, repr(place), "Nothing has that name.") for place in missing])
    return {"data.source": "file", "data.id": None, "data.path": tuple(data)}


def assignments(pairs: list[str]) -> dict[str, Any]:
    """`name=value` pairs: a field of text takes the value as it stands, every other one what YAML makes of it."""
    values: dict[str, Any] = {}
    problems = []
    for pair in pairs:
        name, sign, raw = pair.partition("=")
        if not sign or not name:
            problems.append(Problem("--set", "name=value", repr(pair), "For example model.hidden_size=64."))
            continue
        values[name] = read_written(name, raw)
    if problems:
        raise ConfigError(problems)
    return values


def _with_config(path: Path, task: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The fields of an experiment file, changed by the other options."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError.single("config", "a readable YAML file", str(path), str(error).split("\n")[0]) from None
    experiment = Experiment.from_yaml(text)
    if experiment.task != task:
        raise ConfigError.single("task", f"{experiment.task}, as the file says", task, "Name the same task.")
    return experiment.preset, {**experiment.values(), **values}
