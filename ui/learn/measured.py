"""A table of what is stored of a claim or another row of the notes: a network a line, each figure with its spread over seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from core.claims.figures import Figure
from core.claims.registry import check_claim
from core.claims.store import stored
from ui.foreign import foreign, table
from ui.words import NONE


def draw_measured(
    row: str, title: str, says: str, wanted: Callable[[Figure], bool] | None = None, words: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """The verdict, the table, and in small letters when and where it was measured; nothing where nothing is stored.

    Args:
        row: Of the notes, such as `F7`.
        title: Above it.
        says: What the figures are, as a clause; what stands beside them in the store follows.
        wanted: Which of the figures stand in it.
        words: What a figure is called on the screen, where that is not the name in the store.
    """
    found = stored(row)
    if found is None:
        return
    figures = list(filter(wanted, found.figures))
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for figure in figures:
        line = rows.setdefault((figure.task, figure.network), {"Network": figure.network})
        if figure.parameters is not None:
            line["Weights"] = f"{figure.parameters:,}"
        name = (words or {}).get(figure.metric, figure.metric)
        line[name[0].upper() + name[1:]] = figure.said
    if len({network for _, network in rows}) < len(rows):
        rows = {place: {"Data": place[0], **line} for place, line in rows.items()}
    shown = pd.DataFrame(list(rows.values()))
    if 2 * len(shown) <= shown.shape[1]:  # more figures than fit a narrow screen beside each other
        shown = shown.set_index(shown.columns[0]).T.rename_axis("").reset_index()
    claim = check_claim(row)
    st.subheader(title, anchor=False)
    st.markdown(f"The claim: {foreign(claim.says)}. Measured: **{foreign(claim.measured)}**.")
    st.dataframe(table(shown), hide_index=True, placeholder=NONE, alt=f"{title}: what was measured of each network.")
    beside = dict.fromkeys(figure.beside for figure in figures if figure.beside)
    st.caption(foreign(" ".join(("; ".join((says, *beside)) + ".", *(part.source for part in found.measurements)))))
