"""How much an output hangs on each input, by distance: norms of gradients on a logarithmic axis, and their half-life.

Left out: working the gradients out and fitting the line (core.insight).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.insight.decay import Decay
from ui.charts.chart import Chart, new_figure
from ui.charts.labels import compact, escape_token, visible
from ui.charts.theme import DASHES, class_color, role_color
from ui.foreign import shorten
from ui.words import count

_ROOM = 3.0  # times the largest and below the smallest norm


@dataclass(frozen=True)
class Inputs:
    """Inputs of one kind and what an output hangs on them.

    Attributes:
        name: What they are called, in plural.
        tokens: Their labels, T.
        distances: T whole numbers.
        norms: T numbers; zeros have no place on a logarithmic axis.
        decay: The line through them, where there is a steady one.
    """

    name: str
    tokens: Sequence[str]
    distances: Sequence[int]
    norms: Sequence[float]
    decay: Decay | None = None

    @property
    def drawn(self) -> list[tuple[int, float, str]]:
        """Distance, norm and token of each that can be drawn, the nearest first."""
        rows = zip(self.distances, self.norms, self.tokens, strict=True)
        return sorted((row for row in rows if 0 < row[1] < math.inf), key=lambda row: row[0])


def pace(decay: Decay) -> str:
    """The line in words: "halves every 3.2 steps"."""
    steps = decay.half_life if decay.half_life is not None else decay.doubling
    assert steps is not None
    verb = "halves" if decay.half_life is not None else "doubles"
    return f"{verb} every {count(f'{steps:.1f}' if steps < 99.5 else f'{steps:.0f}', 'step')}"


def influence_chart(kinds: Sequence[Inputs], x_title: str, dark: bool) -> Chart:
    """Norm of the gradient at each input against its distance, with the line of the half-life.

    Args:
        kinds: Inputs of one or two kinds, each with at least one norm above 0 in all.
        x_title: What distance means.
        dark: Whether the page is dark.
    """
    figure = new_figure(dark, 340, x_title, "Norm of the gradient")
    norms = [norm for kind in kinds for _, norm, _ in kind.drawn]
    for place, kind in enumerate(kinds):
        rows, color = kind.drawn, role_color("network", dark) if place == 0 else class_color(0)
        figure.add_scatter(
            x=[row[0] for row in rows], y=[row[1] for row in rows], mode="markers", name=kind.name,
            marker={"size": 7, "color": color, "symbol": ("circle", "square")[place % 2]},
            customdata=[escape_token(row[2]) for row in rows],
            hovertemplate="%{customdata}, distance %{x}: %{y:.3g}<extra></extra>",
        )  # fmt: skip
        if kind.decay is not None:
            ends = [kind.decay.first, kind.decay.last]
            figure.add_scatter(
                x=ends, y=[kind.decay.at(end) for end in ends], mode="lines", name=pace(kind.decay).capitalize(),
                line={"color": color, "width": 1.8, "dash": DASHES[place]}, hoverinfo="skip",
            )  # fmt: skip
    low, high = min(norms, default=1.0) / _ROOM, max(norms, default=1.0) * _ROOM
    decades = math.log10(high) - math.log10(low)
    figure.update_yaxes(
        type="log", range=[math.log10(low), math.log10(high)], dtick="D2" if decades < 2 else -(-decades // 8),
        exponentformat="power",
    )  # fmt: skip
    furthest = max((distance for kind in kinds for distance in kind.distances), default=1)
    figure.update_xaxes(range=[0.5 - 0.02 * furthest, furthest * 1.02 + 0.5], tickformat=",d")
    if furthest < 8:
        figure.update_xaxes(dtick=1)
    figure.update_layout(showlegend=True)
    return Chart(figure, " ".join(_said(kind) for kind in kinds))


def _said(kind: Inputs) -> str:
    if not kind.drawn:
        return f"The output does not hang on the {kind.name.lower()}."
    distance, norm, token = max(kind.drawn, key=lambda row: row[1])
    steady = f" It {pace(kind.decay)}." if kind.decay else ""
    return (
        f"Norm of the gradient at {len(kind.norms):,} {kind.name.lower()} by distance: strongest ({compact(norm)}) at "
        f"{shorten(visible(token), 24)}, distance {distance}.{steady}"
    )
