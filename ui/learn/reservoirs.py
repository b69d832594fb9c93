"""The page of the reservoirs: networks whose recurrent weights are drawn and stay, read by a fitted linear readout."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ui import services
from ui.foreign import foreign
from ui.learn.echo_scene import BY_RADIUS, echo
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel
from ui.learn.liquid_scene import liquid
from ui.learn.measured import draw_measured
from ui.learn.training import Curves, Group, by_values, draw_group, finished

NAME = "reservoirs"
VIEWS = {"echo": "Echo state network", "liquid": "Liquid state machine"}
LESSON = Lesson(
    NAME,
    "What if the recurrent weights are not trained at all? A large enough drawn network keeps an echo of what it has read, and a "
    "linear readout, fitted in one go, is all that learns.",
    (
        Statement(
            "With a spectral radius of 0.95 it runs on by itself along a chaotic series for hundreds of steps.",
            {"step": 599, "mark": "forecast", "edits": {"radius": 0.95, "draw": 1}},
            {"view": "echo"},
        ),
        Statement(
            "With a radius of 0.2 echoes die within a few steps: it knows too little of the past, and soon loses the series.",
            {"step": 60, "mark": "forecast", "edits": {"radius": 0.2, "draw": 1}},
            {"view": "echo"},
        ),
        Statement(
            "With a radius of 1.6 it does not forget where it began: a hundred steps later the two starts still differ, and the "
            "forecast of this draw soon goes wrong.",
            {"step": 170, "mark": "forecast", "edits": {"radius": 1.6, "draw": 1}},
            {"view": "echo"},
        ),
        Statement(
            "With a radius of 1.1 it still forgets its start, only more slowly, and foresees further: 1 is a rule of thumb.",
            {"step": 799, "mark": "forecast", "edits": {"radius": 1.1, "draw": 1}},
            {"view": "echo"},
        ),
        Statement(
            "The two patterns differ in the first thirty steps alone. Thirty steps later this liquid still tells nine trials in "
            "ten apart; with another draw it may be far fewer.",
            {"step": 59, "mark": "accuracy", "edits": {"gain": 0.8, "draw": 1}},
            {"view": "liquid"},
        ),
        Statement(
            "Without connections inside the liquid nothing goes round, and by then this one guesses hardly better than chance.",
            {"step": 59, "mark": "accuracy", "edits": {"gain": 0, "draw": 1}},
            {"view": "liquid"},
        ),
    ),
    Question(
        "Which weights of either reservoir are fitted?",
        (
            "The recurrent ones, by backpropagation through time.",
            "The input weights.",
            "Those of the linear readout alone.",
        ),
        2,
        "The others are drawn once. With the states known, the best readout is the solution of one linear equation: no gradient "
        "goes back in time, so none can vanish.",
    ),
)
GROUP = Group(
    "reservoirs.lstm",
    by_values("forecasting", {"LSTM": {"data.id": "mackey_glass", "model.cell": "lstm"}}),
    "Train the LSTM",
    "An ordinary run on the same first 2,400 values, with every weight trained. When it ends, it runs freely from the same six "
    "places as the echo state network; neither has seen what comes there.",
    (Curves("loss", "train", log_scale=True),),
)


def _draw_below() -> None:
    from core.insight.reservoir import NUM_AHEAD, TOLERANCE, foreseen_by

    st.subheader("Beside it: an LSTM, trained through time", anchor=False)
    for one in finished(draw_group(GROUP)):
        steps = foreseen_by(services.predictor(one.run_id))
        found = ", ".join(f"{step:,}" for step in steps)
        says = f"foresees {np.mean(steps):,.0f} steps in the mean of the six places ({found}; counted up to {NUM_AHEAD:,})."
        st.markdown(f"**{foreign(one.name)}** {foreign(says)}")
        st.caption("One quick preset, with no search: the table below compares both with as much search.")
    draw_measured(
        "A11", "Measured over draws and seeds",
        f"Steps until the forecast is first more than {TOLERANCE} standard deviations off, mean of six places, then mean ± "
        "standard deviation over draws or seeds, eight draws for each seed. Both networks have their settings "
        "chosen from six, at four other places of the series, with a draw of its own. Weights are those that are fitted",
        lambda figure: figure.task != BY_RADIUS,
        {"horizon": "horizon in steps", "says the change": "foresees: 1 the change, 0 the value"},
    )  # fmt: skip


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        view = pick(NAME, "view", "Reservoir", tuple(VIEWS), VIEWS, "Which of the two networks is shown.", wide=True)
    scene = echo if view == "echo" else liquid
    draw_lesson(LESSON, lambda edits: scene(edits, statements_panel(LESSON)), _draw_below if view == "echo" else None)
