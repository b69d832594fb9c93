from itertools import pairwise

import pytest

from ui.charts import theme


def _luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _mixed(one, other, share):
    parts = [round(int(one[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share) for i in (1, 3, 5)]
    return "#" + "".join(f"{part:02X}" for part in parts)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("role", ["training", "validation", "network", "interval", "highlight"])
def test_hues_come_from_the_palette(role, dark):
    assert theme.role_color(role, dark) in theme.PALETTE


@pytest.mark.parametrize("dark", [False, True])
def test_roles_that_share_a_chart_differ(dark):
    roles = ["training", "validation", "network", "interval", "baseline", "truth", "background"]
    assert len({theme.role_color(role, dark) for role in roles}) == len(roles)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("role", ["text", "muted"])
def test_text_stands_out_from_the_page(role, dark):
    assert _contrast(theme.role_color(role, dark), theme.role_color("background", dark)) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("role", ["network", "truth", "baseline", "validation"])
def test_lines_stand_out_from_the_page(role, dark):
    assert _contrast(theme.role_color(role, dark), theme.role_color("background", dark)) >= 3


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("scale", [theme.tint_scale, theme.diverging_tint_scale])
def test_text_in_cells_can_be_read_on_every_colour_of_the_scale(scale, dark):
    colors = [color for _, color in scale(dark)]
    for one, other in pairwise(colors):
        for share in (0, 0.25, 0.5, 0.75, 1):
            assert _contrast(theme.role_color("text", dark), _mixed(one, other, share)) >= 4.5


def test_an_unknown_role_is_an_error():
    with pytest.raises(ValueError, match="purple"):
        theme.role_color("purple", False)


def test_the_background_is_transparent_and_text_follows_the_theme():
    for dark in (False, True):
        layout = theme.template(dark).layout
        assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
        assert layout.font.color == theme.role_color("text", dark)


def test_translucent_keeps_the_colour():
    assert theme.translucent("#0072B2", 0.25) == "rgba(0, 114, 178, 0.25)"
