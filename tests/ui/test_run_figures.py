"""Every figure of the run panel has one name, its part, and whose it is."""

import json

import pytest

from core.jobs.status import Best, RunStatus
from ui.curves import Curve
from ui.run_figures import figures

LOOKS = [(10, 1.3), (40, 0.78), (90, 1.1)]
RESULT = {
    "test": {"mase": 1.12}, "baselines": {"drift": {"mase": 1.4}, "mean": {"mase": 1.2}},
    "comparison": {"baseline": "mean"},
}  # fmt: skip


@pytest.fixture
def curve(tmp_path):
    records = [{"event": "metrics", "split": "validation", "step": step, "mase": mase} for step, mase in LOOKS]
    records += [{"event": "baseline", "name": name, "mase": mase} for name, mase in (("drift", 0.9), ("mean", 1.5))]
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    found = Curve(path)
    found.update()
    return found


def status(state):
    return RunStatus("0" * 32, state, task="forecasting", step=90, best=Best("mase", 0.78, 40))


def test_while_it_trains_the_baseline_is_the_best_on_validation(curve):
    assert figures("forecasting", status("running"), curve, {}) == [
        ("Best validation MASE", "0.78", "at training step 40"),
        ("Last validation MASE", "1.10", "at training step 90"),
        ("Validation MASE", "0.90", "drift (baseline)"),
        ("Speed", "soon", "training"),
    ]


def test_the_best_of_the_run_before_stands_with_the_metric_that_chose_it(curve):
    going_on = RunStatus("0" * 32, "running", task="sentiment", step=90, best=Best("loss", 0.25, 40, inherited=True))
    assert figures("sentiment", going_on, curve, {})[0] == ("Best validation loss", "0.250 nats", "of the run before")


@pytest.mark.parametrize(("metric", "named"), [("loss", "loss"), ("macro_f1", "macro F1")])
def test_a_best_that_another_metric_chose_says_so(metric, named, curve):
    chosen = RunStatus("0" * 32, "running", task="sentiment", step=90, best=Best(metric, 0.25, 40))
    assert figures("sentiment", chosen, curve, {})[0][2] == f"at training step 40, by {named}"


def test_in_the_end_the_test_part_has_the_network_and_the_verdicts_baseline(curve):
    assert figures("forecasting", status("succeeded"), curve, RESULT)[2:] == [
        ("Test MASE", "1.12", "network"),
        ("Test MASE", "1.20", "mean (baseline)"),
    ]


def test_on_a_phone_names_are_of_parts_alone(curve):
    names = [name for name, _, _ in figures("forecasting", status("succeeded"), curve, RESULT, short=True)]
    assert names == ["Best validation", "Last validation", "Test", "Test"]


def test_nothing_is_known_before_the_first_look(tmp_path):
    empty = Curve(tmp_path / "metrics.jsonl")
    rows = figures("sentiment", RunStatus("0" * 32, "running", task="sentiment"), empty, {})
    assert rows[:2] == [
        ("Best validation accuracy", "none yet", "no look yet"), ("Last validation accuracy", "none yet", "no look yet"),
    ]  # fmt: skip
    assert rows[2:] == [("Baseline", "soon", "another method"), ("Speed", "soon", "training")]
