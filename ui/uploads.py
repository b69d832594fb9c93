"""A visitor's own data: the sidebar's uploader and what stands beside it, and what an upload is called.

Files are stored by core under an id that cannot be guessed; the page keeps the id alone.
Left out: reading and checking the content (core.data.sources), correcting how it is read (reading.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.config.errors import ConfigError
from ui import services, session, visitor
from ui.bring import draw_dialog_buttons
from ui.hub import draw_hub_button
from ui.problems import problem_list
from ui.state import page_of
from ui.tasks.view import view_of

if TYPE_CHECKING:
    from core.data.sources.uploads import Upload

UPLOAD, HUB = "upload:", "hub:"


def draw_own_data(task: str) -> None:
    """The ways to bring data, folded away: the uploader, then buttons that open dialogs."""
    with st.expander("Your own data", icon=":material/upload_file:"):
        _draw_uploader(task)
        draw_dialog_buttons(task)
        draw_hub_button(task)


def _draw_uploader(task: str) -> None:
    """A new file is stored and becomes the data of the page. Any ending may come: the reader says what to do instead."""
    view = view_of(task)
    given = st.file_uploader(
        view.uploader,
        accept_multiple_files=view.several,
        key=f"{task}:uploader",
        help=f"{view.takes} It stays on this server, and only you can read it.",
        max_upload_size=max(1, services.limits().max_upload_bytes // 1_000_000),
    )
    files = (given if isinstance(given, list) else [given]) if given else []
    signature = tuple(file.file_id for file in files)
    if files and signature != page_of(task).uploaded:
        _store(task, files, signature)


def _store(task: str, files: list[Any], signature: tuple[str, ...]) -> None:
    from core.data.sources.upload_storing import save_upload

    for file in files:
        file.seek(0)  # a page that is drawn again stores it anew
    contents = [(file.name, file) for file in files]
    try:
        upload_id = save_upload(
            contents, services.settings().state_dir, services.limits(), owner=visitor.owner(),
            address=visitor.address(),
        )  # fmt: skip
    except ConfigError as error:
        # Where the page says what else is wrong, in the run of its script that draws the uploader.
        title = "This file cannot be used: the page keeps the data it had."
        page_of(task).refusal = f"{title}\n\n{problem_list(error.problems)}"
        return
    page_of(task).uploaded = signature
    session.choose(task, UPLOAD + upload_id)
    st.rerun()


def own_title(name: str) -> str:
    """What somebody's own data is called in the select box: its files, or its name on the Hub."""
    if name.startswith(HUB):
        return f"{name.removeprefix(HUB)} (Hub)"
    upload = readable_upload(name.removeprefix(UPLOAD))
    if upload is None:
        return "Your own data (gone)"
    return " and ".join(upload.names[:2]) + (" ..." if len(upload.names) > 2 else "")


def readable_upload(upload_id: str) -> Upload | None:
    """The upload of an id where it is here and this visitor's; else None, whichever of the two it is."""
    from core.data.sources.uploads import check_reader, find_upload

    try:
        upload = find_upload(upload_id, services.settings().state_dir)
        check_reader(upload, visitor.owner())
    except (ConfigError, OSError):
        return None
    return upload
