"""A span that is drawn on a line."""

import pytest

from ui.charts.brush import brushed_line, ends_of


def test_the_line_has_a_place_for_every_character_of_the_part_that_is_shown():
    spec, alt = brushed_line([0.1, 0.5, -0.25], "a\nb", 70, 0.3, "Hidden state", dark=False)
    points = spec["layer"][0]["data"]["values"]
    assert [(point["position"], point["value"]) for point in points] == [(70, 0.1), (71, 0.5), (72, -0.25)]
    assert points[1]["text"] == "a⏎|b" and "above 0.3 at 1 of them" in alt
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [70, 72]


@pytest.mark.parametrize(("edges", "ends"), [
    ([12.4, 20.6], (12, 21)), ([20.6, 12.4], (12, 21)), ([-5, 400], (10, 29)), ([15.2, 15.3], (15, 15)),
    ([], None), ([1], None), (["a", "b"], None),
])  # fmt: skip
def test_a_brush_gives_whole_places_within_the_part(edges, ends):
    assert ends_of({"selection": {"brush": {"position": edges}}}, 10, 30) == ends


@pytest.mark.parametrize("selected", [None, {}, {"selection": {}}, {"selection": {"brush": {}}}])
def test_no_brush_gives_none(selected):
    assert ends_of(selected, 0, 10) is None
