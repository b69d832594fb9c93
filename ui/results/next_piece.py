"""What a language model may write next after a prompt: bars that follow how it draws, and buttons that go on with a piece."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.config.experiment import Experiment
from core.data.text import EOS, SPECIALS
from ui import services
from ui.charts.labels import visible
from ui.charts.text import next_token_bars
from ui.foreign import foreign
from ui.results.common import ask, is_dark, kept_answer, name_unknown, show
from ui.results.typed import put
from ui.words import token_words

_OFFERED = 6  # pieces to go on with
_DRAWN = {"temperature": 0.8, "top_k": None, "top_p": None, "repetition_penalty": 1.0}


def touched_key(app: str) -> str:
    """Where stands with which run something was moved or written in this visit."""
    return f"{app}_use_touched"


def next_pieces(
    app: str, run_id: str, experiment: Experiment, prompt: str, drawn: dict[str, Any], details: Mapping[str, Any]
) -> None:
    """The likeliest next pieces as they are drawn, and buttons that go on with one.

    Training left the network's own probabilities behind, which stand here until something is moved or written: they
    need no network, and so no torch in the server.
    """
    options, touched = {key: drawn[key] for key in _DRAWN}, touched_key(app)
    is_new = options == _DRAWN and st.session_state.get(touched) != run_id
    beginning = kept_answer(details, "prompt", prompt) if is_new else None
    if beginning is None:
        beginning = ask(lambda: services.predictor(run_id).beginning(prompt, **options))
        st.session_state[touched] = run_id
    if beginning is None:
        return
    name_unknown(beginning["unknown"], experiment)
    one = token_words(experiment).one
    believed = beginning.get("believed")
    told = "At temperature 1, as the network believes."
    if believed is not None:
        told = "As it is drawn with these settings; in brackets what the network believes, at temperature 1."
    elif is_new:
        told += " Once something is moved or written, the bars are those of the settings."
    st.markdown(f"**Most likely next {one} after the prompt**")
    shares = [share for _, share in beginning["next"] if share > 0]
    possible = [(str(token), share) for (token, _), share in zip(beginning["next"], shares, strict=False)]
    own = None if believed is None else believed[: len(possible)]
    show(next_token_bars(possible, is_dark(), own), key=f"{app}_use_next", light=True)
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
