"""Data without a file: paste it, or what else a task offers. Small buttons that open dialogs.

`draw_dialog_buttons(task)` is what the sidebar calls. Left out: the uploader (uploads.py), the ways that only one task
has (ui/tasks), understanding what was pasted (core.data.sources.pasted).
"""

from __future__ import annotations

import streamlit as st

from core.applications import describe
from core.bounded.work import PASTED, Understood
from core.config.errors import ConfigError
from ui import asking, services, session, visitor
from ui.foreign import foreign, one_line
from ui.problems import show_problems
from ui.tasks.view import view_of
from ui.words import sentence

_HEIGHT = 260


def draw_dialog_buttons(task: str) -> None:
    """Buttons for the ways to bring data without a file; each opens a dialog."""
    with st.container(horizontal=True, gap="small"):
        if st.button(
            "Paste", icon=":material/content_paste:", type="tertiary", key=f"{task}:paste",
            help="Paste text or numbers instead of uploading a file.",
        ):  # fmt: skip
            _paste(task)
        for way in view_of(task).ways:
            if st.button(way.label, icon=way.icon, type="tertiary", key=f"{task}:{way.key}", help=way.help):
                way.open(task)


@st.dialog("Paste", width="medium", icon=":material/content_paste:")
def _paste(task: str) -> None:
    view = view_of(task)
    text = st.text_area(
        view.paste, key=f"{task}:paste_text", height=_HEIGHT, placeholder=view.paste_example,
        help="Read when you leave the field or press Ctrl+Enter. It stays on this server, as a file would.",
        persist_state="session",
    )  # fmt: skip
    found = _understand(task, text or "")
    with st.container(horizontal=True):
        if st.button("Use it", type="primary", disabled=found is None, key=f"{task}:paste_use") and found is not None:
            use(task, found)


def _understand(task: str, text: str) -> Understood | None:
    """What was pasted, told in words below the field; None when it cannot be used."""
    if not text.strip():
        st.caption("Nothing is here yet.")
        return None
    if len(text) > (most := services.limits().max_pasted_characters):
        st.warning(f"This is more than {most:,} characters: bring it as a file instead.")
        return None
    try:
        found = asking.read_once(PASTED, {"kind": describe(task).kind, "text": text, "name": None})
    except ConfigError as error:
        show_needs(error)
        return None
    show_understood(found)
    return found


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
