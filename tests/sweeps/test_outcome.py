"""Who is better over seeds: nobody where the means lie inside the spread."""

import pytest

from core.sweeps.folder import Progress
from core.sweeps.outcome import checked

PROGRESS = Progress(state="done", winner=3, checks={"winner": ["a", "b", "c"], "start": ["d", "e", "f"]})


def compare(winner, start):
    tests = dict(zip("abcdef", [*winner, *start], strict=True))
    return checked("forecasting", PROGRESS, lambda run: {"test": {"mase": tests[run]}})


def test_mean_and_deviation_are_those_of_the_test_figures():
    found = compare((1.0, 2.0, 3.0), (2.0, 2.0, 2.0))
    winner, start = found.rows
    assert (found.metric, winner.mean, winner.deviation) == ("mase", 2.0, 1.0)
    assert winner.error == pytest.approx(4.303 / 3**0.5, abs=1e-3)  # t of two degrees of freedom
    assert (start.mean, start.deviation) == (2.0, 0.0)
    assert found.better == ""
    assert "no winner" in found.sentence()


@pytest.mark.parametrize(
    ("winner", "start", "better"),
    [((0.80, 0.81, 0.82), (0.95, 0.96, 0.97), "winner"), ((0.95, 0.96, 0.97), (0.80, 0.81, 0.82), "start"),
     ((0.7, 0.9, 1.1), (0.8, 1.0, 1.2), "")],
)  # fmt: skip
def test_a_winner_is_named_only_outside_the_spread(winner, start, better):
    assert compare(winner, start).better == better


def test_only_seeds_count_with_which_both_were_trained_to_the_end():
    figures = dict(zip("abcdef", (0.8, 0.9, 0.1, 1.0, 1.1, 1.2), strict=True))
    found = checked(
        "forecasting", PROGRESS,
        lambda run: {"test": {"mase": figures[run]}, "state": "stopped" if run == "c" else "succeeded"},
    )  # fmt: skip
    assert [row.values for row in found.rows] == [(0.8, 0.9), (1.0, 1.1)]  # c was stopped, so f has no partner


def test_while_trainings_are_on_their_way_nothing_is_said():
    found = checked("forecasting", PROGRESS, lambda run: {"test": {"mase": 0.8}} if run == "a" else None)
    assert "Too few" in found.sentence()
    assert checked("forecasting", Progress(), lambda run: None) is None
