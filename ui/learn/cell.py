"""The cell: one step of a recurrent network, with the network's own numbers on the wires."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.insight.edits import Edits
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel
from ui.learn.scene import Equation, Scene

NAME = "cell"
WORDS = {"rnn": "RNN", "gru": "GRU"}
LESSON = Lesson(
    NAME,
    "One step of a recurrent network, with the network's own numbers on the wires. Point at a number and its equation answers.",
    (
        Statement("At step 3 the sum is squashed to almost 1.", {"step": 2, "unit": 0, "mark": "h"}),
        Statement("Turned.", {"step": 3, "unit": 2}, {"cell": "gru"}),
        Statement("With x = 0 only the memory speaks.", {"step": 2, "unit": 0, "mark": "sum", "edits": {"x.2.0": 0}}),
    ),
    Question(
        "What does tanh do to a sum of 3?", ("It stays 3.", "It comes close to 1."), 1, "tanh lies between −1 and 1."
    ),
)


def build(cell: str, edits: Edits) -> Scene:
    """The scene of one cell."""
    import torch

    from core.models.recurrent import Recurrent

    torch.manual_seed(0)
    recurrent: Any = Recurrent("rnn", 1, 3)
    x = edits.applied("x", np.array([[1.0], [0.5], [2.0], [-1.0], [0.0]]), -10, 10)
    weights = edits.applied("U", recurrent.weight_hh_l0.detach().numpy(), -10, 10)
    with torch.no_grad():
        recurrent.weight_hh_l0.copy_(torch.from_numpy(weights))
        trace: Any = recurrent.trace(torch.from_numpy(x).float()[None]).layers[0]
    scene = Scene(f"{cell}-3-1", "A cell with its numbers", ["", "", "", "", ""], units=3)
    scene.value("x", "input x", x)
    scene.value(
        "sum",
        "sum before tanh",
        trace.preactivations["hidden"][0],
        low=-2,
        high=2,
        equation=Equation(
            "a = W x + U h + b",
            ["a = ", {"products": "U", "of": "h", "back": 1}, " + … = ", {"v": "sum", "result": True}],
        ),
    )
    scene.value(
        "h",
        "hidden state h",
        trace.output[0],
        before=np.zeros(3),
        low=-1,
        high=1,
        equation=Equation(
            "h = tanh(a)", ["h = tanh(", {"v": "sum"}, ") = ", {"v": "h", "result": True}], ["what the next step reads"]
        ),
    )
    scene.matrix("U", "U", weights, "p × p = 3 × 3", editable=True, mark="sum")
    scene.row(
        {
            "kind": "sequence",
            "title": "The sequence, and the state after each step",
            "values": ["h"],
            "inputs": "x",
            "low": -10,
            "high": 10,
        }
    )
    nodes = [
        {"shape": "gate", "x": 140, "y": 60, "text": "sum a", "value": "sum"},
        {"shape": "op", "x": 300, "y": 90, "text": "tanh", "mark": "h", "radius": 22},
        {"shape": "gate", "x": 430, "y": 60, "text": "h", "value": "h"},
    ]
    scene.row(
        {
            "kind": "wires",
            "title": "The cell",
            "width": 560,
            "height": 190,
            "grow": 2,
            "nodes": nodes,
            "wires": [
                {"points": [[200, 90], [276, 90]], "mark": "sum"},
                {"points": [[324, 90], [380, 90]], "mark": "h", "state": True},
            ],
        },
        {"kind": "equations", "title": "In numbers", "names": ["sum", "h"]},
    )
    scene.row(
        {
            "kind": "lines",
            "title": "Unit over time",
            "grow": 2,
            "follow": True,
            "x_title": "step",
            "y_title": "h",
            "series": [{"label": "h", "value": "h", "color": "var(--sky)", "style": "line"}],
        },
        statements_panel(LESSON),
    )
    scene.row({"kind": "matrix", "title": "Weights", "names": ["U"]})
    return scene


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        cell = pick(NAME, "cell", "Cell", ("rnn", "gru"), WORDS, "Which cell is shown.")
    draw_lesson(LESSON, lambda edits: build(cell, edits))
