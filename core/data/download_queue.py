"""The downloads of a server, for pages: started by anybody, polled by everybody, each set at most once at a time.

Left out: how a set is fetched (downloads.py), and the page itself.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data.downloads import LOOK_SECONDS, Progress, check_allowed, download, is_here
from core.data.entries.entry import Entry
from core.data.fetching import FetchError, Interrupted


@dataclass(frozen=True)
class DownloadState:
    """What a page shows of a download.

    Attributes:
        progress: How far it is; None before it began.
        done: It ended, well when `error` is empty.
        error: Why it ended and what to do, in words for a visitor.
        cancelled: A visitor ended it.
    """

    progress: Progress | None = None
    done: bool = False
    error: str = ""
    cancelled: bool = False


class Downloads:
    """The downloads of a server: started by anybody, polled by everybody, each set at most once at a time.

    Args:
        entries: The sets that may be asked for.
        settings, limits: As for `download`.
        at_once: How many sets are fetched at the same time; the others wait.
    """

    def __init__(self, entries: Sequence[Entry], settings: Settings, limits: Limits, at_once: int = 2):
        self._entries = {entry.id: entry for entry in entries}
        self._settings, self._limits = settings, limits
        self._room, self._lock = threading.Semaphore(at_once), threading.Lock()
        self._states: dict[str, DownloadState] = {}
        self._cancels: dict[str, threading.Event] = {}

    def start(self, data_id: str) -> None:
        """Begin to fetch a set; while it is being fetched already, that is the one.

        Raises:
            ConfigError: No such set, or this server does not fetch it.
        """
        entry = self._entries.get(data_id)
        if entry is None:
            raise ConfigError.single("data.id", "a set of the catalogue", repr(data_id), "Choose one that is listed.")
        check_allowed(entry, self._settings, self._limits)
        with self._lock:
            known = self._states.get(data_id)
            if known is not None and not known.done:
                return
            self._states[data_id] = DownloadState()
            self._cancels[data_id] = threading.Event()
            threading.Thread(target=self._run, args=(entry, self._cancels[data_id]), daemon=True).start()

    def state(self, data_id: str) -> DownloadState | None:
        """How far a set is, or how it ended; None when nobody asked for it."""
        return self._states.get(data_id)

    def cancel(self, data_id: str) -> None:
        """End a download; what has come is kept for the next time. Nothing happens where there is none."""
        with self._lock:
            if data_id in self._cancels:
                self._cancels[data_id].set()

    def _run(self, entry: Entry, cancel: threading.Event) -> None:
        def show(progress: Progress) -> None:
            self._states[entry.id] = DownloadState(progress)

        error, has_room = "", False
        try:
            while not (has_room := self._room.acquire(timeout=LOOK_SECONDS)) and not cancel.is_set():
                pass
            if has_room:
                download(entry, self._settings, self._limits, show, cancel)
        except Interrupted:
            pass
        except (ConfigError, FetchError) as problem:
            error = str(problem)
        except Exception as problem:
            error = f"The download ended with an error of the program ({type(problem).__name__})."
        finally:
            if has_room:
                self._room.release()
            is_cut = cancel.is_set() and not error and not is_here(entry, self._settings)
            self._states[entry.id] = replace(self._states[entry.id], done=True, error=error, cancelled=is_cut)
