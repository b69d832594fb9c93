"""Runs as jobs of a Ray cluster, through the head's HTTP interface for jobs: this machine needs no Ray.

The fair queue stays ours: Ray starts waiting jobs one by one in the order they came, so it is never given more than it
has room for. An attempt's id is made of its run and number, and Ray refuses an id that it has: a second submission
changes nothing. Runs, state and data lie in folders that all nodes see under the same path, like the code. The head is
asked by one thread with short time-outs, because a call to a dead one may hang; everybody else reads what it said last.
"""

from __future__ import annotations

import errno
import http.client
import json
import logging
import os
import shlex
import threading
import time
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.jobs.backends import GONE, REF_VARIABLE, UNREACHABLE, Share
from core.jobs.backends.local import LOG_FILE, PROJECT_ROOT, WORKER_COMMAND, explain_code, worker_environment
from core.jobs.record import ManagerRecord

ASK_SECONDS = 1.0
"""Pause between two rounds of questions."""
TIMEOUT_SECONDS = 3.0
SUBMIT_SECONDS = 20.0
"""A first job on a node starts an agent there before the head answers."""
SUBMIT_TRIES_SECONDS = 60.0
STOP_SECONDS = 8.0
"""Ray sends SIGTERM to a job that shall stop, and SIGKILL so much later."""
STOP_VARIABLE = "RAY_JOB_STOP_WAIT_TIME_S"
MAX_REMEMBERED = 1_000
MAX_WORDS = 300
PREFIX = "ray:"

log = logging.getLogger(__name__)


@dataclass
class _Attempt:
    """What the cluster said last: `code` as `poll` gives it, and why it ended; `is_mine` where it was started here."""

    is_mine: bool = False
    is_submitted: bool = True
    code: int | None = None
    words: str = ""


class Refused(OSError):
    """The head answered, and not with what was asked for."""

    def __init__(self, status: int, text: str):
        super().__init__(errno.EREMOTEIO, text.strip()[-MAX_WORDS:] or f"HTTP {status}")
        self.status, self.text = status, text


class Head:
    """The head of a cluster, asked over HTTP.

    Args:
        address: Such as http://head:8265.
        token: What the cluster wants to hear from whoever may run code on it; "" where it wants nothing.
    """

    def __init__(self, address: str, token: str = ""):
        self._address, self._token = address.rstrip("/"), token

    def ask(self, method: str, path: str, content: Any = None, *, seconds: float = TIMEOUT_SECONDS) -> Any:
        """The answer to a request, read as JSON where it is.

        Args:
            content: What is sent: bytes as they are, anything else as JSON.

        Raises:
            Refused: The head answered with an error.
            OSError: It cannot be reached, or did not answer in time.
        """
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        raw = content if isinstance(content, bytes | None) else json.dumps(content).encode()
        if raw is not None and raw is not content:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self._address + path, data=raw, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(error.code, error.read().decode(errors="replace")) from None
        except urllib.error.URLError as error:
            raise OSError(errno.EAGAIN, f"the head of the cluster cannot be reached: {error.reason}") from None
        except (http.client.HTTPException, TimeoutError) as error:
            raise OSError(errno.EAGAIN, f"the head of the cluster does not answer: {error!r}") from None
        try:
            return json.loads(text)
        except ValueError:
            return text


class RayBackend:
    """Starts each run as a job of a cluster.

    Args:
        head: Where jobs are submitted.
        share: What each run needs of a node.
        max_slots: Runs at the same time at most; 0 is as many as fit on the nodes.
        command: The worker, as the nodes start it; gets the folder of a run.
    """

    def __init__(self, head: Head, share: Share, *, max_slots: int = 0, command: Sequence[str] = WORKER_COMMAND):
        self._head, self._share, self._max_slots, self._command = head, share, max_slots, tuple(command)
        self._guard = threading.Lock()  # what follows
        self._attempts: OrderedDict[str, _Attempt] = OrderedDict()
        self._room = 0
        self._reachable: bool | None = None
        self._closed = threading.Event()
        self._wake = threading.Event()
        self._errands = ThreadPoolExecutor(4, thread_name_prefix="ray-errand")
        self._thread = threading.Thread(target=self._keep_asking, name="ray-head", daemon=True)
        self._thread.start()

    def start(self, run_dir: Path, attempt: int, cpus: int, gpus: int) -> str:
        """Submit a job, in the background: what goes wrong is said by `poll` and `explain`."""
        ref = _ref(run_dir, attempt)
        with self._guard:
            self._attempts[ref] = _Attempt(is_mine=True, is_submitted=False)
            self._forget_oldest()
        self._errands.submit(self._submit, ref, self._job(ref, run_dir.resolve(), cpus, gpus))
        return ref

    def poll(self, ref: str) -> int | None:
        """As the head said last; what it was not asked for yet counts as running."""
        with self._guard:
            attempt = self._attempts.setdefault(ref, _Attempt())
            if attempt.code is None and self._reachable is False:
                return UNREACHABLE
            return attempt.code

    def stop(self, ref: str, *, force: bool = False) -> None:
        """Have Ray end the job: SIGTERM, and some seconds later SIGKILL, whether by force or not."""
        if self.poll(ref) in (None, UNREACHABLE):
            self._errands.submit(self._stop, ref)

    def find(self, run_dir: Path, record: ManagerRecord) -> str:
        """The job of a record's attempt: its id is known even where nobody could write it down."""
        if record.ref.startswith(PREFIX):
            return record.ref
        return _ref(run_dir, record.attempt) if record.state == "launched" and not record.ref else ""

    def is_mine(self, ref: str) -> bool:
        """Whether this server submitted it."""
        with self._guard:
            return ref in self._attempts and self._attempts[ref].is_mine

    def explain(self, ref: str) -> str:
        """What the cluster says about the end of a job."""
        code = self.poll(ref)
        with self._guard:
            words = self._attempts[ref].words
        if code == UNREACHABLE:
            return "The cluster cannot be reached, and the training has not reported for a while."
        return f"The cluster ended it: {words}" if words else explain_code(code)

    def slots(self) -> int:
        """As many runs as fit on the nodes that are alive; 0 while the head cannot be reached."""
        with self._guard:
            return self._room if self._reachable else 0

    def close(self) -> None:
        """Ask no more. Jobs go on."""
        self._closed.set()
        self._wake.set()
        self._thread.join()
        self._errands.shutdown(wait=False, cancel_futures=True)

    def _job(self, ref: str, run_dir: Path, cpus: int, gpus: int) -> dict[str, Any]:
        """What is asked of Ray. The shell's words are ours and quoted: no text of a visitor's is among them."""
        command = shlex.join([*self._command, str(run_dir)])
        logged = shlex.quote(str(run_dir / LOG_FILE))
        said = {name: value for name, value in os.environ.items() if name.startswith("UNROLL_")}  # its limits, say
        secret = {name for name in said if name.endswith("_TOKEN")}
        environment = {**said, **worker_environment(cpus), REF_VARIABLE: ref, STOP_VARIABLE: f"{STOP_SECONDS:.0f}"}
        return {
            "submission_id": _job_id(ref),
            "entrypoint": f"cd {shlex.quote(str(PROJECT_ROOT))} && exec {command} >> {logged} 2>&1",
            "entrypoint_num_cpus": cpus,
            "entrypoint_num_gpus": gpus,
            "runtime_env": {"env_vars": {name: environment[name] for name in sorted(environment.keys() - secret)}},
        }

    def _submit(self, ref: str, job: dict[str, Any]) -> None:
        deadline = time.monotonic() + SUBMIT_TRIES_SECONDS
        while not self._closed.is_set():
            try:
                self._head.ask("POST", "/api/jobs/", job, seconds=SUBMIT_SECONDS)
                break
            except Refused as error:
                if "already exists" in error.text:  # of a try whose answer was lost
                    break
                return self._note(ref, 1, f"the job was refused: {error.strerror}")
            except OSError as error:
                if time.monotonic() > deadline:
                    return self._note(ref, GONE, f"it could not be submitted: {error.strerror}")
                self._closed.wait(ASK_SECONDS)
        with self._guard:
            self._attempts[ref].is_submitted = True
        self._wake.set()

    def _stop(self, ref: str) -> None:
        try:
            self._head.ask("POST", f"/api/jobs/{_job_id(ref)}/stop")
        except OSError as error:  # it is asked again after a while
            log.warning("A job could not be stopped: %s", error.strerror)
        self._wake.set()

    def _keep_asking(self) -> None:
        while not self._closed.is_set():
            self._wake.clear()
            try:
                self._ask_all()
                reachable = True
            except (OSError, LookupError, TypeError, ValueError) as error:  # the others: an answer that is none
                reachable = False
                if self._reachable is not False:  # once, not at every try
                    log.warning("The cluster cannot be asked: %s", error)
            with self._guard:
                self._reachable = reachable
            self._wake.wait(ASK_SECONDS)

    def _ask_all(self) -> None:
        """One round: the nodes, then every attempt that is not known to be over. Raises `OSError`."""
        nodes = self._head.ask("GET", "/api/v0/nodes?limit=1000&detail=true")
        room = sum(_room_of(node, self._share) for node in nodes["data"]["result"]["result"])
        with self._guard:
            self._room = min(room, self._max_slots) if self._max_slots else room
            refs = [ref for ref, one in self._attempts.items() if one.code is None and one.is_submitted]
        for ref in refs:
            try:
                said = self._head.ask("GET", f"/api/jobs/{_job_id(ref)}")
            except Refused as error:
                if error.status != 404:
                    raise
                self._note(ref, GONE, "it does not know this job; it was started anew, perhaps.")
                continue
            if said["status"] not in ("PENDING", "RUNNING"):
                self._note(ref, *_ending(said))

    def _note(self, ref: str, code: int, words: str) -> None:
        with self._guard:
            attempt = self._attempts[ref]
            attempt.code, attempt.words = code, words

    def _forget_oldest(self) -> None:
        over = [ref for ref, one in self._attempts.items() if one.code is not None]
        for ref in over[:-MAX_REMEMBERED]:
            del self._attempts[ref]


def _ref(run_dir: Path, attempt: int) -> str:
    return f"{PREFIX}unroll-{run_dir.name}-{attempt}"


def _job_id(ref: str) -> str:
    return ref.removeprefix(PREFIX)


def _room_of(node: dict[str, Any], share: Share) -> int:
    """How many runs a node has room for, by what it has in all: our own are there already."""
    if node.get("state") != "ALIVE":
        return 0
    has = node.get("resources_total") or {}
    room = int(has.get("CPU", 0.0) // share.cpus)
    return min(room, int(has.get("GPU", 0.0) // share.gpus)) if share.gpus else room


def _ending(said: dict[str, Any]) -> tuple[int, str]:
    """Exit code and reason of a job that is over. A code of the process itself speaks for itself."""
    code = said.get("driver_exit_code")
    if said["status"] == "SUCCEEDED":
        return 0, ""
    if isinstance(code, int):
        return code, ""
    words = str(said.get("message") or "").strip().split("\n", 1)[0][:MAX_WORDS]
    return GONE, words or said["status"].lower()
