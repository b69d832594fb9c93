"""Look inside of Forecasting: units beside the series, the network's clock, gates by season, the last window, gradients.

What is seen over several seasons is read from what a finished run kept, window by window, and kept by the server for who
looks again. Left out: the reading (the predictor's `stretch`), the pictures, gradients (forecast_gradients.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.config.words import with_unit
from core.insight.clock import mean_by_place, principal_plane, share_told
from core.insight.phases import Phases, phases_of
from core.models.cells import CELLS
from ui import services
from ui.answers import Answers
from ui.charts.beside import gates_by_place, unit_gates, units_beside
from ui.charts.labels import compact, percent
from ui.foreign import foreign, one_line
from ui.learn.figure import draw_figure
from ui.results.clock import clock_scene
from ui.results.common import ask, is_dark, is_narrow, say_withheld, show
from ui.results.forecast_gradients import gradients
from ui.results.inside import GRADIENTS, STATES, units_view
from ui.server_state import of_the_server
from ui.words import capital, choice_label, count

BESIDE, CLOCK, GATES = "Beside the series", "Clock", "Gates by season"
_STRETCH, _WINDOW = "Several seasons", "Last window"
_MOST_UNITS, _FIRST_UNITS, _MOST_ROWS = 6, 3, 12
_NUM_KEPT, _MAX_BYTES = 8, 60_000_000
_ENDS = (
    "Each step is the end of a window: it shows what the network is in after reading it, just before it would forecast."
)


@of_the_server
def _stretches() -> Answers:
    return Answers(_NUM_KEPT, _MAX_BYTES)


@st.fragment
def look_inside(app: str, run_id: str) -> None:
    """The tab Look inside."""
    if not services.sees_rows(run_id):
        say_withheld("what the network does over its last window is not drawn.")
        return
    network = ask(lambda: services.predictor(run_id))
    if network is None:
        return
    view = st.segmented_control(
        "View", [STATES, BESIDE, CLOCK, GATES, GRADIENTS], default=STATES, required=True, key=f"{app}_inside_view",
        persist_state="session",
        help="What every unit does at each step, alone or beside the series and its season, or how much a forecast hangs on "
        "each input.",
    )  # fmt: skip
    if view == GRADIENTS:
        gradients(app, network)
    elif view == STATES:
        st.markdown("What each unit does while the network reads the last known window, just before it forecasts.")
        units_view(app, network, None, "Time")
    else:
        {BESIDE: _beside, CLOCK: _clock, GATES: _gates}[str(view)](app, run_id, network)


def _target(app: str, network: Any, names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    of_each = "read and drawn" if network.context.each else "drawn; the network reads all of them"
    chosen = st.selectbox(
        "Series", names, key=f"{app}_inside_series", width=220, format_func=one_line, help=f"Which series is {of_each}.",
    )  # fmt: skip
    return str(chosen)


def _stretch(run_id: str, network: Any, target: str) -> Any:
    """The states over several seasons; None after saying why there are none."""
    details = services.run_file(run_id, "details.json")
    if not details:
        st.info(
            "Several seasons are read from what a run keeps when it is judged, and this one has not been judged yet."
        )
        return None
    file = services.store().path(run_id) / "best.safetensors"
    with st.spinner("Reading window by window"):
        found = _stretches().get((run_id, file.stat().st_mtime_ns, target), lambda: network.stretch(details, target))
    if found is None:
        st.info(
            "Several seasons cannot be read here: the run kept too few rows of what its network reads. A run of an earlier "
            "version kept no columns beside those that it forecasts; train it anew to see more."
        )
    return found


def _drawn(run_id: str, network: Any) -> list[str]:
    """The series that can be chosen: those that a run keeps for its pictures, or all while it has kept none."""
    kept = (services.run_file(run_id, "details.json") or {}).get("targets") or []
    return [str(name) for name in kept] or list(network.context.targets)


def _named(run_id: str, target: str) -> str:
    unit = ((services.run_file(run_id, "details.json") or {}).get("units") or {}).get(target, "")
    return with_unit(target, unit)


def _layer(app: str, layers: Sequence[dict[str, Any]], network: Any) -> dict[str, Any]:
    """The chosen layer; at first the last one, which the forecast is made from."""
    if len(layers) == 1:
        return layers[0]
    first = len(layers) - (2 if network.experiment.model.bidirectional else 1)
    chosen = st.selectbox(
        "Layer", range(len(layers)), index=first, format_func=lambda i: capital(layers[i]["name"]), width=220,
        key=f"{app}_inside_of_layer_{len(layers)}", help="Which layer is opened, and in which direction it reads.",
    )  # fmt: skip
    return layers[chosen]


def _cycle(app: str, found: Any, run_id: str, label: str) -> Phases | None:
    """The chosen cycle; None where the series has none."""
    season = int((services.run_file(run_id, "details.json") or {}).get("season") or 1)
    cycles = phases_of(found.times, season, found.first_row)
    if len(cycles) < 2:
        return cycles[0] if cycles else None
    chosen = st.selectbox(
        label, range(len(cycles)), format_func=lambda i: capital(cycles[i].cycle), width=200,
        key=f"{app}_inside_cycle_{len(cycles)}", help="Which cycle; the one as long as the season found comes first.",
    )  # fmt: skip
    return cycles[chosen]


def _beside(app: str, run_id: str, network: Any) -> None:
    """The series with chosen units below it, over several seasons or the last window."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = _target(app, network, _drawn(run_id, network))
        span = st.segmented_control(
            "Over", [_STRETCH, _WINDOW], default=_STRETCH, required=True, key=f"{app}_inside_span",
            help="The end of each of many windows, or the last window step by step.",
        )  # fmt: skip
        found = _stretch(run_id, network, target) if span == _STRETCH else _window(network, target)
        if found is None:
            return
        layer = _layer(app, found.layers, network)
        kinds = [kind for kind in layer["values"] if not kind.endswith("pre-activation")]
        kind = st.selectbox(
            "What to see", kinds, format_func=capital, key=f"{app}_inside_beside_kind", width=180,
            help="The state that a unit passes on, its memory, or one of its gates.",
        ) if len(kinds) > 1 else kinds[0]  # fmt: skip
    values = layer["values"][kind]
    busiest = np.argsort(-values.std(axis=0), kind="stable")[:_FIRST_UNITS].tolist()
    units = st.multiselect(
        "Units", range(values.shape[1]), default=busiest, max_selections=_MOST_UNITS,
        key=f"{app}_inside_units_{kind}_{layer['name']}_{span}_{values.shape[1]}",
        format_func=lambda unit: f"Unit {unit}", help="Which units to draw; it begins with those that vary most.",
    )  # fmt: skip
    drawn = {int(unit): values[:, unit] for unit in units}
    name = _named(run_id, target)
    chart = units_beside(found.times, found.values, name, drawn, kind, is_dark(), is_narrow())
    show(chart, key=f"{app}_inside_beside_{chart.figure.layout.xaxis.type}")
    said = _ENDS if span == _STRETCH else "The last window, step by step, from a state of its own."
    st.caption(
        f"{said} A unit that rises and falls with the series follows it, one that moves only with the season keeps time, and a "
        f"flat one does nothing here. {foreign(_together(found.values, drawn))}"
    )
    _say_direction(layer, span == _STRETCH)


def _say_direction(layer: dict[str, Any], is_stretch: bool) -> None:
    if is_stretch and layer["name"].endswith("backward"):
        st.caption(
            "This direction reads a window from its end to its beginning, so it ends at the oldest row of each window."
        )


def _window(network: Any, target: str) -> Any:
    """The last window as a stretch: its steps, the series at each, and the layers step by step."""
    return ask(lambda: network.last_window(target))


def _together(series: np.ndarray, drawn: dict[int, np.ndarray]) -> str:
    """The correlation of each unit with the series, where both vary."""
    known = np.isfinite(series)
    said = []
    for unit, states in drawn.items():
        pair = np.array([series[known], states[known]], dtype=np.float64)
        if known.sum() > 2 and (pair.std(axis=1) > 0).all():
            said.append(f"unit {unit} {float(np.corrcoef(*pair)[0][1]):.2f}".replace("-", "−"))
    return f"Correlation with the series: {', '.join(said)}." if said else ""


def _clock(app: str, run_id: str, network: Any) -> None:
    """The states in two principal components, in the colours of the season, playing."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = _target(app, network, _drawn(run_id, network))
        found = _stretch(run_id, network, target)
        if found is None:
            return
        layer = _layer(app, found.layers, network)
        phases = _cycle(app, found, run_id, "Colour by")
    states = layer["values"]["hidden state"]
    plane = principal_plane(states)
    if not plane.shares[0]:
        st.info(
            "The state is the same after every window, so there is nothing that moves: the network gives one answer to all."
        )
        return
    season = int((services.run_file(run_id, "details.json") or {}).get("season") or 1)
    scene_id = f"{run_id[:8]}-{target}-{layer['name']}-{phases.cycle if phases else 'time'}"
    trail = max(2, min(season, 60)) if season > 1 else 12
    name = one_line(_named(run_id, target), 60)
    scene = clock_scene(scene_id, name, found.times, found.values, plane, phases, trail)
    draw_figure(f"{app}_clock", lambda edits: scene, lambda statement: None)
    st.caption(f"{_ENDS} {foreign(_clock_words(plane, phases, states))}")
    _say_direction(layer, True)


def _clock_words(plane: Any, phases: Phases | None, states: np.ndarray) -> str:
    """What would mean what, and what was measured."""
    shown = (
        f"The plane holds {percent(min(1.0, sum(plane.shares)))} of the variance of {count(states.shape[1], 'unit')}."
    )
    if phases is None:
        return (
            f"{shown} No season was found, so colours go from the first steps to the last: a path in one direction means that "
            "the state follows a trend."
        )
    told = share_told(plane.points, phases.places, len(phases.names))
    weight = plane.points.var(axis=0)
    share = float((told * weight).sum() / weight.sum())
    seen = len(np.unique(phases.places))
    chance = (seen - 1) / max(1, len(states) - 1)
    return (
        f"{shown} A path that goes round through the colours in their order means that the network keeps the time in its "
        f"state; colours that lie mixed mean that it does not, in this plane. Here the {phases.cycle} tells "
        f"{percent(share)} of where a dot lies (about {percent(chance)} would be chance)."
    )


def _gates(app: str, run_id: str, network: Any) -> None:
    """The mean of every gate at each place of the season, and of one gate unit by unit."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = _target(app, network, _drawn(run_id, network))
        found = _stretch(run_id, network, target)
        if found is None:
            return
        layer = _layer(app, found.layers, network)
        gates = {kind: values for kind, values in layer["values"].items() if kind.endswith(" gate")}
        phases = _cycle(app, found, run_id, "By") if gates else None
        cell, model = CELLS[network.experiment.model.cell], network.experiment.model
        if gates and phases is not None:
            of_memory = f"{cell.memory_gate[0]} gate" if cell.memory_gate else ""
            first = list(gates).index(of_memory) if of_memory in gates else 0
            gate = st.selectbox(
                "Gate", list(gates), index=first, format_func=capital, width=180, key=f"{app}_inside_gate_{len(gates)}",
                help="Which gate to see unit by unit.",
            ) if len(gates) > 1 else next(iter(gates))  # fmt: skip
    if not gates:
        what = (
            "feed-forward layers have" if model.window is not None else f"a cell of kind {choice_label(model.cell)} has"
        )
        st.info(f"There are no gates to see: {what} none.")
        return
    if phases is None:
        st.info(
            "No season was found in this series and its rows have no calendar, so there is nothing to sort gates by."
        )
        return
    places, names = phases.places, phases.names
    means = {kind: mean_by_place(values, places, len(names)).mean(axis=1) for kind, values in gates.items()}
    show(gates_by_place(means, names, phases.cycle, is_dark(), is_narrow()), key=f"{app}_inside_gates")
    told = share_told(gates[gate], places, len(names))
    top = np.argsort(-told, kind="stable")[:_MOST_ROWS].tolist()
    by_unit = mean_by_place(gates[gate], places, len(names))
    show(
        unit_gates(by_unit[:, top], top, names, gate, phases.cycle, is_dark(), is_narrow()),
        key=f"{app}_inside_unit_gates",
    )
    st.caption(
        f"{_ENDS} A flat line means that a gate works alike all through the cycle; one that rises and falls means that the "
        "network takes in or keeps more at some times of it than at others. "
        f"{foreign(_gate_words(gate, phases, top[0], float(told[top[0]]), by_unit[:, top[0]]))}"
    )
    _say_direction(layer, True)


def _gate_words(gate: str, phases: Phases, unit: int, share: float, means: np.ndarray) -> str:
    """What was measured of the unit of which the cycle tells most."""
    high, low = int(np.nanargmax(means)), int(np.nanargmin(means))
    return (
        f"Above are the units whose {gate} the {phases.cycle} tells most of. Of unit {unit} it tells {percent(share)} of the "
        f"variance: the mean is {compact(float(means[high]))} for {phases.names[high]}, {compact(float(means[low]))} for "
        f"{phases.names[low]}."
    )
