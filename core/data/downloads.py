"""Public sets on this machine: whether they are here, and fetching them on request.

A set is a folder in `UNROLL_DATA_DIR`, which may be read-only and filled by hand. Whoever asks while another fetches
waits for that one; a fetch that was cancelled or failed leaves what is right, and the next goes on from there.
Left out: one file over the network (fetching.py), a state that pages poll (download_queue.py), reading
the files (sources/public).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits, Settings, bytes_in_words
from core.data.entries.entry import Entry, File
from core.data.fetching import FetchError, Gate, Interrupted, fetch, has_content, part_of

MAX_CONNECTIONS = 8
LOOK_SECONDS = 0.2  # between two looks at what has come
GRACE_SECONDS = 1.0  # for connections to notice that they are not wanted any more


class NotHere(ConfigError):
    """The files of a public set are not on this machine, or are not the published ones."""


@dataclass(frozen=True)
class Progress:
    """How far a set is: files and bytes that are there, of how many."""

    files_done: int
    files: int
    bytes_done: int
    bytes: int


def folder_of(entry: Entry, settings: Settings) -> Path:
    """Where the files of a public set lie, or will."""
    return settings.data_dir / entry.folder


def is_here(entry: Entry, settings: Settings) -> bool:
    """Whether every file is on this machine with its size and sha256; always so for a built-in set.

    Contents are read once: what they were is noted in the state folder, and holds until a file changes.
    """
    stamps = []
    for file in entry.files:
        try:
            status = (folder_of(entry, settings) / file.path).stat()
        except OSError:
            return False
        if status.st_size != file.bytes:
            return False
        stamps.append([file.path, file.sha256, status.st_mtime_ns])
    if not stamps:
        return True
    of = hashlib.sha256(json.dumps([str(folder_of(entry, settings)), stamps]).encode()).hexdigest()
    note = settings.state_dir / "checked" / f"{entry.folder}-{entry.id}.txt"
    with suppress(OSError, ValueError):
        known, found = note.read_text(encoding="ascii").split()
        if known == of:
            return found == "right"
    is_right = all(has_content(folder_of(entry, settings) / file.path, file) for file in entry.files)
    with suppress(OSError):  # then the contents are read again the next time
        note.parent.mkdir(parents=True, exist_ok=True)
        temporary = note.with_name(f".{note.name}.{secrets.token_hex(6)}")
        temporary.write_text(f"{of} {'right' if is_right else 'wrong'}", encoding="ascii")
        temporary.replace(note)
    return is_right


def require(entry: Entry, settings: Settings) -> Path:
    """The folder of a set that is here.

    Raises:
        NotHere: It is not; the error says how to get it.
    """
    if is_here(entry, settings):
        return folder_of(entry, settings)
    is_allowed = settings.downloads == "on" or entry.id in settings.download_ids
    hint = (
        f"Fetch it on its page or with: python -m core datasets get {entry.id} "
        f"({bytes_in_words(entry.bytes)}; licence: {entry.licence})."
        if is_allowed
        else by_hand(entry)
    )
    raise NotHere([Problem("data.id", "a data set whose files are on this machine", repr(entry.id), hint)])


def by_hand(entry: Entry) -> str:
    """What to do where nothing can be fetched."""
    return (
        f"Without downloads: fetch the files elsewhere (python -m core datasets list {entry.id} says where they are "
        f"published), copy them into the folder {entry.folder} of UNROLL_DATA_DIR, or set UNROLL_DATA_DIR to a folder "
        "that has them."
    )


def check_allowed(entry: Entry, settings: Settings, limits: Limits) -> None:
    """Whether this server fetches that set.

    Raises:
        ConfigError: Downloads are switched off, the set is not on the server's list, or it is too large.
        ValueError: A built-in set, which has nothing to fetch.
    """
    if not entry.files:
        raise ValueError(f"{entry.id} is built in")
    if settings.downloads == "off":
        raise ConfigError.single(
            "data.id", "a set that is here, downloads are switched off", repr(entry.id), by_hand(entry)
        )
    if settings.downloads == "list" and entry.id not in settings.download_ids:
        known = ", ".join(settings.download_ids)
        raise ConfigError.single(
            "data.id", f"one of the sets that this server fetches: {known}", repr(entry.id), by_hand(entry)
        )
    if entry.bytes > limits.max_download_bytes:
        most = bytes_in_words(limits.max_download_bytes)
        hint = f"Raise UNROLL_MAX_DOWNLOAD_BYTES. {by_hand(entry)}"
        raise ConfigError.single("data.id", f"a set of at most {most}", bytes_in_words(entry.bytes), hint)


def download(
    entry: Entry,
    settings: Settings,
    limits: Limits,
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> Path:
    """Fetch what is missing of a public set; returns at once when all is here.

    Args:
        entry: The set.
        settings, limits: Where it goes, whether it may, and how long it may take.
        progress: Called about five times a second.
        cancel: Set it from another thread to end; what has come is kept for the next time.

    Returns:
        The folder with all files, each with its published content.

    Raises:
        ConfigError: This server does not fetch it, or its folder cannot be written.
        FetchError: It could not be fetched; the message says why and what to do.
        Interrupted: It was cancelled.
    """
    check_allowed(entry, settings, limits)
    folder = folder_of(entry, settings)
    if is_here(entry, settings):
        return folder
    watch = Watch(entry.files, folder, limits.max_download_seconds, progress, cancel or threading.Event())
    try:
        with _locked(entry, settings, watch):
            fetch_missing(entry.files, folder, Gate(settings.download_from_localhost), watch)
    except FetchError as error:
        raise FetchError(
            f"{entry.title} could not be fetched. {error} What is right is kept. {by_hand(entry)}"
        ) from None
    except OSError as error:  # a full disk, a folder that was taken away
        raise FetchError(f"The files of {entry.title} cannot be written: {error.strerror}.") from None
    if not is_here(entry, settings):
        raise FetchError("Files changed while they were being checked. Try again.")
    watch.report(len(entry.files), entry.bytes)
    return folder


def fetch_missing(files: Sequence[File], folder: Path, gate: Gate, watch: Watch) -> None:
    """Fetch those of some files that a folder does not hold yet, at most `MAX_CONNECTIONS` at a time.

    Raises:
        FetchError: One could not be fetched, or `watch` says that time is out.
        Interrupted: It was cancelled.
        OSError: The folder cannot be written.
    """
    missing = [file for file in files if not has_content(folder / file.path, file)]
    for parent in sorted({(folder / file.path).parent for file in missing}):
        parent.mkdir(parents=True, exist_ok=True)
    _Crew(missing, folder, gate).work(watch)


class Watch:
    """Tells how far it is, and when it is to end: cancelled, or out of time."""

    def __init__(
        self,
        files: Sequence[File],
        folder: Path,
        seconds: float,
        progress: Callable[[Progress], None] | None,
        cancel: threading.Event,
    ):
        self._files, self._folder, self._progress, self._cancel = files, folder, progress, cancel
        self._bytes = sum(file.bytes for file in files)
        self._seconds, self._end = seconds, time.monotonic() + seconds

    def look(self) -> None:
        """Report what is on the disk, whoever put it there; raise when it is to end."""
        if self._cancel.is_set():
            raise Interrupted
        if time.monotonic() > self._end:
            raise FetchError(f"It took longer than {self._seconds:,.0f} seconds. Try again to go on from there.")
        if self._progress is not None:
            sizes = [_size_here(self._folder / file.path, file) for file in self._files]
            self.report(sum(is_whole for is_whole, _ in sizes), sum(size for _, size in sizes))

    def report(self, files_done: int, bytes_done: int) -> None:
        if self._progress is not None:
            self._progress(Progress(files_done, len(self._files), bytes_done, self._bytes))

    def wait(self) -> None:
        self.look()
        self._cancel.wait(LOOK_SECONDS)


def _size_here(target: Path, file: File) -> tuple[bool, int]:
    """Whether a file is there, and how much of it."""
    for path, is_whole in ((target, True), (part_of(target), False)):
        with suppress(OSError):
            return is_whole, min(path.stat().st_size, file.bytes)
    return False, 0


@contextmanager
def _locked(entry: Entry, settings: Settings, watch: Watch) -> Iterator[None]:
    """Be the only one, of all threads and processes; the system opens the lock of a process that ends."""
    try:
        folder_of(entry, settings).mkdir(parents=True, exist_ok=True)
        lock = settings.data_dir / f".{entry.folder}.lock"
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        hint = by_hand(entry)
        raise ConfigError.single("UNROLL_DATA_DIR", "a folder that can be written", "a read-only one", hint) from None
    with hold(descriptor, watch):
        yield


@contextmanager
def hold(descriptor: int, watch: Watch) -> Iterator[None]:
    """Hold the lock of an open file, which is closed in the end; waiting for it can be cancelled."""
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                watch.wait()
        yield
    finally:
        os.close(descriptor)


class _Crew:
    """Threads that take one file after the other, at most `MAX_CONNECTIONS` at a time; the first error ends all."""

    def __init__(self, files: Iterable[File], folder: Path, gate: Gate):
        self._files, self._folder, self._gate = deque(files), folder, gate
        self._stop = threading.Event()
        self._error: Exception | None = None

    def work(self, watch: Watch) -> None:
        number = min(MAX_CONNECTIONS, len(self._files))
        threads = [threading.Thread(target=self._fetch_all, daemon=True) for _ in range(number)]
        try:
            for thread in threads:
                thread.start()
            while not self._stop.is_set() and any(thread.is_alive() for thread in threads):
                watch.wait()
        finally:
            self._stop.set()
            end = time.monotonic() + GRACE_SECONDS
            for thread in threads:  # one that hangs in a read is left behind: it writes nothing more
                if thread.ident is not None:
                    thread.join(max(0.0, end - time.monotonic()))
        if self._error is not None:
            raise self._error

    def _fetch_all(self) -> None:
        try:
            while True:
                self._keep_on()
                file = self._files.popleft()
                fetch(file, self._folder / file.path, self._gate, self._keep_on, self._pause)
        except (IndexError, Interrupted):
            return
        except Exception as error:
            self._error = self._error or error
            self._stop.set()

    def _keep_on(self) -> None:
        if self._stop.is_set():
            raise Interrupted

    def _pause(self, seconds: float) -> None:
        self._stop.wait(seconds)
        self._keep_on()
