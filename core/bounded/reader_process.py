"""The server's end of the process that makes readers: started, asked for one reader at a time, made anew where it is gone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE",
    "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2",  # others reserve a gigabyte that nobody uses
}  # fmt: skip


class ReaderProcess:
    """A process that has imported all that reading needs, and makes a reader of its own for each request.

    Attributes:
        command: What Python runs; gets the number of a socket.
    """

    command: tuple[str, ...] = ("-m", "core.bounded.process")

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._closed = False

    def start(self) -> None:
        """Make it, so that the first who asks need not wait for its imports. Raises `OSError`."""
        with self._guard:
            self._running()

    def connect(self) -> socket.socket:
        """A socket to a new reader, which ends when that is closed.

        Raises:
            OSError: No process can be made.
            RuntimeError: It was closed.
        """
        ours, theirs = socket.socketpair()
        with theirs, self._guard:
            for is_last in (False, True):
                control = self._running()
                try:
                    socket.send_fds(control, [b"r"], [theirs.fileno()])
                    break
                except OSError:
                    self._end()
                    if is_last:
                        ours.close()
                        raise
        return ours

    def close(self) -> None:
        """End it with everything that it reads."""
        with self._guard:
            self._closed = True
            self._end()

    def _running(self) -> socket.socket:
        if self._closed:
            raise RuntimeError("this process was closed")
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._control is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, *self.command, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    cwd=_ROOT,
                    env=_environment(),
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            self._control = ours
        return self._control

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _environment() -> dict[str, str]:
    """That of the server without keys: who reads strangers' files has none to lose."""
    inherited = {name: value for name, value in os.environ.items() if name != "UNROLL_HUB_TOKEN"}
    return {**inherited, **_ENVIRONMENT}
