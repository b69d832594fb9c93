"""How far the reading and preparing of data is, for whoever waits: one function that is told now and then.

Left out: showing it (ui, the shell), downloads, which count bytes (downloads.py).
"""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[float, str], None]
"""Called with the share that is done, from 0 to 1, and what is being done, such as "Reading the file"."""


def quiet(share: float, what: str) -> None:
    """A `Tell` that tells nobody."""


def within(tell: Tell, start: float, end: float) -> Tell:
    """A `Tell` for one stage of the whole, which goes from `start` to `end`."""
    return lambda share, what: tell(start + share * (end - start), what)
