"""What is claimed: what lecture notes say of recurrent networks, each with what was measured of it, contradictions first.

Everything here comes from the registry and the store; nothing is measured for the page. Left out: what a claim means on a
network that one can turn, which its page in Learn shows.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.claims.figures import Figure, short
from core.claims.registry import CLAIMS, STANDINGS, Claim
from core.claims.store import Stored, stored
from ui.browser import is_narrow
from ui.foreign import foreign, table
from ui.frame import ensure_frame
from ui.learn.lessons import ENTRIES, entry
from ui.words import NONE, count

NAME = "claims"
LEAD = (
    "Lecture notes say a dozen things about recurrent networks in passing. Here each was turned into an experiment. Where the "
    "figures contradict the notes, that comes first."
)
_GROUPS = {
    "against": "Where our measurements contradict the notes",
    "does not hold": "Does not hold",
    "holds in part": "Holds in part",
    "holds": "Holds",
}
_ICONS = {"does not hold": ":material/close:", "holds in part": ":material/contrast:", "holds": ":material/check:"}
_MOST_SEEDS = 5  # whose values are all written out
_MOST_ROWS = 30  # shown at once; more are scrolled


def grouped() -> dict[str, list[Claim]]:
    """The claims by heading: those that we contradict first, the others by what came out; no empty group."""
    groups = {name: [one for one in CLAIMS.values() if _group(one) == name] for name in ("against", *STANDINGS)}
    return {_GROUPS[name]: members for name, members in groups.items() if members}


def _group(claim: Claim) -> str:
    return "against" if claim.against else claim.standing


def figure_table(figures: Sequence[Figure], published: Sequence[Figure] = ()) -> pd.DataFrame:
    """A row a figure: task, network, mean and standard deviation over seeds, the seeds themselves, and its baseline."""
    frame = pd.DataFrame([_row(one, one in published) for one in [*figures, *published]])
    return frame.loc[:, [name for name in frame if frame[name].notna().any()]]


def by_network(figures: Sequence[Figure]) -> pd.DataFrame:
    """A row a network, with mean and deviation of each task and, where there is more than one, metric."""
    one = len({figure.metric for figure in figures}) == 1
    rows: dict[str, dict[str, str]] = {}
    for figure in figures:
        column = figure.task[0].upper() + figure.task[1:] + ("" if one else f": {figure.metric}")
        rows.setdefault(figure.network, {})[column] = _minus(figure.said)
    return pd.DataFrame([{"Network": network, **row} for network, row in rows.items()])


def _row(figure: Figure, is_published: bool) -> dict[str, str | None]:
    low, high = short(min(figure.values)), short(max(figure.values))
    few = len(figure.values) <= _MOST_SEEDS
    seeds = ", ".join(map(short, figure.values)) if few else f"{len(figure.values)} from {low} to {high}"
    return {
        "Task": figure.task,
        "Network": figure.network,
        "Figure": figure.metric,
        "Mean ± deviation": _minus(figure.said),
        "Each seed": None if is_published or len(figure.values) == 1 else _minus(seeds),
        "Beside": figure.beside or None,
        "Parameters": None if figure.parameters is None else f"{figure.parameters:,}",
    }


def _draw_part(claim: Claim, frame: pd.DataFrame, source: str) -> None:
    """The figures of one measurement; what all rows have in common stands above them, and where they come from below."""
    frame, common = without_common(frame)
    rows = count(len(frame), "row")
    if common:
        st.markdown(f"*{foreign('; '.join(common))}*")
    if is_narrow() and "Task" in frame:
        frame = frame[[*(name for name in frame if name != "Task"), "Task"]]  # so that the figures are in sight
    st.dataframe(
        table(frame), hide_index=True, placeholder=NONE, alt=f"{claim.id}, {rows}: {', '.join(frame.columns)}.",
        height="content" if len(frame) <= _MOST_ROWS else "auto",
    )  # fmt: skip
    st.caption(foreign(source + (f" {rows}: scroll in the table." if len(frame) > _MOST_ROWS else "")))


def without_common(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """A table without the columns of task, figure and baseline that say the same in every row, and what they say."""
    common = [
        name
        for name in ("Task", "Figure", "Beside")
        if name in frame and len(frame) > 1 and frame[name].nunique(False) == 1
    ]
    return frame.drop(columns=common), [str(frame[name].iloc[0]) for name in common]


def _minus(text: str) -> str:
    return text.replace("-", "−")


def draw() -> None:
    """The page."""
    ensure_frame()
    st.title(foreign(entry(NAME).title), anchor=False)
    st.markdown(LEAD)
    numbers = [f"{sum(one.standing == name for one in CLAIMS.values())} {words}" for name, words in
               (("holds", "hold"), ("holds in part", "hold in part"), ("does not hold", "do not hold"))]  # fmt: skip
    st.markdown(
        f"Of {count(len(CLAIMS), 'claim')} {', '.join(numbers)}. A figure is the mean over seeds ± their standard deviation, on "
        "unseen data; what it is to be compared with stands beside it. `python -m core claims` lists them in a shell, and "
        "docs/claims.md says how each was measured."
    )
    for heading, claims in grouped().items():
        st.header(foreign(heading), anchor=False)
        for claim in claims:
            _draw_claim(claim, stored(claim.id))


def _draw_claim(claim: Claim, found: Stored | None) -> None:
    with st.container(border=True):
        st.subheader(f"{foreign(claim.id)}: {foreign(claim.says[0].upper() + claim.says[1:])}", anchor=False)
        if claim.against:
            st.markdown(f":material/priority_high: **Not as the notes say.** {foreign(claim.against)}")
        st.markdown(f"{_ICONS[claim.standing]} **Measured:** {foreign(claim.verdict)}.")
        if found is None:
            st.info("The figures are in docs/claims.md; they are not stored yet.", icon=":material/hourglass_empty:")
        else:
            if claim.figures:
                st.markdown(foreign(claim.figures))
            for part in found.measurements:
                _draw_part(claim, figure_table(part.figures), part.source)
            if claim.published:
                _draw_part(claim, figure_table([], claim.published), "Figures of others.")
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            for page in ENTRIES:
                if claim.id in page.covers and page.name != NAME:
                    st.page_link(f"pages/{page.name}.py", label=f"See it: {page.title}", icon=":material/science:")
            st.code(f"python -m core claims {claim.id}", language="bash")
