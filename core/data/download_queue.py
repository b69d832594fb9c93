"""The downloads of a server, for pages: started by anybody, polled by everybody, each set at most once at a time.

Whoever asks for a set that is on its way is one more who wants it, until they cancel; it ends early when nobody is left.
A page that was closed is no cancelling: what was asked for comes. Sets of the catalogue go by their id, data sets of the
Hub by `hub_key`. Left out: how a set is fetched (downloads.py, hub/fetching.py), and the page itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING

from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data.downloads import check_allowed, download
from core.data.entries.entry import Entry
from core.data.fetching import FetchError, Interrupted, Progress

if TYPE_CHECKING:
    from core.data.hub.choices import Choice
    from core.data.hub.parts import Write

MAX_WAITING = 20
MAX_REMEMBERED = 200
_SURE_SECONDS = 2.0  # before that nobody can say how long it takes

Fetch = Callable[[Callable[[Progress], None], threading.Event], object]


@dataclass(frozen=True)
class DownloadState:
    """What a page shows of a download.

    Attributes:
        progress: How far it is; None before it began.
        seconds_left: From how fast it went so far; None while that cannot be said.
        done: It ended, well when `error` is empty.
        error: Why it ended and what to do, in words for a visitor.
        cancelled: It ended because nobody who asked for it wanted it any more.
    """

    progress: Progress | None = None
    seconds_left: float | None = None
    done: bool = False
    error: str = ""
    cancelled: bool = False


@dataclass(eq=False)
class _Download:
    """One download: how to fetch it, how far it is, and who wants it; `cancel` is set while nobody does."""

    fetch: Fetch
    address: str  # of whoever asked first
    wanted_by: set[str]
    state: DownloadState = DownloadState()
    is_waiting: bool = True
    cancel: threading.Event = field(default_factory=threading.Event)


def _seconds_left(progress: Progress, seconds: float, bytes_before: int) -> float | None:
    """At the speed of the seconds so far; None while they are too few to say."""
    came = progress.bytes_done - bytes_before
    return (progress.bytes - progress.bytes_done) * seconds / came if came > 0 and seconds >= _SURE_SECONDS else None


def hub_key(choice: Choice) -> str:
    """What the fetch of a choice of the Hub goes by."""
    return "|".join(("hub:" + choice.id, choice.subset or "", choice.hub_split or ""))


class Downloads:
    """The downloads of one server.

    Args:
        entries: The sets of the catalogue that may be asked for.
        settings, limits: As for `download`.
        at_once: How many sets are fetched at the same time; the others wait, first come first.
        write_parts: What reads the files of the Hub; core.data.hub.parts does when None, in this process.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        settings: Settings,
        limits: Limits,
        at_once: int = 2,
        write_parts: Write | None = None,
    ):
        self._entries = {entry.id: entry for entry in entries}
        self._settings, self._limits, self._write_parts = settings, limits, write_parts
        self._lock = threading.Lock()
        self._known: dict[str, _Download] = {}
        self._line: SimpleQueue[_Download] = SimpleQueue()
        for _ in range(at_once):
            threading.Thread(target=self._work, daemon=True).start()

    def start(self, data_id: str, visitor: str, address: str = "") -> None:
        """Begin to fetch a set of the catalogue; while it is being fetched already, that is the one.

        Args:
            data_id: Which set.
            visitor: Who asks.
            address: The hash of where they ask from; "" where that is not known, which counts as one.

        Raises:
            ConfigError: No such set, this server does not fetch it, or too many wait, in all or from this address.
        """
        entry = self._entries.get(data_id)
        if entry is None:
            raise ConfigError.single("data.id", "a set of the catalogue", repr(data_id), "Choose one that is listed.")
        check_allowed(entry, self._settings, self._limits)
        self._begin(
            data_id,
            (visitor, address),
            lambda show, cancel: download(entry, self._settings, self._limits, show, cancel),
        )

    def start_hub(self, choice: Choice, visitor: str, address: str = "") -> None:
        """Begin to fetch a choice of the Hub; while it is being fetched already, that is the one.

        Args:
            choice: Which data set, subset and split.
            visitor: Who asks.
            address: Where they ask from, as for `start`.

        Raises:
            ConfigError: An id that cannot be one, the Hub is switched off here or this set is not on the list, or too
                many wait.
        """
        from core.data.hub.client import check_hub_allowed, check_id
        from core.data.hub.fetching import fetch_choice
        from core.data.hub.parts import write_parts

        write = self._write_parts or write_parts
        check_hub_allowed(check_id(choice.id), self._settings)
        self._begin(
            hub_key(choice),
            (visitor, address),
            lambda show, cancel: fetch_choice(choice, self._settings, self._limits, show, cancel, write),
        )

    def state(self, key: str) -> DownloadState | None:
        """How far a set is, or how it ended; None when nobody asked for it."""
        download = self._known.get(key)
        return download.state if download is not None else None

    def wanted_by(self, key: str) -> frozenset[str]:
        """The visitors who asked for a download that is on its way and have not cancelled it."""
        download = self._known.get(key)
        return frozenset() if download is None or download.state.done else frozenset(download.wanted_by)

    def cancel(self, key: str, visitor: str) -> None:
        """A visitor wants it no more. When nobody does it ends; files that came whole are kept for the next time."""
        with self._lock:
            if (download := self._known.get(key)) is not None and visitor in download.wanted_by:
                download.wanted_by.remove(visitor)
                if not download.wanted_by:
                    download.cancel.set()
                    if download.is_waiting:
                        download.state = DownloadState(done=True, cancelled=True)

    def _begin(self, key: str, asker: tuple[str, str], fetch: Fetch) -> None:
        visitor, address = asker
        with self._lock:
            known = self._known.get(key)
            if known is not None and not known.state.done:
                known.wanted_by.add(visitor)
                known.cancel.clear()  # one that is just ending goes on
                return
            ended = [name for name, download in self._known.items() if download.state.done]
            if len(self._known) - len(ended) >= MAX_WAITING:
                raise _too_many(MAX_WAITING, "")
            there = sum(each.address == address for each in self._known.values() if not each.state.done)
            most = self._limits.max_downloads_per_address
            if most is not None and there >= most:
                raise _too_many(most, " from one network address")
            for name in ended[: max(0, len(self._known) + 1 - MAX_REMEMBERED)]:
                del self._known[name]
            self._known[key] = _Download(fetch, address, {visitor})
            self._line.put(self._known[key])

    def _work(self) -> None:
        """Fetch what waits, one after the other."""
        while True:
            download = self._line.get()
            with self._lock:
                download.is_waiting = False
                if download.state.done:
                    continue
            error = _try(download)
            with self._lock:
                if error is not None or not download.wanted_by:
                    is_cut = error is None
                    download.state = replace(
                        download.state, seconds_left=None, done=True, error=error or "", cancelled=is_cut
                    )
                else:  # somebody asked for it while it was ending
                    download.is_waiting = True
                    self._line.put(download)


def _too_many(most: int, there: str) -> ConfigError:
    expected = f"at most {most} sets at the same time{there}"
    return ConfigError.single("data.id", expected, "one more", "Try again in a while.")


def _try(download: _Download) -> str | None:
    """Fetch it; why it failed, "" when it came, None when it was cancelled."""
    began: tuple[float, int] | None = None

    def show(progress: Progress) -> None:
        nonlocal began
        now = time.monotonic()
        began = began or (now, progress.bytes_done)
        download.state = DownloadState(progress, _seconds_left(progress, now - began[0], began[1]))

    try:
        download.fetch(show, download.cancel)
    except Interrupted:
        return None
    except (ConfigError, FetchError) as problem:
        return str(problem)
    except Exception as problem:
        return f"The download ended with an error of the program ({type(problem).__name__})."
    return ""
