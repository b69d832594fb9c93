"""One file of a public set over the network: bounded, resumed, checked, and given its name only when it is right.

pooch's HTTP downloader reads; what it lacks is here: a temporary file that a later try goes on from, an end at the
stated size, and a say in where a redirect may lead. Left out: sets of several files, locks, permission (downloads.py).
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

from core.data.entries.entry import File

_MOST_DIGITS = 20  # of a number of bytes
TRIES = 4  # in a row without a new byte
RETRY_SECONDS = 0.25  # before a further try; twice that with each one that brings nothing
MAX_REDIRECTS = 5
CHUNK_BYTES = 16_384
TIMEOUT_SECONDS = (10.0, 20.0)  # to connect; between two bytes
LOCALHOST = ("localhost", "127.0.0.1", "::1")


class FetchError(RuntimeError):
    """A file could not be fetched, and trying again at once would not help. Nothing wrong was kept."""


class Interrupted(Exception):
    """The caller wants no more of it; the bytes so far are kept for a later try."""


class _TransientError(Exception):
    """Trying again may help."""


class _Redirected(Exception):
    def __init__(self, url: str):
        self.url = url


class Gate:
    """Which addresses may be asked: https to public addresses; for tests also the same port of this machine.

    Args:
        from_localhost: Whether a set may be published on this machine.
        headers: What to send besides to the address that names a file, such as a key; not to where it leads.
    """

    def __init__(self, from_localhost: bool, headers: Mapping[str, str] | None = None):
        self._from_localhost, self._headers = from_localhost, dict(headers or {})
        self._open: set[tuple[str | None, int | None]] = set()

    def check(self, url: str, published: str) -> None:
        """Let an address pass.

        Args:
            url: The address that is to be asked.
            published: The address that the catalogue names, which led there.

        Raises:
            FetchError: It is not https, or not out in the public network.
        """
        try:
            place, home = urlsplit(url), urlsplit(published)
            host, port = place.hostname, place.port
            origin = (home.scheme, home.hostname, home.port)
        except ValueError:
            raise FetchError("The server leads to something that is no address.") from None
        if self._from_localhost and host in LOCALHOST and (place.scheme, host, port) == origin:
            return
        if place.scheme != "https" or not host or re.search(r"[\\\s@]", place.netloc):
            raise FetchError(f"{home.hostname} leads to an address that is not https; it was not followed.")
        if (host, port) not in self._open:
            if not all(address.is_global and not address.is_multicast for address in _addresses(host, port or 443)):
                raise FetchError(f"{home.hostname} leads into a private network; it was not followed.")
            self._open.add((host, port))

    def headers_for(self, url: str, published: str) -> dict[str, str]:
        """The headers to send besides: none once a redirect leads to another server."""
        place, home = urlsplit(url), urlsplit(published)
        return self._headers if (place.scheme, place.netloc) == (home.scheme, home.netloc) else {}


def _addresses(host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """The addresses of a host; none when the name is unknown here, as behind a proxy, which then has its own say."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def part_of(target: Path) -> Path:
    """Where the bytes of a file are kept until all of them are there."""
    return target.with_name(f".{target.name}.part")


def has_content(path: Path, file: File) -> bool:
    """Whether a file on disk has the stated size and sha256."""
    try:
        if path.stat().st_size != file.bytes:
            return False
        with path.open("rb") as stream:
            return file.is_content(stream)
    except OSError:
        return False


def fetch(file: File, target: Path, gate: Gate, keep_on: Callable[[], None], pause: Callable[[float], None]) -> None:
    """Fetch one file, going on from what an earlier try left.

    Args:
        file: What is published where.
        target: The file to be; its folder exists.
        gate: Which addresses may be asked.
        keep_on: Called before every write; raises `Interrupted` to end.
        pause: Waits for a number of seconds, or raises `Interrupted`.

    Raises:
        FetchError: It is not there, is another file than stated, or could not be reached. The target is untouched.
        Interrupted: `keep_on` or `pause` raised it.
        OSError: The folder cannot be written.
    """
    part = part_of(target)
    try:
        _fetch_part(file, part, gate, keep_on, pause)
        os.replace(part, target)
    finally:
        with suppress(OSError):
            if _size(part) == 0:
                part.unlink()


def _fetch_part(
    file: File, part: Path, gate: Gate, keep_on: Callable[[], None], pause: Callable[[float], None]
) -> None:
    """Fetch until the temporary file is the published one."""
    failures = mismatches = 0
    while True:
        before = _size(part)
        if before > file.bytes:
            part.unlink()
            continue
        try:
            if before < file.bytes or not part.exists():
                _receive(file, part, gate, keep_on)
        except _TransientError as trouble:
            failures = 1 if _size(part) > before else failures + 1
            if failures >= TRIES:
                raise FetchError(str(trouble)) from None
            pause(RETRY_SECONDS * 2**failures)
            continue
        keep_on()
        if has_content(part, file):
            return
        if _size(part) >= file.bytes:  # otherwise the connection ended early without a word: go on from there
            part.unlink()
            mismatches += 1
        else:
            failures = 1 if _size(part) > before else failures + 1
        if mismatches > 1 or (mismatches and not before):
            raise FetchError(f"{file.path}: what {_host(file)} sent is not the published file (its checksum differs).")
        if failures >= TRIES:
            raise FetchError(f"{file.path}: {_host(file)} ends the connection again and again.")
        pause(RETRY_SECONDS)


def _receive(file: File, part: Path, gate: Gate, keep_on: Callable[[], None]) -> None:
    """Ask once, follow redirects, and write what comes behind what is there."""
    import pooch
    import requests

    url = file.url
    for _ in range(MAX_REDIRECTS + 1):
        gate.check(url, file.url)
        with part.open("ab") as stream:
            answer = _Answer(file, stream, keep_on)
            ask = pooch.HTTPDownloader(
                chunk_size=CHUNK_BYTES,
                timeout=TIMEOUT_SECONDS,
                headers=answer.request_headers | gate.headers_for(url, file.url),
                hooks={"response": answer.begin},
            )
            try:
                ask(url, answer, None)
                return
            except _Redirected as redirect:
                try:
                    url = urljoin(url, redirect.url)
                except ValueError:
                    raise FetchError(f"{_host(file)} leads to something that is no address.") from None
            except requests.HTTPError as error:  # begin() takes every other answer than 200 and 206
                raise FetchError(str(error)) from None
            except (requests.ConnectionError, requests.Timeout) as error:
                what = "could not be reached" if answer.response is None else "stopped in the middle"
                raise _TransientError(f"{_host(file)} {what} ({type(error).__name__}).") from None
            except requests.RequestException as error:
                raise _TransientError(f"{_host(file)} broke off ({type(error).__name__}).") from None
            finally:
                if answer.response is not None:
                    answer.response.close()
    raise FetchError(f"{_host(file)} leads from one address to the next without an end.")


class _Answer:
    """What a server answers, checked, and then the file that pooch writes into: never beyond the stated size."""

    def __init__(self, file: File, stream: IO[bytes], keep_on: Callable[[], None]):
        self._file, self._stream, self._keep_on = file, stream, keep_on
        self._size = os.fstat(stream.fileno()).st_size
        self.response: Any = None
        self.request_headers = {"User-Agent": "unroll", "Accept-Encoding": "identity"}
        if self._size:
            self.request_headers["Range"] = f"bytes={self._size}-"

    def begin(self, response: Any, **_: Any) -> None:
        """Look at status and headers before anything of the body is read."""
        self.response = response
        self._keep_on()
        status, host = response.status_code, _host(self._file)
        if response.is_redirect:
            raise _Redirected(response.headers["location"])
        if status in (408, 416, 429) or status >= 500:
            if status == 416:
                self._start_over()
            raise _TransientError(f"{host} answers {status} for {self._file.path}.")
        if status == 206:
            self._check_range(response.headers.get("Content-Range", ""))
        elif status == 200:
            self._start_over()
        else:
            raise FetchError(f"{host} answers {status} for {self._file.path}.")
        length = response.headers.get("Content-Length", "")
        is_plain = response.headers.get("Content-Encoding", "identity") == "identity"
        promised = int(length[:_MOST_DIGITS]) if is_plain and length.isdecimal() else None
        if promised is not None and promised != self._file.bytes - self._size:
            has = f"{promised + self._size:,} bytes"
            raise FetchError(f"{self._file.path}: {host} has {has}, not the published {self._file.bytes:,}.")

    def _check_range(self, content_range: str) -> None:
        found = re.fullmatch(r"bytes ([0-9]{1,20})-[0-9]{1,20}/([0-9]{1,20}|\*)", content_range.strip())
        if found is None or int(found[1]) != self._size or found[2] not in ("*", str(self._file.bytes)):
            self._start_over()
            raise _TransientError(f"{_host(self._file)} sent another part of {self._file.path} than was asked for.")

    def _start_over(self) -> None:
        self._stream.truncate(0)
        self._size = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes, after a look whether they are still wanted."""
        self._keep_on()
        if self._size + len(chunk) > self._file.bytes:
            self._start_over()
            raise FetchError(
                f"{self._file.path}: {_host(self._file)} sends more than the published {self._file.bytes:,} bytes."
            )
        self._stream.write(chunk)
        self._size += len(chunk)

    def flush(self) -> None:
        """Progress is read off the size of the file, so it has to have it."""
        self._stream.flush()


def _host(file: File) -> str:
    return urlsplit(file.url).hostname or "The server"


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0
