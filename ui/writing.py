"""A text that appears as if it were being written, once in a visit: plain text, and the page stands still around it.

How far it has come goes by the clock, so that nothing that redraws the page begins it anew. What is still to come takes its
room from the start, as blanks that break where the letters will.
"""

from __future__ import annotations

import re
import time

import streamlit as st

CHARACTERS_A_SECOND = 110  # as fast as one can follow
_PAUSE = 0.15  # seconds between two looks
_LETTER = re.compile(r"\S")
_NO_BREAK = "\u00a0"


def write_out(key: str, text: str) -> None:
    """Show a text that grows to its end at reading speed; whole from then on.

    Args:
        key: Of this text in this visit.
        text: Not read as markup.
    """
    st.session_state.setdefault(_began(key), time.monotonic())
    if _length(key) >= len(text):
        st.code(text or " ", language=None, wrap_lines=True)
    else:
        st.fragment(_grow, run_every=_PAUSE)(key, text)


def so_far(text: str, length: int) -> str:
    """The beginning of a text, with blanks in the place of what is to come."""
    return text[:length] + _LETTER.sub(_NO_BREAK, text[length:])


def _grow(key: str, text: str) -> None:
    length = _length(key)
    st.code(so_far(text, length), language=None, wrap_lines=True)
    if length >= len(text):
        st.rerun()  # without the timer


def _length(key: str) -> int:
    return int((time.monotonic() - st.session_state[_began(key)]) * CHARACTERS_A_SECOND)


def _began(key: str) -> str:
    return f"{key}:began"
