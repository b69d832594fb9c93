"""The starters that ship: one a task, of the data that the catalogue has today, small, whole and usable."""

from importlib.metadata import version
from platform import python_version

import pytest
import torch

from core import load
from core.applications import describe
from core.cli.packing import MAX_BYTES, starter_id
from core.data import catalog
from core.figures import headline_metric, smaller_is_better
from core.jobs.files import read_json
from core.jobs.folders import size_of
from core.jobs.reopening import fingerprint_of
from core.jobs.starters import STARTERS_DIR
from core.jobs.status import read_status
from core.jobs.store import RunStore
from core.resolve import with_built_in_data

MAKE = "make it anew: python -m core starters {}"


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs", starters=STARTERS_DIR)


@pytest.fixture(params=with_built_in_data())
def task(request):
    return request.param


@pytest.fixture
def directory(store, task):
    """The folder of a task's starter."""
    assert store.starter(task) is not None, MAKE.format(task)
    return store.path(store.starter(task))


def test_a_starter_is_of_the_data_that_the_catalogue_gives_now(store, directory, task):
    experiment, made = store.experiment(directory.name), read_json(directory / "starter.json")
    entry = catalog.find(describe(task).kind, experiment.data.id)
    assert entry == catalog.entries(describe(task).kind)[0], "the page's own data"
    here = {name: python_version() if name == "python" else version(name) for name in entry.depends_on}
    if here != made["data_versions"]:
        pytest.skip(f"{task} was trained on data of {made['data_versions']}, and here is that of {here}")
    assert fingerprint_of(directory) == entry.fingerprint(experiment.data), MAKE.format(task)


def test_a_starter_is_named_by_what_it_was_trained_on(store, directory, task):
    assert store.experiment(directory.name).task == task
    assert directory.name == starter_id(directory), MAKE.format(task)


def test_a_starter_is_done_judged_and_better_than_the_simple_methods(directory, task):
    assert read_status(directory).state == "succeeded"
    result = read_json(directory / "result.json")
    metric = headline_metric(task, result["test"])
    assert (result["run"], result["state"]) == (directory.name, "succeeded")
    better = min if smaller_is_better(metric) else max
    figures = [result["test"][metric], *(figure[metric] for figure in result["baselines"].values())]
    assert better(figures) == figures[0]
    details, entry = read_json(directory / "details.json"), catalog.entries(describe(task).kind)[0]
    assert details
    assert len(details.get("answers", ())) == len(entry.examples), MAKE.format(task)


def test_a_starter_answers_in_full_precision(directory, task):
    network = load(directory)
    assert {parameter.dtype for parameter in network.model.parameters()} == {torch.float32}
    given = {"sentiment": "Not bad at all.", "translation": "ninety-nine", "generation": "The ", "memory": "c 4 1 ?"}
    given["tagging"] = "We were talking about Jordan ."
    options = {"length": 20} if task == "generation" else {}
    assert network.predict([given[task]], **options) if task in given else network.predict()


def test_starters_are_small_and_hold_nothing_but_what_reading_and_predicting_need(store):
    assert size_of(STARTERS_DIR) <= MAX_BYTES
    folders = [path for path in STARTERS_DIR.iterdir() if path.is_dir()]
    assert {path.name for path in folders} == {store.starter(task) for task in with_built_in_data()}
    kept = {
        "best.safetensors", "details.json", "experiment.yaml", "manager.json", "metrics.jsonl", "result.json",
        "scaler.json", "starter.json", "status.json", "tokenizer.json",
    }  # fmt: skip
    assert {file.name for folder in folders for file in folder.iterdir()} <= kept
