"""Real managers and real processes: a tiny worker without torch whose behaviour is chosen by the name of its run."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from core.config.experiment import Experiment
from core.config.limits import Limits
from core.jobs.backends.local import LocalBackend
from core.jobs.manager import RunManager
from core.jobs.status import read_status
from core.jobs.store import RunStore
from tests.jobs.common import ANN

ROOT = Path(__file__).resolve().parents[2]
WORKER = f"""
import json, os, signal, sys, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from core.jobs.record import read_record
from core.jobs.reporter import Reporter

def note(directory, word):
    descriptor = os.open(directory.parent / "journal.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(descriptor, f"{{word}} {{directory.name}} {{os.getpid()}}\\n".encode())

if sys.argv[1] == "--wait":
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    directory = Path(json.loads(line))
    note(directory, "spare")
else:
    directory = Path(sys.argv[1])
note(directory, "start")
record = read_record(directory)
mode = record.name
if mode == "crash":
    print("about to crash", flush=True)
    os._exit(3)
starts = (directory.parent / "journal.txt").read_text().count(f"start {{directory.name}}")
if mode == "struck" or (mode == "struck_once" and starts == 1):
    os.kill(os.getpid(), signal.SIGKILL)
if mode == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if mode == "mute":
    time.sleep(60)
reporter = Reporter(directory, record.attempt, beat_seconds=0.1)
reporter.started("cpu", 3)
while mode in ("deaf", "stubborn"):
    time.sleep(0.02)
step = 0
last = record.pause_at or 3
while (mode == "hold" or step < last) and not reporter.should_stop():
    step += 1
    reporter.record({{"event": "metrics", "step": step}})
    reporter.progress(step)
    time.sleep(0.02)
note(directory, "end")
reporter.finished("stopped" if reporter.should_stop() or step == record.pause_at else "succeeded")
if mode == "lingers":
    time.sleep(60)
"""


@pytest.fixture
def experiment():
    return Experiment.parse({"task": "forecasting", "model": {"hidden_size": 7}})


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.fixture
def new_run(store, experiment):
    """Makes a run's folder without any manager."""

    def make(**fields) -> Path:
        return store.path(store.create(experiment, versions={"torch": "2.13.0"}, **fields))

    return make


@pytest.fixture
def state_of(store):
    """The state that a screen would show of a run."""
    return lambda run_id: read_status(store.path(run_id)).state


@pytest.fixture
def journal(store):
    """What the workers noted, as (word, run, process) in the order of events."""

    def read() -> list[tuple[str, str, int]]:
        try:
            lines = (store.root / "journal.txt").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [(word, run_id, int(pid)) for word, run_id, pid in (line.split() for line in lines)]

    return read


@pytest.fixture
def worker_command(tmp_path):
    script = tmp_path / "tiny_worker.py"
    script.write_text(WORKER)
    return (sys.executable, str(script))


@pytest.fixture
def make_manager(store, worker_command, journal, wait_until):
    """Starts managers on the store; at the end no process of the test is left."""
    managers: list[RunManager] = []
    backends: list[LocalBackend] = []

    def make(slots: int = 1, spare: bool = False, stop_seconds: float = 60.0, uploads=None, **limits) -> RunManager:
        backends.append(LocalBackend(slots, 1, command=worker_command, spare=spare))
        managers.append(
            RunManager(
                store,
                backends[-1],
                {"torch": "2.13.0"},
                limits=Limits(**limits),
                stop_seconds=stop_seconds,
                uploads=uploads,
            )
        )
        managers[-1].backend_of_test = backends[-1]
        return managers[-1]

    yield make
    for run_id in store.ids():
        store.request_stop(run_id)
    for manager in managers:
        manager.close()
    for backend in backends:
        backend.close()
        for process, _ in backend._children.values():  # not adopted by anybody: collect them
            process.kill()
            process.wait()
    for _, _, pid in journal():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def stopped_run(make_manager, experiment, state_of, wait_until):
    """A manager and a run of Ann's that was stopped after some steps."""
    manager = make_manager()
    run_id = manager.submit(experiment, owner=ANN, name="hold", fingerprint="f00", expected_seconds=8.0)
    wait_until(lambda: state_of(run_id) == "running" and read_status(manager.store.path(run_id)).step >= 2)
    manager.stop(run_id, actor=ANN)
    wait_until(lambda: state_of(run_id) == "stopped")
    return manager, run_id
