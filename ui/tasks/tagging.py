"""Tagging: sentences before training; a sentence of one's own with its tags; which words decided a tag."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.config.experiment import Experiment
from core.data import catalog
from core.data.look import Look
from ui import services
from ui.charts.data import class_balance, length_histogram
from ui.foreign import table
from ui.results.calibration import calibration_view
from ui.results.common import (
    ask,
    given_examples,
    is_dark,
    kept_answer,
    name_unknown,
    say_withheld,
    show,
    show_verdict,
)
from ui.results.confusion import figures_of_each
from ui.results.errors import matrix_and_items
from ui.results.influence import choose_token, influence_view
from ui.results.inside import GRADIENTS, choose_view, units_view
from ui.results.many_texts import many_texts
from ui.results.one_way import beside_one_direction
from ui.results.tagged_words import answer_line, say_cut, show_many, surely, tagged_line
from ui.results.typed import offer_examples, text_box
from ui.starter import Starter
from ui.tasks.view import TaskView
from ui.vectors import say_vectors
from ui.words import NONE, count

_MOST_ALIVE = 2  # sentences in a card of Home


def show_data(look: Look, experiment: Experiment, found: Any) -> None:
    """A sentence of a set of the catalogue, how many words each tag has, and how long the sentences are."""
    if catalog.is_of_catalogue(experiment.data):
        words, tags = (list(map(str, look.columns[name])) for name in ("Word", "Tag"))
        st.markdown(tagged_line(words, tags))
    left, right = st.columns(2)
    with left:
        show(class_balance(found.classes, is_dark(), "words"), key=f"{experiment.task}_data_balance", light=True)
    with right:
        chart = length_histogram(found.lengths["text"], "sentences", "words", is_dark(), found.max_length)
        show(chart, key=f"{experiment.task}_data_lengths", light=True)


def show_result(app: str, run_id: str, result: Mapping[str, Any] | None, details: Mapping[str, Any] | None) -> None:
    """The tab Use it: the verdict, a box for a sentence, then which tags are taken for which."""
    show_verdict(app, result)
    beside_one_direction(app, run_id, result)
    say_vectors(details)
    _tag(app, run_id, details)
    many_texts(app, run_id, "sentence", "tag", show_many)
    if details is not None:
        _mistakes(app, run_id, details)
        calibration_view(app, details, "words")
    if not services.sees_rows(run_id):
        say_withheld("sentences that were misread are not listed.")


@st.fragment
def _tag(app: str, run_id: str, details: Mapping[str, Any] | None) -> None:
    experiment = ask(lambda: services.experiment(run_id))
    if experiment is None:
        return
    text = _sentence(app, f"{app}_use_text", details, experiment)
    if not text.strip():
        st.caption("Type a sentence to see its tags.")
        return
    answer = kept_answer(details, "text", text) or ask(lambda: services.predictor(run_id).predict([text])[0])
    if answer is None:
        return
    st.markdown(answer_line(answer, sorted((details or {}).get("per_type") or {})))
    say_cut(answer.get("num_cut", 0))
    surely(answer)
    name_unknown(answer["unknown"], experiment)


def _sentence(app: str, key: str, details: Mapping[str, Any] | None, experiment: Experiment) -> str:
    """A box for a sentence, with examples to try."""
    given = given_examples(experiment)
    examples = [one["text"] for one in (details or {}).get("examples") or []]
    default = given[0] if given else (examples[0] if examples else "")
    text = text_box(
        app, key, "Sentence", default, "Type a sentence; the network tags every word.", height=90, most=2_000
    )
    offer_examples(app, key, examples, given)
    return text


def _mistakes(app: str, run_id: str, details: Mapping[str, Any]) -> None:
    """Figures of each type of name where tags mark names, confusion matrix, and the sentences with the most wrong tags."""
    if details.get("per_type"):
        st.markdown("**Names of each type**")
        figures_of_each(details["per_type"], "Type", "names")
        st.caption("A name is found where its type, its first and its last word are right, as conlleval counts.")
    matrix_and_items(app, run_id, details, "tag", "word")
    examples = details.get("examples") or []
    if examples:
        st.markdown("**Sentences with the most wrong tags**")
        wrong = [
            {
                "Sentence": one["text"],
                "Word: true tag, predicted": ", ".join(
                    f"{word}: {tag}, {guess}"
                    for word, tag, guess in zip(one["words"], one["tags"], one["predicted"], strict=True)
                    if tag != guess
                ),
            }
            for one in examples
        ]
        st.dataframe(
            table(pd.DataFrame(wrong)),
            hide_index=True,
            placeholder=NONE,
            alt=f"{count(len(wrong), 'sentence')} with wrong tags.",
        )


@st.fragment
def look_inside(app: str, run_id: str) -> None:
    """The tab Look inside: which words decided a tag, and what every unit does."""
    network = ask(lambda: services.predictor(run_id))
    if network is None:
        return
    text = _sentence(app, f"{app}_inside_text", None, network.experiment)
    if not text.strip():
        st.caption("Type a sentence and see how the network reads it.")
        return
    answer = ask(lambda: network.predict([text])[0])
    if answer is None:
        return
    st.markdown(answer_line(answer, sorted({tag[2:] for tag in network.classes if tag[1:2] == "-"})))
    name_unknown(answer["unknown"], network.experiment)
    if choose_view(app) != GRADIENTS:
        units_view(app, network, text, "Words")
        return
    place = choose_token(app, "Tag of which word", answer["words"], "The score of the tag that this word gets.")
    note = "Distance counts words from the word that is tagged, which is 1, to either side."
    influence_view(app, {"": "Words of the sentence"}, lambda: network.influence(text, place), "Distance, words", note)


def draw_alive(starter: Starter) -> bool:
    """Two of its examples with their tags, in a card of Home."""
    answers = starter.details.get("answers") or []
    for answer in answers[:_MOST_ALIVE]:
        st.markdown(answer_line(answer))
    return bool(answers)


VIEW = TaskView(
    uploader="Sentences with tags",
    takes="One word a line with its tag, an empty line between sentences: CoNLL columns or CoNLL-U.",
    paste="One word and its tag a line, an empty line between sentences.",
    paste_example="The DET\ncat NOUN\nsleeps VERB\n\nShe PRON\nreads VERB",
    items="sentences",
    show_data=show_data,
    show_result=show_result,
    look_inside=look_inside,
    draw_alive=draw_alive,
    alive="Each word with the tag that the network gives it.",
)
