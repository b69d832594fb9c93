"""Public sets on this machine: whether they are here, and fetching them on request.

A set is a folder in `UNROLL_DATA_DIR`, which may be read-only and filled by hand. pooch fetches, checks and tries again;
whoever asks while another fetches waits for that one, and files that came whole stay when a fetch is cancelled or fails.
Left out: threads and their end (fetching.py), a state that pages poll (download_queue.py), reading
the files (sources/public).
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError, Problem
from core.config.limits import Limits, Settings, bytes_in_words
from core.data.entries.entry import Entry, File
from core.data.fetching import LOCALHOST, FetchError, Progress, Watch, check_address, host_of

RETRIES = 3  # pooch waits a second before the first, two before the second ...
MAX_REDIRECTS = 5
CHUNK_BYTES = 16_384
TIMEOUT_SECONDS = (10.0, 20.0)  # to connect; between two bytes


class NotHere(ConfigError):
    """The files of a public set are not on this machine, or are not the published ones."""


def folder_of(entry: Entry, settings: Settings) -> Path:
    """Where the files of a public set lie, or will."""
    return settings.data_dir / entry.folder


def is_here(entry: Entry, settings: Settings) -> bool:
    """Whether every file is on this machine with its size and sha256; always so for a built-in set."""
    stamps = []
    for file in entry.files:
        try:
            status = (folder_of(entry, settings) / file.path).stat()
        except OSError:
            return False
        if status.st_size != file.bytes:
            return False
        stamps.append(status.st_mtime_ns)
    try:
        return _has_contents(folder_of(entry, settings), entry.files, tuple(stamps))
    except OSError:
        return False


@lru_cache(maxsize=64)
def _has_contents(folder: Path, files: tuple[File, ...], stamps: tuple[int, ...]) -> bool:
    """Whether files have their published content; read once, until a time stamp changes."""
    for file in files:
        with (folder / file.path).open("rb") as stream:
            if not file.is_content(stream):
                return False
    return True


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
        cancel: Set it from another thread to end; whole files are kept for the next time.

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
    watch = Watch(entry.files, limits.max_download_seconds, progress, cancel)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with watch.alone(settings.data_dir / f".{entry.folder}.lock"):
            _remove_leftovers(entry, folder)
            watch.fetch_all(entry.files, partial(_fetch, _source(entry, folder), settings, watch))
    except FetchError as error:
        raise FetchError(
            f"{entry.title} could not be fetched. {error} Files that came whole are kept. {by_hand(entry)}"
        ) from None
    except OSError as error:
        if isinstance(error, (PermissionError, NotADirectoryError)) or error.errno == errno.EROFS:
            expected, received = "a folder that can be written", "one that cannot be"
            raise ConfigError.single("UNROLL_DATA_DIR", expected, received, by_hand(entry)) from None
        raise FetchError(f"The files of {entry.title} cannot be written: {error.strerror}.") from None
    if not is_here(entry, settings):
        raise FetchError("Files changed while they were being checked. Try again.")
    return folder


def _source(entry: Entry, folder: Path) -> Any:
    import pooch

    pooch.get_logger().setLevel("ERROR")  # it would write a line a file
    return pooch.create(
        folder,
        base_url="",
        registry={file.path: f"sha256:{file.sha256}" for file in entry.files},
        urls={file.path: file.url for file in entry.files},
        retry_if_failed=RETRIES,
    )


def _remove_leftovers(entry: Entry, folder: Path) -> None:
    """Remove pooch's temporary files of a process that was killed."""
    published = {folder / file.path for file in entry.files}
    for path in set(folder.rglob("tmp????????")) - published:
        path.unlink()


def _fetch(source: Any, settings: Settings, watch: Watch, file: File) -> None:
    """Fetch one file, unless it is there with its published content."""
    import requests

    host = host_of(file.url)
    try:
        source.fetch(file.path, _for_everybody, partial(_receive, file, settings, watch))
    except requests.TooManyRedirects:
        raise FetchError(f"{host} leads from one address to the next without an end.") from None
    except requests.HTTPError as error:
        raise FetchError(str(error)) from None
    except requests.RequestException as error:
        what = "stopped in the middle" if error.response is not None else "could not be reached"
        raise FetchError(f"{host} {what} ({type(error).__name__}).") from None
    except ValueError:
        raise FetchError(f"{file.path}: what {host} sent is not the published file (its checksum differs).") from None


def _for_everybody(path: str, action: str, _: Any) -> str:
    """Let others read what has come: pooch's temporary files are their owner's alone."""
    if action != "fetch":
        os.chmod(path, 0o644)
    return path


def _receive(file: File, settings: Settings, watch: Watch, url: str, path: str, _: Any) -> None:
    """Ask once, as pooch's downloader of a file that is bounded, and of redirects that are looked at before they are followed.

    Raises:
        FetchError: What another try would not mend.
        requests.RequestException: What it may.
    """
    import requests

    headers = {"User-Agent": "unroll", "Accept-Encoding": "identity"}
    trusted = file.url if settings.download_from_localhost and host_of(file.url) in LOCALHOST else ""
    for _number in range(MAX_REDIRECTS + 1):
        check_address(url, trusted)
        watch.came(file, 0)
        with _ask(url, headers) as response, open(path, "wb") as stream:
            if response.next is not None:
                url = str(response.next.url)
                continue
            _check_answer(file, response)
            try:
                for chunk in response.iter_content(CHUNK_BYTES):
                    watch.came(file, stream.tell() + len(chunk))
                    stream.write(chunk)
            except requests.RequestException as error:
                error.response = response
                raise
            return
    raise requests.TooManyRedirects


def _ask(url: str, headers: dict[str, str]) -> Any:
    import requests

    def look(response: requests.Response, **_: Any) -> None:
        if response.is_redirect:
            response.close()  # its body, which requests would read, may have no end

    try:
        return requests.get(
            url, headers=headers, stream=True, allow_redirects=False, timeout=TIMEOUT_SECONDS, hooks={"response": look}
        )
    except ValueError:
        raise FetchError(f"{host_of(url)} leads to something that is no address.") from None


def _check_answer(file: File, response: Any) -> None:
    """Look at status and size before anything of the body is read."""
    import requests

    status, host = response.status_code, host_of(file.url)
    if status != 200:
        said = f"{host} answers {status} for {file.path}."
        may_help = status in (408, 429) or status >= 500
        raise requests.HTTPError(said, response=response) if may_help else FetchError(said)
    length = response.headers.get("Content-Length", "")
    is_plain = response.headers.get("Content-Encoding", "identity") == "identity"
    if is_plain and length.isdecimal() and length != str(file.bytes):
        raise FetchError(f"{file.path}: {host} has {length[:20]} bytes, not the published {file.bytes:,}.")
