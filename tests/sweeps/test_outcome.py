"""Who is better over seeds: nobody where the means lie inside the spread."""

import pytest

from core.sweeps.driver import LATE, STOPPED
from core.sweeps.folder import Plan, Progress
from core.sweeps.outcome import checked, cut_short
from core.sweeps.study import Trial

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


def tried(*states):
    """Trials in these states; those that were cut off say by what."""
    reasons = {STOPPED, LATE}
    return [
        Trial(place, "failed" if state in reasons else state, {}, "run", reason=state if state in reasons else "")
        for place, state in enumerate(states)
    ]


def test_a_sweep_that_was_stopped_says_what_was_done_and_what_was_not():
    said = cut_short(Plan([], 6, 0.0, seeds=3), Progress("stopped", 0), tried("done", "pruned", "pruned", STOPPED))
    assert said == (
        "It was stopped. Of 6 trials: 1 finished, 2 ended early because others were better, 1 cut off on the way and 2 not begun."
    )


def test_a_sweep_whose_seconds_were_over_says_so_and_that_the_best_may_just_have_been_lucky():
    plan, progress = Plan([], 2, 0.0, max_seconds=90.0, seeds=3), Progress("done", 1, is_late=True)
    said = cut_short(plan, progress, tried("done", "done"))
    assert said.startswith("Its 90 seconds in all were over. Of 2 trials: 2 finished.")
    assert "not trained again over all new seeds" in said


def test_where_no_trial_did_all_its_steps_there_is_no_best_and_that_is_said():
    said = cut_short(Plan([], 6, 0.0), Progress("stopped"), tried(STOPPED))
    assert "1 cut off on the way and 5 not begun. Only a trial that did all its steps can be the best" in said


def test_of_a_sweep_that_came_to_its_end_or_is_on_its_way_nothing_is_said():
    assert cut_short(Plan([], 1, 0.0), Progress("done", 0), tried("done")) == ""
    assert cut_short(Plan([], 1, 0.0, max_seconds=9.0), Progress(is_late=True), tried("open")) == ""
