"""Texts that a network is writing: a little at each look of the page, so that a press of Stop is heard between two of them.

Short texts are whole at the first look. Longer ones and those at reading speed grow with a timer until they end.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import streamlit as st

from ui.foreign import foreign
from ui.results.common import ask, is_narrow

READING = 30  # characters a second of each text
_PAUSE = 0.2  # seconds between two looks
_MOST_LINES, _BOX = 60, 480  # a text of more lines scrolls in a box of so many pixels
_END = 80  # characters of a prompt before each of several texts
_AT_FIRST, _AT_ONCE = 0.15, 0.5  # seconds of writing in the first look and in each that follows


class Written(NamedTuple):
    """A text that stands on the page.

    Attributes:
        label: What tells it from the others; may be empty of one.
        text: With its prompt.
        prompt: What it begins with, or each of its items.
    """

    label: str
    text: str
    prompt: str

    @property
    def own(self) -> str:
        """Behind its prompt, as the network wrote it."""
        return self.text.removeprefix(self.prompt)


class BeingWritten:
    """Some texts and what is still to come of them, one piece of each in turn.

    Args:
        run_id: Whose network writes.
        prompts: By label of a text what it begins with.
        pieces: What follows each, in the same order.
        slowly: Whether at reading speed.
        each: What each item of a text of many begins with.
        told: What is to be said below the texts once they are whole.
    """

    def __init__(
        self,
        run_id: str,
        prompts: Mapping[str, str],
        pieces: Sequence[Iterator[str]],
        slowly: bool = False,
        each: str = "",
        told: Callable[[], str] = str,
    ):
        self.each, self.told = each, told
        self.run_id, self.prompts, self.texts, self.is_stopped = run_id, prompts, dict(prompts), False
        self._coming = deque(zip(prompts, pieces, strict=True))
        self._rate = READING * len(prompts) if slowly else None
        self._began, self._length = time.monotonic(), 0

    @property
    def is_over(self) -> bool:
        return not self._coming

    def go_on(self, seconds: float) -> None:
        """Write for so long at most, or as far as one has read by now."""
        now = time.monotonic()
        due = float("inf") if self._rate is None else (now - self._began) * self._rate
        while self._coming and self._length <= due and time.monotonic() < now + seconds:
            label, pieces = self._coming.popleft()
            piece = next(pieces, None)
            if piece is not None:
                self.texts[label] += piece
                self._length += len(piece)
                self._coming.append((label, pieces))

    @property
    def written(self) -> list[Written]:
        """The texts so far."""
        return [Written(label, text, self.prompts[label] or self.each) for label, text in self.texts.items()]

    def shown(self, label: str) -> str:
        """A text for the page: of a prompt that stands before several, no more than its end."""
        left_out = len(self.prompts[label]) - _END if len(self.prompts) > 1 else 0
        return f"… {self.texts[label][left_out:]}" if left_out > 0 else self.texts[label]

    def stop(self) -> None:
        """Write no more; what stands stays."""
        self.is_stopped = not self.is_over
        self._coming.clear()


def draw(app: str, writing: BeingWritten) -> None:
    """Show the texts, and Stop while there is more to come."""
    if not writing.is_over:
        ask(lambda: writing.go_on(_AT_FIRST))
    if writing.is_over:
        _show(writing)
    else:
        st.fragment(_grow, run_every=_PAUSE)(app, writing, [True])


def _grow(app: str, writing: BeingWritten, first: list[bool]) -> None:
    if first:
        first.clear()  # written a moment ago
    else:
        ask(lambda: writing.go_on(_AT_ONCE))
    if writing.is_over:
        st.rerun()  # without the timer
    st.button(
        "Stop", icon=":material/stop:", key=f"{app}_use_stop", on_click=writing.stop, help="What is written stays."
    )
    _show(writing)


def _show(writing: BeingWritten) -> None:
    for place, label in zip(_places(list(writing.texts)), writing.texts, strict=True):
        with place.container():
            if label:
                st.caption(foreign(label))
            text = writing.shown(label) or " "
            height: int | Literal["content"] = _BOX if text.count("\n") > _MOST_LINES else "content"
            st.code(text, language=None, wrap_lines=True, height=height)  # nothing in code is read as markup
    if writing.is_stopped:
        st.caption("Stopped before the end.")
    elif writing.is_over and writing.told():
        st.caption(foreign(writing.told()))


def _places(labels: Sequence[str]) -> list[Any]:
    """A place for every text: one, or two beside each other."""
    places: list[Any] = []
    for at in range(0, len(labels), 2):
        row = st.columns(2) if len(labels) > 1 and not is_narrow() else [st.container()] * 2
        places += [column.empty() for column, _ in zip(row, labels[at : at + 2], strict=False)]
    return places
