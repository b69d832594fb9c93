"""What works in the background of the server while pages come and go, begun and ended together.

Left out: what pages ask of it (services.py).
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from core import warm
from core.bounded.pool import Readers
from core.config.limits import Limits, Settings
from core.data.sources.upload_keeping import UploadKeeper
from core.jobs.launcher import ProcessLauncher, available_cores, default_slots
from core.jobs.manager import RunManager
from core.jobs.store import RunStore


@dataclass(frozen=True)
class Background:
    """The run manager, what makes its processes, the process that reads, and the one that warms the disk's cache."""

    manager: RunManager
    readers: Readers
    launcher: ProcessLauncher
    warming: subprocess.Popen[bytes] | None

    def close(self) -> None:
        """End it; runs go on, and the next server finds them."""
        self.manager.close()
        self.launcher.close()
        self.readers.close()
        if self.warming is not None:
            self.warming.terminate()
            self.warming.wait()


def begin(settings: Settings, limits: Limits, store: RunStore) -> Background:
    """Begin everything, or nothing where the first of it fails.

    Raises:
        OSError: The folder of runs cannot be made, written or locked.
    """
    readers = Readers(settings, limits, places=max(1, available_cores() // 2))
    readers.start()  # first of all: the first page waits for it
    slots = settings.slots or default_slots()
    launcher = ProcessLauncher(max(1, available_cores() // slots))
    try:
        keeper = UploadKeeper(settings.state_dir, store.root, limits)
        manager = RunManager(store, slots, launcher, limits=limits, uploads=keeper)
    except BaseException:
        launcher.close()
        readers.close()
        raise
    return Background(manager, readers, launcher, warm.start(settings))
