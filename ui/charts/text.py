"""Text: what comes next, and a text whose characters are coloured by a figure.

White space is visible, and nothing in a text is read as markup. Left out: how long texts are (data.py), computing the
figures.
"""

from collections.abc import Sequence

from core.data.text import END, EOS, SPECIALS
from ui.charts.chart import COLOR_BAR_HEIGHT, LABEL_ROOM, Chart, add_color_bar, new_figure
from ui.charts.labels import compact, escape_token, is_spelled, one_sign, percent, visible
from ui.charts.theme import MONO, diverging_tint_scale, role_color, tint_scale
from ui.words import count

COLUMNS = 40


def next_token_bars(tokens: Sequence[tuple[str, float]], dark: bool, believed: Sequence[float] | None = None) -> Chart:
    """The most likely next tokens.

    Args:
        tokens: Token and probability (0 to 1), the most likely first.
        dark: Whether the page is dark.
        believed: Other probabilities of the same tokens, which stand in brackets behind.
    """
    tokens = [(END if token == SPECIALS[EOS] else token, share) for token, share in tokens]
    values = [probability for _, probability in tokens]
    told = [percent(value) for value in values]
    if believed is not None:
        told = [f"{drawn} ({percent(own)})" for drawn, own in zip(told, believed, strict=True)]
    figure = new_figure(dark, 64 + 26 * len(tokens), "Probability")
    figure.add_bar(
        x=values, y=list(range(len(tokens))), orientation="h", marker_color=role_color("network", dark),
        text=told, textposition="outside", cliponaxis=False,
        hovertemplate="%{x:.2%}<extra></extra>",
    )  # fmt: skip
    # As many decimals as tell the ticks apart: the most likely of many tokens may have less than one percent.
    figure.update_xaxes(tickformat=".3~%", range=[0, max(values, default=0.0) or 1.0], nticks=5)
    figure.update_layout(margin_r=LABEL_ROOM * (1 if believed is None else 2))
    figure.update_yaxes(
        tickmode="array", tickvals=list(range(len(tokens))), ticktext=[escape_token(token) for token, _ in tokens],
        tickfont={"family": MONO, "size": 14, "color": role_color("text", dark)}, showgrid=False,
        range=[len(tokens) - 0.4, -0.6],
    )  # fmt: skip
    figure.update_layout(showlegend=False)
    best = ", ".join(f"{_spoken(token)} {said}" for (token, _), said in zip(tokens[:3], told, strict=False))
    return Chart(figure, f"Bar chart of the {count(len(tokens), 'most likely next token')}: {best}.")


def text_strip(
    tokens: Sequence[str], values: Sequence[float | None], title: str, dark: bool, signed: bool = False,
    limit: float | None = None,
) -> Chart:  # fmt: skip
    """A text in rows of `COLUMNS` characters, each on a ground whose colour is a figure.

    Args:
        tokens: Single characters; longer tokens take one place a character.
        values: One figure a token; None leaves the ground empty.
        title: What the colour stands for, with its unit.
        dark: Whether the page is dark.
        signed: Whether figures lie on both sides of zero.
        limit: The largest figure of the scale; that of the text when None.
    """
    letters, numbers, hover = _grid(tokens, values)
    known = [value for value in values if value is not None]
    top = limit if limit is not None else max((abs(value) for value in known), default=1.0) or 1.0
    figure = new_figure(dark, COLOR_BAR_HEIGHT + 8 + 27 * max(1, len(letters)))
    figure.add_heatmap(
        z=numbers, text=letters, texttemplate="%{text}", customdata=hover, hoverongaps=False,
        textfont={"family": MONO, "size": 14, "color": role_color("text", dark)},
        hovertemplate="%{customdata}<extra></extra>", xgap=0.5, ygap=3, zmin=-top if signed else 0, zmax=top,
        colorscale=diverging_tint_scale(dark) if signed else tint_scale(dark),
    )  # fmt: skip
    add_color_bar(figure, title, dark)
    figure.update_xaxes(visible=False, range=[-0.5, COLUMNS - 0.5])
    figure.update_yaxes(visible=False, range=[len(letters) - 0.5, -0.5])
    return Chart(figure, _strip_alt(tokens, values, title))


def _grid(
    tokens: Sequence[str], values: Sequence[float | None]
) -> tuple[list[list[str]], list[list[float | None]], list[list[str]]]:
    """Rows of letters, figures and hover texts; a newline ends its row."""
    cells: list[list[tuple[str, float | None, str]]] = [[]]
    for token, value in zip(tokens, values, strict=True):
        about = f"{escape_token(token)}: {'unknown' if value is None else compact(value)}"
        for character in one_sign(token):
            if len(cells[-1]) == COLUMNS:
                cells.append([])
            # a figure of None would hide the letter, and the first character has none
            cells[-1].append((escape_token(character, 1), 0.0 if value is None else round(value, 3), about))
            if character == "\n":
                cells.append([])
    rows = [row for row in cells if row] or [[]]
    padded = [row + [("", None, "")] * (COLUMNS - len(row)) for row in rows]
    return (
        [[cell[0] for cell in row] for row in padded],
        [[cell[1] for cell in row] for row in padded],
        [[cell[2] for cell in row] for row in padded],
    )


def _strip_alt(tokens: Sequence[str], values: Sequence[float | None], title: str) -> str:
    known = [(abs(value), token, value) for token, value in zip(tokens, values, strict=True) if value is not None]
    length = count(len(tokens), "character" if is_spelled(tokens) else "token")
    if not known:
        return f"A text of {length}."
    most = ", ".join(f"{_spoken(token)} {compact(value)}" for _, token, value in sorted(known, reverse=True)[:3])
    mean = sum(value for _, _, value in known) / len(known)
    return f"A text of {length} coloured by {title}: mean {compact(mean)}; strongest at {most}."


def _spoken(token: str) -> str:
    """A token for a screen reader."""
    names = {" ": "space", "\n": "newline", "\t": "tab"}
    return names.get(token, visible(token))
