"""Two networks over the same texts."""

import pytest

from core.metrics.sentences import side_by_side


def rows(**predicted):
    return [{"src": src, "trg": f"the {src} sleeps", "predicted": text} for src, text in predicted.items()]


def test_the_biggest_difference_comes_first_whichever_is_better():
    one = rows(cat="the cat sleeps", dog="the dog sleeps", owl="x")
    two = rows(owl="the owl sleeps", cat="the cat sleep", dog="the dog sleeps", fox="the fox sleeps")
    found = side_by_side(one, two)
    assert [row.source for row in found] == ["owl", "cat", "dog"], "what one of them never wrote is left out"
    assert found[0].apart == pytest.approx(100 - found[0].first_score) and found[0].second_score == pytest.approx(100)
    assert found[1].apart < 0 and found[2].apart == 0


def test_one_source_with_two_references_is_two_sentences():
    one = [{"src": "a", "trg": "x", "predicted": "x"}, {"src": "a", "trg": "y", "predicted": "x"}]
    assert [(row.reference, row.apart) for row in side_by_side(one, one)] == [("x", 0), ("y", 0)]


def test_nothing_in_common_is_nothing():
    assert side_by_side(rows(cat="a"), rows(dog="b")) == []
