"""A manager in a process of its own (server.py), to be killed, and what it wrote about its runs."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).parent


class Server:
    """The process, started and ready."""

    def __init__(self, root: Path, slots: int, command: tuple[str, ...], prefix: tuple[str, ...]):
        arguments = [*prefix, sys.executable, str(HERE / "server.py"), str(root), str(slots), *command]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe, text=True, bufsize=1)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n", self.lines

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)

    def runs(self, event: str) -> list[str]:
        """The runs to which something happened, such as "started", in order."""
        events = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
        return [found["run"] for found in events if found["event"] == event]

    def kill(self) -> None:
        """As the machine would: without a last word."""
        self.process.kill()
        self._close()

    def close(self) -> None:
        if self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
        self._close()

    def _close(self) -> None:
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            with suppress(OSError):
                stream.close()
