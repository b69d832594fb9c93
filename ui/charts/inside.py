"""What happened inside: attention of the decoder, states and gates of every unit, one unit over time.

Left out: recording these values (core.insight and the models' own traces).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ui.charts.chart import Chart, add_color_bar, new_figure
from ui.charts.labels import compact, escape_token, visible
from ui.charts.theme import diverging_scale, role_color, sequential_scale
from ui.charts.tokens import mark_times, name_tokens
from ui.foreign import shorten
from ui.words import count


def attention_chart(
    src_tokens: Sequence[str],
    trg_tokens: Sequence[str],
    weights: Sequence[Sequence[float]],
    dark: bool,
    narrow: bool = False,
) -> Chart:
    """Where the decoder looked in the source while it wrote each target token.

    Args:
        src_tokens: S tokens, across.
        trg_tokens: T tokens, down.
        weights: (T, S), each row adds up to 1.
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone.
    """
    figure = new_figure(dark, 130 + max(120, min(28 * len(trg_tokens), 620)), "Source", "Translation")
    hover = [
        [
            f"{escape_token(trg)} from {escape_token(src)}: {weight:.0%}"
            for src, weight in zip(src_tokens, row, strict=True)
        ]
        for trg, row in zip(trg_tokens, weights, strict=True)
    ]
    figure.add_heatmap(
        z=np.round(np.asarray(weights, dtype=float), 3).tolist(), customdata=hover, zmin=0, zmax=1, xgap=1, ygap=1,
        hovertemplate="%{customdata}<extra></extra>", colorscale=sequential_scale(dark),
    )  # fmt: skip
    add_color_bar(figure, "Attention", dark, ".0%")
    name_tokens(figure, src_tokens, narrow)
    name_tokens(figure, trg_tokens, side="y")
    figure.update_yaxes(range=[len(trg_tokens) - 0.5, -0.5])
    pairs = [
        f"{shorten(visible(target), 16)} at {shorten(visible(src_tokens[int(np.argmax(row))]), 16)}"
        for target, row in list(zip(trg_tokens, weights, strict=True))[:8]
    ]
    alt = f"Heat map of attention from {len(trg_tokens)} target tokens to {len(src_tokens)} source tokens."
    return Chart(figure, f"{alt} Each looks most: {', '.join(pairs)}." if pairs else alt)


def unit_map(
    tokens: Sequence[str], values: ArrayLike, name: str, x_title: str, dark: bool, narrow: bool = False,
    *, times: bool = False, ends: tuple[float, float] | None = None,
) -> Chart:  # fmt: skip
    """The values of all units over a sequence.

    Args:
        tokens: T labels (tokens or times).
        values: (T, H).
        name: What is shown, such as "hidden state" or "forget gate"; gates run from 0 to 1, states around 0.
        x_title: Axis title for the tokens.
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone.
        times: Whether the labels are times, a scale of which some marks are enough.
        ends: Those of the colour scale, where several pictures share one; None: by these values.
    """
    array = np.asarray(values, dtype=float).T
    low, high = value_range(name, array) if ends is None else ends
    figure = new_figure(dark, 120 + int(np.clip(4 * len(array), 180, 420)), x_title, "Unit")
    hover = [escape_token(token) for token in tokens]
    figure.add_heatmap(
        z=np.round(array, 3).tolist(), customdata=[hover] * len(array), zmin=low, zmax=high,
        colorscale=diverging_scale(dark) if low < 0 else sequential_scale(dark),
        hovertemplate="unit %{y}, %{customdata}: %{z:.2f}<extra></extra>",
    )  # fmt: skip
    add_color_bar(figure, name.capitalize(), dark)
    (mark_times if times else name_tokens)(figure, tokens, narrow)
    figure.update_yaxes(range=[len(array) - 0.5, -0.5])
    busiest = busiest_unit(array.T)
    return Chart(
        figure,
        f"Heat map of the {name} of {count(len(array), 'unit')} over {count(len(tokens), 'step')}, "
        f"from {compact(float(array.min()))} "
        f"to {compact(float(array.max()))}; unit {busiest} changes most.",
    )


def unit_curve(
    tokens: Sequence[str], values: Sequence[float], name: str, x_title: str, dark: bool, narrow: bool = False,
    *, times: bool = False,
) -> Chart:  # fmt: skip
    """One unit over a sequence of words or times.

    Args:
        tokens: T labels.
        values: T numbers.
        name: What is shown, with the unit's number.
        x_title: Axis title for the tokens.
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone.
        times: Whether the labels are times, a scale of which some marks are enough.
    """
    figure = new_figure(dark, 240, x_title, name.capitalize())
    figure.add_scatter(
        x=list(range(len(tokens))), y=np.round(values, 4).tolist(), mode="lines+markers",
        line={"color": role_color("network", dark), "width": 2}, customdata=[escape_token(token) for token in tokens],
        hovertemplate="%{customdata}: %{y:.3f}<extra></extra>",
    )  # fmt: skip
    (mark_times if times else name_tokens)(figure, tokens, narrow)
    figure.update_layout(showlegend=False)
    top = int(np.argmax(np.abs(values)))
    return Chart(
        figure, f"Line chart of {name} over {count(len(tokens), 'step')}, strongest ({compact(float(values[top]))}) at "
        f"{shorten(visible(tokens[top]), 24)}.",
    )  # fmt: skip


def busiest_unit(values: ArrayLike) -> int:
    """The unit whose values vary most over the steps, by their standard deviation.

    Args:
        values: (T, H).
    """
    array = np.asarray(values, dtype=float)
    return int(np.argmax(array.std(axis=0))) if array.size else 0


def value_range(name: str, values: ArrayLike) -> tuple[float, float]:
    """Ends of the colour scale: 0 to 1 for gates, otherwise the same distance on both sides of zero.

    Hidden states get at least -1 to 1, the range of tanh, so that small values look small.
    """
    if name.endswith("gate"):
        return 0.0, 1.0
    array = np.asarray(values, dtype=float)
    limit = float(np.abs(array).max()) if array.size else 1.0
    return (-max(limit, 1.0), max(limit, 1.0)) if name != "cell state" else (-(limit or 1.0), limit or 1.0)
