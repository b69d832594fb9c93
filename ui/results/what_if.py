"""Use it, of the forecasting page: what if a column that is known ahead took other values; the forecast follows beside the first.

Left out: which columns are known ahead and how they are read (core), forecasts as the run left them (ui/tasks/forecasting.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.config.words import with_unit
from core.data.known_ahead import beyond_known
from core.digits import decimals_of
from ui import services
from ui.charts.what_if import what_if_chart
from ui.foreign import distinct, foreign, one_line
from ui.results.common import ask, is_dark, show
from ui.words import NONE, count, sentence

_KEY = "forecasting_what_if"
_LEAST_BEFORE = 24  # rows that are drawn before the forecast
_ROW, _MOST_ROWS = 35, 14  # pixels of a row of the table, and how many are seen without scrolling


@st.fragment
def what_if(run_id: str, details: Mapping[str, Any], steps: int) -> None:
    """The expander with the coming values of a column that is known ahead, to be edited, and both forecasts.

    Args:
        run_id: A run with weights.
        details: Its `details.json`; nothing is drawn where no column is known ahead.
        steps: How many past the end the page shows; so many can be changed, as far as the coming rows or the horizon reach.
    """
    ahead = details.get("coming") or {}
    if not ahead.get("values"):
        return
    num_known = int(ahead.get("num_known", 0))
    shown = covered(steps, int(details["horizon"]), num_known)
    with st.expander("What if", icon=":material/tune:"):
        names, targets = list(ahead["values"]), list(details["targets"])
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name, target = names[0], targets[0]
            if len(targets) > 1:
                target = st.selectbox(
                    "Forecast", targets, key=f"{_KEY}_target", width=220, format_func=one_line,
                    help="Which of the forecast columns to draw, or of the series, whose coming values you change.",
                )  # fmt: skip
            coming, future = _coming(run_id, details, shown, target)
            if len(names) > 1:
                name = st.selectbox(
                    "Known ahead", names, key=f"{_KEY}_name", width=220, format_func=one_line,
                    help="The column whose coming values you change; the others stay as they are.",
                )  # fmt: skip
            before = [float(value) for value in coming[name]]
            shift = st.number_input(
                "Add to every step", value=0.0, step=_step(before), key=f"{_KEY}_shift_{name}", width=180,
                help="By how much every coming value is raised, or lowered with a minus; single ones are edited in the table.",
            )  # fmt: skip
        times = list(future["time"])
        unit = str((details.get("units") or {}).get(name, ""))
        whose = target if "of_series" in ahead else ""
        key = f"{_KEY}_table_{whose}_{name}_{shift:g}_{len(times)}"
        values = _edited(name, unit, times, [value + shift for value in before], key)
        if values is None:
            st.warning("Every step needs a number.")
            return
        _draw(run_id, details, target, {name: values}, values != before, future)
        st.caption(foreign(_known(name, num_known, times, steps, int(details["season"]))))


def covered(steps: int, horizon: int, num_known: int) -> int:
    """How many of the steps past the end are listed: no further than the horizon, or than what is known where that is more."""
    return min(steps, max(horizon, num_known))


def _coming(
    run_id: str, details: Mapping[str, Any], steps: int, target: str
) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """Coming values by column, and times and forecasts by target: as the run left them, or asked of the network beyond.

    Where each series has its own values, those of the target, and the times after its own end.
    """
    coming, future = details["coming"], details["future"]
    kept = coming.get("of_series", {}).get(target, coming["values"])
    if steps > int(details["horizon"]):
        network = ask(lambda: services.predictor(run_id))
        answer = None if network is None else ask(lambda: network.predict(horizon=steps))
        if network is not None and answer:
            forecasts = {row["series"]: row["forecast"] for row in answer}
            times = next(row["time"] for row in answer if row["series"] == target)
            return network.coming_rows(steps, target), {"time": times, **forecasts}
    forecasts = {name: future[name]["network"][:steps] for name in details["targets"]}
    times = future[target].get("time", future["time"])[:steps]
    return {name: row[:steps] for name, row in kept.items()}, {"time": times, **forecasts}


def _step(values: Sequence[float]) -> float:
    """What one press of plus adds: about a tenth of how far the values lie from each other or from zero."""
    size = (max(values) - min(values)) or max(map(abs, values)) or 1.0
    return float(f"{size / 10:.0e}")


def table_height(num_rows: int) -> int:
    """Pixels of a table that shows all of its rows, or so many that the rest is scrolled to."""
    return _ROW * (min(num_rows, _MOST_ROWS) + 1) + 3


def _edited(name: str, unit: str, times: Sequence[str], values: Sequence[float], key: str) -> list[float] | None:
    """The values as the visitor leaves them in a small table; None where a cell is empty."""
    called = one_line(with_unit(name, unit), 60)
    time, column = distinct(["Time", called])
    table = pd.DataFrame({time: times, column: values})
    edited = st.data_editor(
        table, hide_index=True, height=table_height(len(values)), key=key, disabled=[time], placeholder=NONE,
        column_config={
            time: st.column_config.TextColumn(help="The step that is to come."),
            column: st.column_config.NumberColumn(help="Its value: press it twice to change it."),
        },
        alt=f"The coming values of {one_line(name)}, {count(len(values), 'step')}, to be edited.",
    )  # fmt: skip
    found = pd.to_numeric(edited[column], errors="coerce")
    return None if found.isna().any() else [float(value) for value in found]


def _draw(
    run_id: str,
    details: Mapping[str, Any],
    target: str,
    values: Mapping[str, list[float]],
    is_changed: bool,
    future: Mapping[str, Any],
) -> None:
    """The forecast as it was, and as it is with other values; the network is asked once something has changed."""
    times, as_it_was = future["time"], future[target]
    changed: list[float] = []
    if is_changed:
        answer = ask(lambda: services.predictor(run_id).with_ahead(values, target).predict(horizon=len(times)))
        changed = next((row["forecast"] for row in answer or [] if row["series"] == target), [])
    before = max(_LEAST_BEFORE, 5 * len(times))
    past = details["time"][-before:], details["values"][target][-before:]
    unit = str((details.get("units") or {}).get(target, ""))
    chart = what_if_chart(target, unit, past, times, (as_it_was, changed), is_dark())
    show(chart, key=f"{_KEY}_chart")
    if changed:
        digits = decimals_of(details["values"][target])
        moved = [new - old for new, old in zip(changed, as_it_was, strict=False)]
        mean = sum(moved) / len(moved)
        said = f"{mean:+,.{digits + 1}f}{' ' + unit if unit else ''}"
        st.markdown(f"On average the forecast moves by **{foreign(said)}** a step. What the network learned goes together in "
                    "the data; it need not be what causes it.")  # fmt: skip


def _known(name: str, num_known: int, times: Sequence[str], steps: int, season: int) -> str:
    """Which steps can be changed, and how far the column is known in them, in sentences."""
    known = beyond_known([name], num_known, times, season)
    said = sentence(known) if known else f"The data says what {name} is in each of {count(len(times), 'step')}."
    return f"{said} Steps after {times[-1]} are not listed here." if steps > len(times) else said
