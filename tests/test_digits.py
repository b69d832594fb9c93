"""Digits that fit the data."""

import pytest

from core.digits import decimals_of, fixed, significant, with_spread
from core.figures import metric_value


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([112, 118, 132, 129, 622], 0),  # passengers, whole, spread 199
        ([5.0, 11.0, 16.0, 23.5, 101.0], 0 + 1),  # sunspots, one decimal, spread 36
        ([3.1, 2.9, 1.4, 0.2], 1 + 0),  # one decimal is two digits of a spread of 1.2
        ([1.0, 2.0, 3.0, 2.0], 2),  # whole numbers that hardly change: two digits of a spread of 0.7
        ([0.12345, 0.23456, 0.98765], 3),  # three digits of a spread of 0.4
        ([1_000_000.25, 2_000_000.75], 0),
        ([0.00012, 0.00034], 5),
        ([7.0, 7.0, 7.0], 0),
        ([7.25, 7.25], 2),
        ([None, float("nan")], 0),
        ([], 0),
        ([0.0, 0.0], 0),
    ],
)
def test_decimals_are_those_of_the_data_within_two_and_three_digits_of_the_spread(values, decimals):
    assert decimals_of(values) == decimals


def test_a_forecast_has_the_digits_of_its_data_and_thousands_are_set_apart():
    assert fixed(432.71828, decimals_of([112, 118, 132, 622])) == "433"
    assert fixed(1_234.5678, 1) == "1,234.6"
    assert fixed(-0.001, 2) == "0.00"
    assert fixed(None, 2) == "–"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(12_345.678, "12,346"), (1_234.5, "1,234"), (12.3456, "12.35"), (1.7, "1.7"), (0.00123456, "0.001235"), (0, "0")],
)
def test_a_figure_is_no_power_of_ten_where_it_can_be_written_out(value, shown):
    assert significant(value, 4) == shown


def test_figures_below_each_other_keep_their_zeros():
    assert metric_value("rmse", 1.7) == "1.700" and metric_value("mae", 12_345.678) == "12,346"


def test_what_cannot_be_written_out_is_a_power_of_ten():
    assert significant(1.5e12) == "1.5e+12" and significant(2e-9) == "2e-09"


@pytest.mark.parametrize(("mean", "spread", "text"), [
    (1.1876, 0.0206, "1.19 ± 0.02"),
    (0.8137, 0.0141, "0.814 ± 0.014"),
    (0.99, 0.01, "0.990 ± 0.010"),
    (-0.51, 0.3, "-0.5 ± 0.3"),
    (12345.6, 31.0, "12,346 ± 31"),
    (4.23e-5, 3e-6, "(4.2 ± 0.3)·10⁻⁵"),
    (0.0, 0.02, "0.00 ± 0.02"),
    (2.0, 0.0, "2 ± 0"),
])  # fmt: skip
def test_a_mean_and_its_spread_have_as_many_decimals(mean, spread, text):
    assert with_spread(mean, spread) == text
