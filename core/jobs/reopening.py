"""Going on from where a run ended: whether it is possible, the next attempt's record, what is trained then."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import yaml

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.plain_files import read_plain
from core.config.schedule import hold_steps
from core.jobs.folders import HELD_FILE, LAST_FILE
from core.jobs.record import STOP_FILE, ManagerRecord, locked, read_record, run_not_found, write_record
from core.jobs.remaining import mean_step_seconds, seconds_left
from core.jobs.status import EXPERIMENT_FILE, RunStatus, read_status


def check_resumable(directory: Path, status: RunStatus, pause_at: int | None) -> None:
    """Raise `ConfigError` unless a run can go on: it ended early, before this step, and its checkpoint looks whole."""
    if pause_at is not None and pause_at <= status.step:
        raise ConfigError.single("pause_at", f"a step after {status.step:,}", f"{pause_at:,}", "Choose a later step.")
    if not status.can_resume:
        hint = "Continue it: that adds steps." if status.is_over else "Stop it first."
        raise ConfigError.single("run", "a run that was stopped, failed or lost", f"one that {status.state}", hint)
    if (directory / LAST_FILE).exists():  # without one it starts from the beginning
        check_checkpoint(directory)


def check_checkpoint(directory: Path) -> None:
    """Raise `ConfigError` for a checkpoint that is missing or visibly damaged, such as cut off."""
    path = directory / LAST_FILE
    if not path.exists():
        hint = "Train it a little longer, or start anew."
        raise ConfigError.single("run", "a run with a checkpoint", repr(directory.name), hint)
    if not zipfile.is_zipfile(path):
        raise ConfigError.single("run", "a whole checkpoint", f"a damaged {LAST_FILE}", "Fork it to start anew.")


def reopen(directory: Path, pause_at: int | None, end_process: Callable[[], object], address: str = "") -> int:
    """Make a run's next attempt wait in the queue.

    Args:
        pause_at: The step after which the attempt ends as stopped.
        end_process: Ends what is left of the attempt before, once it is sure that this one is over.
        address: The hash of where somebody asked for it from.

    Returns:
        Which attempt it is.

    Raises:
        RunNotFound: There is no run in this folder.
        ConfigError: It cannot go on, or somebody else was quicker.
    """
    with locked(directory):
        status, record = read_status(directory), read_record(directory)
        if record is None:
            raise run_not_found(directory)
        check_resumable(directory, status, pause_at)
        end_process()
        (directory / STOP_FILE).unlink(missing_ok=True)
        expected_seconds = seconds_left(replace(status, pause_at=pause_at), mean_step_seconds(status))
        write_record(directory, next_attempt(record, pause_at, expected_seconds, address))
        return record.attempt + 1


def next_attempt(
    record: ManagerRecord, pause_at: int | None, expected_seconds: float | None, address: str = ""
) -> ManagerRecord:
    """The record of a run's next attempt, in the queue: what belonged to the attempt before is forgotten."""
    return ManagerRecord(
        created=record.created, owner=record.owner, name=record.name, task=record.task, pinned=record.pinned,
        parent=record.parent, attempt=record.attempt + 1, state="queued", queued=time.time(), pause_at=pause_at,
        upload=record.upload, address=address, sweep=record.sweep,
        expected_seconds=record.expected_seconds if expected_seconds is None else expected_seconds,
    )  # fmt: skip


def lengthened(
    directory: Path, experiment: Experiment, status: RunStatus, more_steps: int, max_steps: int | None
) -> Experiment:
    """The experiment of a run that goes beyond the end of another one.

    Args:
        more_steps: Steps beyond those it has done.
        max_steps: The most steps in all; None is no limit.

    Raises:
        ConfigError: It is not over, has no whole checkpoint, or would take too many steps.
    """
    if more_steps < 1:
        raise ConfigError.single("more_steps", "1 or more", str(more_steps), "Choose how many steps to add.")
    if not status.is_over:
        raise ConfigError.single("run", "a run that is over", f"one that is {status.state}", "Stop it first.")
    steps = status.step + more_steps
    if max_steps is not None and steps > max_steps:
        raise ConfigError.single("more_steps", f"at most {max_steps:,} steps in all", f"{steps:,}", "Add fewer steps.")
    check_checkpoint(directory)
    return experiment.with_values({"training.max_steps": steps, "training.max_seconds": None})


def steps_again(directory: Path, longer: Experiment, status: RunStatus) -> int:
    """How many of a run's steps a longer one does again: those after the held rate, as far as can be told from outside.

    Arguments as `lengthened`, with what it returned.
    """
    held = hold_steps(status.total_steps or status.step, longer.training)
    fits = held <= hold_steps(longer.training.max_steps, longer.training)
    return max(0, status.step - held) if fits and (directory / HELD_FILE).exists() else 0


def fingerprint_of(directory: Path) -> str:
    """Of the data that a run was made for, "" where it does not say."""
    try:
        said = yaml.safe_load(read_plain(directory / EXPERIMENT_FILE)).get("fingerprint")
    except (OSError, ValueError, AttributeError, yaml.YAMLError):
        return ""
    return said if isinstance(said, str) else ""
