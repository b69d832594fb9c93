"""Unroll in the browser: the router and the frame. Each screen is a file in pages/."""

from pathlib import Path

import streamlit as st

from core.config.experiment import TASKS
from ui import services
from ui.frame import all_pages

ICON = Path(__file__).parent / "ui" / "icon.png"  # a file of ours: nothing is fetched from elsewhere

page = st.navigation(all_pages(), position="top")
has_setup = page.url_path in TASKS
st.set_page_config(
    page_title=f"{page.title} · Unroll",
    page_icon=str(ICON),
    layout="wide",
    initial_sidebar_state="auto" if has_setup else "collapsed",
)
st.session_state["framed"] = True
services.manager()
page.run()
# The sidebar exists only where there is a set-up; elsewhere the badge ends the page.
with st.sidebar if has_setup else st.container():
    st.caption(f":material/memory: {services.device_label()} · {services.queue_label()}")
