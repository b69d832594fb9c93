"""Recipes of made series: one line of text, its bounds, and every problem at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.config.experiment import Experiment
from core.config.recipe import GROUPS, Recipe, bounds_of, find_recipe_problems

USUAL = Recipe()


def problems(text):
    with pytest.raises(ConfigError) as caught:
        Recipe.parse(text)
    assert {problem.field for problem in caught.value.problems} == {"data.recipe"}
    return caught.value.problems


def test_only_what_differs_from_the_usual_is_written():
    assert USUAL.text() == ""
    assert Recipe(season=12, noise=0.25, level=-3.0).text() == "level=-3,season=12,noise=0.25"


@pytest.mark.parametrize("text", [None, "", "  ", ","])
def test_nothing_is_the_usual_series(text):
    assert Recipe.parse(text) == USUAL


def test_spaces_and_order_do_not_matter():
    assert Recipe.parse(" noise = 0.25 , season=12") == Recipe.parse("season=12,noise=0.25")


def test_the_amplitude_of_no_season_is_not_written():
    assert Recipe(season=0, amplitude=7.0).text() == "season=0"


def _values(name):
    low, high = bounds_of(name)
    if Recipe.model_fields[name].annotation == "int" or isinstance(Recipe.model_fields[name].default, int):
        return st.integers(int(low), int(high))
    return st.floats(low, high, allow_nan=False)


@given(
    st.fixed_dictionaries(
        {}, optional={name: _values(name) for name in Recipe.model_fields if "season" not in name and name != "trend"}
    )
)
@settings(max_examples=60, deadline=None)
def test_the_text_of_a_recipe_reads_back_as_the_same_recipe(values):
    recipe = Recipe(season=4, season_2=9, trend=0.5, **values)
    assert Recipe.parse(recipe.text()) == recipe


def test_every_parameter_says_what_it_is_and_where_the_form_shows_it():
    for name, field in Recipe.model_fields.items():
        low, high = bounds_of(name)
        assert low <= field.default <= high
        assert field.title
        assert field.description.endswith(".")
        assert field.json_schema_extra["group"] in GROUPS
        assert field.json_schema_extra["step"] > 0


def test_all_that_is_wrong_is_said_at_once():
    found = problems("seeson=3,noise=-1,length=70.5,amplitude=x,a,season=1,season=2,change_at=nan")
    assert len(found) == 7
    assert found[0].hint == "Did you mean season or season_2?"
    assert any("length from 60 to 20,000, a whole number" in problem.expected for problem in found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("season=0,amplitude=2", "without season"),
        ("amplitude_2=2", "without season_2"),
        ("season=1", "2 steps and more"),
        ("length=60,season=31", "two seasons"),
        ("season_2=301", "two seasons"),
        ("season=0,noise=0,trend=0", "moves"),
        ("noise=inf", "noise from"),
        ("noise=" + "1" * 1_001, "characters"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(text, words):
    assert words in problems(text)[0].expected


def test_a_series_that_only_changes_its_level_moves():
    assert Recipe.parse("season=0,noise=0,trend=0,change=2").change == 2


def test_a_recipe_belongs_to_the_made_series_alone():
    assert find_recipe_problems("made_series", "noise=2") == []
    assert find_recipe_problems("co2", None) == []
    (problem,) = find_recipe_problems("co2", "noise=2")
    assert problem.hint == "Set data.id=made_series, or leave it out."


def test_an_experiment_names_a_wrong_recipe_beside_its_other_problems():
    raw = {
        "task": "forecasting",
        "data": {"id": "made_series", "recipe": "noise=-2,tempo=3"},
        "model": {"bidirectional": True, "shape": "many_to_many"},
    }
    with pytest.raises(ConfigError) as caught:
        Experiment.parse(raw)
    fields = [problem.field for problem in caught.value.problems]
    assert fields.count("data.recipe") == 2
    assert "model.bidirectional" in fields


def test_no_other_task_takes_a_recipe():
    with pytest.raises(ConfigError, match=r"data\.recipe"):
        Experiment.parse({"task": "sentiment", "data": {"recipe": "noise=2"}})
