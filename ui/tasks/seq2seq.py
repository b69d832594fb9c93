"""Translation: sentence pairs before training; translating a sentence with its attention; states and gates."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.config.experiment import Experiment
from core.data import catalog
from core.data.look import Look
from ui import services
from ui.charts.data import length_histogram
from ui.charts.inside import attention_chart
from ui.charts.small import small_attention
from ui.foreign import foreign, one_line, table
from ui.results.by_length import by_length_view
from ui.results.common import (
    ask,
    given_examples,
    is_dark,
    is_narrow,
    kept_answer,
    name_unknown,
    say_withheld,
    show,
    show_verdict,
)
from ui.results.influence import choose_token, influence_view
from ui.results.inside import GRADIENTS, choose_view, units_view
from ui.results.preparation import BATCH, preparation_view
from ui.results.typed import offer_examples, text_box
from ui.starter import Starter
from ui.tasks.view import TaskView
from ui.words import NONE, count, token_words

_FITS_BESIDE = 24  # tokens of a source text whose attention stands beside the controls
_USUAL_SEARCH = {"beam_size": 1, "length_penalty": 1.0, "min_length": 1}  # of the answers that training left behind
_MOST_STACKED = 8
_MOST_ALIVE = 14  # tokens of a translation in a card of Home


def show_data(look: Look, experiment: Experiment, found: Any) -> None:
    """Sample pairs of a set of the catalogue, and how long the texts of both sides are."""
    if catalog.is_of_catalogue(experiment.data):
        _sample_pairs(look)
    unit = token_words(experiment).many
    for side, column in zip(found.lengths, st.columns(max(1, len(found.lengths))), strict=False):
        with column:
            chart = length_histogram(found.lengths[side], f"{side} texts", unit, is_dark(), found.max_length)
            show(chart, key=f"{experiment.task}_data_lengths_{side}", light=True)


def _sample_pairs(look: Look) -> None:
    pairs = pd.DataFrame(look.columns)
    if is_narrow():
        _stacked([{str(name): text for name, text in row.items()} for row in pairs.to_dict("records")])
        return
    st.dataframe(
        table(pairs), hide_index=True, placeholder=NONE, alt=f"{count(len(pairs), 'pair')} of the training set."
    )


def show_result(app: str, run_id: str, result: Mapping[str, Any] | None, details: Mapping[str, Any] | None) -> None:
    """The tab Use it: the verdict, a sentence to translate with its attention, and translations of the test set."""
    show_verdict(app, result)
    if not services.sees_rows(run_id):
        say_withheld(
            "what the network writes is made of it, so it does not translate here. It reads a text of yours inside."
        )
        return
    examples = (details or {}).get("examples") or []
    _translate(app, run_id, details)
    _lengths(app, run_id, details)
    if examples:
        _examples(examples, (details or {}).get("split", "test"))
        signature = ((result or {}).get("test") or {}).get("signature")
        if signature:
            st.caption(f"BLEU and chrF are sacreBLEU's: {foreign(signature)}")


def _lengths(app: str, run_id: str, details: Mapping[str, Any] | None) -> None:
    parts = (details or {}).get("by_length") or []
    experiment = ask(lambda: services.experiment(run_id)) if parts else None
    if experiment is not None:
        by_length_view(app, parts, token_words(experiment).many, looks=experiment.model.attention != "none")


@st.fragment
def _translate(app: str, run_id: str, details: Mapping[str, Any] | None) -> None:
    experiment = ask(lambda: services.experiment(run_id))
    if experiment is None:
        return
    given = given_examples(experiment)
    examples = [one["src"] for one in (details or {}).get("examples") or []][:20]
    key = f"{app}_use_text"
    left, right = st.columns(2, gap="large")
    below = st.container()
    with left:
        default = given[0] if given else (examples[0] if examples else "")
        text = text_box(app, key, "Source", default, "Type a text to translate.", height=100, most=2_000)
        offer_examples(app, key, examples, given)
    # On a phone the translation follows its source, and how it is searched for stands folded up below.
    with below.expander("How it searches", icon=":material/tune:") if is_narrow() else left:
        search = _search(app, experiment.data.max_length - 1)
    with right:
        kept = kept_answer(details, "src", text) if search == _USUAL_SEARCH else None
        explained = kept or (ask(lambda: services.predictor(run_id).explain(text, **search)) if text.strip() else None)
        _answer(experiment, text, explained)
    if explained is not None and explained["weights"] is not None:
        with right if len(explained["src_tokens"]) <= _FITS_BESIDE else st.container():
            _attention(app, explained)


def _attention(app: str, explained: Mapping[str, Any]) -> None:
    st.markdown("**Where it looked**")
    source, written = explained["src_tokens"], explained["trg_tokens"]
    chart = attention_chart(source, written, explained["weights"], is_dark(), is_narrow())
    show(chart, key=f"{app}_use_attention", light=True)
    st.caption("Each row is a written token; the stronger a cell, the more it looked at that source token.")


def _search(app: str, longest: int) -> dict[str, Any]:
    """The widgets of the search; returns what `explain` takes. No answer has more than `longest` tokens."""
    beam = st.slider(
        "Beam size", 1, 10, 1, key=f"{app}_use_beam", persist_state="session",
        help="How many unfinished translations are kept at each step; 1 always takes the best next token.",
    )  # fmt: skip
    with st.container(horizontal=True):
        penalty = st.number_input(
            "Length penalty", 0.0, 5.0, 1.0, 0.1, key=f"{app}_use_penalty", persist_state="session", width=150,
            disabled=beam == 1,
            help="What a beam ranks by: 0 the probability, which favours short translations, 1 the mean of a token.",
        )  # fmt: skip
        shortest = st.number_input(
            "Shortest", 0, longest, 1, key=f"{app}_use_shortest", persist_state="session", width=150,
            help="How many tokens a translation has at least; 0 allows an empty one.",
        )  # fmt: skip
    return {"beam_size": int(beam), "length_penalty": float(penalty), "min_length": int(shortest)}


def _answer(experiment: Experiment, text: str, explained: Mapping[str, Any] | None) -> None:
    """The translation and how sure the network is."""
    if not text.strip():
        st.caption("Type a text to see its translation.")
    if explained is None:
        return
    st.caption("Translation")
    st.code(explained["trg"] or " ", language=None, wrap_lines=True)
    st.caption(
        f"Probability of this translation: {math.exp(min(0.0, explained['score'])):.1%}",
        help="The product of the probabilities of all its tokens, as the network sees them.",
    )
    name_unknown(explained["unknown"], experiment)


def _examples(examples: list[dict[str, Any]], split: str) -> None:
    st.markdown(f"**Translations of the {foreign(split)} set**")
    if is_narrow():
        _stacked([{"Source": one["src"], "Network": one["predicted"], "Expected": one["trg"]} for one in examples])
        return
    found = pd.DataFrame(examples)
    exact = [one["trg"].strip() == one["predicted"].strip() for one in examples]
    found["right"] = ["yes" if one else "no" for one in exact]
    st.dataframe(
        table(found[["src", "predicted", "trg", "right"]]), hide_index=True, placeholder=NONE,
        alt=f"{count(len(found), 'text')} with translations, {sum(exact)} of them exactly right.",
        column_config={
            "src": "Source", "predicted": "Network", "trg": "Expected",
            "right": st.column_config.TextColumn("Exact", width="small"),
        },
    )  # fmt: skip


def _stacked(rows: Sequence[Mapping[str, Any]]) -> None:
    """Texts that belong together one under another, for a screen on which a table would hide all but the first."""
    for row in rows[:_MOST_STACKED]:
        with st.container(border=True, gap="xsmall"):
            for label, text in row.items():
                st.markdown(f":gray[{foreign(label, 40)}]  \n{foreign(text, 400)}")
    if len(rows) > _MOST_STACKED:
        st.caption(f"The first {_MOST_STACKED} of {count(len(rows), 'text')}.")


@st.fragment
def look_inside(app: str, run_id: str) -> None:
    """The tab Look inside: what every unit does while a source text is read and its translation written."""
    network = ask(lambda: services.predictor(run_id))
    if network is None:
        return
    given = given_examples(network.experiment)
    key = f"{app}_inside_text"
    default, read = given[0] if given else "", "The network reads this text and translates it."
    text = text_box(app, key, "Source", default, read, height=90, most=600)
    offer_examples(app, key, (), given)
    if not text.strip():
        st.caption("Type a text and see how the network reads it.")
        return
    name_unknown(network.unknown(text), network.experiment)
    view = choose_view(app, more=(BATCH,)) if network.may_write else ""
    if view == GRADIENTS:
        _gradients(app, network, text)
        return
    if view == BATCH:
        preparation_view(app, run_id, network, text)
        return
    units_view(app, network, text, token_words(network.experiment).short.capitalize())
    if network.experiment.model.input_feeding:
        st.caption(
            "This decoder feeds on what it looked at: beside the token before, each step reads what attention gave there, "
            "so its states hold some of that too."
        )


def _gradients(app: str, network: Any, text: str) -> None:
    """How much the score of a written token hangs on the source and on what was written before."""
    tokens = ask(lambda: network.outputs(text))
    if not tokens:
        return
    model, words = network.experiment.model, token_words(network.experiment)
    place = choose_token(
        app, "Score of which written token", tokens, "Each token of the translation, the sign that ends it too."
    )
    if model.attention != "none":
        note = (
            "With attention each source token reaches the decoder in one look, however far away it stands: of the source, "
            "distance says only where it stands, counted over its end and the tokens written since."
        )
    else:
        note = (
            "The source reaches the decoder through the last state of the encoder alone, one step a token, and from there "
            "one step for each token written since."
        )
    if model.bidirectional and model.attention == "none":
        note += " The encoder reads in both directions, so a source token counts from the nearer end."
    if model.input_feeding:
        note += " What is fed back from the looks before is part of the way."
    influence_view(
        app, {"source": "Source tokens", "written": "Tokens written before"}, lambda: network.influence(text, place),
        f"Distance, {words.short}", f"The translation is the likeliest token at each step (beam size 1). {note}",
    )  # fmt: skip


def draw_alive(starter: Starter) -> bool:
    """Where it looked in the longest of the examples that a card of Home has room for."""
    answers = [one for one in starter.details.get("answers") or [] if one.get("weights")]
    fitting = [one for one in answers if len(one["trg_tokens"]) <= _MOST_ALIVE] or answers[:1]
    if not fitting:
        return False
    chosen = max(fitting, key=lambda one: len(one["trg_tokens"]))
    spec, alt = small_attention(chosen["src_tokens"], chosen["trg_tokens"], chosen["weights"], is_dark())
    key = f"home:{starter.experiment.task}"
    st.vega_lite_chart(spec=spec, key=key, alt=one_line(f"{alt} {chosen['src']}: {chosen['trg']}"))
    return True


VIEW = TaskView(
    uploader="A table of pairs, or two files",
    takes="A table with a source and a translation column, or two text files with equally many lines.",
    several=True,
    paste="A sentence and its translation in each line with a tab between them, or two columns copied from a "
    "spreadsheet.",
    paste_example="Good morning.\tBonjour.\nThank you.\tMerci.",
    items="pairs",
    show_data=show_data,
    show_result=show_result,
    look_inside=look_inside,
    draw_alive=draw_alive,
    alive="The stronger a cell, the more it looked there while it wrote the word on the left.",
)
