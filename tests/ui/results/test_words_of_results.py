from core.figures import leader_first
from ui.results.inside import _brief_times


def test_the_best_comes_first_and_the_undefined_last():
    assert leader_first({"a": 2.0, "b": None, "c": 1.0}, "mase") == ["c", "a", "b"]
    assert leader_first({"a": 0.2, "b": None, "c": 0.1}, "accuracy") == ["a", "c", "b"]


def test_dates_lose_only_what_all_of_them_share():
    assert _brief_times(["2000-01-01", "2001-01-01"]) == ["2000", "2001"]
    assert _brief_times(["2000-01-01", "2000-02-01"]) == ["2000-01", "2000-02"]
    assert _brief_times(["2000-01-01", "2000-01-02"]) == ["2000-01-01", "2000-01-02"]
    assert _brief_times(["x-01", "y-01"]) == ["x-01", "y-01"]
