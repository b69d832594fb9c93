"""Look inside, as every task has it: the choice between two views, and the view of states and gates.

Left out: recording the values (the predictor's `trace`), the view of gradients (influence.py), and what only one task
has (attention, surprise).
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.models.cells import CELLS
from ui.charts.inside import busiest_unit, unit_curve, unit_map, value_range
from ui.charts.labels import compact, is_spelled
from ui.charts.text import text_strip
from ui.results.common import ask, is_dark, is_narrow, show, start_text

_DATE = re.compile(r"\d{4}-\d\d-\d\d(T|$)")
_SIDES = {"encoder": "source", "decoder": "translation"}
_READ = {
    "encoder": "each column a step of the encoder, named by what it reads.",
    "decoder": (
        "each column a step of the decoder, named by what it writes there; it reads the token before and begins with "
        "what the encoder left."
    ),
}
_EXPLAINED = {
    "hidden state": "What a unit passes on to the next layer and the next step.",
    "cell state": "The long memory of an LSTM unit; it only changes through the gates.",
    "input gate": "How much of the new content is written into the memory: 0 nothing, 1 all.",
    "forget gate": "How much of the memory is kept: 0 forgets everything, 1 keeps it.",
    "pre-activation": "The sum that the function of the gate or state is applied to: far from 0 it hardly moves any more.",
    "output gate": "How much of the memory is shown to the rest of the network.",
    "reset gate": "How much of the old state is read when the new content is made.",
    "update gate": "How much of the old state is kept: 0 replaces it, 1 keeps it.",
}


_WAYS = {"forward": "which has read what stands before", "backward": "which has read what comes after"}

STATES, GRADIENTS, WHY, NEIGHBOURS = "States and gates", "Gradients", "Why", "Neighbours"


def choose_view(task: str, explains: bool = False, more: Sequence[str] = ()) -> str:
    """The choice between the views, of which only the chosen one is worked out: its name.

    Args:
        task: Prefix of the key.
        explains: Whether the views of explanations and of neighbours are among them.
        more: What only this task has.
    """
    views = [STATES, GRADIENTS, *([WHY, NEIGHBOURS] if explains else []), *more]
    chosen = st.segmented_control(
        "View", views, default=STATES, required=True, key=f"{task}_inside_view", persist_state="session",
        help="What every unit does at each step, how much an output hangs on each input, and more.",
    )  # fmt: skip
    return str(chosen)


def units_view(task: str, predictor: Any, text: str | None, x_title: str) -> None:
    """Heat map of all units over a text (or the last window), and one unit by itself.

    Args:
        task: Prefix of the widget keys.
        predictor: What `ui.services.predictor` gives.
        text: The text to read; None for the last window of a series.
        x_title: What the tokens are ("Characters", "Words", "Time").
    """
    with st.spinner("Reading step by step"):
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
    times = text is None
    tokens = _tokens(layer.get("tokens", trace["tokens"]), len(values))
    if not values.size:
        return
    title = f"{x_title} of the {_SIDES[layer['within']]}" if "within" in layer else x_title
    other = _other_direction(names, chosen)
    if other is None:
        show(unit_map(tokens, values, kind, title, is_dark(), is_narrow(), times=times), key=f"{task}_inside_map")
    else:
        _side_by_side(task, trace, (chosen, other), kind, title)
    read = _READ.get(layer.get("within", ""), "each column a step.")
    st.caption(f"Each row is a unit, {read} {_explain(kind, predictor)}".strip())
    _one_unit(task, tokens, values, kind, title, times)


def _other_direction(names: Sequence[str], chosen: int) -> int | None:
    """The same layer read the other way, where the network has it."""
    name = names[chosen]
    turned = name.replace("forward", "backward") if "forward" in name else name.replace("backward", "forward")
    return next((place for place, other in enumerate(names) if other == turned != name), None)


def _side_by_side(task: str, trace: Any, places: Sequence[int], kind: str, title: str) -> None:
    """Both directions of a layer over the same tokens; below each other on a phone."""
    columns = [st.container()] * 2 if is_narrow() else st.columns(2)
    ends = value_range(kind, [trace["layers"][place]["values"][kind] for place in places])
    for column, place in zip(columns, sorted(places), strict=True):
        layer = trace["layers"][place]
        values = np.asarray(layer["values"][kind], dtype=float)
        tokens = _tokens(layer.get("tokens", trace["tokens"]), len(values))
        with column:
            st.caption(f"{layer['name'].capitalize()}, {_WAYS[layer['name'].rpartition(' ')[2]]}")
            show(
                unit_map(tokens, values, kind, title, is_dark(), narrow=True, ends=ends),
                key=f"{task}_inside_map_{place}",
            )


def _explain(kind: str, predictor: Any) -> str:
    """One sentence on what the values are; in some cells the gate that keeps the memory works the other way round."""
    memory = CELLS[predictor.experiment.model.cell].memory_gate
    if kind.endswith("pre-activation"):
        return _EXPLAINED["pre-activation"]
    if predictor.experiment.model.window is not None:
        return "What a unit passes on to the next layer; nothing goes to the next step."
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


def _one_unit(task: str, tokens: list[str], values: np.ndarray, kind: str, x_title: str, times: bool) -> None:
    busiest = busiest_unit(values)
    key = f"{task}_inside_unit_{values.shape[1]}"
    start_text(key, busiest)
    unit = st.number_input(
        "Unit", 0, values.shape[1] - 1, key=key, width=180,
        help="Which unit to follow; it begins with the one that varies most here.",
    )  # fmt: skip
    st.caption(why_unit(int(unit), values, kind, "window" if times else "text"))
    numbers = values[:, unit].tolist()
    name = f"{kind} of unit {unit}"
    if is_spelled(tokens) and not times:
        low, high = value_range(kind, values)
        chart = text_strip(tokens, numbers, name.capitalize(), is_dark(), signed=low < 0, limit=high)
    else:
        chart = unit_curve(tokens, numbers, name, x_title, is_dark(), is_narrow(), times=times)
    show(chart, key=f"{task}_inside_one")


def why_unit(unit: int, values: np.ndarray, kind: str, what: str) -> str:
    """Why this unit is shown: that its values vary most, by how much, or that somebody chose it.

    Args:
        unit: The one that is shown.
        values: (T, H) of what is shown.
        kind: What is shown, such as "hidden state".
        what: What was read: "text" or "window".
    """
    spread, busiest = values.std(axis=0), busiest_unit(values)
    middle = float(np.median(spread))
    measure = f"standard deviation {compact(float(spread[busiest]))}, that of the middle unit {compact(middle)}"
    if unit == busiest:
        return f"Unit {unit}, the one whose {kind} varies most over this {what} ({measure})."
    return (
        f"Unit {unit}, as you chose, with a standard deviation of {compact(float(spread[unit]))}. Over this {what} the "
        f"{kind} varies most in unit {busiest} ({measure})."
    )
