"""The downloads of a server, for pages: started by anybody, polled by everybody, each set at most once at a time.

Sets of the catalogue go by their id, data sets of the Hub by `hub_key`. Left out: how a set is fetched (downloads.py,
hub/fetching.py), and the page itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.config.errors import ConfigError
from core.config.limits import Limits, Settings
from core.data.downloads import LOOK_SECONDS, Progress, check_allowed, download, is_here
from core.data.entries.entry import Entry
from core.data.fetching import FetchError, Interrupted

if TYPE_CHECKING:
    from core.data.hub.choices import Choice

MAX_WAITING = 20
MAX_REMEMBERED = 200

Fetch = Callable[[Callable[[Progress], None], threading.Event], object]


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


def hub_key(choice: Choice) -> str:
    """What the fetch of a choice of the Hub goes by."""
    return "|".join(("hub:" + choice.id, choice.subset or "", choice.hub_split or ""))


class Downloads:
    """The downloads of a server: started by anybody, polled by everybody, each set at most once at a time.

    Args:
        entries: The sets of the catalogue that may be asked for.
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
        """Begin to fetch a set of the catalogue; while it is being fetched already, that is the one.

        Raises:
            ConfigError: No such set, this server does not fetch it, or too many wait.
        """
        entry = self._entries.get(data_id)
        if entry is None:
            raise ConfigError.single("data.id", "a set of the catalogue", repr(data_id), "Choose one that is listed.")
        check_allowed(entry, self._settings, self._limits)
        self._begin(
            data_id,
            lambda show, cancel: download(entry, self._settings, self._limits, show, cancel),
            lambda: is_here(entry, self._settings),
        )

    def start_hub(self, choice: Choice) -> None:
        """Begin to fetch a choice of the Hub; while it is being fetched already, that is the one.

        Raises:
            ConfigError: An id that cannot be one, the Hub is switched off here or this set is not on the list, or too
                many wait.
        """
        from core.data.hub.client import check_hub_allowed, check_id
        from core.data.hub.fetching import fetch_choice
        from core.data.hub.files import is_here as hub_is_here

        check_hub_allowed(check_id(choice.id), self._settings)
        self._begin(
            hub_key(choice),
            lambda show, cancel: fetch_choice(choice, self._settings, self._limits, show, cancel),
            lambda: hub_is_here(choice, self._settings, self._limits),
        )

    def state(self, key: str) -> DownloadState | None:
        """How far a set is, or how it ended; None when nobody asked for it."""
        return self._states.get(key)

    def cancel(self, key: str) -> None:
        """End a download; what has come is kept for the next time. Nothing happens where there is none."""
        with self._lock:
            if key in self._cancels:
                self._cancels[key].set()

    def _begin(self, key: str, fetch: Fetch, came: Callable[[], bool]) -> None:
        with self._lock:
            known = self._states.get(key)
            if known is not None and not known.done:
                return
            ended = [name for name, state in self._states.items() if state.done]
            if len(self._states) - len(ended) >= MAX_WAITING:
                raise ConfigError.single(
                    "data.id", f"at most {MAX_WAITING} sets at the same time", "one more", "Try again in a while."
                )
            for name in ended[: max(0, len(self._states) + 1 - MAX_REMEMBERED)]:
                del self._states[name], self._cancels[name]
            self._states[key] = DownloadState()
            self._cancels[key] = threading.Event()
            threading.Thread(target=self._run, args=(key, fetch, came, self._cancels[key]), daemon=True).start()

    def _run(self, key: str, fetch: Fetch, came: Callable[[], bool], cancel: threading.Event) -> None:
        def show(progress: Progress) -> None:
            self._states[key] = DownloadState(progress)

        error, has_room = "", False
        try:
            while not (has_room := self._room.acquire(timeout=LOOK_SECONDS)) and not cancel.is_set():
                pass
            if has_room:
                fetch(show, cancel)
        except Interrupted:
            pass
        except (ConfigError, FetchError) as problem:
            error = str(problem)
        except Exception as problem:
            error = f"The download ended with an error of the program ({type(problem).__name__})."
        finally:
            if has_room:
                self._room.release()
            is_cut = cancel.is_set() and not error and not came()
            self._states[key] = replace(self._states[key], done=True, error=error, cancelled=is_cut)
