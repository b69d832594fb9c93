"""How starters are made: trained to the end in a folder of work, then packed as they ship."""

import io
import json
import shutil
import zipfile
from importlib import import_module

import pytest
import torch

from core import api, load
from core.cli import packing
from core.cli.packing import pack, starter_id
from core.cli.starters import train_to_end
from core.config.errors import ConfigError
from core.jobs.folders import create_run, request_stop_of
from core.jobs.starters import read_starters
from core.jobs.status import read_status
from core.jobs.takeaway import zip_run
from core.resolve import resolve
from core.training.checkpoint import load_best, save_weights
from core.training.judging import detail_files, judge_again
from tests.cli.lines import objects

TASKS = ("forecasting", "generation", "sentiment", "translation")
GIVEN = {"generation": ["Anna sees"], "sentiment": ["I like the cat"], "translation": ["Ben has a dog."]}


@pytest.fixture
def wanted(tiny_values):
    """What is trained: tiny."""
    return lambda task, **changes: resolve(task, "quick", tiny_values(task, changes))


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr("core.jobs.starters.STARTERS_DIR", tmp_path / "starters")
    return tmp_path / "starters"


def answers(directory, task):
    predictor = load(directory)
    options = {"temperature": 0.8, "length": 9} if task == "generation" else {}
    return predictor.predict(GIVEN[task], **options) if task in GIVEN else predictor.predict()


@pytest.mark.parametrize("task", TASKS)
def test_a_starter_is_judged_with_the_rounded_weights_that_ship(task, trained, root, tmp_path):
    work = trained(task)
    made = pack(work, root)
    assert made.directory == root / starter_id(work)
    weights = load_best(made.directory)
    assert {weight.dtype for weight in weights.values()} == {torch.bfloat16}
    assert all(torch.allclose(weight.float(), weights[name].float(), rtol=2**-8, atol=0)
               for name, weight in load_best(work).items())  # fmt: skip
    figures, details = judge_again(made.directory, weights)
    result = json.loads((made.directory / "result.json").read_text())
    assert {name: result[name] for name in figures} == json.loads(json.dumps(figures))
    for name, content in detail_files(details).items():
        assert (made.directory / name).read_text() == content
    assert (result["run"], result["seconds"]) == (made.directory.name, made.trained["seconds"])
    sizes = [(place / "best.safetensors").stat().st_size for place in (made.directory, work)]
    assert sizes[0] < 0.8 * sizes[1]


@pytest.mark.parametrize("task", TASKS)
def test_rounded_weights_answer_as_the_same_numbers_do_in_full_precision(task, trained, root, tmp_path):
    packed = pack(trained(task), root).directory
    full = shutil.copytree(packed, tmp_path / "full")
    save_weights({name: weight.float() for name, weight in load_best(packed).items()}, full)
    model = load(packed).model
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert answers(packed, task) == answers(full, task)


def test_a_starter_holds_what_reading_and_predicting_need_and_nothing_of_the_machine(trained, root):
    work = trained("sentiment")
    made = pack(work, root).directory
    assert sorted(path.name for path in made.iterdir()) == [
        "best.safetensors", "details.json", "experiment.yaml", "judged.json", "manager.json", "metrics.jsonl", "result.json",
        "starter.json", "status.json", "tokenizer.json",
    ]  # fmt: skip
    status = read_status(made)
    assert (status.state, status.step, status.attempt, status.owner) == ("succeeded", 6, 1, "")
    text = "".join(path.read_text() for path in made.glob("*.json"))
    secret = json.loads((work / "manager.json").read_text())
    assert secret["boot"]
    assert secret["boot"] not in text
    said = json.loads((made / "starter.json").read_text())
    assert (said["task"], said["data"], said["device"], said["threads"]) == (
        "sentiment", "reviews.tsv", "cpu", torch.get_num_threads(),
    )  # fmt: skip
    assert said["versions"]["torch"] == torch.__version__
    assert said["seconds"] > 0


def test_a_starter_taken_away_answers_as_it_did(trained, root, tmp_path):
    packed = pack(trained("translation"), root).directory
    with zipfile.ZipFile(io.BytesIO(zip_run(packed))) as archive:
        archive.extractall(tmp_path / "away")
    assert answers(tmp_path / "away", "translation") == answers(packed, "translation")


def test_a_starter_takes_the_place_of_older_ones_of_its_task_alone(tiny, root):
    first = pack(api.train(tiny("sentiment")), root).directory
    other = pack(api.train(tiny("generation")), root).directory
    newer = pack(api.train(tiny("sentiment", {"training.seed": 1})), root).directory
    assert newer != first
    assert set(read_starters(root)) == {newer.name, other.name}
    assert pack(api.train(tiny("sentiment", {"training.seed": 1})), root).directory == newer
    assert {path.name for path in root.iterdir()} == {newer.name, other.name}


def test_starters_that_would_take_too_much_together_are_refused_and_the_old_one_stays(tiny, root, monkeypatch):
    old = pack(api.train(tiny("sentiment")), root)
    other = pack(api.train(tiny("generation")), root)
    monkeypatch.setattr(packing, "MAX_BYTES", other.num_bytes + old.num_bytes)
    with pytest.raises(RuntimeError, match="All starters together would take"):
        pack(api.train(tiny("sentiment", {"model.hidden_size": 30})), root)
    assert set(read_starters(root)) == {old.directory.name, other.directory.name}
    assert {path.name for path in root.iterdir()} == {old.directory.name, other.directory.name}


def test_an_interrupted_making_goes_on_and_one_that_is_done_is_not_trained_again(wanted, tmp_path):
    resolved, work = wanted("sentiment"), tmp_path / "work" / "sentiment"
    work.parent.mkdir()
    create_run(work, resolved.experiment, versions={}, fingerprint=resolved.prepared.fingerprint)
    request_stop_of(work)
    api.resume(work, pause_at=2)
    assert read_status(work).state == "stopped"
    train_to_end(resolved, work, as_json=True)
    assert (read_status(work).state, read_status(work).step) == ("succeeded", 6)
    records = [json.loads(line) for line in (work / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in records if row.get("split") == "train"] == [1, 2, 3, 4, 5, 6]
    before = (work / "manager.json").read_bytes()
    train_to_end(resolved, work)
    assert (work / "manager.json").read_bytes() == before


def test_a_folder_of_work_with_another_training_is_not_taken_for_this_one(wanted, tmp_path):
    train_to_end(wanted("sentiment"), tmp_path / "work")
    with pytest.raises(ConfigError, match="a folder with this training or none"):
        train_to_end(wanted("sentiment", **{"training.max_steps": 7}), tmp_path / "work")
    assert read_status(tmp_path / "work").total_steps == 6


def test_one_command_makes_them_and_they_answer_by_their_id(shell, wanted, root, tmp_path, monkeypatch):
    command = import_module("core.cli.starters")  # its name in core.cli is that of the command
    monkeypatch.setattr(command, "planned", wanted)
    code, text, err = shell("starters", "sentiment", "--work", tmp_path / "work", "--json")
    assert code == 0, err
    made = objects(text)[-1]
    assert (made["event"], made["task"], made["steps"], made["metric"]) == ("starter", "sentiment", 6, "accuracy")
    assert set(read_starters(root)) == {made["run"]}
    assert objects(shell("predict", made["run"], "--text", "I like the cat", "--json")[1])[0]["label"]
    code, text, _ = shell("starters", "sentiment", "--work", tmp_path / "work")
    assert code == 0
    assert "Accuracy" in text
    assert "before rounding" in text
    assert shell("starters", "poetry")[0] == 2


def test_the_id_of_a_starter_goes_by_experiment_and_data_alone(tiny, trained, tmp_path):
    first, again = trained("sentiment"), api.train(tiny("sentiment"))
    other = api.train(tiny("sentiment", {"training.seed": 1}))
    assert starter_id(first) == starter_id(again) != starter_id(other)
    text = (again / "experiment.yaml").read_text()
    (again / "experiment.yaml").write_text(text.replace(f"torch: {torch.__version__}", "torch: 9.9.9"))
    assert starter_id(first) == starter_id(again)
    (again / "experiment.yaml").write_text(text.replace("fingerprint: ", "fingerprint: 0"))
    assert starter_id(first) != starter_id(again)
