"""Data without a file: paste it, type it into a table, or make a series. Small buttons that open dialogs.

`draw_dialog_buttons(task)` is what the sidebar calls. What is pasted or typed is kept like an upload and becomes the
data of the page. Left out: the uploader (uploads.py), making a series (made.py), typing into a table (edit_table.py),
understanding what was pasted (core.data.sources.pasted).
"""

from __future__ import annotations

import streamlit as st

from core.bounded.work import PASTED, Understood
from core.config.errors import ConfigError
from ui import asking, services, session, visitor
from ui.edit_table import open_table
from ui.made import open_maker
from ui.problems import show_problems
from ui.understood import show_needs, show_understood

_HEIGHT = 260
_WHAT = {
    "forecasting": "Numbers, one a line or in a row with spaces or commas between them; or a table copied from a "
    "spreadsheet, with or without dates and headers.",
    "generation": "Any text that the network should learn to continue: a few pages, better a book.",
    "sentiment": "A text and its label in each line with a tab between them, or a table copied from a spreadsheet.",
    "translation": "A sentence and its translation in each line with a tab between them, or two columns copied from a "
    "spreadsheet.",
}
_EXAMPLE = {
    "forecasting": "12.5\n13.1\n12.9\n14.2",
    "generation": "Once upon a time ...",
    "sentiment": "It works and looks good.\tpositive\nIt broke after two days.\tnegative",
    "translation": "Good morning.\tBonjour.\nThank you.\tMerci.",
}


def draw_dialog_buttons(task: str) -> None:
    """Buttons for the ways to bring data without a file; each opens a dialog."""
    with st.container(horizontal=True, gap="small"):
        if st.button(
            "Paste", icon=":material/content_paste:", type="tertiary", key=f"{task}:paste",
            help="Paste text or numbers instead of uploading a file.",
        ):  # fmt: skip
            _paste(task)
        if task != "forecasting":
            return
        if st.button(
            "Edit in a table", icon=":material/table_edit:", type="tertiary", key=f"{task}:edit_table",
            help="Type a small series, or change the one on the page.",
        ):  # fmt: skip
            open_table(task, use)
        if st.button(
            "Make a series", icon=":material/auto_graph:", type="tertiary", key=f"{task}:make_series",
            help="A series of your own making: trend, seasons, noise, a change and gaps.",
        ):  # fmt: skip
            open_maker(task)


@st.dialog("Paste", width="medium", icon=":material/content_paste:")
def _paste(task: str) -> None:
    text = st.text_area(
        _WHAT[task], key=f"{task}:paste_text", height=_HEIGHT, placeholder=_EXAMPLE[task],
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
        found = asking.read_once(PASTED, {"task": task, "text": text, "name": None})
    except ConfigError as error:
        show_needs(error)
        return None
    show_understood(found)
    return found


def use(task: str, found: Understood) -> None:
    """Keep what was brought like an upload, make it the data of the page, and close the dialog."""
    from core.data.sources.uploads import save_upload

    state_dir, limits = services.settings().state_dir, services.limits()
    try:
        content = found.content.encode()
        upload_id = save_upload(task, [(found.name, content)], state_dir, limits, owner=visitor.owner(),
                                address=visitor.address())  # fmt: skip
    except ConfigError as error:
        show_problems("This cannot be kept.", error.problems)
        return
    session.choose(task, f"upload:{upload_id}")
    st.rerun()
