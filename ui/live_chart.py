"""The curve of a run while it trains: pure functions from records to an Altair chart and its alt text.

Altair updates in place, so the chart does not flicker. Roles keep their colours from ui.charts.theme.
Left out: finished pictures (ui/charts) and the panel around the curve (run_panel.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.jobs.status import RunStatus
from ui.charts.theme import role_color
from ui.curves import Curve, points
from ui.words import axis_title, baseline_label, best_baseline, metric_value, scale_for_axis

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 260  # with the axis of steps, without the legend
_LINE = 18  # pixels of a line of the legend
_GAP = 8  # between the legend and the plot
_MARGIN = 20  # below the axis of steps, which Streamlit leaves too
_LABELS = 40  # pixels beside the value axis: so many for "0.9" too, or the curve would move when "0.95" comes
_WIDTHS = {"training": 1.2, "validation": 2.4, "earlier": 2.4, "baseline": 1.5}


def curve_frame(
    curve: Curve, metric: str, earlier: Curve | None = None, baseline: str | None = None, best: int | None = None
) -> pd.DataFrame:
    """The points of a chart: columns step, value, series; one row a point.

    Args:
        curve: The run.
        metric: What is drawn; only the loss has a training curve.
        earlier: The run before, whose validation curve is drawn pale.
        baseline: The name of the baseline whose figure on the validation set is drawn, where it has one.
        best: The step of the best evaluation, which is marked.
    """
    scale = scale_for_axis(metric)
    rows: list[tuple[int, float, str]] = []
    if earlier is not None:
        rows += [(step, value * scale, "earlier") for step, value in points(earlier.validation, metric)]
    if metric == "loss":
        rows += [(step, value * scale, "training") for step, value in points(curve.train, metric)]
    rows += [(step, value * scale, "validation") for step, value in points(curve.validation, metric)]
    level = curve.baselines.get(baseline or "", {}).get(metric)
    if level is not None and rows:
        last = max(step for step, _, _ in rows)
        rows += [(step, level * scale, "baseline") for step in (0, max(1, last))]
    marked = best_value(curve, metric, best)
    if best is not None and marked is not None:
        rows.append((best, marked * scale, "best"))
    return pd.DataFrame(rows, columns=["step", "value", "series"])


def best_value(curve: Curve, metric: str, step: int | None) -> float | None:
    """The figure of the evaluation at a step; None where there is none."""
    found = (record.get(metric) for record in reversed(curve.validation) if record["step"] == step)
    return next((float(value) for value in found if value is not None), None) if step is not None else None


def shown_baseline(curve: Curve, headline: str, judged: str | None) -> str | None:
    """The one baseline of a page: the verdict's once there is one, before that the best on the validation set.

    Args:
        curve: With the baselines' figures on the validation set.
        headline: The metric that decides, also where another one is drawn.
        judged: The name of the verdict's, the best on the test set.
    """
    best = best_baseline(curve.baselines, headline)
    return judged or (best[0] if best else None)


def last_step(status: RunStatus, frame: pd.DataFrame, expected: int | None) -> int | None:
    """Where the axis of steps ends: with what is planned while it trains, with what was done afterwards.

    Args:
        status: The run; one that was stopped early, or whose time was up, has done fewer steps than were planned.
        frame: The points of the chart, of which none lies outside, also of a longer run before.
        expected: The steps that will be done, as far as is known.
    """
    planned = status.step if status.is_over else expected
    return int(max([planned, *frame["step"]])) if planned else None


def curve_chart(
    frame: pd.DataFrame,
    metric: str,
    *,
    task: str,
    total_steps: int | None = None,
    log_scale: bool = False,
    dark: bool = False,
    narrow: bool = False,
    went_on: int | None = None,
    baseline: str | None = None,
) -> alt.LayerChart:
    """The chart: training thin, validation strong, the baseline dashed and grey, the earlier run pale.

    Nothing moves while the run goes on: the legend stands in a place of its own that has room for every line which may
    come, and so do the labels of the value axis.

    A diamond marks the best evaluation, whose weights are kept; the legend says its figure and step. It is in the same
    data as the lines, so that a better one only changes data, and the chart stays.

    Args:
        frame: From `curve_frame`.
        metric, task: What is drawn, for the axis title.
        total_steps: Planned steps, so that the axis does not grow while the run does.
        log_scale: Logarithmic value axis; values at or below 0 are left out.
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone: names stand one under another.
        went_on: The step at which the run took up an earlier one, marked by a thin upright line.
        baseline: The name of the baseline in the frame.
    """
    import altair as alt  # a fifth of a second, which the first page of a server does not wait for: see server.py

    names = series_names(baseline, narrow)
    if log_scale:
        frame = frame[frame["value"] > 0]
    present = [series for series in _WIDTHS if series in set(frame["series"])] or ["training"]
    scale = alt.Scale(type="log", nice=False) if log_scale else alt.Scale(zero=False, nice=True)
    domain = alt.Scale(domain=[0, total_steps], nice=False) if total_steps else alt.Scale(nice=False)
    if frame.empty:  # axes have to end somewhere
        scale = alt.Scale(type="log" if log_scale else "linear", domain=[0.1, 1])
        domain = alt.Scale(domain=[0, total_steps or 1])
    muted = role_color("muted", dark)
    shown = frame.assign(
        name=frame["series"].map(names),
        kept=[_best_name(metric, row, task) if one == "best" else "" for one, *row in _rows(frame)],
    )
    of_lines = frame[frame["series"] != "best"]
    rows = (2 + (metric == "loss") + ("earlier" in present)) if narrow else 1  # the baseline is yet to come
    top = _LINE * (rows + 1) + _GAP
    place: dict[str, Any] = {"orient": "none", "legendX": -_LABELS if narrow else 0, "labelLimit": 300}
    # The same for all channels, which makes it one legend.
    legend = alt.Legend(
        **place, legendY=-top, symbolType="stroke", symbolStrokeWidth=3, rowPadding=2, columns=1 if narrow else 4
    )
    shown_names = [names[series] for series in present]
    looks = _looks(present, dark)

    def of_series(channel: Any, values: list[Any], *, in_order: bool = False) -> Any:
        kind: dict[str, Any] = {"type": "ordinal"} if in_order else {}
        order = {"sort": shown_names} if in_order else {}
        scale = alt.Scale(domain=shown_names, range=values, **kind)
        return channel("name:N", title=None, legend=legend, scale=scale, **order)

    chart = alt.Chart(shown).transform_filter("datum.series != 'best'")
    if of_lines["step"].nunique() == 1:  # makes no line
        drawn = chart.mark_point(filled=True, size=40)
    else:
        is_alone = not of_lines.empty and bool((of_lines.groupby("series").size() == 1).any())
        drawn = chart.mark_line(interpolate="linear", clip=True, point=is_alone)
    lines = drawn.encode(
        x=alt.X("step:Q", title="Training step", scale=domain, axis=whole_steps()),
        y=alt.Y("value:Q", title=axis_title(metric, task), scale=scale, axis=alt.Axis(tickCount=5, minExtent=_LABELS)),
        color=of_series(alt.Color, looks["color"]),
        strokeDash=of_series(alt.StrokeDash, looks["dash"]),
        strokeWidth=of_series(alt.StrokeWidth, looks["width"], in_order=True),
        opacity=of_series(alt.Opacity, looks["opacity"], in_order=True),
        tooltip=[
            alt.Tooltip("name:N", title="Curve"),
            alt.Tooltip("step:Q", title="Training step", format=",d"),
            alt.Tooltip("value:Q", title=axis_title(metric, task), format=".4g"),
        ],
    )
    layers = [lines]
    if (frame["series"] == "best").any():  # a layer of nothing would have no extent
        layers.append(_best_mark(shown, dark, {**place, "legendY": -_LINE - _GAP}))
    if went_on is not None:
        layers.append(_mark(went_on, domain, muted))
    padding = {"top": top, "bottom": _MARGIN, "left": 0, "right": 8}
    whole = alt.layer(*layers).properties(height=HEIGHT + top, padding=padding)
    return whole.configure_axis(labelColor=muted, titleColor=muted).configure_legend(
        labelColor=role_color("text", dark)
    )


def _looks(present: Sequence[str], dark: bool) -> dict[str, list[Any]]:
    """How each series is drawn, by what of it is drawn so."""
    role = {"earlier": "validation"}
    return {
        "color": [role_color(role.get(series, series), dark) for series in present],
        "dash": [[6, 4] if series == "baseline" else [1, 0] for series in present],
        "width": [_WIDTHS[series] for series in present],
        "opacity": [0.35 if series == "earlier" else 1.0 for series in present],
    }


def whole_steps() -> alt.Axis:
    """The axis of steps: whole numbers only, also where there is a single step."""
    import altair as alt

    return alt.Axis(tickCount=6, tickMinStep=1, grid=False, format=",d")


def _rows(frame: pd.DataFrame) -> Iterator[tuple[str, int, float]]:
    return zip(frame["series"], frame["step"], frame["value"], strict=True)


def _best_name(metric: str, row: Sequence[float], task: str) -> str:
    """The words beside the mark in the legend."""
    step, value = row
    return f"best validation, {metric_value(metric, value / scale_for_axis(metric), task)} at training step {step:,}"


def _best_mark(shown: pd.DataFrame, dark: bool, place: dict[str, Any]) -> alt.Chart:
    """A diamond at the best evaluation, with a legend of its own, for which it needs a column of its own."""
    import altair as alt

    color = role_color("text", dark)
    legend = alt.Legend(
        **place, symbolFillColor="transparent", symbolStrokeColor=color, symbolSize=90, symbolStrokeWidth=2,
    )  # fmt: skip
    return (
        alt.Chart(shown)
        .transform_filter("datum.series == 'best'")
        .mark_point(filled=False, size=110, strokeWidth=2, color=color)
        .encode(
            x="step:Q",
            y="value:Q",
            shape=alt.Shape("kept:N", title=None, scale=alt.Scale(range=["diamond"]), legend=legend),
            tooltip=[alt.Tooltip("kept:N", title="Kept")],
        )
    )


def _mark(step: int, domain: alt.Scale, color: str) -> alt.Chart:
    """A thin upright line where a run took up an earlier one."""
    import altair as alt

    place = pd.DataFrame({"step": [step], "what": ["Continued from here"]})
    return (
        alt.Chart(place)
        .mark_rule(color=color, strokeWidth=1, strokeDash=[2, 3])
        .encode(
            x=alt.X("step:Q", scale=domain),
            tooltip=[alt.Tooltip("what:N", title="Run"), alt.Tooltip("step:Q", title="Training step", format=",d")],
        )
    )


def series_names(baseline: str | None = None, narrow: bool = False) -> dict[str, str]:
    """Series to the names in the legend; on a phone a shorter one, where the whole would be cut off."""
    of = f"{baseline_label(baseline or '')} (baseline)"
    return {
        "training": "training",
        "validation": "validation",
        "earlier": "validation, run before",
        "baseline": of if narrow else f"validation, {of}",
    }


def curve_alt(curve: Curve, metric: str, task: str = "", baseline: str | None = None, best: int | None = None) -> str:
    """One sentence for those who do not see the chart. Arguments as `curve_frame`."""
    found = points(curve.validation, metric)
    if not found:
        return f"{axis_title(metric, task)} over training steps; no evaluation yet."
    first, last = found[0], found[-1]
    text = (
        f"{axis_title(metric, task)} on the validation set: "
        f"{metric_value(metric, first[1], task)} at training step {first[0]:,}, "
        f"last {metric_value(metric, last[1], task)} at training step {last[0]:,}"
    )
    marked = best_value(curve, metric, best)
    if marked is not None:
        text += f"; best, marked with a diamond, {metric_value(metric, marked, task)} at training step {best:,}"
    level = curve.baselines.get(baseline or "", {}).get(metric)
    if level is not None:
        text += f"; the baseline {baseline_label(baseline or '')} {metric_value(metric, level, task)}"
    return f"{text}."


def has_metric(curve: Curve, metric: str) -> bool:
    """Whether some look at the validation set has a figure for it."""
    return any(record.get(metric) is not None for record in curve.validation)


def first_metric(curve: Curve, metrics: list[str]) -> str:
    """The metric to begin with: the first that has a baseline beside it, else the loss."""
    return next((metric for metric in metrics if best_baseline(curve.baselines, metric) is not None), metrics[0])
