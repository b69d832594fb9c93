"""Fetching a public set from a page: what is agreed to first, how far it is, its ends, and who may end it.

All who look at a set see one download, whoever asked for it. Left out: the download itself and who wants it
(core.data.download_queue), the card around it (cards.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from core.config.errors import ConfigError
from core.config.limits import bytes_in_words
from core.data.downloads import by_hand, check_allowed, folder_of
from core.data.entries.entry import Entry
from ui import services, visitor
from ui.foreign import foreign
from ui.problems import show_problems
from ui.words import licence_line, progress_line

if TYPE_CHECKING:
    from core.data.download_queue import DownloadState

PROGRESS_SECONDS = 0.5


def is_fetched_now(entry: Entry) -> bool:
    """Whether a set is on its way."""
    state = services.downloads().state(entry.id)
    return state is not None and not state.done


def refusal(entry: Entry) -> str:
    """Why this server does not fetch a set, in one sentence; nothing when it does."""
    settings, limits = services.settings(), services.limits()
    try:
        check_allowed(entry, settings, limits)
    except ConfigError:
        if settings.downloads == "off":
            return "It is not on this server, which downloads nothing: its host has switched that off."
        if settings.downloads == "list" and entry.id not in settings.download_ids:
            return "It is not on this server, whose host has chosen which sets may be downloaded; this is none of them."
        most = bytes_in_words(limits.max_download_bytes)
        return f"It is not on this server, which downloads at most {most} at once."
    return ""


def draw_agreement(entry: Entry) -> None:
    """The terms and the button that starts the download."""
    settings = services.settings()
    num_files = f"{len(entry.files):,} files" if len(entry.files) > 1 else "1 file"
    st.markdown(f"**{foreign(licence_line(entry.licence))}**")
    hosts = ", ".join(dict.fromkeys(urlsplit(file.url).hostname or "" for file in entry.files))
    st.markdown(f"**From** {foreign(entry.source)} (fetched from {foreign(hosts)})")
    st.markdown(f"**Size** {bytes_in_words(entry.bytes)} in {num_files}, checked when they are here")
    is_local = services.limits().profile == "local"
    where = str(folder_of(entry, settings)) if is_local else "this server's data folder, for everybody who uses it"
    st.markdown(f"**To** {foreign(where)}")
    if st.button(
        ":violet[Download]", icon=":material/download:", type="primary", key="data:agree",
        help="Fetch the files from where they are published.",
    ) and start(entry):  # fmt: skip
        st.rerun()


def start(entry: Entry) -> bool:
    """Ask for a set; says why where that cannot be."""
    try:
        services.downloads().start(entry.id, visitor.owner(), visitor.address())
    except ConfigError as error:  # switched off since the page was drawn
        show_problems("This set is not downloaded.", error.problems)
        return False
    return True


def draw_by_hand(entry: Entry) -> None:
    """What the host can do where this server fetches nothing."""
    st.caption(foreign(by_hand(entry)))


def draw_progress(entry: Entry) -> None:
    """The bar and Cancel, renewed by themselves; the whole page once more when the download has ended."""
    st.fragment(_draw_progress, run_every=PROGRESS_SECONDS)(entry)


def _draw_progress(entry: Entry) -> None:
    state = services.downloads().state(entry.id)
    if state is None or state.done:
        st.rerun()
    draw_bar(entry.id, state)


def draw_bar(key: str, state: DownloadState) -> None:
    """How far a download is, and Cancel for those who asked for it.

    Args:
        key: What it goes by in the server's downloads.
        state: As it is now, and not done.
    """
    found = state.progress
    if found is None:
        st.progress(0.0, "Starting, or waiting for another download to end")
    else:
        words = progress_line(found.bytes_done, found.bytes, found.files_done, found.files, state.seconds_left)
        st.progress(min(1.0, found.bytes_done / max(1, found.bytes)), words)
    wanted_by = services.downloads().wanted_by(key)
    if visitor.owner() in wanted_by:
        st.button("Cancel", icon=":material/close:", key=f"data:cancel:{key}", on_click=services.downloads().cancel,
                  args=(key, visitor.owner()), help="Whole files are kept. It goes on while others want it.")  # fmt: skip
    else:
        st.caption("Another visitor asked for it." if wanted_by else "Ending ...")


def draw_end(entry: Entry) -> None:
    """How the last download ended, where that left something to say; then a way to go on."""
    state = services.downloads().state(entry.id)
    if state is None:
        return
    if state.error:
        st.error(foreign(state.error), icon=":material/error:")
    elif state.cancelled:
        st.caption("Cancelled. Files that came whole are kept for the next download.")


def again_label(entry: Entry) -> str:
    """What the button to download says."""
    state = services.downloads().state(entry.id)
    has_failed = state is not None and (state.error or state.cancelled)
    return "Try again" if has_failed else f"Download {bytes_in_words(entry.bytes)}"
