import pytest

from ui.results.what_if import _known, _step, covered, table_height


@pytest.mark.parametrize(
    ("values", "step"), [([0.0, 20.0], 2.0), ([5.0, 5.0], 0.5), ([0.0, 0.0], 0.1), ([1e-3, 3e-3], 2e-4)]
)
def test_a_press_of_plus_adds_a_tenth_of_how_far_values_lie_apart(values, step):
    assert _step(values) == pytest.approx(step)


WEEK = [f"day {number}" for number in range(1, 8)]


def test_it_is_said_how_far_a_column_is_known():
    assert _known("heat", 7, WEEK, 7, 7) == "The data says what heat is in each of 7 steps."
    assert _known("heat", 2, WEEK, 7, 7) == (
        "After day 2 heat is not known: the value a season (7 steps) earlier stands for it."
    )
    assert _known("heat", 0, WEEK, 7, 1) == "From day 1 on heat is not known: the last known value stands for it."


def test_steps_past_those_that_are_listed_are_not_said_to_be_known():
    assert _known("heat", 7, WEEK, 30, 7) == (
        "The data says what heat is in each of 7 steps. Steps after day 7 are not listed here."
    )


@pytest.mark.parametrize(
    ("steps", "num_known", "listed"),
    [
        (7, 14, 7),
        (10, 14, 10),  # follows the steps past the end, beyond the trained horizon of 7
        (30, 14, 14),  # no further than there are coming rows
        (30, 2, 7),  # and to the horizon where there are fewer
        (3, 14, 3),
    ],
)
def test_the_steps_that_can_be_changed_follow_those_of_the_page_up_to_the_coming_rows(steps, num_known, listed):
    assert covered(steps, 7, num_known) == listed


def test_the_table_shows_two_weeks_of_steps_at_once_and_scrolls_to_more():
    assert table_height(14) == 15 * 35 + 3, "fourteen rows below the heading"
    assert table_height(3) == 4 * 35 + 3
    assert table_height(200) == table_height(14)
