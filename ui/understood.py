"""What a dialog understood of what was typed into it, or what is still missing, in words and as text.

Left out: understanding (core.data.sources.pasted), mistakes in a set-up (problems.py).
"""

from __future__ import annotations

import streamlit as st

from core.bounded.work import Understood
from core.config.errors import ConfigError
from ui.foreign import foreign, one_line
from ui.words import sentence


def show_understood(found: Understood) -> None:
    """What was understood and what was guessed."""
    st.text(f"Understood: {one_line(found.words)}.")
    for note in found.notes:
        st.caption(foreign(sentence(note)))


def show_needs(error: ConfigError) -> None:
    """What is wrong, without the names of fields: there is but one thing that can be mended here."""
    lines = [f"- {foreign(one.expected)}, not {foreign(one.received)}. {foreign(one.hint)}" for one in error.problems]
    st.warning("This needs:\n\n" + "\n".join(lines))
