"""The view Gradients of Forecasting: what a step of the forecast hangs on, row by row and column by column."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from ui.charts.beside import slopes_map
from ui.charts.labels import percent
from ui.foreign import foreign, one_line
from ui.results.common import ask, is_dark, is_narrow, show
from ui.results.influence import influence_view


def gradients(app: str, network: Any) -> None:
    """How much a step of the forecast hangs on each row of the last window, and on each of its columns."""
    data, model = network.experiment.data, network.experiment.model
    targets, step = network.context.targets, 1
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = targets[0]
        if len(targets) > 1:
            target = st.selectbox(
                "Forecast of which series", targets, key=f"{app}_inside_target", width=220, format_func=one_line,
                help="The series whose forecast is asked about.",
            )  # fmt: skip
        if data.horizon > 1:
            step = st.slider(
                "Step ahead", 1, data.horizon, 1, key=f"{app}_inside_step_{data.horizon}", width=320,
                help="Which step of the forecast is asked about.",
            )  # fmt: skip
    note = "Distance counts rows back from the last known one, which is 1."
    if model.bidirectional:
        note = "This network reads the window in both directions, so distance counts rows to its nearer end."
    if model.shape == "many_to_many":
        note += " Later steps of the forecast read the earlier ones, and so does their influence."
    influence_view(
        app, {"": "Rows of the window"}, lambda: network.influence(target, int(step)), "Distance, rows back",
        f"{note} Values are as the network reads them: scaled, and changes where it reads changes; a row of several "
        "columns counts as one.",
    )  # fmt: skip
    _slopes(app, network, target, int(step))


def _slopes(app: str, network: Any, target: str, step: int) -> None:
    found = ask(lambda: network.slopes(target, step))
    if found is None or not all(np.isfinite(one.values).all() for one in found):
        return
    columns, *ahead = found
    if np.abs(columns.values).max(initial=0.0):
        chart = slopes_map(columns.times, columns.values, columns.columns, is_dark(), is_narrow())
        show(chart, key=f"{app}_inside_slopes")
        through = "" if step == 1 else ", through all steps before the one asked about"
        st.caption(
            f"The same by column and with its sign, {step} step{'' if step == 1 else 's'} ahead{through}. Blue: a higher value "
            f"there raises the forecast; orange: it lowers it; pale: hardly either. {foreign(_share(columns))} It is a slope at "
            "what the network read, not what would happen without the value."
        )
    for one in ahead:
        if np.abs(one.values).max(initial=0.0):
            chart = slopes_map(one.times, one.values, one.columns, is_dark(), is_narrow())
            show(chart, key=f"{app}_inside_slopes_ahead")
            st.caption(
                f"What is known before its time, up to the step asked about: calendar, columns known ahead and what a series "
                f"always is. {foreign(_share(one))}"
            )


def _share(found: Any) -> str:
    """Which column most of the gradient belongs to; "" where there is one only."""
    sizes = np.abs(found.values).sum(axis=0)
    if len(sizes) < 2:
        return ""
    name = one_line(found.columns[int(sizes.argmax())], 40)
    return f"Most of it, {percent(float(sizes.max() / sizes.sum()))} of all sizes added up, belongs to {name}."
