"""Generation: the text before training; writing with the network; its surprise and its units over a text."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.config.experiment import Experiment
from core.data import catalog
from core.data.look import Look
from core.data.sources.text_files import items_of
from ui import services
from ui.charts.connections import connected_text
from ui.charts.text import text_strip
from ui.foreign import one_line
from ui.results.common import (
    ask,
    given_examples,
    is_dark,
    is_narrow,
    name_unknown,
    once_open,
    say_withheld,
    show,
    show_verdict,
)
from ui.results.continuing import write
from ui.results.influence import choose_token, influence_view
from ui.results.inside import GRADIENTS, choose_view, units_view
from ui.results.moments import MOMENT, moments_view
from ui.results.scored import scored_view
from ui.results.typed import text_box
from ui.results.units import find_units_view
from ui.starter import Starter
from ui.tasks.view import TaskView
from ui.words import count, token_words
from ui.writing import write_out

FIND, NOISE = "Find a unit", "From noise to text"
_EXCERPT = 900
_MOST_CHARACTERS = 400
_FIRST_CHARACTERS = 90
_MOST_ALIVE = 170  # characters in a card of Home


def show_data(look: Look, experiment: Experiment, found: Any) -> None:
    """The beginning of the text, where the page does not show the visitor's own file already."""
    if catalog.is_of_catalogue(experiment.data):
        st.code(look.text[:_EXCERPT], language=None, wrap_lines=True, height=240)
        st.caption("The beginning of the training set.")


def show_result(app: str, run_id: str, result: Mapping[str, Any] | None, details: Mapping[str, Any] | None) -> None:
    """The tab Use it: the verdict, then a prompt that the network continues."""
    show_verdict(app, result)
    if not services.sees_rows(run_id):
        say_withheld(
            "what the network writes is made of it, so it does not write here. It reads a text of yours inside."
        )
        return
    write(app, run_id, details or {})
    with once_open("How likely is a text?", ":material/scoreboard:", f"{app}_score") as is_open:
        if is_open:
            scored_view(app, run_id, result, details or {})


@st.fragment
def look_inside(app: str, run_id: str) -> None:
    """The tab Look inside: how surprising each character or word of a text is, and what every unit does."""
    network = ask(lambda: services.predictor(run_id))
    if network is None:
        return
    text = text_box(
        app, f"{app}_inside_text", "Text", _first_text(run_id, network.experiment),
        "The network reads this text from the start; type anything.",
        height=90, most=_MOST_CHARACTERS,
    )  # fmt: skip
    if not text:
        st.caption("Type a text and see how the network reads it.")
        return
    surprise = ask(lambda: network.surprise(text)) if network.may_write else None
    if surprise:
        st.markdown("**Surprise**")
        tokens, values = [token for token, _ in surprise], [value for _, value in surprise]
        show(text_strip(tokens, values, "Surprise, nats", is_dark()), key=f"{app}_inside_surprise")
        one = token_words(network.experiment).one
        st.caption(f"The bluer a {one}, the less the network expected it there: 0 nats is certain, 3 is one in 20.")
        unknown = network.unknown(text)
        name_unknown(unknown, network.experiment)
        if unknown:
            st.caption(f"Of these the colour says how much any unknown {one} was expected there, not this one.")
    words = token_words(network.experiment).short
    if MOMENT in st.query_params:  # a link to a moment of training
        st.session_state.setdefault(f"{app}_inside_view", NOISE)
    view = choose_view(app, more=(FIND, NOISE))
    if view == NOISE:
        moments_view(app, run_id, network, text)
        return
    st.query_params.pop(MOMENT, None)
    if view == FIND:
        find_units_view(app, run_id, network, text)
        return
    if view == GRADIENTS:
        _gradients(app, network, text)
    else:
        units_view(app, network, text, words.capitalize())
    if len(network.tokenizer.encode(text)) > network.most_traced:
        st.caption(f"Of this text the first {network.most_traced} {words} are read here.")


def _first_text(run_id: str, experiment: Experiment) -> str:
    """What is read until somebody types: the beginning of what the network wrote at the end of training."""
    details = services.run_file(run_id, "details.json") or {}
    written = f"{details.get('prompt') or ''}{details.get('sample') or ''}"
    if experiment.data.items == "apart":
        written = next(iter(items_of(written)), "")
    short = written[:_FIRST_CHARACTERS]
    end = max(short.rfind(" "), short.rfind("\n")) if len(written) > len(short) else -1
    return short[:end].strip() if end > 0 else short.strip() or next(iter(given_examples(experiment)), "") or "The "


def _gradients(app: str, network: Any, text: str) -> None:
    """How much the score of a token hangs on each token before it."""
    tokens = ask(lambda: network.outputs(text))
    if not tokens:
        return
    words = token_words(network.experiment)
    with st.spinner("Working out the gradients"):
        found = ask(lambda: network.connections(text))
    if found is not None:
        _connections(app, found, words)
    place = choose_token(
        app, f"Score of which {words.one}", tokens,
        f"Each {words.one} of the text after the first, and what the network finds likeliest after its end.",
    )  # fmt: skip
    influence_view(
        app, {"": f"{words.short.capitalize()} before it"}, lambda: network.influence(text, place),
        f"Distance, {words.short} back",
        f"Distance 1 is the {words.one} right before; from further back the influence comes through the state alone, one "
        f"step a {words.one}.",
    )  # fmt: skip


def _connections(app: str, found: Any, words: Any) -> None:
    """The text in which the pointer chooses what is asked about."""
    touch = "Tap" if is_narrow() else "Move the pointer over"
    st.markdown(f"**{touch} a {words.one} to see which before it moved its score**")
    spec, alt = connected_text(found.tokens, found.outputs, found.norms, is_dark())
    st.vega_lite_chart(spec=spec, width="stretch", key=f"{app}_inside_connections", alt=one_line(alt, 1_000))
    told = (
        f" The last, pale {words.one} is what the network finds likeliest next."
        if len(found.outputs) == len(found.tokens) and not found.is_cut
        else ""
    )
    cut = f" Of this text the first {count(len(found.tokens), words.one)} stand here." if found.is_cut else ""
    st.caption(
        f"The framed {words.one} is the chosen one; the bluer one before it, the longer the gradient of its score there, as "
        f"a share of the longest.{told}{cut}"
    )


def draw_alive(starter: Starter) -> bool:
    """What it wrote at the end of training, in a card of Home."""
    text = (starter.details.get("prompt") or "") + (starter.details.get("sample") or "")
    if text:
        write_out(f"home:{starter.run_id}", text[:_MOST_ALIVE])
    return bool(text)


VIEW = TaskView(
    uploader="Text files",
    takes="One or several text files, a zip of them, or a table with a column of texts.",
    several=True,
    paste="Any text that the network should learn to continue: a few pages, better a book.",
    paste_example="Once upon a time ...",
    show_data=show_data,
    show_result=show_result,
    look_inside=look_inside,
    draw_alive=draw_alive,
    alive="Written by the network, one character after another.",
)
