"""What works in the background of the server while pages come and go, begun and ended together.

Left out: what pages ask of it (services.py).
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from core import warm
from core.config.limits import Limits, Settings
from core.config.machine import available_cores, default_slots
from core.data.sources.upload_keeping import UploadKeeper
from core.jobs.manager import RunManager
from core.jobs.processes import ProcessLauncher
from core.jobs.store import RunStore


@dataclass(frozen=True)
class Background:
    """The run manager, what makes its processes with a spare one, and the process that warms the disk's cache."""

    manager: RunManager
    launcher: ProcessLauncher
    warming: subprocess.Popen[bytes] | None

    def close(self) -> None:
        """End it; runs go on, and the next server finds them."""
        self.manager.close()
        self.launcher.close()
        if self.warming is not None:
            self.warming.terminate()
            self.warming.wait()


def begin(settings: Settings, limits: Limits, store: RunStore) -> Background:
    """Begin everything, or nothing where the first of it fails.

    Raises:
        OSError: The folder of runs cannot be made, written or locked.
    """
    slots = settings.slots or default_slots()
    launcher = ProcessLauncher(max(1, available_cores() // slots))
    try:
        keeper = UploadKeeper(settings.state_dir, store.root, limits)
        manager = RunManager(store, slots, launcher, limits=limits, uploads=keeper)
    except BaseException:
        launcher.close()
        raise
    return Background(manager, launcher, warm.start(settings))
