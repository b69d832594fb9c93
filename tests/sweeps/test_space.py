"""The space of a sweep: no draw is impossible, whatever set-up it begins from and whichever fields are tried."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.applications import APPLICATIONS
from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.fields import search_of
from core.config.limits import Limits
from core.config.rules import Range
from core.config.sections import all_fields
from core.config.space import draw
from core.resolve import check_run, resolve
from core.sweeps.space import Space, space_of, sweepable, trial_of, usual_fields


def at_random(generator):
    def choose(name, found):
        if not isinstance(found, Range):
            return generator.choice(found)
        return (generator.randint if isinstance(found.low, int) else generator.uniform)(found.low, found.high)

    return choose


def whole_space(start, names):
    return Space(start, {name: search_of(all_fields()[name]) for name in sweepable(start.task) if name in names})


@settings(max_examples=2_000, deadline=None)
@given(task=st.sampled_from(tuple(APPLICATIONS)), seed=st.integers(0, 2**32), data=st.data())
def test_no_draw_is_impossible_from_any_start_with_any_fields(task, seed, data):
    generator = random.Random(seed)
    raw = {"task": task, "data": {}, "model": {}, "training": {}}
    for name, value in draw(task, at_random(generator)).items():
        section, _, key = name.partition(".")
        raw[section][key] = value
    start = Experiment.parse(raw)
    names = data.draw(st.sets(st.sampled_from(sweepable(task)), min_size=1))
    space = whole_space(start, names)
    drawn = space.draw(at_random(generator))
    experiment = space.with_drawn(drawn)
    assert {name: experiment.every_value()[name] for name in drawn} == drawn
    assert set(drawn) == names


def test_what_is_not_tried_stays_as_it_is_unless_a_draw_leaves_it_nothing_but_its_default():
    start = Experiment(task="forecasting").with_values({"model.num_layers": 2, "model.dropout": 0.3})
    space = Space(start, {"model.num_layers": (1, 2)})
    assert space.with_drawn({"model.num_layers": 2}) == start
    one = space.with_drawn({"model.num_layers": 1})
    assert (one.model.num_layers, one.model.dropout) == (1, 0.0)


@pytest.mark.parametrize("task", APPLICATIONS)
def test_what_is_tried_leaves_the_score_what_it_is_and_the_usual_fields_are_of_the_open_form(task):
    assert {"model.hidden_size", "training.learning_rate"} <= set(usual_fields(task)) <= set(sweepable(task))
    others = {"data.horizon", "data.unit", "data.vocab_size", "training.class_weights", "training.loss"}
    assert not others & set(sweepable(task))


def test_a_field_that_changes_the_measure_or_does_not_exist_is_refused_by_name():
    found = resolve("forecasting", "quick", {"data.id": "sunspots"})
    with pytest.raises(ConfigError) as error:
        space_of(trial_of(found.experiment), found.prepared, Limits(), ["data.horizon", "model.hiden_size"])
    assert [problem.field for problem in error.value.problems] == ["data.horizon", "model.hiden_size"]
    assert "model.hidden_size" in error.value.problems[1].hint


def test_ranges_end_where_the_data_and_the_server_do():
    found = resolve("forecasting", "quick", {"data.id": "nile", "data.horizon": 4, "training.batch_size": 16})
    start = trial_of(found.experiment)
    limits = Limits(max_batch_size=40)
    space = space_of(start, found.prepared, limits, ["data.window_size", "training.batch_size", "data.difference"])
    assert space.choices["training.batch_size"] == Range(8, 40, log=True)
    assert space.choices["data.difference"] == ("none", "last_value")  # yearly floods have no season
    longest = space.choices["data.window_size"].high
    check_run(start.with_values({"data.window_size": longest}), found.prepared, limits)
    with pytest.raises(ConfigError):
        check_run(start.with_values({"data.window_size": longest + 1}), found.prepared, limits)


def test_a_trial_has_its_steps_and_neither_patience_nor_a_time_limit():
    found = resolve("forecasting", "quick", {"training.patience": 5}).experiment
    trial = trial_of(found)
    assert (trial.training.patience, trial.training.max_seconds) == (None, None)
    assert trial.training.max_steps == found.training.max_steps
