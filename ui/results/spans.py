"""A span of a text, the units that are on exactly there, and other spans where the same units are on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.insight.units import ALIKE_SHARE, Ranked, on_exactly_there, spans_alike
from ui.charts.labels import percent, visible
from ui.foreign import foreign, foreign_code, table
from ui.results.common import once_open
from ui.words import NONE, count

_BESIDE = 12  # characters of a text around a span
_MOST_NAMED = 12


def spans_view(app: str, reading: Any, unit: Ranked, looked_for: np.ndarray, begin: int, end: int) -> None:
    """The choice of a span and a threshold, and what is found.

    Args:
        app: Prefix of the keys.
        reading: The text.
        unit: Whose layer is looked at.
        looked_for: (T,) where a span begins and ends that is worth a first look.
        begin, end: The part of the text that is shown.
    """
    with once_open("Spans that look alike to the network", ":material/join_inner:", f"{app}_spans") as is_open:
        if is_open and end - begin > 1:
            _spans(app, reading, unit, _first_span(looked_for[begin:end] > 0, begin), (begin, end))


def _first_span(there: np.ndarray, begin: int) -> tuple[int, int]:
    """The first and last character of the first span where something is; without any, of the first five."""
    if not there.any():
        return begin, min(begin + len(there) - 1, begin + 4)
    first = int(there.argmax())
    rest = there[first:]
    return begin + first, begin + first + (len(rest) if rest.all() else int((~rest).argmax())) - 1


def _spans(app: str, reading: Any, unit: Ranked, usual: tuple[int, int], shown: tuple[int, int]) -> None:
    left, right = st.columns([2, 1])
    with left:
        first, last = st.slider(
            "From and to", shown[0], shown[1] - 1, usual, key=f"{app}_spans_ends_{shown[0]}_{usual}",
            help="The first and the last character of a span of the text above.",
        )  # fmt: skip
    values = reading.states["hidden state"][unit.layer]
    with right:
        threshold = st.slider(
            "Counts as on above", 0.0, 0.9, 0.3, 0.05, key=f"{app}_spans_threshold",
            help="A unit is on where its hidden state is above this.",
        )  # fmt: skip
    st.markdown(f"The span: {foreign_code(visible(reading.text[first : last + 1]), 120)}")
    units = on_exactly_there(values, first, last, threshold)
    if not units:
        st.caption(
            "No unit is on in all of this span and off right before and behind it. Move its ends or the threshold."
        )
        return
    more = "" if len(units) <= _MOST_NAMED else f" and {len(units) - _MOST_NAMED:,} more"
    names = ", ".join(map(str, units[:_MOST_NAMED]))
    are = "is" if len(units) == 1 else "are"
    st.caption(
        f"{count(len(units), 'unit')} of layer {unit.layer + 1:,} {are} on exactly there: {foreign(names)}{more}."
    )
    found = spans_alike(values, units, first, last, threshold)
    if not found:
        st.caption(f"Nowhere else in this text are {ALIKE_SHARE:.0%} of them on.")
        return
    rows = pd.DataFrame(
        {
            "Before": [visible(reading.text[max(0, one.begin - _BESIDE) : one.begin]) for one in found],
            "Span": [visible(reading.text[one.begin : one.end + 1])[:80] for one in found],
            "Behind": [visible(reading.text[one.end + 1 : one.end + 1 + _BESIDE]) for one in found],
            "Of these units on": [percent(one.share) for one in found],
        }
    )
    st.dataframe(table(rows), hide_index=True, placeholder=NONE, alt=f"{count(len(found), 'span')} that look alike.")
