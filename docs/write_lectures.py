"""Writes docs/lectures.md, from the list of Learn pages: `python docs/write_lectures.py`.

A test fails when the page says something else than the list does, or names a control that its page does not have.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "lectures.md"
BEGIN, END = "<!-- rows: written by docs/write_lectures.py -->", "<!-- end of rows -->"

ROWS = {
    "A1": "The simple recurrent cell, its sizes, its activations, and the stacked form of its matrices",
    "A2": "The LSTM: forget, input and output gate, candidate, cell state",
    "A3": "The GRU in both conventions, reset before or after the product",
    "A4": "RNN, LSTM and GRU compared: structure, training, tasks, memory",
    "C1": "Unfolding, and backpropagation through time by hand",
    "C2": "Truncated backpropagation: a window that slides, carried state or none",
    "C3": "One loss at the end, or a sum of one a step",
    "C4": "Vanishing and exploding gradients: a product of recurrent weights and slopes",
    "C5": "Their cures, each as a switch",
    "C8": "Shared weights: parameters and length",
    "C9": "Gradient descent on one weight",
    "E1": "The dinner schedule, by hand and found by training",
    "E6": "A number that goes round and round, with and without tanh",
    "F2": "How long each cell remembers",
    "F3": "The slope of the gradient, predicted and measured",
    "F4": "How much each cure helps",
    "F10": "Time grows with length, not with batch",
    "F11": "Parameters do not grow with length",
}
"""What the lecture notes teach, by the letters under which this project keeps it."""


def rows_as_markdown() -> str:
    """One line a row of the notes: what it is, on which page, and where there."""
    sys.path.insert(0, str(ROOT))
    from ui.learn.lessons import ENTRIES

    lines = ["| row | what | page | there |", "|---|---|---|---|"]
    for row, what in ROWS.items():
        places = [(page, page.covers[row]) for page in ENTRIES if row in page.covers]
        pages = ", ".join(f"[{page.title}](../ui/learn/{page.name}.py)" for page, _ in places)
        lines.append(f"| {row} | {what} | {pages} | {', '.join(f'*{control}*' for _, control in places)} |")
    return "\n".join(lines)


def page_with_rows(page: str) -> str:
    """The guide with its table as the list says it now."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{rows_as_markdown()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page_with_rows(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
