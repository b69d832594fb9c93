"""The box for a text of one's own: what is typed in one of the tabs of a page stands in the other too.

Until somebody types, or puts an example into a box, each has a beginning of its own.
"""

from collections.abc import Sequence

import streamlit as st

from ui import services
from ui.browser import is_narrow
from ui.foreign import foreign, one_line
from ui.results.common import start_text


def text_box(
    task: str, key: str, label: str, default: str, help_text: str, *, height: int, most: int, at_end: bool = False
) -> str:
    """A text area that begins with what was typed on this page last.

    Args:
        task: Whose page it is.
        key: Of the box.
        label, help_text: Of the box.
        default: Its content until something is typed.
        height: Pixels.
        most: Characters that it takes; of a longer text the first are kept, and that is said.
        at_end: Whether the last are kept instead, because the text is continued.
    """
    typed = st.session_state.get(_typed(task))
    if typed is None:
        start_text(key, default)
    elif st.session_state.get(key) != (kept := _kept(typed, most, at_end)):
        st.session_state[key] = kept
    text = st.text_area(
        label, key=key, height=height, persist_state="session", help=help_text, on_change=_remember, args=(task, key)
    )  # no `max_chars`: the field would drop all of what is too long without a word
    if typed is not None and len(typed) > most and text == _kept(typed, most, at_end):
        kept_of(typed, most, at_end=at_end)
    return str(text)


def kept_of(text: str, most: int, *, at_end: bool = False) -> str:
    """As much of a typed text as is read; where that is not all of it, say so.

    Args:
        text: What was typed or pasted, of any length.
        most: Characters that are read.
        at_end: Whether the last of a longer text are read, or the first.
    """
    if len(text) > most:
        st.warning(
            f"Too long: the {'last' if at_end else 'first'} {most:,} of {len(text):,} characters are kept and read.",
            icon=":material/content_cut:",
        )
    return _kept(text, most, at_end)


def _kept(text: str, most: int, at_end: bool) -> str:
    return text[-most:] if at_end else text[:most]


def offer_examples(task: str, key: str, examples: Sequence[str], given: Sequence[str]) -> None:
    """Things to try: buttons for examples of our own, a select box for lines of the data and on a phone.

    Args:
        task: Whose page it is.
        key: Key of the text box that an example goes into.
        examples: Lines from the visitor's or the built-in data; shown as they are.
        given: Examples from the catalogue, which are ours and short.
    """
    if given and not is_narrow():
        with st.container(horizontal=True, gap="small"):
            for i, text in enumerate(given):
                shown = foreign(text, 60) if text else "Start from nothing"
                st.button(
                    shown, key=f"{key}_given_{i}", on_click=put, args=(task, key, text), help="Put this into the box."
                )
    elif given or examples:  # on a phone in one line, so that the answer is in sight
        st.selectbox(
            "Try an example", [text for text in given or examples if text], index=None, key=f"{key}_example",
            format_func=one_line, placeholder="One of ours" if given else "A text of the test set",
            on_change=_put_selected, args=(task, key),
            help="Put it into the box." if given else "Put a text that the network has not seen into the box.",
        )  # fmt: skip


def _put_selected(task: str, key: str) -> None:
    chosen = st.session_state.get(f"{key}_example")
    if chosen is not None:
        put(task, key, chosen)


def put(task: str, key: str, text: str) -> None:
    """Put a text into a box as if it had been typed."""
    st.session_state[key] = text
    _remember(task, key)


def _remember(task: str, key: str) -> None:
    st.session_state[_typed(task)] = st.session_state[key][: services.limits().max_pasted_characters]


def _typed(task: str) -> str:
    return f"{task}_typed"
