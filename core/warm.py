"""`python -m core.warm`: prepare the default set of every task, so that no first visitor waits for it.

Started by the server at low priority; ends at once when everything is on disk already.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from core.applications import describe
from core.config.limits import Settings
from core.data.prepare import is_prepared, prepare
from core.resolve import resolve_data, with_built_in_data

NICENESS = 10


def missing(settings: Settings) -> list[str]:
    """Tasks whose default data is not on disk yet."""
    return [
        task for task in with_built_in_data() if not is_prepared(describe(task).kind, resolve_data(task, {}), settings)
    ]


def start(settings: Settings) -> subprocess.Popen[bytes] | None:
    """Prepare what is missing in a process of its own; None when nothing is."""
    if not missing(settings):
        return None
    root = Path(__file__).resolve().parents[1]
    nothing = subprocess.DEVNULL
    environment = {**os.environ, "UNROLL_STATE_DIR": str(settings.state_dir)}
    return subprocess.Popen(
        [sys.executable, "-m", "core.warm"],
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        cwd=root,
        env=environment,
        start_new_session=True,
    )


def main() -> None:
    """Prepare what is missing, one task after the other."""
    os.nice(NICENESS)
    settings = Settings()
    for task in missing(settings):
        prepare(describe(task).kind, resolve_data(task, {}), settings)


if __name__ == "__main__":
    main()
