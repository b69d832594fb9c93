"""The catalogue as cards: which are shown, what a card says, and what can be done with its set.

Left out: a look into a set (samples.py), fetching one (fetching.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.applications import APPLICATIONS, NO_PAGE, application_for
from core.config.errors import ConfigError
from core.config.limits import bytes_in_words
from core.data import catalog
from core.data.catalog import Entry
from core.data.downloads import is_here
from ui import fetching, services, session
from ui.foreign import foreign
from ui.problems import show_problems
from ui.samples import draw_sample
from ui.state import page_of
from ui.words import DATA_GROUPS, licence_line

EVERYTHING = "all"
_CARD_WIDTH = 300


def matching(kind: str, words: str) -> list[Entry]:
    """The sets of a kind, or those of all kinds that have every one of the words in what their cards say.

    Args:
        kind: One of the catalogue's kinds of data, or `EVERYTHING`.
        words: What a visitor looks for, with spaces between.
    """
    asked = words.casefold().split()
    if not asked:
        return [*catalog.entries(None if kind == EVERYTHING else kind)]
    return [entry for entry in catalog.entries() if all(word in _said_of(entry) for word in asked)]


def _said_of(entry: Entry) -> str:
    title, gloss = DATA_GROUPS[entry.kind]
    said = (entry.id, entry.title, entry.summary, entry.source, entry.licence, entry.citation, title, gloss)
    return " ".join(said).casefold()


def draw_cards(found: Sequence[Entry]) -> None:
    """Cards under the heading of what they are for."""
    for kind in dict.fromkeys(entry.kind for entry in found):
        title, gloss = DATA_GROUPS[kind]
        st.subheader(title, anchor=False)
        st.caption(gloss)
        with st.grid(3, min_column_width=_CARD_WIDTH):
            for entry in found:
                if entry.kind == kind:
                    draw_card(entry)


def draw_card(entry: Entry) -> None:
    """One set: what it is, how much, from where, on what terms, and what can be done with it."""
    here = is_here(entry, services.settings())
    with st.container(border=True, height="stretch", gap="small", key=f"data_card_{entry.kind}_{entry.id}"):
        st.markdown(f"**{foreign(entry.title)}** {_mark(entry, here)}")
        st.markdown(foreign(entry.summary))
        lines = [*_facts(entry), f"Source: {entry.source.removesuffix('.')}.", licence_line(entry.licence)]
        st.caption("  \n".join(map(foreign, lines)))
        if _is_coming(entry):
            st.caption(f":material/schedule: {foreign(NO_PAGE)} Until then it can be looked at.")
        st.space("stretch")  # buttons of a row stand on one line
        if here:
            _draw_use(entry)
        elif fetching.is_fetched_now(entry):
            fetching.draw_progress(entry)
        else:
            _draw_fetch(entry)


def _is_coming(entry: Entry) -> bool:
    return application_for(entry.kind, entry.id) is None


def _mark(entry: Entry, here: bool) -> str:
    if _is_coming(entry):
        return ":orange-badge[coming]"
    if not entry.files:
        return ":gray-badge[built in, made]" if entry.made else ":gray-badge[built in]"
    where = "machine" if services.limits().profile == "local" else "server"
    return f":green-badge[on this {where}]" if here else ""


def _facts(entry: Entry) -> list[str]:
    """A line with how many items and bytes there are, as far as that is known without loading it; or no line."""
    number, noun = entry.items
    found = [*([f"{number:,} {noun}"] if number else []), *([bytes_in_words(entry.bytes)] if entry.files else [])]
    return [" · ".join(found)] if found else []


def _draw_use(entry: Entry) -> None:
    """Buttons of a set that is here."""
    with st.container(horizontal=True, gap="small"):
        if not _is_coming(entry):
            st.button("Train on it", icon=":material/arrow_forward:", key=f"data:train:{entry.kind}:{entry.id}",
                      on_click=_choose, args=(entry,), help="Open its page with this set chosen.")  # fmt: skip
        if _look_button(entry, "Look at it", ":material/visibility:"):
            _open(entry)


def _draw_fetch(entry: Entry) -> None:
    """Buttons of a set that is not here, and how the last download ended."""
    no = fetching.refusal(entry)
    if no:
        st.caption(f":material/block: {foreign(no)}")
    else:
        fetching.draw_end(entry)
    with st.container(horizontal=True, gap="small"):
        if not no and st.button(
            fetching.again_label(entry), icon=":material/download:", key=f"data:get:{entry.kind}:{entry.id}",
            help="See the terms first, then fetch it.",
        ):  # fmt: skip
            _open(entry)
        if no and _look_button(entry, "About it", ":material/info:"):
            _open(entry)


def _look_button(entry: Entry, label: str, icon: str) -> bool:
    return st.button(label, icon=icon, type="tertiary", key=f"data:look:{entry.kind}:{entry.id}",
                     help="What it holds, its parts, and whom to cite.")  # fmt: skip


def _choose(entry: Entry) -> None:
    application = application_for(entry.kind, entry.id)
    assert application is not None, "nothing trains on it yet"
    session.choose(application, entry.id)
    st.session_state["data:train_on"] = application


def follow_choice() -> None:
    """Go to the page of the set that a card's button chose, first thing when the page is drawn again."""
    task = st.session_state.pop("data:train_on", None)
    if task in APPLICATIONS:
        data = page_of(task).data or ""
        st.switch_page(f"pages/{task}.py", query_params={session.field_key(task, "data"): data})


def _open(entry: Entry) -> None:
    """The dialog of a set."""
    st.dialog(foreign(entry.title), width="medium")(_draw_about)(entry)


def _draw_about(entry: Entry) -> None:
    """A look into it where it is here, else the terms of the download; then parts and citation."""
    st.markdown(foreign(entry.summary))
    said = {"Source": entry.source, "Parts": entry.splits, "Cite": entry.citation}
    if is_here(entry, services.settings()):
        try:
            draw_sample(entry)
        except ConfigError as error:
            show_problems("This set cannot be read.", error.problems)
        st.markdown(f"**{foreign(licence_line(entry.licence))}**")
        if not _is_coming(entry):
            st.button("Train on it", icon=":material/arrow_forward:", key="data:train_on_this", on_click=_choose,
                      args=(entry,), help="Open its page with this set chosen.")  # fmt: skip
            follow_choice()
    elif fetching.refusal(entry):
        st.markdown(f"**{foreign(licence_line(entry.licence))}**")
        st.caption(foreign(fetching.refusal(entry)))
        fetching.draw_by_hand(entry)
    else:
        fetching.draw_agreement(entry)
        said.pop("Source")  # the terms say it
    for name, text in said.items():
        if text:
            st.caption(f"**{name}** {foreign(text)}")
