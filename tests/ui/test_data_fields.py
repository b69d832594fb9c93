"""The data fields of a link are read back as they were written, whatever columns are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.applications import APPLICATIONS
from core.config.sections import DataConfig
from ui.data_fields import chosen_data, data_choices, data_fields, data_text, read_data_value

NAMES = st.lists(st.text(min_size=1, max_size=20), max_size=5).map(tuple)


@given(NAMES)
def test_names_of_columns_survive_whatever_signs_they_have(names):
    assert read_data_value("forecasting", "covariate_columns", data_text(names)) == names


@pytest.mark.parametrize("task", APPLICATIONS)
def test_every_choice_survives(task):
    for name in data_fields(task):
        for choice in data_choices(task, name):
            assert read_data_value(task, name, data_text(choice)) == choice


def test_what_is_no_choice_is_refused_in_words():
    with pytest.raises(ValueError, match="spaces is not one of Comma, Semicolon"):
        read_data_value("sentiment", "delimiter", "spaces")


def test_no_covariates_differ_from_covariates_that_nobody_chose():
    usual = DataConfig()
    assert chosen_data("forecasting", usual.model_copy(update={"covariate_columns": ()}), usual) == {
        "covariate_columns": "|"
    }
    assert chosen_data("forecasting", usual, usual) == {}
