"""Generation: the text before training; writing with the network; its surprise and its units over a text."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from core.config.experiment import Experiment
from core.data import catalog
from core.data.look import Look
from ui import services
from ui.charts.text import next_token_bars, text_strip
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
from ui.results.typed import offer_examples, text_box
from ui.starter import Starter
from ui.tasks.view import TaskView
from ui.words import token_words
from ui.writing import write_out

_EXCERPT = 900
_MOST_CHARACTERS = 400
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
    _write(app, run_id, details or {})


@st.fragment
def _write(app: str, run_id: str, details: Mapping[str, Any]) -> None:
    experiment = ask(lambda: services.experiment(run_id))
    if experiment is None:
        return
    given = given_examples(experiment)
    left, right = st.columns([2, 3], gap="large")
    below = st.container()
    with left:
        prompt, now = _prompt(app, given, given[0] if given else details.get("prompt", ""))
    # On a phone the text follows its prompt, and how it is written stands folded up below.
    with below.expander("How it writes", icon=":material/tune:") if is_narrow() else left:
        options = {"prompt": prompt, **_how(app), "now": now}
    with right:
        _output(app, run_id, options, details.get("prompt", "") + (details.get("sample") or ""))
        kept = kept_answer(details, "prompt", options["prompt"])
        _next(app, experiment, kept or ask(lambda: services.predictor(run_id).beginning(options["prompt"])))


def _prompt(app: str, given: tuple[str, ...], default: str) -> tuple[str, bool]:
    """The prompt, and whether to write now."""
    key = f"{app}_use_prompt"
    prompt = text_box(
        app, key, "Prompt", default, "The text that the network continues.", height=90, most=2_000,
    )  # fmt: skip
    offer_examples(app, key, (), given)
    with st.container(horizontal=True):
        once = st.button(
            "Generate", icon=":material/edit:", key=f"{app}_use_generate", help="Continue the prompt with this seed."
        )
        again = st.button(
            "Another one",
            key=f"{app}_use_another",
            on_click=_next_seed,
            args=(app,),
            help="Take the next seed and write again.",
        )
    return prompt, once or again


def _how(app: str) -> dict[str, Any]:
    """The widgets of writing; returns what `stream` takes beside the prompt."""
    temperature = st.slider(
        "Temperature", 0.0, 2.0, 0.8, 0.05, key=f"{app}_use_temperature", persist_state="session",
        help="0 always takes the most likely next piece, 1 draws as the network believes, more gets wilder.",
    )  # fmt: skip
    length = st.slider(
        "Length",
        50,
        2_000,
        400,
        50,
        key=f"{app}_use_length",
        persist_state="session",
        help="How many characters, words or pieces to write.",
    )
    with st.container(horizontal=True):
        top_k = st.number_input(
            "Top k", 1, 1_000, None, key=f"{app}_use_top_k", persist_state="session", placeholder="All", width=130,
            help="Draw from the k most likely pieces only; empty draws from all.",
        )  # fmt: skip
        seed = st.number_input(
            "Seed", 0, 2**31 - 1, 0, key=f"{app}_use_seed", persist_state="session", width=130,
            help="The same seed and settings give the same text again.",
        )  # fmt: skip
    return {"temperature": temperature, "length": length, "top_k": top_k, "seed": int(seed)}


def _next_seed(app: str) -> None:
    st.session_state[f"{app}_use_seed"] = int(st.session_state.get(f"{app}_use_seed") or 0) + 1


def _output(app: str, run_id: str, options: dict[str, Any], sample: str) -> None:
    """The text: written now, the last one of this run, or the one from the end of training."""
    kept = f"{app}_use_text"
    place = st.empty()
    if options["now"]:
        arguments = {key: value for key, value in options.items() if key != "now"}
        text = ask(lambda: _stream(place, options["prompt"], services.predictor(run_id).stream(**arguments)))
        if text is not None:
            st.session_state[kept] = (run_id, text)
        return
    before = st.session_state.get(kept)
    if before is not None and before[0] == run_id:
        place.code(before[1], language=None, wrap_lines=True)
    elif sample:
        with place.container():
            if services.store().is_starter(run_id):
                write_out(f"{app}:{run_id}", sample)
            else:
                st.code(sample, language=None, wrap_lines=True)
        st.caption("Written by the network at the end of training. Press Generate for your own.")


def _stream(place: Any, prompt: str, pieces: Iterable[str]) -> str:
    """Show the text while it grows, as code, so that nothing in it is read as markup.

    The browser gets about 40 updates in all: one a piece would send the whole text a thousand times.
    """
    text, shown = prompt, len(prompt)
    place.code(text or " ", language=None, wrap_lines=True)
    for piece in pieces:
        text += piece
        if len(text) - shown >= max(4, len(text) // 40):
            place.code(text, language=None, wrap_lines=True)
            shown = len(text)
    place.code(text, language=None, wrap_lines=True)
    return text


def _next(app: str, experiment: Experiment, beginning: Mapping[str, Any] | None) -> None:
    if beginning is not None:
        st.markdown(f"**Most likely next {token_words(experiment).one} after the prompt**")
        show(next_token_bars(beginning["next"], is_dark()), key=f"{app}_use_next", light=True)
        name_unknown(beginning["unknown"], experiment)


@st.fragment
def look_inside(app: str, run_id: str) -> None:
    """The tab Look inside: how surprising each character or word of a text is, and what every unit does."""
    network = ask(lambda: services.predictor(run_id))
    if network is None:
        return
    given = given_examples(network.experiment)
    default = (given[0] + "is a class of objects.") if given and given[0] else "Santa Maria"
    text = text_box(
        app, f"{app}_inside_text", "Text", default, "The network reads this text from the start; type anything.",
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
    if choose_view(app) == GRADIENTS:
        _gradients(app, network, text)
    else:
        units_view(app, network, text, words.capitalize())
    if len(network.tokenizer.encode(text)) > network.most_traced:
        st.caption(f"Of this text the first {network.most_traced} {words} are read here.")


def _gradients(app: str, network: Any, text: str) -> None:
    """How much the score of a token hangs on each token before it."""
    tokens = ask(lambda: network.outputs(text))
    if not tokens:
        return
    words = token_words(network.experiment)
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
