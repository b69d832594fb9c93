"""The figures against numbers computed by hand, against scikit-learn, and at the edges where they are undefined."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score

from core.metrics import targets
from core.metrics.classes import Guesses, per_class, scale_of
from core.metrics.forecasts import METRICS as FORECAST_ENTRIES
from core.metrics.forecasts import mase_scale, rmsse_scale
from core.metrics.language import ReadText
from core.metrics.registry import score

FORECAST_METRICS = tuple(one.name for one in FORECAST_ENTRIES)


def forecast_metrics(truth, forecast, scale, names=None):
    return targets.forecast_metrics(FORECAST_METRICS, truth, forecast, scale, names)


def language_metrics(nats, num_tokens, num_characters):
    """Of tokens that cost the same each."""
    tokens = np.full(num_tokens, nats / max(num_tokens, 1))
    return score(("loss", "bits_per_char", "perplexity"), ReadText(tokens, num_characters))


def confusion_matrix(labels, predictions, num_classes):
    return Guesses(labels, predictions, num_classes).matrix


def classification_metrics(labels, predictions, num_classes, loss=None):
    return score(("accuracy", "macro_f1", "loss"), Guesses(labels, predictions, num_classes, loss))


def series(*values: float) -> np.ndarray:
    """One target as (T, 1)."""
    return np.array(values, dtype=float)[:, None]


def test_mase_scale_is_the_mean_step_of_one_season():
    # |5-1|, |6-2|, |2-3| with a season of 3
    assert mase_scale(series(1, 2, 3, 5, 6, 2), season=3) == pytest.approx([3.0])
    assert mase_scale(series(1, 2, 4), season=1) == pytest.approx([1.5])


def test_the_unit_of_an_exact_repetition_is_its_mean_step_despite_rounding():
    wave = np.sin(2 * np.pi * np.arange(70) / 7)[:, None]
    assert mase_scale(wave, season=7) == pytest.approx([np.abs(np.diff(wave[:, 0])).mean()])
    assert mase_scale(np.full((9, 1), 0.1), season=2).tolist() == [0.0]
    assert mase_scale(1e-12 * np.array([[1.0], [3.0]]), season=1) == pytest.approx([2e-12])


@pytest.mark.parametrize(("train", "season"), [(np.zeros((3, 1)), 3), (np.zeros((3, 1)), 0), (np.zeros(3), 1)])
def test_mase_scale_refuses_what_has_no_season(train, season):
    with pytest.raises(ValueError):
        mase_scale(train, season)


def test_forecast_errors_match_hand_computation():
    truth = np.array([[[10.0], [20.0]], [[40.0], [50.0]]])
    forecast = np.array([[[12.0], [20.0]], [[30.0], [50.0]]])
    figures = forecast_metrics(truth, forecast, [6.0], ["load"])
    assert figures["mae"] == pytest.approx(3.0)  # (2 + 0 + 10 + 0) / 4
    assert figures["rmse"] == pytest.approx(math.sqrt(26.0))  # (4 + 100) / 4
    assert figures["mape"] == pytest.approx(11.25)  # (20 + 0 + 25 + 0) / 4
    assert figures["smape"] == pytest.approx((400 / 22 + 2000 / 70) / 4)
    assert figures["mase"] == pytest.approx(0.5)
    assert figures["per_target"] == {"load": {name: figures[name] for name in FORECAST_METRICS}}


def test_the_root_mean_squared_error_has_a_unit_of_its_own():
    train = series(1, 2, 3, 5, 6, 2)  # a season of 3 changes by 4, 4 and -1
    assert rmsse_scale(train, season=3) == pytest.approx([math.sqrt(11)])
    assert rmsse_scale(series(2, 2, 2, 6), season=2) == pytest.approx([math.sqrt(8)])
    assert rmsse_scale(series(3, 5, 3, 5), season=2) == pytest.approx([2.0])  # repeats itself: its step
    truth, forecast = np.array([[[10.0], [20.0]]]), np.array([[[12.0], [24.0]]])
    figures = targets.forecast_metrics(("rmsse",), truth, forecast, [1.0], squared_scale=rmsse_scale(train, 3))
    assert figures["rmsse"] == pytest.approx(math.sqrt(10) / math.sqrt(11))  # (4 + 16) / 2


def test_a_forecast_with_a_spread_is_judged_by_its_quantiles():
    truth, forecast = np.array([[[10.0]], [[30.0]]]), np.array([[[10.0]], [[20.0]]])
    names = ("crps", "wql", "mae")
    sure = targets.forecast_metrics(names, truth, forecast, [1.0])
    assert (sure["crps"], sure["wql"]) == (sure["mae"], pytest.approx(10 / 40))  # as sure as can be: its error
    quantiles = np.repeat(forecast[None], 9, axis=0)
    quantiles[8] += 5.0  # the level 0.9: 5 too high costs 0.5, and of the 10 too low it leaves 5, which cost 4.5
    spread = targets.forecast_metrics(names, truth, forecast, [1.0], quantiles=quantiles)
    total = 0.5 + 4.5 + sum(10 * level for level in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8))
    assert spread["crps"] == pytest.approx(2 * total / 9 / 2)
    assert spread["wql"] == pytest.approx(2 * total / 9 / 40)


def test_the_weighted_quantile_loss_of_several_targets_is_that_of_all_at_once():
    truth, forecast = np.array([[[10.0, 100.0]]]), np.array([[[20.0, 100.0]]])
    figures = targets.forecast_metrics(("wql",), truth, forecast, [1.0, 1.0])
    assert figures["wql"] == pytest.approx(10 / 110)
    silent = targets.forecast_metrics(("wql",), truth * [0, 1], forecast, [1.0, 1.0])
    assert silent["per_target"]["target_0"]["wql"] is None
    assert silent["wql"] == 0.0


def test_a_missing_truth_counts_for_nobody():
    truth = np.array([[[10.0], [np.nan]], [[40.0], [50.0]]])
    forecast = np.array([[[12.0], [1e9]], [[30.0], [50.0]]])
    figures = forecast_metrics(truth, forecast, [6.0])
    assert figures["mae"] == pytest.approx(4.0)  # (2 + 10 + 0) / 3
    assert figures["rmse"] == pytest.approx(math.sqrt(104 / 3))
    assert figures["mape"] == pytest.approx(15.0)


def test_a_target_without_any_truth_has_no_figures_and_stays_out_of_the_mean():
    truth = np.ones((3, 2, 2))
    truth[..., 1] = np.nan
    figures = forecast_metrics(truth, np.full((3, 2, 2), 3.0), [4.0, 1.0], ["heard", "silent"])
    assert figures["per_target"]["silent"] == dict.fromkeys(FORECAST_METRICS)
    assert (figures["mae"], figures["mase"]) == (2.0, 0.5)
    diverged = forecast_metrics(np.ones((3, 2, 2)), np.array([3.0, np.nan]) * np.ones((3, 2, 2)), [4.0, 1.0])
    assert diverged["mae"] is None, "a forecast that is no number is not left out"
    assert forecast_metrics(truth[..., 1:], truth[..., 1:], [1.0])["mae"] is None


def test_mase_scale_takes_the_steps_that_are_known():
    assert mase_scale(series(1, np.nan, 4, 6, 5), season=1) == pytest.approx([1.5])  # |6 - 4| and |5 - 6|
    assert mase_scale(series(np.nan, np.nan, 4), season=1).tolist() == [0.0]
    assert mase_scale(series(1, np.nan, 4, np.nan, 2), season=1) == pytest.approx([2.5])  # from 1 to 4, and to 2


def test_forecast_errors_are_means_over_targets():
    truth = np.ones((3, 2, 2))
    forecast = truth + np.array([1.0, 3.0])
    figures = forecast_metrics(truth, forecast, [1.0, 2.0])
    assert figures["mae"] == pytest.approx(2.0)
    assert figures["rmse"] == pytest.approx(2.0)
    assert figures["mase"] == pytest.approx((1.0 + 1.5) / 2)
    assert [row["mae"] for row in figures["per_target"].values()] == pytest.approx([1.0, 3.0])
    assert list(figures["per_target"]) == ["target_0", "target_1"]


def test_percentage_error_is_undefined_at_a_zero_truth_but_the_symmetric_one_is_not():
    figures = forecast_metrics([[[0.0], [2.0]]], [[[0.0], [2.0]]], [1.0])
    assert figures["mape"] is None
    assert figures["smape"] == 0.0
    assert forecast_metrics([[[0.0]]], [[[3.0]]], [1.0])["smape"] == pytest.approx(200.0)


def test_percentage_error_does_not_depend_on_the_unit():
    truth, forecast = np.array([[[1.0], [4.0]]]), np.array([[[2.0], [5.0]]])
    plain = forecast_metrics(truth, forecast, [1.0])
    scaled = forecast_metrics(truth * 1e-12, forecast * 1e-12, [1e-12])
    assert plain["mape"] == pytest.approx(62.5)
    assert [scaled[k] for k in ("mape", "smape", "mase")] == pytest.approx(
        [plain[k] for k in ("mape", "smape", "mase")]
    )


def test_undefined_in_one_target_is_undefined_in_the_mean():
    figures = forecast_metrics([[[0.0, 1.0]]], [[[2.0, 2.0]]], [1.0, 1.0])
    assert figures["mape"] is None
    assert [row["mape"] for row in figures["per_target"].values()] == [None, 100.0]


def test_a_target_that_never_changed_in_training_has_no_unit_and_stays_out_of_the_mean_of_mase():
    figures = forecast_metrics(np.ones((1, 1, 2)), np.zeros((1, 1, 2)), [0.0, 4.0])
    assert [row["mase"] for row in figures["per_target"].values()] == [None, 0.25]
    assert (figures["mase"], figures["mae"]) == (0.25, 1.0)
    assert forecast_metrics(np.ones((1, 1, 1)), np.zeros((1, 1, 1)), [0.0])["mase"] is None


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e300])
def test_a_diverged_forecast_is_null_and_valid_json(bad):
    figures = forecast_metrics(np.ones((2, 3, 1)), np.full((2, 3, 1), bad), [1.0])
    json.dumps(figures, allow_nan=False)
    assert figures["rmse"] is None


def test_no_origins_give_no_figures():
    figures = forecast_metrics(np.zeros((0, 4, 1)), np.zeros((0, 4, 1)), [1.0])
    assert [figures[name] for name in FORECAST_METRICS] == [None] * len(FORECAST_METRICS)


@pytest.mark.parametrize(
    ("truth", "forecast", "scale", "names"),
    [
        (np.zeros((2, 3, 1)), np.zeros((2, 2, 1)), [1.0], None),
        (np.zeros((2, 3)), np.zeros((2, 3)), [1.0], None),
        (np.zeros((2, 3, 1)), np.zeros((2, 3, 1)), [1.0, 1.0], None),
        (np.zeros((2, 3, 2)), np.zeros((2, 3, 2)), [1.0, 1.0], ["a", "a"]),
        (np.zeros((2, 3, 1)), np.zeros((2, 3, 1)), [1.0], ["a", "b"]),
    ],
)
def test_forecast_metrics_refuse_arrays_that_do_not_fit(truth, forecast, scale, names):
    with pytest.raises(ValueError):
        forecast_metrics(truth, forecast, scale, names)


@settings(max_examples=50, deadline=None)
@given(arrays(float, (2, 3, 2), elements=st.floats()), arrays(float, (2, 3, 2), elements=st.floats()))
def test_forecast_metrics_are_always_valid_json(truth, forecast):
    json.dumps(forecast_metrics(truth, forecast, [0.0, 1.0]), allow_nan=False)


def test_language_metrics_of_a_fair_coin():
    figures = language_metrics(8 * math.log(2.0), num_tokens=8, num_characters=8)
    assert figures["loss"] == pytest.approx(math.log(2.0))
    assert figures["bits_per_char"] == pytest.approx(1.0)
    assert figures["perplexity"] == pytest.approx(2.0)


def test_bits_per_character_counts_characters_not_tokens():
    assert language_metrics(30.0, num_tokens=10, num_characters=50)["bits_per_char"] == pytest.approx(
        30.0 / 50 / math.log(2.0)
    )


def test_language_metrics_are_null_when_undefined():
    assert language_metrics(0.0, 0, 0) == {"loss": None, "bits_per_char": None, "perplexity": None}
    assert language_metrics(math.inf, 3, 3) == {"loss": None, "bits_per_char": None, "perplexity": None}
    huge = language_metrics(3000.0, 3, 3)
    assert huge["loss"] == 1000.0
    assert huge["perplexity"] is None


def test_confusion_matrix_has_the_truth_in_rows():
    assert confusion_matrix([0, 0, 1, 2], [0, 1, 1, 1], 4).tolist() == [
        [1, 1, 0, 0],
        [0, 1, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
    ]


def test_class_figures_match_hand_computation():
    rows = per_class(confusion_matrix([0, 0, 1, 2], [0, 1, 1, 1], 4))
    assert rows[0] == pytest.approx({"precision": 1.0, "recall": 0.5, "f1": 2 / 3, "support": 2})
    assert rows[1] == pytest.approx({"precision": 1 / 3, "recall": 1.0, "f1": 0.5, "support": 1})
    assert rows[2] == {"precision": None, "recall": 0.0, "f1": 0.0, "support": 1}
    assert rows[3] == {"precision": None, "recall": None, "f1": None, "support": 0}
    figures = classification_metrics([0, 0, 1, 2], [0, 1, 1, 1], 4, loss=0.25)
    assert figures == pytest.approx({"accuracy": 0.5, "macro_f1": (2 / 3 + 0.5 + 0.0) / 3, "loss": 0.25})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_classification_agrees_with_scikit_learn(pairs):
    from sklearn.metrics import accuracy_score, f1_score

    labels, predictions = (list(column) for column in zip(*pairs, strict=True))
    figures = classification_metrics(labels, predictions, 5)
    assert figures["accuracy"] == pytest.approx(accuracy_score(labels, predictions))
    assert figures["macro_f1"] == pytest.approx(f1_score(labels, predictions, average="macro", zero_division=0))


def test_classification_of_nothing_is_null():
    assert classification_metrics([], [], 3, loss=math.nan) == {"accuracy": None, "macro_f1": None, "loss": None}


@pytest.mark.parametrize(("labels", "predictions"), [([0, 3], [0, 0]), ([0], [-1]), ([0, 1], [0]), ([0.5], [0])])
def test_classification_refuses_what_is_no_class(labels, predictions):
    with pytest.raises(ValueError):
        classification_metrics(labels, predictions, 3)


@pytest.mark.parametrize("size", [1.5e307, 3e307, 1e308])
def test_figures_of_values_that_no_number_holds_the_sum_of_are_none_or_numbers(size):
    truth = np.full((2, 3, 2), size)
    json.dumps(forecast_metrics(truth, np.zeros_like(truth), [0.0, 1.0]), allow_nan=False)


def test_stars_are_judged_by_how_far_an_answer_is_off():
    """Five reviews: off by 0, 1, 4, 0 and 2 stars."""
    scale = scale_of(["1", "2", "3", "4", "5"])
    assert scale == (1.0, 2.0, 3.0, 4.0, 5.0)
    labels, predictions = [0, 1, 4, 2, 3], [0, 2, 0, 2, 1]
    found = score(("label_error", "weighted_kappa"), Guesses(labels, predictions, 5, scale=scale))
    assert found["label_error"] == pytest.approx(7 / 5)
    expected = cohen_kappa_score(labels, predictions, weights="quadratic", labels=range(5))
    assert found["weighted_kappa"] == pytest.approx(expected)


def test_only_steps_of_a_scale_have_distances():
    assert scale_of(["negative", "neutral", "positive"]) == (2.0, 3.0, 4.0)
    assert scale_of(["0", "1"]) is None and scale_of(["a", "b", "c"]) is None and scale_of(["1", "2", "nan"]) is None
    assert score(("label_error", "weighted_kappa"), Guesses([0], [0], 3)) == {
        "label_error": None,
        "weighted_kappa": None,
    }
