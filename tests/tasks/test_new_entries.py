"""A metric and a baseline are one entry each, named by a task's description: figures, labels and table follow."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from core.applications import APPLICATIONS
from core.baselines.base import by_name
from core.baselines.classification import CLASSIFIERS, SimpleClassifier
from core.figures import axis_title, baseline_label, find_baseline, headline_metric, metric_value, smaller_is_better
from core.metrics import registry
from core.metrics.base import Metric
from core.metrics.classes import per_class
from core.paired import comparison
from ui.results import common


@pytest.fixture
def described(monkeypatch):
    """Changes the description of the task behind the sentiment page."""

    def change(**changes):
        page = APPLICATIONS["sentiment"]
        changed = {**APPLICATIONS, "sentiment": replace(page, task=replace(page.task, **changes))}
        monkeypatch.setattr("core.applications.APPLICATIONS", MappingProxyType(changed))

    return change


@pytest.fixture
def table(monkeypatch):
    """The table of figures of a result, as the page draws it."""

    def draw(result, baselines):
        seen = []
        monkeypatch.setattr(common.st, "table", lambda frame, **options: seen.append(frame))
        common._figures_table("sentiment", result, baselines)
        return seen[0].set_index("On the test set")

    return draw


def test_a_metric_that_a_description_names_is_computed_labelled_and_in_the_table(bound, described, table, monkeypatch):
    missed = Metric(
        "missed_classes", "Missed classes",
        lambda guesses: sum(row["recall"] == 0 for row in per_class(guesses.matrix)),
        unit="classes", form=".0f", smaller_is_better=True,
    )  # fmt: skip
    monkeypatch.setattr(registry, "METRICS", MappingProxyType({**registry.METRICS, missed.name: missed}))
    described(metrics=("missed_classes", "accuracy"), headline="missed_classes")
    task = bound("sentiment")
    test, baselines = task.evaluate("test", True), task.baselines("test")
    assert list(test) == list(baselines["majority"]) == ["missed_classes", "accuracy"]
    others = len(set(task.prepared.labels["test"].tolist())) - 1
    assert baselines["majority"]["missed_classes"] == others, "all but the one that it names"
    drawn = table({"test": test, "baselines": baselines}, ["majority"])
    assert drawn.loc["Majority", "Missed classes"] == f"{others} classes" == metric_value("missed_classes", others)
    assert (headline_metric("sentiment"), smaller_is_better("missed_classes")) == ("missed_classes", True)
    assert axis_title("missed_classes") == "Missed classes, classes"
    assert comparison("sentiment", baselines, lambda name: task.paired("test", name), task.empty) is None, "no mean"


class Shouting(SimpleClassifier):
    name, label, does = "shouting", "exclamation marks", "counting exclamation marks"

    def fit(self, texts, labels, num_classes):
        self.num_classes = num_classes
        self.loudest = int(np.argmax(np.bincount(labels, weights=[text.count("!") for text in texts])))
        return self

    def probabilities(self, texts):
        return np.eye(self.num_classes)[np.full(len(texts), self.loudest)]


def test_a_fitted_baseline_that_a_description_names_is_judged_compared_and_in_the_table(
    bound, described, table, monkeypatch
):
    for module in ("core.tasks.classification.binding", "core.figures"):
        monkeypatch.setattr(f"{module}.CLASSIFIERS", {**CLASSIFIERS, **by_name(Shouting)})
    described(baselines=("majority", "shouting"))
    task = bound("sentiment")
    test, baselines = task.evaluate("test", True), task.baselines("test")
    assert list(baselines) == ["majority", "shouting"]
    assert task.paired("test", "shouting").figure == baselines["shouting"]["accuracy"]
    assert baseline_label("shouting") == "exclamation marks"
    assert "Exclamation marks" in table({"test": test, "baselines": baselines}, ["shouting"]).index


def test_every_name_in_a_description_has_its_entry():
    for application in APPLICATIONS.values():
        task = application.task
        assert task.metrics[0] == task.headline and set(task.metrics) <= set(registry.METRICS)
        assert registry.metric(task.headline).gloss, "the page says what the headline means"
        assert all(find_baseline(name) for name in task.baselines)
