"""Use it, of the forecasting page: what if a column that is known ahead took other values; the forecast follows beside the first.

Left out: which columns are known ahead and how they are read (core), forecasts as the run left them (ui/tasks/forecasting.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.digits import decimals_of
from ui import services
from ui.charts.what_if import what_if_chart
from ui.foreign import distinct, foreign, one_line
from ui.results.common import ask, is_dark, show
from ui.words import NONE, count

_KEY = "forecasting_what_if"
_LEAST_BEFORE = 24  # rows that are drawn before the forecast
_ROW, _MOST_ROWS = 35, 14  # pixels of a row of the table, and how many are seen without scrolling


@st.fragment
def what_if(run_id: str, details: Mapping[str, Any]) -> None:
    """The expander with the coming values of a column that is known ahead, to be edited, and both forecasts.

    Args:
        run_id: A run with weights.
        details: Its `details.json`; nothing is drawn where no column is known ahead.
    """
    ahead = details.get("coming") or {}
    if not ahead.get("values"):
        return
    with st.expander("What if", icon=":material/tune:"):
        names, targets = list(ahead["values"]), list(details["targets"])
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name, target = names[0], targets[0]
            if len(targets) > 1:
                target = st.selectbox(
                    "Forecast", targets, key=f"{_KEY}_target", width=220, format_func=one_line,
                    help="Which of the forecast columns to draw.",
                )  # fmt: skip
            if len(names) > 1:
                name = st.selectbox(
                    "Known ahead", names, key=f"{_KEY}_name", width=220, format_func=one_line,
                    help="The column whose coming values you change; the others stay as they are.",
                )  # fmt: skip
            before = [float(value) for value in ahead["values"][name]]
            shift = st.number_input(
                "Add to every step", value=0.0, step=_step(before), key=f"{_KEY}_shift_{name}", width=180,
                help="By how much every coming value is raised, or lowered with a minus; single ones are edited in the table.",
            )  # fmt: skip
        times = list(details["future"]["time"])[: len(before)]
        unit = str((details.get("units") or {}).get(name, ""))
        values = _edited(name, unit, times, [value + shift for value in before], f"{_KEY}_table_{name}_{shift:g}")
        if values is None:
            st.warning("Every step needs a number.")
            return
        _draw(run_id, details, target, {name: values}, values != before)
        st.caption(_known(name, int(ahead.get("num_known", 0)), len(before)))


def _step(values: Sequence[float]) -> float:
    """What one press of plus adds: about a tenth of how far the values lie from each other or from zero."""
    size = (max(values) - min(values)) or max(map(abs, values)) or 1.0
    return float(f"{size / 10:.0e}")


def table_height(num_rows: int) -> int:
    """Pixels of a table that shows all of its rows, or so many that the rest is scrolled to."""
    return _ROW * (min(num_rows, _MOST_ROWS) + 1) + 3


def _edited(name: str, unit: str, times: Sequence[str], values: Sequence[float], key: str) -> list[float] | None:
    """The values as the visitor leaves them in a small table; None where a cell is empty."""
    called = one_line(f"{name}, {unit}" if unit else name, 60)
    time, column = distinct(["Time", called])
    table = pd.DataFrame({time: times, column: values})
    edited = st.data_editor(
        table, hide_index=True, height=table_height(len(values)), key=key, disabled=[time], placeholder=NONE,
        column_config={
            time: st.column_config.TextColumn(help="The step that is to come."),
            column: st.column_config.NumberColumn(help="Its value: double-click to change it."),
        },
        alt=f"The coming values of {one_line(name)}, {count(len(values), 'step')}, to be edited.",
    )  # fmt: skip
    found = pd.to_numeric(edited[column], errors="coerce")
    return None if found.isna().any() else [float(value) for value in found]


def _draw(
    run_id: str, details: Mapping[str, Any], target: str, values: Mapping[str, list[float]], is_changed: bool
) -> None:
    """The forecast as it was, and as it is with other values; the network is asked once something has changed."""
    future, horizon = details["future"][target], int(details["horizon"])
    changed: list[float] = []
    if is_changed:
        answer = ask(lambda: services.predictor(run_id).with_ahead(values).predict(horizon=horizon))
        changed = next((row["forecast"] for row in answer or [] if row["series"] == target), [])
    before = max(_LEAST_BEFORE, 5 * horizon)
    past = details["time"][-before:], details["values"][target][-before:]
    unit = str((details.get("units") or {}).get(target, ""))
    chart = what_if_chart(target, unit, past, future["time"], (future["network"], changed), is_dark())
    show(chart, key=f"{_KEY}_chart")
    if changed:
        digits = decimals_of(details["values"][target])
        moved = [new - old for new, old in zip(changed, future["network"], strict=False)]
        mean = sum(moved) / len(moved)
        said = f"{mean:+,.{digits + 1}f}{' ' + unit if unit else ''}"
        st.markdown(f"On average the forecast moves by **{foreign(said)}** a step. What the network learned goes together in "
                    "the data; it need not be what causes it.")  # fmt: skip


def _known(name: str, num_known: int, num_steps: int) -> str:
    """How far the column is known, in a sentence."""
    shown = foreign(name)
    if num_known >= num_steps:
        return f"The data says what {shown} is in every step ahead."
    known = f"{shown} is known for {count(num_known, 'step')} ahead" if num_known else f"{shown} is not known ahead yet"
    return f"{known}; after that its value a season earlier stands in the table."
