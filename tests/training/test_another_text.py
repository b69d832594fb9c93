"""A network that goes on with another text: its weights and its vocabulary are the start, whatever the text is."""

import pytest
import torch
from safetensors.torch import load_file

from core import api
from core.config.errors import ConfigError
from core.data.text import UNK
from core.jobs.another_text import STEPS, another_text
from core.jobs.corrections import refuse_corrected
from core.jobs.folders import read_experiment
from core.jobs.store import RunStore
from core.resolve import resolve_data
from core.training.another_text import prepare_run

TEXT = "The cat ☃ sat on the mat. " * 60


@pytest.fixture
def parent(trained):
    return trained("generation", {"training.max_steps": 3, "training.warmup_steps": 0})


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "another.txt"
    path.write_text("".join(f"{number} {TEXT[: 20 + number % 7]}\n" for number in range(90)), encoding="utf-8")
    return {"data.path": str(path), "data.split": (0.8, 0.1, 0.1)}


def test_the_weights_are_the_start(parent, text, tmp_path):
    """At a learning rate of nothing the network is still the old one."""
    before = load_file(parent / "best.safetensors")
    run = api.go_on(parent, text, steps=2, out=tmp_path / "run")
    after = load_file(run / "best.safetensors")
    assert before.keys() == after.keys()
    moved = max((after[name] - before[name]).abs().max().item() for name in before)
    assert 0 < moved < 0.05, "two small steps from there, and not from a network of chance"


def test_its_vocabulary_stays_and_what_it_lacks_is_unknown(parent, text, tmp_path):
    run = api.go_on(parent, text, steps=1, out=tmp_path / "run")
    assert (run / "tokenizer.json").read_bytes() == (parent / "tokenizer.json").read_bytes()
    prepared = prepare_run(run, read_experiment(run))
    train = prepared.texts["train"]
    assert "☃" in train
    lacking = [sign for sign in train if prepared.tokenizer.unknown(sign)]
    assert (prepared.ids["train"] == UNK).sum() == len(lacking) > 0
    assert len(prepared.ids["train"]) == len(train) == prepared.counts["train"] == prepared.summary.num_tokens
    assert api.load(run).predict(["The"], length=5)[0]["text"]


def test_the_network_is_the_parents_and_the_training_its_own(parent, text):
    data = resolve_data("generation", text)
    made = another_text(parent, data, "0")
    old = read_experiment(parent)
    assert made.experiment.model == old.model
    assert made.experiment.data.path == data.path
    assert made.experiment.data.unit == old.data.unit
    assert made.experiment.training.max_steps == STEPS
    assert made.experiment.training.learning_rate == pytest.approx(old.training.learning_rate / 2)


def test_it_may_give_away_what_its_parent_has_read(parent):
    """The new text is everybody's, and the old one may not be: nobody but the owner sees rows, or makes it longer."""
    store = RunStore(parent.parent)
    made = another_text(parent, resolve_data("generation", {"data.id": "country_names"}), "0")
    run = store.create(made.experiment, versions={}, owner="ann", lay=made.lay)
    assert store.sees_rows(run, "ann")
    assert not store.sees_rows(run, "ben")
    with pytest.raises(ConfigError, match="began with another's weights"):
        refuse_corrected(store.path(run))


def test_a_run_that_writes_nothing_has_no_text_to_go_on_with(trained, text):
    run = trained("sentiment")
    with pytest.raises(ConfigError, match="a network that writes"):
        another_text(run, resolve_data("generation", text), "0")


def test_a_damaged_start_is_named(parent, text, tmp_path):
    run = api.go_on(parent, text, steps=1, out=tmp_path / "run")
    (run / "start.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match="the vocabulary of the network that goes on"):
        prepare_run(run, read_experiment(run))
    assert torch.is_tensor(next(iter(load_file(run / "start.safetensors").values())))
