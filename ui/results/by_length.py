"""Use it, of translations: how well the test set was translated by how long the sources are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ui.charts.by_length import by_length_chart, span
from ui.results.common import is_dark, once_open, show
from ui.words import metric_label

_CHOICES = ("chrf", "bleu", "exact_match")


def by_length_view(app: str, parts: Sequence[Mapping[str, Any]], unit: str, *, looks: bool) -> None:
    """A line by length, folded up; nothing where the sources are all of one length.

    Args:
        app: Prefix of the keys.
        parts: Of `details.json`, from the shortest sources on.
        unit: What tokens of a source are called, in plural.
        looks: Whether the decoder looks at the source while it writes.
    """
    if len(parts) < 2:
        return
    with once_open("By length of the source", ":material/straighten:", f"{app}_by_length") as is_open:
        if not is_open:
            return
        metric = st.segmented_control(
            "Figure", _CHOICES, default=_CHOICES[0], required=True, format_func=metric_label, key=f"{app}_by_length_metric",
            help="By what the translations are judged.",
        )  # fmt: skip
        show(by_length_chart(parts, str(metric), unit, is_dark()), key=f"{app}_by_length_chart")
        st.caption(in_words(parts, str(metric), looks))


def in_words(parts: Sequence[Mapping[str, Any]], metric: str, looks: bool) -> str:
    """What the line shows, and why that is to be expected."""
    first, last = (part["figures"]["network"][metric] for part in (parts[0], parts[-1]))
    why = (
        "With attention the decoder looks at any word again, so long sources need not be worse than short ones."
        if looks
        else "Without attention all of the source passes through one state, the bottleneck: the longer it is, the more is lost."
    )
    if first is None or last is None or not first:
        return f"Each point is a quarter of the texts, or more where many are of one length. {why}"
    lost = 1 - last / first
    said = f"{lost:.0%} below" if lost >= 0.005 else f"{-lost:.0%} above" if lost <= -0.005 else "as good as"
    return (
        f"Each point is a quarter of the texts, or more where many are of one length. The longest ({span(parts[-1])}) are "
        f"{said} the shortest ({span(parts[0])}). {why}"
    )
