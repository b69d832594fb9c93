"""Trainings of a Learn page: ordinary runs that one button queues, found again by the address, all of them or none."""

import json

import pytest

from ui import services
from ui.learn import training

NAMES = {"data.id": "country_names", "training.max_steps": 30}
ASKED = {
    "GRU, seed 0": {**NAMES, "model.cell": "gru"},
    "GRU, seed 1": {**NAMES, "training.seed": 1, "model.cell": "gru"},
}
LOSS = (training.Curves("loss"),)


@pytest.fixture
def page(open_page, monkeypatch):
    """A Learn page with one group; what it was given back is kept."""
    monkeypatch.setenv("UNROLL_SLOTS", "2")
    given = []

    def open_it(link=None, asked=ASKED, curves=LOSS):
        def draw():
            from ui.frame import ensure_frame

            ensure_frame()
            wanted = training.by_values("generation", asked)
            given.append(training.draw_group(training.Group("cell", wanted, "Train both", "Names of lands.", curves)))

        monkeypatch.setattr("ui.learn.cell.draw", draw)
        app = open_page("cell", link)
        assert not app.exception
        return app

    open_it.given = given
    return open_it


def end(run_id, state, steps=30, error=None):
    """Let a run have ended."""
    directory = services.store().path(run_id)
    report = {"state": state, "step": steps, "total_steps": 30, "best": None, "device": "cpu", "error": error,
              "attempt": 1, "heartbeat": 0.0, "seconds": 3.0}  # fmt: skip
    record = {"event": "metrics", "step": steps, "seconds": 2.0, "split": "validation", "loss": 1.5}
    (directory / "metrics.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    written = directory / "status.json.written"  # as a worker does it: nobody reads half of a status
    written.write_text(json.dumps(report), encoding="utf-8")
    written.replace(directory / "status.json")


def ids_of(app):
    value = app.query_params["cell.runs"]
    return value if isinstance(value, str) else value[0]


def lines(elements):
    return "\n".join(element.value for element in elements)


def test_the_button_says_what_it_costs_and_queues_ordinary_runs(page):
    app = page()
    assert lines(app.caption).startswith("2 runs of ") and "all at once" in lines(app.caption)
    app.button(key="cell:train").click().run()
    assert not app.exception
    ids = ids_of(app).split(",")
    assert [services.status(run_id).name for run_id in ids] == list(ASKED)
    assert [services.store().experiment(run_id).training.seed for run_id in ids] == [0, 1]
    assert [one.kind for one in page.given[-1]] == ["GRU", "GRU"]
    assert "cell:train" not in {button.key for button in app.button}  # they are on their way


def test_a_link_finds_the_runs_again_and_finished_ones_are_given_to_the_page(page):
    first = page()
    first.button(key="cell:train").click().run()
    ids = ids_of(first)
    for run_id in ids.split(","):
        end(run_id, "succeeded")
    again = page({"cell.runs": ids})
    assert [one.run_id for one in training.finished(page.given[-1])] == ids.split(",")
    assert "cell:train" not in {button.key for button in again.button}  # the same again would say the same
    other = page({"cell.runs": ids}, asked={"LSTM": {**NAMES, "model.cell": "lstm"}})
    assert "earlier set-up" in lines(other.caption)
    other.button(key="cell:close").click().run()
    assert "cell.runs" not in other.query_params and page.given[-1] == []
    assert not page({"cell.runs": f"../x,{'0' * 32}"}).exception


def test_a_run_that_failed_says_why_and_can_be_trained_again(page):
    app = page()
    app.button(key="cell:train").click().run()
    one, other = ids_of(app).split(",")
    end(one, "succeeded")
    end(other, "failed", 7, {"message": "The loss was no number at step 7.", "hint": "Clip.", "kind": "diverged"})
    app.run()
    assert "GRU, seed 1: The loss was no number at step 7" in lines(app.warning).replace("\\", "")
    assert "cell:train" in {button.key for button in app.button}


def test_what_the_server_does_not_give_is_refused_in_words_before_and_at_the_click(page, monkeypatch):
    app = page(asked={"GRU": {**NAMES, "training.max_steps": -1}})
    assert lines(app.error).startswith("This cannot be trained.") and app.button(key="cell:train").disabled
    monkeypatch.setenv("UNROLL_MAX_QUEUED_PER_VISITOR", "1")
    services.close()
    app = page(asked={f"GRU, seed {seed}": {**NAMES, "training.seed": seed} for seed in range(4)})
    app.button(key="cell:train").click().run()
    assert lines(app.error).startswith("Nothing was started.")
    assert services.store().list() == [] and "cell.runs" not in app.query_params


def test_curves_of_training_can_be_chosen_and_have_a_log_scale(page):
    curves = (training.Curves("loss"), training.Curves("grad_norm", "train", log_scale=True))
    assert [one.label for one in curves] == ["Loss", "Norm of the gradient"]
    app = page(curves=curves)
    app.button(key="cell:train").click().run()
    app.session_state["cell:curve"] = 1
    app.run()
    assert not app.exception
    assert app.toggle(key="cell:log:grad_norm").value
