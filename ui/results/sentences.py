"""Two runs of the same texts sentence by sentence, the biggest differences first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.metrics.sentences import Sentence, side_by_side
from ui import services
from ui.compared import Column
from ui.foreign import csv_of, foreign, table
from ui.results.common import once_open
from ui.words import NONE, count

_SHOWN = 50
_CLOSE = 0.05  # of chrF: what nobody would call a difference


def sentences_view(one: Column, two: Column) -> None:
    """A table, folded up; nothing for runs that wrote no texts that this visitor may see.

    Args:
        one, two: Of one run each, or of several seeds, of which the first stands here.
    """
    written = [_written(column.runs[0].status.run_id) for column in (one, two)]
    if not all(written):
        return
    with once_open("Sentence by sentence", ":material/compare_arrows:", "compare:sentences") as is_open:
        if not is_open:
            return
        found = side_by_side(*written)
        if not found:
            st.caption("These runs kept no texts in common.")
            return
        st.markdown(in_words(found, one.name, two.name))
        rows = rows_of(found, one.name, two.name)
        st.dataframe(
            table(rows[:_SHOWN]), hide_index=True, placeholder=NONE,
            alt=f"{count(min(_SHOWN, len(rows)), 'sentence')} with what both runs wrote, the biggest differences first.",
        )  # fmt: skip
        st.caption(
            "chrF of each sentence, 0 to 100, and by how much the second is better. Short sentences jump: one word is half of "
            "them." + (f" The first {_SHOWN} of {count(len(rows), 'sentence')}." if len(rows) > _SHOWN else "")
        )
        st.download_button(
            "Download CSV", lambda: csv_of(rows).encode(), "sentences.csv", "text/csv", key="compare:sentences_csv",
            on_click="ignore", help="Every sentence that both runs wrote, with both scores.",
        )  # fmt: skip


def _written(run_id: str) -> Sequence[Mapping[str, str]]:
    details: Mapping[str, Any] = services.run_file(run_id, "details.json") or {}
    return details.get("written") or []


def rows_of(found: Sequence[Sentence], first: str, second: str) -> pd.DataFrame:
    """A row a sentence; where both runs are called the same, they are numbered."""
    names = (first, second) if first != second else (f"{first} (1)", f"{second} (2)")
    return pd.DataFrame(
        {
            "Source": [row.source for row in found],
            "Expected": [row.reference for row in found],
            names[0]: [row.first for row in found],
            names[1]: [row.second for row in found],
            "chrF 1": [round(row.first_score, 1) for row in found],
            "chrF 2": [round(row.second_score, 1) for row in found],
            "Difference": [round(row.apart, 1) for row in found],
        }
    )


def in_words(found: Sequence[Sentence], first: str, second: str) -> str:
    """Which of the two is better on how many."""
    better = sum(row.apart > _CLOSE for row in found)
    worse = sum(row.apart < -_CLOSE for row in found)
    same = sum(row.first == row.second for row in found)
    return (
        f"Of {count(len(found), 'sentence')} **{foreign(second)}** is better on {better:,}, **{foreign(first)}** on {worse:,}; "
        f"{same:,} are the same letter by letter."
    )
