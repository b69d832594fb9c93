"""Data: everything that can be learned from, as cards; looked into, fetched, and chosen for training here."""

import streamlit as st

from core.applications import APPLICATIONS, describe
from core.data import catalog
from ui.cards import EVERYTHING, draw_cards, follow_choice, matching
from ui.foreign import foreign_code
from ui.frame import ensure_frame
from ui.words import DATA_GROUPS, count

CHOICES = [*DATA_GROUPS, EVERYTHING]
KEY = "data:kind"


def take_address() -> str:
    """When a link was followed, show what it asks for; otherwise the choice is the visitor's. Returns what is unknown."""
    asked = st.query_params.get("kind") or st.query_params.get("task", "")
    if asked in APPLICATIONS:  # from its page, or by a link of an earlier version
        asked = describe(asked).kind
    if asked in CHOICES and asked != st.session_state.get("data:address"):
        st.session_state[KEY] = asked
    elif st.session_state.get(KEY) not in CHOICES:
        st.session_state[KEY] = CHOICES[0]
    return "" if asked in CHOICES else asked


def write_address(kind: str) -> None:
    """Keep the choice in the address, so that it can be shared."""
    st.session_state["data:address"] = kind
    if st.query_params.get("kind") != kind:
        st.query_params["kind"] = kind
    st.query_params.pop("task", None)


ensure_frame()
follow_choice()
unknown = take_address()
everything = catalog.entries()
built_in = sum(not entry.files for entry in everything)
st.title("Data", anchor=False)
if unknown:
    st.warning(f"There is no kind of data called {foreign_code(unknown, 40)} here.")
st.markdown(
    f"{len(everything)} sets to learn from. {built_in} are built in; the others are fetched from where they are "
    "published, once you have seen their terms. Your own go into the set-up of each task's page, under Data."
)
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    words = st.text_input("Search", key="data:words", placeholder="All sets, such as weather or names", width=280,
                          help="Looks through titles, descriptions, sources and licences of all tasks.")  # fmt: skip
    kind = st.pills("What for", CHOICES, required=True, key=KEY, wrap=True, disabled=bool(words.strip()),
                    format_func=lambda name: "All" if name == EVERYTHING else DATA_GROUPS[name][0],
                    help="Which task the sets are for.")  # fmt: skip
write_address(kind)
found = matching(kind, words)
if words.strip():
    st.caption(f"{count(len(found), 'set')} of all tasks.")
draw_cards(found)
if not found:
    st.markdown("**Nothing here is called that.** Try another word, or bring your own file on a task's page.")
