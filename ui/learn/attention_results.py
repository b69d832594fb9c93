"""With attention and without, trained side by side, and what was measured of the bottleneck, alignments and reading first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.claims.figures import short
from core.claims.registry import CLAIMS
from core.claims.store import stored
from ui import services
from ui.foreign import foreign, table
from ui.learn.training import Curves, Group, by_values, finished, members_of
from ui.run_group import Member
from ui.words import NONE

GROUP = "attention.both"
PAIR = {"with attention": "dot", "without attention": "none"}
_TITLES = {
    "F5": ("Quality by length of the source", "Share of unseen sources that are right to the last word. A source is one to four "
           "numbers in a row, English to French: longer than in the third tab, hence so much less without attention."),
    "F6": ("Alignment error", "Share of written words whose largest weight lies on another word than the one they translate; the "
           "diagonal looks as far through the source as has been written."),
    "F8": ("Word by word against reading first", "Share of unseen sources that are right to the last word. Word by word is a "
           "network that must write a word at each word it reads; it is no dictionary. A source is one number or date."),
}  # fmt: skip


def group() -> Group:
    """Two translators of numbers that differ in nothing but attention."""
    same = {"data.id": "numbers", "model.bidirectional": False}
    return Group(
        GROUP,
        by_values(
            "translation",
            {name: {**same, "model.attention": kind} for name, kind in PAIR.items()},
        ),
        button="Train both",
        note="**With attention and without, side by side.** Two translators of numbers on the same batches, whose encoders "
        "read forward only. Without attention it takes many more steps. Afterwards the gradient's path shows this pair too, and "
        "the set-up lets you look into both.",
        curves=(Curves("exact_match"), Curves("loss", "train")),
    )


def draw_reached(members: list[Member]) -> None:
    """What the pair got of unseen numbers, beside translating word for word."""
    rows = []
    for one in finished(members):
        result = services.run_file(one.run_id, "result.json") or {}
        shares = {
            "Exactly right": result.get("test"),
            "A dictionary": result.get("baselines", {}).get("word_for_word"),
        }
        rows.append({"Network": one.name, **{name: _share(part) for name, part in shares.items()}})
    if rows:
        st.dataframe(table(pd.DataFrame(rows)), hide_index=True, placeholder=NONE, alt="What the pair got.")
        st.caption(
            "Share of unseen numbers that are exactly right. The dictionary is the baseline: each word is replaced by its "
            "likeliest one, in place. Numbers mostly keep their order, so after few steps it can be ahead of a network."
        )


def how_many_right() -> str:
    """A sentence: what each of the pair gets right."""
    results = {one.name: services.run_file(one.run_id, "result.json") or {} for one in finished(members_of(GROUP))}
    shares = {name: _share(result.get("test")) for name, result in results.items()}
    return f"Of unseen numbers they get right: {', '.join(f'{name} {share}' for name, share in shares.items())}."


def _share(figures: dict[str, float] | None) -> str | None:
    found = (figures or {}).get("exact_match")
    return None if found is None else f"{found:.1%}"


def draw_measured() -> None:
    """The stored figures of the claims that this page is about."""
    st.subheader("Measured over seeds", anchor=False)
    for tab, claim in zip(st.tabs([title for title, _ in _TITLES.values()]), _TITLES, strict=True):
        with tab:
            _draw_claim(claim, *_TITLES[claim])


def _draw_claim(claim: str, title: str, says: str) -> None:
    found = stored(claim)
    if found is None:
        st.info(f"Not measured yet. `python -m core claims {foreign(claim)} --save` does it, and this table fills.")
        return
    said = CLAIMS[claim]
    st.markdown(f"The claim: {foreign(said.says)}. Measured: **{foreign(said.measured)}**.")
    networks, tasks = ({getattr(figure, name) for figure in found.figures} for name in ("network", "task"))
    rows: dict[str, dict[str, str]] = {}
    for figure in found.figures:  # what there is only one of is no heading
        row = figure.network if len(networks) > 1 else figure.metric
        column = figure.task if len(tasks) > 1 else figure.metric
        seeds = f" ({', '.join(map(short, figure.values))})" if claim == "F6" and figure.spread else ""
        rows.setdefault(row, {"": row})[column[0].upper() + column[1:]] = figure.said + seeds
    st.dataframe(table(pd.DataFrame(list(rows.values()))), hide_index=True, placeholder=NONE, alt=f"{title}.")
    st.caption(f"{foreign(says)} Mean ± standard deviation over seeds{', in brackets each of them' * (claim == 'F6')}.")
    for part in found.measurements:
        st.caption(foreign(part.source))
