"""How a run is doing: one pure function from its folder and the time to what a screen shows.

It joins what the manager knows (`manager.json`) with what the run last said (`status.json`), and calls a run lost that
should be talking and is not. Left out: curves (`metrics.jsonl`, see files.read_jsonl), the queue (manager.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from core.jobs.files import read_json
from core.jobs.record import ManagerRecord, RunNotFound, read_record

RunState = Literal["queued", "starting", "running", "succeeded", "failed", "stopped", "lost"]
RUN_STATES: tuple[str, ...] = get_args(RunState)
REPORTED_STATES = ("starting", "running", "succeeded", "failed", "stopped")
TERMINAL_STATES = ("succeeded", "failed", "stopped", "lost")
STATUS_FILE = "status.json"
STALE_SECONDS = 30.0
"""A run that beats once a second and has been silent for this long is lost."""
STARTING_SECONDS = 120.0
"""Importing torch from a cold disk takes its time: this long may pass from launch to the first beat."""
LOST_HINT = "What it printed last is in its log. Train again to have another go."

__all__ = ["Best", "RunError", "RunNotFound", "RunState", "RunStatus", "read_status"]


@dataclass(frozen=True)
class Best:
    """The best evaluation so far: which metric, its value (None where undefined) and the step."""

    metric: str
    value: float | None
    step: int


@dataclass(frozen=True)
class RunError:
    """Why a run failed or was lost, and what to do about it."""

    message: str
    hint: str


@dataclass(frozen=True)
class RunStatus:
    """What a screen shows of a run.

    `created` is in unix seconds, `seconds` is the time since training began, up to the last beat, `heartbeat_age` the
    time since that beat. Before the first beat step is 0 and what is not known yet is None.
    """

    run_id: str
    state: RunState
    name: str = ""
    task: str = ""
    owner: str = ""
    parent: str | None = None
    pinned: bool = False
    attempt: int = 1
    created: float | None = None
    step: int = 0
    total_steps: int | None = None
    best: Best | None = None
    device: str | None = None
    seconds: float | None = None
    heartbeat_age: float | None = None
    error: RunError | None = None

    @property
    def is_over(self) -> bool:
        """Whether it ended, one way or another; only a resume leaves such a state."""
        return self.state in TERMINAL_STATES

    @property
    def share_done(self) -> float | None:
        """Steps done over steps planned, 0 to 1; None before the plan is known."""
        return min(1.0, self.step / self.total_steps) if self.total_steps else None


def read_status(directory: Path, now: float) -> RunStatus:
    """What a run's folder says about it.

    Args:
        directory: The run's folder.
        now: The time, in unix seconds.

    Raises:
        RunNotFound: There is no run in this folder.
    """
    record = read_record(directory)
    if record is None:
        if not (directory / "experiment.yaml").exists():
            raise RunNotFound(directory.name)
        return RunStatus(directory.name, "lost", error=RunError("Its record on disk cannot be read.", LOST_HINT))
    report = _read_report(directory, record.attempt)
    state, error = _judge(record, report, now)
    report = report or {}
    return RunStatus(
        run_id=directory.name,
        state=state,
        name=record.name,
        task=record.task,
        owner=record.owner,
        parent=record.parent,
        pinned=record.pinned,
        attempt=record.attempt,
        created=record.created,
        step=_typed(report.get("step"), int) or 0,
        total_steps=_typed(report.get("total_steps"), int),
        best=_best(report.get("best")),
        device=_typed(report.get("device"), str),
        seconds=_number(report.get("seconds")),
        heartbeat_age=max(0.0, now - report["heartbeat"]) if report else None,
        error=error,
    )


def _judge(record: ManagerRecord, report: dict[str, Any] | None, now: float) -> tuple[RunState, RunError | None]:
    """The one state that both files together mean, and the error that goes with it."""
    if record.state == "queued":
        return "queued", None
    if record.state == "cancelled":
        return "stopped", None
    if record.state == "lost":
        return "lost", RunError(record.reason or "The training process is gone.", LOST_HINT)
    if report is None:
        if now - (record.launched or record.created) > STARTING_SECONDS:
            return "lost", RunError("The training process never reported.", LOST_HINT)
        return "starting", None
    if report["state"] in TERMINAL_STATES:
        return report["state"], _error(report.get("error"))
    silent = now - report["heartbeat"]
    if silent > STALE_SECONDS:
        return "lost", RunError(f"The training process has not reported for {silent:,.0f} seconds.", LOST_HINT)
    return report["state"], None


def _read_report(directory: Path, attempt: int) -> dict[str, Any] | None:
    """`status.json` of this attempt; None where it is missing, broken or left over from an earlier attempt."""
    report = read_json(directory / STATUS_FILE)
    if report is None or report.get("attempt") != attempt or report.get("state") not in REPORTED_STATES:
        return None
    return report if _number(report.get("heartbeat")) is not None else None


def _best(raw: Any) -> Best | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("metric"), str) or not isinstance(raw.get("step"), int):
        return None
    return Best(raw["metric"], _number(raw.get("value")), raw["step"])


def _error(raw: Any) -> RunError | None:
    if not isinstance(raw, dict):
        return None
    return RunError(str(raw.get("message", "")), str(raw.get("hint", "")))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _typed(value: Any, kind: type) -> Any:
    return value if isinstance(value, kind) and not isinstance(value, bool) else None
