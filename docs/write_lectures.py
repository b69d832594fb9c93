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
    "A5": "Stacked recurrent layers",
    "A6": "Two directions, merged by concatenation, sum, average or maximum",
    "A7": "Encoder and decoder: the last state as the context",
    "A8": "Attention: query, values and their weighted sum",
    "A9": "Stacked encoder and decoder with attention",
    "A10": "A feed-forward network for contrast, one step or a window at a time",
    "A11": "Other recurrent networks: Hopfield, echo state, liquid state, neural Turing machine",
    "B1": "One to one",
    "B2": "One to many",
    "B3": "Many to one",
    "B4": "Many to many, aligned: a label for every step",
    "B5": "Many to many, delayed: read first, then write",
    "C1": "Unfolding, and backpropagation through time by hand",
    "C2": "Truncated backpropagation: a window that slides, carried state or none",
    "C3": "Losses: squared error, cross-entropy and binary cross-entropy; one at the end, or a sum of one a step",
    "C4": "Vanishing and exploding gradients: a product of recurrent weights and slopes",
    "C5": "Their cures, each as a switch",
    "C6": "Text as numbers: vocabulary, one-hot, unknown words, begin and end, padding and lengths",
    "C7": "Teacher forcing while training, the network's own output afterwards",
    "C8": "Shared weights: parameters and length",
    "C9": "Gradient descent on one weight",
    "D1": "Time series: prices and weather",
    "D2": "A language model of characters, and what it writes",
    "D3": "The probability of a word and of a whole sentence",
    "D4": "Sentiment: positive, negative, neutral, stars",
    "D5": "Translation",
    "D6": "A label for every word; names among them",
    "D7": "A masked word, filled in from both sides",
    "D8": "Answers in a conversation",
    "D9": "Answering questions",
    "D10": "Summaries",
    "D11": "Captions of pictures",
    "D12": "Speech, sound by sound",
    "D13": "Music",
    "D14": "DNA and proteins",
    "D15": "Video: a label for every frame",
    "D16": "Pictures to classes, one to one",
    "D17": "Encoder and decoder over time series",
    "E1": "The dinner schedule, by hand and found by training",
    "E2": "The same words in another order say the opposite",
    "E3": "A word that the next word explains",
    "E4": "The same fact at another place of the sentence",
    "E5": "A statement and a question of the same words",
    "E6": "A number that goes round and round, with and without tanh",
    "E7": "A large vocabulary and its one-hot vectors",
    "E8": "A later word that settles an earlier one",
    "E9": "What each direction has read at each word",
    "E10": "Frames of a film in order, and jumbled",
    "F1": "Without memory neither order nor the past can be used",
    "F2": "How long each cell remembers",
    "F3": "The slope of the gradient, predicted and measured",
    "F4": "How much each cure helps",
    "F5": "A fixed context is a bottleneck for long sources",
    "F6": "Attention shows where the decoder looked",
    "F7": "Two directions against one on labels for every word",
    "F8": "Reading first against translating on the fly",
    "F9": "A sentence's probability picks the right hearing",
    "F10": "Time grows with length, not with batch",
    "F11": "Parameters do not grow with length",
    "F12": "Without a hidden layer one to one is only linear",
    "G": "Years, and when to use a recurrent network",
}
"""What the lecture notes teach, by the letters under which this project keeps it."""

TASKS = {
    "A5": ("generation", "Layers"),
    "A7": ("translation", "Bridge"),
    "A9": ("translation", "Layers"),
    "D1": ("forecasting", "Data"),
    "D2": ("generation", "Data"),
    "D4": ("sentiment", "Data"),
    "D5": ("translation", "Data"),
    "D6": ("tagging", "Data"),
    "D14": ("dna", "Data"),
    "D17": ("forecasting", "Shape"),
}
"""Rows that a page of a task holds, by the control there."""

LATER = ("D8", "D9", "D10", "D11", "D12", "D13")
"""Applications that have no page of their own yet."""


def rows_as_markdown() -> str:
    """One line a row of the notes: what it is, on which page, and where there."""
    sys.path.insert(0, str(ROOT))
    from core.applications import APPLICATIONS
    from ui.learn.lessons import ENTRIES

    lines = ["| row | what | page | there |", "|---|---|---|---|"]
    for row, what in ROWS.items():
        places = [
            (f"[{one.title}](../ui/learn/{one.name}.py)", one.covers[row]) for one in ENTRIES if row in one.covers
        ]
        if row in TASKS:
            name, control = TASKS[row]
            places.append((f"[{APPLICATIONS[name].title}](../core/applications/{name}.py)", control))
        pages, controls = ", ".join(page for page, _ in places), ", ".join(f"*{control}*" for _, control in places)
        lines.append(f"| {row} | {what} | {pages or 'a later application'} | {controls} |")
    return "\n".join(lines)


def page_with_rows(page: str) -> str:
    """The guide with its table as the list says it now."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{rows_as_markdown()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page_with_rows(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
