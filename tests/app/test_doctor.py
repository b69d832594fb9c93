"""What stands under a run that has something wrong, and what its button starts."""

import json

import pytest

from core import train
from core.config.experiment import Experiment
from core.resolve import resolve
from ui import services

NILE = {"data.id": "nile", "training.device": "cpu"}


def made(**changes):
    """A run of the shell on a set of the catalogue, three steps long."""
    values = {**NILE, "training.max_steps": 3, **{name.replace("__", "."): value for name, value in changes.items()}}
    return train(resolve("forecasting", "quick", values).experiment)


def findings(app):
    return [element.value for element in app.markdown if "stethoscope" in element.value]


def buttons(app):
    return [button for button in app.button if button.key and button.key.startswith("forecasting:doctor:")]


def run_of(app):
    value = app.query_params["run"]
    return value if isinstance(value, str) else value[0]


@pytest.fixture
def hosted(monkeypatch):
    """A server of strangers: what its shell trained is nobody's."""
    monkeypatch.setenv("UNROLL_PROFILE", "hosted")


def test_a_run_that_learned_too_little_says_so_and_one_click_starts_the_longer_one(open_page):
    directory = made()
    app = open_page("forecasting", {"run": directory.name})
    assert not app.exception
    assert any("**Underfitted" in text and "in 3 training steps" in text for text in findings(app))
    (button,) = [one for one in buttons(app) if one.label == "Train for 200 steps"]
    button.click().run()
    assert not app.exception and not app.error
    started = services.status(run_of(app))
    assert (started.parent, started.state) == (directory.name, "starting")
    before, after = (services.store().experiment(run) for run in (directory.name, started.run_id))
    assert after == before.with_values({"training.max_steps": 200})
    assert app.number_input(key="forecasting.training.max_steps").value == 200, "the set-up is the new run's"
    assert not findings(app), "while it trains there is nothing to say"


def test_what_two_findings_offer_alike_is_one_button(open_page):
    app = open_page("forecasting", {"run": made().name})
    labels = [button.label for button in buttons(app)]
    assert len(labels) == len(set(labels))


def test_a_healthy_run_has_nothing_under_it(open_page):
    directory = made()
    result = json.loads((directory / "result.json").read_text(encoding="utf-8"))
    result["comparison"].update(interval=[0.1, 0.2], empty=None)
    (directory / "result.json").write_text(json.dumps(result), encoding="utf-8")
    assert not findings(open_page("forecasting", {"run": directory.name}))


def test_a_run_that_failed_has_its_finding_with_a_button_beside_the_log(open_page):
    directory = made(training__max_grad_norm=None)
    (directory / "result.json").unlink()
    status = json.loads((directory / "status.json").read_text(encoding="utf-8"))
    status.update(state="failed", error={"message": "Not a number.", "hint": "", "kind": "diverged"})
    (directory / "status.json").write_text(json.dumps(status), encoding="utf-8")
    app = open_page("forecasting", {"run": directory.name})
    assert any("**Exploded" in text for text in findings(app))
    assert [button.label for button in buttons(app)] == ["Train with gradients clipped at 1"]


def test_on_somebody_elses_run_the_button_starts_one_of_the_visitors_own(open_page, hosted):
    directory = made()
    app = open_page("forecasting", {"run": directory.name})
    buttons(app)[0].click().run()
    started = services.status(run_of(app))
    assert started.parent == directory.name
    assert started.owner and started.owner != services.status(directory.name).owner


def test_a_run_on_a_file_that_the_shell_named_is_explained_without_a_button(open_page, tiny):
    directory = train(tiny("forecasting", {"training.max_steps": 2}))
    app = open_page("forecasting", {"run": directory.name})
    assert findings(app) and not buttons(app)


def test_a_start_that_cannot_be_is_refused_in_words(open_page, monkeypatch):
    directory = made()
    app = open_page("forecasting", {"run": directory.name})
    written = services.store().path(directory.name) / "experiment.yaml"
    experiment = Experiment.from_yaml(written.read_text(encoding="utf-8"))
    too_long = experiment.with_values({"data.window_size": 400})
    written.write_text(too_long.to_yaml(), encoding="utf-8")
    buttons(app)[0].click().run()
    assert "The run was not started." in app.error[0].value
    assert run_of(app) == directory.name
