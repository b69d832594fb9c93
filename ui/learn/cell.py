"""The cell: one step of a recurrent network, with the network's own numbers on the wires."""

from __future__ import annotations

import streamlit as st

from core.models.cells import CELLS
from ui.learn.cell_runs import draw_run
from ui.learn.cell_tiny import BOTH, Choice, build
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, is_lesson, pick, set_up, statements_panel

NAME = "cell"
CELL_WORDS = {name: cell.label for name, cell in CELLS.items()} | {BOTH: "GRU, both conventions"}
ORDER = ("lstm", "gru", "rnn", BOTH, *(name for name in CELLS if name not in ("lstm", "gru", "rnn")))
NETWORK_WORDS = {"readable": "Readable", "drawn": "By chance", "run": "A run of mine"}
LSTM = {"cell": "lstm", "network": "readable"}

LESSON = Lesson(
    NAME,
    "One step of a recurrent network, with its own numbers on the wires. Point at a number or tap it, and its equation "
    "answers.",
    (
        Statement(
            "A forget gate near 1 carries memory: at step 4 unit 1 still holds what was written at step 1.",
            {"step": 3, "unit": 0, "mark": "kept"},
            LSTM,
        ),
        Statement(
            "At a write the gates trade places: the forget gate closes, the input gate opens, and c changes sign.",
            {"step": 4, "unit": 0, "mark": "c"},
            LSTM,
        ),
        Statement(
            "Hold the forget gate at 0 and the past is gone: c is what this step adds, and nothing else.",
            {"step": 3, "unit": 0, "mark": "forgotten", "edits": {"hold_forget": 0}},
            LSTM,
        ),
        Statement(
            "A simple cell has no gate: every input is squeezed into the one state, wanted or not.",
            {"step": 2, "unit": 1, "mark": "h"},
            {"cell": "rnn", "network": "readable"},
        ),
        Statement(
            "Two cells are called GRU. Their unit 3 parts at once: one resets each unit's product, the other each unit it hears.",
            {"step": 3, "unit": 2, "mark": "h"},
            {"cell": BOTH, "network": "readable"},
        ),
        Statement(
            "Three times as many steps, and the sizes below stay as they were.",
            {"step": 23, "unit": 0, "mark": "kept"},
            {**LSTM, "length": "24"},
        ),
    ),
    Question(
        "Which gate would you break to make the LSTM forget at once what it was told?",
        ("Hold the input gate at 1.", "Hold the forget gate at 0.", "Hold the output gate at 0."),
        1,
        "The forget gate multiplies the old cell state: at 0 nothing of it is left. An open input gate writes over "
        "memory bit by bit; a closed output gate only hides it, and it is there again when the gate opens.",
    ),
)


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        network = pick(NAME, "network", "Network", tuple(NETWORK_WORDS), NETWORK_WORDS,
            "A tiny one with weights that one can read, one with weights drawn by chance, or one that you trained.")  # fmt: skip
        choice, place = (None if network == "run" else _choice(network)), st.container()
    if choice is None:
        draw_run(LESSON, place)
    else:
        draw_lesson(LESSON, lambda edits: build(choice, edits, statements_panel(LESSON)))


def _choice(network: str) -> Choice:
    cell = pick(NAME, "cell", "Cell", ORDER, CELL_WORDS, "Which cell is shown.", wide=True)
    nonlinearity, seed, units = "tanh", None, "3"
    if cell == "rnn":
        names = {"tanh": "tanh", "relu": "ReLU", "sigmoid": "sigmoid"}
        nonlinearity = pick(NAME, "function", "Function f", tuple(names), names, "What the sum is put through.")
    if network == "drawn":
        units = pick(NAME, "units", "Units p", ("3", "2", "4"), {}, "How many numbers the state has.")
        seed = _seed()
    length = pick(NAME, "length", "Steps", ("8", "16", "24"), {}, "How long the sequence is.")
    output = "softmax"
    if cell != BOTH:
        output = pick(NAME, "output", "Output g", ("softmax", "sigmoid", "identity"), {}, "What makes y of V h + b.")
    matrices = {"apart": "W and U", "stacked": "Stacked"}
    shown = pick(NAME, "matrices", "Matrices", tuple(matrices), matrices,
        "W and U apart, or as one matrix of state and input stacked, [h, x].")  # fmt: skip
    return Choice(cell, nonlinearity, seed, int(units), int(length), output, shown == "stacked")


def _seed() -> int:
    if is_lesson():
        asked = st.query_params.get("cell.seed", "")
        return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    found = st.number_input(
        "Seed", 0, 9999, 0, key="cell.seed", bind="query-params", help="Other numbers, other weights."
    )
    return int(found)
