"""The tab Use it of a language model: a prompt, how it is continued, the texts, and what may come next.

Left out: how a text grows and is stopped (being_written.py), the numbers behind the draw (core/sampling.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from core.config.experiment import Experiment
from core.data.text import EOS, SPECIALS
from ui import services
from ui.charts.labels import visible
from ui.charts.text import next_token_bars
from ui.foreign import foreign
from ui.results import being_written
from ui.results.being_written import READING, BeingWritten, Written
from ui.results.common import ask, given_examples, is_dark, is_narrow, kept_answer, name_unknown, once_open, show
from ui.results.copied import copied_view
from ui.results.tune import draw_tune, is_music
from ui.results.typed import offer_examples, put, text_box
from ui.words import token_words
from ui.writing import write_out

ONE, SEEDS, TEMPERATURES, ITEMS = "One text", "Four seeds", "Four temperatures", "Many"
MANY = 20  # items
COMPARED = (0.2, 0.5, 0.8, 1.2)
_OFFERED = 6  # pieces to go on with
_DRAWN = {"temperature": 0.8, "top_k": None, "top_p": None, "repetition_penalty": 1.0}


class _Text(NamedTuple):
    """A text to write: what stands above it, and what `stream` takes."""

    label: str
    options: dict[str, Any]
    is_many: bool = False


@st.fragment
def write(app: str, run_id: str, details: Mapping[str, Any]) -> None:
    """The whole tab below the verdict.

    Args:
        app: Whose page it is.
        run_id: The run.
        details: Its `details.json`, which has a text from the end of training.
    """
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
        apart = experiment.data.items == "apart"
        drawn, length, way = _how(app, apart)
        rest = _more(app, apart)
    drawn |= rest
    with right:
        _output(app, run_id, _texts(prompt, length, drawn, way), now, details)
        _next(app, run_id, experiment, prompt, drawn, details)
    with once_open("Copied or invented?", ":material/content_copy:", f"{app}_copied") as is_open:
        if is_open:
            copied_view(app, run_id, _written(app, run_id, details))


def _prompt(app: str, given: tuple[str, ...], default: str) -> tuple[str, bool]:
    """The prompt, and whether to write now."""
    key = f"{app}_use_prompt"
    prompt = text_box(
        app, key, "Prompt", default, "The text that the network continues; an empty one begins as after the end of a line.",
        height=90, most=2_000, at_end=True,
    )  # fmt: skip
    offer_examples(app, key, (), given)
    with st.container(horizontal=True):
        once = st.button(
            "Generate", icon=":material/edit:", key=f"{app}_use_generate", help="Continue the prompt with this seed."
        )
        again = st.button(
            "Another one", key=f"{app}_use_another", on_click=_next_seed, args=(app,),
            help="Take the next seed and write again.",
        )  # fmt: skip
    return prompt, once or again


def _how(app: str, apart: bool) -> tuple[dict[str, Any], int, str]:
    """How the next piece is drawn, how many are written, and how many texts."""
    temperature = st.slider(
        "Temperature", 0.0, 2.0, 0.8, 0.05, key=f"{app}_use_temperature", persist_state="session",
        help="0 always takes the most likely next piece, 1 draws as the network believes, more gets wilder.",
    )  # fmt: skip
    length = st.slider(
        "Length", 50, 2_000, 400, 50, key=f"{app}_use_length", persist_state="session",
        help="How many characters, words or pieces to write" + (" of one item at most." if apart else "."),
    )  # fmt: skip
    ways = (ITEMS if apart else ONE, SEEDS, TEMPERATURES)
    way = st.pills(
        "Write", ways, default=ways[0], required=True, key=f"{app}_use_way{'_items' if apart else ''}",
        persist_state="session",
        help=(f"{MANY} items, one a line" if apart else "One text")
        + ", or four of them side by side: from four seeds, or from one seed at four temperatures.",
    )  # fmt: skip
    return {"temperature": temperature}, length, str(way)


def _more(app: str, apart: bool) -> dict[str, Any]:
    """What fewer people turn, folded up."""
    with st.expander("More ways to draw"):
        with st.container(horizontal=True):
            top_k = st.number_input(
                "Top k", 1, 1_000, None, key=f"{app}_use_top_k", persist_state="session", placeholder="All", width=130,
                help="Draw from the k most likely pieces only; empty draws from all.",
            )  # fmt: skip
            top_p = st.number_input(
                "Top p", 0.05, 1.0, None, 0.05, key=f"{app}_use_top_p", persist_state="session", placeholder="All",
                width=130, help="Draw from the most likely pieces that together reach this share; empty draws from all.",
            )  # fmt: skip
            penalty = st.number_input(
                "Repetition penalty", 1.0, 3.0, 1.0, 0.05, key=f"{app}_use_penalty", persist_state="session", width=160,
                help="Above 1 makes each of the last 64 written pieces rarer; 1 changes nothing.",
            )  # fmt: skip
            seed = st.number_input(
                "Seed", 0, 2**31 - 1, 0, key=f"{app}_use_seed", persist_state="session", width=130,
                help="The same seed and settings give the same text again.",
            )  # fmt: skip
        line = not apart and st.checkbox(  # an item ends by itself
            "Stop at the end of a line", key=f"{app}_use_line", persist_state="session",
            help="Write one line, such as a name or a verse.",
        )  # fmt: skip
        st.checkbox(
            "At reading speed", key=f"{app}_use_slowly", persist_state="session",
            help=f"Write {READING} characters a second, so that you can follow; else as fast as the network can.",
        )  # fmt: skip
    drawn = {"top_k": top_k, "top_p": top_p, "repetition_penalty": float(penalty)}
    return {**drawn, "seed": int(seed), "one_line": line}


def _next_seed(app: str) -> None:
    st.session_state[f"{app}_use_seed"] = int(st.session_state.get(f"{app}_use_seed") or 0) + 1


def _texts(prompt: str, length: int, drawn: dict[str, Any], way: str) -> list[_Text]:
    """What is to be written, one after the other."""
    options = {"prompt": prompt, "length": length, **drawn}
    if way == SEEDS:
        seeds = range(drawn["seed"], drawn["seed"] + 4)
        return [_Text(f"Seed {seed}", {**options, "seed": seed}) for seed in seeds]
    if way == ITEMS:
        return [_Text("", options, is_many=True)]
    if way == TEMPERATURES:
        return [_Text(f"Temperature {each:g}", {**options, "temperature": each}) for each in COMPARED]
    return [_Text("", options)]


def _output(app: str, run_id: str, texts: Sequence[_Text], now: bool, details: Mapping[str, Any]) -> None:
    """The texts: written now, the last ones of this run, or the one of the end of training."""
    kept, sample = f"{app}_use_texts", details.get("prompt", "") + (details.get("sample") or "")
    if now:
        slowly = bool(st.session_state.get(f"{app}_use_slowly"))
        st.session_state[kept] = ask(lambda: _begin(run_id, texts, slowly))
    writing = st.session_state.get(kept)
    if writing is not None and writing.run_id == run_id:
        if writing.is_over and is_music(sample, *writing.texts.values()):  # first: texts of many tunes are long
            draw_tune(app, writing.texts)
        being_written.draw(app, writing)
    elif sample:
        if services.store().is_starter(run_id):
            write_out(f"{app}:{run_id}", sample)
        else:
            st.code(sample, language=None, wrap_lines=True)
        st.caption("Written by the network at the end of training. Press Generate for your own.")
        if is_music(sample):
            draw_tune(app, {"": sample})


def _written(app: str, run_id: str, details: Mapping[str, Any]) -> list[Written] | None:
    """The texts that stand on the page; None until they are whole."""
    writing = st.session_state.get(f"{app}_use_texts")
    if writing is not None and writing.run_id == run_id:
        return writing.written if writing.is_over else None
    prompt = details.get("prompt", "")
    return [Written("", prompt + (details.get("sample") or ""), prompt)]


def _begin(run_id: str, texts: Sequence[_Text], slowly: bool) -> BeingWritten:
    """The texts before their first word; an impossible option is told now."""
    network = services.predictor(run_id)
    pieces = [_many(network, text.options) if text.is_many else network.stream(**text.options) for text in texts]
    prompts = {text.label: "" if text.is_many else text.options["prompt"] for text in texts}
    return BeingWritten(run_id, prompts, pieces, slowly, texts[0].options["prompt"] if texts[0].is_many else "")


def _many(network: Any, options: dict[str, Any]) -> Iterator[str]:
    """Many items, one a line."""
    drawn = {name: value for name, value in options.items() if name != "one_line"}
    return (f"{item}\n" for item in network.items(MANY, **drawn))


def _next(
    app: str, run_id: str, experiment: Experiment, prompt: str, drawn: dict[str, Any], details: Mapping[str, Any]
) -> None:
    """The likeliest next pieces, as the network believes or as they are drawn, and buttons that go on with one."""
    options = {key: drawn[key] for key in _DRAWN}
    if options == _DRAWN:
        beginning = kept_answer(details, "prompt", prompt) or ask(lambda: services.predictor(run_id).beginning(prompt))
        told = "As the network believes, at temperature 1; change how it is drawn to see from what."
    else:
        beginning = ask(lambda: services.predictor(run_id).beginning(prompt, **options))
        told = "As it is drawn with these settings."
    if beginning is None:
        return
    name_unknown(beginning["unknown"], experiment)
    one = token_words(experiment).one
    st.markdown(f"**Most likely next {one} after the prompt**")
    possible = [(token, share) for token, share in beginning["next"] if share > 0]
    show(next_token_bars(possible, is_dark()), key=f"{app}_use_next", light=True)
    st.caption(f"{told} Press one to go on with it.")
    with st.container(horizontal=True, gap="small"):
        offered = [token for token, _ in possible if token != SPECIALS[EOS]]  # behind an item's end nothing follows
        for place, token in enumerate(offered[:_OFFERED]):
            st.button(
                foreign(visible(token), 24), key=f"{app}_use_next_{place}", on_click=_go_on,
                args=(app, run_id, prompt, token), help=f"Put this {one} behind the prompt and see what may follow.",
            )  # fmt: skip


def _go_on(app: str, run_id: str, prompt: str, token: str) -> None:
    longer = ask(lambda: services.predictor(run_id).followed(prompt, token))
    if longer is not None:
        put(app, f"{app}_use_prompt", longer)
