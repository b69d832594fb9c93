"""The frame: which pages there are, and the way back into it when a link opened a page first."""

from __future__ import annotations

from typing import Any

import streamlit as st


def all_pages() -> list[Any]:
    """The pages of the top menu, in order."""
    return [
        st.Page("pages/home.py", title="Home", default=True, help="What this is, and where to begin."),
        st.Page("pages/forecasting.py", title="Forecasting", help="Learn a series and go on past its end."),
        st.Page("pages/generation.py", title="Generation", help="Learn a text and write on."),
        st.Page("pages/sentiment.py", title="Sentiment", help="Learn to tell the mood of a sentence."),
        st.Page("pages/translation.py", title="Translation", help="Learn to say it in another language."),
        st.Page("pages/runs.py", title="Runs", help="What you trained in this session."),
    ]


def ensure_frame() -> None:
    """Bring the router in when a link opened this page first.

    On a server that nobody has visited yet, Streamlit takes a folder named pages/ for its older kind of multipage app
    and runs the page alone. One call of `st.navigation` ends that for the whole server; the rerun then goes through
    streamlit_app.py.
    """
    if not st.session_state.get("framed"):
        st.navigation(all_pages(), position="hidden")
        st.rerun()
