"""What is said of a result: winning, losing, no clear difference, too few to tell, barely learned."""

import pytest

from core.verdict import against, has_barely_learned, left_out, page_baseline, standing, verdict

FAR = {"name": "majority", "metric": "accuracy", "figure": 0.4, "difference": 0.4, "interval": [0.35, 0.45]}


def result(value, other, interval, difference=None, metric="accuracy", items=700, empty=FAR, **more):
    compared = {
        "metric": metric, "baseline": "tfidf_logistic", "difference": difference or value - other,
        "interval": interval, "items": items, "item": "text", "empty": empty, **more,
    }  # fmt: skip
    baselines = {"tfidf_logistic": {metric: other}, "majority": {metric: 0.4 if metric == "accuracy" else None}}
    return {"test": {metric: value}, "baselines": baselines, "comparison": compared}


def test_a_network_whose_interval_is_above_zero_is_better():
    text = verdict("sentiment", result(0.93, 0.8, [0.10, 0.16]))
    assert "**93.0%**" in text and "**better by 13 points**" in text
    assert "TF-IDF, reaches 80.0% (95% interval: 10 to 16 points)" in text


def test_a_network_that_loses_is_said_to_lose():
    text = verdict("sentiment", result(0.7, 0.8, [-0.151, -0.01]))
    assert "**loses by 10 points**" in text and "1 point to 15.1 points" in text


def test_one_point_is_singular_and_less_than_one_is_not():
    assert "better by 1 point**" in verdict("sentiment", result(0.81, 0.8, [0.002, 0.018]))
    assert "0.2 to 1.8 points" in verdict("sentiment", result(0.81, 0.8, [0.002, 0.018]))


def test_nobody_wins_where_the_interval_holds_zero():
    text = verdict("sentiment", result(0.83, 0.82, [-0.012, 0.031]))
    assert "**no clear difference**" in text and "reaches 82.0%" in text
    assert "(95% interval: the network is from 1.2 points worse to 3.1 points better)" in text
    assert "better by" not in text and "too few" not in text


def test_a_small_test_part_is_said_to_be_too_small():
    text = verdict("sentiment", result(2 / 3, 1 / 3, [-0.33, 0.9], items=31))
    assert "31 texts are too few to tell more" in text
    alone = verdict("sentiment", result(1.0, 0.0, None, items=1, empty=None))
    assert "**Too few to tell**" in alone and "holds 1 text." in alone


def test_errors_are_compared_in_percent_of_the_other():
    compared = {"metric": "mase", "baseline": "drift", "difference": -0.5, "interval": [-0.8, -0.2], "items": 52,
                "item": "forecast", "empty": None}  # fmt: skip
    found = {
        "test": {"mase": 1.5},
        "baselines": {"drift": {"mase": 1.0}, "mean": {"mase": 3.0}},
        "comparison": compared,
    }
    text = verdict("forecasting", found)
    assert "**1.50**" in text and "**loses by 50%**: the best baseline, drift, reaches 1.00" in text
    assert "20% to 80%" in text
    assert against("mase", found) == "50% worse"


def test_a_run_of_an_older_version_claims_nothing():
    old = {"test": {"mase": 0.5}, "baselines": {"drift": {"mase": 3.0}, "mean": {"mase": 1.0}}}
    text = verdict("forecasting", old)
    assert "mean, reaches 1.00. Whether the difference is more than chance was not measured" in text
    assert "better" not in text and against("mase", old) == "not measured"


@pytest.mark.parametrize("broken", [{"test": {}}, {"test": {"mase": None}}, {}])
def test_undefined_figures_are_said_to_be_undefined(broken):
    assert "undefined" in verdict("forecasting", broken)


def test_without_a_baseline_nothing_is_compared():
    assert "no baseline" in verdict("translation", {"test": {"exact_match": 0.5}, "baselines": {"copy_source": {}}})


def collapsed(empty):
    compared = {"metric": "exact_match", "baseline": "copy_source", "difference": 0.007, "interval": [0.003, 0.011],
                "items": 2000, "item": "text", "empty": empty}  # fmt: skip
    return {"test": {"exact_match": 0.007}, "baselines": {"copy_source": {"exact_match": 0.0}}, "comparison": compared}


def test_a_collapsed_network_has_barely_learned_and_does_not_win():
    """0.7 % right where the best simple method has nothing right: more than chance, and worth nothing."""
    empty = {"name": "other_source", "metric": "chrf", "figure": 23.0, "difference": 0.0, "interval": [0.0, 0.0]}
    text = verdict("translation", collapsed(empty))
    assert "**0.7%**" in text and "**barely learned**" in text and "fit other texts about as well as their own" in text
    assert "another learning rate" in text and "better by" not in text
    assert against("exact_match", collapsed(empty)) == "barely learned"


@pytest.mark.parametrize(
    ("best", "steps", "advice"),
    [(5, 60, "at training step 5 of 60, so more steps alone will not help"), (51, 60, "more steps, or")],
)
def test_what_may_help_goes_by_when_the_best_evaluation_came(best, steps, advice):
    empty = {"name": "other_source", "metric": "chrf", "figure": 23.0, "difference": 0.0, "interval": [0.0, 0.0]}
    assert advice in verdict("translation", {**collapsed(empty), "best": {"step": best}, "steps": steps})


@pytest.mark.parametrize(
    ("parameters", "advice"),
    [(43, "a smaller learning rate or more data"), (43_000, "a smaller learning rate, a smaller network or more data")],
)
def test_a_smaller_network_is_no_advice_for_one_of_43_parameters(parameters, advice):
    empty = {"name": "other_source", "metric": "chrf", "figure": 23.0, "difference": 0.0, "interval": [0.0, 0.0]}
    early = {**collapsed(empty), "best": {"step": 5}, "steps": 60, "parameters": parameters}
    assert f"try {advice}." in verdict("translation", early)


def test_a_translator_with_few_exact_hits_may_have_learned_much():
    empty = {"name": "other_source", "metric": "chrf", "figure": 20.0, "difference": 31.0, "interval": [30.0, 32.0]}
    text = verdict("translation", collapsed(empty))
    assert "barely" not in text and "**better by 0.7 points**" in text


@pytest.mark.parametrize(
    ("metric", "figure", "difference", "interval", "barely"),
    [
        ("accuracy", 0.40, 0.02, [0.01, 0.03], True),  # 2 of 60 points to be had
        ("accuracy", 0.40, 0.06, [0.05, 0.07], False),
        ("accuracy", 0.40, -0.1, [-0.15, -0.05], True),
        ("accuracy", 0.40, 0.05, [-0.2, 0.3], False),  # too few texts to say that
        ("bits_per_char", 4.0, 0.1, [0.09, 0.11], True),
        ("bits_per_char", 4.0, 0.3, [0.2, 0.4], False),
        ("mase", 1.0, 0.02, [0.01, 0.03], False),  # nobody knows how good a forecast can become
        ("mase", 1.0, 0.01, [-0.02, 0.04], True),
        ("mase", 1.0, 0.01, [-0.4, 0.4], False),
        ("mase", 1.0, 0.01, None, False),
    ],
)
def test_barely_learned_is_near_the_empty_model_and_surely_so(metric, figure, difference, interval, barely):
    empty = {"name": "x", "metric": metric, "figure": figure, "difference": difference, "interval": interval}
    assert has_barely_learned({"metric": metric, "interval": None, "empty": empty}) is barely


def test_who_is_clearly_better_than_the_best_baseline_has_learned():
    empty = {"name": "drift", "metric": "mase", "figure": 1.0, "difference": 0.03, "interval": [-0.01, 0.07]}
    assert not has_barely_learned({"metric": "mase", "interval": [0.01, 0.05], "empty": empty})
    assert has_barely_learned({"metric": "mase", "interval": [-0.01, 0.05], "empty": empty})


@pytest.mark.parametrize(
    ("interval", "where"),
    [
        ([0.1, 0.2], "better"),
        ([-0.2, -0.1], "worse"),
        ([-0.1, 0.2], "unclear"),
        ([0.0, 0.2], "unclear"),
        (None, "unknown"),
    ],
)
def test_only_an_interval_without_zero_decides(interval, where):
    assert standing(interval) == where


@pytest.mark.parametrize(
    ("value", "other", "interval", "text"),
    [
        (0.75, 0.70, [0.03, 0.07], "5 points better"),
        (0.58, 0.74, [-0.2, -0.1], "16 points worse"),
        (0.71, 0.70, [0.001, 0.019], "1 point better"),
        (0.704, 0.70, [-0.01, 0.02], "no clear difference"),
        (0.8, 0.7, [-0.1, 0.3], "too few test items to tell"),
        (0.8, 0.7, None, "too few test items to tell"),
    ],
)
def test_the_table_says_who_wins_where_somebody_does(value, other, interval, text):
    assert against("accuracy", result(value, other, interval)) == text


def test_one_baseline_stands_for_the_page():
    found = {"baselines": {"a": {"mase": 1.0}, "b": {"mase": 2.0}, "c": {"mase": None}}}
    assert page_baseline(found, "mase") == ("a", 1.0)
    assert page_baseline({**found, "comparison": {"baseline": "b"}}, "mase") == ("b", 2.0)
    assert page_baseline({**found, "comparison": {"baseline": "c"}}, "mase") == ("a", 1.0)
    assert page_baseline({}, "mase") is None


def test_no_error_can_fall_by_more_than_all_of_it():
    text = verdict("forecasting", result(0.9, 1.0, [-0.97, 1.21], difference=0.1, metric="mase", empty=None))
    assert "from 97% worse to 100% better" in text


def test_less_than_a_percent_is_not_called_nothing():
    text = verdict("forecasting", result(0.95, 1.0, [0.003, 0.11], difference=0.05, metric="mase", empty=None))
    assert "better by 5%" in text and "(95% interval: 0.3% to 11%)" in text


def test_values_that_the_network_cannot_read_are_told_beside_what_is_left_out():
    assert left_out({"evidence": {"not_above_zero": 2}}).startswith("2 values after training are not above zero: ")
    assert left_out({"evidence": {"left_out": {}, "not_above_zero": 0}}) == ""


def test_words_that_a_simple_method_has_cut_are_told():
    said = left_out({"evidence": {"terms": {"tfidf_logistic": [50_000, 1_234]}}})
    assert said == "TF-IDF knows the 50,000 most frequent terms of training; 1,234 rarer ones are cut."


def test_tags_that_mark_entities_are_judged_by_the_entities():
    figures = {"accuracy": 0.97, "entity_f1": 0.8}
    beside = {
        "majority": {"accuracy": 0.9, "entity_f1": 0.0},
        "most_frequent_tag": {"accuracy": 0.95, "entity_f1": 0.7},
    }
    said = verdict("tagging", {"test": figures, "baselines": beside})
    assert said.startswith("The network finds the entities of sentences it has not seen with an F1 of **80.0%**.")
    assert "most frequent tag, reaches 70.0%" in said
    assert "97.0%" in verdict("tagging", {"test": {"accuracy": 0.97}, "baselines": {}})
