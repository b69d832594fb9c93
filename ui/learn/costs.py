"""What length costs, below the unfolded network: parameters counted from modules, and time measured on a button.

The measurement runs in a thread of the server, one for all visitors at a time (`core.insight.timing`). Beside it stand the
stored measurements of the claims F10 and F11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.claims.store import stored
from core.models.cells import CELLS
from ui.browser import is_dark
from ui.charts.costs import times_chart
from ui.foreign import foreign, table
from ui.results.common import show
from ui.server_state import of_the_server
from ui.words import NONE

if TYPE_CHECKING:
    from core.insight.timing import Clock

LENGTHS = (1, 10, 100, 1000)
LOOK_SECONDS = 0.5


def draw_costs() -> None:
    """Both tables, and the button."""
    with st.container(border=True):
        st.subheader("Parameters against length", anchor=False)
        _draw_parameters()
    with st.container(border=True):
        st.subheader("Time against length and batch", anchor=False)
        every = LOOK_SECONDS if _clock().running else None
        st.fragment(_draw_times, run_every=every)(every is not None)


@of_the_server
def _clock() -> Clock:
    from core.insight.timing import Clock

    return Clock()


def parameters_table() -> pd.DataFrame:
    """Parameters of every cell, and of a feed-forward network whose window is the sequence, by the sequence's length."""
    from core.insight.timing import FEED_FORWARD, num_parameters

    rows = [
        {"Network": str(label), **{f"{length:,} steps": f"{num_parameters(cell, length):,}" for length in LENGTHS}}
        for cell, label in [(name, cell.label) for name, cell in CELLS.items()]
        + [(FEED_FORWARD, "Feed-forward, all steps")]
    ]
    return pd.DataFrame(rows).rename(columns={"1 steps": "1 step"})


def _draw_parameters() -> None:
    st.markdown(
        "32 features in, 64 units, counted from the modules themselves. A recurrent network runs the same weights once for "
        "each step, so any length goes in. A feed-forward network that sees the whole sequence needs weights for every step."
    )
    st.dataframe(table(parameters_table()), hide_index=True, width="stretch", height="content", placeholder=NONE,
                 alt="Parameters of every network at each length.")  # fmt: skip
    if (found := stored("F11")) is not None:
        st.caption(
            f"Claim F11, parameters do not grow with length: it holds exactly. {foreign(found.measurements[-1].source)}"
        )


def times_table(times: Any) -> pd.DataFrame:
    """How many times as long a pass takes with the most of each: measured now, and as it is stored."""
    from core.insight.timing import NETWORKS, TIMES, ratios

    kinds, most = {"length": "the length", "batch": "the batch"}, TIMES[-1]
    found = stored("F10")
    known = {(figure.network, figure.metric): figure.said for figure in (found.figures if found else ())}
    rows = []
    for name in NETWORKS:
        row = {"Network": name}
        for kind, words in kinds.items():
            now = None if times is None else ratios(getattr(times, kind)[name])[-1]
            row[f"{most}× {words}, now"] = "–" if now is None else f"{now:.1f}"
            row[f"{most}× {words}, stored"] = known.get((name, f"time, {most}x {words}"), "–")
        rows.append(row)
    return pd.DataFrame(rows)


def _draw_times(drawn_running: bool) -> None:
    clock = _clock()
    if clock.running != drawn_running:
        st.rerun()  # the page decides how often this part is drawn
    st.markdown(
        "Steps of one sequence wait for each other; sequences of a batch do not. So time grows with length, and much less "
        "with the batch. Compare a line with itself: torch runs each cell by another kernel."
    )
    if clock.running:
        st.progress(clock.share, "Measuring for about three seconds.")
    elif st.button("Measure on this machine", icon=":material/timer:", key="unfolding:measure"):
        clock.start()
        st.rerun()
    if clock.failed:
        st.warning("The measurement ended early: " + foreign(clock.failed))
    if clock.times is not None:
        _draw_chart(clock.times)
        busy = " It was so busy now that not all had two turns: measure again." if clock.times.rounds < 2 else ""
        st.caption(f"The shortest of several runs counts. A busy machine changes these numbers all the same.{busy}")
    st.dataframe(table(times_table(clock.times)), hide_index=True, width="stretch", height="content", placeholder=NONE,
                 alt="How much longer every network takes with 16 times the length, or the batch.")  # fmt: skip
    if (found := stored("F10")) is not None:
        st.caption(
            "Times as long, with 16 times as much of it. Stored: claim F10, recurrent networks are hard to parallelise. "
            f"It holds, less for the LSTM. {foreign(found.measurements[-1].source)}"
        )


def _draw_chart(times: Any) -> None:
    from core.insight.timing import TIMES, ratios

    length, batch = ({name: ratios(row) for name, row in table.items()} for table in (times.length, times.batch))
    show(times_chart(TIMES, length, batch, is_dark()), "unfolding:times")
