"""Knobs are read from the models, and links are read without trusting them."""

import pytest

from core.applications import APPLICATIONS
from core.config.experiment import Experiment
from core.models.cells import CELLS
from ui.forms import differences, format_value, grouped, knobs, parse, read_link


def knob(task, name):
    return next(item for item in knobs(task) if item.name == name)


@pytest.mark.parametrize("task", APPLICATIONS)
def test_every_visible_field_of_a_task_is_a_knob_that_names_itself(task):
    names = [item.name for item in knobs(task)]
    assert "model.hidden_size" in names
    assert "data.path" not in names
    assert all(f"`{item.name}`" in item.help for item in knobs(task))


def test_a_knob_knows_its_kind_and_range():
    assert knob("generation", "model.cell").choices == tuple(CELLS)
    assert (knob("generation", "model.num_layers").minimum, knob("generation", "model.num_layers").maximum) == (1, 8)
    assert knob("generation", "training.max_grad_norm").optional
    assert knob("sentiment", "model.bidirectional").kind == "bool"
    assert knob("sentiment", "model.output_dropout").kind == "share"


@pytest.mark.parametrize("task", APPLICATIONS)
def test_a_value_written_into_a_link_is_read_back(task):
    values = Experiment(task=task).values()
    for item in knobs(task):
        value = values[item.name]
        assert parse(item, format_value(value)) == value


@pytest.mark.parametrize("text", ["", "many", "1.5", "0", "99", "-1", "nan", "inf", "1e9"])
def test_a_bad_whole_number_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match=r"."):
        parse(knob("generation", "model.num_layers"), text)


@pytest.mark.parametrize("text", ["", "none", "None"])
def test_a_link_can_say_that_a_number_is_left_out(text):
    assert parse(knob("generation", "training.max_grad_norm"), text) is None
    with pytest.raises(ValueError, match=r"."):
        parse(knob("generation", "training.learning_rate"), text)


@pytest.mark.parametrize("task", APPLICATIONS)
def test_a_number_that_may_be_left_out_begins_with_one_that_it_may_be(task):
    for item in knobs(task):
        if item.optional and item.kind in ("int", "float"):
            assert parse(item, format_value(item.first)) == item.first
            assert not (item.name == "training.patience" and item.first < 10), "one step is no patience"


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "x", "11"])
def test_a_bad_number_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match=r"."):
        parse(knob("generation", "training.learning_rate"), text)


def test_a_link_gives_its_values_and_names_what_it_refuses():
    link = read_link(
        "generation",
        {
            "generation.model.cell": "GRU",
            "generation.model.hidden_size": "31",
            "generation.training.max_grad_norm": "",
            "generation.data": "country_names",
            "generation.preset": "Large",
            "generation.model.bidirectional": "true",
            "generation.data.path": "/etc/passwd",
            "forecasting.model.hidden_size": "7",
            "utm_source": "x",
        },
    )
    assert link.values == {"model.cell": "gru", "model.hidden_size": 31, "training.max_grad_norm": None}
    assert link.data == {"data": "country_names"}
    assert link.preset == "large"
    assert [line.partition(":")[0] for line in link.refused] == ["model.bidirectional", "data.path"]


def test_the_help_of_the_cells_says_what_each_of_them_is():
    shown = knob("generation", "model.cell").help
    assert all(f"\n- {cell.label}: {cell.summary}" in shown for cell in CELLS.values())
    assert "\n" not in knob("generation", "training.optimizer").help


def test_differences_say_before_and_now():
    before = Experiment(task="generation").values()
    now = before | {"model.hidden_size": 256, "model.cell": "gru"}
    assert differences("generation", before, now) == ["cell LSTM, now GRU", "hidden size 128, now 256"]


def test_a_link_with_a_choice_that_is_none_says_what_to_choose_in_the_words_of_the_screen():
    refused = read_link("forecasting", {"forecasting.data.holidays": "XX", "forecasting.encoding": "x"}).refused
    assert refused == (
        "data.holidays: XX is not one of its choices: choose one on the page, such as Argentina, Australia or Austria",
    )
    assert parse(knob("forecasting", "data.holidays"), "Germany") == "DE"
    few = read_link("forecasting", {"forecasting.data.difference": "x"}).refused
    assert few == ("data.difference: x is not one of None, Last value, Season",)


def test_a_link_may_name_what_a_field_takes_without_offering_it():
    part = parse(knob("forecasting", "data.holidays"), "de-by")
    assert part == "DE-BY"
    assert parse(knob("forecasting", "data.holidays"), format_value(part)) == part
    with pytest.raises(ValueError, match="is not one of its choices"):
        parse(knob("forecasting", "data.holidays"), "DE-XY")


def test_knobs_stand_under_short_headings_in_the_order_of_deciding():
    more = [one for one in knobs("forecasting") if not one.basic and one.section != "training"]
    headings = [heading for heading, _ in grouped(more)]
    assert headings == ["Data", "Scale", "Calendar", "Forecast", "Network", "First values", "Dropout"]
    found = dict(grouped(more))
    assert [one.label for one in found["Scale"]] == [
        "Transform",
        "Difference",
        "Never below zero",
        "Scaling of windows",
    ]
    training = dict(grouped([one for one in knobs("forecasting") if one.section == "training"]))
    assert [one.label for one in training["Budget"]][:2] == ["Batch size", "Steps"]
    assert [one.label for one in training["Run"]] == ["Seed", "Device", "Precision"]


@pytest.mark.parametrize("task", APPLICATIONS)
def test_every_knob_has_its_place_and_no_heading_stands_over_more_than_ten(task):
    groups = grouped(knobs(task))
    assert sorted(one.name for _, those in groups for one in those) == sorted(one.name for one in knobs(task))
    assert all(sum(not one.basic for one in those) <= 10 for _, those in groups)
