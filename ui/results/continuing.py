"""The tab Use it of a language model: a prompt, how it is continued, the texts, and what may come next.

Left out: how a text grows and is stopped (being_written.py), what may come next (next_piece.py), the numbers behind
the draw (core/sampling.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from ui import services
from ui.results import being_written
from ui.results.being_written import READING, BeingWritten, Written
from ui.results.common import (
    ask,
    given_examples,
    is_narrow,
    once_open,
    start_text,
)
from ui.results.copied import copied_view
from ui.results.next_piece import next_pieces, touched_key
from ui.results.tune import draw_tune, is_music
from ui.results.typed import offer_examples, text_box
from ui.words import token_words
from ui.writing import write_out

ONE, SEEDS, TEMPERATURES, ITEMS = "One text", "Four seeds", "Four temperatures", "Many"
MANY = 20  # items
COMPARED = (0.2, 0.5, 0.8, 1.2)
_SHORTEST, _LONGEST, _STEP = 50, 2_000, 50  # tokens to write
_UNTOLD = 1_000  # of an item, where nobody knows how long those of the data are
_LAST_SEED = 2**31 - 1


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
        apart = experiment.data.items == "apart"
        prompt, now = _prompt(app, given, given[0] if given else details.get("prompt", ""), apart)
    # On a phone the text follows its prompt, and how it is written stands folded up below.
    with below.expander("How it writes", icon=":material/tune:") if is_narrow() else left:
        drawn, length, way = _how(app, apart, details.get("item_length"))
        rest = _more(app, apart)
    drawn |= rest
    with right:
        _output(app, run_id, _texts(prompt, length, drawn, way), now, details, token_words(experiment).many, apart)
        next_pieces(
            app, run_id, experiment, prompt, drawn | ({"temperature": 1.0} if way == TEMPERATURES else {}), details
        )
        if way == TEMPERATURES:
            st.caption(f"The four texts are drawn at temperature {', '.join(f'{each:g}' for each in COMPARED)}.")
    with once_open("Copied or invented?", ":material/content_copy:", f"{app}_copied") as is_open:
        if is_open:
            copied_view(app, run_id, _written(app, run_id, details))


def _prompt(app: str, given: tuple[str, ...], default: str, apart: bool) -> tuple[str, bool]:
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
        is_certain = _is_certain(app, apart)
        seeds = 4 if st.session_state.get(_key_of_way(app, apart)) == SEEDS else 1
        again = st.button(
            "Another one", key=f"{app}_use_another", on_click=_next_seed, args=(app, seeds), disabled=is_certain,
            help=f"Take the next {'seed' if seeds == 1 else 'four seeds'} and write again.",
        )  # fmt: skip
    if is_certain:
        st.caption("The likeliest piece is always taken, so there is one text only, whatever the seed.")
    return prompt, once or again


def _is_certain(app: str, apart: bool) -> bool:
    """Whether nothing is left to a seed."""
    state = st.session_state
    is_cold = state.get(f"{app}_use_temperature") == 0 and state.get(_key_of_way(app, apart)) != TEMPERATURES
    return is_cold or state.get(f"{app}_use_top_k") == 1


def _key_of_way(app: str, apart: bool) -> str:
    return f"{app}_use_way{'_items' if apart else ''}"


def _how(app: str, apart: bool, item_length: int | None) -> tuple[dict[str, Any], int, str]:
    """How the next piece is drawn, how many are written, and how many texts.

    Args:
        app: Whose page it is.
        apart: Whether items are written.
        item_length: Tokens that nearly all items of the data have; None where training did not leave that.
    """
    above = st.container()
    start_text(f"{app}_use_length", _usual_length(item_length) if apart else 400)
    length = st.slider(
        "Length", _SHORTEST, _LONGEST, step=_STEP, key=f"{app}_use_length", persist_state="session",
        help="How many characters, words or pieces to write" + (" of one item at most." if apart else "."),
    )  # fmt: skip
    ways = (ITEMS if apart else ONE, SEEDS, TEMPERATURES)
    way = st.pills(
        "Write", ways, default=ways[0], required=True, key=_key_of_way(app, apart),
        persist_state="session",
        help=(f"{MANY} items, one a line" if apart else "One text")
        + ", or four of them side by side: from four seeds, or from one seed at four temperatures.",
    )  # fmt: skip
    with above:
        temperature = st.slider(
            "Temperature", 0.0, 2.0, 0.8, 0.05, key=f"{app}_use_temperature", persist_state="session",
            disabled=way == TEMPERATURES,
            help="0 always takes the most likely next piece, 1 draws as the network believes, more gets wilder.",
        )  # fmt: skip
    return {"temperature": temperature}, length, str(way)


def _usual_length(item_length: int | None) -> int:
    """A length of the slider at which nearly all items end by themselves."""
    return _UNTOLD if item_length is None else min(_LONGEST, max(_SHORTEST, math.ceil(item_length / _STEP) * _STEP))


def _more(app: str, apart: bool) -> dict[str, Any]:
    """What fewer people turn, folded up."""
    with st.expander("More ways to draw"):
        with st.container(horizontal=True):
            top_k = st.number_input(
                "Top k", 1, 1_000, None, key=f"{app}_use_top_k", persist_state="session", placeholder="All", width=170,
                help="Draw from the k most likely pieces only; empty, or more than there are, draws from all.",
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
                "Seed", 0, _LAST_SEED, 0, key=f"{app}_use_seed", persist_state="session", width=130,
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


def _next_seed(app: str, seeds: int) -> None:
    seed = int(st.session_state.get(f"{app}_use_seed") or 0) + seeds
    st.session_state[f"{app}_use_seed"] = min(seed, _LAST_SEED)


def _texts(prompt: str, length: int, drawn: dict[str, Any], way: str) -> list[_Text]:
    """What is to be written, one after the other."""
    options = {"prompt": prompt, "length": length, **drawn}
    if way == SEEDS:
        first = min(drawn["seed"], _LAST_SEED - 3)
        seeds = range(first, first + 4)
        return [_Text(f"Seed {seed}", {**options, "seed": seed}) for seed in seeds]
    if way == ITEMS:
        return [_Text("", options, is_many=True)]
    if way == TEMPERATURES:
        return [_Text(f"Temperature {each:g}", {**options, "temperature": each}) for each in COMPARED]
    return [_Text("", options)]


def _output(
    app: str, run_id: str, texts: Sequence[_Text], now: bool, details: Mapping[str, Any], words: str, apart: bool
) -> None:
    """The texts: written now, the last ones of this run, or the one of the end of training."""
    kept, sample = f"{app}_use_texts", details.get("prompt", "") + (details.get("sample") or "")
    if now:
        slowly = bool(st.session_state.get(f"{app}_use_slowly"))
        st.session_state[kept] = ask(lambda: _begin(run_id, texts, slowly, words if apart else ""))
        st.session_state[touched_key(app)] = run_id
    writing = st.session_state.get(kept)
    if writing is not None and writing.run_id == run_id:
        above = st.container()  # texts of many tunes are long
        being_written.draw(app, writing)
        if writing.is_over and is_music(sample, *writing.texts.values()):
            with above:
                draw_tune(app, writing.texts)
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


def _begin(run_id: str, texts: Sequence[_Text], slowly: bool, words: str) -> BeingWritten:
    """The texts before their first word; an impossible option is told now.

    Args:
        run_id: Whose network writes.
        texts: What is written.
        slowly: Whether at reading speed.
        words: What items are counted in; empty where texts have no end of their own, and are all cut.
    """
    network = services.predictor(run_id)
    length, cut = texts[0].options["length"], list[str]()
    pieces = [
        _many(network, text.options, cut)
        if text.is_many
        else _counted(network.stream(**text.options), length, text.label, cut)
        for text in texts
    ]
    prompts = {text.label: "" if text.is_many else text.options["prompt"] for text in texts}
    number = MANY if texts[0].is_many else len(texts)

    def told() -> str:
        said = f"{len(cut)} of {number} were cut at {length:,} {words}: with a larger Length they end by themselves."
        return said if cut and words else ""

    each = texts[0].options["prompt"] if texts[0].is_many else ""
    return BeingWritten(run_id, prompts, pieces, slowly, each, told)


def _many(network: Any, options: dict[str, Any], cut: list[str]) -> Iterator[str]:
    """Many items character by character: one a line, or a blank line between them where one has several lines."""
    drawn = {name: value for name, value in options.items() if name != "one_line"}
    items = network.ended_items(MANY, **drawn)
    cut += [item for item, has_ended in items if not has_ended]
    between = "\n\n" if any("\n" in item.strip("\n") for item, _ in items) else "\n"
    return (letter for item, _ in items for letter in item.rstrip("\n") + between)


def _counted(pieces: Iterator[str], length: int, label: str, cut: list[str]) -> Iterator[str]:
    """The pieces of a text, which is named among the cut ones when it has as many as it may have."""
    number = 0
    for number, piece in enumerate(pieces, 1):  # noqa: B007
        yield piece
    if number == length:
        cut.append(label)
