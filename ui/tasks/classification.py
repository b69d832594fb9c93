"""Sentiment: the labelled texts before training; labelling a text of one's own; how each word sways the network."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.config.experiment import Experiment
from core.data import catalog
from core.data.look import Look
from ui import services
from ui.charts.classes import (
    attention_bars,
    probability_bars,
    trajectory_chart,
    turning_words,
)
from ui.charts.data import class_balance, length_histogram
from ui.charts.labels import percent
from ui.foreign import foreign_code, one_line, table
from ui.results.calibration import calibration_view
from ui.results.changes import changes_view
from ui.results.common import (
    ask,
    given_examples,
    is_dark,
    is_narrow,
    kept_answer,
    name_unknown,
    say_unread,
    say_withheld,
    show,
    show_verdict,
)
from ui.results.corrections import correct_typed, corrections_view
from ui.results.errors import errors_view
from ui.results.imbalance import say_imbalance
from ui.results.influence import influence_view
from ui.results.inside import GRADIENTS, NEIGHBOURS, WHY, choose_view, units_view
from ui.results.judged import judged_words
from ui.results.many_texts import many_texts
from ui.results.neighbours import neighbours_view
from ui.results.typed import offer_examples, text_box
from ui.results.why import why_view
from ui.starter import Starter
from ui.tasks.view import TaskView
from ui.vectors import say_vectors
from ui.words import NONE, count, token_words

_MOST_JUDGED = 400  # characters of a text that is judged word by word
_MOST_ALIVE = 2  # texts in a card of Home


def show_data(look: Look, experiment: Experiment, found: Any) -> None:
    """Sample texts of a set of the catalogue, how many each class has, and how long they are."""
    if catalog.is_of_catalogue(experiment.data):
        _sample(look)
    left, right = st.columns(2)
    with left:
        show(class_balance(found.classes, is_dark()), key=f"{experiment.task}_data_balance", light=True)
    with right:
        unit = token_words(experiment).many
        chart = length_histogram(found.lengths["text"], "texts", unit, is_dark(), found.max_length)
        show(chart, key=f"{experiment.task}_data_lengths", light=True)
    say_imbalance(experiment, found.classes, "texts")


def _sample(look: Look) -> None:
    shown = pd.DataFrame(look.columns)
    st.dataframe(
        table(shown), hide_index=True, placeholder=NONE, column_config={"Label": st.column_config.TextColumn(width="small")},
        alt=f"{count(len(shown), 'text')} of the training set, labelled.",
    )  # fmt: skip


def show_result(app: str, run_id: str, result: Mapping[str, Any] | None, details: Mapping[str, Any] | None) -> None:
    """The tab Use it: the verdict, a box for a text, then what the network takes for what."""
    changes_view(app, run_id)
    show_verdict(app, result)
    say_vectors(details)
    _label(app, run_id, details)
    corrections_view(app, run_id)
    many_texts(app, run_id)
    experiment = ask(lambda: services.experiment(run_id))
    if details is not None and experiment is not None:
        errors_view(app, run_id, details, experiment)
        calibration_view(app, details)
    if not services.sees_rows(run_id):
        say_withheld("texts that were misread are not listed.")


@st.fragment
def _label(app: str, run_id: str, details: Mapping[str, Any] | None) -> None:
    experiment = ask(lambda: services.experiment(run_id))
    if experiment is None:
        return
    given = given_examples(experiment)
    examples = [one["text"] for one in (details or {}).get("examples") or []][:20]
    key = f"{app}_use_text"
    left, right = st.columns(2, gap="large")
    with left:
        default = given[0] if given else (examples[0] if examples else "")
        text = text_box(app, key, "Text", default, "Type any text; the network labels it.", height=110, most=5_000)
        offer_examples(app, key, examples, given)
    with right:
        if not text.strip():
            st.caption("Type a text to see its label.")
            return
        path = kept_answer(details, "text", text) or ask(lambda: _judge(run_id, text))
        if path is None:
            return
        shares = dict(zip(path["classes"], path["probabilities"][-1], strict=True))
        label = max(shares, key=shares.__getitem__)
        st.markdown(f"The network says {foreign_code(label, 40)} and is **{percent(shares[label])}** sure.")
        say_unread(path.get("num_cut", 0), experiment)
        if path["words"]:
            st.caption(f"After each {token_words(experiment).one}, the label so far")
            st.markdown(judged_words(path))
            if turns := turning_words(path["words"], path["probabilities"]):
                last = foreign_code(path["words"][turns[-1]], 30)
                st.caption(f"It turns for the last time at {last}, and stays with this label to the end.")
        show(probability_bars(shares, is_dark()), key=f"{app}_use_bars", light=True)
        correct_typed(app, run_id, text, label, path["classes"])
    name_unknown(path["unknown"], experiment)


def _judge(run_id: str, text: str) -> dict[str, Any]:
    """What a network says of a text; of one that can be taken in at a glance, after each of its words."""
    network = services.predictor(run_id)
    if len(text) <= _MOST_JUDGED:
        path = network.trajectory(text)
        if path["words"]:
            return path
    answer = network.predict([text])[0]
    shares = answer["probabilities"]
    kept = {name: answer[name] for name in ("unknown", "num_cut")}
    return {"words": [], "classes": [*shares], "probabilities": [[*shares.values()]], **kept}


@st.fragment
def look_inside(app: str, run_id: str) -> None:
    """The tab Look inside: the label after each word, and what every unit does."""
    network = ask(lambda: services.predictor(run_id))
    if network is None:
        return
    given = given_examples(network.experiment)
    key = f"{app}_inside_text"
    default, read = given[0] if given else "", "The network reads this text from its beginning."
    text = text_box(app, key, "Text", default, read, height=90, most=600)
    offer_examples(app, key, (), given)
    if not text.strip():
        st.caption("Type a text and see how the network reads it.")
        return
    path = ask(lambda: network.trajectory(text))
    if path is None:
        return
    called = token_words(network.experiment)
    st.markdown(f"**What it would say if the text ended after each {called.one}**")
    show(
        trajectory_chart(path["words"], path["probabilities"], path["classes"], is_dark(), is_narrow(), called.short),
        key=f"{app}_inside_path",
    )
    flips = turning_words(path["words"], path["probabilities"])
    if flips:
        words = ", ".join(foreign_code(path["words"][i], 30) for i in flips)
        st.caption(f"The label changes at: {words}")
    name_unknown(path["unknown"], network.experiment)
    if weighed := ask(lambda: network.attention(text)):
        st.markdown(f"**How much the state at each {called.one} weighs in the pooled vector**")
        chart = attention_bars(weighed["words"], weighed["weights"], is_dark(), is_narrow(), called.short)
        show(chart, key=f"{app}_inside_attention")
        around = "before and after it" if network.experiment.model.bidirectional else "before it"
        st.caption(
            f"A state also holds what was read {around}, so this says where the network gathers, and not by itself what its "
            f"answer hangs on: the view {WHY} below puts that to the test."
        )
    view = choose_view(app, explains=True)
    last = path["probabilities"][-1]
    label = max(range(len(last)), key=last.__getitem__)
    if view == GRADIENTS:
        _gradients(app, network, text, label)
    elif view == WHY:
        why_view(app, network, text, label, called)
    elif view == NEIGHBOURS:
        neighbours_view(app, run_id, network, text, network.classes[label])
    else:
        units_view(app, network, text, called.short.capitalize())


def _gradients(app: str, network: Any, text: str, label: int) -> None:
    """How much the score of a class, at first that of the label that the text gets, hangs on each word."""
    words = token_words(network.experiment)
    place = st.selectbox(
        "Score of which class", range(len(network.classes)), index=label, key=f"{app}_inside_class_{label}", width=320,
        format_func=lambda place: one_line(network.classes[place], 40),
        help="The score of a class before all scores become probabilities; it begins with the class that the text gets.",
    )  # fmt: skip
    model = network.experiment.model
    if model.pooling != "last":
        note = (
            f"Here the answer is made of the states after all {words.short} (pooling: {model.pooling}), so each has a way "
            f"of its own to it, whatever its distance. Distance counts from the end: 1 is the sign that ends the text."
        )
    elif model.bidirectional:
        note = (
            f"This network reads in both directions and answers from both ends, so distance counts {words.short} to the "
            "nearer end of the text; the end has a sign of its own."
        )
    else:
        note = f"Distance counts {words.short} to the end, where the network answers: 1 is the sign that ends the text."
    influence_view(
        app, {"": f"{words.short.capitalize()} of the text"}, lambda: network.influence(text, place),
        f"Distance, {words.short}", note,
    )  # fmt: skip


def draw_alive(starter: Starter) -> bool:
    """Two of its examples, judged word by word, in a card of Home."""
    answers = starter.details.get("answers") or []
    for path in answers[:_MOST_ALIVE]:
        st.markdown(judged_words(path))
    return bool(answers)


VIEW = TaskView(
    uploader="A table of texts",
    takes="A column of texts and a column of labels: CSV, TSV, JSON lines or Parquet.",
    paste="A text and its label in each line with a tab between them, or a table copied from a spreadsheet.",
    paste_example="It works and looks good.\tpositive\nIt broke after two days.\tnegative",
    items="texts",
    show_data=show_data,
    show_result=show_result,
    look_inside=look_inside,
    draw_alive=draw_alive,
    alive="Each word on the colour of what the network thinks so far.",
)
