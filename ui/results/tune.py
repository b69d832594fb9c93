"""Music that a network wrote: the score of a tune, the tune as sound, and how many of its bars have the length they ask for."""

from __future__ import annotations

import streamlit as st

from core.data.sources.text_files import items_of
from core.music import read_tune, sound
from ui.charts.score import score
from ui.foreign import foreign, one_line
from ui.results.common import is_dark, is_narrow
from ui.words import count

_WIDE, _NARROW = 760.0, 340.0  # pixels


def draw_tune(app: str, text: str) -> None:
    """The first tune of a written text, or another of it; nothing where the text is no ABC music."""
    if not text.lstrip().startswith("X:"):
        return
    tunes = [tune for tune in map(read_tune, items_of(text)) if any(note.pitches for note in tune.notes)]
    if not tunes:
        return
    number = 0
    if len(tunes) > 1:
        number = st.selectbox(
            "Which tune", range(len(tunes)), key=f"{app}_use_tune", width=320,
            format_func=lambda place: f"{place + 1}. {one_line(tunes[place].title or 'without a title', 40)}",
            help="The text holds several; one is drawn and played.",
        )  # fmt: skip
    tune = tunes[min(number, len(tunes) - 1)]
    st.image(score(tune, is_dark(), _NARROW if is_narrow() else _WIDE), width="stretch")
    st.audio(sound(tune), format="audio/wav")
    right, asked = tune.full_bars()
    said = "Played once through, without its repeats."
    if tune.metre and asked:
        said += f" {right:,} of {count(asked, 'bar')} have the length that {foreign(tune.metre_name)} asks for."
    if tune.num_unread:
        said += f" {count(tune.num_unread, 'sign')} could not be read as music."
    st.caption(said)
