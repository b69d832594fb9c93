"""Home: what this is, one button, and the applications, each with a network at work."""

import streamlit as st

from core.applications import APPLICATIONS
from core.data import catalog
from ui.alive import draw_alive
from ui.learn.lessons import ENTRIES, PARTS
from ui.starter import starter_of
from ui.state import page_of


def start() -> None:
    """Begin the quick training of the generation page."""
    page_of("generation").start_quick = True


st.title("Unroll", anchor=False)
st.markdown(
    "A playground for recurrent neural networks. Pick real data, set up an RNN, LSTM or GRU, watch it train, use it, "
    "open it up and see every gate, and take it away as code."
)
if st.button(
    ":violet[Train your first network]", icon=":material/play_arrow:", type="primary", key="home:start", on_click=start,
    help="Trains a small network that learns to write. It takes less than half a minute on a quiet machine.",
):  # fmt: skip
    st.switch_page("pages/generation.py")
st.caption("It learns to write from the Python documentation, in less than half a minute.")

st.subheader("Or choose what it should learn", anchor=False)
with st.grid(4, min_column_width=250):
    for app in sorted(APPLICATIONS.values(), key=lambda app: starter_of(app.name) is None):  # those at work first
        with st.container(border=True, height="stretch"):
            st.page_link(f"pages/{app.name}.py", label=f"**{app.title}**", icon=":material/arrow_forward:",
                         icon_position="right")  # fmt: skip
            draw_alive(app.name, app.card)

st.subheader("Or take the idea apart", anchor=False)
for part in PARTS:
    pages = [page for page in ENTRIES if page.part == part]
    if pages:
        st.markdown(f"**{part}**")
    with st.grid(3, min_column_width=250):
        for page in pages:
            with st.container(border=True, height="stretch"):
                st.page_link(f"pages/{page.name}.py", label=f"**{page.title}**", icon=":material/arrow_forward:",
                             icon_position="right")  # fmt: skip
                st.markdown(page.help)

st.subheader("And what it should learn from", anchor=False)
with st.container(border=True):
    st.markdown(
        f"**{len(catalog.entries())} data sets** are known here: series, texts, names, tunes, DNA, sentences in several "
        "languages. Each says what it is and on what terms. **Your own** file, text or table goes into the set-up of "
        "each task's page, under Data."
    )
    st.page_link("pages/data.py", label="See all data", icon=":material/database:")

st.subheader("How it works", anchor=False)
st.markdown(
    "1. Every task's page has a set-up: data, preset, the network's knobs.\n"
    "2. **Train** starts a run on this server. You may close the page: its link finds the run again.\n"
    "3. Every result stands beside a simple method, so that you see what the network adds.\n"
    "4. Take the trained network away, with the exact command that made it."
)
