"""What the pages share on one server: settings, runs, the manager, prepared data, predictors. Every cache is bounded.

torch is imported by `predictor` alone, at the first prediction. Left out: anything drawn, and session state.
Cached objects are used by their methods and never compared by type, because hot reload makes new classes.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core import warm
from core.config.errors import ConfigError, Problem
from core.config.limits import Limits, Settings
from core.config.process import set_thread_policy
from core.jobs.files import read_json
from core.jobs.launcher import ProcessLauncher, available_cores, count_gpus, default_slots
from core.jobs.manager import RunManager
from core.jobs.status import RunStatus, read_status
from core.jobs.store import RunStore
from core.resolve import Resolved, resolve

if TYPE_CHECKING:
    from core.config.experiment import DataConfig, Experiment

NUM_PREDICTORS = 4
_VIEWER_SECONDS = 5.0


@st.cache_resource(max_entries=1)
def settings() -> Settings:
    """The server's folders and devices, read once from the environment."""
    found = Settings()
    found.runs_dir.mkdir(parents=True, exist_ok=True)
    found.state_dir.mkdir(parents=True, exist_ok=True)
    return found


@st.cache_resource(max_entries=1)
def limits() -> Limits:
    """The most that a run may ask of this server."""
    return Limits()


@st.cache_resource(max_entries=1)
def store() -> RunStore:
    """The runs folder."""
    return RunStore(settings().runs_dir)


@dataclass(frozen=True)
class _Running:
    """What works in the background of the server, to be closed together."""

    manager: RunManager
    launcher: ProcessLauncher
    warming: subprocess.Popen[bytes] | None

    def close(self) -> None:
        self.manager.close()
        self.launcher.close()
        if self.warming is not None:
            self.warming.terminate()
            self.warming.wait()


@st.cache_resource(max_entries=1, on_release=lambda running: running.close())
def _running() -> _Running:
    slots = settings().slots or default_slots()
    launcher = ProcessLauncher(max(1, available_cores() // slots))
    running = _Running(RunManager(store(), slots, launcher), launcher, warm.start(settings()))
    atexit.register(running.close)
    return running


def manager() -> RunManager:
    """The one run manager of this server, with its spare worker; closed when the server ends."""
    return _running().manager


@st.cache_resource(max_entries=24, show_spinner=False)
def _resolved(task: str, preset: str, values: str) -> Resolved:
    return resolve(task, preset, _from_json(values), settings(), limits())


def resolved(task: str, preset: str, values: Mapping[str, Any]) -> Resolved:
    """`core.resolve.resolve` with a bounded cache; equal set-ups of all visitors share one entry.

    Raises:
        ConfigError: Everything that is wrong with the set-up.
    """
    return _resolved(task, preset, json.dumps(dict(values), sort_keys=True))


def _from_json(values: str) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(values).items()}


def submit(experiment: Experiment, prepared: Any, owner: str = "") -> str:
    """Queue a run and return its id."""
    return manager().submit(experiment, owner=owner, fingerprint=prepared.fingerprint)


def status(run_id: str) -> RunStatus | None:
    """What a run is doing now; None when there is no such run."""
    try:
        if not store().exists(run_id):
            return None
        return read_status(store().path(run_id), time.time())
    except (ConfigError, LookupError, OSError):
        return None


def run_file(run_id: str, name: str) -> dict[str, Any] | None:
    """`result.json` or `details.json` of a run; None while there is none."""
    path = store().path(run_id) / name
    try:
        return _json_file(str(path), path.stat().st_mtime_ns)
    except OSError:
        return None


@st.cache_data(max_entries=32, show_spinner=False)
def _json_file(path: str, changed: int) -> dict[str, Any] | None:
    return read_json(Path(path))


@st.cache_resource(max_entries=1)
def _torch_lock() -> threading.Lock:
    return threading.Lock()


@st.cache_resource(max_entries=NUM_PREDICTORS, show_spinner="Loading the network")
def _predictor(run_id: str, attempt: int) -> Any:
    set_thread_policy(os.environ)
    with _torch_lock():
        from core import api
    return api.load(store().path(run_id), device=settings().predict_device)


def predictor(run_id: str) -> Any:
    """The trained network of a run, ready to answer; at most `NUM_PREDICTORS` are kept.

    Raises:
        ConfigError: The run has no weights yet.
    """
    found = status(run_id)
    return _predictor(run_id, found.attempt if found else 1)


@st.cache_resource(max_entries=1)
def _speeds() -> dict[str, float]:
    return {}


def speed(task: str) -> float:
    """Floating-point operations a second that this machine reached on the last finished run of a task."""
    from core.config.sizes import DEFAULT_FLOPS_PER_SECOND

    return _speeds().get(task, DEFAULT_FLOPS_PER_SECOND)


def note_speed(task: str, result: Mapping[str, Any] | None) -> None:
    """Remember how fast a finished run was, for the expected time of the next."""
    reached = (result or {}).get("flops_per_second")
    if isinstance(reached, (int, float)) and reached > 0:
        _speeds()[task] = float(reached)


@st.cache_resource(max_entries=1)
def _viewers() -> dict[str, float]:
    return {}


def refresh_seconds(viewer: str) -> float:
    """Pause between two looks at a run: a third of a second, longer when many people watch at once."""
    now = time.monotonic()
    seen = _viewers()
    seen[viewer] = now
    for key in [key for key, last in list(seen.items()) if now - last > _VIEWER_SECONDS]:
        seen.pop(key, None)
    return min(5.0, max(0.3, 0.1 * len(seen)))


def device_label() -> str:
    """What this server trains on, for the badge."""
    if count_gpus(os.environ):
        return "GPU"
    cores = available_cores()
    return f"CPU, {cores} core{'' if cores == 1 else 's'}"


def check(task: str, preset: str, data: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[Experiment, Resolved]:
    """The experiment that a set-up asks for, checked against core's limits.

    Only changed data fields go through `resolve` again; model and training are checked without touching the data.

    Args:
        task: The task.
        preset: The preset that it starts from.
        data: Dotted data choices: source, id, languages, columns.
        changes: Dotted names to the values that differ from the preset.

    Raises:
        ConfigError: Everything that is wrong with it.
    """
    from core.resolve import check_limits

    about_data = {name: value for name, value in changes.items() if name.startswith("data.")}
    rest = {name: value for name, value in changes.items() if name not in about_data}
    try:
        found = resolved(task, preset, {**data, **about_data})
    except ConfigError as error:
        named = {problem.field for problem in error.problems}
        others = _problems_of(resolved(task, preset, data), rest)
        raise ConfigError([*error.problems, *(other for other in others if other.field not in named)]) from None
    experiment = found.experiment.with_values(rest)
    check_limits(experiment, found.summary, limits())
    return experiment, found


def _problems_of(found: Resolved, values: dict[str, Any]) -> list[Problem]:
    from core.resolve import check_limits

    try:
        check_limits(found.start.with_values(values), found.summary, limits())
    except ConfigError as error:
        return list(error.problems)
    return []


def default_data(task: str, data_id: str) -> DataConfig:
    """The data section of a built-in set as its entry has it."""
    from core.resolve import resolve_data

    return resolve_data(task, {"data.id": data_id})


def queue_label() -> str:
    """How busy the server is, for the badge."""
    running = sum(1 for found in map(status, manager().active()) if found is not None and not found.is_over)
    return "free" if running < manager().slots else "busy, new runs wait their turn"
