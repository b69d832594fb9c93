"""The view of states and gates that every task shares: choose a layer and what to see, then a single unit.

Left out: recording the values (the predictor's `trace`), and what only one task has (attention, surprise).
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.models.cells import CELLS
from ui.charts.inside import unit_curve, unit_map, value_range
from ui.charts.labels import is_spelled
from ui.charts.text import text_strip
from ui.results.common import ask, is_dark, is_narrow, show

_DATE = re.compile(r"\d{4}-\d\d-\d\d(T|$)")
_EXPLAINED = {
    "hidden state": "What a unit passes on to the next layer and the next step.",
    "cell state": "The long memory of an LSTM unit; it only changes through the gates.",
    "input gate": "How much of the new content is written into the memory: 0 nothing, 1 all.",
    "forget gate": "How much of the memory is kept: 0 forgets everything, 1 keeps it.",
    "before squashing": "The sum that the gate or state was squashed from: far from 0 it hardly moves any more.",
    "output gate": "How much of the memory is shown to the rest of the network.",
    "reset gate": "How much of the old state is read when the new content is made.",
    "update gate": "How much of the old state is kept: 0 replaces it, 1 keeps it.",
}


def units_view(task: str, predictor: Any, text: str | None, x_title: str) -> None:
    """Heat map of all units over a text (or the last window), and one unit by itself.

    Args:
        task: Prefix of the widget keys.
        predictor: What `ui.services.predictor` gives.
        text: The text to read; None for the last window of a series.
        x_title: What the tokens are ("Characters", "Words", "Time").
    """
    trace = ask(lambda: predictor.trace(text))
    if trace is None or not trace["layers"]:
        return
    left, right = st.columns([1, 2])
    names = [layer["name"] for layer in trace["layers"]]
    with left:
        chosen = st.selectbox(
            "Layer", range(len(names)), format_func=lambda i: names[i].capitalize(), key=f"{task}_inside_layer",
            help="Which layer to open, and in which direction it reads.",
        )  # fmt: skip
    layer = trace["layers"][chosen]
    kinds = list(layer["values"])
    with right:
        kind = st.selectbox(
            "What to see", kinds, format_func=str.capitalize, key=f"{task}_inside_kind",
            help="The state that a unit passes on, or one of the gates that decide what it keeps.",
        )  # fmt: skip
    values = np.asarray(layer["values"][kind], dtype=float)
    tokens = _tokens(layer.get("tokens", trace["tokens"]), len(values))
    if not values.size:
        return
    show(unit_map(tokens, values, kind, x_title, is_dark(), is_narrow()), key=f"{task}_inside_map")
    st.caption(f"Each row is a unit, each column a step. {_explain(kind, predictor)}".strip())
    _one_unit(task, tokens, values, kind, x_title)


def _explain(kind: str, predictor: Any) -> str:
    """One sentence on what the values are; in some cells the gate that keeps the memory works the other way round."""
    memory = CELLS[predictor.experiment.model.cell].memory_gate
    if kind.endswith("before squashing"):
        return _EXPLAINED["before squashing"]
    if memory is not None and kind == f"{memory[0]} gate" and memory[1] < 0:
        return "How much of the old state is replaced: 0 keeps it, 1 replaces it."
    return _EXPLAINED.get(kind, "")


def _tokens(tokens: Sequence[Any], count: int) -> list[str]:
    """Labels for the steps; plain numbers when the network adds or leaves out steps."""
    if len(tokens) != count:
        return [str(i + 1) for i in range(count)]
    return _brief_times([str(token) for token in tokens])


def _brief_times(labels: list[str]) -> list[str]:
    """Dates without what all of them share at their end: clock, day, month. Other labels stay as they are."""
    if all(_DATE.match(label) for label in labels):
        for ending in ("T00:00:00", "-01", "-01"):
            if all(label.endswith(ending) for label in labels):
                labels = [label.removesuffix(ending) for label in labels]
    return labels


def _one_unit(task: str, tokens: list[str], values: np.ndarray, kind: str, x_title: str) -> None:
    busiest = int(np.argmax(values.std(axis=0)))
    unit = st.number_input(
        "Unit", 0, values.shape[1] - 1, busiest, key=f"{task}_inside_unit_{values.shape[1]}", width=180,
        help=f"Follow one unit over the text; unit {busiest} changes most here.",
    )  # fmt: skip
    numbers = values[:, unit].tolist()
    name = f"{kind} of unit {unit}"
    if is_spelled(tokens):
        low, high = value_range(kind, values)
        chart = text_strip(tokens, numbers, name.capitalize(), is_dark(), signed=low < 0, limit=high)
    else:
        chart = unit_curve(tokens, numbers, name, x_title, is_dark(), is_narrow())
    show(chart, key=f"{task}_inside_one")
