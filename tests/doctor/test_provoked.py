"""Each finding is provoked by a training that has the fault; trainings without a fault have no finding."""

import itertools
from types import SimpleNamespace

import pytest

from core.training import pace


def mostly_liked(words, draw):
    return "good" if sum(word in ("red", "blue", "green", "black") for word in words) > 3 else "bad"


def by_first_word(words, draw):
    return "good" if words[0] in ("red", "blue", "green", "black") else "bad"


def at_random(words, draw):
    return draw.choice(["good", "bad"])


def changes(made, name):
    """What the button of a finding changes, which is a set-up that can be."""
    remedy = made.found[name].remedy
    assert made.experiment.with_values(dict(remedy.changes)) != made.experiment
    return dict(remedy.changes)


def test_a_healthy_forecaster_has_no_finding(run, series):
    assert not run("forecasting", series("wave"), training__max_steps=150).found


def test_a_healthy_classifier_has_no_finding(run, texts):
    made = run("sentiment", texts(400, mostly_liked), training__max_steps=100)
    assert made.result["test"]["accuracy"] > 0.95 and not made.found


def test_a_healthy_translator_has_no_finding(run, pairs):
    made = run(
        "translation", pairs(700), training__max_steps=200, training__learning_rate=2e-2, model__hidden_size=32,
        model__embedding_dim=16,
    )  # fmt: skip
    assert made.result["test"]["exact_match"] > 0.95 and not made.found


def test_a_healthy_language_model_has_no_finding(run, story):
    made = run("generation", story, training__max_steps=150, model__hidden_size=32, data__split=(0.7, 0.1, 0.2))
    assert not made.found


def test_a_hundred_times_the_learning_rate_makes_the_loss_rise_and_a_tenth_of_it_is_offered(run, pairs):
    made = run("translation", pairs(200), training__max_steps=30, training__learning_rate=1.0)
    assert list(made.found) == ["high_rate"], "everything else comes of it"
    assert "rose from 2." in made.found["high_rate"].text and "learning rate of 1" in made.found["high_rate"].text
    assert changes(made, "high_rate") == {"training.learning_rate": 0.1}


def explosive(run, series, **more):
    return run(
        "forecasting", series("wave"), model__cell="rnn", data__window_size=48, training__max_grad_norm=None, **more
    )


def test_a_loss_that_is_no_number_any_more_has_exploded_and_clipping_is_offered(run, series):
    made = explosive(
        run, series, training__max_steps=20, model__nonlinearity="identity", model__initialization="normal",
        training__optimizer="sgd", training__learning_rate=1.0,
    )  # fmt: skip
    assert made.failure == "diverged" and made.result is None
    assert (
        "not a number any more" in made.found["exploded"].text and "at training step 1" in made.found["exploded"].text
    )
    assert changes(made, "exploded") == {"training.max_grad_norm": 1.0}


def test_gradients_that_burst_where_nothing_clips_them_are_exploding(run, series):
    made = explosive(
        run, series, training__max_steps=60, model__nonlinearity="relu", model__initialization="identity",
        training__learning_rate=3e-2,
    )  # fmt: skip
    assert made.result is not None, "it lived"
    assert "times the usual" in made.found["exploded"].text
    assert changes(made, "exploded") == {"training.max_grad_norm": 1.0}


def test_a_simple_cell_over_a_long_delay_has_vanishing_gradients_and_an_lstm_is_offered(run, texts):
    made = run(
        "sentiment", texts(200, by_first_word, 30), training__max_steps=60, training__learning_rate=3e-3,
        model__cell="rnn", model__bidirectional=False, model__pooling="last",
    )  # fmt: skip
    assert next(iter(made.found)) == "vanished" and "underfitted" not in made.found
    assert "31 steps before" in made.found["vanished"].text
    assert changes(made, "vanished")["model.cell"] == "lstm"


def test_labels_at_random_are_learned_by_heart_and_dropout_is_offered(run, texts):
    made = run(
        "sentiment", texts(200, at_random), training__max_steps=150, training__learning_rate=2e-2, model__hidden_size=32,
        model__embedding_dim=16,
    )  # fmt: skip
    best = min(made.curves[1], key=lambda record: record["loss"])
    assert f"lowest at training step {best['step']} of 150" in made.found["overfitted"].text
    assert changes(made, "overfitted") == {"model.output_dropout": 0.3, "model.embedding_dropout": 0.3}


def test_three_steps_teach_too_little_and_more_are_offered(run, pairs):
    made = run("translation", pairs(200), training__max_steps=3)
    assert next(iter(made.found)) == "underfitted" and "in 3 training steps" in made.found["underfitted"].text
    assert changes(made, "underfitted") == {"training.max_steps": 200}


def test_words_outside_the_vocabulary_are_counted_and_a_larger_one_is_offered(run, texts):
    made = run(
        "sentiment", texts(150, mostly_liked), training__max_steps=10, data__vocab_size=8, model__character_dim=0
    )
    share = made.result["evidence"]["unknown"]["text"]["validation"]
    assert 0.4 < share < 0.6 and f"{share:.1%} of the words" in made.found["unknown_words"].text
    assert changes(made, "unknown_words") == {"data.vocab_size": 8_000}


def bad_begins_with_pink(words, draw):
    return "bad" if words[0] == "pink" else "good"


def test_a_class_that_is_rare_is_said_to_hide_behind_accuracy_and_the_button_shows_it(run, texts):
    path = texts(300, bad_begins_with_pink)
    made = run("sentiment", path, training__max_steps=80, training__learning_rate=3e-3)
    accuracy, majority = made.result["test"]["accuracy"], made.result["baselines"]["majority"]["accuracy"]
    assert accuracy == majority > 0.8 and made.result["test"]["macro_f1"] < 0.5
    assert f"scores an accuracy of {majority:.1%}, the network {accuracy:.1%}" in made.found["imbalance"].text
    assert changes(made, "imbalance") == {"training.class_weights": "effective"}
    again = run(
        "sentiment", path, training__max_steps=80, training__learning_rate=3e-3, training__class_weights="effective"
    )
    assert again.result["test"]["macro_f1"] > made.result["test"]["macro_f1"], "rare texts are found"


def test_a_forecast_of_what_nobody_can_predict_is_a_lagged_copy_and_changes_are_offered(run, series):
    made = run(
        "forecasting", series("wandering"), training__max_steps=120, data__window_size=8, data__horizon=1,
    )  # fmt: skip
    assert "times as near to the last known value as to what came" in made.found["lagged_copy"].text
    assert "nearer to the value before than to what came" in made.found["lagged_copy"].text
    assert changes(made, "lagged_copy") == {"data.difference": "last_value"}


def test_a_network_that_learns_nothing_forecasts_a_flat_line(run, series):
    made = run("forecasting", series("wave"), training__max_steps=10, training__learning_rate=1e-9)
    assert "as far as the series does" in made.found["flat_line"].text
    assert changes(made, "flat_line") == {"training.learning_rate": 3e-3}


def test_large_steps_that_lead_nowhere_saturate_the_gates_and_smaller_ones_are_offered(run, series):
    made = run("forecasting", series("noise"), training__max_steps=60, training__learning_rate=0.5)
    share = made.result["evidence"]["saturated"]
    assert share > 0.6 and f"{share:.0%} of the gate values" in made.found["saturated_gates"].text
    assert changes(made, "saturated_gates") == {"training.learning_rate": 0.05}


def test_translations_that_have_nothing_to_do_with_their_sources_teach_to_ignore_them(run, pairs):
    made = run("translation", pairs(250, fitting=False), training__max_steps=40)
    assert "hardly depends on what it reads" in made.found["ignored_source"].text
    assert changes(made, "ignored_source") == {"training.max_steps": 200}


def test_four_texts_are_too_few_to_judge_by_and_more_are_offered(run, texts):
    made = run("sentiment", texts(40, mostly_liked), training__max_steps=5, data__split=(0.8, 0.1, 0.1))
    assert "holds 4 texts" in made.found["too_little_data"].text
    assert changes(made, "too_little_data") == {"data.split": (0.7, 0.1, 0.2)}


def test_a_limit_of_time_is_named_and_taken_away(run, series, monkeypatch):
    looks = itertools.count()
    monkeypatch.setattr(pace, "time", SimpleNamespace(perf_counter=lambda: 0.1 * next(looks)))
    made = run("forecasting", series("wave"), training__max_steps=50_000, training__max_seconds=20.0)
    assert f"of 20 seconds ended training at its step {made.result['steps']} of 50,000" in made.found["limit"].text
    assert changes(made, "limit") == {"training.max_seconds": None}


@pytest.mark.parametrize("cell", ["min_gru", "rnn", "gru"])
def test_cells_of_every_kind_can_be_examined(run, series, cell):
    made = run("forecasting", series("wave"), training__max_steps=120, model__cell=cell)
    assert not made.found


def test_a_forecaster_that_is_far_behind_is_told_to_take_what_the_best_naive_method_takes(run, series):
    made = run("forecasting", series("wandering"), training__max_steps=3, training__learning_rate=1e-5)
    behind = made.found["behind"]
    assert changes(made, "behind") == {"data.difference": "last_value"}
    assert len(behind.remedies) > 1
