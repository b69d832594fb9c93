"""What is found in curves and figures made by hand, what is offered for it, and when nothing is said."""

import re
from pathlib import Path

import pytest

from core.applications import one_a_task
from core.config.experiment import Experiment
from core.config.limits import Limits
from core.doctor import CHECKS, diagnose

DOCS = Path(__file__).resolve().parents[2] / "docs" / "doctor.md"
FALLING = [2.0, 1.5, 1.2, 1.0, 0.9, 0.85, 0.82, 0.81, 0.8, 0.8]


def curve(losses, **more):
    """A record for each loss, ten steps apart."""
    return [{"step": 1 + 10 * place, "loss": loss, "grad_norm": 0.5, **more} for place, loss in enumerate(losses)]


def result(interval=(0.1, 0.2), **more):
    """Of a classifier with an accuracy of 0.8 and a best baseline of 0.65."""
    compared = {
        "metric": "accuracy", "baseline": "tfidf_logistic", "difference": 0.15, "interval": interval and list(interval),
        "items": 400, "item": "text", "empty": None,
    }  # fmt: skip
    return {
        "task": "sentiment", "steps": 91, "max_steps": 91, "seconds": 9.1, "ended": "steps", "parameters": 1_000,
        "test": {"accuracy": 0.8, "macro_f1": 0.8}, "comparison": compared,
        "baselines": {"tfidf_logistic": {"accuracy": 0.65}, "majority": {"accuracy": 0.5}}, **more,
    }  # fmt: skip


def experiment(task="sentiment", **values):
    changed = {name.replace("__", "."): value for name, value in values.items()}
    return Experiment(task=task).with_values({"training.max_steps": 91, **changed})


def found(of_result, train=FALLING, validation=FALLING, of=None, **more):
    return {one.name: one for one in diagnose(of or experiment(), of_result, curve(train), curve(validation), **more)}


LOSING = result((-0.2, -0.1))
OVERFITTED = [2.0, 1.0, 0.9, 0.95, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5]


def test_a_network_that_wins_has_no_finding_whatever_its_curve():
    assert not found(result(), validation=OVERFITTED)
    assert set(found(LOSING, validation=OVERFITTED)) == {"overfitted"}


def test_an_old_result_is_compared_by_its_figures():
    old = result()
    del old["comparison"]
    assert not found(old, validation=OVERFITTED)
    old["test"]["accuracy"] = 0.6
    assert set(found(old, validation=OVERFITTED)) == {"overfitted"}


def test_a_result_without_evidence_has_no_finding_that_needs_it():
    assert not found(LOSING)


def test_a_run_without_any_record_has_no_finding():
    for task in one_a_task():
        assert not diagnose(experiment(task), None, [], [])


def test_a_run_that_was_stopped_is_not_said_to_have_learned_too_little():
    assert not found(result((-0.2, -0.1), ended="stopped"), validation=OVERFITTED)


def test_validation_that_gets_worse_by_chance_alone_is_no_overfitting():
    train, looks = curve(FALLING), curve(OVERFITTED, standard_error=0.4)
    assert not diagnose(experiment(), LOSING, train, looks)
    sure = curve(OVERFITTED, standard_error=0.1)
    assert [one.name for one in diagnose(experiment(), LOSING, train, sure)] == ["overfitted"]


def test_the_network_that_is_kept_is_named_where_another_metric_than_the_loss_chose_it():
    by_f1 = {**LOSING, "best": {"metric": "macro_f1", "value": 0.7, "step": 70}}
    assert (
        "of training step 70 is kept, the best by Macro F1." in found(by_f1, validation=OVERFITTED)["overfitted"].text
    )
    by_loss = {**LOSING, "best": {"metric": "loss", "value": 0.9, "step": 30}}
    assert "The network of the best look is kept." in found(by_loss, validation=OVERFITTED)["overfitted"].text


def test_dropout_is_raised_before_the_network_is_made_smaller():
    def offered(dropout):
        return found(LOSING, validation=OVERFITTED, of=experiment(model__output_dropout=dropout))["overfitted"].remedy

    assert offered(0.1).changes["model.output_dropout"] == 0.3
    assert offered(0.3).changes["model.output_dropout"] == 0.5
    assert offered(0.5).changes == {"model.hidden_size": 64}


def test_a_validation_loss_that_goes_up_and_down_means_too_high_a_rate():
    swinging = [2.0, 1.0, 1.5, 0.9, 1.4, 0.8, 1.3, 0.7, 1.2, 0.6]
    high = found(result(), validation=swinging)["high_rate"]
    assert "went up 4 times by 15%" in high.text and "0.5 of 2" in high.text
    assert high.remedy.changes == {"training.learning_rate": 0.001}


def test_a_single_bad_batch_is_no_rise():
    assert not found(result(), train=[2.0, 1.9, 9.0, 1.8, 1.7, 1.5, 1.2])


LIMITED = {"ended": "time_limit", "max_steps": 1_000, "steps": 100, "seconds": 10.0, "max_seconds": 10.0}


@pytest.mark.parametrize(
    ("server", "changes"),
    [
        (None, {"training.max_seconds": None}),
        (600.0, {"training.max_seconds": 600.0}),
        (60.0, {"model.hidden_size": 64}),  # all steps take 100 s
    ],
)
def test_what_is_offered_against_a_limit_is_possible_under_the_servers(server, changes):
    limited = experiment(training__max_steps=1_000, training__max_seconds=10.0)
    limit = found(result(**LIMITED), of=limited, limits=Limits(max_seconds=server))["limit"]
    assert "limit of 10 seconds ended training at its step 100 of 1,000" in limit.text
    assert limit.remedy.changes == changes


def test_the_servers_own_limit_is_said_to_be_the_servers():
    limited = {**LIMITED, "max_seconds": None, "server_seconds": 10.0}
    limit = found(result(**limited), of=experiment(training__max_steps=1_000))["limit"]
    assert limit.text.startswith("This server's limit of 10 seconds") and "a smaller network" in limit.text


def test_a_limit_that_took_a_few_steps_alone_is_not_worth_a_word():
    limited = result(**{**LIMITED, "steps": 960})
    assert not found(limited, of=experiment(training__max_steps=1_000, training__max_seconds=10.0))


def test_of_a_training_that_a_limit_cut_short_nothing_is_said_that_the_rest_of_it_may_mend():
    """19% of the steps, the best look at the last of them: vanishing gradients and saturated gates were told as well."""
    cut = {**LIMITED, "steps": 190, "evidence": {"half_life": 0.5, "span": 64.0, "saturated": 0.8}}
    slow = [2.0, 1.95, 1.9, 1.88, 1.86, 1.84, 1.82, 1.8, 1.78, 1.76]
    names = found(result((-0.2, -0.1), **cut), slow, slow, of=experiment(training__max_steps=1_000))
    assert set(names) == {"limit"}
    whole = found(
        result((-0.2, -0.1), **{**cut, "ended": "steps"}), slow, slow, of=experiment(training__max_steps=1_000)
    )
    assert {"vanished", "saturated_gates"} <= set(whole)


@pytest.mark.parametrize("more", [
    {"evidence": {"unknown": {"text": {"validation": 0.06, "test": 0.2}}, "vocabulary": {"text": 99}}},
    {"baselines": {"majority": {"accuracy": 0.9}}, "test": {"accuracy": 0.9, "macro_f1": 0.5}},
])  # fmt: skip
def test_what_the_data_tells_is_told_beside_a_limit(more):
    cut = result((-0.2, -0.1), **{**LIMITED, **more})
    assert len(found(cut, of=experiment(training__max_steps=1_000, data__unit="word"))) == 2


def test_a_small_network_is_not_told_to_become_smaller():
    small = experiment(training__max_steps=1_000, model__hidden_size=16)
    limited = result(**{**LIMITED, "max_seconds": None, "server_seconds": 10.0})
    limit = found(limited, of=small, limits=Limits(max_seconds=10.0))["limit"]
    assert limit.text.endswith("The server gives no more time.") and limit.remedy is None
    by_heart = experiment(model__hidden_size=16, model__output_dropout=0.5)
    assert found(LOSING, validation=OVERFITTED, of=by_heart)["overfitted"].remedy is None


STILL_FALLING = [2.0, 1.9, 1.8, 1.7, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1]


def test_more_steps_are_offered_as_far_as_the_server_allows():
    assert found(LOSING, validation=STILL_FALLING)["underfitted"].remedy.changes == {"training.max_steps": 273}
    few = found(LOSING, validation=STILL_FALLING, limits=Limits(max_steps=200))["underfitted"]
    assert few.remedy is None
    slow = found(LOSING, validation=STILL_FALLING, limits=Limits(max_seconds=20.0))["underfitted"]
    assert slow.remedy is None, "273 steps take 27 s"
    capped = found(LOSING, validation=STILL_FALLING, limits=Limits(max_seconds=60.0))["underfitted"]
    assert capped.remedy.changes == {"training.max_steps": 273, "training.max_seconds": 60.0}


HARDLY = [2.0, 2.0, 1.99, 1.99, 1.98, 1.98, 1.97, 1.97, 1.96, 1.96]


@pytest.mark.parametrize(("train", "validation"), [(FALLING, STILL_FALLING), (HARDLY, HARDLY)])
def test_a_network_of_two_units_that_learned_too_little_is_said_to_be_that_small(train, validation):
    def told(units, steps):
        of_it = result((-0.2, -0.1), steps=steps)
        return found(of_it, train, validation, of=experiment(model__hidden_size=units, training__max_steps=steps))

    tiny = told(2, 98)["underfitted"]
    assert "has only 2 units" in tiny.text and tiny.remedy.changes == {"training.max_steps": 294}, (
        "it was short as well"
    )
    usual = told(5, 98)["underfitted"]
    assert "unit" not in usual.text


def test_a_network_without_memory_that_learned_nothing_is_offered_a_wider_window():
    seen = found(LOSING, HARDLY, HARDLY, of=experiment("memory", model__cell="rnn", model__window=4))["underfitted"]
    assert "sees 4 steps and nothing before" in seen.text and seen.remedy.changes == {"model.window": 8}


def test_two_units_that_had_steps_enough_need_more_units_first():
    of_it = result((-0.2, -0.1), steps=901)
    places = [1 + 100 * place for place in range(10)]
    curves = [{"step": step, "loss": loss} for step, loss in zip(places, HARDLY, strict=True)]
    tiny, usual = (
        diagnose(experiment(model__hidden_size=units, training__max_steps=901), of_it, curves, curves)[0]
        for units in (2, 32)
    )
    assert tiny.name == usual.name == "underfitted"
    assert tiny.remedy.changes == {"model.hidden_size": 16}
    assert usual.remedy.changes == {"training.max_steps": 2703}


def test_a_remedy_that_would_change_nothing_is_not_offered():
    balanced = experiment(training__class_weights="balanced")
    skewed = result(baselines={"majority": {"accuracy": 0.9}}, test={"accuracy": 0.9, "macro_f1": 0.5})
    assert found(skewed)["imbalance"].remedy is not None
    assert found(skewed, of=balanced)["imbalance"].remedy is None


def test_an_interval_that_swallows_the_score_is_too_little_data_and_a_narrow_one_is_none():
    wide = found(result((-0.12, 0.2)))["too_little_data"]
    assert "400 texts" in wide.text and "between 12 points worse and 20 points better" in wide.text
    assert wide.remedy is None, "nothing is known of the parts"
    assert not found(result((-0.05, 0.06)))


def written(copied=0.0, repeated=0.0, usual=0.0, **more):
    """What a language model wrote, beside held-out text."""
    held_out = {"copied": usual, "longest": 20, "repeated": usual}
    return {
        "tokens": 1_800,
        "long": 40,
        "copied": copied,
        "longest": 99,
        "repeated": repeated,
        "held_out": held_out,
        **more,
    }


def evidence(**more):
    return result((-0.2, -0.1), evidence=more)


@pytest.mark.parametrize(
    ("task", "known", "name"),
    [
        ("translation", {"source_effect": 0.05}, "ignored_source"),
        ("translation", {"source_effect": 2.0, "attention_focus": 0.97, "attention_end": 0.96}, "ignored_source"),
        ("forecasting", {"spread": 0.1}, "flat_line"),
        ("sentiment", {"saturated": 0.8}, "saturated_gates"),
        ("generation", {"written": written(copied=0.6)}, "copied_text"),
        ("generation", {"written": written(items=40, items_copied=0.6)}, "copied_text"),
        ("generation", {"written": written(repeated=0.7)}, "loops"),
        ("sentiment", {"unknown": {"text": {"validation": 0.06, "test": 0.2}}, "vocabulary": {"text": 99}}, "unknown_words"),
    ],
)  # fmt: skip
def test_evidence_beyond_its_threshold_is_told(task, known, name):
    one = found(evidence(**known), of=experiment(task, **({"data__unit": "word"} if "unknown" in known else {})))[name]
    assert one.remedy is not None


@pytest.mark.parametrize(
    ("task", "known"),
    [
        ("translation", {"source_effect": 0.2, "attention_focus": 0.9, "attention_end": 0.9}),
        ("translation", {"source_effect": None, "attention_focus": None, "attention_end": None}),
        ("forecasting", {"spread": 0.3, "copies": {"last_value": 0.7}, "moved_by_future": []}),
        ("forecasting", {"spread": None, "copies": {"last_value": None}}),
        ("generation", {"written": written(copied=0.6, usual=0.5)}),  # such phrases stand in every text of this kind
        ("generation", {"written": written(copied=0.3, repeated=0.3)}),
        ("generation", {"written": written(items=10, items_copied=0.9)}),
        ("generation", {"written": None}),
        ("sentiment", {"saturated": 0.5, "half_life": 0.5, "span": 30.0}),  # and it learned its training set
        ("sentiment", {"unknown": {"text": {"validation": 0.04, "test": 0.2}}, "vocabulary": {"text": 99}}),
    ],
)
def test_evidence_within_its_threshold_is_not(task, known):
    assert not found(evidence(**known), of=experiment(task))


@pytest.mark.parametrize(("named", "words"), [({"item": "tune"}, "Of 40 whole tunes"), ({}, "Of 40 whole lines")])
def test_copied_items_are_called_what_they_are(named, words):
    one = found(evidence(written=written(items=40, items_copied=0.6, **named)), of=experiment("generation"))[
        "copied_text"
    ]
    assert one.text.startswith(words)


def test_attention_on_the_end_is_told_from_attention_on_another_place():
    end = evidence(source_effect=2.0, attention_focus=0.97, attention_end=0.96)
    other = evidence(source_effect=2.0, attention_focus=0.97, attention_end=0.01)
    texts = [found(each, of=experiment("translation"))["ignored_source"].text for each in (end, other)]
    assert "97% of the attention lies on the end of the source" in texts[0]
    assert "one position of each source" in texts[1]


def forecaster(found_in_it, **mase):
    """Of a forecaster, with the MASE of simple methods."""
    methods = {name: {"mase": figure} for name, figure in mase.items()}
    compared = {
        "metric": "mase",
        "difference": -0.1,
        "interval": [-0.2, 0.1],
        "items": 50,
        "item": "forecast",
        "empty": None,
    }
    return result(test={"mase": 1.34}, baselines=methods, comparison=compared, evidence=found_in_it)


def remedies(of_result, **values):
    tried = experiment(
        "forecasting", training__learning_rate=3e-3, training__max_steps=901, model__hidden_size=32, **values
    )
    at = [{**record, "step": 10 * record["step"]} for record in curve(FALLING)]
    return {one.name: one for one in diagnose(tried, {**of_result, "steps": 901}, at, at)}


@pytest.mark.parametrize(("mase", "changes"), [
    ({"mean": 1.0, "last_value": 1.2, "seasonal_naive": 1.1}, {"model.hidden_size": 64}),
    ({"mean": 1.0, "last_value": 0.9}, {"data.difference": "last_value"}),
    ({"mean": 1.0, "last_value": 0.9, "seasonal_naive": 0.8}, {"data.difference": "season"}),
    ({"mean": 1.0, "last_value": None}, {"model.hidden_size": 64}),
])  # fmt: skip
def test_changes_are_offered_for_a_flat_line_only_where_repeating_beats_the_mean(mase, changes):
    assert remedies(forecaster({"spread": 0.1}, **mase))["flat_line"].remedy.changes == changes


@pytest.mark.parametrize(("theirs", "words"), [
    (1.36, "are not clearly better than repeating it: a MASE of 1.34 against 1.36"),
    (1.30, "are no better than repeating it: a MASE of 1.34 against 1.30"),
])  # fmt: skip
def test_a_figure_that_is_a_little_better_is_not_called_no_better(theirs, words):
    copied = forecaster({"copies": {"last_value": 0.2}}, last_value=theirs, mean=2.0)
    assert words in remedies(copied)["lagged_copy"].text


@pytest.mark.parametrize(("shift", "copies", "words"), [
    (1, {"last_value": 0.9}, "87% of a copy, where 100% would repeat it. They are no better than repeating it: a MASE"),
    (1, {"last_value": 0.4}, "lie 2.5 times as near to the last known value as to what came. One step ahead its forecasts"),
    (12, {"last_value": 0.9, "seasonal_naive": 0.9}, "nearer to the value 12 steps before than to what came: 87% of a copy"),
])  # fmt: skip
def test_a_copy_one_step_ahead_is_told_with_its_share_and_changes_are_offered(shift, copies, words):
    copied = forecaster(
        {"copies": copies, "lag": {"shift": shift, "share": 0.87}}, last_value=1.3, seasonal_naive=1.3, mean=2.0
    )
    one = remedies(copied)["lagged_copy"]
    assert words in one.text and one.remedy.changes == {"data.difference": "last_value"}
    for other in ({"shift": shift, "share": 0.79}, None):
        near = forecaster({"copies": {"last_value": 0.9}, "lag": other}, last_value=1.3, mean=2.0)
        assert "lagged_copy" not in remedies(near)


def test_what_moves_with_the_future_is_named_even_of_a_network_that_wins():
    leaking = result(evidence={"moved_by_future": ["network", "last_value", "bands"]})
    one = found(leaking, of=experiment("forecasting"))["leak"]
    assert "it moved: network, last value and bands." in one.text and one.remedy is None


def test_what_few_windows_tell_is_told_with_their_number():
    def told(windows):
        both = {"spread": 0.1, "copies": {"last_value": 0.2}, **windows}
        made = remedies(forecaster(both, last_value=1.3, mean=2.0))
        return [made[name].text for name in ("flat_line", "lagged_copy")]

    assert all(" (over 7 windows)" in text for text in told({"windows": 7}))
    for enough in ({"windows": 30}, {}):
        assert not any("windows" in text for text in told(enough))


def test_curves_over_few_windows_are_told_with_their_number():
    few = {"windows": 7, "items": {"train": 70}}
    lost = forecaster(few, last_value=1.0, mean=2.0)
    lost["comparison"]["interval"] = [-0.3, -0.1]
    tried = experiment("forecasting", training__learning_rate=3e-3)
    for name, validation in (("overfitted", OVERFITTED), ("underfitted", STILL_FALLING)):
        assert " (over 7 windows)" in found(lost, validation=validation, of=tried)[name].text


def test_what_explains_the_others_is_told_alone():
    rising = [2.0, 5.0, 9.0, 9.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0]
    everything = evidence(saturated=0.9, half_life=0.1, span=90.0)
    assert set(found(everything, train=rising, validation=rising)) == {"high_rate"}


def test_a_value_far_out_is_told_alone_because_the_errors_are_its():
    lying = {"items": {"train": 900}, "season": 12, "spread_growth": 1.0, "windows": 99, "spread": 0.0,
             "far_out": {"train": 1, "validation": 2}}  # fmt: skip
    lost = result((-0.3, -0.1), test={"mase": 0.9}, validation={"mase": 0.9}, baselines={"ets": {"mase": 0.6}})
    of = experiment("forecasting")
    assert "flat_line" in found({**lost, "evidence": {**lying, "far_out": {}}}, of=of)
    told = found({**lost, "evidence": lying}, of=of)
    assert list(told) == ["far_out"]
    assert (
        "3 values lie far out of the others: 1 in the training set and 2 in the validation set." in told["far_out"].text
    )


def test_the_guide_has_every_finding_with_its_place_in_the_order():
    names = [check.__name__.removeprefix("find_") for check in CHECKS]
    assert re.findall(r"^\| `(\w+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE) == names


def behind(simple, evidence=(), best_step=50, interval=(-0.4, -0.2), **values):
    """A forecaster with a MASE of 0.9 on both sets, against ETS with 0.6 on the test set."""
    lost = {
        "steps": 91, "max_steps": 91, "test": {"mase": 0.9}, "validation": {"mase": 0.9}, "best": {"step": best_step},
        "baselines": {"ets": {"mase": 0.6}, "mean": {"mase": 1.4}},
        "evidence": {"items": {"train": 900}, "season": 12, "spread_growth": 1.0, "windows": 99, "simple": simple,
                     **dict(evidence)},
        "comparison": {"metric": "mase", "baseline": "ets", "difference": -0.3, "interval": list(interval), "items": 40,
                       "item": "forecast", "empty": None},
    }  # fmt: skip
    of = experiment("forecasting", data__window_size=24, **values)
    return found(lost, of=of).get("behind")


def behind_on_texts(simple, task="star_ratings", **values):
    """A reader of texts with an accuracy of 0.36 on both sets, against TF-IDF with 0.58 on the test set."""
    lost = result(
        (-0.3, -0.1),
        best={"step": 50},
        test={"accuracy": 0.36},
        validation={"accuracy": 0.36},
        evidence={"simple": simple},
    )
    return found(lost, of=experiment(task, data__unit="word", **values)).get("behind")


def test_a_reader_that_loses_to_counting_words_is_offered_what_presets_do_for_rare_words():
    one = behind_on_texts({"majority": 0.2, "tfidf_logistic": 0.54}, model__pooling="last")
    assert "TF-IDF is ahead, with 54.0% against 36.0%" in one.text and "word vectors of a file" in one.text
    assert [remedy.changes for remedy in one.remedies] == [
        {"model.embedding_scale": 0.1}, {"model.character_dim": 25}, {"model.pooling": "attention"}
    ]  # fmt: skip
    done = {
        "model__embedding_scale": 0.1, "model__character_dim": 25, "model__pooling": "attention", "training__word_dropout": 0.1
    }  # fmt: skip
    rate = experiment("star_ratings").training.learning_rate
    assert [one.changes for one in behind_on_texts({"tfidf_logistic": 0.54}, **done).remedies] == [
        {"training.learning_rate": float(f"{rate / 3:.3g}")}
    ]
    assert "is not ahead" in behind_on_texts({"tfidf_logistic": 0.3}).text


SEASONAL = {"mean": 1.5, "last_value": 1.2, "seasonal_naive": 0.8, "ets": 0.7}


def test_a_forecaster_that_loses_is_told_what_the_winners_of_validation_speak_for():
    one = behind(SEASONAL, {"spread_growth": 1.6}, best_step=5)
    assert one.text.startswith(
        "ETS is better by more than chance. On the validation set ETS is ahead, with 0.70 against 0.90"
    )
    assert [remedy.changes for remedy in one.remedies] == [
        {"data.difference": "season"}, {"data.transform": "log"}, {"model.hidden_size": 64},
    ]  # fmt: skip


def test_what_is_tried_already_is_not_offered_again():
    one = behind(SEASONAL, {"spread_growth": 1.6}, data__difference="season", data__transform="log")
    assert [remedy.changes for remedy in one.remedies] == [{"data.transform": "none"}, {"data.window_size": 48}]


def test_a_mean_that_wins_speaks_against_differences_and_a_late_best_look_for_more_steps():
    stays = {"mean": 0.5, "last_value": 1.2, "seasonal_naive": 1.0}
    one = behind(stays, best_step=91, data__difference="last_value")
    assert [remedy.changes for remedy in one.remedies][:2] == [{"data.difference": "none"}, {"training.max_steps": 273}]


def test_a_window_of_less_than_two_seasons_gets_two_where_training_has_room_for_it():
    assert {"data.window_size": 60} in [one.changes for one in behind(SEASONAL, {"season": 30}).remedies]
    few = behind(SEASONAL, {"season": 30, "items": {"train": 170}})
    assert "data.window_size" not in [name for one in few.remedies for name in one.changes]


def test_no_season_is_offered_where_there_is_none():
    assert behind(SEASONAL, {"season": 1}).remedy.changes == {"data.difference": "last_value"}


def test_who_does_not_surely_lose_is_told_where_a_simple_method_is_ahead_on_validation_too():
    one = behind(SEASONAL, interval=(-0.4, 0.1))
    assert one.title == "No better than a baseline"
    assert one.text.startswith("It is not clearly better than ETS. On the validation set ETS is ahead")
    assert behind({**SEASONAL, "ets": 0.95, "seasonal_naive": 0.95}, interval=(-0.4, 0.1)) is None
    assert "ETS is not ahead" not in behind(SEASONAL).text
    assert behind(SEASONAL, interval=(0.1, 0.4)) is None, "it wins"
    assert behind({}) is None, "a result of an earlier version"
