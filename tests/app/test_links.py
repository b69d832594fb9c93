"""What a link says is what the form shows; what it may not say is named on the page and left out."""

import re

import pytest

from ui import asking, services

NAMES = {"generation.data": "country_names"}  # small, so that nothing is prepared for long


def run_of(app):
    """The run in the address."""
    value = app.query_params["run"]
    return value if isinstance(value, str) else value[0]


def warnings(app):
    return "\n".join(element.value for element in app.warning)


def test_a_link_with_values_opens_them(open_page):
    link = {
        **NAMES,
        "generation.model.hidden_size": "77",
        "generation.model.cell": "gru",
        "generation.preset": "standard",
    }
    app = open_page("generation", link)
    assert app.number_input(key="generation.model.hidden_size").value == 77
    assert app.get_by_key("generation.model.cell").value == "gru"
    assert app.get_by_key("generation.preset").value == "standard"
    assert app.selectbox(key="generation:data_choice").value == "country_names"
    assert not app.warning


def test_a_number_that_may_be_left_out_has_a_switch_which_the_link_and_the_run_know(open_page):
    app = open_page("generation", NAMES)
    app.toggle(key="generation.training.max_grad_norm:on").set_value(False).run()
    app.toggle(key="generation.training.patience:on").set_value(True).run()
    assert app.query_params["generation.training.max_grad_norm"] in ("", [""])
    assert app.number_input(key="generation.training.max_grad_norm").disabled
    app.button(key="generation:train").click().run()
    trained = services.store().experiment(run_of(app)).training
    assert (trained.max_grad_norm, trained.patience) == (None, 100)
    app.toggle(key="generation.training.max_grad_norm:on").set_value(True).run()
    assert app.number_input(key="generation.training.max_grad_norm").value == 1.0
    assert "generation.training.max_grad_norm" not in app.query_params


def test_a_link_opens_a_number_that_is_left_out_and_the_preset_brings_it_back(open_page):
    app = open_page("generation", {**NAMES, "generation.training.max_grad_norm": "none"})
    switch = app.toggle(key="generation.training.max_grad_norm:on")
    assert (switch.label, switch.value) == ("Gradient clipping", False)
    assert app.number_input(key="generation.training.max_grad_norm").value is None
    assert not app.warning
    app.button(key="generation:reset_button").click().run()
    assert app.number_input(key="generation.training.max_grad_norm").value == 1.0
    assert app.toggle(key="generation.training.max_grad_norm:on").value


def test_bad_values_of_a_link_are_left_out_and_named(open_page):
    link = {
        **NAMES,
        "generation.model.hidden_size": "ninety",
        "generation.model.num_layers": "99",
        "generation.preset": "giant",
        "generation.model.colour": "red",
        "generation.model.cell": "perceptron",
        "generation.training.batch_size": "48",
    }
    app = open_page("generation", link)
    for part in ("**Hidden size**", "**Layers**", "`preset`", "`model.colour`", "**Cell**"):
        assert part in warnings(app)
    assert app.number_input(key="generation.model.num_layers").value == 1
    assert app.get_by_key("generation.preset").value == "quick"
    assert app.get_by_key("generation.model.cell").value == "lstm"
    assert app.number_input(key="generation.training.batch_size").value == 48
    assert not app.button(key="generation:train").disabled


@pytest.mark.parametrize("parameter", ["data.path", "generation.data.path"])
def test_a_link_may_not_name_a_file_on_the_server(open_page, parameter):
    app = open_page("generation", {**NAMES, parameter: "/etc/passwd"})
    assert "`data.path`" in warnings(app)
    assert not app.exception
    assert "root:" not in "".join(str(element.value) for element in app.code)
    assert app.selectbox(key="generation:data_choice").value == "country_names"


def test_an_unknown_data_set_is_named_and_the_default_taken(open_page):
    app = open_page("forecasting", {"forecasting.data": "moon_prices"})
    assert "moon" in warnings(app)
    assert app.selectbox(key="forecasting:data_choice").value == "sunspots"


def test_a_language_that_does_not_exist_is_named(open_page):
    app = open_page("translation", {"translation.trg_language": "klingon"})
    assert "**Into**" in warnings(app)
    assert not app.exception


def test_changed_data_is_said_to_those_who_open_a_link_to_it(open_page):
    old = open_page("generation", {**NAMES, "generation.fingerprint": "0" * 12})
    assert "The data has changed since this link was made" in warnings(old)
    now = asking.resolved("generation", "quick", {"data.source": "builtin", "data.id": "country_names"})
    same = open_page("generation", {**NAMES, "generation.fingerprint": now.overview.fingerprint[:12]})
    assert not same.warning


def test_what_a_link_could_not_have_stands_on_the_page_because_a_phone_folds_the_sidebar_away(open_page):
    links = {
        "generation": {"generation.data": "nowhere"},
        "sentiment": {"sentiment.data": f"upload:{'a' * 32}"},
        "forecasting": {"forecasting.fingerprint": "0" * 12},
        "translation": {"translation.trg_language": "klingon"},
    }
    for task, link in links.items():
        app = open_page(task, link)
        assert len(app.main.warning) + len(app.main.info) == 1, task
        assert not app.sidebar.warning and not app.sidebar.info, task


def test_bad_values_beside_a_run_are_named_and_the_run_s_set_up_stands(open_page):
    first = open_page("generation", NAMES)
    first.number_input(key="generation.model.hidden_size").set_value(19).run()
    first.button(key="generation:train").click().run()
    bad = {"generation.model.num_layers": "2.5", "data.path": "/etc/passwd"}
    app = open_page("generation", {**bad, "run": run_of(first)})
    assert "**Layers**" in warnings(app) and "`data.path`" in warnings(app)
    assert app.number_input(key="generation.model.num_layers").value == 1
    assert app.number_input(key="generation.model.hidden_size").value == 19


def test_a_set_up_that_cannot_be_trained_names_every_problem_and_disables_train(open_page):
    app = open_page("forecasting")
    app.number_input(key="forecasting.data.window_size").set_value(5_000)
    app.number_input(key="forecasting.training.learning_rate").set_value(0.0)
    app.run()
    message = "\n".join(element.value for element in app.error)
    assert "**Window size**" in message or "**Horizon**" in message
    assert "**Learning rate**" in message
    assert app.button(key="forecasting:train").disabled is True


def test_a_wrong_window_does_not_hide_a_wrong_batch_size(open_page):
    wrong = {"data.window_size": "5000", "data.horizon": "4000", "training.batch_size": "100000"}
    app = open_page("forecasting", {f"forecasting.{name}": value for name, value in wrong.items()})
    (message,) = [element.value for element in app.sidebar.error]
    assert "**Window size**" in message and "**Batch size**" in message


def test_impossible_settings_are_all_listed_and_the_preset_mends_them(open_page):
    wrong = {"model.hidden_size": "4096", "model.num_layers": "8"}
    wrong |= {"training.batch_size": "20000", "training.seq_len": "20000"}
    app = open_page("generation", {**NAMES, **{f"generation.{name}": value for name, value in wrong.items()}})
    (message,) = [element.value for element in app.error]
    assert "This set-up cannot be trained" in message
    fields = re.findall(r"^- \*\*([\w ]+)\*\*", message, re.MULTILINE)
    assert fields == ["Hidden size", "Batch size", "Sequence length"]
    assert app.button(key="generation:train").disabled
    app.button(key="generation:reset_button").click().run()
    assert not app.error
    assert not app.button(key="generation:train").disabled


def test_what_is_ruled_out_is_shown_as_off_whatever_the_link_says(open_page):
    link = {"model.dropout": "0.5", "model.merge_mode": "sum", "model.bidirectional": "false"}
    app = open_page("translation", {f"translation.{name}": value for name, value in link.items()})
    assert app.slider(key="translation.model.dropout").value == 0
    assert not app.error


def test_of_a_link_with_hundreds_of_unknown_names_the_first_are_named_and_all_are_left_out(open_page):
    page = open_page(
        "generation", {**NAMES, **{f"generation.x{number}": "y" for number in range(300)}, "other": "stays"}
    )
    said = warnings(page)
    assert "x19" in said
    assert "x20" not in said
    assert "and 280 more" in said
    assert set(page.query_params) == {*NAMES, "other"} | {name for name in page.query_params if name == "visitor"}


def test_page_and_sidebar_agree_that_a_set_up_cannot_be_trained_and_say_why(open_page):
    """The button on the page is off, its reason beside it, and nothing is said of how refused values would be read."""
    app = open_page("forecasting", {"forecasting.data": "co2", "forecasting.data.window_size": "5000"})
    (reason,) = [one.value for one in app.main.warning]
    assert reason.startswith("This set-up cannot be trained.") and "**Window size**" in reason
    assert app.button(key="forecasting:train").disabled and app.button(key="forecasting:train_on_page").disabled
    assert not [one for one in app.main.markdown if "Transform:" in one.value]
    app.number_input(key="forecasting.data.window_size").set_value(20).run()
    app.selectbox(key="forecasting.data.transform").set_value("log").run()
    assert not app.warning
    assert not app.button(key="forecasting:train").disabled
    assert not app.button(key="forecasting:train_on_page").disabled
    assert [one for one in app.main.markdown if "Transform: logarithm by choice:" in one.value]
