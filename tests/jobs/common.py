"""Whose runs they are, what a worker and a training write, and what the small workers noted."""

import json

from core.jobs.backends.local import Process
from core.jobs.clock import Moment
from core.jobs.identity import owner_of

ANN, BOB = owner_of("ann"), owner_of("bob")
NOW = 2_000_000_000.0
THEN = Moment(NOW, 5_000.0, "")


def starts(journal):
    """The runs that were started, in order."""
    return [run_id for word, run_id, _ in journal() if word == "start"]


def pid_of(record):
    """The number of the process that a record names; 0 where it names none."""
    process = None if record is None else Process.of(record.ref)
    return 0 if process is None else process.pid


def report(directory, **values):
    """Write a status.json as a worker would."""
    status = {"state": "running", "step": 4, "total_steps": 8, "heartbeat": NOW - 1, "attempt": 1, "seconds": 2.5}
    (directory / "status.json").write_text(json.dumps({**status, **values}))


def result(directory, **values):
    """Write a result.json as a training would."""
    said = {"event": "result", "state": "succeeded", "attempt": 1, "steps": 8, "total_steps": 8, "seconds": 3.0,
            "device": "cpu", "best": {"metric": "mase", "value": 0.7, "step": 6}}  # fmt: skip
    (directory / "result.json").write_text(json.dumps({**said, **values}))
