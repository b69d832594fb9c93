"""What is said below forecasts of copies and of what is to come."""

import pytest
from streamlit.testing.v1 import AppTest


def page(result):
    from ui.results.honest import show_honesty

    show_honesty(result)


def page_of_weather():
    from ui.results.honest import show_honesty

    show_honesty({"evidence": {"moved_by_future": []}}, ["heat", "rain"])


def shown(evidence):
    app = AppTest.from_function(page, kwargs={"result": {"evidence": evidence}}).run()
    assert not app.exception
    return [one.value for one in app.error], [one.value for one in app.caption]


@pytest.mark.parametrize(("lag", "words"), [
    ({"shift": 1, "share": 0.874}, "nearer to the value before than to what came: 87% of a copy"),
    ({"shift": 1_200, "share": 0.5}, "nearer to the value 1,200 steps before than to what came: 50% of a copy"),
    ({"shift": 1, "share": 0.0}, "are no nearer to any earlier value than to what came. That"),
])  # fmt: skip
def test_the_share_of_a_copy_stands_below_the_chart_beside_what_the_future_moves(lag, words):
    errors, (nothing, copied) = shown({"lag": lag, "moved_by_future": []})
    assert (
        words in copied.replace("\\", "")
        and nothing.startswith("Nothing after the origin moves a forecast")
        and not errors
    )


def test_what_is_known_ahead_may_move_a_forecast():
    app = AppTest.from_function(page_of_weather).run()
    (said,) = [one.value for one in app.caption]
    assert said.startswith("Nothing after the origin moves a forecast but what is known ahead (heat and rain): ")


def test_a_leak_is_red_and_names_what_moved():
    errors, said = shown({"moved_by_future": ["network", "seasonal_naive", "bands"]})
    assert errors == ["A leak: values after the origin move network, seasonal naive and bands."] and not said


def test_of_a_run_that_was_not_asked_nothing_is_said():
    assert shown({}) == ([], []) and shown({"lag": None, "moved_by_future": None}) == ([], [])
