"""Distributions that a forecaster may give: their losses, quantiles and draws against numbers computed by hand."""

import math

import pytest
import torch

from core.models.likelihoods import LIKELIHOODS, Quantiles, student_quantile

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


@pytest.fixture(params=[*LIKELIHOODS])
def likelihood(request):
    return LIKELIHOODS[request.param]


def parameters(likelihood, *shape):
    raw = torch.randn(*shape, likelihood.num_parameters, generator=torch.Generator().manual_seed(3))
    found = likelihood.parameters(raw)
    return likelihood.with_scale(found, torch.full(shape, 9.0))


def test_the_mean_of_many_draws_is_the_mean(likelihood):
    given = parameters(likelihood, 5)
    draws = likelihood.sample(given, 60_000, torch.Generator().manual_seed(1))
    assert draws.shape == (60_000, 5)
    error = draws.std(dim=0) / math.sqrt(60_000)
    assert ((draws.mean(dim=0) - likelihood.mean(given)).abs() <= 4 * error + 1e-5).all()


def test_draws_lie_below_a_quantile_as_often_as_it_says(likelihood):
    if likelihood.name == "point":
        return
    given = parameters(likelihood, 4)
    draws = likelihood.sample(given, 40_000, torch.Generator().manual_seed(2))
    for level, quantile in zip(LEVELS, likelihood.quantiles(given, LEVELS), strict=True):
        below, at_most = ((draws < quantile).float().mean(0), (draws <= quantile).float().mean(0))
        assert ((below <= level + 0.012) & (at_most >= level - 0.012)).all()


def test_quantiles_never_cross_and_the_middle_is_the_median(likelihood):
    given = parameters(likelihood, 3, 2)
    found = likelihood.quantiles(given, LEVELS)
    assert found.shape == (7, 3, 2)
    assert (found.diff(dim=0) >= 0).all()
    assert torch.allclose(found[3], likelihood.median(given), atol=1e-5)


def test_draws_are_those_of_their_seed(likelihood):
    given = parameters(likelihood, 3)
    first, again = (likelihood.sample(given, 5, torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(first, again)


def test_another_centre_and_unit_move_quantiles_with_them(likelihood):
    if likelihood.counts:
        return
    given = parameters(likelihood, 3)
    moved = likelihood.rescaled(given, torch.tensor([5.0, 0.0, -2.0]), torch.tensor([3.0, 1.0, 0.5]))
    before = likelihood.quantiles(given, LEVELS)
    expected = torch.tensor([5.0, 0.0, -2.0]) + torch.tensor([3.0, 1.0, 0.5]) * before
    assert torch.allclose(likelihood.quantiles(moved, LEVELS), expected, atol=1e-4)
    other = likelihood.moved(given, given[..., 0] + 7)
    assert torch.allclose(likelihood.quantiles(other, LEVELS), before + 7, atol=1e-4)


def test_gradients_of_every_parameter_are_finite(likelihood):
    raw = torch.zeros(3, likelihood.num_parameters, requires_grad=True)
    given = likelihood.with_scale(likelihood.parameters(raw), torch.tensor([1.0, 20.0, 3.0]))
    loss = likelihood.loss(given, torch.tensor([0.0, 30.0, 2.0]))
    assert loss.shape == (3,)
    loss.sum().backward()
    assert raw.grad.isfinite().all()
    assert (raw.grad != 0).any(dim=0).all()


def test_the_normal_loss_is_the_negative_log_of_its_density():
    loss = LIKELIHOODS["gaussian"].loss(torch.tensor([1.0, 2.0]), torch.tensor(4.0))
    assert loss.item() == pytest.approx(9 / 8 + math.log(2 * math.sqrt(2 * math.pi)))
    low, high = LIKELIHOODS["gaussian"].quantiles(torch.tensor([1.0, 2.0]), (0.025, 0.9))
    assert (low.item(), high.item()) == (
        pytest.approx(1 - 2 * 1.95996, abs=1e-4),
        pytest.approx(1 + 2 * 1.28155, abs=1e-4),
    )


def test_the_loss_of_students_t_is_the_negative_log_of_its_density():
    # With 3 degrees of freedom the density at t is 2 / (pi sqrt(3) (1 + t^2 / 3)^2); here t = 2 in units of 2.
    density = 2 / (math.pi * math.sqrt(3) * (1 + 4 / 3) ** 2) / 2
    loss = LIKELIHOODS["student_t"].loss(torch.tensor([1.0, 2.0, 3.0]), torch.tensor(5.0))
    assert loss.item() == pytest.approx(-math.log(density), rel=1e-5)
    assert (LIKELIHOODS["student_t"].parameters(torch.full((4, 3), -30.0))[:, 2] > 2).all()


@pytest.mark.parametrize(
    ("level", "freedom", "expected"),
    [
        (0.975, 2, 4.3027),
        (0.9, 3, 1.6377),
        (0.025, 5, -2.5706),
        (0.975, 10, 2.2281),
        (0.95, 30, 1.6973),
        (0.9, 1e6, 1.2816),
    ],
)
def test_quantiles_of_students_t_are_those_of_the_table(level, freedom, expected):
    assert student_quantile(level, torch.tensor(float(freedom))).item() == pytest.approx(expected, abs=1e-3)


def test_the_quantile_loss_is_twice_the_mean_pinball_loss():
    likelihood = Quantiles()
    given = likelihood.parameters(torch.full((likelihood.num_parameters,), -40.0))  # all of them at -40
    # The truth lies 10 above every one of them.
    assert likelihood.loss(given, torch.tensor(-30.0)).item() == pytest.approx(2 * 10 * sum(likelihood.levels) / 13)


def test_quantiles_lie_on_lines_between_their_levels():
    likelihood = Quantiles()
    ones = torch.ones(likelihood.num_parameters)  # the median is 1, and every step is 1
    found = likelihood.quantiles(ones, (0.0125, 0.025, 0.05, 0.5, 0.55, 0.9, 0.975)).tolist()
    assert found == pytest.approx([-5.5, -5.0, -4.0, 1.0, 1.5, 5.0, 7.0])


def test_the_loss_of_counts_is_the_negative_log_of_their_probability():
    counts = LIKELIHOODS["negative_binomial"]
    # Mean 2 and dispersion 1: a geometric distribution, whose k has the probability (1/3) (2/3)^k.
    loss = counts.loss(torch.tensor([2.0, 1.0]), torch.tensor(3.0))
    assert loss.item() == pytest.approx(-math.log(8 / 81), rel=1e-5)
    # It is reached by 0 with 1/3, by 1 with 5/9, by 2 with 19/27, by 5 with 665/729 = 0.912.
    assert counts.quantiles(torch.tensor([2.0, 1.0]), (0.3, 0.5, 0.7, 0.9)).tolist() == [0, 1, 2, 5]


def test_the_scale_multiplies_the_mean_of_counts():
    counts = LIKELIHOODS["negative_binomial"]
    scaled = counts.with_scale(torch.tensor([2.0, 1.0]), torch.tensor(16.0))
    assert scaled.tolist() == [32.0, 0.25]
    assert counts.mean(scaled).item() == 32


def test_large_counts_have_the_quantiles_of_what_they_are_near():
    counts = LIKELIHOODS["negative_binomial"]
    # Hardly any dispersion: nearly normal, with the mean as its variance.
    low, middle, high = counts.quantiles(torch.tensor([1e4, 1e-7]), (0.025, 0.5, 0.975)).tolist()
    assert (low, middle, high) == (pytest.approx(9_804, abs=2), pytest.approx(1e4, abs=1), pytest.approx(10_196, abs=2))
