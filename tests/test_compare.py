"""Which runs differ in what, and how one is run again at an equal budget."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import compare
from core.config.errors import ConfigError
from core.config.experiment import Experiment, ModelConfig, TrainingConfig
from core.config.sizes import count_parameters
from core.config.summary import DataSummary
from core.models.cells import CELLS

SUMMARY = DataSummary("generation", num_items=1_000, num_tokens=900, vocab_size=31)


def experiment(task="generation", **values):
    return Experiment.parse({"task": task}).with_values({name.replace("__", "."): v for name, v in values.items()})


def test_only_fields_that_differ_are_listed_with_their_labels():
    rows = compare.differences([experiment(), experiment(model__hidden_size=7, training__seed=3)])
    assert [(row.name, row.label, row.values) for row in rows] == [
        ("model.hidden_size", "Hidden size", (128, 7)),
        ("training.seed", "Seed", (0, 3)),
    ]


def test_equal_experiments_have_no_differences():
    assert compare.differences([experiment(), experiment(), experiment()]) == ()
    assert compare.differences([experiment()]) == ()


def test_experiments_of_two_tasks_differ_in_the_task_and_in_fields_that_both_have():
    rows = compare.differences([experiment(model__hidden_size=7), experiment("sentiment")])
    names = [row.name for row in rows]
    assert names[0] == "task"
    assert "model.hidden_size" in names
    assert "training.seq_len" not in names, "sentiment has none"


def test_a_fold_holds_runs_that_differ_in_the_seed_alone():
    runs = {
        "a": experiment(),
        "b": experiment(training__seed=1),
        "c": experiment(model__cell="gru"),
        "d": experiment(training__seed=2),
    }
    assert compare.fold_seeds(runs) == [("a", "b", "d"), ("c",)]
    assert compare.same_but_seed(runs["a"], runs["d"])
    assert not compare.same_but_seed(runs["a"], runs["c"])


def test_a_run_that_repeats_another_exactly_does_not_count_as_another_seed():
    assert compare.fold_seeds({"a": experiment(), "b": experiment(), "c": experiment(training__seed=1)}) == [
        ("a", "c"),
        ("b",),
    ]


def test_runs_that_had_other_numbers_of_steps_are_not_folded():
    asked = experiment(training__max_seconds=9.0)
    other = asked.with_values({"training.seed": 1})
    assert compare.fold_seeds({"a": asked, "b": other}) == [("a", "b")]
    as_trained = {"a": compare.as_trained(asked, 218), "b": compare.as_trained(other, 240)}
    assert compare.fold_seeds(as_trained) == [("a",), ("b",)]


def test_a_run_without_a_plan_is_compared_by_what_was_asked_for():
    asked = experiment(training__max_seconds=9.0)
    assert compare.as_trained(asked, None) == asked
    assert compare.as_trained(asked, 218).training == asked.training.model_copy(
        update={"max_steps": 218, "max_seconds": None}
    )


def test_figures_measure_the_same_on_the_same_data_cut_up_alike():
    one = experiment("forecasting", data__id="co2")
    assert compare.same_yardstick(one, experiment("forecasting", data__id="co2", data__window_size=9))
    assert not compare.same_yardstick(one, experiment("forecasting", data__id="co2", data__horizon=9))
    assert not compare.same_yardstick(one, experiment("forecasting", data__id="nile"))
    assert not compare.same_yardstick(one, experiment("generation"))


def test_the_spread_is_the_sample_standard_deviation():
    mean, std = compare.spread([1.0, 2.0, 3.0])
    assert mean == 2.0
    assert std == pytest.approx(1.0)


def test_one_value_has_no_spread():
    with pytest.raises(ValueError, match="two values"):
        compare.spread([1.0])


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=9), st.floats(-1e3, 1e3))
def test_the_spread_does_not_depend_on_where_zero_is(values, shift):
    mean, std = compare.spread(values)
    moved_mean, moved_std = compare.spread([value + shift for value in values])
    assert math.isclose(moved_mean, mean + shift, abs_tol=1e-6)
    assert math.isclose(moved_std, std, rel_tol=1e-6, abs_tol=1e-4)


def test_further_seeds_follow_and_skip_those_that_are_taken():
    again = compare.with_seeds(experiment(training__seed=4), 3, taken=[5, 7])
    assert [one.training.seed for one in again] == [6, 8, 9]
    assert all(compare.same_but_seed(one, experiment()) for one in again)


def test_seeds_begin_again_after_the_largest():
    again = compare.with_seeds(experiment(training__seed=compare.MAX_SEED), 1)
    assert [one.training.seed for one in again] == [0]


def test_no_further_seed_is_a_mistake():
    with pytest.raises(ValueError, match="1 or more"):
        compare.with_seeds(experiment(), 0)


def test_bounds_are_those_of_the_fields():
    def largest(section, field):
        return next(bound.le for bound in section.model_fields[field].metadata if hasattr(bound, "le"))

    assert largest(TrainingConfig, "seed") == compare.MAX_SEED
    assert largest(ModelConfig, "hidden_size") == compare.LARGEST_HIDDEN_SIZE


def test_another_cell_at_equal_steps_changes_the_cell_alone():
    again = compare.with_cell(experiment(), "gru", SUMMARY)
    assert [row.name for row in compare.differences([experiment(), again])] == ["model.cell"]


@pytest.mark.parametrize("cell", list(CELLS))
@pytest.mark.parametrize("layers", [1, 3])
def test_another_cell_at_equal_parameters_is_as_large_as_it_can_be_made(cell, layers):
    before = experiment(model__hidden_size=57, model__num_layers=layers)
    again = compare.with_cell(before, cell, SUMMARY, "parameters")
    wanted = count_parameters(before, SUMMARY)
    off = abs(count_parameters(again, SUMMARY) - wanted)
    for other in (again.model.hidden_size - 1, again.model.hidden_size + 1):
        assert abs(count_parameters(again.with_values({"model.hidden_size": other}), SUMMARY) - wanted) >= off
    assert again.training.max_steps == before.training.max_steps


@pytest.mark.parametrize("wanted", [1, 10**12])
def test_a_size_that_cannot_be_reached_ends_at_the_bound(wanted):
    found = compare.nearest_hidden_size(experiment(), SUMMARY, wanted)
    assert found == (1 if wanted == 1 else compare.LARGEST_HIDDEN_SIZE)


def test_another_cell_at_equal_seconds_has_room_for_more_steps():
    again = compare.with_cell(experiment(training__max_steps=218), "rnn", SUMMARY, "seconds", seconds=8.5)
    assert again.training.max_seconds == 8.5
    assert again.training.max_steps > 4 * 218
    assert again.model.hidden_size == 128


def test_what_the_new_cell_does_not_have_goes_back_to_its_default():
    relu = experiment(model__cell="rnn", model__nonlinearity="relu", model__weight_dropout=0.2)
    assert compare.with_cell(relu, "lstm", SUMMARY).model.nonlinearity is None
    assert compare.with_cell(relu, "lstm", SUMMARY).model.weight_dropout == 0.2
    assert compare.with_cell(relu, "min_gru", SUMMARY).model.weight_dropout == 0.0
    forgetful = experiment(model__forget_bias=1.0)
    assert compare.with_cell(forgetful, "gru", SUMMARY).model.forget_bias == 1.0
    assert compare.with_cell(forgetful, "rnn", SUMMARY).model.forget_bias is None


def test_a_cell_that_does_not_exist_is_named():
    with pytest.raises(ConfigError) as error:
        compare.with_cell(experiment(), "lstn", SUMMARY)
    assert [problem.field for problem in error.value.problems] == ["model.cell"]


@pytest.mark.parametrize(("equal", "seconds"), [("seconds", None), ("steps", 3.0), ("money", None)])
def test_a_budget_that_makes_no_sense_is_a_mistake(equal, seconds):
    with pytest.raises(ValueError, match=r"equal|seconds"):
        compare.with_cell(experiment(), "gru", SUMMARY, equal, seconds)


def test_a_loss_measures_the_same_in_the_same_units_alone_and_a_yardstick_on_the_same_targets():
    base = experiment("forecasting", data__target_columns=("a",))
    for name, value in {"data__calendar": "auto", "model__hidden_size": 7, "training__seed": 3}.items():
        assert compare.same_loss(base, experiment("forecasting", data__target_columns=("a",), **{name: value}))
    log = experiment("forecasting", data__target_columns=("a",), data__transform="log")
    normal = experiment("forecasting", data__target_columns=("a",), model__likelihood="gaussian")
    for other in (log, normal):
        assert compare.same_yardstick(base, other) and not compare.same_loss(base, other)
    for name, value in {"data__target_columns": ("b",), "data__id": "co2", "data__horizon": 7}.items():
        changed = experiment("forecasting", **{"data__target_columns": ("a",), name: value})
        assert not compare.same_yardstick(base, changed) and not compare.same_loss(base, changed)
