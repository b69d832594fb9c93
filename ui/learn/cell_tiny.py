"""The figure of a tiny network: its numbers on the wires of one cell, or of both conventions of the GRU beside each other.

Everything in it can be changed: inputs, start, weights, gates held by hand. Left out: a trained network (cell_runs.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.insight.edits import Edits
from core.models.cells import CELLS, Cell, build_cell
from ui.learn.cell_scene import add_matrices, add_values, equation_names, matrix_panels
from ui.learn.cell_wires import panel
from ui.learn.scene import Equation, Scene

if TYPE_CHECKING:
    from core.models.recurrent import Recurrent

BOTH = "both"
OTHER = "other "
AS_COMPUTED = "as computed"
MOST = 10.0


@dataclass(frozen=True)
class Choice:
    """What the set-up asks for.

    Attributes:
        cell: A cell, or `BOTH`.
        seed: Of weights drawn by chance; None for the readable ones.
        units: Of a network drawn by chance.
        stacked: Whether the matrices are shown as one of state and input.
    """

    cell: str
    nonlinearity: str = "tanh"
    seed: int | None = None
    units: int = 3
    length: int = 8
    output: str = "softmax"
    stacked: bool = False


def partners() -> tuple[str, str]:
    """The GRU and the cell with the same gates whose reset acts on the state itself."""
    gates = CELLS["gru"].gates
    others = (name for name in CELLS if CELLS[name].gates == gates)
    return "gru", next(name for name in others if "h reset" in {wire.name for wire in build_cell(name).wiring})


def build(choice: Choice, edits: Edits, statements: Mapping[str, Any]) -> Scene:
    """The scene, computed by the engine from what is chosen and what was edited, with the panel of statements in it."""
    import torch

    from core.insight import tiny
    from core.insight.wiring import on_wires

    both = choice.cell == BOTH
    network = _network(choice, partners()[0] if both else choice.cell)
    tiny.apply_edits(network, edits)
    cell, units = network.cell, network.hidden_size
    x = edits.applied("x", tiny.sequence(choice.length), -MOST, MOST)
    start = edits.applied("start", np.zeros((len(cell.states), units)), -MOST, MOST)
    held = _held(cell, edits)
    inputs = torch.from_numpy(x).float()
    state = tuple(torch.from_numpy(start).float())
    numbers = on_wires(network, inputs, state, held)
    scene = Scene(
        _id(choice), f"{_title(choice)}, with the numbers of {choice.length} steps", _labels(choice, x), units,
        start={"mark": cell.states[-1]},
    )  # fmt: skip
    scene.value("x", "input x", x, low=-2, high=2)
    add_values(scene, cell, numbers, of=" (reset after)" if both else "")
    row: dict[str, Any] = {"kind": "sequence", "title": "The sequence: input x, and the state after each step",
        "note": _note(choice, cell),
        "values": list(reversed(cell.states)), "inputs": "x", "low": -MOST, "high": MOST}  # fmt: skip
    if both:
        _both(scene, choice, network, numbers, (inputs, state, held), row, statements)
    else:
        _outputs(scene, choice, edits, numbers["h"])
        scene.row(row)
        names = [*equation_names(cell, numbers), "y"]
        scene.row(
            panel(cell, list(scene.values), f"{cell.label} cell"),
            {"kind": "equations", "title": "{unit}, in numbers", "names": names, "least": 300},
        )
        scene.row(over_time(cell), statements)
    if choice.stacked:
        _say_stacked(scene)
    _say_held(scene, held)
    _hands(scene, cell, start, held)
    _tables(scene, choice, network, both)
    return scene


_APART = re.compile(r"W(_\w)? x \+ b(\1)? \+ U(\1)? hₜ₋₁ \+ d(\1)?")


def _say_stacked(scene: Scene) -> None:
    """Where state and input go into one sum, one matrix takes both, side by side; the biases stay two."""
    for shown in scene.values.values():
        if "equation" in shown:
            shown["equation"]["formula"] = _APART.sub(_one_matrix, shown["equation"]["formula"])


def _one_matrix(found: re.Match[str]) -> str:
    gate = found[1] or ""
    return f"W{gate or '_a'} [hₜ₋₁, x] + b{gate} + d{gate}"


def _say_held(scene: Scene, held: Mapping[str, float]) -> None:
    """A gate that is held by hand is not what its sum asks for: its equation and its place in the picture say so."""
    for name, shown in scene.values.items():
        gate = next((gate for gate in held if name.removeprefix(OTHER).partition(" (")[0] == gate), None)
        if gate is None or "equation" not in shown:
            continue
        letter = shown["equation"]["formula"].partition(" = ")[0]
        put_in = ["= ", {"v": name, "result": True}]
        shown["equation"] = {
            "formula": f"{letter} is held by hand",
            "put_in": put_in,
            "says": ["whatever its sum asks for"],
        }
        for one in (part for row in scene.rows for part in row if part["kind"] == "wires"):
            for layout in (one, one["narrow"]):
                for node in layout["nodes"]:
                    if node.get("value") == name and node.get("text"):
                        node["text"] = f"{letter}, held" if layout is one else f"{letter} held"


def _network(choice: Choice, cell: str) -> Recurrent:
    from core.insight import tiny

    if choice.seed is None:
        return tiny.readable(cell, choice.nonlinearity)
    return tiny.drawn(cell, choice.units, choice.seed, choice.nonlinearity)


def _id(choice: Choice) -> str:
    return f"{choice.cell}-{choice.nonlinearity}-{choice.seed}-{choice.units}"


def _title(choice: Choice) -> str:
    return "Both conventions of the GRU" if choice.cell == BOTH else f"{CELLS[choice.cell].label} cell"


def _labels(choice: Choice, x: np.ndarray) -> list[str]:
    if choice.seed is not None or choice.cell == "rnn":
        return [""] * len(x)
    return ["write" if step[1] > 0.5 else "wait" for step in x]


def _note(choice: Choice, cell: Cell) -> str:
    rows = "the rows are h after and h before" if choice.cell == BOTH else "the upper row is c, the lower h"
    reads = "x₁ is a value, x₂ is 1 where it is to be written" if choice.seed is None else "Type other inputs"
    if choice.seed is None and choice.cell == "rnn":
        reads = "x₁ is a value; x₂, by which cells with gates are told to write, is not read here"
    more = f"; {rows}" if choice.cell == BOTH or len(cell.states) > 1 else ""
    return f"{reads}{more}. Arrow keys step (up and down: another unit), the space bar plays."


def _held(cell: Cell, edits: Edits) -> dict[str, float]:
    found = {}
    for gate in _gates(cell):
        place = edits.whole(f"hold_{gate}", -1, -1, 20)
        if place >= 0:
            found[gate] = place / 20
    return found


def _gates(cell: Cell) -> list[str]:
    """Those between 0 and 1."""
    return [
        wire.name for wire in cell.wiring if wire.symbol and wire.op in ("sigmoid", "share") and wire.name != "hidden"
    ]


def _outputs(scene: Scene, choice: Choice, edits: Edits, h: Any) -> None:
    import torch

    from core.insight import tiny
    from core.insight.wiring import read_out

    weight, bias = tiny.output_weights(scene.units)
    weight, bias = edits.applied("V", weight, -MOST, MOST), edits.applied("by", bias, -MOST, MOST)
    sums, y = read_out(h, torch.from_numpy(weight).float(), torch.from_numpy(bias[:, 0]).float(), choice.output)
    units = [f"unit {unit + 1}" for unit in range(scene.units)]
    rows = ["y₁", "y₂"]
    scene.matrix("V", "V", weight, f"2 × p = 2 × {scene.units}", rows, units, True, -MOST, MOST, "y", False)
    scene.matrix("by", "b_y", bias, "2", rows, [""], True, -MOST, MOST, "y", False)
    most = max(1.0, float(y.abs().max()))
    put_in: list[Any] = [f"= {choice.output}(" if choice.output != "identity" else "= ("]
    put_in += [{"v": "sums", "unit": 0, "digits": 2}, ", ", {"v": "sums", "unit": 1, "digits": 2}, ") = ("]
    put_in += [
        {"v": "y", "unit": 0, "digits": 2, "result": True},
        ", ",
        {"v": "y", "unit": 1, "digits": 2, "result": True},
        ")",
    ]
    scene.value("sums", "V h + b of the output", sums)
    scene.value("y", f"output y, {choice.output}", y, low=0.0 if choice.output != "identity" else -most, high=most,
        equation=Equation(f"y = {choice.output}(V h + b)", put_in))  # fmt: skip


def over_time(cell: Cell) -> dict[str, Any]:
    colors = ("var(--blue)", "var(--amber)", "var(--green)", "var(--pink)")
    names = [*reversed(cell.states), *_gates(cell)[:2]]
    series = [
        {"label": name if name in cell.states else f"{name} gate", "value": name, "color": color,
         "style": "line" if name in cell.states else "dashed"}
        for name, color in zip(names, colors, strict=False)
    ]  # fmt: skip
    return {"kind": "lines", "title": "{unit} over time", "height": 250, "grow": 2, "follow": True,
            "x_title": "step", "y_title": "value", "series": series}  # fmt: skip


def _both(
    scene: Scene, choice: Choice, network: Recurrent, numbers: Mapping[str, Any], given: tuple[Any, Any, Any],
    row: dict[str, Any], statements: Mapping[str, Any],
) -> None:  # fmt: skip
    """The same weights in the other convention, its picture beside the first, and where they part."""
    from core.insight.wiring import on_wires

    partner = _network(choice, partners()[1])
    partner.load_state_dict(network.state_dict())
    others = on_wires(partner, *given)
    add_values(scene, partner.cell, others, OTHER, " (reset before)")
    scene.value("apart", "how far the two are apart", (numbers["h"] - others["h"]).abs(), low=0)
    scene.row({**row, "values": ["h", f"{OTHER}h"]})
    scene.row(
        panel(network.cell, [*numbers, "x"], "Reset after the product: n = tanh(W x + r · (U h))", always_narrow=True),
        panel(partner.cell, [*others, "x"], "Reset before it: n = tanh(W x + U (r · h))", OTHER, always_narrow=True),
    )
    names = equation_names(network.cell, numbers), equation_names(partner.cell, others, OTHER)
    scene.row(
        {"kind": "equations", "title": "After, {unit}", "names": [names[0][0], *names[0][2:]]},
        {"kind": "equations", "title": "Before, {unit}", "names": [names[1][0], *names[1][2:]]},
    )
    series = [("h, reset after", "h", "var(--blue)", "line"), ("h, reset before", f"{OTHER}h", "var(--amber)", "line"),
              ("how far apart", "apart", "var(--red)", "bars")]  # fmt: skip
    scene.row(
        {"kind": "lines", "title": "{unit} over time: where they part", "grow": 2, "follow": True, "x_title": "step",
         "y_title": "h", "series": [dict(zip(("label", "value", "color", "style"), one, strict=True)) for one in series]},
        statements,
    )  # fmt: skip


def _hands(scene: Scene, cell: Cell, start: np.ndarray, held: Mapping[str, float]) -> None:
    """Gates held by hand, and the state before the first step."""
    words = [AS_COMPUTED, *(f"{place / 20:.2f}" for place in range(21))]
    sliders = [
        {"name": f"hold_{gate}", "label": f"{gate.capitalize()} gate", "low": -1, "high": 20, "step": 1, "options": words,
         "value": round(held[gate] * 20) if gate in held else -1,
         "help": "At the left end the gate is as the cell computes it; elsewhere all its units have this value at every step."}
        for gate in _gates(cell)
    ]  # fmt: skip
    names = [f"{name}₀" for name in cell.states]
    units = [f"unit {unit + 1}" for unit in range(scene.units)]
    scene.matrix("start", "The state before the first step", start, f"p = {scene.units}", names, units, True, -MOST, MOST,
        "h before", False)  # fmt: skip
    begin = {"kind": "matrix", "title": "Where it starts", "names": ["start"], "least": 340}
    scene.row(
        *([{"kind": "sliders", "title": "Gates held by hand", "sliders": sliders, "grow": 2}] if sliders else []), begin
    )


def _tables(scene: Scene, choice: Choice, network: Recurrent, both: bool) -> None:
    """All matrices with their sizes, and how many numbers they are."""
    from core.insight import tiny

    blocks, cell = tiny.blocks(network), network.cell
    add_matrices(scene, cell, blocks, tiny.FEATURES, choice.stacked)
    panels = matrix_panels(cell, blocks, choice.stacked)
    if not both:
        panels.append({"kind": "matrix", "title": "Matrix of the output", "names": ["V", "by"], "least": 420})
    gates, units, total = len(cell.gates), scene.units, tiny.count(network)
    rows: list[list[Any]] = [
        ["input x", "d", tiny.FEATURES],
        ["state h", "p", units],
        [f"W of each of {gates}" if gates > 1 else "W", "p × d", f"{units} × {tiny.FEATURES}"],
    ]
    if cell.has_recurrent_matrix:
        rows.append([f"U of each of {gates}" if gates > 1 else "U", "p × p", f"{units} × {units}"])
        rows.append(["stacked W of [h, x]", "p × (p + d)", f"{units} × {units + tiny.FEATURES}"])
    rows.append(["V, for output y", "2 × p", f"2 × {units}"])
    rows.append([f"parameters of the cell, at {choice.length} steps", "", total])
    panels.append({"kind": "table", "title": "Sizes", "columns": ["", "in letters", "here"], "rows": rows, "least": 320,
        "note": f"The same {total} numbers are used at every step: no row of this table knows the length."})  # fmt: skip
    for place in range(0, len(panels), 2):
        scene.row(*panels[place : place + 2])
