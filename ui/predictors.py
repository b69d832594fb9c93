"""Trained networks kept in the server's memory: few, of bounded size together, the least recently used goes first.

Safe for any number of threads; two that ask for the same network load it once, and other networks stay usable
meanwhile. Left out: what loads one (services.py).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from core.config.errors import ConfigError


@dataclass
class _Place:
    """Room for one network, reserved before it is loaded."""

    version: Hashable
    num_bytes: int
    loading: threading.Lock = field(default_factory=threading.Lock)
    network: Any = None


class Predictors:
    """A bounded cache of networks by run.

    Args:
        max_count: Networks at the same time.
        max_bytes: Bytes of their weight files together; None is no limit.
    """

    def __init__(self, max_count: int, max_bytes: int | None):
        if max_count < 1:
            raise ValueError(f"max_count must be 1 or more, got {max_count}")
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._guard = threading.Lock()
        self._places: OrderedDict[str, _Place] = OrderedDict()

    @property
    def num_bytes(self) -> int:
        """Bytes of the weight files of what is kept."""
        with self._guard:
            return sum(place.num_bytes for place in self._places.values())

    def get(self, run_id: str, version: Hashable, num_bytes: int, load: Callable[[], Any]) -> Any:
        """The network of a run, loaded unless this version of it is kept.

        Args:
            run_id: The run; one version of it is kept.
            version: What changes with the weights.
            num_bytes: Size of the weight file.
            load: Makes the network; what it raises is passed on and nothing is kept.

        Raises:
            ConfigError: The network alone is larger than the limit.
        """
        if self._max_bytes is not None and num_bytes > self._max_bytes:
            raise ConfigError.single(
                "run",
                f"a network of at most {self._max_bytes / 1e6:,.0f} MB",
                f"{num_bytes / 1e6:,.0f} MB",
                "This server cannot hold it in memory. Take it away and use it on your own machine.",
            )
        place = self._reserve(run_id, version, num_bytes)
        with place.loading:
            if place.network is None:
                try:
                    place.network = load()
                except BaseException:
                    self._drop(run_id, place)
                    raise
            return place.network

    def has(self, run_id: str, version: Hashable) -> bool:
        """Whether this version of a run's network is loaded."""
        with self._guard:
            place = self._places.get(run_id)
            return place is not None and place.version == version and place.network is not None

    def forget(self, run_id: str) -> None:
        """Let a run's network go, such as when the run is deleted."""
        with self._guard:
            self._places.pop(run_id, None)

    def _reserve(self, run_id: str, version: Hashable, num_bytes: int) -> _Place:
        with self._guard:
            place = self._places.pop(run_id, None)
            if place is None or place.version != version:
                place = _Place(version, num_bytes)
            self._places[run_id] = place  # the most recent stands last
            while len(self._places) > 1 and self._is_too_much():
                self._places.popitem(last=False)
            return place

    def _is_too_much(self) -> bool:
        held = sum(place.num_bytes for place in self._places.values())
        return len(self._places) > self._max_count or (self._max_bytes is not None and held > self._max_bytes)

    def _drop(self, run_id: str, place: _Place) -> None:
        with self._guard:
            if self._places.get(run_id) is place:
                del self._places[run_id]
