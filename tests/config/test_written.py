"""Numbers as a person types them: read as they stand, or refused by the name of their field."""

import pytest

from core.config.errors import ConfigError
from core.config.written import read_number


@pytest.mark.parametrize(("raw", "number"), [("24", 24), (" 2.5 ", 2.5), ("1e3", 1000.0), ("", None), ("-3", -3)])
def test_a_number_is_read_as_it_was_typed(raw, number):
    found = read_number("trials", raw)
    assert (found, type(found)) == (number, type(number))


@pytest.mark.parametrize("raw", ["abc", "nan", "inf", "2,5", "1 000"])
def test_what_is_no_number_is_refused_by_its_field(raw):
    with pytest.raises(ConfigError, match=f"trials: expected a number, got '{raw}'"):
        read_number("trials", raw)
