"""A forecast from the end of what is known: the series, newer rows in a colour of their own, and what follows.

Left out: forecasts over the test set (forecast.py), making forecasts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.config.words import with_unit
from core.digits import decimals_of
from ui.charts.bands import add_bands
from ui.charts.chart import Chart, new_figure
from ui.charts.forecast import Number, axis_type, is_hourly, thin
from ui.charts.labels import compact, escape
from ui.charts.theme import role_color

_MOST_NEWER = 1_500  # points; the end of what is drawn is what counts


def newer_chart(
    name: str,
    unit: str,
    history: tuple[Sequence[str], Sequence[Number]],
    rows: tuple[Sequence[str], Sequence[Number]],
    forecast: Mapping[str, Any],
    dark: bool,
) -> Chart:
    """The known series up to the newer rows, these, and the forecast from their end.

    Args:
        name, unit: Of the series; the unit may be "".
        history: Times and values before the rows; may be empty.
        rows: Times and values of the newer rows, None where a value is missing; empty where there are none.
        forecast: `time`, `network` and, where known, edges of `BANDS`.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 360, "Time", escape(with_unit(name, unit), 48))
    add_bands(figure, [forecast], dark)
    if len(history[0]):
        x, y = thin(*history)
        figure.add_scatter(
            x=[*x, *rows[0][:1]], y=[*y, *rows[1][:1]], name="Known before", legendrank=1, mode="lines",
            line={"color": role_color("truth", dark), "width": 1.6},
        )  # fmt: skip
    if len(rows[0]):
        x, y = thin(*rows, most=_MOST_NEWER)
        figure.add_scatter(
            x=x, y=y, name="Newer rows", legendrank=2, mode="lines+markers" if len(x) < 60 else "lines",
            line={"color": role_color("highlight", dark), "width": 2}, marker={"size": 5},
        )  # fmt: skip
    times, values = list(forecast["time"]), list(forecast["network"])
    figure.add_scatter(
        x=times, y=values, name="Network", legendrank=3, mode="lines+markers" if len(times) < 40 else "lines",
        line={"color": role_color("network", dark), "width": 2.4}, marker={"size": 5},
    )  # fmt: skip
    figure.update_layout(hovermode="x unified", legend={"y": 1.07})
    figure.update_xaxes(type=axis_type(times), hoverformat="%Y-%m-%d %H:%M" if is_hourly(times) else None)
    figure.update_yaxes(hoverformat=f",.{decimals_of([*history[1], *rows[1]])}f")
    return Chart(figure, _alt(name, unit, rows[0], times, values), zoom=True)


def _alt(name: str, unit: str, rows: Sequence[str], times: Sequence[str], values: Sequence[float]) -> str:
    num_rows, num_steps = len(rows), len(times)
    after = f"{num_rows:,} newer row{'' if num_rows == 1 else 's'} from {rows[0]} to {rows[-1]}" if rows else "its end"
    span = f"{compact(min(values))} to {compact(max(values))}{' ' + unit if unit else ''}"
    return (
        f"Line chart of {name}: {after}, and the network's forecast of the {num_steps} "
        f"step{'' if num_steps == 1 else 's'} after {'them' if rows else 'it'}, {span}."
    )
