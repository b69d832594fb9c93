"""Home's cards: of each application the network that ships with it, at work in small, with its figure beside the simple one's.

Everything comes from what training left behind; nothing is loaded. Left out: choosing what a starter is (core.jobs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.verdict import against, page_baseline
from ui.foreign import foreign
from ui.starter import starter_of
from ui.tasks.view import view_of
from ui.words import baseline_label, headline_metric, metric_label, metric_value


def draw_alive(task: str, otherwise: str) -> None:
    """What the starter of an application does, in small, and how well; a sentence where there is none."""
    starter, view = starter_of(task), view_of(task)
    if starter is None or not view.draw_alive(starter):
        st.markdown(otherwise)
        return
    st.caption(f"{view.alive}  \n{figure_line(task, starter.result)}.  \nA starter, {starter.origin}.")


def figure_line(task: str, result: Mapping[str, Any]) -> str:
    """The figure on the test set beside that of the best simple method, and what the difference is worth."""
    metric = headline_metric(task, result.get("test"))
    value, best = (result.get("test") or {}).get(metric), page_baseline(result, metric)
    line = f"{metric_label(metric)} **{metric_value(metric, value)}**"
    if value is None or best is None:
        return line
    said = against(metric, result)
    return f"{line}; {foreign(baseline_label(best[0]))} {metric_value(metric, best[1])}" + (f": {said}" if said else "")
