"""The one place for colours and for the Plotly template: a role has one colour on every page.

Roles are what a mark means (training, validation, network, baseline, truth, interval), never where it stands.
Hues come from the palette of Okabe and Ito, which colour-blind people can tell apart. Neutral colours follow the
light or dark theme, and so do the network's two blues: the line takes the one that stands out from the page. The
background stays transparent. Fonts and widget colours are in .streamlit/config.toml.
"""

from types import MappingProxyType

import plotly.graph_objects as go

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
SANS = '"Source Sans", "Source Sans Pro", "DejaVu Sans", sans-serif'
MONO = '"Source Code", "Source Code Pro", "DejaVu Sans Mono", monospace'

# Dash patterns of baselines, so that several grey lines stay apart.
DASHES = ("dash", "dot", "dashdot", "longdash", "longdashdot", "9px,2px,2px,2px,2px,2px", "2px,6px")

_HUES = MappingProxyType(
    {
        "training": "#E69F00",
        "validation": "#009E73",
        "highlight": "#D55E00",
    }
)
_BY_THEME = MappingProxyType(
    {
        False: MappingProxyType(
            {
                "background": "#FFFFFF",
                "text": "#16211F",
                "muted": "#55635F",
                "grid": "#DFE5E4",
                "truth": "#3D4A48",
                "network": "#0072B2",
                "interval": "#56B4E9",
                "baseline": "#6B7775",
            }
        ),
        True: MappingProxyType(
            {
                "background": "#0E1513",
                "text": "#E6EFED",
                "muted": "#A3B3AF",
                "grid": "#2A3735",
                "truth": "#C5D0CD",
                "network": "#56B4E9",
                "interval": "#0072B2",
                "baseline": "#95A5A2",
            }
        ),
    }
)
_CLASSES = ("#D55E00", "#56B4E9", "#009E73", "#CC79A7", "#E69F00", "#0072B2")


def role_color(role: str, dark: bool) -> str:
    """The colour of a role as "#RRGGBB".

    Args:
        role: training, validation, network, interval, highlight, truth, baseline, text, muted, grid or background.
        dark: Whether the page is dark.

    Raises:
        ValueError: There is no such role.
    """
    if role in _HUES:
        return _HUES[role]
    if role in _BY_THEME[dark]:
        return _BY_THEME[dark][role]
    raise ValueError(f"no colour for the role {role!r}")


def class_color(index: int) -> str:
    """The colour of a class by its number; colours repeat after six classes."""
    return _CLASSES[index % len(_CLASSES)]


def translucent(color: str, alpha: float) -> str:
    """A "#RRGGBB" colour as "rgba(...)" with an opacity from 0 to 1."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha:g})"


def tint_scale(dark: bool) -> list[list[float | str]]:
    """Sequential scale from the background to blue on which text keeps a contrast of 4.5:1 everywhere."""
    return [[0.0, "#131C1A"], [1.0, "#0A5A8A"]] if dark else [[0.0, "#F3F7F9"], [1.0, "#56B4E9"]]


def sequential_scale(dark: bool) -> list[list[float | str]]:
    """Sequential scale over the full range of lightness, for maps without text in the cells."""
    if dark:
        return [[0.0, "#131C1A"], [0.5, "#0072B2"], [1.0, "#B9E3FB"]]
    return [[0.0, "#F3F7F9"], [0.5, "#56B4E9"], [1.0, "#00406B"]]


def diverging_scale(dark: bool) -> list[list[float | str]]:
    """Scale for signed values: orange below zero, the background at zero, blue above."""
    if dark:
        return [[0.0, "#F0853A"], [0.5, "#16201E"], [1.0, "#56B4E9"]]
    return [[0.0, "#D55E00"], [0.5, "#F7F8F8"], [1.0, "#0072B2"]]


def diverging_tint_scale(dark: bool) -> list[list[float | str]]:
    """The diverging scale, pale enough for text in the cells (contrast of 4.5:1 everywhere)."""
    if dark:
        return [[0.0, "#8A3F05"], [0.5, "#131C1A"], [1.0, "#0A5A8A"]]
    return [[0.0, "#F2A265"], [0.5, "#F7F8F8"], [1.0, "#56B4E9"]]


# Around a cycle: dark blue, light blue, pale, amber, dark orange, and back through dark violet. Who sees no red or no green
# tells places by blue against yellow and by light against dark.
_CYCLE = ("#0B3C78", "#1F7CC4", "#7CC4F2", "#D9DBC8", "#F5C04A", "#E08214", "#A84A00", "#4E2F52")


def cycle_color(share: float) -> str:
    """The colour at a share of a cycle, from 0 (as at 1) on, as "#RRGGBB"; the same in both themes."""
    place, part = divmod(share % 1.0 * len(_CYCLE), 1.0)
    ends = [_CYCLE[(int(place) + after) % len(_CYCLE)] for after in (0, 1)]
    low, high = ([int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in ends)
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in zip(low, high, strict=True))


def template(dark: bool) -> go.layout.Template:
    """The Plotly template of every figure: transparent, thin grid, fonts and text colours of the theme."""
    axis = {
        "gridcolor": role_color("grid", dark),
        "linecolor": role_color("grid", dark),
        "zeroline": False,
        "ticks": "",
        "automargin": True,
        "tickfont": {"color": role_color("muted", dark)},
        "title": {"font": {"color": role_color("muted", dark), "size": 13}, "standoff": 10},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": "rgba(0, 0, 0, 0)",
            "plot_bgcolor": "rgba(0, 0, 0, 0)",
            "font": {"family": SANS, "size": 13, "color": role_color("text", dark)},
            "colorway": list(PALETTE),
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1.0,
                "yanchor": "bottom",
                "font": {"color": role_color("text", dark)},
            },
            "hoverlabel": {
                "bgcolor": "#1F2B28" if dark else "#FFFFFF",
                "bordercolor": role_color("grid", dark),
                "font": {"family": SANS, "size": 13, "color": role_color("text", dark)},
                "align": "left",
            },
            "bargap": 0.25,
            "dragmode": False,
        }
    )
