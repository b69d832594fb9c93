"""What belongs to the server: made at first use, kept until the server ends, and nothing that a visitor can empty.

Streamlit empties `st.cache_resource` and `st.cache_data` for everybody when any browser asks it to (`clear_cache`), so
they hold only what can be made again at no price. Hot reload makes every module of the app anew, so what is kept lies in
a module without a file, which it leaves alone: one place in the process, of which this one is only the way in.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

_HOME = "unroll_server_state"  # no part of a package: reloading a package drops what is named like its modules

Kept = TypeVar("Kept")


class _Home(ModuleType):
    """What is kept, by the name of the function that made it, and a lock for each, so that two do not make it twice."""

    def __init__(self) -> None:
        super().__init__(_HOME)
        self.kept: dict[str, Any] = {}
        self.locks: dict[str, threading.Lock] = {}


def of_the_server(make: Callable[[], Kept]) -> Callable[[], Kept]:
    """Decorator of a function without arguments: called once, by whoever is first; all others get the object it made.

    What it raises is kept for nobody: the next caller tries again.
    """
    name = f"{make.__module__}.{make.__qualname__}"

    @functools.wraps(make)
    def get() -> Kept:
        home = _home()
        if (kept := home.kept.get(name)) is not None:
            return kept
        with home.locks.setdefault(name, threading.Lock()):
            if (kept := home.kept.get(name)) is None:
                kept = home.kept[name] = make()
            return kept

    return get


def made(get: Callable[[], Kept]) -> Kept | None:
    """What a decorated function returned; None when nobody has called it."""
    return _home().kept.get(f"{get.__module__}.{get.__qualname__}")


def forget() -> None:
    """Keep nothing any more, as at the end of a server; what is to be closed is closed before, by whoever made it."""
    _home().kept.clear()


def _home() -> Any:
    return sys.modules.setdefault(_HOME, _Home())
