"""Input and output shapes: one network unfolded over handwritten digits in five ways, its losses summed, and trainings."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import streamlit as st

from core.claims.store import stored
from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.data import catalog
from core.data.dataset import SequenceSet
from core.insight.edits import Edits
from ui import services
from ui.foreign import foreign, table
from ui.learn.claims import by_network
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel
from ui.learn.memory_results import draw_results
from ui.learn.scene import Scene, plain, slider
from ui.learn.training import Curves, Group, Wanted, by_values, draw_group, finished, members_of, seeded
from ui.run_group import Member
from ui.words import NONE

NAME = "shapes"
SHAPES = ("picture", "name", "rows", "largest", "later")
WORDS = {
    "picture": "One to one", "name": "One to many", "rows": "Many to one", "largest": "Many to many, aligned",
    "later": "Many to many, delayed", "cross_entropy": "Cross-entropy", "squared": "Squared", "binary": "Binary",
}  # fmt: skip
ABOUT = {
    "picture": "All 64 pixels are read in one step and named: nothing is carried, this is image classification.",
    "name": "The picture is read once; its name comes out letter by letter, from the state alone.",
    "rows": "A row of pixels a step; the answer is asked once, after the last. The loss has one term.",
    "largest": "A picture a step, and at each step an answer: the largest digit so far.",
    "later": "Everything is read before anything is said: the state holds three digits when the first is asked for.",
}
FORMULAS = {
    "cross_entropy": "−log p of the right answer",
    "squared": "(p − y)² of every answer, summed",
    "binary": "−y log p − (1 − y) log(1 − p) of every answer, summed. Each has a p of its own, and these need not add up "
    "to 1",
}
LINEAR = (
    "Two feed-forward networks of one step: “one hidden layer” has 64 units that are squashed. “linear” has the same ones "
    "without squashing, so that its two matrices act as a single one: it can say what a network without a hidden layer can, "
    "and no more."
)
EXAMPLES, UNITS = 20, 6
LOSSES = tuple(FORMULAS)
LESSON = Lesson(
    NAME,
    "The cell is always the same. What makes a classifier, a speller or a translator of it is at which steps something is "
    "read, and at which something is asked.",
    (
        Statement("One to one: one step, one answer. No state goes on to a next step.", {"step": 0}, {"shape": "picture"}),
        Statement(
            "One to many: after the first step nothing is read, and yet a letter comes at each.", {"step": 2},
            {"shape": "name"},
        ),
        Statement("Many to one: seven states answer nothing; the eighth must hold it all.", {"step": 7}, {"shape": "rows"}),
        Statement("Aligned: a loss at every step, so every step has an error close by.", {"step": 1}, {"shape": "largest"}),
        Statement(
            "Delayed: the first answer comes three steps after its picture.", {"step": 3}, {"shape": "later"},
        ),
    ),
    Question(
        "A translator has one output for each word of the answer. Why is it not of the aligned shape?",
        ("Because its losses cannot be summed.", "Because the first word may hang on the last one that is read."),
        1,
        "An aligned network must answer before it has read on. Delayed, it answers after reading everything, and pays with a "
        "state that has to hold it.",
    ),
)  # fmt: skip


@cache
def content(shape: str) -> SequenceSet:
    """The digits in that shape."""
    found: Any = catalog.find("sequences", f"digits_{shape}").load(DataConfig())
    return found


def build(shape: str, loss: str, member: Member | None, edits: Edits) -> Scene:
    """The scene of one example and of what a network makes of it."""
    from core.insight.shapes import read, untrained

    digits, number = content(shape), edits.whole("example", 1, 1, EXAMPLES)
    inputs, answers = digits.inputs[-number], digits.answers[-number]  # from the end, which is the test set's
    problems = []
    network: Any = None
    try:
        network = services.predictor(member.run_id).model if member else None
    except ConfigError as error:
        problems.append(str(error))
    name = member.name if member and network else "not trained yet: its weights are random"
    found = read(network or untrained(len(digits.symbols), len(digits.classes)), inputs, answers, loss)
    asked = answers >= 0
    given = found.shares.argmax(axis=1)
    said = [digits.classes[one] if ask else "" for one, ask in zip(given, asked, strict=True)]
    right = [bool(one == answer) if answer >= 0 else None for one, answer in zip(given, answers, strict=True)]
    scene = Scene(
        f"{shape}-{member.run_id if member else ''}", f"{WORDS[shape]}: a network unfolded over handwritten digits",
        [""] * len(inputs), units=min(UNITS, found.states.shape[1]), problems=problems,
    )  # fmt: skip
    scene.value("state", "hidden state h", found.states[:, :UNITS], low=-1, high=1)
    scene.row({"kind": "sliders", "title": "", "plain": True, "sliders": [
        slider("example", "Example", number, 1, EXAMPLES, 1, "Of the pictures that no training sees.")]})  # fmt: skip
    unfolded = {
        "kind": "shape", "title": f"{WORDS[shape]}, unfolded", "note": f"{ABOUT[shape]} The network: {name}.", "least": 260,
        "pictures": [_picture(step, shape) for step in inputs], "state": "state", "answers": said, "right": right,
    }  # fmt: skip
    trained = member.experiment.training.loss or LOSSES[0] if member and network else ""
    losses, statements = _losses(digits, answers, found, loss, trained), statements_panel(LESSON, grow=2)
    if len(inputs) == 1:
        scene.row(unfolded, losses, statements)
    else:
        scene.row(unfolded)
        scene.row(losses, statements)
    return scene


def _picture(pixels: np.ndarray, shape: str) -> dict[str, Any] | None:
    """What is read at a step; a row of a picture may be blank, but it is read."""
    return {"width": 8, "pixels": plain(pixels)} if pixels.any() or shape == "rows" else None


def _losses(digits: SequenceSet, answers: np.ndarray, found: Any, loss: str, trained: str) -> dict[str, Any]:
    """The loss of each step that is asked, and the sum written out."""
    asked, alone = np.flatnonzero(answers >= 0), loss == "cross_entropy"  # the others have no term in it
    rows = [
        [f"step {step + 1}", digits.classes[answers[step]], f"{found.shares[step, answers[step]]:.3f}",
         *([] if alone else [f"{found.own[step]:.3f}", f"{found.losses[step] - found.own[step]:.3f}"]),
         f"{found.losses[step]:.3f}"]
        for step in asked
    ]  # fmt: skip
    terms, total = [f"{found.losses[step]:.3f}" for step in asked], float(found.losses[asked].sum())
    rows.append(["sum", "", "", *([] if alone else ["", ""]), f"{total:.3f}"])
    note = f"{FORMULAS[loss]}. L = {' + '.join(terms)}"
    note += f" = {total:.3f}; divided by {len(asked)}: {total / len(asked):.3f}." if len(terms) > 1 else "."
    if trained not in ("", loss):
        note += f" This network was trained by another loss, {WORDS[trained].lower()}; here its answers are measured by this one."
    return {"kind": "table", "title": "Loss of each answer, and their sum", "note": note, "grow": 3, "least": 320,
            "columns": ["", "right", "p of it", *([] if alone else ["its term", "the others'"]),
                        WORDS[loss]], "rows": rows}  # fmt: skip


def wanted_of(shape: str, loss: str, seeds: int) -> Wanted:
    """What is trained: the shape with a recurrent network; one to one with and without a hidden layer."""
    base = {"data.id": f"digits_{shape}", "training.max_steps": 400, "training.learning_rate": 0.005}
    if loss != LOSSES[0]:
        base["training.loss"] = loss
    if shape != "picture":
        return by_values("memory", seeded({WORDS[shape]: {**base, "model.cell": "gru"}}, seeds))
    hidden = {**base, "model.cell": "rnn", "model.window": 1}
    linear = {**hidden, "model.nonlinearity": "identity"}
    return by_values("memory", seeded({"one hidden layer": hidden, "linear": linear}, seeds))


def _without_hidden_layer() -> None:
    """Claim F12 as it is stored."""
    found = stored("F12")
    if found is None:
        return
    st.markdown(
        "**Without a hidden layer one to one is only linear.** That costs little with digits, and all with exclusive or. Unseen "
        "points, mean ± deviation over seeds. Other set-up than above (32 units, 500 steps, other pictures unseen), so compare "
        "within a column:"
    )
    st.dataframe(table(by_network(found.figures)), hide_index=True, placeholder=NONE, alt="Claim F12 as it is stored.")
    st.caption(foreign(" ".join(part.source for part in found.measurements)))


def _shown(members: list[Member]) -> Member | None:
    """The finished run that the figure shows: of several the one that is chosen."""
    names = {one.run_id: one.name for one in members}
    if len(members) < 2:
        return members[0] if members else None
    chosen = pick(
        NAME, "network", "Network shown", tuple(names), names, "A finished run of the training below.", wide=True
    )
    return next(one for one in members if one.run_id == chosen)


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        shape = pick(NAME, "shape", "Shape", SHAPES, WORDS, "What is read when, and what is asked when.", wide=True)
        loss = pick(NAME, "loss", "Loss", LOSSES, WORDS, "How wrong an answer is.")
        seeds = pick(NAME, "seeds", "Seeds", ("3", "1"), {}, "Trainings of each network that differ in chance alone.")
        member = _shown(finished(members_of(f"{NAME}.{shape}")))
    two = shape == "picture"
    group = Group(
        f"{NAME}.{shape}", wanted_of(shape, loss, int(seeds)), "Train both" if two else "Train it",
        f"**Train this shape** by its loss, {WORDS[loss].lower()}. {LINEAR if two else ABOUT[shape]} The figure above then "
        "shows a trained network on pictures that it never saw.",
        (Curves("accuracy"), Curves("loss")),
    )  # fmt: skip

    def below() -> None:
        draw_results(draw_group(group), "A straight line for each digit, by least squares" if two else "")
        if two:
            _without_hidden_layer()

    draw_lesson(LESSON, lambda edits: build(shape, loss, member, edits), below)
