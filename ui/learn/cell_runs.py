"""The figure of a trained network: a layer of a run while it reads a text, its busiest units on the wires.

What a visitor may not read of a run stays hidden, as where its inside is shown on its own page. Left out: tiny networks
(cell_tiny.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.models.cells import CELLS, build_cell
from ui import runs, services
from ui.charts.labels import visible
from ui.foreign import one_line
from ui.learn.cell_scene import add_values, equation_names
from ui.learn.cell_tiny import over_time
from ui.learn.cell_wires import panel
from ui.learn.lesson import Lesson, draw_lesson, is_lesson, pick, statements_panel
from ui.learn.scene import Scene
from ui.results.common import ask, say_withheld
from ui.results.typed import kept_of
from ui.run_words import run_title

MOST_UNITS = 12
MOST_STEPS = 60
MOST_RUNS = 40
_MOST_CHARACTERS = 300
_TEXT = "a small red house by the sea"


def draw_run(lesson: Lesson, place: Any) -> None:
    """Choice of run, text and layer, and the figure.

    Args:
        lesson: What the page says.
        place: Of the set-up.
    """
    choices = _choices()
    if not choices:
        st.info(
            "You have no trained network yet. Train one on any page of Tasks, and open it here.", icon=":material/info:"
        )
        st.page_link(
            "pages/memory.py", label="Train one that remembers, in about ten seconds", icon=":material/arrow_forward:"
        )
        return
    with place:
        run = pick(lesson.name, "run", "Run", tuple(choices), choices, "One of your runs.", wide=True)
    network = _network(run)
    if network is None:
        return
    if network.experiment.model.window is not None:
        st.info("This network has layers over a window and no cell: nothing goes from one step to the next.")
        return
    with place:
        text = None if _reads_rows(network) else _text(network)
    if text == "":
        st.caption("Type a text, and the network reads it.")
        return
    trace = ask(lambda: network.trace(text))
    if trace is None or not trace["layers"]:
        return
    layers = {str(place): one_line(layer["name"]).capitalize() for place, layer in enumerate(trace["layers"])}
    with place:
        at = int(
            pick(lesson.name, "layer", "Layer", tuple(layers), layers, "Which layer, and how it reads.", wide=True)
        )
    layer = trace["layers"][at]
    labels = [one_line(visible(token), 16) for token in layer.get("tokens", trace["tokens"])]
    name = f"run-{run}-{at}-{text}"
    panel_of_statements = statements_panel(lesson, title="See for yourself, in a tiny network")
    draw_lesson(lesson, lambda edits: build(name, network.experiment.model, layer, labels, panel_of_statements))


def _choices() -> dict[str, str]:
    """The visitor's runs that have weights, and the one that a link names if its data are no secret."""
    found = [status for status in runs.mine() if status.best is not None][:MOST_RUNS]
    asked = st.query_params.get("cell.run")
    if asked and asked not in [status.run_id for status in found]:
        linked = services.status(asked)
        found += [linked] if linked is not None and linked.best is not None and runs.may_read(asked) else []
    return {status.run_id: one_line(" · ".join(filter(None, [status.name, run_title(status)])), 90) for status in found}


def _network(run: str) -> Any:
    network = ask(lambda: services.predictor(run))
    if network is not None and _reads_rows(network) and not services.sees_rows(run):
        say_withheld("what the network does over its last window is not drawn.")
        return None
    return network


def _reads_rows(network: Any) -> bool:
    """Whether it reads rows of its data and no text."""
    return bool(network.experiment.description.kind == "series")


def _text(network: Any) -> str:
    """What the network reads: a text, or a sequence such as it was trained on where it says one."""
    usual = getattr(network, "example", None) or _TEXT
    key, label = ("cell.text", "Text") if usual == _TEXT else ("cell.sequence", "Sequence")
    if is_lesson():
        return str(st.query_params.get(key, usual))[:_MOST_CHARACTERS]
    found = st.text_input(label, usual, key=key, bind="query-params",
        help="What the network reads, from the start.")  # fmt: skip
    return kept_of(str(found), _MOST_CHARACTERS)


def build(name: str, model: Any, layer: Mapping[str, Any], labels: list[str], statements: Mapping[str, Any]) -> Scene:
    """The scene of a layer.

    Args:
        name: Names what is shown.
        model: The experiment's model.
        layer: As `layers_of` gives it.
        labels: T words, what each step reads.
        statements: The panel of statements.
    """
    from core.insight.wiring import of_layer

    cell = build_cell(model.cell, model.nonlinearity or "tanh")
    is_backward = layer["name"].endswith("backward")
    values = {key: np.asarray(value, dtype=np.float64) for key, value in layer["values"].items()}
    if is_backward:
        values, labels = {key: value[::-1] for key, value in values.items()}, labels[::-1]
    spread = values["hidden state"][:MOST_STEPS].std(axis=0)
    chosen = np.sort(np.argsort(-spread, kind="stable")[:MOST_UNITS])
    values = {key: value[:MOST_STEPS, chosen].copy() for key, value in values.items()}
    steps = len(values["hidden state"])
    labels = labels[:steps] if len(labels) >= steps else [str(step + 1) for step in range(steps)]
    starts_at_zero = model.initial_state == "zero" and layer.get("within") != "decoder"
    first = {state: np.zeros(len(chosen)) for state in cell.states} if starts_at_zero else {}
    numbers = of_layer(cell, values, first)
    scene = Scene(name, f"{cell.label} of a trained network, layer by layer", labels, len(chosen))
    scene.unit_names = [f"unit {unit + 1} of {len(spread)}" for unit in chosen]
    add_values(scene, cell, numbers)
    way = " It reads from the end." if is_backward else ""
    scene.row({"kind": "sequence", "title": "What it reads, and the state after each step",
        "note": f"The {len(chosen)} units that vary most, of {len(spread)}.{way}",
        "values": list(reversed(cell.states))})  # fmt: skip
    scene.row(
        panel(cell, list(scene.values), f"{CELLS[model.cell].label} cell, {layer['name']}"),
        {"kind": "equations", "title": "{unit}", "names": equation_names(cell, numbers), "least": 300},
    )
    scene.row(over_time(cell), statements)
    return scene
