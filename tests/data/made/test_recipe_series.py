"""Series from recipes: the same numbers everywhere, parts that add up, gaps and changes where they were asked for."""

import hashlib

import numpy as np
import pytest

from core.config.recipe import Recipe
from core.data import catalog
from core.data.made.recipe_series import SERIES, change_step, recipe_series
from core.resolve import resolve_data

FULL = "length=333,curve=4,season=12,season_2=90,noise=0.5,change=5,change_trend=0.02,change_noise=3,gaps=0.1,seed=7"


def _make(text):
    return recipe_series(Recipe.parse(text))


def _fingerprint(frame):
    return hashlib.sha256(frame.to_numpy().astype("<f8").tobytes()).hexdigest()


def _runs(missing):
    """Lengths of the gaps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], missing.astype(int), [0]])))
    return (edges[1::2] - edges[::2]).tolist()


def test_a_recipe_is_pinned():
    assert _fingerprint(_make("")[0]) == "5483ac7de65b77beb2bafb0aeb80048c8f39200a80f80c6a9d6c733f3dd60fbe"
    assert _fingerprint(_make(FULL)[0]) == "0d8f757db483fd31b3bced6b7ba511207360a7e5c0fc733577b5f8c6b53b4507"


def test_the_components_add_up_to_the_series():
    frame, components = _make(FULL)
    assert list(components) == [SERIES, "trend", "season", "season_2", "change", "noise"]
    total = components.drop(columns=SERIES).sum(axis=1)
    known = frame["value"].notna()
    np.testing.assert_allclose(frame["value"][known], total[known], atol=1e-9)
    assert components[SERIES].equals(frame["value"].rename(SERIES))


def test_only_components_that_there_are_are_kept():
    assert list(_make("season=0,noise=0")[1]) == [SERIES, "trend"]


def test_a_season_repeats_exactly():
    season = _make("season=7,amplitude=2.5")[1]["season"].to_numpy()
    assert (season[7:] == season[:-7]).all()
    assert season.max() == pytest.approx(2.5, rel=0.06)


def test_the_trend_has_its_slope_and_ends_as_far_off_the_line_as_the_curve_says():
    trend = _make("length=101,level=3,trend=0.5,curve=-9")[1]["trend"]
    assert trend.iloc[0] == 3
    assert trend.iloc[-1] == pytest.approx(3 + 0.5 * 100 - 9)


def test_noise_has_its_spread_and_its_memory():
    noise = _make("length=20000,noise=2,memory=0.8")[1]["noise"]
    assert noise.std() == pytest.approx(2, rel=0.05)
    assert noise.autocorr(1) == pytest.approx(0.8, abs=0.02)
    assert _make("length=20000,memory=0")[1]["noise"].autocorr(1) == pytest.approx(0, abs=0.02)


def test_a_change_comes_at_its_place_and_nothing_changes_before():
    recipe = Recipe.parse("length=200,change_at=0.25,change=5,change_trend=1,change_noise=4")
    before, after = _make("length=200")[1], recipe_series(recipe)[1]
    first = change_step(recipe)
    assert first == 50
    assert (after["change"].iloc[:first] == 0).all()
    assert after["change"].iloc[[first, first + 3]].tolist() == [5, 8]
    assert after["noise"].iloc[:first].equals(before["noise"].iloc[:first])
    np.testing.assert_allclose(after["noise"].iloc[first:], 4 * before["noise"].iloc[first:], atol=1e-5)


@pytest.mark.parametrize(("share", "mean"), [(0.03, 5), (0.4, 1), (0.4, 500), (0.01, 50), (0.1, 3)])
def test_gaps_have_their_share_and_stand_between_known_values(share, mean):
    missing = _make(f"length=307,gaps={share},gap_length={mean}")[0]["value"].isna().to_numpy()
    runs = _runs(missing)
    assert sum(runs) == round(share * 307)
    assert len(runs) == max(1, round(sum(runs) / mean))
    assert not missing[0]
    assert not missing[-1]


def test_each_random_part_has_a_stream_of_its_own():
    quiet, loud = _make("gaps=0.1,noise=1")[0]["value"], _make("gaps=0.1,noise=3,season=5")[0]["value"]
    assert (quiet.isna() == loud.isna()).all()


def test_a_longer_series_begins_with_the_noise_of_the_shorter_one():
    short, long = _make("length=90")[1]["noise"], _make("length=130")[1]["noise"]
    assert short.equals(long.iloc[:90])


def test_another_seed_gives_another_series():
    assert not _make("seed=2")[0].equals(_make("seed=3")[0])


def test_the_catalogue_loads_it_with_components_and_gaps():
    data = resolve_data("forecasting", {"data.id": "made_series", "data.recipe": FULL})
    series = catalog.find("series", "made_series").load(data)
    assert series.target_columns == ("value",)
    assert int(series.frame.isna().to_numpy().sum()) == 33, "what is missing stays so, whatever is read there"
    assert series.components is not None
    assert int(series.components[SERIES].isna().sum()) == 33
    assert any("33" in note for note in series.notes)


def test_the_fingerprint_depends_on_the_parameters_and_not_on_how_they_are_written():
    entry = catalog.find("series", "made_series")

    def fingerprint(recipe):
        return entry.fingerprint(resolve_data("forecasting", {"data.id": "made_series", "data.recipe": recipe}))

    assert fingerprint(None) == fingerprint("") == fingerprint("season=24, noise=1.0")
    assert len({fingerprint(text) for text in (None, "noise=2", "seed=2", "gaps=0.1")}) == 4
