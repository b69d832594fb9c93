import numpy as np
import pytest

from core.data.level import carry_ratio, spread_growth

SEASON = 4


@pytest.mark.parametrize("season", [1, SEASON])
def test_the_past_season_predicts_a_wandering_level(season):
    generator = np.random.default_rng(0)
    cycle = 3 * np.sin(2 * np.pi * np.arange(400) / SEASON) if season > 1 else 0
    noise = generator.normal(size=400)
    assert carry_ratio((cycle + noise.cumsum())[:, None], season) < 0.7
    assert carry_ratio((cycle + np.arange(400) + noise)[:, None], season) < 0.3
    assert carry_ratio((cycle + noise)[:, None], season) > 1.2, "a level that stays"


def test_the_carry_ratio_is_the_mean_over_columns():
    values = 100 + np.random.default_rng(0).normal(size=(40, 3)).cumsum(axis=0)
    each = [carry_ratio(values[:, [column]], SEASON) for column in range(3)]
    assert carry_ratio(values, SEASON) == pytest.approx(np.mean(each))
    assert carry_ratio(values * 1e6 + 7, SEASON) == pytest.approx(np.mean(each)), "whatever the unit"


def test_the_carry_ratio_is_one_where_nothing_can_be_told():
    assert carry_ratio(np.arange(7.0)[:, None], SEASON) == 1.0
    assert carry_ratio(np.full((40, 1), 3.0), 1) == 1.0


def grown(power, noise=0.0):
    """Seasons on levels from 10 to 160 whose spread is the level to that power."""
    levels = 10 * 2 ** np.repeat(np.arange(5), SEASON)
    swing = np.tile([-1.0, 1.0, -1.0, 1.0], 5) * 0.5 * 10.0 ** (1 - power)
    return levels + swing * levels**power * (1 + noise * np.random.default_rng(0).normal(size=20))


def test_swings_that_grow_with_the_level_are_counted_by_how_much():
    known = np.ones(20, dtype=bool)
    assert spread_growth(grown(1.0), known, SEASON) == pytest.approx(16.0)
    assert spread_growth(grown(0.5), known, SEASON) == pytest.approx(4.0)
    assert spread_growth(grown(1.2), known, SEASON) == pytest.approx(16.0), "no more than the level itself"
    assert spread_growth(grown(0.0), known, SEASON) == 1.0, "the same at every level"
    assert spread_growth(grown(-0.5), known, SEASON) == 1.0, "smaller above"
    assert 1.0 < spread_growth(grown(1.0, noise=0.5), known, SEASON) < 16.0, "what is sure of it"


def test_swings_are_not_said_to_grow_where_nothing_can_be_told():
    known = np.ones(20, dtype=bool)
    assert spread_growth(grown(1.0) - 10, known, SEASON) == 1.0, "a value of zero or below"
    assert spread_growth(np.full(20, 3.0), known, SEASON) == 1.0
    assert spread_growth(grown(1.0)[:8], known[:8], SEASON) == 1.0, "two seasons"
    known[::5] = False
    assert spread_growth(grown(1.0), known, SEASON) == 1.0, "no season without a gap"
