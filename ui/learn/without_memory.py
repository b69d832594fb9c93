"""Without memory: what reaches the last answer of a network of one step, of a window of steps, and of a recurrent one."""

from __future__ import annotations

import streamlit as st

from core.claims.store import stored
from core.insight.edits import Edits
from ui.foreign import foreign, table
from ui.learn.claims import by_network
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, pick, set_up, statements_panel
from ui.learn.memory_results import draw_results
from ui.learn.scene import Scene, slider
from ui.learn.training import Curves, Group, Wanted, by_values, draw_group, seeded
from ui.words import NONE

NAME = "without_memory"
WORDS = {"recall": "Delayed recall", "order": "Which came first"}
TRAINED = {"recall": "Delayed recall", "digits_rows": "Digits, row by row"}
"""Data sets that can be trained on."""
AT_THE_END = {
    "recall": "",
    "order": " One step is above chance, because the last step is A or B in some sequences: then the other came first.",
}
LESSON = Lesson(
    NAME,
    "Three networks read the same sequence and answer at its end. One sees the last step alone, one a window of steps, one "
    "hands a state from step to step. A gradient of zero is not a small one: nothing done to that step could change the answer.",
    (
        Statement(
            "A network that sees one step sees only the question, and guesses one of four letters.",
            {"step": 6, "mark": "one step", "edits": {"delay": 5, "window": 8, "example": 4}}, {"task": "recall"},
        ),
        Statement(
            "The letter was read at step 1. The window covers it here, and a network without any memory is right every time.",
            {"step": 0, "mark": "window", "edits": {"delay": 5, "window": 8, "example": 4}}, {"task": "recall"},
        ),
        Statement(
            "Ten steps of noise: the letter has left the window, which guesses, while the state still carries it.",
            {"step": 0, "mark": "recurrent", "edits": {"delay": 10, "window": 8, "example": 4}}, {"task": "recall"},
        ),
        Statement(
            "Twenty steps of noise: the state of this network, whose weights nobody has trained, has faded too. Memory is not "
            "free.",
            {"step": 0, "mark": "recurrent", "edits": {"delay": 20, "window": 8, "example": 2}}, {"task": "recall"},
        ),
        Statement(
            "Which came first: A stands in the window, B has left it, so B came first. One of the two is enough.",
            {"step": 18, "mark": "window", "edits": {"delay": 20, "window": 8, "example": 8}}, {"task": "order"},
        ),
        Statement(
            "Here both have left it: nothing before the window can move its answer, which is a guess, and wrong.",
            {"step": 8, "mark": "window", "edits": {"delay": 20, "window": 8, "example": 1}}, {"task": "order"},
        ),
    ),
    Question(
        "Between letter and question are 12 steps of noise. What helps a feed-forward network with a window of 8?",
        ("More hidden units.", "More training.", "A window of 14 or more."),
        2,
        "What left the window has a gradient of zero, whatever the size and the training. A window that covers it does help, "
        "but it has weights for every step, and somebody must know beforehand how far back to look.",
    ),
)  # fmt: skip
COLORS = {"one step": "var(--sky)", "window": "var(--amber)", "recurrent": "var(--green)"}
"""The hues of the training's curves."""


def build(task: str, edits: Edits) -> Scene:
    """The scene of one sequence and the three networks."""
    from core.insight import window as measured

    delay, size = edits.whole("delay", 10, 1, 20), edits.whole("window", 8, 1, 22)
    number = edits.whole("example", 1, 1, 20)
    ids, truth = measured.sequences(task, delay, 20, 3)
    row, names = ids[number - 1], names_of(task)
    words = [names[one] for one in row]
    answers = names[: measured.NUM_SYMBOLS] if task == "recall" else names[-2:]
    scene = Scene(
        f"without-{task}", f"{WORDS[task]}: how much each step can change the answer of three networks", words
    )
    said = {"one step": "one step", "window": f"window of {size}", "recurrent": "recurrent, untrained"}
    facts, series = [], []
    for name, network in measured.networks(task, size).items():
        found = measured.reached(network, task, delay, number - 1)
        scene.value(name, f"gradient of the lead, {said[name]}", found.norms[:, None])
        series.append({"label": said[name], "value": name, "color": COLORS[name], "style": "line"})
        mark = "✓" if found.answer == truth[number - 1] else "✗"
        facts.append({"label": said[name], "text": f"{found.accuracy:.1%} right", "color": COLORS[name],
                      "note": f"here: {answers[found.answer]} {mark}"})  # fmt: skip
    steps = len(words)
    seen = ["in the window" if step >= steps - size else "gone" for step in range(steps)]
    noise = (
        "Between the letter and the question." if task == "recall" else "All steps but A and B, which stand anywhere."
    )
    scene.row({"kind": "sliders", "title": "", "plain": True, "sliders": [
        slider("delay", "Steps of noise", delay, 1, 20, 1, noise),
        slider("window", "Steps in the window", size, 1, 22, 1, "What the second network sees, the present step included."),
        slider("example", "Example", number, 1, 20, 1, "One of twenty sequences."),
    ]})  # fmt: skip
    scene.row({"kind": "sequence", "title": f"What is read; the right answer is {answers[truth[number - 1]]}",
               "notes": [{"label": f"window of {size}", "at": seen}]})  # fmt: skip
    scene.row({"kind": "lines", "title": "How much each step can move the right answer's lead: norm of the gradient", "grow": 3,
               "note": "The lead: the score of the right answer less the mean of the others'.",
               "least": 400, "follow": True, "x_title": "step", "y_title": "", "series": series},
              statements_panel(LESSON, grow=2))  # fmt: skip
    scene.row({"kind": "facts", "title": f"{measured.TESTED:,} sequences that none has seen", "items": facts,
               "says": f"Chance is {1 / len(answers):.0%}. Each has the same linear answer, fitted in closed form to "
               f"{measured.TAUGHT:,} others of this length; the recurrent weights are as they were drawn."
               f"{AT_THE_END[task]}"})  # fmt: skip
    return scene


def names_of(task: str) -> list[str]:
    """What the symbols of a task are called, by id: letters, digits of noise, and the question or the two that count."""
    from core.insight.window import NUM_SYMBOLS

    digits = [str(number) for number in range(1, NUM_SYMBOLS + 1)]
    return [*"abcd"[:NUM_SYMBOLS], *digits, "?"] if task == "recall" else [*digits, "A", "B"]


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        task = pick(NAME, "task", "Task", tuple(WORDS), WORDS, "What is asked after the last step.")
        data = pick(NAME, "data", "Trained on", tuple(TRAINED), TRAINED, "Of the training below the figure.", wide=True)
        window = pick(NAME, "window", "Window trained", ("8", "4", "16"), {}, "Steps that it sees.")
        is_made = data == "recall"
        delay = (
            pick(NAME, "delay", "Noise trained", ("10", "5", "20"), {}, "Steps between letter and question.")
            if is_made
            else ""
        )
        seeds = pick(NAME, "seeds", "Seeds", ("3", "1"), {}, "Trainings of each network that differ in chance alone.")
    what = (
        f"One of eight letters (above four: chance is 12.5% here), {delay} steps of noise, and the question: a window reaches "
        f"the letter if it has {int(delay) + 2} steps or more." if is_made else
        "A handwritten digit is read in eight rows and named after the last. A window of one step sees the lowest row alone."
    )  # fmt: skip
    group = Group(
        NAME, wanted_of(data, int(window), delay, int(seeds)), "Train all three",
        f"**Train them yourself.** {what} All have 64 hidden units; who sees more has more weights. The RNN starts with an "
        "orthogonal recurrent matrix, which turns a state and neither shrinks nor stretches it.",
        (Curves("accuracy"), Curves("loss")),
    )  # fmt: skip

    def below() -> None:
        draw_results(draw_group(group))
        _draw_claim()

    draw_lesson(LESSON, lambda edits: build(task, edits), below)


def wanted_of(data: str, window: int, delay: str, seeds: int) -> Wanted:
    """An RNN, and layers without memory over one step and over a window, on the same data; `delay` is "" where it has none."""
    base = {"data.id": data, "model.cell": "rnn", "training.max_steps": 400, "training.learning_rate": 0.005}
    if delay:
        base["data.delay"] = int(delay)
    networks = {
        "feed-forward, window 1": {**base, "model.window": 1},
        f"feed-forward, window {window}": {**base, "model.window": window},
        "RNN, orthogonal": {**base, "model.initialization": "orthogonal"},
    }
    return by_values("memory", seeded(networks, seeds))


CLAIM = (
    "Networks of equal size: about 5,000 weights each, beside the vectors of words. Recall asks for one of eight letters after "
    "4 and after 12 steps of noise (chance 0.125). Which came first has 40 steps; twins are two sentences of the same words, of "
    "which one praises and one blames, see Words to numbers (chance 0.5). In these two a network without memory answers with its "
    "mean over all steps. Forget bias 1: the gate that keeps an LSTM's cell begins further open."
)


def _draw_claim() -> None:
    """The same contrast with trained networks of about equal size, as it is stored (F1)."""
    st.subheader("Trained, over seeds", anchor=False)
    found = stored("F1")
    if found is None:
        st.info("Not measured yet: `python -m core claims F1 --save` does it.")
        return
    st.markdown(CLAIM)
    st.dataframe(table(by_network(found.figures)), hide_index=True, placeholder=NONE, alt="Claim F1 as it is stored.")
    for part in found.measurements:
        st.caption(foreign(part.source))
