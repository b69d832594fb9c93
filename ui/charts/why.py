"""Why a text got its label: what each word adds by several explanations, and how the probability falls without their words.

Left out: explaining and weighing the explanations (core.insight).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ui.charts.chart import Chart, add_color_bar, new_figure
from ui.charts.labels import compact, escape, escape_token, visible
from ui.charts.theme import class_color, diverging_tint_scale, role_color, translucent
from ui.charts.tokens import name_tokens
from ui.foreign import shorten
from ui.words import count

_MOST_WRITTEN = 14  # words in whose cells the values have room
_SYMBOLS = ("circle", "square", "diamond", "triangle-up")


def reasons_chart(
    words: Sequence[str], values: Mapping[str, Sequence[float]], dark: bool, narrow: bool = False
) -> Chart:
    """What each word adds by each method: blue for the label, orange against it; each method fills the scale by itself.

    Args:
        words: W tokens in reading order.
        values: By the name of a method W numbers of a unit of its own.
        dark: Whether the page is dark.
        narrow: Whether the page is as narrow as a phone; words then stand below each other.
    """
    methods = list(values)
    numbers = np.array([values[name] for name in methods], dtype=float)
    shares = numbers / np.maximum(np.abs(numbers).max(axis=1, keepdims=True), 1e-12)
    written = narrow or len(words) <= _MOST_WRITTEN
    said = [[_brief(value, row) for value in row] for row in numbers.tolist()]
    texts = said if written else [[""] * len(row) for row in said]
    hover = [
        [f"{escape_token(word)}, {name}: {value}" for word, value in zip(words, row, strict=True)]
        for name, row in zip(methods, said, strict=True)
    ]
    height = 70 + 22 * min(len(words), 60) if narrow else 34 * len(methods) + 110
    figure = new_figure(dark, height + 54)
    turn = (lambda rows: [list(row) for row in zip(*rows, strict=True)]) if narrow else list
    figure.add_heatmap(
        z=turn(np.round(shares, 3).tolist()), text=turn(texts), customdata=turn(hover), zmin=-1, zmax=1, xgap=2, ygap=2,
        texttemplate="%{text}", hovertemplate="%{customdata}<extra></extra>", colorscale=diverging_tint_scale(dark),
        textfont={"size": 12, "color": role_color("text", dark)},
    )  # fmt: skip
    add_color_bar(figure, "Share of each method's largest value", dark)
    if narrow:
        name_tokens(figure, words, side="y")
        figure.update_yaxes(range=[len(words) - 0.5, -0.5])
        figure.update_xaxes(
            tickmode="array", tickvals=list(range(len(methods))), side="top", showgrid=False, tickangle=0,
            ticktext=[escape(name).replace(" ", "<br>", 1) for name in methods],
        )  # fmt: skip
    else:
        name_tokens(figure, words)
        figure.update_yaxes(
            tickmode="array", tickvals=list(range(len(methods))), ticktext=[escape(name) for name in methods],
            showgrid=False, range=[len(methods) - 0.5, -0.5],
        )  # fmt: skip
    return Chart(figure, _reasons_alt(words, dict(zip(methods, numbers, strict=True))))


def _brief(value: float, row: Sequence[float]) -> str:
    """A value with three digits; what is next to nothing beside the largest of its row is 0."""
    return compact(value) if abs(value) >= 0.001 * max(map(abs, row)) else "0"


def strongest(words: Sequence[str], values: Sequence[float], most: int = 3) -> list[str]:
    """The words that a method points at first, as far as they speak for the label."""
    order = np.argsort(-np.asarray(values, dtype=float), kind="stable")[:most]
    return [words[place] for place in order if values[place] > 0]


def _reasons_alt(words: Sequence[str], values: Mapping[str, Sequence[float]]) -> str:
    said = [
        f"{name}: {', '.join(shorten(visible(word), 20) for word in strongest(words, row)) or 'none'}"
        for name, row in values.items()
    ]
    return f"Heat map of what each of {count(len(words), 'word')} adds for the label. Strongest for it by {'; '.join(said)}."


def removal_chart(
    gone: Sequence[int], curves: Mapping[str, Sequence[float]], random: np.ndarray, label: str, noun: str, dark: bool
) -> Chart:
    """How the probability of a label falls while the words go that each method points at, and words at random.

    Args:
        gone: How many words are gone at each point, K.
        curves: By the name of a method K probabilities.
        random: (R, K) of random orders.
        label: The label.
        noun: What the tokens are, in plural.
        dark: Whether the page is dark.
    """
    figure = new_figure(
        dark, 330, f"{noun.capitalize()} taken away, the strongest first", f"Probability of {escape(label, 24)}"
    )
    places, mean, spread = list(gone), random.mean(axis=0), random.std(axis=0, ddof=1)
    grey = role_color("baseline", dark)
    low, high = np.clip(mean - spread, 0, 1), np.clip(mean + spread, 0, 1)
    figure.add_scatter(
        x=[*places, *places[::-1]], y=np.round([*low, *high[::-1]], 4).tolist(), fill="toself", mode="lines",
        line_width=0, fillcolor=translucent(grey, 0.2), name="Random orders, one standard deviation", hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=places, y=np.round(mean, 4).tolist(), mode="lines", name="Random orders, mean",
        line={"color": grey, "width": 2, "dash": "dash"}, hovertemplate="%{y:.1%}",
    )  # fmt: skip
    for place, (name, curve) in enumerate(curves.items()):
        figure.add_scatter(
            x=places, y=[round(value, 4) for value in curve], mode="lines+markers", name=escape(name),
            line={"color": class_color(place), "width": 2},
            marker={"symbol": _SYMBOLS[place % len(_SYMBOLS)], "size": 7}, hovertemplate="%{y:.1%}",
        )  # fmt: skip
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_xaxes(tickformat=",d", rangemode="tozero")
    if places[-1] < 12:
        figure.update_xaxes(dtick=1)
    figure.update_layout(hovermode="x unified", showlegend=True)
    middle = len(places) // 2
    said = ", ".join(f"{name} {curve[middle]:.0%}" for name, curve in curves.items())
    return Chart(
        figure,
        f"Line chart of the probability of {shorten(label, 30)} while {noun} are taken away. With {places[middle]} of "
        f"{places[-1]} gone: {said}; at random {mean[middle]:.0%}.",
    )
