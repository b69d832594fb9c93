"""Charts follow the theme: a rerun is asked for when somebody switches between light and dark.

Streamlit tells a script which theme its page has, but runs none when that changes, so pictures that were drawn for the
other theme would stay. A component without anything to see compares the two. Left out: colours (ui/charts/theme.py).
"""

import streamlit as st

from ui.browser import is_dark

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


def watch_theme() -> None:
    """Ask for a rerun whenever the page is dark and was drawn light, or the other way round."""
    watch = st.components.v2.component("theme_watch", js=_WATCH)
    watch(key="theme_watch", data={"dark": is_dark()}, height=1)
