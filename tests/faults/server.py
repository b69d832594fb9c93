"""A server without pages: a manager of one folder of runs, in a process of its own.

`python server.py RUNS_DIR SLOTS [WORKER COMMAND ...]` writes the events of runs to standard error, "ready" to standard
output, and closes in good order at the end of its standard input.
"""

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.config.limits import Limits
from core.jobs.backends.local import WORKER_COMMAND, LocalBackend
from core.jobs.manager import RunManager
from core.jobs.store import RunStore


def main(root: str, slots: str, *command: str) -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    backend = LocalBackend(int(slots), 1, command=command or WORKER_COMMAND, spare=False)
    manager = RunManager(RunStore(Path(root)), backend, limits=Limits())
    print("ready", flush=True)
    sys.stdin.read()
    manager.close()
    backend.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
