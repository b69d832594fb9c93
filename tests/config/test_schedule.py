import pytest

from core.config.experiment import Experiment
from core.config.schedule import ending_in_words, hold_steps, steps_with_hold


def config(**training):
    return Experiment.parse({"task": "translation", "training": training}).training


@pytest.mark.parametrize("total", [1, 2, 3, 10, 451, 20_000])
def test_the_first_half_of_the_steps_is_that_of_any_longer_training(total):
    assert hold_steps(total, config(warmup_steps=0)) == (total + 1) // 2
    assert hold_steps(total, config(warmup_steps=7)) == min(total, max(7, (total + 1) // 2))


def test_all_steps_are_where_nothing_falls():
    assert hold_steps(451, config(schedule="constant")) == 451
    falling = {"teacher_forcing_ratio": 0.5, "teacher_forcing_schedule": "linear"}
    assert hold_steps(451, config(schedule="constant", **falling)) == 226


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
@pytest.mark.parametrize("step", [1, 2, 57, 10_001])
def test_a_plan_is_the_longest_of_which_the_steps_done_are_the_held_ones(schedule, step):
    chosen = config(schedule=schedule, warmup_steps=0)
    longest = steps_with_hold(step, chosen)
    assert hold_steps(longest, chosen) == step < hold_steps(longest + 1, chosen)


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        ("time_limit", "stopped by the limit of 60 s at 1,420 of 1,450 steps"),
        ("patience", "validation did not improve any more, ended at 1,420 of 1,450 steps"),
        ("steps", ""),
        ("stopped", ""),
        (None, ""),
    ],
)
def test_what_ended_a_run_before_its_steps_were_done_is_said(ended, words):
    result = {"steps": 1_420, "max_steps": 1_450, "max_seconds": 60.0, "ended": ended}
    assert ending_in_words(result) == words
    assert ending_in_words({"ended": ended, "steps": 1_420}) == "", "of an earlier version"


def test_a_limit_that_nobody_chose_is_the_server_s():
    result = {"steps": 420, "max_steps": 1_450, "max_seconds": None, "server_seconds": 1_800.0, "ended": "time_limit"}
    assert ending_in_words(result) == "stopped by this server's limit of 1,800 s at 420 of 1,450 steps"
    assert ending_in_words({**result, "max_seconds": 60.0}).startswith("stopped by the limit of 60 s")
