"""Real managers, real workers and real servers to break; every test ends with a look at what must have survived.

`neighbour` is a finished run that stands in the same folder and must still be there, read and predict when the test is
over; whoever starts managers or servers makes sure that no run is left queued, starting or running.
Left out: which faults there are.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.api import load
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.jobs.backends.local import WORKER_COMMAND, LocalBackend
from core.jobs.files import read_json, read_jsonl
from core.jobs.manager import RunManager
from core.jobs.record import STOP_FILE, read_record
from core.jobs.status import RunStatus, read_status
from core.jobs.store import RunStore
from core.resolve import resolve
from tests.faults.server_process import Server
from tests.jobs.common import pid_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STEPS = 800  # a second: long enough to be in the middle of it
PACES = ("seconds", "tokens_per_second")  # what two equal trainings differ in
SMALL_WORKER = (sys.executable, "-I", "-S", str(HERE / "small_worker.py"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests keep the machine busy: one process of the test run does them all."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("workers"))


def _short(max_steps: int = STEPS, **values: Any) -> Experiment:
    given = {
        "data.id": "sunspots", "model.hidden_size": 7, "training.max_steps": max_steps, "training.max_seconds": None,
        "training.patience": None, "training.device": "cpu", "training.precision": "fp32", **values,
    }  # fmt: skip
    return resolve("forecasting", "quick", given).experiment


@pytest.fixture
def short() -> Callable[..., Experiment]:
    """Makes a small forecasting experiment of a second; `short(10**6)` does not end by itself."""
    return _short


@pytest.fixture
def num_steps() -> int:
    """Steps of `short()`."""
    return STEPS


def _train(folder: Path, pause_at: int | None = None) -> Path:
    """A run that a manager and one real worker have trained."""
    store, backend = RunStore(folder / "runs"), LocalBackend(1, 1, spare=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNROLL_STATE_DIR", str(folder / "state"))
        manager = RunManager(store, backend, {"torch": "0"}, limits=Limits())
        run_id = manager.submit(_short(), pause_at=pause_at)
        deadline = time.monotonic() + 120
        while manager.active() or not _status(store, run_id).is_over:
            assert time.monotonic() < deadline, _status(store, run_id)
            time.sleep(0.05)
        manager.close()
    return store.path(run_id)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run, trained without a break; to be copied, not changed."""
    directory = _train(tmp_path_factory.mktemp("finished"))
    assert read_status(directory).state == "succeeded"
    return directory


@pytest.fixture(scope="session")
def paused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same run, stopped at half its steps; to be copied, not changed."""
    directory = _train(tmp_path_factory.mktemp("paused"), pause_at=STEPS // 2)
    assert (status := read_status(directory)).state == "stopped" and status.step == STEPS // 2
    return directory


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def place(store: RunStore) -> Callable[[Path], str]:
    """Copies a run's folder into the store; returns the id that it has there."""

    def copy(directory: Path) -> str:
        run_id = os.urandom(16).hex()
        shutil.copytree(directory, store.path(run_id))
        return run_id

    return copy


@pytest.fixture
def neighbour(store: RunStore, finished: Path, place: Callable[[Path], str]) -> Iterator[str]:
    """A finished run beside those that break. When the test is over it must be as good as before."""
    run_id = place(finished)
    yield run_id
    assert_usable(store.path(run_id), finished)


def assert_usable(directory: Path, original: Path) -> None:
    """A finished run is all there: state, result, curve and network."""
    assert read_status(directory).state == "succeeded"
    assert read_json(directory / "result.json") == read_json(original / "result.json")
    assert (directory / "metrics.jsonl").read_bytes() == (original / "metrics.jsonl").read_bytes()
    assert load(directory, "cpu").predict(horizon=3)


def _facts(directory: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Everything that two equal trainings have in common: their records in order, and their result."""
    records = [
        {k: v for k, v in record.items() if k not in PACES} for record in read_jsonl(directory / "metrics.jsonl")[0]
    ]
    baselines = [record for record in records if record["event"] == "baseline"]
    result = read_json(directory / "result.json") or {}
    own = {k: result.get(k) for k in ("state", "steps", "total_steps", "best", "train", "validation", "test")}
    return [record for record in records if record not in baselines] + baselines, own


@pytest.fixture
def assert_equal(finished: Path) -> Callable[[Path], None]:
    """Fails unless a run came out as the one that was never interrupted."""

    def check(directory: Path) -> None:
        assert _facts(directory) == _facts(finished)
        assert (directory / "best.safetensors").read_bytes() == (finished / "best.safetensors").read_bytes()

    return check


@pytest.fixture
def end_all(store: RunStore) -> Callable[[], None]:
    """Ends every process of the test's runs, by the id that its record has."""

    def end() -> None:
        for run_id in store.ids():
            record = read_record(store.path(run_id))
            if (pid := pid_of(record)) and not read_status(store.path(run_id)).is_over:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)

    return end


@pytest.fixture
def make_manager(store: RunStore, end_all: Callable[[], None]) -> Iterator[Callable[..., RunManager]]:
    """Starts managers on the store, with the real worker unless told otherwise. No process outlives the test."""
    made: list[tuple[RunManager, LocalBackend]] = []

    def make(slots: int = 1, spare: bool = False, small: bool = False, **settings: Any) -> RunManager:
        limits, command = settings.pop("limits", Limits()), settings.pop("command", WORKER_COMMAND)
        backend = LocalBackend(slots, 1, command=SMALL_WORKER if small else command, spare=spare)
        made.append((RunManager(store, backend, {"torch": "0"}, limits=limits, **settings), backend))
        return made[-1][0]

    yield make
    left = [run_id for run_id in store.ids() if not _status(store, run_id).is_over]
    for run_id in left:
        store.request_stop(run_id)
    for manager, backend in made:
        manager.close()
        backend.close()
    end_all()
    for _, backend in made:
        for process, _ in backend._children.values():
            process.kill()
            process.wait()
    assert not left, "a run is left that is not over"


def _status(store: RunStore, run_id: str) -> RunStatus:
    return read_status(store.path(run_id))


@pytest.fixture
def status_of(store: RunStore) -> Callable[[str], RunStatus]:
    """What a screen would show of a run."""
    return lambda run_id: _status(store, run_id)


@pytest.fixture
def wait_for(store: RunStore, wait_until: Callable[..., Any]) -> Callable[..., RunStatus]:
    """Waits until a run is over, or in a given state, and returns its status: `wait_for(run, "running")`."""

    def wait(run_id: str, state: str = "", seconds: float = 60.0) -> RunStatus:
        def arrived() -> bool:
            status = _status(store, run_id)
            assert not state or not status.is_over or status.state == state, status
            return status.state == state if state else status.is_over

        wait_until(arrived, seconds)
        return _status(store, run_id)

    return wait


@pytest.fixture
def wait_for_step(store: RunStore, wait_until: Callable[..., Any]) -> Callable[[str, int], int]:
    """Waits until a run has recorded a step, and returns the id of its process."""

    def wait(run_id: str, step: int) -> int:
        path = store.path(run_id) / "metrics.jsonl"
        wait_until(lambda: any(record.get("step", 0) >= step for record in read_jsonl(path)[0]))
        return wait_until(lambda: pid_of(read_record(store.path(run_id))))

    return wait


@pytest.fixture
def start_server(store: RunStore, end_all: Callable[[], None]) -> Iterator[Callable[..., Server]]:
    """Starts servers on the store. At the end all are closed, and no run may be left that is not over."""
    made: list[Server] = []

    def start(slots: int = 1, small: bool = False, root: Path | None = None, prefix: tuple[str, ...] = ()) -> Server:
        made.append(Server(root or store.root, slots, SMALL_WORKER if small else (), prefix))
        return made[-1]

    yield start
    left = [run_id for run_id in store.ids() if not _status(store, run_id).is_over]
    for run_id in left:
        (store.path(run_id) / STOP_FILE).touch()
    for server in made:
        server.close()
    end_all()
    assert not left, "a run is left that is not over"


@pytest.fixture
def journal(store: RunStore) -> Callable[[], list[tuple[str, str]]]:
    """What small workers noted, as (start or end, run) in order."""

    def read() -> list[tuple[str, str]]:
        try:
            lines = (store.root / "journal.txt").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [(line.split()[0], line.split()[1]) for line in lines]

    return read


@pytest.fixture
def refused() -> Callable[..., str]:
    """Calls something that must be refused in words, and returns the words."""

    def call(action: Callable[[], Any], kind: type[ConfigError] = ConfigError) -> str:
        with pytest.raises(kind) as caught:
            action()
        for problem in caught.value.problems:
            assert problem.expected and problem.hint
        return str(caught.value)

    return call
