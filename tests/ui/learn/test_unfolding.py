"""The numbers of the unfolded network: those of the engine, in every phase, whole and cut into windows."""

import pytest

from core.insight.edits import Edits
from core.insight.unfolding import training_step
from ui.learn.unfolding import LESSON, asked, build
from ui.learn.unfolding_phases import phases

HAND = {  # small enough for paper: x 1, 3, -1, 2; states 1, 5, 9, 20
    "length": 4, "net.0.0": 1, "net.0.1": 2, "rate.0.0": 0.5, "window": 2,
    "x.0.0": 1, "x.0.1": 3, "x.0.2": -1, "x.0.3": 2, "y.0.3": 10,
}  # fmt: skip


def panel(scene, kind):
    return next(one for row in scene.data()["rows"] for one in row if one["kind"] == kind)


def numbers_of(phase):
    return [[token for token in line["put_in"] if not isinstance(token, str)] for line in phase["lines"]]


@pytest.mark.parametrize("loss", ["end", "every"])
@pytest.mark.parametrize("network", ["linear", "tanh"])
@pytest.mark.parametrize(("truncation", "window"), [("whole", 1), ("carry", 2), ("carry", 4), ("slide", 3)])
def test_what_is_shown_at_the_end_is_what_the_engine_computed(network, loss, truncation, window):
    edits = {"length": 5, "window": window, "net.0.1": -0.7, "net.0.2": 0.4, "x.0.1": 2.5}
    scene = build(network, loss, truncation, Edits(edits))
    now = asked(network, loss, truncation, Edits(edits))
    step = training_step(network, now.u, now.w, now.xs, now.targets, now.h0, now.rate, truncation, window)
    sums, frames = panel(scene, "sums"), panel(scene, "unfolded")["frames"]
    full = step.full
    expected = ((step.w_terms, full.w_terms), (step.u_terms, full.u_terms))
    for weight, (terms, whole) in zip(sums["weights"], expected, strict=True):
        assert [term or 0 for term in weight["at"][-1]] == pytest.approx(terms, rel=1e-6)
        assert weight["full"] == pytest.approx(whole, rel=1e-6)
        assert weight["sums"][-1] == pytest.approx(sum(terms), rel=1e-6)
        assert weight["missing"] == pytest.approx(sum(whole) - sum(terms), rel=1e-5, abs=1e-9)
    last = step.windows[-1]
    assert frames[-1]["h"][last.first + 1 :] == pytest.approx(last.walk.states[1:], rel=1e-6)
    assert frames[-1]["d"][last.first :] == pytest.approx(last.walk.deltas, rel=1e-6)
    take = panel(scene, "take")
    assert (take["edits"]["net.0.0"], take["edits"]["net.0.1"]) == pytest.approx(step.updated, rel=1e-6)
    assert take["before"] == pytest.approx(step.loss, rel=1e-6)
    after = training_step(network, *step.updated, now.xs, now.targets, now.h0, now.rate, truncation, window)
    assert take["after"] == pytest.approx(after.loss, rel=1e-6)


def test_each_phase_of_a_hand_worked_step_shows_its_numbers():
    scene = build("linear", "end", "whole", Edits(HAND))
    shown = panel(scene, "phase")["phases"]
    assert [label.split(",")[0] for label in scene.labels] == ["forward"] * 4 + ["the loss"] + ["backward"] * 4 + [
        "the update"
    ]
    assert numbers_of(shown[1]) == [[1, 3, 2, 1, 5]]  # u x + w h = 1*3 + 2*1
    assert numbers_of(shown[4]) == [[20, 10, 100]]  # (20 - 10)^2
    assert numbers_of(shown[5]) == [[20, 10, 20], [20, 9, 180], [20, 2, 40]]
    assert numbers_of(shown[6]) == [[2, 20, 40], [40, 5, 200], [40, -1, -40]]
    assert numbers_of(shown[8]) == [[2, 80, 160], [160, 0, 0], [160, 1, 160]]
    assert panel(scene, "sums")["weights"][0]["sums"][4:] == [None, 180, 380, 460, 460, 460]
    assert numbers_of(shown[9])[:2] == [[2, 0.5, 460, -228], [1, 0.5, 400, -199]]
    assert panel(scene, "take")["edits"] is None


def test_a_window_of_two_names_the_terms_that_it_cuts():
    scene = build("linear", "end", "carry", Edits(HAND))
    weight = panel(scene, "sums")["weights"][0]
    assert weight["at"][-1] == [None, None, 200, 180]
    assert (weight["whole"], weight["sums"][-1], weight["missing"]) == (460, 380, 80)
    assert weight["gone"] == " No term from step 2."  # that of step 1 is zero anyway, as h_0 is
    assert panel(scene, "unfolded")["cuts"] == [2]


def test_windows_that_slide_start_from_zero_and_forget_what_the_one_before_showed():
    scene = build("linear", "every", "slide", Edits(HAND))
    frames = panel(scene, "unfolded")["frames"]
    assert frames[5]["window"] == [1, 3]
    assert frames[5]["h"] == [None, 0, 3, None, None]
    assert frames[5]["d"] == [None] * 4


@pytest.mark.parametrize(("length", "window"), [(1, 1), (12, 6), (7, 12)])
@pytest.mark.parametrize("truncation", ["whole", "carry", "slide"])
def test_any_length_has_its_phases_and_nothing_is_known_before_its_phase(length, window, truncation):
    now = asked("linear", "every", truncation, Edits({"length": length, "window": window}))
    step = training_step("linear", now.u, now.w, now.xs, now.targets, now.h0, now.rate, truncation, now.window)
    walk = phases(step, truncation, "linear", 0.0)
    assert len(walk) == sum(2 * (window.stop - window.first) + 1 for window in step.windows) + 1
    for phase in walk:
        if phase.kind == "forward":
            assert phase.h[phase.step + 1] is not None and phase.h[phase.step + 2 :] == [None] * (
                length - phase.step - 1
            )
        if phase.kind in ("forward", "loss") and phase.window[0] == 0:
            assert phase.d == [None] * length


def test_what_cannot_be_used_is_said_and_the_step_stands():
    edits = Edits({"length": 40, "net.0.1": 1e9, "x.0.3": "no", "rate.0.0": -1, "net.5.5": 1})
    assert build("linear", "end", "whole", edits).data()["steps"] == 14
    assert len(edits.problems) == 5


def test_every_statement_names_a_phase_that_is_there():
    for statement in LESSON.statements:
        choices = statement.widgets
        scene = build(
            choices["network"], choices["loss"], choices["truncation"], Edits(statement.state.get("edits", {}))
        )
        assert statement.state["step"] < scene.data()["steps"]
        assert statement.state["mark"] in scene.values and not scene.problems


def test_two_of_the_statements_are_true():
    tiny = panel(build("linear", "end", "whole", Edits(LESSON.statements[1].state["edits"])), "sums")["weights"][0][
        "full"
    ]
    assert abs(tiny[0]) < 1e-3 * max(map(abs, tiny))
    cut = panel(build("linear", "end", "carry", Edits({})), "sums")["weights"][0]
    assert sum(term is not None for term in cut["at"][-1]) == 2


def test_the_step_button_goes_on_from_the_new_weights():
    scene = build("linear", "end", "whole", Edits({}))
    take = panel(scene, "take")
    assert panel(build("linear", "end", "whole", Edits(take["edits"])), "take")["before"] == pytest.approx(
        take["after"], rel=1e-5
    )
