"""What a network takes for what, of texts or of words: the confusion matrix, and the figures of each class beside it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from ui.charts.classes import FEW_CLASSES, HALF_WIDTH, PHONE_WIDTH, confusion_chart
from ui.foreign import table
from ui.results.common import is_dark, is_narrow, show
from ui.words import NONE


def confusion_view(
    app: str, details: Mapping[str, Any], one: str, items: str, pick: Callable[[str], None] | None = None
) -> None:
    """Both, side by side where there are few classes.

    Args:
        app: Prefix of the key.
        details: `classes`, `confusion`, `per_class` and `split` of `details.json`.
        one: What a class is called: label, tag.
        items: What is counted, in plural.
        pick: Called with `app` when a cell was clicked, which stands in the state of the chart; None: nothing to click.
    """
    classes = details["classes"]
    # The matrix of many classes takes the whole width, so that its figures find room.
    left, right = (st.container(), st.container()) if len(classes) > FEW_CLASSES else st.columns(2, gap="large")
    width = PHONE_WIDTH if is_narrow() else HALF_WIDTH if len(classes) <= FEW_CLASSES else 2 * HALF_WIDTH
    with left:
        chart = confusion_chart(classes, details["confusion"], is_dark(), width, can_pick=pick is not None)
        show(chart, key=f"{app}_use_confusion", on_pick=None if pick is None else partial(pick, app))
    with right:
        figures_of_each(details.get("per_class") or {}, "Class", items)
        st.caption(
            f"Precision: how many of the {items} with this prediction have the {one}. "
            f"Recall: how many of the {items} with the {one} were found."
        )


def figures_of_each(rows: Mapping[str, Mapping[str, Any]], each: str, items: str) -> None:
    """A table of precision, recall, F1 and support of each class or type, by name; `each` is what a name is of."""
    columns = {"precision": "Precision", "recall": "Recall", "f1": "F1", "support": items.capitalize()}
    figures = pd.DataFrame(
        {each: list(rows), **{name: [_shown(k, rows[c].get(k)) for c in rows] for k, name in columns.items()}}
    )
    st.dataframe(
        table(figures), hide_index=True, placeholder=NONE, height="content",
        alt=f"Precision, recall, F1 and number of test {items} of each {each.lower()}.",
        column_config={name: st.column_config.NumberColumn(format="%.1f%%") for name in ("Precision", "Recall", "F1")},
    )  # fmt: skip


def _shown(key: str, value: float | None) -> float | None:
    """A share in percent; a count as it is."""
    return value if value is None or key == "support" else 100 * value
