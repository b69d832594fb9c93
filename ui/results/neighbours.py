"""The view Neighbours of Look inside: the typed text among texts of the training set, by the state that the network makes of it.

Left out: the map, which training left behind (core.insight.sentence_map).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.insight.sentence_map import nearest, place_on
from ui import services
from ui.charts.sentence_map import sentence_map_chart
from ui.foreign import table
from ui.results.common import ask, is_dark, show
from ui.words import NONE, count


def neighbours_view(app: str, run_id: str, network: Any, text: str, label: str) -> None:
    """The map and the five nearest texts.

    Args:
        app: Prefix of the keys.
        run_id: The run.
        network: Its predictor.
        text: What was typed.
        label: What the network says of it.
    """
    found = (services.run_file(run_id, "details.json") or {}).get("map")
    if not found:
        why = "it was trained before maps were kept" if services.sees_rows(run_id) else "its data was not shared"
        st.info(f"There is no map of this run: {why}.")
        return
    state = ask(lambda: network.state_of(text))
    if state is None:
        return
    place = place_on(found, state)
    show(sentence_map_chart(found, network.classes, place, label, is_dark()), key=f"{app}_inside_neighbours")
    share = sum(found["shares"])
    st.caption(
        f"{count(len(found['texts']), 'text')} of the training set, by what the network has made of each when it answers. The "
        f"nearest are found in {count(len(found['shares']), 'direction')}, which hold {share:.0%} of the variance."
    )
    rows = nearest(found, place)
    near = pd.DataFrame(
        {
            "Nearest texts": [found["texts"][row] for row, _ in rows],
            "Label": [network.classes[found["labels"][row]] for row, _ in rows],
            "Distance": [distance for _, distance in rows],
        }
    )
    st.dataframe(
        table(near), hide_index=True, placeholder=NONE, alt=f"The {count(len(rows), 'text')} nearest to what was typed.",
        column_config={
            "Nearest texts": st.column_config.TextColumn(width="large"),
            "Label": st.column_config.TextColumn(width="small"),
            "Distance": st.column_config.NumberColumn(format="%.2f", width="small"),
        },
    )  # fmt: skip
