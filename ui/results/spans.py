"""A span of a text, the units that are on exactly there, and other spans where the same units are on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.insight.units import ALIKE_SHARE, Ranked, on_exactly_there, spans_alike
from ui.charts.brush import BRUSH, brushed_line, ends_of
from ui.charts.labels import percent, visible
from ui.foreign import foreign, foreign_code, table
from ui.results.common import is_dark, once_open
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
    key, ends = f"{app}_spans_brush_{unit.layer}_{unit.unit}_{shown[0]}", f"{app}_spans_ends_{shown[0]}_{usual}"
    values = reading.states["hidden state"][unit.layer]
    left, right = st.columns([2, 1])
    with right:
        threshold = st.slider(
            "Counts as on above", 0.0, 0.9, 0.3, 0.05, key=f"{app}_spans_threshold",
            help="A unit is on where its hidden state is above this.",
        )  # fmt: skip

    def take() -> None:
        brushed = ends_of(st.session_state.get(key), *shown)
        if brushed is not None:
            st.session_state[ends] = brushed

    spec, alt = brushed_line(
        values[shown[0] : shown[1], unit.unit].tolist(), reading.characters[shown[0] : shown[1]], shown[0], threshold,
        f"Hidden state of unit {unit.unit}", is_dark(),
    )  # fmt: skip
    st.vega_lite_chart(spec=spec, width="stretch", key=key, alt=alt, on_select=take, selection_mode=BRUSH)
    st.caption("Drag over the line to choose a span, or set its ends.")
    with left:
        first, last = st.slider(
            "From and to", shown[0], shown[1] - 1, usual, key=ends,
            help="The first and the last character of a span of the text above.",
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
