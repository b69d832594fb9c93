"""What a sweep is asked for and how far it is: files of a folder beside the runs, which outlive the process that drives it.

`sweep.json` what was asked, written once with `experiment.yaml`; `state.json` how far it is, by whoever drives it; `journal.log`
Optuna's; `stop` somebody's wish that it ends; `.lock` held by the one who drives it.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import Any, Literal

import pydantic.dataclasses
from pydantic import ConfigDict, ValidationError

from core.config.errors import ConfigError, Problem
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.jobs.files import lock, read_json, write_json, write_text
from core.jobs.folders import EXPERIMENT_FILE, experiment_text, library_versions, read_experiment
from core.jobs.record import RUN_ID

SWEEPS_FOLDER = ".sweeps"
PLAN_FILE, STATE_FILE, JOURNAL_FILE, STOP_FILE, LOCK_FILE = "sweep.json", "state.json", "journal.log", "stop", ".lock"
MOST_SEEDS = 20

State = Literal["searching", "checking", "done", "stopped", "failed"]
_CONFIG = ConfigDict(strict=True, extra="ignore")


@pydantic.dataclasses.dataclass(frozen=True, config=_CONFIG)
class Plan:
    """What was asked for.

    Attributes:
        fields: Dotted names of the fields that are tried.
        trials: How many set-ups.
        created: Unix seconds.
        max_seconds: Trials and repeats end after so many, counted from `created`; None is no limit.
        seeds: With so many the winner is trained again, beside the start; 0 for none.
        pruned: Whether the worse trials end at rungs.
        parallel: How many trials at the same time, at most.
        owner, address: Hashes of who asked and from where (core.jobs.identity), "" for the shell.
        fingerprint: Of the data.
        task: The application, so that a page finds its own without reading every experiment.
    """

    fields: list[str]
    trials: int
    created: float
    max_seconds: float | None = None
    seeds: int = 5
    pruned: bool = True
    parallel: int = 1
    owner: str = ""
    address: str = ""
    fingerprint: str = ""
    task: str = ""


@pydantic.dataclasses.dataclass(frozen=True, config=_CONFIG)
class Progress:
    """How far a sweep is: `checks` are the runs of the winner and of the start over seeds, `ended` unix seconds, `error` why it
    failed; `is_late`: its seconds were over before its trainings were."""

    state: State = "searching"
    winner: int | None = None
    checks: dict[str, list[str]] = field(default_factory=dict)
    ended: float | None = None
    error: str = ""
    is_late: bool = False

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "stopped", "failed")


def check_plan(trials: float | None, seeds: float | None, max_seconds: float | None, limits: Limits) -> None:
    """Raise `ConfigError` for numbers that cannot be, or that ask for more than this server gives; it names all of them."""
    problems = []
    for name, value, low, high in (("trials", trials, 1, limits.max_sweep_trials), ("seeds", seeds, 0, MOST_SEEDS)):
        if not isinstance(value, int) or not low <= value <= high:
            received = "nothing" if value is None else f"{value:,}"
            problems.append(Problem(name, f"a whole number from {low} to {high:,}", received, "Choose another number."))
    if seeds == 1:
        problems.append(Problem("seeds", "0, or 2 and more", "1", "One seed says nothing of the spread."))
    most = limits.max_sweep_seconds
    if max_seconds is not None and max_seconds <= 0:
        hint = "Choose a larger number." if most is not None else "Leave it out for no limit."
        problems.append(Problem("max_seconds", "seconds above 0", f"{max_seconds:g}", hint))
    if most is not None and (max_seconds is None or max_seconds > most):
        received = "no limit" if max_seconds is None else f"{max_seconds:,g}"
        problems.append(Problem("max_seconds", f"at most {most:,.0f} seconds", received, "Choose a smaller number."))
    if problems:
        raise ConfigError(problems)


def create(root: Path, start: Experiment, plan: Plan) -> Path:
    """Make the folder of a sweep beside the runs of a root. Raises `OSError`."""
    folder = root / SWEEPS_FOLDER / secrets.token_hex(16)
    folder.mkdir(parents=True)
    write_text(folder / EXPERIMENT_FILE, experiment_text(start, library_versions(), plan.fingerprint))
    write_json(folder / PLAN_FILE, asdict(replace(plan, task=start.task)))  # last: a folder with a plan is a sweep
    return folder


def find(root: Path, sweep_id: str, actor: str | None = None, *, shared: bool = False) -> Path:
    """The folder of a sweep by its id.

    Args:
        actor: Who asks: an owner's hash, or None for the machine's administrator.
        shared: Whether sweeps that nobody owns, the shell's, are everybody's.

    Raises:
        ConfigError: There is none, or it is somebody else's: which of the two is not said.
    """
    folder = root / SWEEPS_FOLDER / sweep_id
    if RUN_ID.fullmatch(sweep_id) is not None and (folder / PLAN_FILE).exists():
        owner = read_plan(folder).owner
        if actor is None or (actor == owner and actor) or (shared and not owner):
            return folder
    raise ConfigError.single("sweep", "a sweep that exists", repr(sweep_id)[:80], "It may have been deleted.")


def folders(root: Path) -> Sequence[Path]:
    """What lies among the sweeps of a root under a sweep's name, half made ones too, in no order."""
    try:
        names = os.listdir(root / SWEEPS_FOLDER)
    except OSError:
        return ()
    return tuple(root / SWEEPS_FOLDER / name for name in names if RUN_ID.fullmatch(name))


def sweeps(root: Path) -> Sequence[Path]:
    """The folders of all sweeps of a root, in no order."""
    return tuple(folder for folder in folders(root) if (folder / PLAN_FILE).exists())


def read_plan(folder: Path) -> Plan:
    """What a sweep was asked for. Raises `ConfigError` where that cannot be read."""
    try:
        return Plan(**(read_json(folder / PLAN_FILE) or {}))
    except (TypeError, ValidationError):
        raise ConfigError.single("sweep", "a sweep that can be read", repr(folder.name), "Start a new one.") from None


def read_start(folder: Path) -> Experiment:
    """The set-up that a sweep begins from. Raises `ConfigError`."""
    return read_experiment(folder)


def read_progress(folder: Path) -> Progress:
    """How far a sweep is; at its beginning where that cannot be read."""
    try:
        return Progress(**(read_json(folder / STATE_FILE) or {}))
    except (TypeError, ValidationError):
        return Progress()


def write_progress(folder: Path, progress: Progress, **changes: Any) -> Progress:
    """Write how far it is, with some changes; an end notes its time."""
    progress = replace(progress, **changes)
    if progress.is_over and progress.ended is None:
        progress = replace(progress, ended=time.time())
    write_json(folder / STATE_FILE, asdict(progress))
    return progress


def request_stop(folder: Path) -> None:
    """Ask a sweep to end: no trial begins any more, those that train end unread."""
    (folder / STOP_FILE).touch()


def is_stop_requested(folder: Path) -> bool:
    """Whether somebody asked it to end."""
    return (folder / STOP_FILE).exists()


@contextmanager
def driving(folder: Path) -> Iterator[bool]:
    """Hold the right to drive a sweep, as long as this process lives; yields whether it was to be had."""
    with open(folder / LOCK_FILE, "a") as stream:
        yield lock(stream, wait=False)
