"""A folder for the Hub: the script's files, and a card whose figures are those of the run."""

import json

import pytest
import yaml
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from core.config.experiment import Experiment
from core.exports.card import model_card
from core.exports.folder import export


@pytest.mark.parametrize(
    ("task", "pipeline"), [("sentiment", "text-classification"), ("forecasting", "time-series-forecasting")]
)
def test_the_card_says_what_it_is_and_stands_beside_the_baselines(task, pipeline, starter, tmp_path):
    run = starter(task)
    export(run, "hub", tmp_path / "hub")
    card = (tmp_path / "hub" / "README.md").read_text()
    _, header, text = card.split("---\n", 2)
    assert yaml.safe_load(header)["pipeline_tag"] == pipeline
    assert set(yaml.safe_load(header)) <= {"library_name", "tags", "pipeline_tag", "datasets"}
    result = json.loads((run / "result.json").read_text())
    assert f"{result['parameters']:,} parameters" in text and "Licence:" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 3 + len(result["baselines"])
    assert rows[2].startswith("| this network |")
    assert load_file(tmp_path / "hub" / "model.safetensors")
    assert json.loads((tmp_path / "hub" / "config.json").read_text())
    if task == "sentiment":
        assert Tokenizer.from_file(str(tmp_path / "hub" / "tokenizer.json")).get_vocab_size() > 100


def test_data_of_somebody_s_own_is_not_named_and_a_run_without_figures_says_so():
    data = {"source": "file", "path": ["secret plans.csv"]}
    card = model_card(Experiment.parse({"task": "sentiment", "data": data}), {})
    assert "A file of its owner's" in card and "secret" not in card
    assert "It was not judged" in card
