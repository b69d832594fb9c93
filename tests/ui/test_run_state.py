"""The state line of the run panel."""

from dataclasses import replace

import pytest

from core.jobs.remaining import (
    Plan,
    expected_steps,
    may_shrink,
    mean_step_seconds,
    seconds_left,
    share_done,
    step_seconds,
)
from core.jobs.status import RunStatus
from ui.page import not_judged
from ui.state_line import state_line

CAPPED = Plan(max_steps=1_200, held=600, max_seconds=10.0)


def status(state, **fields):
    return RunStatus("0" * 32, state, **fields)


@pytest.mark.parametrize(
    ("run", "place", "text"),
    [
        (status("queued"), 3, "Waiting · place 3 in the queue"),
        (status("queued"), None, "Waiting to start"),
        (status("starting"), None, "Starting · waiting for its process"),
        (status("starting", heartbeat_age=0.2), None, "Starting · loading what trains it"),
        (status("starting", heartbeat_age=0.2, phase="reading"), None, "Starting · reading the data"),
        (status("running", heartbeat_age=0.2), None, "Training · the first step is on its way"),
        (status("running", step=1), None, "Training · step 1"),
        (status("running", step=620, total_steps=1_000, seconds=6.2), None, "Training · step 620 of 1,000"),
        (status("running", step=450, total_steps=450, phase="scoring"), None, "Scoring the test set · 450 steps done"),
        (status("succeeded", step=115, seconds=25.0, device="cpu"), None, "Finished · 115 steps in 25 s on the CPU"),
        (
            status("succeeded", step=115, seconds=25.0, device="cpu", threads=1),
            None,
            "Finished · 115 steps in 25 s on the CPU with 1 thread",
        ),
        (
            status(
                "succeeded",
                step=420,
                seconds=60.0,
                device="cpu",
                ending="stopped by the limit of 60 s at 420 of 450 steps",
            ),
            None,
            "Stopped by the limit of 60 s at 420 of 450 steps on the CPU",
        ),
        (status("stopped"), None, "Stopped before it started"),
        (status("stopped", step=5, total_steps=9, seconds=3.0), None, "Stopped · step 5 of 9 in 3 s"),
        (status("failed", step=7), None, "Failed · step 7"),
        (status("lost"), None, "Lost"),
    ],
)
def test_the_line_says_what_the_run_is_doing(run, place, text):
    assert state_line(run, place) == text


def test_a_queued_run_says_when_it_is_expected_to_start():
    line = state_line(status("queued"), 2, 130.0)
    assert line == "Waiting · place 2 in the queue · starts in about 2 min"
    assert state_line(status("queued"), 1, 1.0).endswith("starts in a few seconds")


def running(step, seconds, total_steps=1_200):
    return status("running", step=step, total_steps=total_steps, seconds=seconds)


def test_a_plan_that_a_limit_may_make_shorter_is_up_to_and_one_that_it_has_made_shorter_says_why():
    assert state_line(running(62, 2.0), None, plan=CAPPED, per_step=0.04) == (
        "Training · step 62 of up to 1,200 · about 10 s left"
    )
    assert state_line(running(160, 5.0, 278), None, plan=CAPPED, per_step=0.03) == (
        "Training · step 160 of 278 (time limit) · a few seconds left"
    )


def test_a_machine_that_is_busy_is_said_to_be_beside_the_time_left():
    slow = status("running", step=50, total_steps=250, seconds=6.2, busy=1.9)
    assert state_line(slow, None, per_step=0.125) == "Training · step 50 of 250 · this machine is busy, about 25 s left"
    usual = status("running", step=50, total_steps=250, seconds=6.2, busy=1.0)
    assert state_line(usual, None, per_step=0.125) == "Training · step 50 of 250 · about 25 s left"


def test_a_plan_far_below_its_limit_or_without_one_is_simply_the_plan():
    assert not may_shrink(running(62, 2.0), CAPPED, per_step=0.001)
    assert not may_shrink(running(62, 2.0), Plan(1_200, 600), per_step=0.04)
    assert not may_shrink(running(600, 2.0), CAPPED, per_step=0.04), "from here on it is fixed"


def test_time_left_and_bar_follow_the_nearer_end_so_neither_springs_when_the_plan_is_fixed():
    before, after = running(125, 4.5), running(126, 4.5, 278)
    assert seconds_left(before, 0.036, CAPPED) == pytest.approx(5.5)
    assert seconds_left(after, 0.036, CAPPED) == pytest.approx(152 * 0.036)
    assert share_done(before, CAPPED) == pytest.approx(0.45)
    assert share_done(after, CAPPED) == pytest.approx(126 / 278)


def test_the_axis_ends_at_a_round_number_near_what_the_limit_lets_through():
    assert expected_steps(running(62, 2.0), CAPPED, None) == 1_200
    assert expected_steps(running(62, 2.0), CAPPED, 0.036) == 300  # 62 and 8 s of them
    assert expected_steps(running(160, 5.0, 278), CAPPED, 0.036) == 278


def test_the_time_left_is_unknown_before_there_is_a_speed():
    assert seconds_left(running(1, 1.0), None, CAPPED) is None
    assert seconds_left(status("running", step=5), 0.1, CAPPED) is None


def test_a_run_that_pauses_soon_has_as_much_left_as_the_steps_until_there():
    # 5 of the 992 steps to come, 0.24 s each: 1.2 s, not 4 minutes.
    paused = status("running", step=3, total_steps=1_000, seconds=0.72, pause_at=8)
    assert seconds_left(paused, 0.24) == pytest.approx(1.2)
    assert seconds_left(paused, mean_step_seconds(paused)) == pytest.approx(1.2)
    assert state_line(paused, None, per_step=0.24) == "Training · step 3 of 1,000 · a few seconds left"
    assert seconds_left(replace(paused, pause_at=None), 0.24) == pytest.approx(997 * 0.24)
    assert seconds_left(replace(paused, pause_at=5_000), 0.24) == pytest.approx(997 * 0.24), "its end comes first"
    assert seconds_left(replace(paused, step=8), 0.24) == 0.0


def test_the_speed_leaves_out_the_first_step_and_waits_until_it_can_be_believed():
    def records(*pairs):
        return [{"step": step, "seconds": seconds} for step, seconds in pairs]

    assert step_seconds(records((1, 6.0), (2, 6.1))) is None
    assert step_seconds(records((1, 6.0), (11, 8.0))) == pytest.approx(0.2)
    assert step_seconds([{"step": 1}, {"step": 90}]) is None


def test_a_run_that_waits_at_a_step_shows_the_network_of_that_step_and_one_that_was_stopped_its_best():
    waits = status("stopped", step=1, total_steps=9, pause_at=1)
    assert waits.is_paused
    assert not_judged(waits).startswith("This is the network after 1 step, not judged yet")
    stopped = status("stopped", step=5, total_steps=9, pause_at=7)
    assert not stopped.is_paused
    assert "best network can be used" in not_judged(stopped)
