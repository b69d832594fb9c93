"""A real Ray cluster of two nodes on this machine, for `make test-ray`; without the variable UNROLL_RAY nothing runs."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.config.experiment import Experiment
from core.config.limits import Limits
from core.jobs.backends import Share
from core.jobs.backends.ray import Head, RayBackend
from core.jobs.manager import RunManager
from core.jobs.status import read_status
from core.jobs.store import RunStore
from tests.faults.conftest import SMALL_WORKER

RAY = os.environ.get("UNROLL_RAY", "")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and not RAY and "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="needs Ray: make test-ray"))


class Cluster:
    """A head and nodes with one processor core for trainings each, which ask for a token."""

    def __init__(self, folder: Path):
        self.token = secrets.token_urlsafe(32)
        self._folder, self._port, dashboard = folder, _free_port(), _free_port()
        self.address = f"http://127.0.0.1:{dashboard}"
        self._nodes: list[subprocess.Popen[bytes]] = []
        self._start("--head", f"--port={self._port}", f"--dashboard-port={dashboard}", f"--temp-dir={folder}")

    def add_node(self) -> None:
        """Another node, on this machine."""
        self._start(f"--address=127.0.0.1:{self._port}")

    def kill_node(self, number: int) -> None:
        """Take a node's power away; 0 is the head."""
        for process in _tree(self._nodes[number].pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._nodes[number].wait()

    def num_nodes(self) -> int:
        """Nodes that the head believes to be alive; 0 while it cannot be asked."""
        try:
            found = Head(self.address, self.token).ask("GET", "/api/v0/nodes?limit=100&detail=true")
        except OSError:
            return 0
        return sum(node["state"] == "ALIVE" for node in found["data"]["result"]["result"])

    def close(self) -> None:
        """End it all."""
        for number in range(len(self._nodes)):
            self.kill_node(number)

    def _start(self, *options: str) -> None:
        environment = {**os.environ, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": self.token}
        with open(self._folder / f"node{len(self._nodes)}.log", "wb") as log:
            command = [RAY, "start", *options, "--num-cpus=1", "--object-store-memory=80000000"]
            command += ["--disable-usage-stats", "--block"]
            self._nodes.append(
                subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
            )
        deadline, wanted = time.monotonic() + 120, self.num_nodes() + 1
        while self.num_nodes() < wanted:
            assert time.monotonic() < deadline, "no node came"
            time.sleep(0.3)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two nodes with room for one training each."""
    made = Cluster(tmp_path_factory.mktemp("ray"))
    made.add_node()
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def experiment() -> Experiment:
    return Experiment.parse({"task": "forecasting", "model": {"hidden_size": 7}})


@pytest.fixture
def wait_until() -> Callable[..., Any]:
    """Polls until a condition holds, for two minutes; returns the seconds it took."""

    def wait(condition: Callable[[], Any], seconds: float = 120.0) -> float:
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < seconds, "waited in vain"
            time.sleep(0.05)
        return time.monotonic() - began

    return wait


@pytest.fixture
def state_of(store: RunStore) -> Callable[[str], str]:
    return lambda run_id: read_status(store.path(run_id)).state


@pytest.fixture
def make_manager(
    store: RunStore, cluster: Cluster, wait_until: Callable[..., Any]
) -> Iterator[Callable[..., RunManager]]:
    """Starts managers on the store whose runs go to the cluster."""
    made: list[tuple[RunManager, RayBackend]] = []

    def make(token: str | None = None, command: Any = SMALL_WORKER) -> RunManager:
        head = Head(cluster.address, cluster.token if token is None else token)
        backend = RayBackend(head, Share(), command=command)
        made.append((RunManager(store, backend, {"torch": "0"}, limits=Limits()), backend))
        return made[-1][0]

    yield make
    for run_id in store.ids():
        store.request_stop(run_id)
    wait_until(lambda: all(read_status(store.path(run_id)).is_over for run_id in store.ids()))
    for manager, backend in made:
        manager.close()
        backend.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tree(pid: int) -> list[int]:
    """A process and everything that it started, jobs included."""
    import psutil

    try:
        process = psutil.Process(pid)
        return [pid, *(child.pid for child in process.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []
