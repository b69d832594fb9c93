"""Home's cards: of each task the network that ships with it, at work in small, with its figure beside the simple one's.

Everything comes from what training left behind; nothing is loaded. Left out: choosing what a starter is (core.jobs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.verdict import against, page_baseline
from ui.charts.small import small_attention, small_forecast
from ui.foreign import foreign, one_line
from ui.results.common import is_dark
from ui.results.judged import judged_words
from ui.starter import Starter, starter_of
from ui.words import baseline_label, headline_metric, metric_label, metric_value
from ui.writing import write_out

_MOST_TOKENS = 14  # of a translation in a card
_MOST_SENTENCES = 2
_MOST_WRITTEN = 170  # characters


def draw_alive(task: str, otherwise: str) -> None:
    """What the starter of a task does, in small, and how well; a sentence where there is none.

    Args:
        task: One of the four tasks.
        otherwise: The sentence.
    """
    starter = starter_of(task)
    draw, seen = _PICTURES[task]
    if starter is None or not draw(starter):
        st.markdown(otherwise)
        return
    st.caption(f"{seen}  \n{figure_line(task, starter.result)}.  \nA starter, {starter.origin}.")


def figure_line(task: str, result: Mapping[str, Any]) -> str:
    """The figure on the test part beside that of the best simple method, and what the difference is worth."""
    metric = headline_metric(task)
    value, best = (result.get("test") or {}).get(metric), page_baseline(result, metric)
    line = f"{metric_label(metric)} **{metric_value(metric, value)}**"
    if value is None or best is None:
        return line
    said = against(metric, result)
    return f"{line}; {foreign(baseline_label(best[0]))} {metric_value(metric, best[1])}" + (f": {said}" if said else "")


def _forecast(starter: Starter) -> bool:
    details = starter.details
    if not details.get("targets"):
        return False
    spec, alt = small_forecast(details, details["targets"][0], is_dark())
    st.vega_lite_chart(spec=spec, key="home:forecasting", alt=one_line(alt))
    return True


def _written(starter: Starter) -> bool:
    text = (starter.details.get("prompt") or "") + (starter.details.get("sample") or "")
    if text:
        write_out(f"home:{starter.run_id}", text[:_MOST_WRITTEN])
    return bool(text)


def _judged(starter: Starter) -> bool:
    answers = starter.details.get("answers") or []
    for path in answers[:_MOST_SENTENCES]:
        st.markdown(judged_words(path))
    return bool(answers)


def _translated(starter: Starter) -> bool:
    """The longest of the examples that a card has room for."""
    answers = [one for one in starter.details.get("answers") or [] if one.get("weights")]
    fitting = [one for one in answers if len(one["trg_tokens"]) <= _MOST_TOKENS] or answers[:1]
    if not fitting:
        return False
    chosen = max(fitting, key=lambda one: len(one["trg_tokens"]))
    spec, alt = small_attention(chosen["src_tokens"], chosen["trg_tokens"], chosen["weights"], is_dark())
    st.vega_lite_chart(spec=spec, key="home:translation", alt=one_line(f"{alt} {chosen['src']}: {chosen['trg']}"))
    return True


# What draws a task's picture, which may find nothing to draw, and what is seen in it.
_PICTURES: Mapping[str, tuple[Callable[[Starter], bool], str]] = {
    "forecasting": (_forecast, "What was measured in grey, what the network says ahead in blue."),
    "generation": (_written, "Written by the network, one character after another."),
    "sentiment": (_judged, "Each word on the colour of what the network thinks so far."),
    "translation": (_translated, "The stronger a cell, the more it looked there while it wrote the word on the left."),
}
