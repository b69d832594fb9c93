"""The page Memory race: a group of runs of the queue, what they reached, the frontier and the notes' table."""

import json

import pytest

from core.config.experiment import Experiment
from tests.ui.learn.scenes import scene_of
from ui import services

SMALL = {"memory_race.delay": "5", "memory_race.steps": "400"}


@pytest.fixture(autouse=True)
def two_slots(monkeypatch):
    monkeypatch.setenv("UNROLL_SLOTS", "3")


def lines(elements):
    return "\n".join(element.value for element in elements)


def ids_of(app):
    value = app.query_params["memory_race.runs"]
    return (value if isinstance(value, str) else value[0]).split(",")


def end(run_id, accuracy, state="succeeded"):
    """Let a run have ended, judged so."""
    directory = services.store().path(run_id)
    report = {"state": state, "step": 400, "total_steps": 400, "best": None, "device": "cpu", "error": None,
              "attempt": 1, "heartbeat": 0.0, "seconds": 4.0}  # fmt: skip
    (directory / "status.json").write_text(json.dumps(report), encoding="utf-8")
    result = {"attempt": 1, "run": run_id, "task": "memory", "device": "cpu", "steps": 400, "seconds": 4.0, "parameters": 20_123,
              "test": {"accuracy": accuracy}, "baselines": {"usual_answer": {"accuracy": 0.125}}}  # fmt: skip
    (directory / "result.json").write_text(json.dumps(result), encoding="utf-8")


def started(open_page, link=SMALL):
    app = open_page("memory_race", link)
    app.button(key="memory_race:train").click().run()
    assert not app.exception
    return app


def test_the_page_begins_with_the_stored_frontier_the_table_and_an_example(open_page):
    app = open_page("memory_race")
    assert not app.exception and not app.error
    said = lines(app.markdown)
    assert "Not as the notes say" in said and "the GRU, not the LSTM, remembers furthest" in said
    assert any(line.startswith("3 runs of") for line in (one.value for one in app.caption))
    scene = scene_of(app)
    (sequence,) = [panel for row in scene["rows"] for panel in row if panel["kind"] == "sequence"]
    assert [note["label"] for note in sequence["notes"]] == ["must be kept", "asked for"]
    assert len(scene["labels"]) == 12


def test_a_race_is_ordinary_runs_of_the_same_size_on_the_same_sequences(open_page):
    app = started(open_page, {**SMALL, "memory_race.delays": "Every one up to it"})
    experiments = [services.store().experiment(run_id) for run_id in ids_of(app)]
    assert [services.status(run_id).name for run_id in ids_of(app)] == ["RNN, seed 0", "LSTM, seed 0", "GRU, seed 0"]
    assert {(one.task, one.data.id, one.data.delay, one.data.delays) for one in experiments} == {
        ("memory", "recall", 5, "up_to")
    }
    assert {one.training.max_steps for one in experiments} == {400}
    assert experiments[1].model.hidden_size == 61 < experiments[0].model.hidden_size


def test_finished_runs_say_what_each_network_reached_and_stand_on_the_frontier(open_page, monkeypatch, wait_until):
    app = started(open_page)
    wait_until(lambda: all(services.store().manager_record(run_id).state == "launched" for run_id in ids_of(app)))
    for run_id, accuracy in zip(ids_of(app), (1.0, 0.4, 0.97), strict=True):
        end(run_id, accuracy)
    shown = []
    monkeypatch.setattr("ui.learn.memory_race._read", lambda member, task, sequence: (None, []))  # nobody's weights
    monkeypatch.setattr("ui.learn.memory_results.show", lambda chart, key: shown.append(chart))
    app.run()
    assert not app.exception
    (found,) = [one.value for one in app.dataframe]
    assert list(found["Network"]) == ["RNN", "LSTM", "GRU"]
    assert list(found["Right on the test set"]) == ["100.0%", "40.0%", "97.0%"]
    assert "One seed says little" in lines(app.markdown)
    assert "Without memory, usual answer: 12.5%" in lines(app.caption).replace("\\", "")
    assert "10 ms a step in your runs" in lines(app.caption).replace("\\", "").lower()
    assert "RNN: stored 27; your runs 5" in shown[-1].alt and "your runs none, not 5" in shown[-1].alt


def test_a_link_with_nothing_to_race_says_so_by_a_button_that_cannot_be_pressed(open_page):
    app = open_page("memory_race", SMALL)
    app.multiselect(key="memory_race.networks").set_value([]).run()
    assert not app.exception and app.button(key="memory_race:train").disabled


def test_two_seeds_and_starts_of_a_cell_race_under_names_of_their_own(open_page, monkeypatch):
    app = open_page("memory_race", SMALL)
    app.multiselect(key="memory_race.networks").set_value(["RNN, orthogonal", "LSTM, forget bias 1"]).run()
    app.session_state["memory_race.seeds"] = "2"
    app.run()
    app.button(key="memory_race:train").click().run()
    found: dict[str, Experiment] = {
        services.status(run_id).name: services.store().experiment(run_id) for run_id in ids_of(app)
    }
    assert list(found) == [
        f"{name}, seed {seed}" for seed in (0, 1) for name in ("RNN, orthogonal", "LSTM, forget bias 1")
    ]
    assert found["RNN, orthogonal, seed 1"].model.initialization == "orthogonal"
    assert found["LSTM, forget bias 1, seed 0"].model.forget_bias == 1.0
    assert found["RNN, orthogonal, seed 1"].training.seed == 1
