"""Answers of reading kept in the server's memory: few, of bounded size together, the least recently used goes first.

Safe for any number of threads. Of several visitors who ask for the same one makes it, in the thread of their own
page, so that it can draw how far it is; the others wait for it. What cannot be made is not kept.
Left out: how one is made, and who may see it (services.py).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass
class _Place:
    """Room for one answer, reserved before it is made."""

    making: threading.Lock = field(default_factory=threading.Lock)
    made: Any = None
    num_bytes: int = 0


class Answers:
    """A bounded cache of answers.

    Args:
        max_count: Answers at the same time.
        max_bytes: Bytes of all of them, roughly; one alone may be larger.
    """

    def __init__(self, max_count: int, max_bytes: int):
        if max_count < 1:
            raise ValueError(f"max_count must be 1 or more, got {max_count}")
        self._max_count, self._max_bytes = max_count, max_bytes
        self._guard = threading.Lock()
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()

    @property
    def num_bytes(self) -> int:
        """Bytes of what is kept, roughly."""
        with self._guard:
            return sum(place.num_bytes for place in self._places.values())

    def has(self, key: Hashable) -> bool:
        """Whether an answer is there, so that asking for it takes no time."""
        with self._guard:
            place = self._places.get(key)
            return place is not None and place.made is not None

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What belongs to a key, made unless it is kept; what `make` raises is passed on and nothing is kept."""
        with self._guard:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
        with place.making:
            if place.made is None:
                try:
                    place.made = make()
                except BaseException:  # also a page that was left meanwhile: whoever waits makes it
                    self._drop(key, place)
                    raise
                self._keep(key, place)
            return place.made

    def _keep(self, key: Hashable, place: _Place) -> None:
        place.num_bytes = bytes_of(place.made)
        with self._guard:
            self._places[key] = place
            self._places.move_to_end(key)
            for other in list(self._places):
                held = sum(each.num_bytes for each in self._places.values())
                if len(self._places) <= self._max_count and held <= self._max_bytes:
                    break
                if self._places[other].made is not None and other != key:  # not one that somebody is making
                    del self._places[other]

    def _drop(self, key: Hashable, place: _Place) -> None:
        with self._guard:
            if self._places.get(key) is place:
                del self._places[key]


def bytes_of(value: Any) -> int:
    """Roughly how much memory an answer takes: its arrays, tables and texts."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
        return int(np.sum(value.memory_usage()))
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(bytes_of(each) for each in value.values())
    if isinstance(value, (list, tuple)):
        return sum(bytes_of(each) for each in value) if len(value) < 1_000 else _bytes_of_many(value)
    if is_dataclass(value) and not isinstance(value, type):
        return sum(bytes_of(getattr(value, each.name)) for each in fields(value))
    return 0


def _bytes_of_many(values: list[Any] | tuple[Any, ...]) -> int:
    """Of a long list, from a thousand of its items."""
    some = values[:: len(values) // 1_000]
    return sum(64 + bytes_of(each) for each in some) * len(values) // len(some)
