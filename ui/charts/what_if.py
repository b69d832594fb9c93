"""A forecast beside the one that other values of a column known ahead lead to."""

from collections.abc import Sequence

from core.config.words import with_unit
from core.digits import decimals_of
from ui.charts.chart import Chart, new_figure
from ui.charts.forecast import Number, axis_type, is_hourly, thin
from ui.charts.labels import compact, escape
from ui.charts.theme import role_color


def what_if_chart(
    name: str,
    unit: str,
    past: tuple[Sequence[str], Sequence[Number]],
    times: Sequence[str],
    forecasts: tuple[Sequence[float], Sequence[float]],
    dark: bool,
) -> Chart:
    """The end of a series, its forecast, and the changed one in a colour of its own.

    Args:
        name, unit: Of the series; the unit may be "".
        past: Times and values of its last rows.
        times: Of the forecast.
        forecasts: As it is, and with other values; the second is empty where nothing was changed.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 360, "Time", escape(with_unit(name, unit), 48))
    x, y = thin(*past)
    figure.add_scatter(
        x=x, y=y, name="Measured", legendrank=1, mode="lines", line={"color": role_color("truth", dark), "width": 1.6}
    )
    drawn = (("Forecast", "network", "dot" if forecasts[1] else "solid"), ("With your values", "highlight", "solid"))
    for rank, ((label, role, dash), values) in enumerate(zip(drawn, forecasts, strict=True), start=2):
        if len(values):
            figure.add_scatter(
                x=list(times), y=list(values), name=label, legendrank=rank,
                mode="lines+markers" if len(values) < 40 else "lines",
                line={"color": role_color(role, dark), "width": 2.2, "dash": dash}, marker={"size": 5},
            )  # fmt: skip
    figure.update_layout(hovermode="x unified", legend={"y": 1.07})
    figure.update_xaxes(type=axis_type(list(times)), hoverformat="%Y-%m-%d %H:%M" if is_hourly(list(times)) else None)
    figure.update_yaxes(hoverformat=f",.{decimals_of([*past[1]])}f")
    return Chart(figure, _alt(name, unit, forecasts), zoom=True)


def _alt(name: str, unit: str, forecasts: tuple[Sequence[float], Sequence[float]]) -> str:
    spans = [
        f"{compact(min(values))} to {compact(max(values))}{' ' + unit if unit else ''}"
        for values in forecasts
        if values
    ]
    other = f", and with your values {spans[1]}" if len(spans) > 1 else ""
    return f"Line chart of {name}: its end, the forecast of {len(forecasts[0])} steps from {spans[0]}{other}."
