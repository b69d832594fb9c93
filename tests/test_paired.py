"""The field `comparison` of a result: the network beside its best baseline and the empty model, item by item."""

import numpy as np
import pytest

from core.paired import Paired, comparison

RIGHT = np.array([1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0])
SCORES = {"tfidf_logistic": np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0]), "majority": np.zeros(8)}


def paired(name):
    return Paired("accuracy", RIGHT, SCORES[name]) if name in SCORES else None


def test_the_best_baseline_is_compared_and_the_empty_model_too():
    baselines = {"majority": {"accuracy": 0.0}, "tfidf_logistic": {"accuracy": 5 / 8}}
    found = comparison("sentiment", baselines, paired, "majority")
    assert (found["metric"], found["baseline"], found["items"], found["item"]) == (
        "accuracy",
        "tfidf_logistic",
        8,
        "text",
    )
    assert found["difference"] == pytest.approx(2 / 8)
    assert found["interval"][0] <= found["difference"] <= found["interval"][1]
    assert found["method"] == "95% interval of a paired bootstrap over 8 texts"
    assert found["empty"]["name"] == "majority"
    assert (found["empty"]["figure"], found["empty"]["difference"]) == (0.0, 7 / 8)


def test_fewer_bits_and_smaller_errors_count_as_better():
    network, other, characters = np.array([10.0, 30.0]), np.array([20.0, 40.0]), np.array([10.0, 30.0])
    found = Paired("bits_per_char", network, other, characters, "piece of text")
    assert found.difference().value == pytest.approx(20 / 40)
    assert found.figure == pytest.approx(60 / 40)


def test_blocks_are_named():
    pair = Paired("mase", np.ones((9, 1)), np.ones((9, 1)), item="forecast", block=3)
    assert pair.method == "95% interval of a paired bootstrap over 9 forecasts, in blocks of 3"


def test_nothing_is_compared_without_a_baseline_or_scores():
    assert comparison("sentiment", {"majority": {"accuracy": None}}, paired, "majority") is None
    assert comparison("sentiment", {"other": {"accuracy": 0.2}}, paired, "majority") is None
    without = comparison("sentiment", {"majority": {"accuracy": 0.0}}, paired, "nothing")
    assert without["empty"] is None
