"""A real queue whose runs are over as soon as they start: the validation score is the hidden size."""

import json

import pytest

from core.config.limits import Limits
from core.jobs.backends import GONE
from core.jobs.folders import read_experiment
from core.jobs.manager import RunManager
from core.jobs.record import read_record
from core.jobs.reporter import Reporter
from core.jobs.store import RunStore


class AtOnce:
    """A backend that has trained a run when it has started it."""

    def __init__(self):
        self.started = []
        self.ended = set()
        self.holds = False  # nothing ends

    def start(self, run_dir, attempt, cpus, gpus):
        self.started.append(run_dir.name)
        if not self.holds:
            self.train(run_dir, attempt)
        return run_dir.name

    def train(self, run_dir, attempt=1):
        record, experiment = read_record(run_dir), read_experiment(run_dir)
        step = record.pause_at or experiment.training.max_steps
        reporter = Reporter(run_dir, attempt, beat_seconds=60)
        reporter.started("cpu", experiment.training.max_steps)
        score = float(experiment.model.hidden_size)
        reporter.progress(step, {"metric": "mase", "value": score, "step": step})
        (run_dir / "last.pt").write_bytes(b"PK\x05\x06" + b"\0" * 18)  # an empty archive: a checkpoint that looks whole
        if record.pause_at is None:
            result = {"attempt": attempt, "test": {"mase": score + experiment.training.seed / 100}}
            (run_dir / "result.json").write_text(json.dumps(result))
        reporter.finished("stopped" if record.pause_at else "succeeded")
        self.ended.add(run_dir.name)

    def poll(self, ref):
        return GONE if ref in self.ended else None

    def stop(self, ref, *, force=False):
        if force:
            self.ended.add(ref)

    def find(self, run_dir, record):
        return record.ref

    def is_mine(self, ref):
        return True

    def explain(self, ref):
        return "It was ended."

    def slots(self):
        return 2

    def close(self):
        pass


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.fixture
def backend():
    return AtOnce()


@pytest.fixture
def make_manager(store, backend):
    """Managers on the store, closed at the end."""
    made = []

    def make(**limits):
        made.append(RunManager(store, backend, {"torch": "2.13.0"}, limits=Limits(**limits)))
        return made[-1]

    yield make
    for manager in made:
        manager.close()
