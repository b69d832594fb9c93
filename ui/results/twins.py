"""Two texts from one seed: by the network as it was trained, and by the same network with a unit broken."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.insight.units import Ranked
from ui.charts.labels import percent
from ui.foreign import foreign
from ui.network_answers import answered
from ui.results.common import ask, given_examples, is_narrow, name_unknown
from ui.results.typed import kept_of
from ui.words import count

SILENCED, HELD, SCALED = "Silence it", "Hold it", "Scale it"
_DONE = {SILENCED: "silenced", HELD: "held at {:g}", SCALED: "scaled by {:g}"}
NUM_TEXTS, LENGTH = 16, 600
_SHOWN = 500  # characters
_LONGEST_PROMPT = 200  # characters


def twins_view(app: str, run_id: str, network: Any, unit: Ranked) -> None:
    """What to do to the unit, and both networks' texts with the brackets that they leave open.

    Args:
        app: Prefix of the keys.
        run_id: The run.
        network: Its predictor.
        unit: The one to break.
    """
    st.markdown("**Break it**")
    if not network.may_write:
        st.caption("The data of this run was not shared, so its network does not write here, whole or broken.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            "Do to the unit", (SILENCED, HELD, SCALED), default=SILENCED, required=True, key=f"{app}_twins_way",
            help="At every step: set all of its state to 0, hold it at a number, or multiply it by one.",
        )  # fmt: skip
        number = 0.0
        if way != SILENCED:
            low, high, usual = (-1.0, 1.0, 1.0) if way == HELD else (0.0, 2.0, 0.5)
            number = float(
                st.number_input(
                    "Number", low, high, usual, 0.1, key=f"{app}_twins_number_{way}", width=130,
                    help="A unit's output lies between -1 and 1; a factor of 1 changes nothing.",
                )
            )  # fmt: skip
        seed = st.number_input(
            "Seed of both", 0, 2**31 - 1, 0, key=f"{app}_twins_seed", width=130,
            help="Both draw with the same random numbers, so that they differ by the unit alone.",
        )  # fmt: skip
        prompt = st.text_input(
            "Both begin with", (given_examples(network.experiment) or ("",))[0], key=f"{app}_twins_prompt",
            width=240, help="The beginning of all texts of both.",
        )  # fmt: skip
        prompt = kept_of(prompt, _LONGEST_PROMPT, at_end=True)
        name_unknown(network.unknown(prompt), network.experiment)
        if st.button("Write both", icon=":material/call_split:", key=f"{app}_twins_write", help="Write with both."):
            st.session_state[f"{app}_twins_asked"] = run_id
    if st.session_state.get(f"{app}_twins_asked") != run_id:
        st.caption("The same network writes twice, once with the unit and once without. Press Write both.")
        return
    from core.models.stepping import UnitEdit  # torch, which is loaded with the network

    edit = UnitEdit(unit.layer, unit.unit, *((number, 0.0) if way == SCALED else (0.0, number)))
    with st.spinner("Writing twice"):
        both = ask(lambda: [_written(run_id, network, prompt, edits, int(seed)) for edits in ((), (edit,))])
    if both is None:
        return
    done = _DONE[str(way)].format(number)
    heads = ("As it was trained", f"Unit {unit.unit} of layer {unit.layer + 1} {done}")
    columns = [st.container()] * 2 if is_narrow() else st.columns(2)
    for column, head, twin in zip(columns, heads, both, strict=True):
        with column:
            st.metric(
                foreign(head), _share(twin.unclosed), help="Brackets that are never closed, of those that are opened."
            )
            st.caption(_in_words(twin.unclosed))
            st.code(twin.texts[0][:_SHOWN], language=None, wrap_lines=True)
    st.caption(
        f"Brackets left open, over {count(NUM_TEXTS, 'text')} of {LENGTH} characters at temperature 0.8; the first is "
        "shown. Those that open near the end of a text are not counted, because they had no room to be closed."
    )


def _written(run_id: str, network: Any, prompt: str, edits: tuple[Any, ...], seed: int) -> Any:
    return answered(
        run_id, ("twin", prompt, edits, seed),
        lambda: network.units.twin(prompt, edits, NUM_TEXTS, LENGTH, seed, temperature=0.8),
    )  # fmt: skip


def _share(found: Any) -> str:
    return "no brackets" if found.share is None else percent(found.share)


def _in_words(found: Any) -> str:
    if found.share is None:
        return "It opened no bracket that had room to be closed."
    return (
        f"{found.unclosed:,} of {found.opened:,} brackets stay open; the share lies between {percent(found.low)} and "
        f"{percent(found.high)} in 95 of 100 cases."
    )
