import pytest

from ui.results.what_if import _known, _step, table_height


@pytest.mark.parametrize(
    ("values", "step"), [([0.0, 20.0], 2.0), ([5.0, 5.0], 0.5), ([0.0, 0.0], 0.1), ([1e-3, 3e-3], 2e-4)]
)
def test_a_press_of_plus_adds_a_tenth_of_how_far_values_lie_apart(values, step):
    assert _step(values) == pytest.approx(step)


def test_it_is_said_how_far_a_column_is_known():
    assert _known("heat", 7, 7) == "The data says what heat is in every step ahead."
    assert _known("heat", 2, 7).startswith("heat is known for 2 steps ahead; after that")
    assert _known("a*b", 0, 7).startswith("a\\*b is not known ahead yet;")


def test_the_table_shows_two_weeks_of_steps_at_once_and_scrolls_to_more():
    assert table_height(14) == 15 * 35 + 3, "fourteen rows below the heading"
    assert table_height(3) == 4 * 35 + 3
    assert table_height(200) == table_height(14)
