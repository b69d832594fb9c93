"""Use it: many texts at once, one a line, pasted or from a file, as a table and as CSV.

What is brought is read in memory for this visitor's page and goes with it. How many texts and how long they may be is the
predictor's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.tasks.options import MAX_TEXT_CHARACTERS
from ui import services
from ui.foreign import cell, csv_of, foreign_code, table
from ui.results.common import ask
from ui.results.typed import kept_of
from ui.results.written import parquet_of
from ui.words import NONE, count

_MOST_SHOWN = 12  # classes with a column of their own on the screen; the file has all
_MOST_MEGABYTES = 5
_MOST_NAMED = 5  # lines that are left out


@st.fragment
def many_texts(
    app: str,
    run_id: str,
    item: str = "text",
    answers: str = "label",
    draw: Callable[[str, Sequence[Any]], None] | None = None,
) -> None:
    """The expander with both ways to bring texts, and the table of what the network says of them.

    Args:
        app: Prefix of the keys.
        run_id: Whose network is asked.
        item: What one text is called.
        answers: What it gets: label, tag.
        draw: From `app` and what `predict` gives to the table; None: that of labels.
    """
    with st.expander(f"{answers.capitalize()} many {item}s", icon=":material/table_rows:"):
        given = st.file_uploader(
            f"A text file with one {item} in each line", key=f"{app}_many_file_{run_id}", max_upload_size=_MOST_MEGABYTES,
            type=["txt"], help="Plain text, no table: all of a line is read. It is read for this page and not kept.",
        )  # fmt: skip
        pasted = kept_of(
            st.text_area(
                "Or paste them, one in each line", key=f"{app}_many_text_{run_id}", height=110, help="Empty lines are left out.",
            ),
            services.limits().max_pasted_characters,
        )  # fmt: skip
        content = given.getvalue().decode("utf-8-sig", errors="replace") if given is not None else pasted
        texts, too_long = lines_of(content)
        if too_long:
            st.warning(_left_out(too_long))
        if not texts:
            st.caption(f"One {item} in each line gives a table of {answers}s, to look at and to download.")
            return
        with st.spinner(f"Reading {count(len(texts), item)}"):
            rows = ask(lambda: services.predictor(run_id).predict(texts))
        if rows is not None:
            (draw or _show)(app, rows)


def lines_of(content: str) -> tuple[list[str], list[int]]:
    """The texts of a file or a paste: its lines without blanks around them, empty ones left out, and the numbers of lines
    that are longer than a network is asked, which are left out too."""
    lines = [(number, line.strip()) for number, line in enumerate(content.splitlines(), 1)]
    too_long = [number for number, line in lines if len(line) > MAX_TEXT_CHARACTERS]
    return [line for _, line in lines if 0 < len(line) <= MAX_TEXT_CHARACTERS], too_long


def _left_out(numbers: Sequence[int]) -> str:
    named = ", ".join(f"{number:,}" for number in numbers[:_MOST_NAMED])
    more = f" and {len(numbers) - _MOST_NAMED:,} more" if len(numbers) > _MOST_NAMED else ""
    said = "Line" if len(numbers) == 1 else "Lines"
    return f"{said} {named}{more} left out: longer than {MAX_TEXT_CHARACTERS:,} characters."


def labelled(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A row a text: `text`, `label`, `sure` of it, a column for the probability of each class, 0 to 1, `unknown` words, and
    how many at its end are `not read`."""
    found = pd.DataFrame({"text": [row["text"] for row in rows], "label": [row["label"] for row in rows]})
    found["sure"] = [row["probabilities"][row["label"]] for row in rows]
    for name in rows[0]["probabilities"]:
        found[f"probability of {name}"] = [row["probabilities"][name] for row in rows]
    found["unknown"] = [" ".join(row["unknown"]) for row in rows]
    found["not read"] = [row["num_cut"] for row in rows]
    return found


def _show(app: str, rows: Sequence[Mapping[str, Any]]) -> None:
    whole = labelled(rows)
    classes = list(rows[0]["probabilities"])
    shown = whole[["text", "label", "sure"]].set_axis(["Text", "Label", "Sure"], axis=1)
    if 2 < len(classes) <= _MOST_SHOWN:
        for name in classes:
            shown[f"P({name})"] = whole[f"probability of {name}"]
    shares = list(shown.columns[2:])
    shown[shares] *= 100
    percent = st.column_config.NumberColumn(format="%.0f%%", width="small")
    st.dataframe(
        table(shown), hide_index=True, placeholder=NONE, alt=f"Labels of {count(len(rows), 'text')}.",
        column_config={
            "Text": st.column_config.TextColumn(width="large"),
            **dict.fromkeys(map(cell, shares), percent),
        },
    )  # fmt: skip
    if num := int((whole["not read"] > 0).sum()):
        st.caption(
            f"{count(num, 'text')} longer than the network reads: their ends count for nothing (column `not read`)."
        )
    counts = whole["label"].value_counts()
    st.caption(", ".join(f"{foreign_code(name, 40)} {number:,}" for name, number in counts.items()))
    st.download_button(
        "Download CSV", csv_of(whole), "labelled_texts.csv", "text/csv", key=f"{app}_many_csv", on_click="ignore",
        help="Every text with its label, the probability of every class and the words that are unknown or not read.",
    )  # fmt: skip
    st.download_button("Download Parquet", lambda: parquet_of(whole), "labelled_texts.parquet", "application/octet-stream",
                       key=f"{app}_many_parquet", on_click="ignore", help="The same table, for programs.")  # fmt: skip
