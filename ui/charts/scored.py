"""Two texts beside each other: how their probabilities fall from token to token, and where they part.

Left out: working the probabilities out (core.tasks.generation.scoring).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.charts.chart import Chart, new_figure
from ui.charts.labels import compact, escape_token, visible
from ui.charts.theme import role_color
from ui.words import count

_ROLES = ("network", "highlight")


@dataclass(frozen=True)
class Falling:
    """A text and its probability so far.

    Attributes:
        name: What it is called.
        tokens: Its tokens.
        so_far: log10 of the probability of the text up to each token.
        simple: The same under a simple model; empty for none.
    """

    name: str
    tokens: Sequence[str]
    so_far: Sequence[float]
    simple: Sequence[float] = ()


def falling_lines(texts: Sequence[Falling], parting: int | None, simple: str, x_title: str, dark: bool) -> Chart:
    """A line a text, from certainty at its start down; a simple model's dotted in the same colour.

    Args:
        texts: One or two.
        parting: After how many tokens they differ; None for one text.
        simple: What the simple model is called.
        x_title: What the tokens are.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 340, x_title, "Probability so far, power of ten")
    for text, role in zip(texts, _ROLES, strict=False):
        color = role_color(role, dark)
        labels = ["start", *(escape_token(token) for token in text.tokens)]
        places = list(range(len(labels)))
        hover = "%{text}: 10<sup>%{y:.2f}</sup><extra>" + text.name + "</extra>"
        figure.add_scatter(
            x=places, y=[0.0, *text.so_far], mode="lines", name=text.name, text=labels, hovertemplate=hover,
            line={"color": color, "width": 2.4},
        )  # fmt: skip
        if text.simple:
            figure.add_scatter(
                x=places, y=[0.0, *text.simple], mode="lines", name=f"{text.name}, {simple}", text=labels,
                hovertemplate=hover, line={"color": color, "width": 1.6, "dash": "dot"},
            )  # fmt: skip
    said = ""
    if parting is not None:
        muted = role_color("muted", dark)
        figure.add_vline(x=parting, line={"color": muted, "width": 1, "dash": "dash"})
        figure.add_annotation(
            x=parting, y=1, yref="paper", yanchor="top", xanchor="left", text="they part", showarrow=False,
            font={"color": muted, "size": 12},
        )  # fmt: skip
        said = f" They part after {count(parting, 'token')}."
    ends = "; ".join(
        f"{text.name} ends at 10 to the {compact(text.so_far[-1])}, with its last token {visible(text.tokens[-1])}"
        for text in texts
    )
    return Chart(figure, f"Falling probabilities of {count(len(texts), 'text')}: {ends}.{said}", zoom=True)
