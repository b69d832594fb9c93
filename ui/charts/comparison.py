"""The network beside its baselines on one metric of the test set.

Left out: which metric matters and what it is called (ui/words.py).
"""

from collections.abc import Mapping

from ui.charts.chart import LABEL_ROOM, Chart, new_figure
from ui.charts.labels import escape
from ui.charts.theme import role_color
from ui.words import axis_title, baseline_label, capital, metric_label, metric_value, scale_for_axis, smaller_is_better


def comparison_bars(metric: str, network: float, baselines: Mapping[str, float | None], dark: bool) -> Chart:
    """Bars of one metric, the best on top; the network in colour, baselines grey.

    Args:
        metric: Its name, such as "mase".
        network: The network's figure.
        baselines: Name to figure; undefined ones are left out.
        dark: Whether the page is dark.
    """
    lower = smaller_is_better(metric)
    rows = [(network, "Network", "network")]
    rows += [
        (value, capital(baseline_label(name)), "baseline") for name, value in baselines.items() if value is not None
    ]
    rows.sort(key=lambda row: row[0], reverse=not lower)
    scale = scale_for_axis(metric)
    figure = new_figure(
        dark, 70 + 30 * len(rows), f"{axis_title(metric)}, on test ({'lower' if lower else 'higher'} is better)"
    )
    figure.add_bar(
        x=[row[0] * scale for row in rows], y=list(range(len(rows))), orientation="h",
        marker_color=[role_color(row[2], dark) for row in rows], hoverinfo="skip",
        text=[metric_value(metric, row[0]) for row in rows], textposition="outside", cliponaxis=False,
    )  # fmt: skip
    figure.update_xaxes(range=[0, max(row[0] * scale for row in rows) or 1.0])
    figure.update_yaxes(
        tickmode="array", tickvals=list(range(len(rows))), ticktext=[escape(row[1], 32) for row in rows],
        showgrid=False, range=[len(rows) - 0.4, -0.6],
    )  # fmt: skip
    figure.update_layout(showlegend=False, margin_r=1.5 * LABEL_ROOM)
    parts = ", ".join(f"{row[1]} {metric_value(metric, row[0])}" for row in rows)
    return Chart(figure, f"Bar chart of {metric_label(metric)} on the test set, best first: {parts}.")
