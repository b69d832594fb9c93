"""Whose run it is: a visitor's secret key becomes a hash, and only the hash is ever written down.

Left out: where a key comes from (the screen) and who may do what (store.py).
"""

from __future__ import annotations

import hashlib

from core.config.errors import ConfigError, Problem


def owner_of(key: str) -> str:
    """The owner that a visitor's secret key stands for: 64 hexadecimal digits, from which the key cannot be found.

    Raises:
        ValueError: The key is empty, and so would be the same for everybody.
    """
    if not key:
        raise ValueError("an owner needs a key")
    return hashlib.sha256(f"unroll owner {key}".encode()).hexdigest()


class NotYours(ConfigError):
    """Somebody else's run: it can be looked at, not changed. Says `whose`, and what to do."""

    def __init__(
        self,
        name: str,
        whose: str = "which is somebody else's",
        hint: str = "You can look at it, and fork it to make one of your own.",
    ):
        super().__init__([Problem("run", "a run of yours", f"{name!r}, {whose}", hint)])
