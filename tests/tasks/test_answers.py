"""What a trained network leaves behind is what it says when it is asked."""

import json

import pytest
import torch

from core.applications import describe
from core.data import catalog
from core.data.prepare import prepare
from core.resolve import resolve
from core.tasks.answers import rounded
from core.tasks.registry import bind

SMALL = {"model.hidden_size": 7, "model.embedding_dim": 5, "training.batch_size": 3, "training.device": "cpu"}


@pytest.fixture(scope="module")
def on_catalogue(shared_settings):
    """Binds a small network to a set of the catalogue, once."""
    made = {}

    def make(task, data_id, changes=None):
        key = (task, data_id, str(changes))
        if key not in made:
            values = {**SMALL, "data.id": data_id, **(changes or {})}
            experiment = resolve(task, "quick", values, settings=shared_settings).experiment
            prepared = prepare(describe(task).kind, experiment.data, shared_settings)
            made[key] = bind(experiment, prepared, torch.device("cpu"))
            made[key].model.eval()
        return made[key]

    return make


def kept(task):
    return json.loads(json.dumps(task.details(), allow_nan=False))["answers"]


def test_a_classifier_keeps_its_verdict_after_each_word_of_the_examples(on_catalogue):
    task = on_catalogue("sentiment", "reviews_made")
    answers = kept(task)
    assert [one["text"] for one in answers] == list(catalog.find("labelled", "reviews_made").examples)
    asked = task.predictor.predict([answers[0]["text"]])[0]["probabilities"]
    last = dict(zip(answers[0]["classes"], answers[0]["probabilities"][-1], strict=True))
    assert last == pytest.approx(asked, abs=1e-4)


def test_a_translator_keeps_the_examples_with_where_it_looked(on_catalogue):
    task = on_catalogue("translation", "numbers", {"model.attention": "dot"})
    answers = kept(task)
    assert [one["src"] for one in answers] == list(catalog.find("pairs", "numbers").examples)
    assert answers[0] == rounded(task.predictor.explain("ninety-nine"))
    assert len(answers[0]["weights"]) == len(answers[0]["trg_tokens"])


def test_a_writer_begins_with_the_first_example_and_keeps_what_may_follow_each(on_catalogue):
    task = on_catalogue("generation", "python_docs")
    details = json.loads(json.dumps(task.details()))
    examples = catalog.find("text", "python_docs").examples
    assert details["prompt"] == examples[0]
    assert details["sample"] == task.predictor.predict([examples[0]], length=400)[0]["text"]
    assert [one["prompt"] for one in details["answers"]] == list(examples)
    token, probability = details["answers"][0]["next"][0]
    assert (token, pytest.approx(probability, abs=1e-4)) == task.predictor.next_tokens(examples[0])[0]


def test_of_languages_that_are_not_the_examples_nothing_is_kept(on_catalogue):
    assert kept(on_catalogue("translation", "numbers", {"data.trg_language": "de"})) == []


def test_of_somebodys_own_rows_nothing_more_is_kept_than_before(bound):
    assert kept(bound("sentiment")) == kept(bound("translation")) == []
    writer = bound("generation").details()
    assert [one["prompt"] for one in writer["answers"]] == [writer["prompt"]]
