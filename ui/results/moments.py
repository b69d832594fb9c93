"""The view From noise to text of Look inside: one slider over the moments of training whose weights were kept.

What the network wrote at each of them, a line coloured by its surprise, one unit over that line and the place on the curve
move together. All moments are asked at once, so that the slider only draws. Left out: keeping them (core/training/moments.py).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.jobs.moments import moments_of
from ui import services
from ui.charts.moments import place_on_curve
from ui.charts.text import text_strip
from ui.curves import points
from ui.network_answers import answered
from ui.results.common import ask, given_examples, is_dark, is_narrow, say_withheld, show
from ui.results.typed import kept_of
from ui.run_curve import curve_of
from ui.words import count

MOMENT = "moment"
"""In the address: the step that is looked at."""
LENGTH, MOST_LINE = 120, 80
_LONGEST_PROMPT = 200  # characters
PAUSE = 1.0  # seconds at each moment while it plays


def moments_view(app: str, run_id: str, network: Any, typed: str) -> None:
    """The whole view.

    Args:
        app: Prefix of the keys.
        run_id: The run.
        network: Its predictor.
        typed: The text in the box of Look inside.
    """
    if not network.may_write:
        say_withheld("what the network wrote on its way is made of it, so it is not shown.")
        return
    steps = list(moments_of(services.store().path(run_id)))
    if len(steps) < 2:
        st.info(
            "This run kept no moments of its training: networks that ship, older runs and very large networks have none. "
            "Train one of your own, and watch it go from noise to text."
        )
        return
    left, right = st.columns(2)
    with left:
        prompt = st.text_input(
            "It begins with", (given_examples(network.experiment) or ("",))[0], key=f"{app}_moments_prompt",
            help="What the network continues at every moment, with the same random numbers.",
        )  # fmt: skip
        prompt = kept_of(prompt, _LONGEST_PROMPT, at_end=True)
    with right:
        line = st.text_input(
            "A line that it reads", " ".join(typed.split())[:MOST_LINE], key=f"{app}_moments_line",
            help="How surprised it is by each part of this line, and what one of its units does there.",
        )  # fmt: skip
        line = kept_of(line, MOST_LINE)
    with st.spinner("Asking the network at every moment"):
        told = ask(
            lambda: answered(
                run_id, ("moments", tuple(steps), prompt, line),
                lambda: [services.at_moment(run_id, step).units.at_work(prompt, line, LENGTH) for step in steps],
            )
        )  # fmt: skip
    if told is None:
        return
    _start(app, steps)
    playing = bool(st.session_state.get(f"{app}_moments_playing"))
    st.button(
        "Pause" if playing else "Play", icon=":material/pause:" if playing else ":material/play_arrow:",
        key=f"{app}_moments_play", on_click=_turn, args=(app, steps), help="Step through the moments by itself.",
    )  # fmt: skip
    st.fragment(_moment, run_every=PAUSE if playing else None)(app, run_id, steps, told)


def _start(app: str, steps: Sequence[int]) -> None:
    """The moment of the link, else the last one; the nearest where the run has not that one."""
    key = f"{app}_moment"
    asked = st.session_state.get(key, st.query_params.get(MOMENT, ""))
    number = int(asked) if str(asked).isdecimal() and len(str(asked)) < 10 else steps[-1]
    st.session_state[key] = min(steps, key=lambda step: abs(step - number))


def _turn(app: str, steps: Sequence[int]) -> None:
    """Play, from the start where it stands at the end; or stand still."""
    playing = not st.session_state.get(f"{app}_moments_playing")
    st.session_state[f"{app}_moments_playing"] = playing
    st.session_state[f"{app}_moments_since"] = time.monotonic()
    if playing and st.session_state.get(f"{app}_moment") == steps[-1]:
        st.session_state[f"{app}_moment"] = steps[0]


def _moment(app: str, run_id: str, steps: Sequence[int], told: Sequence[Mapping[str, Any]]) -> None:
    """The slider and all that moves with it; while it plays it moves on by itself."""
    key = f"{app}_moment"
    over = _move_on(app, steps)
    step = int(
        st.select_slider(
            "Steps trained", steps, key=key, format_func=lambda at: f"{at:,}",
            help="Moments at which the network was kept, about equal factors apart.",
        )
    )  # fmt: skip
    if st.query_params.get(MOMENT) != str(step):
        st.query_params[MOMENT] = str(step)
    now = told[steps.index(step)]
    left, right = [st.container()] * 2 if is_narrow() else st.columns(2)
    with left:
        st.markdown(f"**It writes**, after {count(step, 'step')}")
        st.code(now["text"] or " ", language=None, wrap_lines=True, height=150)
    with right:
        _curve(app, run_id, steps, step)
    _line(app, told, now)
    if over:
        st.rerun()  # without the timer


def _move_on(app: str, steps: Sequence[int]) -> bool:
    """Go to the next moment when it is time; returns whether the last one is reached."""
    if not st.session_state.get(f"{app}_moments_playing"):
        return False
    key, now = f"{app}_moment", time.monotonic()
    if now - st.session_state.get(f"{app}_moments_since", 0.0) > PAUSE / 2:
        st.session_state[f"{app}_moments_since"] = now
        st.session_state[key] = steps[min(len(steps) - 1, steps.index(st.session_state[key]) + 1)]
    if st.session_state[key] == steps[-1]:
        st.session_state[f"{app}_moments_playing"] = False
        return True
    return False


def _curve(app: str, run_id: str, steps: Sequence[int], step: int) -> None:
    status = services.status(run_id)
    if status is not None:
        curve = curve_of(status)
        chart = place_on_curve(points(curve.train, "loss"), points(curve.validation, "loss"), steps, step, is_dark())
        show(chart, key=f"{app}_moments_curve")


def _line(app: str, told: Sequence[Mapping[str, Any]], now: Mapping[str, Any]) -> None:
    """The line by its surprise and by one unit, each on one scale for all moments."""
    if not now["surprise"]:
        return
    left, right = [st.container()] * 2 if is_narrow() else st.columns(2)
    tokens, nats = [token for token, _ in now["surprise"]], [nat for _, nat in now["surprise"]]
    with left:
        limit = max(nat for one in told for _, nat in one["surprise"])
        show(text_strip(tokens, nats, "Surprise, nats", is_dark(), limit=limit), key=f"{app}_moments_surprise")
        st.caption(f"On average {float(np.mean(nats)):.2f} nats: the bluer, the less it was expected.")
    with right:
        unit = int(told[-1]["values"]["hidden state"].std(axis=0).argmax())
        kinds = list(now["values"])
        kind = str(
            st.selectbox(
                "What to see of the unit", kinds, format_func=str.capitalize, key=f"{app}_moments_kind",
                help="The unit that varies most over this line at the end of training: its states and gates.",
            )
        )  # fmt: skip
        values, all_of_it = now["values"][kind][:, unit], [one["values"][kind][:, unit] for one in told]
        signed, most = min(map(np.min, all_of_it)) < 0, float(max(np.abs(one).max() for one in all_of_it))
        title = f"{kind.capitalize()} of unit {unit}"
        chart = text_strip(now["tokens"], values.tolist(), title, is_dark(), signed=bool(signed), limit=most)
        show(chart, key=f"{app}_moments_unit")
