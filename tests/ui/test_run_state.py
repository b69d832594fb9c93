"""The state line of the run panel."""

import pytest

from core.jobs.status import RunStatus
from ui.run_panel import seconds_left, state_line


def status(state, **fields):
    return RunStatus("0" * 32, state, **fields)


@pytest.mark.parametrize(
    ("run", "place", "text"),
    [
        (status("queued"), 3, "Waiting · place 3 in the queue"),
        (status("queued"), None, "Waiting to start"),
        (status("starting"), None, "Starting"),
        (status("running", step=1), None, "Training · step 1"),
        (status("running", step=620, total_steps=1_000, seconds=6.2), None, "Training · step 620 of 1,000 · 4 s left"),
        (status("succeeded", step=115, seconds=25.0, device="cpu"), None, "Finished · 115 steps in 25 s on the CPU"),
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


def test_the_time_left_is_unknown_before_there_is_a_speed():
    assert seconds_left(status("running", step=0, total_steps=9, seconds=1.0)) is None
    assert seconds_left(status("running", step=5)) is None
