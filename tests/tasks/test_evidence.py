"""What each task measures of a network whose answers are known beforehand."""

import json
from dataclasses import replace

import pytest
import torch

from core.applications import describe, one_a_task
from core.data.dataset import TextSet
from core.data.kinds.text import Text
from core.data.prepare import prepare
from core.data.progress import quiet
from core.tasks.generation.written import written_evidence
from core.tasks.registry import bind
from core.training.judging import evidence_of


def silenced(task):
    """The task with a network whose output layer says the same whatever it is given."""
    with torch.no_grad():
        task.model.output.weight.zero_()
        task.model.output.bias.zero_()
    return task


def test_a_network_that_says_zero_forecasts_the_mean_in_a_flat_line(bound):
    found = silenced(bound("forecasting")).evidence()
    assert found["spread"] == pytest.approx(0, abs=1e-9)
    assert found["copies"]["last_value"] > 0.5


def unmoved(task):
    """The forecaster with a network that says "no change": of scaled changes 0 is their mean."""
    silenced(task)
    scaler, places = task.context.scaler, task.places
    with torch.no_grad():
        no_change = torch.tensor([-scaler.mean[place] / scaler.std[place] for place in places])
        task.model.output.bias.copy_(no_change.repeat(task.model.horizon))
    return task


def test_a_network_that_says_no_change_copies_the_last_value(bound):
    found = unmoved(bound("forecasting", {"data.difference": "last_value"})).evidence()
    assert found["copies"]["last_value"] == pytest.approx(0, abs=1e-5)
    assert found["spread"] > 0.5


def test_a_network_that_says_no_change_from_season_to_season_copies_the_season_before(bound):
    found = unmoved(bound("forecasting", {"data.difference": "season"})).evidence()
    assert found["copies"]["seasonal_naive"] == pytest.approx(0, abs=1e-5)


def test_series_that_are_read_one_at_a_time_have_the_evidence_of_the_middle_one(bound):
    found = silenced(bound("forecasting", {"data.many_series": "each", "data.difference": "last_value"})).evidence()
    assert found["copies"]["last_value"] < 0.1, "all but the mean change"


def test_a_network_that_says_the_same_of_every_source_has_no_use_for_it(bound):
    assert silenced(bound("translation")).evidence()["source_effect"] == 0


def test_attention_to_one_place_alone_is_seen(bound):
    task = bound("translation", {"model.attention": "additive"})
    with torch.no_grad():  # nothing but the end of the source is like nothing else
        for weight in task.model.attention.parameters():
            weight.zero_()
    even = task.evidence()
    lengths = task.src["validation"].lengths
    assert set(lengths.tolist()) == {6} and even["attention_focus"] == pytest.approx(1 / 6)
    assert even["attention_end"] == pytest.approx(1 / 6)
    assert bound("translation", {"model.attention": "none"}).evidence()["attention_focus"] is None


@pytest.mark.parametrize(
    ("changes", "span"),
    [
        ({"model.pooling": "mean"}, None),
        ({"model.pooling": "last", "model.bidirectional": False}, 6),
        ({"model.pooling": "last", "model.bidirectional": True}, 3),
    ],
)
def test_what_a_gradient_has_to_bridge_is_the_text_where_only_its_end_is_read(bound, changes, span):
    task = bound("sentiment", changes)
    task.sequences["validation"].lengths[:] = 6
    assert task.evidence()["span"] == span


def test_a_gradient_has_no_further_to_go_than_short_texts_are_long(tiny):
    """Ten names of four letters and one of eight, twice: with their line ends 59 tokens in eleven items."""
    letters = [f"ab{first}{second}" for first in "cdefg" for second in "xy"] + ["abcdefgh"]
    experiment = tiny("generation", {"training.seq_len": 64, "data.unit": "character", "data.split": (0.6, 0.2, 0.2)})
    of_items = Text().prepare(TextSet(items=(*letters, *letters)), "0" * 64, experiment.data, quiet)
    of_one = Text().prepare(TextSet(text="\n".join(letters * 2)), "0" * 64, experiment.data, quiet)
    spans = [bind(experiment, made, torch.device("cpu")).evidence()["span"] for made in (of_items, of_one)]
    assert spans == [pytest.approx(59 / 11), 64.0]


def test_the_number_of_windows_is_that_of_the_validation_part(bound):
    task = bound("forecasting")
    values, horizon = task.prepared.counts["validation"], task.experiment.data.horizon
    assert task.evidence()["windows"] == values - horizon + 1


@pytest.mark.parametrize("task", one_a_task())
def test_evidence_is_plain_numbers_and_leaves_the_network_as_it_was(task, bound, tiny):
    made, experiment = bound(task), tiny(task)
    before = {name: weight.clone() for name, weight in made.model.state_dict().items()}
    prepared = prepare(describe(task).kind, experiment.data)
    found = evidence_of(made, prepared, experiment.data)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["items"] == prepared.counts
    assert {"saturated", "half_life", "span"} <= set(found)
    assert all(torch.equal(before[name], weight) for name, weight in made.model.state_dict().items())
    assert evidence_of(made, prepared, experiment.data) == found


@pytest.mark.parametrize("task", ["sentiment", "translation"])
def test_without_a_validation_part_to_look_at_there_is_no_evidence(task, bound):
    made = bound(task)
    for name in ("sequences", "src", "trg"):
        if hasattr(made, name):
            getattr(made, name)["validation"].lengths = getattr(made, name)["validation"].lengths[:0]
    if task == "sentiment":
        made.prepared.labels["validation"] = made.prepared.labels["validation"][:0]
    assert made.evidence() == {}


def test_a_network_of_no_numbers_has_none(bound, tiny):
    task = bound("forecasting")
    with torch.no_grad():
        task.model.output.bias.fill_(float("nan"))
    found = evidence_of(task, prepare("series", tiny("forecasting").data), tiny("forecasting").data)
    assert found["spread"] is None and found["copies"] == {"last_value": None, "seasonal_naive": None}


def test_a_network_that_writes_one_letter_for_ever_loops_and_copies_nothing(bound):
    task = silenced(bound("generation", {"data.split": (0.5, 0.3, 0.2)}))
    letter = int(task.prepared.tokenizer.encode("e")[0])
    with torch.no_grad():
        task.model.output.bias[letter] = 50.0
    found = task.evidence()["written"]
    assert found["copied"] == 0 and found["longest"] < found["long"]
    assert found["repeated"] > 0.7
    assert found["held_out"]["repeated"] < found["repeated"]


def test_a_network_that_writes_its_training_text_copies_all_of_it(bound, monkeypatch):
    task = bound("generation", {"data.split": (0.5, 0.3, 0.2)})
    train = task.prepared.ids["train"]
    monkeypatch.setattr(
        "core.tasks.generation.written._write",
        lambda network, number, length, seed: [train[at : at + length] for at in range(number)],
    )
    found = task.evidence()["written"]
    assert found["copied"] == 1.0
    assert found["longest"] >= found["long"]


def test_where_lines_are_items_whole_ones_are_counted(bound, monkeypatch):
    task = bound("generation", {"data.split": (0.5, 0.3, 0.2)})
    prepared = replace(task.prepared, summary=replace(task.prepared.summary, longest=9))
    lines = task.prepared.texts["train"].split("\n")
    text = task.prepared.tokenizer.encode("\n".join(["Anna", lines[0], lines[1], "no such line", "b"]))
    monkeypatch.setattr("core.tasks.generation.written._write", lambda *asked: [text])
    found = written_evidence(task.predictor, prepared, 0)
    assert (found["items"], found["items_copied"]) == (3, pytest.approx(2 / 3, abs=1e-4))


def test_too_little_held_out_text_is_no_evidence(bound):
    task = bound("generation")
    short = replace(task.prepared, ids={**task.prepared.ids, "validation": task.prepared.ids["validation"][:100]})
    assert written_evidence(task.predictor, short, 0) is None


def test_of_items_that_stand_apart_whole_ones_are_written_and_counted(bound, monkeypatch):
    task = bound("generation", {"data.id": "country_names", "data.items": "apart"})
    train = task.prepared.items("train")
    monkeypatch.setattr(
        type(task.predictor), "items", lambda *asked, **options: [train[0], "Nowhere", train[1], train[2]]
    )
    found = task.evidence()["written"]
    assert (found["items"], found["items_copied"], found["item"]) == (4, 0.75, "item")
    assert found["longest"] == 1 + max(map(len, train[:3])), (
        "no stretch goes on into the next item, as it would in training"
    )
    monkeypatch.undo()
    assert 0 <= task.evidence()["written"]["items_copied"] <= 1
