"""What a dialog understood of what was typed into it, or what is still missing; and making it the data of the page.

Left out: understanding (core.data.sources.pasted), mistakes in a set-up (problems.py).
"""

from __future__ import annotations

import streamlit as st

from core.bounded.work import Understood
from core.config.errors import ConfigError
from ui import services, session, visitor
from ui.foreign import foreign, one_line
from ui.problems import show_problems
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


def use(task: str, found: Understood) -> None:
    """Keep what was brought like an upload, make it the data of the page, and close the dialog."""
    from core.data.sources.upload_storing import save_upload

    state_dir, limits = services.settings().state_dir, services.limits()
    try:
        content = found.content.encode()
        upload_id = save_upload([(found.name, content)], state_dir, limits, owner=visitor.owner(),
                                address=visitor.address())  # fmt: skip
    except ConfigError as error:
        show_problems("This cannot be kept.", error.problems)
        return
    session.choose(task, f"upload:{upload_id}")
    st.rerun()
