"""Memory tasks: sequences before training; a sequence of one's own with the answers; what each step is kept for."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.config.experiment import Experiment
from core.data.look import Look
from ui import services
from ui.charts.answers import accuracy_by_step
from ui.charts.labels import percent
from ui.foreign import foreign, table
from ui.results.common import ask, given_examples, is_dark, kept_answer, show, show_verdict
from ui.results.influence import choose_token, influence_view
from ui.results.inside import GRADIENTS, choose_view, units_view
from ui.results.typed import offer_examples, text_box
from ui.starter import Starter
from ui.tasks.view import TaskView
from ui.words import NONE, count

_NEAR = 0.04  # as core.tasks.memory.predictor.NEAR_ENOUGH, which a test compares: importing that would load torch
_LONGEST = 60  # steps that are drawn of one sequence
_WIDEST = 24  # characters that are drawn of one step
_MOST_ALIVE = 2  # sequences in a card of Home


def show_data(look: Look, experiment: Experiment, found: Any) -> None:
    """Some sequences of the training set with their answers."""
    shown = pd.DataFrame(look.columns)
    st.dataframe(
        table(shown), hide_index=True, placeholder=NONE, alt=f"{count(len(shown), 'sequence')} with what is to be answered."
    )  # fmt: skip
    st.caption("The network reads from left to right, one step at a time.")


def answered_line(answer: Mapping[str, Any]) -> str:
    """A sequence as Markdown: every step, and where one is asked, the network's answer and whether it is right.

    Args:
        answer: What the predictor says of a sequence; of a long one the middle is left out.
    """
    rows = [*zip(answer["steps"], answer["answers"], answer["right"], strict=True)]
    pieces = [_step(*row) for row in rows]
    if len(pieces) > _LONGEST:
        half = _LONGEST // 2
        pieces = [*pieces[:half], f"*{len(pieces) - 2 * half:,} steps more*", *pieces[-half:]]
    return " ".join(pieces)


def _step(word: str, given: Any, right: Any) -> str:
    word = word if len(word) <= _WIDEST else f"{word[:_WIDEST]}…"
    if given is None:
        return foreign(word)
    said = f"{foreign(word)} → {_said(given)}"
    if right is None:
        return f":gray-background[{said}]"
    return f":green-background[{said} ✓]" if is_right(given, right) else f":red-background[{said} ✗ {_said(right)}]"


def is_right(given: Any, right: Any) -> bool:
    """Whether an answer counts: the same class, or a number that is near enough."""
    return bool(given == right) if isinstance(right, str) else abs(given - right) <= _NEAR


def _said(answer: Any) -> str:
    return foreign(answer) if isinstance(answer, str) else f"{answer:.2f}"


def show_result(app: str, run_id: str, result: Mapping[str, Any] | None, details: Mapping[str, Any] | None) -> None:
    """The tab Use it: the verdict, a box for a sequence, then sequences of the test set, and how often it is right when."""
    show_verdict(app, result)
    _answer(app, run_id, details)
    if details is not None:
        _examples(details)
        _by_step(app, details)


@st.fragment
def _answer(app: str, run_id: str, details: Mapping[str, Any] | None) -> None:
    experiment = ask(lambda: services.experiment(run_id))
    if experiment is None:
        return
    text = _sequence(app, f"{app}_use_text", experiment)
    if not text.strip():
        st.caption("Type a sequence to see the answers.")
        return
    answer = kept_answer(details, "text", text) or ask(lambda: services.predictor(run_id).predict([text])[0])
    if answer is None:
        return
    st.markdown(answered_line(answer))
    sure = [share for share in answer["probabilities"] if share is not None]
    if sure:
        st.caption(f"It is {percent(min(sure))} sure of the answer that it is least sure of.")
    else:
        st.caption(f"A sum counts as right when it is within {_NEAR} of the truth.")


def _sequence(app: str, key: str, experiment: Experiment) -> str:
    """A box for a sequence, with examples to try."""
    given = given_examples(experiment)
    text = text_box(
        app, key, "Sequence", given[0] if given else "", "One step after the other, with spaces between them.",
        height=80, most=4_000,
    )  # fmt: skip
    offer_examples(app, key, (), given)
    return text


def _examples(details: Mapping[str, Any]) -> None:
    examples = details.get("examples") or []
    if not examples:
        return
    st.markdown(f"**Sequences that it had not seen** ({'test' if details['split'] == 'test' else 'validation'} set)")
    st.markdown("\n".join(f"- {answered_line(one)}" for one in examples))


def _by_step(app: str, details: Mapping[str, Any]) -> None:
    by_step = details.get("by_step") or {"steps": []}
    if len(by_step["steps"]) > 1:
        st.markdown("**Right answers by step**")
        show(accuracy_by_step(by_step["steps"], by_step["accuracy"], is_dark()), key=f"{app}_by_step")


@st.fragment
def look_inside(app: str, run_id: str) -> None:
    """The tab Look inside: what every unit does, and how much an answer hangs on each step."""
    network = ask(lambda: services.predictor(run_id))
    if network is None:
        return
    text = _sequence(app, f"{app}_inside_text", network.experiment)
    if not text.strip():
        st.caption("Type a sequence and see how the network reads it.")
        return
    answer = ask(lambda: network.predict([text])[0])
    if answer is None:
        return
    st.markdown(answered_line(answer))
    if choose_view(app) != GRADIENTS:
        units_view(app, network, text, "Steps")
        return
    place = choose_token(
        app, "Answer at which step", network.outputs(text), "The score of the answer that is given there."
    )
    note = "Distance counts steps back from the answer, whose own step is 1."
    influence_view(app, {"": "Steps of the sequence"}, lambda: network.influence(text, place), "Distance, steps", note)


def draw_alive(starter: Starter) -> bool:
    """Two of its examples with the answers, in a card of Home."""
    answers = starter.details.get("answers") or []
    for answer in answers[:_MOST_ALIVE]:
        st.markdown(answered_line(answer))
    return bool(answers)


VIEW = TaskView(
    uploader="",
    takes="Nothing: these sequences ship.",
    paste="",
    paste_example="",
    items="sequences",
    show_data=show_data,
    show_result=show_result,
    look_inside=look_inside,
    draw_alive=draw_alive,
    alive="A sequence, and the network's answer to it.",
)
