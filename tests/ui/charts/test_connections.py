"""A text in which the pointer chooses: what is drawn for each choice."""

import json

from ui.charts.connections import connected_text
from ui.charts.text import COLUMNS


def layers(spec):
    return [layer["data"]["values"] for layer in spec["layer"]]


def test_each_token_colours_those_before_it_by_their_share_of_the_strongest():
    spec, alt = connected_text("abc", "bcd", [(2.0,), (1.0, 4.0), (3.0, float("nan"), 1.5)], dark=False)
    cells, framed, letters = layers(spec)
    shares = {(cell["of"], cell["at"]): cell["share"] for cell in cells}
    assert shares == {(1, 0): 1.0, (2, 0): 0.25, (2, 1): 1.0, (3, 0): 1.0, (3, 1): 0.0, (3, 2): 0.5}
    assert framed == letters and [(one["token"], one["of"], one["follows"]) for one in letters] == [
        ("a", 0, False), ("b", 1, False), ("c", 2, False), ("d", 3, True),
    ]  # fmt: skip
    assert spec["layer"][2]["params"][0]["value"] == [{"of": 3}] and "at first d" in alt


def test_words_stand_whole_and_a_new_line_ends_its_row():
    words = ["x" * 15, "y" * 15, "z" * 15, "\n", "w"]
    spec, _ = connected_text(words, words[1:], [(1.0,) * (place + 1) for place in range(4)], dark=True)
    letters = layers(spec)[2]
    assert [(one["row"], one["left"], one["right"]) for one in letters] == [
        (0, 0, 15), (0, 15, 30), (1, 0, 15), (1, 15, 16), (2, 0, 1),
    ]  # fmt: skip
    assert all(one["right"] <= COLUMNS for one in letters) and not any(one["follows"] for one in letters)


def test_gradients_that_are_all_zero_or_endless_are_no_numbers_for_the_browser():
    spec, _ = connected_text("ab", "bc", [(0.0,), (float("inf"), float("nan"))], dark=False)
    assert {cell["share"] for cell in layers(spec)[0]} == {0.0}
    json.dumps(spec, allow_nan=False)
