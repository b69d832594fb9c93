"""Experiments that version 0.1.0 wrote open with every value that stands in them."""

from pathlib import Path

import pytest
import yaml

from core.config.experiment import Experiment, sections

FILES = sorted((Path(__file__).parent / "of_0_1_0").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_experiment_of_0_1_0_opens_with_all_its_values(path):
    text = path.read_text(encoding="utf-8")
    raw, experiment = yaml.safe_load(text), Experiment.from_yaml(text)
    assert (experiment.task, experiment.preset) == (raw["task"], raw["preset"])
    written = {f"{section}.{key}": value for section in sections() for key, value in raw[section].items()}
    values = experiment.values()
    assert {name: values[name] for name in written} == written
    assert Experiment.from_yaml(experiment.to_yaml()) == experiment


def test_there_is_one_of_every_page():
    assert {path.stem.split("_")[0] for path in FILES} == {"forecasting", "generation", "sentiment", "translation"}
