"""`python -m core.bounded.process FD`: a process that is ready to read, and a fresh child of it for each thing to read.

Everything that reading needs is imported once, then each request gets a child, which is there within some milliseconds,
knows nothing of what was read before, has its own limits on processor and memory, and takes them along when it ends.
The socket on `FD` brings one socket a request. A server that closes that one, or is gone, ends the child.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import asdict

from core.bounded.frames import ENDED, ERRORS, NO_MEMORY, REPLY, REQUEST, TOLD, Inbox, pack
from core.config.errors import ConfigError, Problem

MOST_REQUEST_BYTES = 64_000_000
LATER_NICENESS, LATER_SECONDS = 10, 2.0
"""Who has read for that long lets everybody else go first."""
_READERS = (
    "core.bounded.work", "core.data.prepare", "core.data.sources.files", "core.data.sources.newer_rows",
    "core.data.sources.pasted", "core.data.sources.preview", "core.resolve", "pyarrow.parquet", "tokenizers",
)  # fmt: skip
_LOOK_SECONDS = 0.5


class Nursery:
    """Makes a child for each request and collects what is left of it.

    Args:
        control: A socket that brings the sockets of requests, one at a time.
    """

    def __init__(self, control: socket.socket):
        self._control = control
        self._children: dict[int, socket.socket] = {}
        self._young: dict[int, float] = {}  # and when each is young no longer
        self._woken, self._waker = socket.socketpair()
        self._poll = select.poll()

    def run(self) -> None:
        """Work until the server is gone."""
        for end in (self._woken, self._waker):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno())
        self._poll.register(self._control, select.POLLIN)
        self._poll.register(self._woken, select.POLLIN)
        while True:
            found = dict(self._poll.poll(1_000 * _LOOK_SECONDS if self._young else None))
            if self._woken.fileno() in found:
                with suppress(BlockingIOError):
                    self._woken.recv(1_024)
            self._collect()
            self._look_after(found)  # before there is a new child, whose socket may have the number of an old one
            if self._control.fileno() in found and not self._begin():
                break
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)

    def _begin(self) -> bool:
        """Make a child for the request that has come; False when the server is gone."""
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
        except ConnectionError:
            return False
        if not message:
            return False
        for descriptor in descriptors:
            connection = socket.socket(fileno=descriptor)
            try:
                pid = os.fork()
            except OSError:  # no process to be had now: whoever asks sees the end of the connection
                connection.close()
                continue
            if pid == 0:
                self._become_child(connection)
            self._children[pid] = connection
            self._young[pid] = time.monotonic() + LATER_SECONDS
            self._poll.register(connection, 0)  # of an end that is closed it tells always
        return True

    def _become_child(self, connection: socket.socket) -> None:
        """Answer and end; never returns."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for end in (self._control, self._woken, self._waker, *self._children.values()):
                end.close()
            answer(connection)
            code = 0
        except BaseException:  # whatever it is, the child must not go on as its parent would
            traceback.print_exc()
        finally:
            os._exit(code)

    def _collect(self) -> None:
        """Tell how children ended."""
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            connection = self._children.pop(pid)
            self._young.pop(pid, None)
            self._poll.unregister(connection)
            number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            with suppress(OSError):  # nobody listens, or the whole answer waits there to be taken
                connection.send(pack(ENDED, str(number).encode()), socket.MSG_DONTWAIT)
            connection.close()

    def _look_after(self, found: dict[int, int]) -> None:
        """End children that nobody waits for, and let those that take long go behind everybody else."""
        for pid, connection in self._children.items():
            if connection.fileno() in found:
                os.kill(pid, signal.SIGKILL)
        for pid, end in list(self._young.items()):
            if time.monotonic() >= end:
                del self._young[pid]
                with suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, pid, LATER_NICENESS)


def answer(connection: socket.socket) -> None:
    """Read the request on a socket, do it within its limits, and send what came of it."""
    from core.bounded.work import JOBS

    frame = Inbox(connection, MOST_REQUEST_BYTES).next()
    assert frame is not None
    assert frame[0] == REQUEST
    request = json.loads(frame[1])
    told = [-1]

    def tell(share: float, what: str) -> None:
        percent = round(100 * share)
        if percent != told[0]:
            told[0] = percent
            connection.sendall(pack(TOLD, json.dumps([share, what]).encode()))

    tempfile.tempdir = request["scratch"]
    limit(*request["bounds"])
    try:
        reply = JOBS[request["job"]].answer(request["arguments"], request["settings"], request["limits"], tell)
    except ConfigError as error:
        connection.sendall(pack(ERRORS, json.dumps([asdict(problem) for problem in error.problems]).encode()))
    except MemoryError:
        connection.sendall(pack(NO_MEMORY))
    except RecursionError:
        problem = Problem("data.path", "data without so many levels", "levels in levels", "Bring it as a plain table.")
        connection.sendall(pack(ERRORS, json.dumps([asdict(problem)]).encode()))
    else:
        connection.sendall(pack(REPLY, reply))


def limit(seconds: float, num_bytes: int | None) -> None:
    """Bound this process: seconds of processor, bytes of memory and of any file that it writes.

    Beyond the seconds the system ends it; beyond the bytes what asks for them fails.
    """
    whole = max(1, round(seconds))
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_CPU, whole)
    if num_bytes is not None:
        _set(resource.RLIMIT_DATA, num_bytes)
        _set(resource.RLIMIT_FSIZE, num_bytes)


def _set(which: int, value: int) -> None:
    _, most = resource.getrlimit(which)
    with suppress(ValueError, OSError):  # a stricter limit holds already
        resource.setrlimit(which, (value, most if which != resource.RLIMIT_CPU else value + 1))


def main() -> None:
    """Import what reading needs, then serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in _READERS:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # children share these pages
    Nursery(control).run()


if __name__ == "__main__":
    main()
