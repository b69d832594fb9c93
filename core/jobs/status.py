"""How a run is doing: one pure function from its folder and the time to what a screen shows.

It joins what the manager knows (`manager.json`) with what the run last said (`status.json`) and, where that cannot be
read, with what it left behind (`result.json`); and it calls a run lost that should be talking and is not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from core.config.schedule import ending_in_words
from core.jobs.clock import Heard, Moment
from core.jobs.files import is_finite, read_json
from core.jobs.queue import GAVE_WAY_HINT
from core.jobs.record import ManagerRecord, RunNotFound, read_record, run_not_found

RunState = Literal["queued", "starting", "running", "succeeded", "failed", "stopped", "lost"]
RUN_STATES: tuple[str, ...] = get_args(RunState)
REPORTED_STATES = ("starting", "running", "succeeded", "failed", "stopped")
ENDED_STATES = ("succeeded", "failed", "stopped")
TERMINAL_STATES = (*ENDED_STATES, "lost")
STATUS_FILE = "status.json"
RESULT_FILE = "result.json"
EXPERIMENT_FILE = "experiment.yaml"
STALE_SECONDS = 30.0
"""A run that beats once a second and has been silent for this long is lost."""
STARTING_SECONDS = 120.0
"""Importing torch from a cold disk takes its time: this long may pass from launch to the first beat."""
_HEARD = Heard()
LOST_HINT = "What it printed last is in its log. Resume goes on from its last checkpoint."

__all__ = ["Best", "RunError", "RunNotFound", "RunState", "RunStatus", "read_status"]


@dataclass(frozen=True)
class Best:
    """The best evaluation so far: which metric, its value (None where undefined) and the step."""

    metric: str
    value: float | None
    step: int
    inherited: bool = False


@dataclass(frozen=True)
class RunError:
    """Why a run failed, was lost or left the queue, and what to do about it; a `kind` where that is known of a failure."""

    message: str
    hint: str
    kind: str = ""


@dataclass(frozen=True)
class RunStatus:
    """What a screen shows of a run.

    `phase` is "reading" while a starting one reads its data, "scoring" while a running one has done its steps and is judged
    on the test set.
    `ending` says why training ended before its steps were done, "" where it did not.
    `threads` train it on a CPU; `busy` is how many times as long a step takes as it would on an undisturbed machine, 1
    until that can be felt, None before it is known and where nothing trains.
    `sweep` is the search of settings that a run belongs to, "" for none.
    `created` and `ended` are in unix seconds, `seconds` is the time since training began, up to the last beat,
    `heartbeat_age` the time since that beat. Before the first beat step is 0 and what is not known yet is None; a later
    attempt shows what the one before it reached until it has something to say itself. `pause_at` is the step after
    which this attempt ends. `can_resume`: over, and not because everything is done.
    """

    run_id: str
    state: RunState
    name: str = ""
    task: str = ""
    owner: str = ""
    parent: str | None = None
    sweep: str = ""
    pinned: bool = False
    attempt: int = 1
    created: float | None = None
    step: int = 0
    total_steps: int | None = None
    best: Best | None = None
    device: str | None = None
    phase: str = ""
    threads: int | None = None
    busy: float | None = None
    seconds: float | None = None
    heartbeat_age: float | None = None
    error: RunError | None = None
    pause_at: int | None = None
    ended: float | None = None
    ending: str = ""
    can_resume: bool = False

    @property
    def is_over(self) -> bool:
        """Whether it ended, one way or another; only a resume leaves such a state."""
        return self.state in TERMINAL_STATES

    @property
    def is_paused(self) -> bool:
        """Whether it stands at the step at which it was to wait, so that its network can be looked at."""
        return self.state == "stopped" and self.pause_at is not None and self.pause_at == self.step

    @property
    def has_begun(self) -> bool:
        """Whether it ever trained: a run that was taken out of the queue holds nothing that anybody would miss."""
        return bool(self.step) or self.state != "stopped"

    @property
    def share_done(self) -> float | None:
        """Steps done over steps planned, 0 to 1; None before the plan is known."""
        return min(1.0, self.step / self.total_steps) if self.total_steps else None


def read_status(directory: Path, moment: Moment | None = None) -> RunStatus:
    """What a run's folder says about it.

    Args:
        moment: The time; None is now.

    Raises:
        RunNotFound: There is no run in this folder.
    """
    moment = moment or Moment.now()
    report, result = _read_report(directory), _read_result(directory)
    record = written = read_record(directory)
    if record is None:
        if not (directory / EXPERIMENT_FILE).exists():
            raise run_not_found(directory)
        record = _guess_record(report, result)
        if record is None:
            return RunStatus(directory.name, "lost", error=RunError("Its record on disk cannot be read.", LOST_HINT))
    latest = report  # perhaps of the attempt before: what it reached is shown until there is something newer
    if record.state in ("queued", "cancelled") or (report is not None and report["attempt"] != record.attempt):
        report = None
    if record.state in ("queued", "cancelled") or (result is not None and result["attempt"] != record.attempt):
        result = None
    state, error = _judge(directory, record, report, result, moment)
    is_over = state in TERMINAL_STATES
    # Between its result and its last word a run's report is an old one.
    has_ended = report is not None and report["state"] in ENDED_STATES
    facts = latest or {} if result is None or has_ended else result
    return RunStatus(
        run_id=directory.name,
        state=state,
        name=record.name,
        task=record.task,
        owner=record.owner,
        parent=record.parent,
        sweep=record.sweep,
        pinned=record.pinned,
        attempt=record.attempt,
        created=record.created if written else None,
        step=_count(facts.get("steps" if facts is result else "step")) or 0,
        total_steps=_count(facts.get("total_steps")),
        best=_best(facts.get("best")),
        device=_text(facts.get("device")),
        phase=(_text(facts.get("phase")) or "") if state in ("starting", "running") else "",
        threads=_count(facts.get("threads")),
        busy=_number(facts.get("busy")) if state == "running" else None,
        seconds=_number(facts.get("seconds")),
        heartbeat_age=None if report is None else _age(directory, report, moment),
        error=error,
        pause_at=record.pause_at,
        ended=_ended(directory, record, report, result) if is_over else None,
        ending=ending_in_words(result or {}) if is_over else "",
        can_resume=is_over and state != "succeeded" and written is not None,
    )


def _judge(
    directory: Path,
    record: ManagerRecord,
    report: dict[str, Any] | None,
    result: dict[str, Any] | None,
    moment: Moment,
) -> tuple[RunState, RunError | None]:
    """The one state that all files together mean, and the error that goes with it.

    Report and result are those of the current attempt. A whole result outweighs everything: what is finished stays so.
    """
    if record.state == "queued":
        return "queued", None
    if record.state == "cancelled":
        return "stopped", RunError(record.reason, GAVE_WAY_HINT) if record.reason else None
    if result is not None:
        return result["state"], _error(report.get("error")) if report else None
    if record.state == "lost":
        return "lost", RunError(record.reason or "The training process is gone.", LOST_HINT)
    if report is None:
        if moment.seconds_since(record.launched or record.created, record.uptime, record.boot) <= STARTING_SECONDS:
            return "starting", None
        if _modified(directory / STATUS_FILE, default=float("-inf")) + STALE_SECONDS >= moment.unix:
            return "running", None  # cut off while the disk was full, say: the next beat mends it
        return "lost", RunError("The training process never reported.", LOST_HINT)
    if report["state"] in TERMINAL_STATES:
        return report["state"], _error(report.get("error"))
    silent = _age(directory, report, moment)
    if silent > STALE_SECONDS:
        return "lost", RunError(f"The training process has not reported for {silent:,.0f} seconds.", LOST_HINT)
    return report["state"], None


def _ended(
    directory: Path, record: ManagerRecord, report: dict[str, Any] | None, result: dict[str, Any] | None
) -> float:
    """When a run that is over ended, as well as its files can tell; unix seconds."""
    if report is not None and report["state"] in TERMINAL_STATES:
        return float(report["heartbeat"])
    if result is not None:
        return _modified(directory / RESULT_FILE, default=record.created)
    if record.ended is not None:
        return record.ended
    return float(report["heartbeat"]) if report is not None else record.launched or record.created


def _guess_record(report: dict[str, Any] | None, result: dict[str, Any] | None) -> ManagerRecord | None:
    """What a record that cannot be read must have said, from what the run says itself; None where it says nothing."""
    attempts = [said["attempt"] for said in (report, result) if said is not None]
    return ManagerRecord(created=0.0, attempt=max(attempts), state="launched") if attempts else None


def _read_report(directory: Path) -> dict[str, Any] | None:
    """`status.json`; None where it is missing or broken."""
    report = read_json(directory / STATUS_FILE)
    if report is None or report.get("state") not in REPORTED_STATES or not is_finite(report.get("heartbeat")):
        return None
    return report if _count(report.get("attempt")) else None


def _read_result(directory: Path) -> dict[str, Any] | None:
    """`result.json`; None where it is missing or broken."""
    result = read_json(directory / RESULT_FILE)
    if result is None or result.get("state") not in ENDED_STATES:
        return None
    return result if _count(result.get("attempt")) else None


def _age(directory: Path, report: dict[str, Any], moment: Moment) -> float:
    """Seconds since a run's last beat: by its clock where that is this machine's, else by when it changed."""
    boot, machine = _text(report.get("boot")) or "", _text(report.get("machine")) or ""
    age = moment.seconds_since(report["heartbeat"], _number(report.get("uptime")), boot)
    if boot == moment.boot or not machine or machine == moment.machine:
        return age
    return _HEARD.age(str(directory), report["heartbeat"], age, moment.uptime)


def _modified(path: Path, *, default: float) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return default


def _best(raw: Any) -> Best | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("metric"), str) or _count(raw.get("step")) is None:
        return None
    return Best(raw["metric"], _number(raw.get("value")), raw["step"], raw.get("inherited") is True)


def _error(raw: Any) -> RunError | None:
    if not isinstance(raw, dict):
        return None
    return RunError(str(raw.get("message", "")), str(raw.get("hint", "")), str(raw.get("kind", "")))


def _number(value: Any) -> float | None:
    return float(value) if is_finite(value) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
