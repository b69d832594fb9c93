import pytest

from ui.results.common import literal
from ui.results.inside import _brief_times
from ui.results.verdict import leader_first, verdict


def test_a_network_that_loses_is_said_to_lose():
    text = verdict("forecasting", {"test": {"mase": 1.5}, "baselines": {"drift": {"mase": 3.0}, "mean": {"mase": 1.0}}})
    assert "**1.50**" in text and "**loses by 50%**" in text and "mean, reaches 1.00" in text


def test_a_network_that_wins_is_said_to_be_better():
    text = verdict("sentiment", {"test": {"accuracy": 0.9}, "baselines": {"majority": {"accuracy": 0.4}}})
    assert "**90.0%**" in text and "**better by 50.0 points**" in text


def test_a_tiny_difference_is_no_win():
    text = verdict("generation", {"test": {"bits_per_char": 2.0}, "baselines": {"ngram_4": {"bits_per_char": 2.01}}})
    assert "as good as a simple method" in text and "4-gram, reaches 2.01 bits" in text


@pytest.mark.parametrize("result", [{"test": {}}, {"test": {"mase": None}}, {}])
def test_undefined_figures_are_said_to_be_undefined(result):
    assert "undefined" in verdict("forecasting", result)


def test_without_a_baseline_nothing_is_compared():
    assert "no baseline" in verdict("translation", {"test": {"exact_match": 0.5}, "baselines": {"copy_source": {}}})


def test_the_best_comes_first_and_the_undefined_last():
    assert leader_first({"a": 2.0, "b": None, "c": 1.0}, "mase") == ["c", "a", "b"]
    assert leader_first({"a": 0.2, "b": None, "c": 0.1}, "accuracy") == ["a", "c", "b"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a *b* <i>", "`a *b* <i>`"), ("tick ` tick", "`` tick ` tick ``"), ("  \n ", "(nothing)"), ("a\nb", "`a b`")],
)
def test_text_from_outside_is_shown_letter_by_letter(text, shown):
    assert literal(text) == shown


def test_dates_lose_only_what_all_of_them_share():
    assert _brief_times(["2000-01-01", "2001-01-01"]) == ["2000", "2001"]
    assert _brief_times(["2000-01-01", "2000-02-01"]) == ["2000-01", "2000-02"]
    assert _brief_times(["2000-01-01", "2000-01-02"]) == ["2000-01-01", "2000-01-02"]
    assert _brief_times(["x-01", "y-01"]) == ["x-01", "y-01"]
