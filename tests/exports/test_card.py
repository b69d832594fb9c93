"""A folder for the Hub: the script's files, and a card whose figures are those of the run."""

import json
import shutil

import pytest
import yaml
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from core.config.experiment import Experiment
from core.exports.card import model_card
from core.exports.folder import export
from core.figures import metric_value
from core.jobs.folders import read_experiment


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
    kept, item = result["best"]["step"], result["comparison"]["item"]
    assert (f"weights of step {kept:,}, the best on the validation set" in text) == (kept != result["steps"])
    assert f"({result['comparison']['items']:,} {item}s)" in text
    scaled = model_card(read_experiment(run), result | {"evidence": {"temperature": 0.5}})
    assert "The loss is that of the scores as they were trained" in scaled
    assert "The loss is that of the scores" not in text, "no temperature was found for this one"
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 3 + len(result["baselines"])
    assert rows[2].startswith("| this network |")
    assert load_file(tmp_path / "hub" / "model.safetensors")
    assert json.loads((tmp_path / "hub" / "config.json").read_text())
    if task == "sentiment":
        assert Tokenizer.from_file(str(tmp_path / "hub" / "tokenizer.json")).get_vocab_size() > 100


def test_the_card_says_how_far_the_seeds_of_its_owner_lie_apart(starter, tmp_path):
    runs = tmp_path / "runs"
    shutil.copytree(starter("sentiment"), runs / "this")
    own = json.loads((runs / "this" / "result.json").read_text())["test"]["accuracy"]

    def beside(name, seed, accuracy, **record):
        shutil.copytree(runs / "this", runs / name)
        for file, change in (("result.json", {"test": {"accuracy": accuracy}}), ("manager.json", record)):
            path = runs / name / file
            path.write_text(json.dumps(json.loads(path.read_text()) | change))
        experiment = yaml.safe_load((runs / name / "experiment.yaml").read_text())
        experiment["training"]["seed"] = seed
        (runs / name / "experiment.yaml").write_text(yaml.safe_dump(experiment))

    def card():
        export(runs / "this", "hub", tmp_path / f"hub {len(list(tmp_path.iterdir()))}")
        return max(tmp_path.glob("hub *"), key=lambda path: path.stat().st_mtime_ns).joinpath("README.md").read_text()

    beside("a stranger's", 11, 0.1, owner="somebody else")
    beside("the same seed", yaml.safe_load((runs / "this" / "experiment.yaml").read_text())["training"]["seed"], 0.2)
    assert "One training with one seed" in card()
    beside("second", 12, own - 0.1)
    beside("third", 13, own - 0.2)
    said = card()
    assert "Over 3 seeds, this one among them" in said
    assert f"is {metric_value('accuracy', own - 0.1)} on average" in said
    assert f"a standard deviation of {metric_value('accuracy', 0.1)}" in said
    assert f"from {metric_value('accuracy', own - 0.2)} to {metric_value('accuracy', own)}." in said


def test_a_folder_for_the_hub_runs_where_there_is_nothing_of_unroll(starter, in_fresh_environment):
    (answer,) = in_fresh_environment(starter("sentiment"), "hub", "Not good at all.")
    assert answer["label"] == "negative"


def test_data_of_somebody_s_own_is_not_named_and_a_run_without_figures_says_so():
    data = {"source": "file", "path": ["secret plans.csv"]}
    card = model_card(Experiment.parse({"task": "sentiment", "data": data}), {})
    assert "A file of its owner's" in card and "secret" not in card
    assert "It was not judged" in card
