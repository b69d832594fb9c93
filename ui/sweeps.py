"""What this visitor does with searches of the settings (core.sweeps), with who is asking filled in.

The server's thread that drives them reads no data: it asks the processes that do (asking.py). Left out: widgets
(sweep_form.py, sweep_panel.py).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.bounded.turns import Who
from core.bounded.work import CHECK, ROOM, Room
from core.config.experiment import Experiment
from core.config.summary import DataSummary
from core.sweeps.folder import Plan, Progress, read_plan
from core.sweeps.space import Space, trial_of
from ui import asking, services, visitor


class _AskedFor:
    """The data of a sweep, read by processes with limits in the name of whoever asked for it."""

    def __init__(self, who: Who):
        self._who, self._readers = who, asking.readers()

    def space(self, start: Experiment, fields: list[str]) -> tuple[Space, DataSummary]:
        found: Room = self._ask(ROOM, start, fields=fields)
        return Space(start, found.choices), found.summary

    def check(self, experiment: Experiment) -> None:
        self._ask(CHECK, experiment)

    def _ask(self, job: Any, experiment: Experiment, **more: Any) -> Any:
        arguments = {"experiment": experiment.model_dump(mode="json"), **more}
        return self._readers.ask(job, arguments, lane=asking.lane_of(experiment), who=self._who)


def data_of(folder: Path) -> _AskedFor:
    """Who reads the data of the sweep of a folder. Raises `ConfigError` where the sweep cannot be read."""
    plan = read_plan(folder)
    return _AskedFor(Who(plan.owner, plan.address))


def begin(experiment: Experiment, fields: Sequence[str], trials: int, max_seconds: float | None, seeds: int) -> str:
    """Begin a search around an experiment and return its id.

    Args:
        experiment: The set-up that it begins from.
        fields: Dotted names of what is tried.
        trials: How many set-ups.
        max_seconds: No training begins after so many; None is no limit.
        seeds: With so many new seeds the best is trained again, beside the set-up itself; 0 for none.

    Raises:
        ConfigError: A field cannot be tried, it asks for too much, or the data is not here or not this visitor's.
        OSError: It cannot be written.
    """
    start = trial_of(experiment)
    asking.checked(start)
    room: Room = asking.read(
        ROOM, {"experiment": start.model_dump(mode="json"), "fields": list(fields)},
        own=asking.lane_of(start) == "own",
    )  # fmt: skip
    plan = Plan(
        list(room.choices), trials, time.time(), max_seconds, seeds, owner=visitor.owner(), address=visitor.address(),
        fingerprint=room.fingerprint,
    )  # fmt: skip
    return services.sweeps().begin(start, plan)


def mine(task: str) -> list[tuple[str, Plan, Progress]]:
    """This visitor's searches on a page, newest first: id, plan and how far each is."""
    return services.sweeps().owned_by(visitor.owner(), task)


def find(sweep: str) -> Path:
    """The folder of a search. Raises `ConfigError` where there is none, or it is somebody else's."""
    return services.sweeps().find(sweep, visitor.owner())


def stop(sweep: str) -> None:
    """End a search: its trainings end at their next step. Raises `ConfigError`, `OSError`."""
    services.sweeps().stop(sweep, visitor.owner())
