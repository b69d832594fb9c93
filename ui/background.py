"""What works in the background of the server while pages come and go, begun and ended together.

Left out: what pages ask of it (services.py).
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core import warm
from core.config.limits import Limits, Settings
from core.data.sources.upload_keeping import UploadKeeper
from core.jobs.backends import Backend
from core.jobs.backends.choice import backend_of
from core.jobs.manager import RunManager
from core.jobs.store import RunStore
from core.sweeps.queued import Data, driver_of
from core.sweeps.serving import SweepServer


@dataclass(frozen=True)
class Background:
    """The run manager, the sweeps over it, what carries its runs out, and the process that warms the disk's cache."""

    manager: RunManager
    sweeps: SweepServer
    backend: Backend
    warming: subprocess.Popen[bytes] | None

    def close(self) -> None:
        """End it; runs go on, and the next server finds them."""
        self.sweeps.close()
        self.manager.close()
        self.backend.close()
        if self.warming is not None:
            self.warming.terminate()
            self.warming.wait()


def begin(settings: Settings, limits: Limits, store: RunStore, data_of: Callable[[Path], Data]) -> Background:
    """Begin everything, or nothing where the first of it fails.

    Args:
        data_of: Who reads the data of the sweep of a folder.

    Raises:
        OSError: The folder of runs cannot be made, written or locked.
    """
    backend, share = backend_of(settings)
    try:
        keeper = UploadKeeper(settings.state_dir, store.root, limits)
        manager = RunManager(store, backend, limits=limits, share=share, uploads=keeper)
    except BaseException:
        backend.close()
        raise
    sweeps = SweepServer(manager, limits, lambda folder: driver_of(folder, manager, data_of(folder)))
    return Background(manager, sweeps, backend, warm.start(settings))
