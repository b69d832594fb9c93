"""Series and their forecasts: the past, the held-out part with what the network said, and the future.

Parts of the data (training, validation, test, future) are shaded and labelled. Of the baselines the best is drawn, and those
that are asked for.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.config.words import with_unit
from core.data.look import MAX_POINTS, SeriesLook, thinned
from core.digits import decimals_of
from ui.charts.bands import BANDS, add_bands, held_of
from ui.charts.chart import Chart, new_figure
from ui.charts.labels import compact, escape
from ui.charts.theme import DASHES, role_color, translucent
from ui.words import baseline_label, capital, count

Number = float | None


def forecast_chart(
    details: Mapping[str, Any],
    target: str,
    *,
    best_baseline: str | None,
    dark: bool,
    whole: bool = False,
    future: Mapping[str, Any] | None = None,
    first: int | None = None,
    slider: bool = False,
    shift: int | None = None,
    also: Collection[str] = (),
) -> Chart:
    """The truth, the network's forecasts over the test set and past the end, and the baselines.

    Args:
        details: `details.json` of a forecasting run.
        target: Which of `details["targets"]`.
        best_baseline: The baseline drawn at once; None draws none at first.
        also: Other baselines that are drawn, too.
        dark: Whether the page is dark.
        whole: Show the whole series instead of the test set with a little before it.
        future: `time`, `network` and, where known, edges of `BANDS` and `baselines` past the end; the run's own when None.
        first: The row with which the picture begins, though all is there to be moved to; None shows all.
        slider: Whether what is seen can be moved and widened below the picture.
        shift: By how many steps a second truth comes later, on which a copy of the past lies; None draws none.

    Raises:
        ValueError: The run has no such target.
    """
    if target not in details["targets"]:
        raise ValueError(f"{target!r} is not forecast")
    test = details["test"].get(target) or {"time": [], "truth": [], "network": []}
    after = future if future is not None else _future_of(details, target)
    time, values = details["time"], details["values"][target]
    start = 0 if whole else _view_start(details)
    unit = details.get("units", {}).get(target, "")
    figure = new_figure(dark, 400, "Time", escape(with_unit(target, unit), 48))
    _shade_parts(
        figure,
        time,
        len(time) - 1,
        details["train_end"],
        details["validation_end"],
        dark,
        start=start,
        end=after["time"],
    )
    add_bands(figure, [*_pieces(test, int(details["horizon"])), *_pieces(after, 0)], dark, held_of(details, target))
    shown = thin(time[start:], values[start:])
    figure.add_scatter(
        x=shown[0],
        y=shown[1],
        name="Truth",
        legendrank=1,
        mode="lines",
        line={"color": role_color("truth", dark), "width": 1.6},
    )
    if shift:
        begin = max(start, shift)
        later = thin(time[begin:], values[begin - shift : len(values) - shift])
        figure.add_scatter(
            x=later[0], y=later[1], name=f"Truth, {count(shift, 'step')} later", legendrank=3, mode="lines",
            line={"color": role_color("truth", dark), "width": 1.6, "dash": "dot"},
        )  # fmt: skip
    _add_baselines(figure, test, after, best_baseline, also, int(details["horizon"]), dark)
    x, y = _with_gaps([*_pieces(test, int(details["horizon"])), *_pieces(after, 0)], "network")
    figure.add_scatter(
        x=x, y=y, name="Network", legendrank=2, mode="lines+markers" if len(x) < 40 else "lines",
        line={"color": role_color("network", dark), "width": 2.4}, marker={"size": 5},
    )  # fmt: skip
    figure.update_layout(hovermode="x unified", legend={"y": 1.07})
    figure.update_xaxes(type=axis_type(time), hoverformat="%Y-%m-%d %H:%M" if is_hourly(time) else None)
    figure.update_yaxes(hoverformat=f",.{decimals_of(values)}f")
    if first is not None:
        figure.update_xaxes(range=[time[first], after["time"][-1] if after["time"] else time[-1]])
        if not slider:
            figure.update_yaxes(range=_heights(figure, {*time[first:], *after["time"]}))
    if slider:
        _add_slider(figure, dark)
    return Chart(figure, _forecast_alt(details, target, test, after, best_baseline), zoom=True)


def _heights(figure: go.Figure, times: set[Any]) -> list[float]:
    """The ends of an axis on which everything that is drawn at some times fits, with a little room."""
    rows = [value for trace in figure.data for when, value in zip(trace.x, trace.y, strict=True) if when in times]
    known = [value for value in rows if value is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = 0.05 * (high - low) or 0.5
    return [low - room, high + room]


def _add_slider(figure: go.Figure, dark: bool) -> None:
    """All that is drawn, small, with the part that is seen; its own title would stand between it and the picture."""
    figure.update_layout(height=figure.layout.height + 80, margin_b=26)
    figure.update_xaxes(
        title_standoff=4,
        rangeslider={
            "visible": True, "thickness": 0.13, "bgcolor": translucent(role_color("text", dark), 0.04), "borderwidth": 1,
            "bordercolor": role_color("grid", dark),
        },
    )  # fmt: skip


def series_preview(series: SeriesLook, name: str, dark: bool) -> Chart:
    """One series before training, with its training, validation and test sets.

    Args:
        series: The series, thinned.
        name: Which of its columns.
        dark: Whether the page is dark.
    """
    line, unit, title = series.lines[name], series.units.get(name, ""), series.called(name)
    train_end, validation_end = series.ends
    figure = new_figure(dark, 280, "Time", escape(with_unit(title, unit), 48))
    last = series.num_steps - 1
    _shade_parts(figure, series.marks, last, train_end, validation_end, dark, start=0, end=())
    x, y = series.points(name)
    figure.add_scatter(
        x=x, y=y, mode="lines", name=escape(title), line={"color": role_color("truth", dark), "width": 1.5}
    )
    figure.update_layout(showlegend=False, hovermode="x", margin_t=26)
    figure.update_xaxes(type=axis_type(series.time))
    figure.update_yaxes(hoverformat=f",.{decimals_of(line.values)}f")
    span = ""
    if line.low is not None and line.high is not None:
        span = f" It lies between {compact(line.low)} and {compact(line.high)}{' ' + unit if unit else ''}."
    alt = (
        f"Line chart of {title} over {series.num_steps:,} time steps from {series.marks[0]} to {series.marks[last]}."
        f"{span} The first {train_end:,} steps train the network, the last {series.num_steps - validation_end:,} test it."
    )
    return Chart(figure, alt, zoom=True)


def thin(time: Sequence[Any], values: Sequence[Number], most: int = MAX_POINTS) -> tuple[list[Any], list[Number]]:
    """At most about `most` points that look like all of them."""
    rows = thinned(np.array(values, dtype="float64"), most).tolist()
    return [time[row] for row in rows], [values[row] for row in rows]


def _future_of(details: Mapping[str, Any], target: str) -> dict[str, Any]:
    after = details.get("future") or {}
    return {"time": after.get("time", []), **after.get(target, {"network": []})}


def _view_start(details: Mapping[str, Any]) -> int:
    """First row of the close view: as much before the test set as it is long, and at least two seasons."""
    end = details["validation_end"]
    length = len(details["time"]) - end
    return max(0, end - max(length // 2, 2 * int(details.get("season") or 1), 2 * int(details["horizon"])))


def _pieces(part: Mapping[str, Any], horizon: int) -> list[dict[str, Any]]:
    """Forecasts cut where a new one starts (every `horizon` steps); one piece when the horizon is below 3."""
    time, length = part.get("time", []), len(part.get("network", []))
    step = horizon if horizon >= 3 else max(length, 1)
    rows = {key: part.get(key) or [] for key in ("network", *(key for _, *edges in BANDS for key in edges))}
    return [
        {
            "time": time[begin : begin + step],
            **{key: row[begin : begin + step] for key, row in rows.items()},
            "baselines": {k: row[begin : begin + step] for k, row in (part.get("baselines") or {}).items()},
        }
        for begin in range(0, length, step)
    ]


def _with_gaps(
    pieces: Sequence[Mapping[str, Any]], key: str, baseline: str | None = None
) -> tuple[list[Any], list[Any]]:
    """One line for all pieces, broken between them, because no forecast joins the next."""
    x: list[Any] = []
    y: list[Any] = []
    for piece in pieces:
        row = piece["baselines"].get(baseline, []) if baseline is not None else piece[key]
        x += [*piece["time"][: len(row)], piece["time"][len(row) - 1]] if row else []
        y += [*row, None] if row else []
    return x[:-1], y[:-1]


def _add_baselines(
    figure: go.Figure,
    test: Mapping[str, Any],
    after: Mapping[str, Any],
    best: str | None,
    also: Collection[str],
    horizon: int,
    dark: bool,
) -> None:
    pieces = [*_pieces(test, horizon), *_pieces(after, 0)]
    wanted = [name for name in test.get("baselines") or {} if name == best or name in also]
    names = sorted(wanted, key=lambda name: (name != best, name))
    for i, name in enumerate(names):
        x, y = _with_gaps(pieces, "baselines", name)
        figure.add_scatter(
            x=x, y=y, name=escape(capital(baseline_label(name))), mode="lines", legendrank=4 + i,
            line={"color": role_color("baseline", dark), "width": 1.8, "dash": DASHES[i % len(DASHES)]},
        )  # fmt: skip


def _shade_parts(
    figure: go.Figure,
    time: Sequence[Any] | Mapping[int, Any],
    last: int,
    train_end: int,
    validation_end: int,
    dark: bool,
    start: int,
    end: Sequence[Any],
) -> None:
    """Labelled bands behind validation, test and future; labels are anchored so that narrow bands keep theirs."""
    ink = role_color("text", dark)
    bands = [("validation", max(train_end, start), min(validation_end, last), 0.03, "right")]
    if validation_end <= last:
        bands.append(("test", validation_end, last, 0.07, "left"))
    for label, low, high, alpha, side in bands:
        if low < high:
            figure.add_vrect(
                x0=time[low], x1=time[high], fillcolor=translucent(ink, alpha), line_width=0, layer="below"
            )
            _label(figure, label, time[high] if side == "right" else time[low], side, dark)
    if train_end > start and start == 0:
        _label(figure, "training", time[0], "left", dark)
    if end:
        figure.add_vline(x=time[last], line={"color": role_color("muted", dark), "width": 1, "dash": "dot"})
        if start > 0:
            _label(figure, "future", time[last], "left", dark)


def _label(figure: go.Figure, text: str, x: Any, side: str, dark: bool) -> None:
    figure.add_annotation(
        text=text, x=x, xanchor=side, y=1.0, yref="paper", yanchor="bottom", showarrow=False,
        font={"size": 12, "color": role_color("muted", dark)},
    )  # fmt: skip


def axis_type(time: Sequence[Any]) -> str:
    """Dates have a hyphen; steps come as numbers, or from a run's details as texts of digits."""
    return "date" if time and isinstance(time[0], str) and "-" in time[0][1:] else "linear"


def is_hourly(time: Sequence[Any]) -> bool:
    return bool(time) and isinstance(time[0], str) and "T" in time[0] and not time[-1].endswith("T00:00:00")


def _forecast_alt(
    details: Mapping[str, Any], target: str, test: Mapping[str, Any], after: Mapping[str, Any], best: str | None
) -> str:
    pairs = [
        (abs(truth - forecast))
        for truth, forecast in zip(test["truth"], test["network"], strict=False)
        if truth is not None and forecast is not None
    ]
    unit = details.get("units", {}).get(target, "")
    error = f" On average they miss by {compact(sum(pairs) / len(pairs))}{' ' + unit if unit else ''}." if pairs else ""
    against = f" The baseline {baseline_label(best)} is drawn dashed." if best else ""
    horizon = int(details["horizon"])
    future = (
        f" The forecast goes on for {count(len(after['time']), 'step')} past the end of the data."
        if after["time"]
        else ""
    )
    return (
        f"Line chart of {target}: the truth and the network's forecasts over the {len(test['truth']):,} steps "
        f"of the test set, each {count(horizon, 'step')} ahead.{error}{against}{future}"
    )
