"""The page's control that goes on with another text: off for the same text, and a new run with the old network for another."""

import pytest

from core.config.limits import Settings
from core.jobs.folders import read_experiment
from core.jobs.store import RunStore
from core.resolve import resolve


@pytest.fixture
def opened(open_page, trained):
    """A page whose run read a text of its own; the set-up names the usual one."""
    run = trained("generation", {"training.max_steps": 2, "training.warmup_steps": 0})

    def open_it():
        app = open_page("generation", {"run": run.name})
        app.session_state["generation:another_menu"] = True
        return app.run(), run

    return open_it


def test_another_text_of_the_set_up_becomes_a_run_with_this_network(opened):
    app, run = opened()
    app.slider(key="generation:another_steps").set_value(50).run()
    app.button(key="generation:another_start").click().run()
    assert not app.exception
    new = app.query_params["run"]
    new = new if isinstance(new, str) else new[0]
    assert new != run.name
    store = RunStore(Settings().runs_dir)
    made = read_experiment(store.path(new))
    assert made.data.source == "builtin"
    assert made.training.max_steps == 50
    assert made.model == read_experiment(run).model
    assert store.manager_record(new).parent == run.name
    assert (store.path(new) / "start.safetensors").exists()


def test_the_same_text_is_no_other(opened, monkeypatch, shared_settings):
    same = resolve("generation", "quick", {}, shared_settings).prepared.fingerprint
    monkeypatch.setattr("ui.another_text.share.fingerprint_of", lambda run_id: same)
    app, _ = opened()
    assert app.button(key="generation:another_start").disabled
    assert any("Choose another data set" in caption.value for caption in app.caption)


def test_pages_that_do_not_write_have_no_such_control(open_page, trained):
    run = trained("sentiment")
    app = open_page("sentiment", {"run": run.name})
    assert not any("another_start" in (button.key or "") for button in app.button)
    assert "sentiment:another_menu" not in app.session_state
