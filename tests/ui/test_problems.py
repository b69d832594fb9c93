"""Mistakes are told in the words of the screen: labels of controls, never keys of the configuration."""

import re

import pytest

from core.config.errors import ConfigError, Problem
from core.config.experiment import DataConfig, Experiment
from core.data.prepare import prepare
from ui.problems import problem_list
from ui.words import in_words, sentence

A_KEY = re.compile(r"\b(data|model|training)\\?\.[a-z_]+|UNROLL\\?_")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Set data.many_series=each or data.missing=mask.", "Set “Many series: Each” or “Missing values: Mask”."),
        ("Leave data.encoding out to have it found.", "Leave “Encoding” out to have it found."),
        ("Set model.bidirectional=true.", "Set “Bidirectional: on”."),
        ("Give training a larger share in data.split.", "Give training a larger share in the split into parts."),
        ("Run Unroll yourself with a larger UNROLL_MAX_ROWS.", "Run Unroll yourself with a higher limit."),
        ("See model.of_the_year, which is no field.", "See model.of_the_year, which is no field."),
    ],
)
def test_a_sentence_of_core_names_controls_as_the_screen_does(said, shown):
    assert in_words(said) == shown


def test_a_note_is_a_sentence_in_the_words_of_the_screen():
    assert sentence("'a' is forecast; data.target_columns chooses others") == (
        "'a' is forecast; “Target columns” chooses others."
    )


def test_a_control_is_called_by_its_label():
    told = problem_list([Problem("data.window_size", "at most 5 steps", "7", "Choose a shorter window.")])
    assert told == r"- **Window size** needs at most 5 steps, not 7. Choose a shorter window\."


def test_what_has_no_control_is_told_without_a_name():
    told = problem_list([Problem("run", "a run that is over", "one that is running", "Stop it first.")])
    assert told == r"- Needed: a run that is over. Found: one that is running. Stop it first\."


@pytest.mark.parametrize(
    ("task", "values"),
    [
        ("forecasting", {"model.shape": "many_to_many", "model.bidirectional": True}),
        ("forecasting", {"data.many_series": "each", "data.missing": "drop"}),
        ("translation", {"model.attention": "none", "model.input_feeding": True, "model.bridge": "zero"}),
        ("translation", {"training.teacher_forcing_schedule": "linear", "training.teacher_forcing_ratio": 1.0}),
        ("sentiment", {"model.num_layers": 1, "model.dropout": 0.5, "model.merge_mode": "sum", "model.bidirectional": False}),
        ("generation", {"model.cell": "min_gru", "model.weight_dropout": 0.5, "model.nonlinearity": "relu"}),
        ("generation", {"model.hidden_size": -3, "training.learning_rate": "fast"}),
    ],
)  # fmt: skip
def test_no_mistake_in_a_set_up_is_told_with_a_key(task, values):
    raw: dict = {"task": task, "model": {}, "training": {}, "data": {}}
    for name, value in values.items():
        section, _, key = name.partition(".")
        raw[section][key] = value
    with pytest.raises(ConfigError) as caught:
        Experiment.parse(raw)
    told = problem_list(caught.value.problems)
    assert len(caught.value.problems) >= 1
    assert not A_KEY.search(told), told


def test_a_table_without_numbers_is_told_in_one_plain_sentence(tmp_path):
    (tmp_path / "names.csv").write_text("a,b\n" + "".join(f"x{k},y{k}\n" for k in range(30)))
    with pytest.raises(ConfigError) as caught:
        prepare("series", DataConfig(source="file", path=(str(tmp_path / "names.csv"),)))
    told = problem_list(caught.value.problems)
    assert told.startswith("- No numeric column\\: 'a' and 'b' contain text\\. Bring a table with a time column"), told


def test_a_column_without_any_value_is_called_empty_and_not_text(tmp_path):
    (tmp_path / "shut.csv").write_text("month,sales\n" + "".join(f"{2000 + k}-01,\n" for k in range(30)))
    with pytest.raises(ConfigError) as caught:
        prepare("series", DataConfig(source="file", path=(str(tmp_path / "shut.csv"),)))
    assert problem_list(caught.value.problems).startswith("- No numeric column\\: 'sales' is empty\\. Bring a table")
