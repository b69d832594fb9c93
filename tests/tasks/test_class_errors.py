"""Where a classifier is wrong, worked out by hand."""

import numpy as np
import pytest

from core.metrics.majority import is_uneven, majority_scores
from core.tasks import judged
from core.tasks.classification.errors import accuracy_by
from core.tasks.judged import judged_items, trust

RIGHT = np.array([True, False, True, True, False, False])
LENGTHS = np.array([1, 1, 2, 4, 9, 20])
UNKNOWN = np.array([0, 0, 2, 0, 1, 1])


def test_lengths_are_grouped_so_that_each_text_is_in_one_group():
    groups = accuracy_by(RIGHT, LENGTHS, UNKNOWN)["length"]
    assert sum(one["count"] for one in groups) == 6
    assert groups[0] == {"low": 1, "high": 1, "count": 2, "accuracy": 0.5}
    assert (groups[-1]["high"], groups[-1]["accuracy"]) == (20, 0.0)


def test_unknown_words_are_grouped_by_their_share():
    groups = accuracy_by(RIGHT, LENGTHS, UNKNOWN)["unknown"]
    # shares: 0, 0, 1, 0, 1/9, 1/20
    assert [(one["high"], one["count"]) for one in groups] == [(0.0, 3), (0.05, 1), (0.15, 1), (1.0, 1)]
    assert [one["accuracy"] for one in groups] == pytest.approx([2 / 3, 0.0, 0.0, 1.0])


def test_texts_of_one_length_are_one_group_and_of_no_texts_there_is_none():
    assert len(accuracy_by(RIGHT, np.full(6, 3), np.zeros(6))["length"]) == 1
    assert accuracy_by(np.zeros(0), np.zeros(0), np.zeros(0)) == {"length": [], "unknown": []}


def test_judged_items_have_their_answers_and_of_many_a_sample_of_every_class(monkeypatch):
    labels, predicted, sure = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([0.9, 0.7, 0.6, 0.8])
    found = judged_items(list("abcd"), labels, predicted, sure, around=["a b", "a b", "c", "d"])
    assert found["text"] == list("abcd") and found["predicted"] == [0, 1, 0, 1]
    assert found["probability"] == [0.9, 0.7, 0.6, 0.8] and found["total"] == 4
    assert found["around"] == ["a b", "a b", "c", "d"]
    monkeypatch.setattr(judged, "MOST_JUDGED", 2)
    few = judged_items(list("abcd"), labels, predicted, sure)
    assert sorted(few["label"]) == [0, 1] and few["total"] == 4


def test_answers_that_are_right_as_often_as_they_are_sure_can_be_trusted():
    sure = np.full(4, 0.75)
    assert trust(sure, np.array([True, True, True, False]))["error"] == pytest.approx(0)
    assert trust(sure, np.zeros(4, dtype=bool))["error"] == pytest.approx(0.75)


def test_what_one_class_alone_scores():
    # the first class is the most frequent one in training: 2 of 5 are it, F1 of 4/7 and of 0
    scores = majority_scores([8, 3], [2, 3])
    assert scores == {"accuracy": pytest.approx(0.4), "macro_f1": pytest.approx((4 / 7 + 0) / 2)}
    assert majority_scores([8, 3], [0, 0])["accuracy"] is None


def test_classes_are_uneven_from_three_times_as_many_on():
    assert is_uneven([9, 3]) and not is_uneven([8, 3]) and is_uneven([3, 0])
