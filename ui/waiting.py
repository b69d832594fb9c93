"""A progress bar for what takes longer than a moment, drawn by whoever prepares the data.

Left out: downloads, which have their own (fetching.py).
"""

from __future__ import annotations

import time

from streamlit.delta_generator import DeltaGenerator

from ui.foreign import foreign

PATIENCE = 0.5  # seconds before the bar comes
_PAUSE = 0.1  # seconds between two of its steps


class Bar:
    """A `core.data.progress.ProgressCallback` that draws itself once it is needed.

    Args:
        place: A place that is empty and holds one element.
    """

    def __init__(self, place: DeltaGenerator):
        self._place = place
        self._next = time.monotonic() + PATIENCE
        self._is_drawn = False

    def __call__(self, share: float, what: str) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE
            self._is_drawn = True
            self._place.progress(min(1.0, max(0.0, share)), foreign(what))

    def end(self) -> None:
        """Take it away."""
        if self._is_drawn:
            self._place.empty()
