"""What pages ask of the processes that read: answers about data, kept for a while and shared between visitors.

What is shared stays apart from who asks: an upload is checked before any answer is looked up. Left out: what a job does
(core.bounded.work), what becomes of answers on a page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from core.bounded.pool import Readers
from core.bounded.turns import Who
from core.bounded.work import CHECK, HUB_PARTS, RESOLVE, Job, Ready
from core.config.errors import ConfigError, Problem
from core.config.limits import Limits
from core.config.machine import available_cores
from core.data.progress import ProgressCallback, quiet
from core.resolve import check_limits
from ui import services, visitor
from ui.answers import Answers
from ui.reader import reader_process
from ui.server_state import of_the_server

if TYPE_CHECKING:
    from core.config.experiment import Experiment
    from core.data.hub.parts import Written
    from core.data.report import Overview

NUM_ANSWERS, MAX_ANSWERS_BYTES = 100, 50_000_000
T = TypeVar("T")


@of_the_server
def readers() -> Readers:
    """What has things read in processes with limits."""
    return Readers(reader_process(), services.settings(), services.limits(), places=max(1, available_cores() // 2))


@of_the_server
def _answers() -> Answers:
    return Answers(NUM_ANSWERS, MAX_ANSWERS_BYTES)


def read(
    job: Job[T],
    arguments: Mapping[str, Any],
    *,
    own: bool = True,
    tell: ProgressCallback = quiet,
    limits: Limits | None = None,
    seconds: float | None = None,
) -> T:
    """Have something read, in a process with limits.

    Args:
        job: What.
        arguments: What it is told.
        own: Whether it is what this visitor brought, and no set of the catalogue.
        tell: Told how far it is, in this thread.
        limits: Others than the server's.
        seconds: Of processor; the server's limit when None.

    Raises:
        ConfigError: It cannot be read, or not within the limits.
    """
    lane: Literal["catalogue", "own"] = "own" if own else "catalogue"
    who = Who(visitor.owner(), visitor.address())
    return readers().ask(job, arguments, lane=lane, who=who, tell=tell, limits=limits, seconds=seconds)


def read_once(
    job: Job[T],
    arguments: Mapping[str, Any],
    *,
    version: str = "",
    own: bool = True,
    tell: ProgressCallback = quiet,
    limits: Limits | None = None,
    seconds: float | None = None,
) -> T:
    """As `read`, and kept for a while: who asks the same of the same content, whoever it is, shares the answer.

    Args:
        job, arguments, own, limits, seconds: As for `read`.
        version: A fingerprint of what is read, where the arguments do not say it; it stands for the folder of `path`.
        tell: Not told when the answer is there already, or somebody else waits for it.

    Raises:
        ConfigError: As `read` does.
    """
    named = {**arguments, "path": Path(arguments["path"]).name} if "path" in arguments else arguments
    asked = json.dumps([job.name, named, version], sort_keys=True).encode()
    key = (hashlib.sha256(asked).hexdigest(), limits)
    found: T = _answers().get(key, lambda: read(job, arguments, own=own, tell=tell, limits=limits, seconds=seconds))
    return found


def write_hub_parts(
    files: Mapping[str, Sequence[tuple[Path, str]]],
    folder: Path,
    classes: Mapping[str, Sequence[str]],
    limits: Limits,
    keep_on: Callable[[], None],
) -> Written:
    """`core.data.hub.parts.write_parts` in a process that reads, for as long as a download may take."""
    places = {part: [[str(path), name] for path, name in members] for part, members in files.items()}
    named = {column: list(names) for column, names in classes.items()}
    arguments = {"files": places, "folder": str(folder), "classes": named}
    return readers().ask(
        HUB_PARTS, arguments, lane="hub", tell=lambda *_: keep_on(), limits=limits, seconds=limits.max_download_seconds
    )


def resolved(task: str, preset: str, values: Mapping[str, Any], tell: ProgressCallback = quiet) -> Ready:
    """`core.resolve.resolve`, done by a process that reads; equal set-ups of all visitors share one answer.

    Args:
        task: The task.
        preset: The preset.
        values: Dotted names to values.
        tell: As for `read_once`.

    Raises:
        ConfigError: Everything that is wrong with the set-up, such as an upload that is not this visitor's.
    """
    owner = None
    if values.get("data.source") == "upload":  # before the cache, which does not know who asks
        owner = services.upload(str(values.get("data.id") or "")).owner
    arguments = {"task": task, "preset": preset, "values": dict(values), "actor": owner}
    return read_once(RESOLVE, arguments, own=values.get("data.source") not in (None, "builtin", "catalogue"), tell=tell)


def checked(experiment: Experiment) -> Overview:
    """The data of an experiment that this visitor may train here.

    Raises:
        ConfigError: It is not here or not theirs, or something asks for more than this server gives.
    """
    if experiment.data.source == "upload":
        services.upload(experiment.data.id or "")
    return read(CHECK, {"experiment": experiment.model_dump(mode="json")}, own=lane_of(experiment) == "own")


def lane_of(experiment: Experiment) -> Literal["catalogue", "own"]:
    """Among whose data that of an experiment is read."""
    return "catalogue" if experiment.data.source in ("builtin", "catalogue") else "own"


def check(
    task: str, preset: str, data: Mapping[str, Any], changes: Mapping[str, Any], tell: ProgressCallback = quiet
) -> tuple[Experiment, Ready]:
    """The experiment that a set-up asks for, checked against core's limits.

    Only changed data fields go through `resolve` again; model and training are checked without touching the data.

    Args:
        task: The task.
        preset: The preset that it starts from.
        data: Dotted data choices: source, id, languages, columns.
        changes: Dotted names to the values that differ from the preset.
        tell: As for `resolved`.

    Raises:
        ConfigError: Everything that is wrong with it.
    """
    about_data = {name: value for name, value in changes.items() if name.startswith("data.")}
    rest = {name: value for name, value in changes.items() if name not in about_data}
    try:
        found = resolved(task, preset, {**data, **about_data}, tell)
    except ConfigError as error:
        named = {problem.field for problem in error.problems}
        others = _problems_of(resolved(task, preset, data), rest)
        raise ConfigError([*error.problems, *(other for other in others if other.field not in named)]) from None
    experiment = found.experiment.with_values(rest)
    check_limits(experiment, found.summary, services.limits())
    return experiment, found


def _problems_of(found: Ready, values: dict[str, Any]) -> list[Problem]:
    try:
        check_limits(found.start.with_values(values), found.summary, services.limits())
    except ConfigError as error:
        return list(error.problems)
    return []
