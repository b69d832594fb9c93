"""The frame: page config, the top menu, the page, and the badge; and the way back into it from a page of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.applications import APPLICATIONS
from ui import services
from ui.badge import draw_badge
from ui.browser import is_narrow, watch_theme
from ui.learn.lessons import ENTRIES
from ui.opening import turn_page

ICON = Path(__file__).parent / "icon.png"  # a file of ours: nothing is fetched from elsewhere


def all_pages() -> dict[str, list[Any]]:
    """The pages of the menu by group, in order; what stands in a group without a name stands in the menu itself."""
    return {
        "": [st.Page("pages/home.py", title="Home", default=True, help="What this is, and where to begin.")],
        "Tasks": [st.Page(f"pages/{app.name}.py", title=app.title, help=app.help) for app in APPLICATIONS.values()],
        "Learn": [st.Page(f"pages/{page.name}.py", title=page.title, help=page.help) for page in ENTRIES],
        "Data and runs": [
            st.Page("pages/data.py", title="Data", help="What there is to learn from, here and out there."),
            st.Page("pages/runs.py", title="Runs", help="What you trained on this server."),
        ],
    }


def draw_app() -> None:
    """The whole app around the page that the address names."""
    narrow = is_narrow()
    pages = all_pages()
    # On a phone the menu at the top folds away behind an arrow that nobody takes for it: a word stands there instead.
    page = st.navigation(pages, position="hidden" if narrow else "top")
    lessons = {one.name for one in ENTRIES if one.has_figure}
    has_setup = page.url_path in APPLICATIONS or (page.url_path in lessons and st.query_params.get("lesson") != "1")
    st.set_page_config(
        page_title=f"{page.title} · Unroll",
        page_icon=str(ICON),
        layout="wide",
        initial_sidebar_state="auto" if has_setup else "collapsed",
    )
    st.session_state["framed"] = True
    services.manager()
    turn_page(page.url_path)
    if narrow:
        _draw_menu(pages, page)
    page.run()
    # The sidebar exists only where there is a set-up and room beside it; elsewhere the badge ends the page.
    with st.sidebar if has_setup and not narrow else st.container():
        draw_badge()
    watch_theme()


def _draw_menu(pages: Mapping[str, Sequence[Any]], here: Any) -> None:
    """Every page of the menu, behind one button that says so, for a screen that is too narrow for them side by side."""
    with st.popover("Menu", icon=":material/menu:", key=f"menu:{here.url_path}"):
        for group, members in pages.items():
            if group:
                st.caption(group)
            with st.grid(2, min_column_width=120):
                for page in members:
                    st.page_link(page, width="stretch", disabled=page.url_path == here.url_path)


def ensure_frame() -> None:
    """Bring the router in when a link opened this page first.

    On a server that nobody has visited yet, Streamlit takes a folder named pages/ for its older kind of multipage app
    and runs the page alone. One call of `st.navigation` ends that for the whole server; the rerun then goes through
    streamlit_app.py.
    """
    if not st.session_state.get("framed"):
        st.navigation(all_pages(), position="hidden")
        st.rerun()
