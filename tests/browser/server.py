"""A server of the app on folders of its own, for a browser to look at.

Left out: who looks (visitor.py).
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from core.jobs.record import read_record
from core.jobs.status import RunStatus, read_status
from core.jobs.store import RunStore
from tests.jobs.common import pid_of

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_STARTERS = (str(Path(__file__).with_name("app_without_starters.py")),)
ACTIVE = ("queued", "starting", "running")


class Server:
    """`streamlit run` on a free port and folders of its own; may be restarted on the same port.

    Args:
        folder: Where its runs, uploads and log go.
        launcher: What Python runs as `streamlit`.
        prepared: Where built-in sets lie prepared; otherwise it prepares them anew, for some seconds of processor.
        variables: Environment variables of its own.
    """

    def __init__(
        self,
        folder: Path,
        launcher: Sequence[str] = WITHOUT_STARTERS,
        prepared: Path | None = None,
        **variables: str,
    ):
        if prepared is not None:
            (folder / "state").mkdir(exist_ok=True)
            (folder / "state" / "prepared").symlink_to(prepared, target_is_directory=True)
        self.folder = folder
        self._launcher, self._variables = launcher, variables
        self.store = RunStore(folder / "runs")
        self.log_path = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the server and a shell beside it see."""
        outer = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
        own = {
            "UNROLL_RUNS_DIR": str(self.store.root),
            "UNROLL_STATE_DIR": str(self.folder / "state"),
            "UNROLL_PREDICT_DEVICE": "cpu",
            "UNROLL_SLOTS": "1",
            "PYTHONFAULTHANDLER": "1",
        }
        kept = {n: v for n, v in outer.items() if not n.startswith("UNROLL_") or n == "UNROLL_DATA_DIR"}
        return {**kept, **own, **self._variables}

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, *self._launcher, "run", "streamlit_app.py", "--server.headless", "true"]
        options = ["--server.port", str(self.port), "--server.fileWatcherType", "none"]
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                command + options, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server does not answer:\n{self.log()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """End the server alone; runs go on."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        self._process = None

    def end(self, ask: signal.Signals) -> None:
        """End the server by a signal, as a terminal or a supervisor does, and see that it does so in order."""
        assert self._process is not None
        self._process.send_signal(ask)
        try:
            code = self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)  # faulthandler writes into the log where every thread stands
            self._process.wait(10)
            pytest.fail(f"the server is still there 20 s after {ask.name}:\n{self.log()}")
        finally:
            self._process = None
        assert code in (0, 1, -ask), code  # 1 is how a command line says that it was interrupted

    def restart(self) -> None:
        """Another server process on the same folders and port."""
        self.stop()
        self.start()

    def status(self, run: str) -> RunStatus:
        """What the folder of a run says."""
        return read_status(self.store.path(run))

    def end_runs(self) -> None:
        """Stop what still trains, politely, then for good."""
        for run in self.store.list():
            if self.status(run).state in ACTIVE:
                self.store.request_stop(run)
        deadline = time.monotonic() + 20
        while any(self.status(run).state in ACTIVE for run in self.store.list()):
            if time.monotonic() > deadline:
                self._kill_workers()
                return
            time.sleep(0.1)

    def _kill_workers(self) -> None:
        for run in self.store.list():
            record = read_record(self.store.path(run))
            if (pid := pid_of(record)) and self.status(run).state in ACTIVE:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)

    def log(self) -> str:
        """What the server wrote, without colours."""
        text = self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""
        return re.sub(r"\x1b\[[0-9;]*m", "", text)
