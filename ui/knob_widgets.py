"""The widget of each knob of the model form, bound to the address.

A number that may be left out has a switch beside it: off means that there is none, and the address then holds the
knob's name with nothing behind it. Left out: what a knob is (forms.py), the form around them (model_form.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from ui import session
from ui.forms import Knob, format_value
from ui.state import page_of
from ui.words import choice_label

_MOST_SEGMENTS = 4
_SIDEBAR_WIDTH, _EXPANDER_WIDTH = 240, 205  # pixels
_LONGEST_IN_HALF = 12  # characters of a label


def draw_knobs(task: str, some: Sequence[Knob], start: dict[str, Any], reasons: dict[str, str]) -> None:
    """Draw knobs in order; neighbours that are numbers share a row when their labels fit into half of it.

    Args:
        task: The task.
        some: The knobs.
        start: The preset's value of every knob.
        reasons: Why knobs are off that other values rule out.
    """
    row: list[Knob] = []
    for knob in [*some, None]:
        if knob is not None and knob.kind in ("int", "float") and not knob.optional:
            row.append(knob)
            continue
        if row:
            fit = all(len(number.label) <= _LONGEST_IN_HALF for number in row)
            with st.grid(2 if fit else 1, min_column_width=88):
                for number in row:
                    _draw_knob(task, number, start[number.name], reasons.get(number.name))
            row = []
        if knob is not None:
            _draw_knob(task, knob, start[knob.name], reasons.get(knob.name))


def _draw_knob(task: str, knob: Knob, value: Any, reason: str | None) -> None:
    """One widget, off with the reason when other values rule it out.

    At the first drawing of a visit the value that shall stand is its default, see ui/opening.py.
    """
    alive = page_of(task).alive
    if not alive:
        value = session.value_of(task, knob.name, value)
    key, help_text = session.field_key(task, knob.name), f"{reason} {knob.help}" if reason else knob.help
    off = reason is not None
    if knob.kind == "bool":
        st.toggle(knob.label, value, key=key, help=help_text, disabled=off, bind=_bind(off, alive))
    elif knob.kind == "choice" and not knob.optional and _fits_in_segments(knob):
        st.segmented_control(
            knob.label, knob.choices, default=value, required=True, format_func=choice_label, key=key,
            help=help_text, disabled=off, width="stretch", bind=_bind(off, alive),
        )  # fmt: skip
    elif knob.kind == "choice":
        options = [
            *knob.choices,
            *([] if value in (None, *knob.choices) else [value]),
        ]  # one that only the shell offers
        st.selectbox(
            knob.label, options, index=None if value is None else options.index(value),
            format_func=choice_label, key=key, help=help_text, placeholder="Not set", disabled=off, bind=_bind(off, alive),
        )  # fmt: skip
    elif knob.kind == "share":
        st.slider(
            knob.label, knob.minimum, knob.maximum, value, knob.step, key=key, help=help_text, disabled=off,
            bind=_bind(off, alive),
        )  # fmt: skip
    elif knob.optional:
        _draw_optional(task, knob, value, help_text, off)
    else:
        _draw_number(knob, key, value, off, alive, help=help_text)


def _bind(off: bool, alive: bool) -> Literal["query-params"] | None:
    """What is switched off shows its own value, whatever the address says."""
    return "query-params" if alive and not off else None


def _fits_in_segments(knob: Knob) -> bool:
    """Whether all choices fit side by side in the sidebar; a select box takes the others."""
    width = sum(7 * len(choice_label(choice)) + 30 for choice in knob.choices)
    is_open = knob.basic and knob.section != "training"
    return len(knob.choices) <= _MOST_SEGMENTS and width <= (_SIDEBAR_WIDTH if is_open else _EXPANDER_WIDTH)


def _draw_number(knob: Knob, key: str, value: Any, off: bool, alive: bool, **more: Any) -> None:
    kind = int if knob.kind == "int" else float
    low = None if knob.minimum is None else kind(knob.minimum)
    high = None if knob.maximum is None else kind(knob.maximum)
    st.number_input(
        knob.label, low, high, value, kind(knob.step), "%d" if kind is int else "%g", key=key, disabled=off,
        bind=_bind(off, alive), **more,
    )  # fmt: skip


def _draw_optional(task: str, knob: Knob, value: Any, help_text: str, ruled_out: bool) -> None:
    """A switch with the knob's name where others have a label, and the number, empty while the switch is off.

    The number alone is what the form reads: the switch follows it, so that links, presets and forks need not know of
    it. `persist_state` keeps the number, and that there is none, while another page is open.
    """
    key = session.field_key(task, knob.name)
    switch, alive = f"{key}:on", page_of(task).alive
    number = st.session_state.get(key, value)
    if switch in st.session_state:
        st.session_state[switch] = number is not None
    with st.container(gap="xxsmall"):
        st.toggle(
            knob.label, number is not None, key=switch, help=help_text, disabled=ruled_out, on_change=_switched,
            args=(key, knob.first if value is None else value),
        )  # fmt: skip
        _draw_number(
            knob, key, value, ruled_out or number is None, alive, label_visibility="collapsed", placeholder="none",
            persist_state="session",
        )  # fmt: skip
    if alive and not ruled_out:
        _say_there_is_none(task, key, number is None, value is None)


def _switched(key: str, first: float) -> None:
    """Empty the number, or give it the value that it had before, at first the preset's or a usual one."""
    if st.session_state[f"{key}:on"]:
        st.session_state[key] = st.session_state.get(f"{key}:last", first)
    else:
        st.session_state[f"{key}:last"] = st.session_state.get(key, first)
        st.session_state[key] = None


def _say_there_is_none(task: str, key: str, is_none: bool, is_usual: bool) -> None:
    """Write into the address that a number is left out, as a widget would: once it was changed, and not by itself.

    A widget that is off is not bound to the address, so nothing else says it.
    """
    in_address = key in st.query_params
    before = page_of(task).nones.get(key, in_address)  # True: the address says it; None: there was a number
    page_of(task).nones[key] = (before is not False) if is_none else None
    if is_none and before is not False and not is_usual and not in_address:
        st.query_params[key] = format_value(None)
