"""Every task is described whole, and what its description says is what its folder holds."""

import importlib
from pathlib import Path

import pytest

from core.applications import APPLICATIONS, describe, one_a_task
from core.config.experiment import PRESETS, DataConfig, Experiment, field_names, is_used, sections
from core.config.fields import asks_for
from core.config.presets import decided_fields, preset
from core.config.summary import DataSummary
from core.figures import metric_label, smaller_is_better
from core.metrics.registry import metric
from core.tasks import registry
from core.tasks.description import TRAITS, TaskDescription

FOLDERS = {path.parent.name for path in Path(registry.__file__).parent.glob("*/description.py")}
SUMMARY = DataSummary(
    "any", 1_000, 9_000, num_train=800, longest=9, vocab_size=20, src_vocab_size=20, trg_vocab_size=22, num_classes=3,
    num_features=2, num_targets=1,
)  # fmt: skip


@pytest.fixture(params=one_a_task())
def name(request):
    return request.param


@pytest.fixture
def task(name):
    return describe(name)


def test_every_folder_of_a_task_stands_behind_an_application():
    assert {application.task.name for application in APPLICATIONS.values()} == FOLDERS
    assert all(application.name == name for name, application in APPLICATIONS.items())


def test_an_application_has_words_for_the_menu_and_for_home():
    for application in APPLICATIONS.values():
        assert application.title[0].isupper(), application.name
        assert len(application.title) <= 24, "the menu has little room"
        assert application.help.endswith("."), application.name
        assert application.card.endswith("."), application.name


def test_a_task_is_found_under_the_name_of_its_folder(task):
    for module, offers in {"binding": "bind", "predictor": "load_predictor"}.items():
        assert callable(getattr(importlib.import_module(f"core.tasks.{task.name}.{module}"), offers))
    assert importlib.import_module(f"core.tasks.{task.name}").__doc__


def test_a_task_says_what_it_reads_and_what_is_asked_of_it_is_known(task):
    assert task.kind in task.traits
    assert task.traits <= {*TRAITS}
    asked = {
        trait for section in sections().values() for field in section.model_fields.values() for trait in asks_for(field)
    }
    assert asked <= {*TRAITS}


def test_metrics_have_labels_and_the_headline_is_one_of_them(task):
    assert task.metrics[0] == task.headline
    assert all(metric_label(metric) for metric in task.metrics)
    assert {smaller_is_better(metric) for metric in task.metrics} <= {True, False}
    assert "{value}" in task.reached
    assert not task.reached.endswith(".")
    assert not task.sharper or (task.sharper in task.metrics and "{value}" in task.sharper_reached)


@pytest.mark.parametrize("preset_name", PRESETS)
def test_every_preset_is_an_experiment_and_counts_its_parameters(name, task, preset_name):
    experiment = preset(name, preset_name, SUMMARY, DataConfig())
    assert task.count_parameters(experiment, SUMMARY) > 0
    assert task.tokens_per_step(experiment, SUMMARY) > 0
    assert decided_fields(name, preset_name) <= {*field_names(name)}


def test_what_is_assumed_of_somebodys_own_data_is_for_fields_of_the_task(name, task):
    for key in task.file_defaults:
        assert is_used(DataConfig.model_fields[key], name), key
    Experiment.parse({"task": name, "data": dict(task.file_defaults)})


def test_the_scores_of_a_trained_network_are_those_that_its_description_names(bound, name, task):
    made = bound(name)
    scores = made.evaluate("test", True)
    plain = {
        one
        for one in task.metrics
        if not (metric(one).needs_spread or metric(one).needs_entities or metric(one).needs_order)
    }
    assert plain <= {*scores}, "one metric a name"
    assert [*made.baselines("test")] == [*task.baselines]
    assert made.paired("test", task.baselines[0]) is not None
    assert made.artifacts(), "prediction needs more than weights"


def test_a_description_needs_everything_that_a_page_asks():
    with pytest.raises(TypeError):
        TaskDescription(name="nothing", kind="series")  # type: ignore[call-arg]


def test_an_application_may_change_what_the_presets_of_its_task_say(monkeypatch):
    import dataclasses

    from core.config import presets

    changed = dataclasses.replace(APPLICATIONS["sentiment"], preset_changes={"quick": {"model": {"hidden_size": 7}}})
    monkeypatch.setattr(presets, "APPLICATIONS", {**APPLICATIONS, "sentiment": changed})
    before, after = (
        preset("sentiment", name, SUMMARY, DataConfig()).model.hidden_size for name in ("standard", "quick")
    )
    assert (before, after) == (128, 7)
