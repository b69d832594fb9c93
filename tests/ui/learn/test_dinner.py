"""What the page of the dinner schedule shows is what the network does."""

import numpy as np
import pytest

from core.insight import dinner
from core.insight.edits import Edits
from ui.learn import dinner as page
from ui.learn import dinner_found, dinner_scenes

NEXT_PASTA = 4


def scene(which="both", **edits):
    found = Edits(edits)
    shown = page.SCENES[which](found).data()
    return shown | {"problems": found.problems}


def panel(shown, kind, place=0):
    return [one for row in shown["rows"] for one in row if one["kind"] == kind][place]


def test_the_words_are_those_of_the_network():
    assert (dinner_scenes.DISHES, dinner_scenes.WEATHER, dinner_scenes.ROLES) == (
        dinner.DISHES,
        dinner.WEATHER,
        dinner.ROLES,
    )


def test_a_sunny_day_after_soup_is_shown_as_one_works_it_out_by_hand():
    values = scene()["values"]
    shown = {
        name: values[name]["at"][1]
        for name in ("yesterday", "from_food", "from_weather", "total", "cut", "h", "dinner")
    }
    assert shown == {
        "yesterday": [1, 0, 0],
        "from_food": [1, 0, 0, 0, 1, 0],
        "from_weather": [0, 0, 0, 1, 1, 1],
        "total": [1, 0, 0, 1, 2, 1],
        "cut": [0, -1, -1, 0, 1, 0],
        "h": [0, 0, 0, 0, 1, 0],
        "dinner": [0, 1, 0],
    }


def test_what_is_shown_is_what_the_network_was_traced_with_edited_or_not():
    edits = {
        "food.4.0": 0.75,
        "threshold.2.0": -0.5,
        "merge.1.5": 0.25,
        "told.3.1": 1.5,
        "start": 1,
        "days": 6,
        "sun.2": 0,
    }
    shown = scene(**edits)
    given = dinner.by_hand()
    given.food[4, 0], given.threshold[2], given.merge[1, 5], given.first[3, 1] = 0.75, -0.5, 0.25, 1.5
    weather = [bool(day) for day in dinner_scenes.USUAL_WEATHER[:6]]
    weather[2] = False
    played = dinner.play(dinner.network_of(given), 1, weather)
    for name, own in (("cut", "sum"), ("h", "h"), ("dinner", "dinner"), ("yesterday", "remembered")):
        np.testing.assert_allclose(shown["values"][name]["at"], played[own], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(shown["matrices"]["U"]["rows"], given.food @ given.merge)
    values = {
        name: np.array(shown["values"][name]["at"]) for name in ("from_food", "from_weather", "total", "cut", "limit")
    }
    np.testing.assert_allclose(values["from_food"] + values["from_weather"], values["total"], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(values["total"] - values["limit"], values["cut"], rtol=1e-6, atol=1e-6)


def test_the_days_say_dish_and_whether_it_is_right():
    steps = panel(scene(days=3, start=2), "choices")["steps"]
    assert [step["options"][step["chosen"]] for step in steps] == ["curry", "sunny", "rainy", "sunny"]
    assert [step["says"] for step in steps] == ["curry", "soup", "soup", "pasta"]
    assert all(step["right"] and not step["note"] for step in steps)


def test_a_network_that_an_edit_broke_says_on_which_weather_and_shows_it():
    whole = panel(scene(), "cases")
    assert not whole["items"] and "All 1,530" in whole["none"]
    broken = scene(**{"food.4.0": 0})
    cases = panel(broken, "cases")
    assert cases["items"][0]["text"] == "soup, then sunny: no dish, but pasta is right"
    assert panel(broken, "table")["rows"][0] == [1, 6, 5]
    shown = scene(**{"food.4.0": 0}, **cases["items"][1]["edits"])
    step = panel(shown, "choices")["steps"][cases["items"][1]["step"]]
    assert step["right"] is False and step["note"]


@pytest.mark.parametrize(("which", "matrix"), [("both", "food"), ("cycle", "U"), ("weather", "choice")])
def test_an_edit_that_does_not_fit_is_left_out_and_said(which, matrix):
    shown = scene(which, **{f"{matrix}.0.0": 1e9, f"{matrix}.9.9": 1, "days": "many", "start": -1, "sun.0": 7})
    assert len(shown["problems"]) == 5
    assert shown["matrices"][matrix]["rows"] == scene(which)["matrices"][matrix]["rows"]
    assert shown["steps"] == 1 + dinner_scenes.USUAL_DAYS


def test_the_cycle_needs_no_weather_and_the_weather_alone_is_not_enough():
    assert panel(scene("cycle"), "table")["rows"] == [[days, 3, 3] for days in range(1, 9)]
    steps = panel(scene("cycle", days=5), "choices")["steps"]
    assert [step["says"] for step in steps] == ["soup", "pasta", "curry", "soup", "pasta", "curry"]
    alone = scene("weather")
    assert "right on 33% of all days" in panel(alone, "matrix")["note"]
    assert panel(alone, "cases")["items"]


@pytest.mark.parametrize("which", page.SCENES)
def test_what_the_statements_set_exists(which):
    for statement in page.LESSON.statements:
        if (statement.widgets or {}).get("network") == which:
            shown = scene(which, **statement.state.get("edits", {}))
            assert not shown["problems"]
            assert statement.state.get("step", 0) < shown["steps"] and statement.state.get("unit", 0) < shown["units"]
            assert statement.state.get("mark", "h") in shown["values"]


def test_the_statements_are_true():
    values = scene()["values"]
    total = np.array(values["total"]["at"][1])
    assert total[NEXT_PASTA] == 2 and (np.delete(total, NEXT_PASTA) < 2).all()
    assert values["h"]["at"][2] == [0, 1, 0, 0, 0, 0], "same pasta"
    broken = panel(scene(**{"food.4.0": 0}), "choices")["steps"]
    assert [step["says"] for step in broken[:3]] == ["soup", "no dish", "no dish"]


def test_a_trained_network_is_shown_in_units_that_can_be_compared_with_those_made_by_hand():
    network = dinner.network_of(dinner.by_hand())
    order = [4, 2, 0, 5, 1, 3]
    loops = network.recurrent.weight_hh_l0
    network.recurrent.weight_hh_l0.copy_(loops[order][:, order])
    network.recurrent.weight_ih_l0.copy_(network.recurrent.weight_ih_l0[order])
    shuffled = dinner.Network(network.recurrent, network.weight[:, order], network.bias)
    edits = Edits({"days": 4, "start": 2})
    shown = dinner_found.found(shuffled, "0" * 32, edits, {"kind": "statements"}).data()
    for name in ("U", "W", "b", "V"):
        assert shown["matrices"][name]["rows"] == shown["matrices"][f"hand_{name}"]["rows"]
    rows = panel(shown, "table")["rows"]
    assert [row[0] for row in rows] == [f"unit {place + 1}, on for {role}" for place, role in enumerate(dinner.ROLES)]
    assert [row[-1] for row in rows] == [3, 5, 2, 6, 1, 4], "where each stands in the run"
    played = dinner.play(dinner.network_of(dinner.by_hand()), 2, [True, False, True, True])
    np.testing.assert_allclose(shown["values"]["h"]["at"], played["h"])
    parts = [np.array(shown["values"][name]["at"]) for name in ("from_memory", "from_input", "bias")]
    np.testing.assert_allclose(sum(parts), played["sum"])
    assert "All 1,530" in panel(shown, "cases")["none"]
