"""Every screen opens, and what a link says is what the form shows."""

import re

import pytest

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from ui import services

TASK_PAGES = ("forecasting", "generation", "sentiment", "translation")
NAMES = {"generation.data": "country_names"}  # small, so that nothing is prepared for long


def run_of(app):
    """The run in the address."""
    value = app.query_params["run"]
    return value if isinstance(value, str) else value[0]


def warnings(app):
    return "\n".join(element.value for element in app.warning)


@pytest.mark.parametrize("screen", ["home", "data", "runs", *TASK_PAGES])
def test_a_page_opens_without_an_exception(open_page, screen):
    app = open_page(screen)
    assert not app.exception
    assert app.title[0].value


@pytest.mark.parametrize("screen", TASK_PAGES)
def test_before_the_first_training_the_page_shows_train_and_the_data(open_page, screen):
    app = open_page(screen)
    assert app.button(key=f"{screen}:train").disabled is False
    assert app.button(key=f"{screen}:train_on_page").disabled is False
    assert "The data" in [heading.value for heading in app.subheader]


def test_a_page_whose_data_is_not_here_offers_to_fetch_it_and_takes_data_of_ones_own(open_page, monkeypatch, tmp_path):
    monkeypatch.setenv("UNROLL_DATA_DIR", str(tmp_path))
    app = open_page("dna", {"dna.data": "sst2", "run": "0" * 32})
    assert not app.exception
    assert "there is no data set sst2 on this page" in app.warning[0].value.replace("\\", "")
    assert app.button(key="data:get:labelled:uci_splice").label.startswith("Download")
    assert app.button(key="dna:train").disabled
    rows = "\n".join(f"{'ACGT'[n % 4] * 5}{'GATC'[n // 4 % 4] * 3}{n:b},{'in' if n % 2 else 'out'}" for n in range(60))
    app.file_uploader(key="dna:uploader").upload("pieces.csv", f"text,label\n{rows}\n".encode())
    app.run()
    assert not app.exception
    assert not app.button(key="dna:train").disabled


def test_dropout_between_layers_is_off_until_there_are_two(open_page):
    app = open_page("generation", NAMES)
    assert app.slider(key="generation.model.dropout").disabled
    app.number_input(key="generation.model.num_layers").set_value(2).run()
    assert not app.slider(key="generation.model.dropout").disabled


def test_reset_to_preset_brings_the_preset_back(open_page):
    app = open_page("generation", NAMES)
    before = app.number_input(key="generation.model.hidden_size").value
    app.number_input(key="generation.model.hidden_size").set_value(before + 9).run()
    app.button(key="generation:reset_button").click().run()
    assert app.number_input(key="generation.model.hidden_size").value == before


def test_choosing_a_preset_turns_the_knobs_to_it(open_page):
    app = open_page("generation", NAMES)
    quick = app.number_input(key="generation.training.max_steps").value
    app.get_by_key("generation.preset").set_value("standard").run()
    assert app.number_input(key="generation.training.max_steps").value > quick


def test_train_submits_what_the_form_shows_and_puts_the_run_into_the_address(open_page):
    app = open_page("generation", NAMES)
    app.number_input(key="generation.model.hidden_size").set_value(19).run()
    app.button(key="generation:train").click().run()
    assert not app.exception
    run_id = run_of(app)
    experiment = services.store().experiment(run_id)
    assert experiment.model.hidden_size == 19
    assert experiment.data.id == "country_names"
    assert app.button(key="generation:main").label in ("Cancel", "Stop")


def test_the_link_of_a_run_opens_its_set_up_and_its_panel(open_page):
    first = open_page("generation", NAMES)
    first.number_input(key="generation.model.hidden_size").set_value(19).run()
    first.button(key="generation:train").click().run()
    second = open_page("generation", {"run": run_of(first)})
    assert second.number_input(key="generation.model.hidden_size").value == 19
    assert second.button(key="generation:fork")


def test_a_changed_set_up_says_that_the_result_belongs_to_the_earlier_one(open_page):
    app = open_page("generation", NAMES)
    app.number_input(key="generation.model.hidden_size").set_value(19).run()
    app.button(key="generation:train").click().run()
    assert not app.info
    app.number_input(key="generation.model.hidden_size").set_value(21).run()
    assert "hidden size 19, now 21" in app.info[0].value


def test_cancel_ends_a_queued_run_and_resume_queues_it_again(open_page):
    app = open_page("generation", NAMES)
    app.button(key="generation:train").click().run()
    blocked = open_page("generation", NAMES)
    blocked.button(key="generation:train").click().run()
    run_id = run_of(blocked)
    assert blocked.button(key="generation:main").label == "Cancel"
    blocked.button(key="generation:main").click().run()
    assert services.status(run_id).state == "stopped"
    assert blocked.button(key="generation:main").label == "Resume"
    blocked.button(key="generation:main").click().run()
    assert services.status(run_id).state == "queued"
    assert services.status(run_id).attempt == 2
    assert blocked.button(key="generation:main").label == "Cancel"


@pytest.mark.parametrize("run", ["f" * 32, "../../etc", "<b>x</b>"])
def test_a_run_that_does_not_exist_is_said_so(open_page, run):
    app = open_page("generation", {**NAMES, "run": run})
    assert not app.exception
    assert "no such run" in warnings(app)


def test_the_link_of_a_deleted_run_says_so_and_when(open_page):
    run_id = services.manager().submit(Experiment(task="generation"))
    services.manager().delete(run_id)
    app = open_page("generation", {**NAMES, "run": run_id})
    assert not app.exception
    assert re.search(r"was deleted on \d+ \w+ 20\d\d at \d\d:\d\d", warnings(app))


def test_somebody_elses_run_can_be_forked_and_nothing_else(open_page):
    first = open_page("generation", NAMES)
    first.number_input(key="generation.model.hidden_size").set_value(19).run()
    first.button(key="generation:train").click().run()
    run_id = run_of(first)
    other = open_page("generation", {"run": run_id})
    keys = {button.key for button in other.button}
    assert "generation:main" not in keys
    assert any("somebody else's run" in caption.value for caption in other.caption)
    other.number_input(key="generation.model.hidden_size").set_value(23).run()
    other.button(key="generation:fork").click().run()
    assert other.number_input(key="generation.model.hidden_size").value == 19
    assert other.session_state["generation:more"] is False, "an open menu would hide what the page says of the fork"
    other.button(key="generation:train").click().run()
    fork = services.status(run_of(other))
    assert fork.run_id != run_id
    assert fork.parent == run_id
    assert fork.owner != services.status(run_id).owner


def test_a_fork_of_another_preset_brings_every_value_along(open_page):
    first = open_page("generation", {**NAMES, "generation.preset": "standard"})
    quick = open_page("generation", NAMES).number_input(key="generation.model.hidden_size").value
    first.number_input(key="generation.model.hidden_size").set_value(quick).run()
    first.button(key="generation:train").click().run()
    trained = services.store().experiment(run_of(first))
    other = open_page("generation", {**NAMES, "generation.preset": "quick"})
    other.query_params["run"] = trained_id = run_of(first)
    other.run()
    other.button(key="generation:fork").click().run()
    other.button(key="generation:train").click().run()
    assert run_of(other) != trained_id
    assert services.store().experiment(run_of(other)) == trained


def test_step_before_the_first_training_submits_a_run_that_waits_there(open_page):
    app = open_page("generation", NAMES)
    app.number_input(key="generation:num_steps").set_value(3).run()
    app.button(key="generation:step_now").click().run()
    assert services.status(run_of(app)).pause_at == 3


def test_a_limit_of_the_queue_is_named_on_the_page(open_page, monkeypatch):
    monkeypatch.setenv("UNROLL_MAX_QUEUED", "1")
    monkeypatch.setenv("UNROLL_SLOTS", "1")
    apps = [open_page("generation", NAMES) for _ in range(3)]
    for app in apps:
        app.button(key="generation:train").click().run()
        assert not app.exception
    assert "Training did not start" in apps[-1].error[0].value
    assert "run" not in apps[-1].query_params


def test_a_first_run_takes_the_place_of_somebodys_second_whose_page_says_so(open_page, monkeypatch):
    monkeypatch.setenv("UNROLL_MAX_QUEUED", "1")
    first, second = (open_page("generation", NAMES) for _ in range(2))
    for app in (first, first, second):
        app.button(key="generation:train").click().run()
        assert not app.exception and not app.error
    assert services.status(run_of(second)).state == "queued"
    first.run()
    assert services.status(run_of(first)).state == "stopped"
    assert "gave its place to somebody's first one" in first.warning[0].value
    assert first.button(key="generation:main").label == "Resume"


def test_a_disk_that_is_full_is_named_on_the_page(open_page):
    app = open_page("generation", NAMES)
    root = services.store().root
    hidden = root.with_name("away")
    root.rename(hidden)
    root.write_text("no folder")
    try:
        app.button(key="generation:train").click().run()
        assert not app.exception
        assert "The server cannot write its disk" in app.error[0].value
    finally:
        root.unlink()
        hidden.rename(root)


def test_a_run_that_disappears_under_the_page_is_said_so(open_page):
    app = open_page("generation", NAMES)
    app.button(key="generation:train").click().run()
    folder = services.store().path(run_of(app))
    folder.rename(folder.with_name("taken-away"))  # in one step, while the manager may be writing into it
    app.run()
    assert not app.exception
    assert "no such run" in warnings(app)


def test_a_run_of_another_task_points_to_its_page(open_page):
    app = open_page("generation", NAMES)
    app.button(key="generation:train").click().run()
    other = open_page("forecasting", {"run": run_of(app)})
    assert "Generation" in other.info[0].value


def test_the_runs_page_lists_this_visitors_runs_and_nobody_elses(open_page):
    app = open_page("generation", NAMES)
    app.button(key="generation:train").click().run()
    app.switch_page("pages/runs.py").run()
    assert len(app.dataframe[0].value) == 1
    stranger = open_page("runs")
    assert not stranger.dataframe


def test_the_first_network_starts_with_one_click(open_page):
    app = open_page("home")
    app.button(key="home:start").click().run()
    assert not app.exception
    assert app.title[0].value == "Generation"
    with pytest.raises(ConfigError):
        services.store().experiment("0" * 32)
    assert len(services.store().list()) == 1
