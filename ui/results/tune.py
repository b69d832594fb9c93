"""Music that a network wrote: the score of a tune, the tune as sound, and how many of its bars have the length they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

import streamlit as st

from core.music import MOST_SECONDS, Tune, seconds_of, sound, tunes_of
from ui.charts.score import score
from ui.foreign import foreign, one_line
from ui.results.common import is_dark, is_narrow
from ui.words import count

_WIDE, _NARROW = 760.0, 340.0  # pixels


def is_music(*texts: str) -> bool:
    """Whether one of the texts that a network wrote is ABC music: a line of it begins as a tune does."""
    return any("\nX:" in f"\n{text}" for text in texts)


def draw_tune(app: str, texts: Mapping[str, str]) -> None:
    """One of the tunes of some written texts, or the reason why there is none to draw.

    Args:
        app: Whose page it is.
        texts: By label what was written, by a network that writes music; the label of a single text is empty.
    """
    tunes = [(label, tune) for label, text in texts.items() for tune in tunes_of(text)]
    if not tunes:
        st.caption("No score: no note in ABC notation could be read in what was written.")
        return
    number = 0
    if len(tunes) > 1:
        written = crc32("\n".join(texts.values()).encode())  # a browser keeps the name that it shows under the same key
        number = st.selectbox(
            "Which tune", range(len(tunes)), key=f"{app}_use_tune_{written:x}", width=420,
            format_func=lambda place: _name(place, *tunes[place]),
            help="Several tunes were written; one is drawn and played.",
        )  # fmt: skip
    tune = tunes[number][1]
    st.image(score(tune, is_dark(), _NARROW if is_narrow() else _WIDE), width="stretch")
    st.audio(sound(tune), format="audio/wav")
    right, asked = tune.full_bars()
    said = "Played once through, without its repeats."
    if seconds_of(tune) > MOST_SECONDS:
        said += f" The sound ends after {MOST_SECONDS:g} seconds of {seconds_of(tune):.0f}."
    if tune.metre and asked:
        said += f" {right:,} of {count(asked, 'bar')} have the length that {foreign(tune.metre_name)} asks for."
    if tune.num_unread:
        said += f" {count(tune.num_unread, 'sign')} could not be read as music."
    st.caption(said)


def _name(place: int, label: str, tune: Tune) -> str:
    title = one_line(tune.title or "without a title", 40)
    return f"{place + 1}. {label}: {title}" if label else f"{place + 1}. {title}"
