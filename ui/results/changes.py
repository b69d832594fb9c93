"""What a run changed that learned from corrections: each of these before and after, and the validation set, which it was not
taught: what turned right there, and what turned wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.jobs.corrections import CHANGES_FILE
from core.jobs.status import RESULT_FILE
from core.verdict import said_of_changes
from ui import services
from ui.foreign import table
from ui.results.common import is_narrow
from ui.words import NONE, count


def changes_view(app: str, run_id: str) -> None:
    """All of it; nothing for a run that learned from its data alone, or whose corrections are somebody else's."""
    changes = services.run_file(run_id, CHANGES_FILE)
    if changes is None:
        return
    with st.container(border=True):
        st.markdown("**What the corrections changed**")
        st.markdown(said_of_changes(changes))
        result = services.run_file(run_id, RESULT_FILE) or {}
        if result.get("ended") == "time_limit" and result["steps"] < result["max_steps"]:
            st.warning(
                f"Only {result['steps']:,} of {count(result['max_steps'], 'step')} were done in the time that a lesson may "
                "take: the machine was busy. Correct this network once more to go on from here."
            )
        _rows(changes["rows"])
        if (found := changes["validation"]) is not None:
            left, right = st.columns(2)
            with left:
                _turned("Turned right", found["turned_right"])
            with right:
                _turned("Turned wrong", found["turned_wrong"])
        st.caption(
            "The score below is this network's own, on the test set, read once at its end. Which network to keep is told by the "
            "validation set."
        )


def _rows(rows: Sequence[Mapping[str, Any]]) -> None:
    shown = pd.DataFrame(
        {
            "Right label": [row["label"] for row in rows],
            "Before": [row["before"] for row in rows],
            "After": [row["after"] for row in rows],
            "Sure before": [100 * row["sure_before"] for row in rows],
            "Sure after": [100 * row["sure_after"] for row in rows],
            "Text": [row["text"] for row in rows],
        }
    )
    if is_narrow():  # the text stands where it is seen without scrolling
        shown = shown[["Text", "Right label", "Before", "After", "Sure before", "Sure after"]]
    percent = st.column_config.NumberColumn(format="%.0f%%", width="small", help="The probability of the right label.")
    small = st.column_config.TextColumn(width="small")
    st.dataframe(
        table(shown), hide_index=True, placeholder=NONE,
        alt=f"{count(len(rows), 'corrected text')}: label and probability of the right one, before and after.",
        column_config={
            "Right label": small, "Before": small, "After": small, "Sure before": percent, "Sure after": percent,
            "Text": st.column_config.TextColumn(width="small" if is_narrow() else "large"),
        },
    )  # fmt: skip


def _turned(title: str, found: Mapping[str, Any]) -> None:
    """Texts of the validation set whose answer changed sides."""
    rows = found["texts"]
    cut = f", of which {len(rows):,} are shown" if found["count"] > len(rows) else ""
    st.markdown(f"**{title}:** {count(found['count'], 'text')} of the validation set{cut}")
    if not rows:
        return
    shown = pd.DataFrame({name.capitalize(): [row[name] for row in rows] for name in ("before", "after", "text")})
    st.dataframe(
        table(shown), hide_index=True, placeholder=NONE, height=220,
        alt=f"{title}: {count(len(rows), 'text')} with the labels before and after.",
        column_config={"Text": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
