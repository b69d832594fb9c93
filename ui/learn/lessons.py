"""The Learn pages in the menu's order, and where each row of the lecture notes can be held in the hand. No torch.

docs/lectures.md is written from here. Left out: what a page says and draws (one module of its name each).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """A page of the section.

    Attributes:
        name: Of its file in `pages` and of its module here, and its address.
        title: In the menu and on top of the page.
        help: One sentence for the menu and for Home.
        covers: Rows of the lecture notes (`docs/lectures.md`) to the control or figure where each is found.
    """

    name: str
    title: str
    help: str
    covers: Mapping[str, str] = field(default_factory=dict)


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "cell",
        "The cell",
        "One step of an RNN, LSTM or GRU, with the network's own numbers on the wires.",
        {"A1": "Sizes", "A2": "LSTM cell", "A3": "GRU, both conventions", "C8": "parameters of the cell"},
    ),
    Entry(
        "functions",
        "Functions and slopes",
        "Activation functions and their slopes, a number that goes round and round, and gradient descent on one weight.",
        {
            "E6": "Round and round",
            "C9": "Gradient descent",
            "C5": "How much of the gradient gets through: the slope",
        },
    ),
    Entry(
        "dinner",
        "The dinner schedule",
        "A recurrent network whose weights one can read, edit, break, and have found by training.",
        {"E1": "Day by day: the weather, and what the network cooks"},
    ),
    Entry(
        "unfolding",
        "Unfolding in time",
        "Forward, loss, backward and update of one network, step by step, and what length costs.",
        {
            "C1": "This phase in numbers",
            "C2": "Truncation",
            "C3": "Error",
            "C8": "Parameters against length",
            "F10": "Time against length and batch",
            "F11": "Parameters against length",
        },
    ),
    Entry(
        "gradients",
        "Vanishing and exploding",
        "How far back a gradient reaches, what predicts it, and what each cure does to it.",
        {
            "C4": "Norm of the gradient by distance from the loss",
            "C5": "Cure",
            "F3": "Slope off by",
            "F4": "Each cure, measured",
        },
    ),
    Entry(
        "memory_race",
        "Memory race",
        "RNN, LSTM and GRU on delayed recall, copy, adding and parity: how far back each remembers.",
        {"A4": "The notes' table, measured", "F2": "The frontier"},
    ),
)
"""In the order in which one would read them."""


def entry(name: str) -> Entry:
    """The page of that name."""
    return next(one for one in ENTRIES if one.name == name)
