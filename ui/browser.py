"""What the visitor's browser is like: dark or light, narrow or wide; and where its set-up has room.

Imports nothing heavy, because the frame of every page asks. Left out: who the visitor is (visitor.py).
"""

from typing import Any

import streamlit as st

# Half a second is soon enough, and a colour that is looked at costs nothing: no event tells of a theme.
_WATCH = """
export default function ({ parentElement, data, setStateValue }) {
  const place = parentElement.host ?? parentElement;
  const isDark = () => {
    const color = getComputedStyle(place).getPropertyValue("--st-background-color").trim();
    const parts = /^#[0-9a-f]{6}$/i.test(color)
      ? [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16))
      : (color.match(/[\\d.]+/g) ?? []).slice(0, 3).map(Number);
    return parts.length === 3 ? parts[0] + parts[1] + parts[2] < 384 : data.dark;
  };
  const look = () => { if (isDark() !== data.dark) setStateValue("dark", isDark()); };
  const timer = setInterval(look, 500);
  return () => clearInterval(timer);
}
"""


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


def watch_theme() -> None:
    """Ask for a rerun whenever the page is dark and was drawn light, or the other way round.

    Streamlit runs no script when the theme changes, so pictures would stay as they were drawn for the other one. A
    component without anything to see compares the two.
    """
    watch = st.components.v2.component("theme_watch", js=_WATCH)
    watch(key="theme_watch", data={"dark": is_dark()}, height=1)
