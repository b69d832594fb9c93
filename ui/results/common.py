"""Pieces that the views of the tasks share: showing a chart, the verdict, the table of figures, mistakes in input.

Text that comes from data or from a visitor is never read as Markdown (ui/foreign.py).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from core.applications import describe
from core.config.experiment import Experiment
from core.data import catalog
from core.figures import leader_first
from core.metrics.registry import metric as metric_named
from core.verdict import left_out, page_baseline, verdict
from ui.browser import is_dark, is_narrow
from ui.charts.chart import Chart
from ui.charts.comparison import comparison_bars
from ui.charts.labels import visible
from ui.charts.light import light_spec
from ui.foreign import foreign, foreign_code, one_line
from ui.problems import show_problems
from ui.words import (
    NONE,
    baseline_label,
    capital,
    headline_metric,
    metric_label,
    metric_value,
    smaller_is_better,
    token_words,
)

T = TypeVar("T")

_LONGEST_ALT = 4_000
_ZOOM_BUTTONS = ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"]


def show(chart: Chart, key: str, on_pick: Callable[[], None] | None = None, *, light: bool = False) -> None:
    """Draw a chart over the full width, with its description for screen readers.

    On a phone nothing hovers: the buttons for zooming would stand over the legend for ever.

    Args:
        chart: The chart.
        key: Its own on the page.
        on_pick: Called when a point of it was clicked, which stands in the state under the key.
        light: Without Plotly, which a browser loads for seconds: for what a page begins with. Nothing zooms there.
    """
    alt = one_line(chart.alt, _LONGEST_ALT)
    if light:
        st.vega_lite_chart(spec=light_spec(chart.figure, is_narrow()), width="stretch", key=key, alt=alt)
        return
    zoom = chart.zoom and not is_narrow()
    bar = {"displayModeBar": "hover", "modeBarButtonsToRemove": _ZOOM_BUTTONS} if zoom else {"displayModeBar": False}
    config = {**bar, "displaylogo": False, "showTips": False}
    if not zoom:
        chart.figure.update_xaxes(fixedrange=True)
        chart.figure.update_yaxes(fixedrange=True)
    if on_pick is None:
        st.plotly_chart(chart.figure, width="stretch", theme=None, key=key, config=config, alt=alt)
        return
    st.plotly_chart(
        chart.figure,
        width="stretch",
        theme=None,
        key=key,
        config=config,
        alt=alt,
        on_select=on_pick,
        selection_mode="points",
    )


@contextmanager
def once_open(label: str, icon: str, key: str, *, expanded: bool = False) -> Iterator[bool]:
    """What is folded up and drawn once somebody opens it, so that a page does not load for what nobody looks at.

    Args:
        label, icon: Of the expander.
        key: Its own on the page.
        expanded: Whether it is open at first.

    Yields:
        Whether it is open.
    """
    place = st.expander(label, expanded=expanded, icon=icon, on_change="rerun", key=key)
    with place:
        yield bool(place.open)


def ask(question: Callable[[], T]) -> T | None:
    """The answer of a network, or None after showing what is wrong with the input.

    Errors are known by their list of problems and not by their type, which hot reload replaces.
    """
    try:
        return question()
    except ValueError as error:
        problems = getattr(error, "problems", None)
        if problems is None:
            raise
        show_problems("The network cannot answer this.", problems)
        return None


def show_verdict(task: str, result: Mapping[str, Any] | None) -> None:
    """The sentence above the result, and the figures behind it; nothing for a run that was not judged."""
    if result is None:
        return  # the page has said what there is instead
    if not result.get("test"):
        st.info(
            "This run has no final figures, because its data has no test set. Its network can be used all the same."
        )
        return
    st.markdown(verdict(task, result))
    metric = headline_metric(task, result["test"])
    names = leader_first({k: v.get(metric) for k, v in (result.get("baselines") or {}).items()}, metric)
    best = page_baseline(result, metric)
    shown = [best[0]] if best else names[:1]
    if is_narrow():  # folded away, so that what can be done with the network is on the same screen as the verdict
        with once_open("All figures", ":material/bar_chart:", f"{task}_compared") as is_open:
            if is_open:
                _all_methods(task, result, names) if names else _figures_table(task, result, shown)
        return
    _figures_table(task, result, shown)
    if names:
        with once_open("Compare with all baselines", ":material/bar_chart:", f"{task}_compared") as is_open:
            if is_open:
                _all_methods(task, result, names)


def _figures_table(task: str, result: Mapping[str, Any], baselines: Sequence[str]) -> None:
    rows = {"Network": result["test"]}
    rows |= {capital(baseline_label(name)): result["baselines"][name] for name in baselines}
    known = [m for m in describe(task).metrics if any(figures.get(m) is not None for figures in rows.values())]
    table = pd.DataFrame(
        {
            "On the test set": list(rows),
            **{metric_label(m): [_figure(task, m, figures) for figures in rows.values()] for m in known},
        }
    )
    parts = "; ".join(
        f"{name}: " + ", ".join(f"{metric_label(m)} {_figure(task, m, figures)}" for m in known)
        for name, figures in rows.items()
    )
    st.table(table, border="horizontal", hide_index=True, alt=f"Figures on the test set. {parts}.")
    for m in known:
        if metric_named(m).needs_order:
            st.caption(foreign(metric_named(m).gloss))


def _figure(task: str, metric: str, figures: Mapping[str, Any]) -> str:
    """A figure; a dash where a method has none, such as the loss of one that gives no probabilities."""
    return NONE if figures.get(metric) is None else metric_value(metric, figures[metric], task)


def _all_methods(task: str, result: Mapping[str, Any], names: Sequence[str]) -> None:
    metric = headline_metric(task, result["test"])
    value = result["test"].get(metric)
    if value is not None:
        others = {name: result["baselines"][name].get(metric) for name in names}
        show(comparison_bars(metric, value, others, is_dark()), key=f"{task}_comparison")
    _figures_table(task, result, names)
    better = "lower" if smaller_is_better(metric) else "higher"
    st.caption(
        f"{metric_named(metric).gloss} Here {better} is better; every method saw the same training set. "
        f"{foreign(left_out(result))}"
    )


def say_withheld(what: str) -> None:
    """Say that the owner of a run has not shared the data that it was trained on, and what is not seen for that."""
    st.info(f"The data of this run is its owner's and was not shared: {what}", icon=":material/lock:")


def start_text(key: str, default: str | int) -> None:
    """Put the default into a box, again when something else brings another default and nobody typed.

    Args:
        key: Key of the box.
        default: Its first content.
    """
    before = st.session_state.get(f"{key}_default")
    if key not in st.session_state or st.session_state[key] == before:
        st.session_state[key] = default
    st.session_state[f"{key}_default"] = default


def given_examples(experiment: Experiment) -> tuple[str, ...]:
    """The catalogue's examples for a run's data; none for somebody's own file or other languages than the default."""
    return catalog.given_examples(experiment.description.kind, experiment.data)


def kept_answer(details: Mapping[str, Any] | None, field: str, text: str) -> dict[str, Any] | None:
    """The answer to a text that training left behind: to show it needs no network, and so no torch in the server.

    Args:
        details: `details.json`; a run of an older version has no answers.
        field: Where an answer has its text.
        text: What is asked.
    """
    return next((one for one in (details or {}).get("answers") or [] if one.get(field) == text), None)


def say_unread(number: int, experiment: Experiment) -> None:
    """Say that the end of a text was not read, and that its label does not count it."""
    if number:
        most, words = experiment.data.max_length, token_words(experiment).many
        st.warning(f"Only the first {most:,} {words} were read: the {number:,} at the end count for nothing.")


def name_unknown(unknown: Sequence[str], experiment: Experiment) -> None:
    """Say which characters or words the network does not know."""
    if unknown:
        words = ", ".join(foreign_code(word if word.strip() else visible(word), 40) for word in unknown)
        one = token_words(experiment).one
        read = "by its letters alone" if experiment.model.character_dim else f"as one and the same unknown {one}"
        st.caption(f"Not in the vocabulary, so read {read}: {words}")
