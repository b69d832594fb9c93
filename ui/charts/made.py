"""A made series above its parts, and a small table as lines.

`components_chart(components, dark, narrow)` draws `SeriesSet.components`: call it where that is not None. The column `series`
stands large with its gaps open; trend, seasons, change and noise stand below it, each on a scale of its own over the
same steps. Left out: making the series (core.data.made.recipe_series).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from plotly.subplots import make_subplots

from ui.charts.chart import Chart, new_figure
from ui.charts.labels import compact, escape
from ui.charts.theme import PALETTE, role_color, template
from ui.words import count

SERIES = "series"
_LABELS: Mapping[str, str] = {
    SERIES: "The series", "trend": "Trend", "season": "Season", "season_2": "Second season", "change": "Change",
    "noise": "Noise",
}  # fmt: skip
_GAP = 22  # pixels between two rows
_AXIS = 34
_MOST_POINTS = 2_000


def components_chart(components: pd.DataFrame, dark: bool, narrow: bool = False) -> Chart:
    """The series and what it is the sum of.

    Args:
        components: By step: `series`, NaN in its gaps, and any of trend, season, season_2, change and noise.
        dark: Whether the page is dark.
        narrow: Whether the screen is small, so that the picture should leave room for what is below it.
    """
    names = [name for name in _LABELS if name in components]
    large, small = (100, 30) if narrow else (150, 52)
    heights = [large if name == SERIES else small for name in names]
    inner = sum(heights) + _GAP * (len(names) - 1)
    figure = make_subplots(
        len(names), 1, shared_xaxes=True, row_heights=[height / sum(heights) for height in heights],
        vertical_spacing=_GAP / inner,
    )  # fmt: skip
    figure.update_layout(template=template(dark), height=inner + _GAP + _AXIS, showlegend=False, hovermode="x")
    figure.update_layout(margin={"l": 8, "r": 8, "t": _GAP, "b": 8})
    for row, name in enumerate(names, start=1):
        steps, values = _thin(components.index.tolist(), components[name].tolist())
        color = role_color("truth" if name == SERIES else "network", dark)
        figure.add_scatter(
            x=steps, y=values, row=row, col=1, mode="lines", name=_LABELS[name], connectgaps=False,
            line={"color": color, "width": 1.5},
        )  # fmt: skip
        figure.add_annotation(
            text=_LABELS[name], x=0, xref="paper", xanchor="left", y=1, yanchor="bottom", showarrow=False,
            yref=f"y{row if row > 1 else ''} domain", font={"size": 12, "color": role_color("muted", dark)},
        )  # fmt: skip
    figure.update_yaxes(nticks=3)
    figure.update_yaxes(nticks=5, row=1)
    figure.update_xaxes(title_text="Step", row=len(names))
    return Chart(figure, _alt(components, names))


def values_chart(time: Sequence[Any], columns: Mapping[str, Sequence[float | None]], dark: bool) -> Chart:
    """The columns of a small table, a line each.

    Args:
        time: What stands in the time column, or row numbers.
        columns: Values by name, as long as `time`, None or NaN where there is none.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 300)
    one = len(columns) == 1
    for place, (name, values) in enumerate(columns.items()):
        figure.add_scatter(
            x=list(range(1, len(values) + 1)), y=[None if _is_missing(value) else value for value in values],
            name=escape(name, 24), mode="lines+markers" if len(values) <= 60 else "lines", connectgaps=False,
            marker={"size": 4}, customdata=[escape(str(label), 24) for label in time],
            hovertemplate="%{customdata}: %{y}<extra></extra>",
            line={"color": role_color("network", dark) if one else PALETTE[place % len(PALETTE)], "width": 1.6},
        )  # fmt: skip
    figure.update_layout(showlegend=not one, hovermode="closest" if one else "x")
    figure.update_xaxes(title_text="Row")
    return Chart(figure, f"Line chart of {_listed(columns)} over {count(len(time), 'row')}.")


def _listed(columns: Mapping[str, Any]) -> str:
    names = list(columns)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") if names else "nothing"


def _is_missing(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _thin(steps: Sequence[int], values: Sequence[float]) -> tuple[list[int], list[float | None]]:
    """At most about 2,000 points that look like all of them: extremes of each stretch; a stretch that is all gap is one."""
    size = max(1, math.ceil(2 * len(values) / _MOST_POINTS)) if len(values) > _MOST_POINTS else 1
    kept: list[tuple[int, float | None]] = []
    for begin in range(0, len(values), size):
        rows = range(begin, min(begin + size, len(values)))
        known = [(values[row], row) for row in rows if not math.isnan(values[row])]
        if not known:
            kept.append((steps[begin], None))
            continue
        kept += [(steps[row], values[row]) for row in sorted({min(known)[1], max(known)[1]})]
    return [step for step, _ in kept], [value for _, value in kept]


def _alt(components: pd.DataFrame, names: Sequence[str]) -> str:
    series = components[SERIES]
    missing = int(series.isna().sum())
    gaps = f" {count(missing, 'value')} {'is' if missing == 1 else 'are'} missing." if missing else ""
    parts = [
        f"{_LABELS[name].lower()} from {compact(components[name].min())} to {compact(components[name].max())}"
        for name in names
        if name != SERIES
    ]
    return (
        f"Line charts of a made series of {count(len(series), 'step')} from {compact(series.min())} to "
        f"{compact(series.max())}, and of its parts below it: {', '.join(parts)}.{gaps}"
    )
