"""How many n-grams of a text were seen in training, by their length, beside held-out text."""

from __future__ import annotations

from collections.abc import Sequence

from ui.charts.chart import Chart, new_figure
from ui.charts.labels import percent
from ui.charts.theme import role_color


def seen_bars(
    seen: Sequence[float | None], held_out: Sequence[float | None], words: str, dark: bool
) -> Chart:  # fmt: skip
    """Bars of the share of n-grams that training has, n from 1; None where a text is too short.

    Args:
        seen: Of the text.
        held_out: Of as much held-out text.
        words: What the tokens are, in plural.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 300, f"Length of the sequence, {words}", "Share seen in training")
    sizes = list(range(1, len(seen) + 1))
    for shares, name, role in ((seen, "This text", "network"), (held_out, "Held-out text", "truth")):
        figure.add_bar(
            x=sizes, y=list(shares), name=name, marker_color=role_color(role, dark),
            hovertemplate="%{y:.1%}<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    figure.update_xaxes(dtick=1)
    longest = max((size for size, share in zip(sizes, seen, strict=True) if share is not None), default=0)
    said = ""
    if longest:
        other = held_out[longest - 1]
        beside = "" if other is None else f", of held-out text {percent(other)}"
        said = f" Of sequences of {longest} {words} {percent(seen[longest - 1] or 0.0)} were seen{beside}."
    return Chart(figure, f"Share of sequences of 1 to {len(seen)} {words} that stand in the training text.{said}")
