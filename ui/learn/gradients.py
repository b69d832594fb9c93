"""Vanishing and exploding: how far a gradient reaches back, what predicts it, and what each cure does to it."""

from __future__ import annotations

from core.models.cells import CELLS
from ui.learn.gradient_choice import CURES, Choice
from ui.learn.gradient_scene import build_scene
from ui.learn.gradient_training import draw_below
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel

NAME = "gradients"
SIMPLE = {"tanh": "tanh", "linear": "identity", "relu": "relu", "sigmoid": "sigmoid"}
_CELLS = {
    "tanh": "RNN with tanh", "linear": "RNN, linear", "relu": "RNN with ReLU", "sigmoid": "RNN with sigmoid",
    **{name: cell.label for name, cell in CELLS.items() if name != "rnn"},
}  # fmt: skip
_STARTS = {
    "uniform": "Uniform", "xavier": "Xavier", "orthogonal": "Orthogonal", "identity": "Identity", "normal": "Normal",
}  # fmt: skip
UNITS = ("16", "1", "2", "4", "8", "32", "64")
LENGTHS = ("60", "20", "40", "100")
_BOUND = {"cheap": "Where it is cheap", "always": "Always"}
_USUAL = {"cell": "tanh", "start": "uniform", "units": "16", "length": "60", "cure": "none"}

LESSON = Lesson(
    NAME,
    "A loss at the last state, walked back through time: every step multiplies its gradient by the recurrent weights and by "
    "the slopes f′. A product of many factors shrinks or grows like a power.",
    (
        Statement("One linear unit with weight 0.5: each step halves the gradient, 30 steps leave a billionth.",
                  {"step": 0, "mark": "gradient", "edits": {"U.0.0": 0.5}}, {**_USUAL, "cell": "linear", "units": "1"}),
        Statement("A linear network of 16 units with spectral radius 1.1: after the first steps the same law, and it explodes.",
                  {"step": 29, "mark": "norm", "edits": {"radius": 1.1}}, {**_USUAL, "cell": "linear"}),
        Statement("With tanh and large inputs a matrix of the same radius lets it vanish: the slopes f′ count, too.",
                  {"step": 29, "mark": "norm", "edits": {"radius": 1.1, "size": 2}}, {**_USUAL, "start": "orthogonal"}),
        Statement("Cure: an orthogonal start puts every eigenvalue on the unit circle.",
                  {"step": 29, "mark": "norm", "edits": {"size": 0.1}}, {**_USUAL, "cure": "orthogonal"}),
        Statement("Cure: a forget bias of 3 lets an LSTM keep 95% a step, and its gradient reach back.",
                  {"step": 29, "mark": "norm", "edits": {"forget_bias": 3}}, {**_USUAL, "cell": "lstm", "cure": "forget_bias"}),
        Statement("Cure or loss? Truncation after 20 states leaves nothing beyond them.",
                  {"step": 18, "mark": "norm", "edits": {"window": 20}}, {**_USUAL, "start": "orthogonal", "cure": "truncation"}),
    ),
    Question(
        "A linear network whose recurrent matrix has spectral radius 0.9: about how much of the gradient is left 20 steps back?",
        ("About 90%.", "About half.", "About 12%."),
        2,
        "Every step multiplies by 0.9, and 0.9 to the power of 20 is 0.12. It halves every 6.6 steps.",
    ),
)  # fmt: skip


def choice_of(cell: str, start: str, units: int, length: int, cure: str = "none", always: bool = False) -> Choice:
    """What the set-up says, as a network."""
    from core.insight.untrained import Untrained
    from core.models.stack import Stack

    kind, nonlinearity = ("rnn", SIMPLE[cell]) if cell in SIMPLE else (cell, "tanh")
    stack = Stack(kind, units, nonlinearity=nonlinearity, initialization=start)
    return Choice(Untrained(stack, num_steps=length), cure, always)


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        cell = pick(NAME, "cell", "Cell", tuple(_CELLS), _CELLS, "Whose gradient walks back. `model.cell`", wide=True)
        start = pick(NAME, "start", "Start of the weights", tuple(_STARTS), _STARTS,
                     "How they are drawn before training. `model.initialization`", wide=True)  # fmt: skip
        units = pick(NAME, "units", "Units", UNITS, {}, "Hidden size. `model.hidden_size`", wide=True)
        length = pick(NAME, "length", "Steps", LENGTHS, {}, "Length of the sequence.", wide=True)
        cure = pick(NAME, "cure", "Cure", tuple(CURES), CURES,
                    "What is done against it; the chart shows before and after on the same seed.", wide=True)  # fmt: skip
        bound = pick(NAME, "bound", "Product of Jacobians", tuple(_BOUND), _BOUND,
                     "The bound takes a matrix for every step: up to half a second a change for a large LSTM.")  # fmt: skip
    choice = choice_of(cell, start, int(units), int(length), cure, bound == "always")
    draw_lesson(LESSON, lambda edits: build_scene(choice, edits, statements_panel(LESSON)), draw_below)
