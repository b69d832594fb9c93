"""What fetches over the network have in common: which servers may be asked, one at a time, threads, and a watch over them.

Left out: who moves the bytes, which is pooch for sets of the catalogue (downloads.py) and huggingface_hub for those of the
Hub (hub/client.py).
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from core.data.entries.entry import File

MAX_CONNECTIONS = 8
LOOK_SECONDS = 0.2  # between two looks at what has come
GRACE_SECONDS = 1.0  # for connections to notice that they are not wanted any more
LOCALHOST = ("localhost", "127.0.0.1", "::1")
F = TypeVar("F", bound=File)


class FetchError(RuntimeError):
    """A file could not be fetched, and trying again at once would not help. Nothing wrong was kept."""


class Interrupted(Exception):
    """The caller wants no more of it."""


@dataclass(frozen=True)
class Progress:
    """How far a set is: files and bytes that are there, of how many."""

    files_done: int
    files: int
    bytes_done: int
    bytes: int


def host_of(url: str) -> str:
    """The server of an address, for a message."""
    return urlsplit(url).hostname or "The server"


def check_address(url: str, trusted: str = "") -> None:
    """Let an address pass before it is asked.

    Args:
        url: The address.
        trusted: An address whose server may be asked whatever it is: one that the host of this server named.

    Raises:
        FetchError: It is not https, or not out in the public network.
    """
    try:
        place, home = urlsplit(url), urlsplit(trusted)
        host, port = place.hostname, place.port
        is_home = (place.scheme, host, port) == (home.scheme, home.hostname, home.port)
    except ValueError:
        raise FetchError("A server leads to something that is no address.") from None
    if is_home:
        return
    if place.scheme != "https" or not host or re.search(r"[\\\s@]", place.netloc):
        raise FetchError("A server leads to an address that is not https; it was not followed.")
    if not all(address.is_global and not address.is_multicast for address in _addresses(host, port or 443)):
        raise FetchError("A server leads into a private network; it was not followed.")


def _addresses(host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """The addresses of a host; none when the name is unknown here, as behind a proxy, which then has its own say."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


class Watch:
    """Counts what comes of some files, tells how far they are, and ends it all: cancelled, out of time, failed.

    Args:
        files: What is to come.
        seconds: How long that may take.
        progress: Told how far it is, by whoever calls `look`.
        cancel: Ends it when it is set.
    """

    def __init__(
        self,
        files: Sequence[File],
        seconds: float,
        progress: Callable[[Progress], None] | None,
        cancel: threading.Event | None,
    ):
        self._came, self._done = dict.fromkeys(files, 0), set[File]()
        self._bytes = sum(file.bytes for file in files)
        self._seconds, self._end = seconds, time.monotonic() + seconds
        self._progress, self._cancel = progress, cancel or threading.Event()
        self._is_over = threading.Event()
        self._error: Exception | None = None

    def look(self) -> None:
        """Report how far it is, or raise when it is to end."""
        if self._cancel.is_set():
            raise Interrupted
        if time.monotonic() > self._end:
            raise FetchError(f"It took longer than {self._seconds:,.0f} seconds.")
        if self._error is not None:
            raise self._error
        if self._progress is not None:
            self._progress(Progress(len(self._done), len(self._came), sum(self._came.values()), self._bytes))

    def wait(self) -> None:
        """Look, then wait for a moment, or until it is cancelled."""
        self.look()
        self._cancel.wait(LOOK_SECONDS)

    def came(self, file: File, size: int) -> None:
        """So many bytes of a file have come, says the thread that fetches it; raises `Interrupted` when it is to end."""
        if self._is_over.is_set():
            raise Interrupted
        self._came[file] = size
        if size > file.bytes:
            raise FetchError(f"A server sends more than the published {file.bytes:,} bytes.")

    def fetch_all(self, files: Sequence[F], fetch: Callable[[F], None]) -> None:
        """Fetch files, at most `MAX_CONNECTIONS` at a time; the first error ends all.

        Raises:
            FetchError: One could not be fetched, or time is out.
            Interrupted: It was cancelled.
            Exception: Whatever else `fetch` raised first.
        """
        waiting = iter(files)
        # Daemons: a thread that hangs in a read or a library's pause is left behind, and keeps no server from ending.
        threads = [threading.Thread(target=self._fetch_some, args=(waiting, fetch), daemon=True)
                   for _ in range(min(MAX_CONNECTIONS, len(files)))]  # fmt: skip
        try:
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                self.wait()
            self.look()
        finally:
            self._is_over.set()
            end = time.monotonic() + GRACE_SECONDS
            for thread in threads:
                thread.join(max(0.0, end - time.monotonic()))

    def _fetch_some(self, waiting: Iterator[F], fetch: Callable[[F], None]) -> None:
        try:
            for file in waiting:
                self.came(file, 0)
                fetch(file)
                self._came[file] = file.bytes
                self._done.add(file)
        except Interrupted:
            pass
        except Exception as error:
            self._error = self._error or error
            self._is_over.set()

    @contextmanager
    def alone(self, lock: Path) -> Iterator[None]:
        """Be the only one of all threads and processes who fetches that; waiting for another can be cancelled."""
        from filelock import FileLock

        def is_cancelled() -> bool:
            self.look()
            return False

        with FileLock(lock).acquire(poll_interval=LOOK_SECONDS, cancel_check=is_cancelled):
            yield
