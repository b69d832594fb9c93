"""Memory race: what four memory tasks ask for, networks that race on them, and how far back each one remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core import compare, race
from core.claims.bridged import NETWORKS
from core.config.errors import ConfigError
from core.data.progress import ProgressCallback
from core.insight.asked import TASKS, Asked, Read, asked, read_by
from core.insight.edits import Edits
from ui import asking, services
from ui.learn.lesson import Lesson, Question, Statement, begin, draw_lesson, is_lesson, pick, set_up, statements_panel
from ui.learn.memory_results import draw_frontier, draw_notes_table, draw_results
from ui.learn.scene import Scene
from ui.learn.training import Curves, Group, Training, Wanted, draw_group, finished, members_of
from ui.run_group import Member

NAME = "memory_race"
WORDS = {
    "recall": "Delayed recall", "copy": "Copy", "adding": "Adding", "parity": "Parity",
    "fixed": "One", "up_to": "Every one up to it", "parameters": "Parameters", "10": "10 seconds", "30": "30 seconds",
}  # fmt: skip
DELAYS = ("5", "10", "20", "40", "80", "160")
FIRST = ("RNN", "LSTM", "GRU")
SHOWN_UNITS = 6
LONGEST = 40
_BASE = {"model.cell": "lstm", "model.hidden_size": 61, "training.learning_rate": 0.003}
"""About 20,000 weights at the learning rate of claim F2, so that what races here can stand beside what is stored."""

LESSON = Lesson(
    NAME,
    "Four tasks that are easy for a network that remembers and a lottery for one that does not. See what each asks, let "
    "networks race on one, and watch how far back each gets.",
    (
        Statement(
            "Recall: the letter is read once. All that follows is noise, and then it is asked for.",
            {"step": 0, "mark": "kept", "edits": {"delay": 6}},
            {"task": "recall"},
        ),
        Statement(
            "With 30 steps of noise the question is the same, but the gradient must reach 31 steps back to teach it.",
            {"step": 31, "mark": "kept", "edits": {"delay": 30}},
            {"task": "recall"},
        ),
        Statement(
            "Copy: ten letters must be held at once, in order, and are let go one by one.",
            {"step": 9, "mark": "kept", "edits": {"delay": 5}},
            {"task": "copy"},
        ),
        Statement(
            "Adding: only two numbers count, those with a star; all the others must leave the sum alone.",
            {"step": 9, "mark": "kept", "edits": {"delay": 10}},
            {"task": "adding"},
        ),
        Statement(
            "Parity: one bit is enough, but every 1 turns it round, so that one slip spoils all that follows.",
            {"step": 9, "mark": "kept", "edits": {"delay": 10}},
            {"task": "parity"},
        ),
    ),
    Question(
        "Trained on every delay up to the longest, and started as torch starts them: which cell remembers furthest back?",
        ("The RNN.", "The LSTM.", "The GRU."),
        2,
        "Gates help where delays vary, but in our measurements the GRU is ahead of the LSTM: it bridged the longest delay "
        "that was tried with every seed. A forget bias of 1 helps the LSTM, which stays behind.",
    ),
)
_CLOCK = (
    "It was trained on one delay: asked earlier or later it may say anything. It has learned to have the letter ready at that "
    "step, not to keep it."
)
_UNIT = {"recall": "delay", "copy": "delay", "adding": "length", "parity": "length"}
_KEPT = {
    "recall": "steps since the letter was read", "copy": "letters to be kept", "adding": "sum of the starred numbers so far",
    "parity": "ones so far: 1 where they are odd in number",
}  # fmt: skip


def kept_numbers(task: str, sequence: Asked) -> list[list[float]]:
    """What must be kept after each step as a number, or of a single letter for how long already: (T, 1)."""
    if task == "recall":
        return [[float(step)] for step in range(len(sequence.kept))]
    as_number = {"adding": float, "parity": lambda word: float(word == "odd")}.get(task, lambda word: float(len(word)))
    return [[as_number(word)] for word in sequence.kept]


def build(task: str, member: Member | None, edits: Edits) -> Scene:
    """The scene of one sequence, and of what a run makes of it."""
    delay = edits.whole("delay", 10, 2, LONGEST)
    number = edits.whole("example", 1, 1, 20)
    sequence = asked(task, delay, number - 1)
    read, problem = _read(member, task, sequence)
    scene = Scene(
        f"{task}-{member.run_id if member else ''}", f"A sequence of {WORDS[task]} with what must be kept at each step",
        sequence.words, units=min(SHOWN_UNITS, read.states.shape[1]) if read else 1, problems=problem,
    )  # fmt: skip
    scene.value("kept", _KEPT[task], kept_numbers(task, sequence))
    notes: list[dict[str, Any]] = [
        {"label": "must be kept", "at": sequence.kept},
        {"label": "asked for", "at": sequence.right},
    ]
    series: list[dict[str, Any]] = []
    if read is not None and member is not None:
        _add_read(scene, read, notes, series)
    else:
        series.append({"label": _KEPT[task], "value": "kept", "color": "var(--amber)", "style": "line"})
    sliders = [
        {"name": "delay", "label": "Delay shown", "low": 2, "high": LONGEST, "step": 1, "value": delay,
         "help": "The race below has its own."},
        {"name": "example", "label": "Example", "low": 1, "high": 20, "step": 1, "value": number,
         "help": "One of many sequences of that delay."},
    ]  # fmt: skip
    states = ["state"] if read else []
    note = _CLOCK if read and member and member.experiment.data.delays == "fixed" and task == "recall" else ""
    scene.row({"kind": "sliders", "title": "", "plain": True, "sliders": sliders})
    scene.row({"kind": "sequence", "title": "What is read, and what must be kept", "note": note,
               "notes": notes, "values": states})  # fmt: skip
    lines = {"kind": "lines", "title": "Step by step", "grow": 3, "least": 400, "follow": True, "x_title": "step",
             "y_title": "", "series": series}  # fmt: skip
    scene.row(lines, statements_panel(LESSON, grow=2))
    return scene


def _read(member: Member | None, task: str, sequence: Asked) -> tuple[Read | None, list[str]]:
    if member is None:
        return None, []
    try:
        return read_by(services.predictor(member.run_id), task, sequence), []
    except ConfigError as error:
        return None, [f"{member.name} cannot read this: {error}"]


def _add_read(scene: Scene, read: Read, notes: list[dict[str, Any]], series: list[dict[str, Any]]) -> None:
    """What a run makes of the sequence."""
    signs = {None: "", True: " ✓", False: " ✗"}
    answers = [f"{word}{signs[right]}" for word, right in zip(read.answers, read.correct, strict=True)]
    notes.append({"label": "answers", "at": answers})
    if any(read.now):
        sure = [f" {share:.0%}" if share is not None else "" for share in read.sure]
        notes.append({"label": "if asked now", "at": [a + b for a, b in zip(read.now, sure, strict=True)]})
    scene.value("state", "hidden state", read.states[:, :SHOWN_UNITS], low=-1, high=1)
    series.append(
        {"label": "hidden state of the chosen unit", "value": "state", "color": "var(--sky)", "style": "line"}
    )
    if all(share is not None for share in read.sure):
        scene.value("sure", "how sure it is, if asked now", [[share] for share in read.sure], low=0, high=1)
        series.append(
            {"label": "how sure it is, if asked now", "value": "sure", "color": "var(--green)", "style": "line"}
        )


def wanted_of(
    task: str, delays: str, delay: str, networks: Sequence[str], equal: str, seeds: str, steps: str
) -> Wanted:
    """The runs of a race, as the set-up has it; those of a seed follow each other."""

    def wanted(tell: ProgressCallback) -> Mapping[str, Training]:
        if not networks:
            return {}
        changed = {**_BASE, "data.delays": delays, "data.delay": int(delay), "training.max_steps": int(steps)}
        base, found = asking.check("memory", "quick", {"data.id": task}, changed, tell)
        by: race.By = "parameters" if equal == "parameters" else "seconds"
        seconds = None if by == "parameters" else float(equal)
        made: dict[str, Training] = {}
        one_each = {
            name: race.entrants(
                base, found.summary, [NETWORKS[name]["model.cell"]], 1, by, seconds, services.limits().max_steps
            )[0].with_values(dict(NETWORKS[name]))
            for name in networks
        }
        for turn in range(int(seeds)):
            for name, one in one_each.items():
                seeded = one if turn == 0 else compare.with_seeds(one, turn)[-1]
                asking.check_limits(seeded, found.summary, services.limits())
                made[f"{name}, seed {seeded.training.seed}"] = Training(seeded, found.overview)
        return made

    return wanted


def draw() -> None:
    """The page."""
    begin(LESSON)
    with set_up():
        task = pick(NAME, "task", "Task", TASKS, WORDS, "What the sequences ask for.", wide=True)
        delays = pick(NAME, "delays", "Delays in training", ("fixed", "up_to"), WORDS,
                      "Whether every sequence has that delay, or one from 2 up to it.")  # fmt: skip
        delay = _delay()
        networks = _networks()
        equal = pick(NAME, "equal", "Equal", ("parameters", "10", "30"), WORDS,
                     "What all of them get: about 20,000 weights and as many steps, or as much time.")  # fmt: skip
        seeds = pick(NAME, "seeds", "Seeds", ("1", "2", "3"), {}, "Runs of each that differ in chance alone.")
        steps = pick(NAME, "steps", "Steps", ("800", "400", "1500"), {"1500": "1,500"},
                     "Of training; claim F2 was measured with 800.")  # fmt: skip
        member = _choose_reader(task)
    group = Group(
        NAME, wanted_of(task, delays, delay, networks, equal, seeds, steps), "Start the race",
        f"**The race** on {WORDS[task].lower()}, {_UNIT[task]} {'up to ' * (delays == 'up_to')}{delay}. Each network and seed "
        "is an ordinary run of the queue; the accuracy of the end is that on the test set.",
        (Curves("accuracy"), Curves("loss"), Curves("grad_norm", "train", log_scale=True)),
    )  # fmt: skip

    def below() -> None:
        members = draw_group(group)
        draw_results(members)
        draw_frontier(task, delays == "up_to", members, f"{WORDS[task]}: the longest {_UNIT[task]}")
        draw_notes_table(members)

    draw_lesson(LESSON, lambda edits: build(task, member, edits), below)


def _delay() -> str:
    """How long something must be remembered, of those that F2 was measured with."""
    key = f"{NAME}.delay"
    if is_lesson():
        asked_for = st.query_params.get(key)
        return asked_for if asked_for in DELAYS else DELAYS[1]
    found = st.select_slider(
        "Delay", DELAYS, value=DELAYS[1], key=key, bind="query-params",
        help="Steps between what must be remembered and the question; the length of the sequence in Adding and Parity.",
    )  # fmt: skip
    return str(found)


def _networks() -> list[str]:
    """Who races."""
    key = f"{NAME}.networks"
    if is_lesson():
        return [name for name in st.query_params.get_all(key) if name in NETWORKS] or list(FIRST)
    return list(st.multiselect(
        "Networks", list(NETWORKS), default=list(FIRST), key=key, bind="query-params",
        help="Every cell as torch starts it, and starts that let a cell remember from the first step.",
    ))  # fmt: skip


def _choose_reader(task: str) -> Member | None:
    """The finished run that reads the sequence above the race, if there is one of this task."""
    there = [one for one in finished(members_of(NAME)) if one.experiment.data.id == task]
    if not there or is_lesson():
        return there[0] if there else None
    names = {one.run_id: one.name for one in there}
    chosen = st.selectbox(
        "Read by", [*names, ""], format_func=lambda run_id: names.get(run_id, "nobody"), key=f"{NAME}:reader",
        help="A finished run of the race: its state and its answers stand under the sequence.",
    )  # fmt: skip
    return next((one for one in there if one.run_id == chosen), None)
