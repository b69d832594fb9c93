"""Rules stand on the fields: what checks refuse, what a form turns off and what the space draws agree, whatever is drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.applications import APPLICATIONS
from core.config.checks import in_order, ruled_out, switched_off
from core.config.errors import ConfigError
from core.config.experiment import Experiment, field_names
from core.config.fields import rules_of, search_of
from core.config.rules import Range
from core.config.sections import all_fields
from core.config.sizes import count_parameters
from core.config.space import draw, possible, searched_fields
from core.config.summary import DataSummary
from core.models.cells import CELLS

SUMMARY = DataSummary(
    "any", num_items=900, num_tokens=700, num_train=50, longest=30, vocab_size=41, src_vocab_size=31, trg_vocab_size=37,
    num_classes=3, num_features=4, num_targets=2, num_indicators=1, season=12,
)  # fmt: skip


def parse(task, values):
    raw: dict = {"task": task, "data": {}, "model": {}, "training": {}}
    for name, value in values.items():
        section, _, key = name.partition(".")
        raw[section][key] = value
    return Experiment.parse(raw)


def problems_of(task, values):
    try:
        parse(task, values)
    except ConfigError as error:
        return error.problems
    return ()


def among(found):
    """A strategy of what a field may be tried with."""
    if not isinstance(found, Range):
        return st.sampled_from(found)
    return (st.integers if isinstance(found.low, int) else st.floats)(found.low, found.high)


@pytest.mark.parametrize("task", APPLICATIONS)
@given(data=st.data())
def test_whatever_is_drawn_from_the_space_is_an_experiment_whose_parameters_can_be_counted(task, data):
    values = draw(task, lambda name, found: data.draw(among(found), label=name))
    experiment = parse(task, values)
    assert count_parameters(experiment, SUMMARY) > 0
    drawn = experiment.every_value()
    assert drawn | switched_off(drawn) == drawn


@pytest.mark.parametrize("task", APPLICATIONS)
@given(data=st.data())
def test_of_any_choice_of_a_form_what_is_left_after_it_turned_off_what_is_ruled_out_is_refused_for_nothing_else(
    task, data
):
    """Choices alone, as somebody clicks them, and not in an order in which they follow from each other."""
    values = Experiment(task=task).values()
    for name in searched_fields(task):
        values[name] = data.draw(among(search_of(all_fields()[name])), label=name)
    values |= switched_off(values)
    partly = {name for name, field in all_fields().items() if any(rule.concerns for rule in rules_of(field))}
    assert {problem.field for problem in problems_of(task, values)} <= partly


@pytest.mark.parametrize("task", APPLICATIONS)
def test_every_field_that_is_drawn_is_one_of_the_task_and_comes_after_those_it_depends_on(task):
    order = searched_fields(task)
    assert set(order) <= set(field_names(task))
    for name in order:
        others = [rule.other for rule in rules_of(all_fields()[name])]
        assert all(in_order().index(other) < in_order().index(name) for other in others)


def test_every_rule_asks_for_a_field_that_exists_and_says_what_to_do():
    for name, field in all_fields().items():
        for rule in rules_of(field):
            assert rule.other in all_fields(), name
            assert rule.expected, name
            assert rule.hint.endswith("."), name
            # A form turns off what can have no value but its default: then it says why.
            assert rule.reason.endswith(".") or rule.concerns is not None, name


@pytest.mark.parametrize("name", [name for name, field in all_fields().items() if rules_of(field)])
def test_a_default_asks_for_nothing(name):
    task = next(task for task in APPLICATIONS if name in field_names(task))
    assert possible(name, {}) if search_of(all_fields()[name]) else True
    assert parse(task, {}).every_value()[name] == all_fields()[name].default


@pytest.mark.parametrize("task", APPLICATIONS)
def test_what_is_off_has_a_reason_and_a_value_that_is_accepted(task):
    values = Experiment(task=task).values()
    reasons = ruled_out(values)
    assert "model.dropout" in reasons
    assert set(reasons) <= set(field_names(task))
    assert all(reason.endswith(".") and "{" not in reason for reason in reasons.values())
    Experiment(task=task).with_values(switched_off(values))


def test_many_to_many_rules_out_two_directions_and_with_them_their_merge_mode():
    values = Experiment(task="forecasting").values() | {"model.shape": "many_to_many", "model.bidirectional": True}
    assert {"model.bidirectional", "model.merge_mode"} <= set(ruled_out(values))


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_rules_out_what_it_has_not_and_the_same_is_refused(cell):
    values = Experiment(task="generation").values() | {"model.cell": cell, "model.num_layers": 2}
    reasons = ruled_out(values)
    tried = {
        "model.nonlinearity": "tanh",
        "model.weight_dropout": 0.2,
        "model.forget_bias": 1.0,
        "model.residual": True,
    }
    for name, value in tried.items():
        changes = {"model.cell": cell, "model.num_layers": 2, name: value}
        if name in reasons:
            with pytest.raises(ConfigError, match=name):
                Experiment(task="generation").with_values(changes)
        else:
            Experiment(task="generation").with_values(changes)


def test_one_layer_and_no_attention_rule_out_what_needs_them():
    values = Experiment(task="translation").values() | {"model.num_layers": 1, "model.attention": "none"}
    assert {"model.dropout", "model.residual", "model.input_feeding"} <= set(ruled_out(values))
