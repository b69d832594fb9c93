"""What the pages share on one server: settings, runs, the manager, prepared data, predictors. Every cache is bounded.

torch is imported by `predictor` alone, at the first prediction. What is shared stays apart from who asks: an upload is
checked before any cache is. It is the server's (server_state.py), so that no visitor empties it, and is used by its
methods and never compared by type, because hot reload makes new classes.
Left out: anything drawn, session state, what a visitor may do with a run (runs.py).
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import streamlit as st

from core.applications import APPLICATIONS
from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.config.machine import available_cores, count_gpus, set_thread_policy
from core.config.words import plural
from core.data.sources.upload_folders import root_of, touch
from core.data.sources.uploads import Upload, check_reader, find_upload
from core.jobs import starters
from core.jobs.files import read_json
from core.jobs.manager import RunManager
from core.jobs.status import RunStatus
from core.jobs.store import RunStore
from core.resolve import resolve_data
from core.sharing import experiment_without_rows, without_rows
from ui import reader, visitor
from ui.background import Background, begin
from ui.predictors import Predictors
from ui.server_state import forget, made, of_the_server
from ui.watching import StatusCache, Watchers

if TYPE_CHECKING:
    from core.config.experiment import DataConfig, Experiment
    from core.config.summary import DataSummary
    from core.data.catalog import Entry
    from core.data.download_queue import Downloads
    from core.sweeps.serving import SweepServer

T = TypeVar("T")

Version = tuple[Literal["best", "last"], int, int]

NUM_PREDICTORS = 4
WEIGHT_FILES = {"best": "best.safetensors", "last": "last.pt"}


@of_the_server
def settings() -> Settings:
    """The server's folders and devices, read once from the environment."""
    found = Settings()
    found.runs_dir.mkdir(parents=True, exist_ok=True)
    found.state_dir.mkdir(parents=True, exist_ok=True)
    return found


@of_the_server
def limits() -> Limits:
    """The most that a run may ask of this server."""
    return Limits()


@of_the_server
def store() -> RunStore:
    """The runs folder, and the starters. Where the server is local, what its shell trained is its visitor's too."""
    return RunStore(settings().runs_dir, shared=limits().profile == "local", starters=starters.STARTERS_DIR)


@of_the_server
def _background() -> Background:
    from ui.sweeps import data_of

    return begin(settings(), limits(), store(), data_of)


def manager() -> RunManager:
    """The one run manager of this server, with its spare worker."""
    return _background().manager


def sweeps() -> SweepServer:
    """The searches of settings over these runs."""
    return _background().sweeps


def close() -> None:
    """End what works in the background, and keep nothing: runs go on, and the next server finds them."""
    background = made(_background)
    if background is not None:
        background.sweeps.close()  # which has data read
    reader.close()
    forget()
    if background is not None:
        background.close()


def upload(upload_id: str) -> Upload:
    """An upload of this visitor's; that they look at it is a use, which keeps it.

    Raises:
        ConfigError: It is not here, or somebody else's: which of the two is not said.
    """
    found = find_upload(upload_id, settings().state_dir)
    check_reader(found, visitor.owner())
    touch(root_of(settings().state_dir) / upload_id)
    return found


@of_the_server
def _statuses() -> StatusCache:
    return StatusCache()


def status(run_id: str) -> RunStatus | None:
    """What a run is doing now; None when there is no such run. All who look at one run share one reading of it."""
    try:
        return _statuses().read(store().path(run_id))
    except (ConfigError, OSError):
        return None


def sees_rows(run_id: str) -> bool:
    """Whether this visitor may see rows of what a run was trained on; those of a run that is not there nobody does."""
    try:
        return store().sees_rows(run_id, visitor.owner())
    except (ConfigError, OSError):
        return False


def run_file(run_id: str, name: str) -> dict[str, Any] | None:
    """`result.json` or `details.json` of a run, as far as this visitor may see it; None while there is none."""
    path = store().path(run_id) / name
    try:
        content = _json_file(str(path), path.stat().st_mtime_ns)
        if content is None or sees_rows(run_id):
            return content
        return without_rows(name, content, store().experiment(run_id).data)
    except (ConfigError, OSError):
        return None


def experiment(run_id: str) -> Experiment:
    """What a run trains, without the names of files that this visitor may not know. Raises `ConfigError`."""
    found = store().experiment(run_id)
    return found if sees_rows(run_id) else experiment_without_rows(found)


@st.cache_data(max_entries=32, show_spinner=False)
def _json_file(path: str, changed: int) -> dict[str, Any] | None:
    return read_json(Path(path))


@of_the_server
def _torch_lock() -> threading.Lock:
    return threading.Lock()


@of_the_server
def _predictors() -> Predictors:
    return Predictors(NUM_PREDICTORS, limits().max_model_bytes)


def predictor(run_id: str) -> Any:
    """The trained network of a run, ready to answer: its best, or the last while a run stands at a step to be looked at.

    To those who may not see rows of its data it says nothing that would show one.

    Raises:
        ConfigError: The run has no weights yet, or they are more than this server keeps in memory.
    """
    version, size = weights_of(run_id)
    network = _predictor(run_id, version, size)
    return network if sees_rows(run_id) else network.without_rows()


def at_moment(run_id: str, step: int) -> Any:
    """The network of a run as it was after a step whose weights were kept. Raises `ConfigError` where they are not."""
    network = _load(run_id, step)
    return network if sees_rows(run_id) else network.without_rows()


def weights_of(run_id: str) -> tuple[Version, int]:
    """Which weights of a run are in use, with what changes with them, and their bytes. Raises `ConfigError` for none."""
    found = status(run_id)
    weights: Literal["best", "last"] = "last" if found is not None and found.is_paused else "best"
    try:
        file = (store().path(run_id) / WEIGHT_FILES[weights]).stat()
    except OSError:
        raise ConfigError.single(
            "run", "a run that has been evaluated once", run_id, "Train it a little longer."
        ) from None
    return (weights, file.st_ino, file.st_mtime_ns), file.st_size


def _predictor(run_id: str, version: Version, size: int) -> Any:
    if _predictors().has(run_id, version):
        return _predictors().get(run_id, version, size, lambda: _load(run_id, version[0]))
    with st.spinner("Loading the network"):
        return _predictors().get(run_id, version, size, lambda: _load(run_id, version[0]))


def _load(run_id: str, weights: Literal["best", "last"] | int) -> Any:
    set_thread_policy(os.environ)
    with _torch_lock():
        from core import api
    return api.load(store().path(run_id), device=settings().predict_device, weights=weights)


@of_the_server
def _speeds() -> dict[str, float]:
    return {}


def speed(task: str) -> float:
    """Floating-point operations a second that this machine reached on the last finished run of a task.

    Before the first: those of two usual cores, three times as many for networks that write where the processor has bf16, in
    which these train.
    """
    from core.applications import describe
    from core.config.machine import processor_has_bf16
    from core.config.sizes import DEFAULT_FLOPS_PER_SECOND

    usual = 3 if describe(task).uses(("stream",)) and processor_has_bf16() else 1
    return _speeds().get(task, usual * DEFAULT_FLOPS_PER_SECOND)


@of_the_server
def _judging() -> dict[str, float]:
    return {}


def expected_seconds(experiment: Experiment, summary: DataSummary) -> float:
    """How long a run takes from its start to its figures, by the last finished run of its task on this machine."""
    from core.config.sizes import estimate_seconds

    return estimate_seconds(experiment, summary, speed(experiment.task)) + seconds_beside(experiment)


def seconds_beside(experiment: Experiment) -> float:
    """How long a run takes beside its training: to begin, to fit the simple methods and to judge, as above."""
    return _judging().get(experiment.task, experiment.description.judging_seconds)


def note_speed(task: str, result: Mapping[str, Any] | None) -> None:
    """Remember how fast a finished run was and how long its judging took, for the expected time of the next."""
    reached = (result or {}).get("flops_per_second")
    if isinstance(reached, (int, float)) and reached > 0:
        _speeds()[task] = float(reached)
    whole, training = ((result or {}).get(name) for name in ("total_seconds", "seconds"))
    if isinstance(whole, (int, float)) and isinstance(training, (int, float)):
        _judging()[task] = max(0.0, float(whole) - float(training))


@of_the_server
def _watchers() -> Watchers:
    return Watchers()


def refresh_seconds(tab: str) -> float:
    """Pause between two looks at a run: a third of a second, longer when many pages watch at once.

    Args:
        tab: The open page that looks, from `visitor.tab`; each call says that it still does.
    """
    return _watchers().seconds(tab)


def free_disk() -> int | None:
    """Bytes that are free where the runs are; None when the system does not say."""
    try:
        return shutil.disk_usage(settings().runs_dir).free
    except OSError:
        return None


def device_label() -> str:
    """What this server trains on, for the badge."""
    if count_gpus(os.environ):
        return "GPU"
    return f"CPU, {plural(available_cores(), 'core')}"


def known_sets(task: str) -> list[Entry]:
    """The sets of the catalogue that an application learns from, its default first."""
    from core.data import catalog

    application = APPLICATIONS[task]
    return list(catalog.entries(application.task.kind, application.data))


def data_sets(task: str) -> list[Entry]:
    """Those that can be trained on here: built in, or public and on this machine."""
    from core.data.downloads import is_here

    return [entry for entry in known_sets(task) if is_here(entry, settings())]


@of_the_server
def downloads() -> Downloads:
    """The downloads of this server: all who ask for a set see one. Files that came whole are kept when it ends."""
    from core.data import catalog
    from core.data.download_queue import Downloads
    from ui.asking import write_hub_parts

    public = [entry for entry in catalog.entries() if entry.files]
    return Downloads(public, settings(), limits(), write_parts=write_hub_parts)


def default_data(task: str, data_id: str) -> DataConfig:
    """The data section of a built-in set as its entry has it."""
    return resolve_data(task, {"data.id": data_id})
