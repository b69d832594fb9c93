"""Runs of a sweep in the queue of a manager, which has its owner, its limits and its turns."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.config.sizes import DEFAULT_FLOPS_PER_SECOND, estimate_seconds
from core.config.summary import DataSummary
from core.data.prepared import Prepared
from core.jobs.manager import RunManager
from core.jobs.status import RunStatus, read_status
from core.resolve import check_run
from core.sweeps.driver import Driver
from core.sweeps.folder import Plan, read_plan, read_start
from core.sweeps.space import Space, space_of


class Data(Protocol):
    """The data of a sweep, whoever reads it: this process, or one with limits."""

    def space(self, start: Experiment, fields: list[str]) -> tuple[Space, DataSummary]:
        """What may be tried on it. Raises `ConfigError`, as `space_of` does, and where the data is not here any more."""

    def check(self, experiment: Experiment) -> None:
        """Raise `ConfigError` where the experiment cannot run on it and on this server."""


class Read:
    """Data that this process has read."""

    def __init__(self, prepared: Prepared, limits: Limits):
        self._prepared, self._limits = prepared, limits

    def space(self, start: Experiment, fields: list[str]) -> tuple[Space, DataSummary]:
        return space_of(start, self._prepared, self._limits, fields), self._prepared.summary

    def check(self, experiment: Experiment) -> None:
        check_run(experiment, self._prepared, self._limits)


class Queued:
    """A `Host` over a manager.

    Args:
        sweep: The id of the sweep, which every trial's record names.
        plan: Says whose runs they are.
        data: The data of all trials.
        summary: Of that data.
    """

    def __init__(self, manager: RunManager, sweep: str, plan: Plan, data: Data, summary: DataSummary):
        self._manager, self._sweep, self._plan = manager, sweep, plan
        self._data, self._summary = data, summary

    def check(self, experiment: Experiment) -> None:
        self._data.check(experiment)

    def submit(self, experiment: Experiment, name: str, pause_at: int | None) -> str:
        seconds = estimate_seconds(experiment, self._summary, DEFAULT_FLOPS_PER_SECOND)
        return self._manager.submit(
            experiment, fingerprint=self._plan.fingerprint, owner=self._plan.owner, address=self._plan.address, name=name,
            pause_at=pause_at, sweep=self._sweep, expected_seconds=seconds,
        )  # fmt: skip

    def resume(self, run_id: str, pause_at: int | None) -> None:
        self._manager.resume(run_id, pause_at=pause_at, address=self._plan.address)

    def stop(self, run_id: str) -> None:
        self._manager.stop(run_id)

    def status(self, run_id: str) -> RunStatus | None:
        try:
            return read_status(self._manager.store.path(run_id))
        except ConfigError:
            return None


def driver_of(folder: Path, manager: RunManager, data: Data) -> Driver:
    """What drives a sweep through a manager's queue.

    Raises:
        ConfigError: The sweep cannot be read, or its data is not here any more.
    """
    plan, start = read_plan(folder), read_start(folder)
    space, summary = data.space(start, plan.fields)
    return Driver(folder, space, Queued(manager, folder.name, plan, data, summary))
