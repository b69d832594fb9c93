"""What the visitor's browser is like: dark or light, narrow or wide; and where its set-up has room.

Imports nothing heavy, because the frame of every page asks. Left out: who the visitor is (visitor.py).
"""

from typing import Any

import streamlit as st


def is_dark() -> bool:
    """Whether the visitor's page is dark."""
    return st.context.theme.type == "dark"


def is_narrow() -> bool:
    """Whether the browser calls itself mobile, so that there is room for few labels."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def setup_place() -> Any:
    """Where the set-up of a page stands: the sidebar; on a phone, where that is out of sight, folded up on the page."""
    if is_narrow():
        return st.expander("Set-up", icon=":material/tune:", key="setup_on_page")
    st.sidebar.header("Set-up", anchor=False)
    return st.sidebar
