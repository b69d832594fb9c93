"""The Learn pages in the menu's order, and where each row of the lecture notes can be held in the hand. No torch.

docs/lectures.md is written from here. Left out: what a page says and draws (one module of its name each).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.claims.registry import CLAIMS


@dataclass(frozen=True)
class Entry:
    """A page of the section.

    Attributes:
        name: Of its file in `pages` and of its module here, and its address.
        title: In the menu and on top of the page.
        help: One sentence for the menu and for Home.
        covers: Rows of the lecture notes (`docs/lectures.md`) to the control or figure where each is found.
        part: Of the section, one of `PARTS`; pages of one part stand together.
        has_figure: Whether a figure with steps stands on it, or only text and what was measured.
    """

    name: str
    title: str
    help: str
    covers: Mapping[str, str] = field(default_factory=dict)
    part: str = "Inside one network"
    has_figure: bool = True


PARTS = ("Inside one network", "Sequences and words", "Other memories", "Looking back")
"""The parts of the section in order; Home has a heading for each."""

_ALL: tuple[Entry, ...] = (
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
    Entry(
        "shapes",
        "Input and output shapes",
        "One to one, one to many, many to one, many to many aligned and delayed, each trained on handwritten digits.",
        {
            "B1": "One to one",
            "B2": "One to many",
            "B3": "Many to one",
            "B4": "Many to many, aligned",
            "B5": "Many to many, delayed",
            "C3": "Loss of each answer, and their sum",
            "D16": "this is image classification",
            "F12": "Without a hidden layer one to one is only linear",
        },
        part="Sequences and words",
    ),
    Entry(
        "without_memory",
        "Without memory",
        "A feed-forward network of one step or a window beside a recurrent one: what reaches the answer, and what cannot.",
        {"A10": "Steps in the window", "F1": "Trained, over seeds"},
        part="Sequences and words",
    ),
    Entry(
        "words",
        "Words to numbers",
        "A sentence on its way to the batch that training sees, and why the order of its words matters.",
        {
            "C6": "The batch that training sees",
            "E7": "One-hot vector",
            "E2": "Turn two words round, and the meaning is the opposite",
            "E4": "The same fact in front or behind",
            "E5": "Without its sign a question has the words of the statement",
        },
        part="Sequences and words",
    ),
    Entry(
        "directions",
        "Two directions",
        "Forward, backward and both on sentences where a later word decides, and a blank that is filled from both sides.",
        {
            "A6": "How the two become one",
            "D7": "The blank",
            "E3": "Name or thing",
            "E8": "One or many",
            "E9": "Has read",
            "F7": "One direction against two, measured",
        },
        part="Sequences and words",
    ),
    Entry(
        "attention",
        "The bottleneck and attention",
        "Why one vector is too little for a long sentence, and how a decoder looks back: query, values, weighted sum.",
        {
            "A7": "decoder",
            "A8": "Query, values and weighted sum, in numbers",
            "C7": "Right words or its own",
            "F5": "Quality by length of the source",
            "F6": "Alignment error",
            "F8": "Word by word against reading first",
        },
        part="Sequences and words",
    ),
    Entry(
        "sentence",
        "A sentence's probability",
        "Two hearings of one utterance, word by word: which one is more probable, and what an n-gram model says.",
        {"D3": "What is heard", "F9": "Measured: 40 pairs of hearings"},
        part="Sequences and words",
    ),
    Entry(
        "moving_pictures",
        "Order in moving pictures",
        "A film of a bouncing ball: the next frame foreseen in order, and not from the same frames jumbled.",
        {
            "E10": "It foresees the next one",
            "D15": "A label for every frame",
            "C3": "Binary cross-entropy of this pixel",
        },
        part="Sequences and words",
    ),
    Entry(
        "hopfield",
        "Hopfield network",
        "A memory without training: a damaged digit rolls back to the stored one, and the energy never rises.",
        {"A11": "0.138 n"},
        "Other memories",
    ),
    Entry(
        "turing",
        "Neural Turing machine",
        "A network with a memory beside it copies random bits, at lengths that it was never trained on.",
        {"A11": "Write and read heads over time"},
        part="Other memories",
    ),
    Entry(
        "reservoirs",
        "Echo state and liquid state",
        "Recurrent weights that are drawn and stay: only a linear readout learns, and it foresees a chaotic series.",
        {"A11": "Spectral radius"},
        "Other memories",
    ),
    Entry(
        "history",
        "When and why",
        "Fifty years of recurrent networks, each idea with the page nearest to it; and when to use one today.",
        {"G": "What changed, year by year"},
        part="Looking back",
        has_figure=False,
    ),
    Entry(
        "claims",
        "What is claimed",
        "What lecture notes say of recurrent networks, and what came out when it was measured here.",
        {claim: f"{claim}:" for claim in CLAIMS},
        part="Looking back",
        has_figure=False,
    ),
)
ENTRIES = tuple(sorted(_ALL, key=lambda page: PARTS.index(page.part)))
"""In the order in which one would read them: by part."""


def entry(name: str) -> Entry:
    """The page of that name."""
    return next(one for one in ENTRIES if one.name == name)
