"""Tokens and times along an axis: every token has its name or none has, and times are a scale.

Every third token alone would read as a text that nobody wrote. Where tokens are too many for the width, the axis says so
and the names are there for who points at the picture. Times may be marked now and then, because what lies between is
known. Left out: making labels safe (labels.py).
"""

from collections.abc import Sequence

import plotly.graph_objects as go

from ui.charts.labels import escape_token, is_spelled, one_sign
from ui.charts.theme import MONO

# As many as stand beside each other without touching: single signs upright, words on end.
_MOST_SIGNS, _MOST_WORDS = 90, 60
_MOST_SIGNS_NARROW, _MOST_WORDS_NARROW = 34, 18
_MOST_DOWN = 60  # below each other
_MOST_TIMES, _MOST_TIMES_NARROW = 45, 18
_UNNAMED = "point at the picture or tap it for their names"


def all_fit(tokens: Sequence[str], narrow: bool) -> bool:
    """Whether every token can be written across a picture."""
    if is_spelled(tokens):
        return len(tokens) <= (_MOST_SIGNS_NARROW if narrow else _MOST_SIGNS)
    return len(tokens) <= (_MOST_WORDS_NARROW if narrow else _MOST_WORDS)


def name_tokens(figure: go.Figure, tokens: Sequence[str], narrow: bool = False, side: str = "x") -> None:
    """Write all tokens along an axis of places 0, 1, ..., or none: signs in a fixed width, words slanted or upright.

    Tokens may repeat, so places are numbers and the tokens are only their labels. The title of an axis without names
    says where they are.

    Args:
        figure: The figure, with its axis in places and its title set.
        tokens: One label a place.
        narrow: Whether the page is as narrow as a phone.
        side: "x" (across) or "y" (down).
    """
    axis = figure.layout.xaxis if side == "x" else figure.layout.yaxis
    fits = all_fit(tokens, narrow) if side == "x" else len(tokens) <= _MOST_DOWN
    if not fits:
        title = f"{axis.title.text}: {_UNNAMED}" if axis.title.text else _UNNAMED.capitalize()
        axis.update(showticklabels=False, showgrid=False, title_text=title)
        return
    spelled = is_spelled(tokens)
    shown = [one_sign(token) for token in tokens] if spelled else tokens
    axis.update(
        tickmode="array", tickvals=list(range(len(tokens))), ticktext=[escape_token(token) for token in shown],
        showgrid=False,
    )  # fmt: skip
    if spelled:
        axis.update(tickfont={"family": MONO, "size": 12})
    if side == "x":
        crowded = len(tokens) > (8 if narrow else 24)
        axis.update(tickangle=0 if spelled else (-90 if crowded else -45))


def mark_times(figure: go.Figure, times: Sequence[str], narrow: bool = False) -> None:
    """Write times along the axis of places 0, 1, ... at even distances, as many as there is room for.

    Args:
        figure: The figure, with its axis in places.
        times: One label a place.
        narrow: Whether the page is as narrow as a phone.
    """
    every = -(-len(times) // (_MOST_TIMES_NARROW if narrow else _MOST_TIMES)) or 1
    places = list(range(0, len(times), every))
    figure.update_xaxes(
        tickmode="array", tickvals=places, ticktext=[escape_token(times[place]) for place in places], showgrid=False,
        tickangle=-90 if len(places) > (8 if narrow else 24) else -45,
    )  # fmt: skip
