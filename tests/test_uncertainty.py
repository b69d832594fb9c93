"""Standard errors against arithmetic done by hand and against repeated samples."""

import math
import subprocess
import sys

import numpy as np
import pytest

from core.uncertainty import ratio_residuals, standard_error, t_quantile


def test_the_standard_error_of_a_mean_is_its_spread_over_the_root_of_the_number():
    losses = [0.5, 2.0, 1.0, 4.5, 0.25]
    found = standard_error(ratio_residuals(losses, np.ones(5)))
    assert found == pytest.approx(np.std(losses, ddof=1) / math.sqrt(5))


def test_the_standard_error_of_a_ratio_is_how_far_it_varies_from_sample_to_sample():
    generator = np.random.default_rng(4)
    counts = generator.integers(1, 9, size=(3_000, 40))
    totals = counts * 0.7 + generator.normal(size=counts.shape)
    ratios = totals.sum(axis=1) / counts.sum(axis=1)
    errors = [standard_error(ratio_residuals(*sample)) for sample in zip(totals, counts, strict=True)]
    assert np.mean(errors) == pytest.approx(ratios.std(), rel=0.05)


def test_items_of_one_group_count_as_one():
    residuals = ratio_residuals([1.0, 1.0, 2.0, 2.0, 6.0, 6.0], np.ones(6))
    assert standard_error(residuals, [7, 7, 0, 0, 3, 3]) == pytest.approx(np.std([1, 2, 6], ddof=1) / math.sqrt(3))


@pytest.mark.parametrize(("residuals", "num_means"), [([0.0], 1), ([0.1, -0.1], 2), ([math.nan, 1.0], 1)])
def test_no_standard_error_can_be_told_from_nothing(residuals, num_means):
    assert standard_error(residuals, num_means=num_means) is None


@pytest.mark.parametrize(
    ("freedom", "tabled"), [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (7, 2.365), (29, 2.045), (10_000, 1.960)]
)
def test_quantiles_of_students_t_are_those_of_the_tables(freedom, tabled):
    assert t_quantile(0.975, freedom) == pytest.approx(tabled, rel=2e-3)


def test_a_comparison_loads_no_library_that_would_wait_for_memory_that_is_not_there():
    code = "import sys; from core.bootstrap import paired_difference as d; d(range(9), [1] * 9); print('scipy' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "False"
