"""One training from this machine on a cluster that shares no folder with it."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest

from core import api
from core.config.errors import ConfigError
from core.config.limits import Settings
from core.jobs.files import read_jsonl
from core.jobs.status import read_status
from core.jobs.travelling import FILES_MARK, MADE, _said, head_of, pack, unpack
from core.resolve import resolve

SHORT = {"model.hidden_size": 6, "training.max_steps": 60, "training.max_seconds": None, "training.device": "cpu",
         "training.precision": "fp32", "training.patience": None}  # fmt: skip


@pytest.fixture
def away(cluster, monkeypatch, tmp_path):
    """This process may ask the cluster; gives its address."""
    for name, value in {"TOKEN": cluster.token, "PYTHON": sys.executable, "CPUS": "1"}.items():
        monkeypatch.setenv(f"UNROLL_RAY_{name}", value)
    monkeypatch.setenv("UNROLL_STATE_DIR", str(tmp_path / "state"))
    return cluster.address.replace("http://", "ray://")


@pytest.fixture
def own_csv(tmp_path):
    """A seasonal series of ones own."""
    values = np.sin(np.arange(240) * np.pi / 6) * 10 + 50 + np.random.default_rng(3).normal(size=240)
    path = tmp_path / "own.csv"
    path.write_text("value\n" + "\n".join(f"{value:.3f}" for value in values) + "\n")
    return path


def test_what_was_trained_there_equals_what_is_trained_here(away, own_csv, tmp_path):
    values = {"data.source": "file", "data.path": (str(own_csv),), **SHORT}
    there = api.train("forecasting", values=values, out=tmp_path / "there", on=away)
    here = api.train("forecasting", values=values, out=tmp_path / "here")
    assert read_status(there).state == "succeeded"
    results = [json.loads((run / "result.json").read_text()) for run in (there, here)]
    assert results[0]["run"] == "there"
    for key in ("steps", "parameters", "baselines"):
        assert results[0][key] == results[1][key], key
    for key in ("validation", "test"):
        assert results[0][key]["mase"] == pytest.approx(results[1][key]["mase"], rel=1e-3)
    records = [read_jsonl(run / "metrics.jsonl")[0] for run in (there, here)]
    losses = [[one["loss"] for one in said if one.get("split") == "train"] for said in records]
    assert losses[0][-1] == pytest.approx(losses[1][-1], rel=1e-3)
    assert api.load(there).predict()[0]["forecast"] == pytest.approx(api.load(here).predict()[0]["forecast"], rel=1e-2)


def test_an_interrupted_training_ends_there_and_its_best_network_comes_back(away, tmp_path, wait_until):
    command = [sys.executable, "-m", "core", "train", "forecasting", "--data", "sunspots", "--on", away]
    values = {**SHORT, "training.max_steps": 1_000_000}
    command += [
        word for name, value in values.items() for word in ("--set", f"{name}={'null' if value is None else value}")
    ]
    with subprocess.Popen([*command, "--out", str(tmp_path / "run"), "--json"], stdout=subprocess.DEVNULL) as shell:
        wait_until(lambda: (tmp_path / "run").exists() and read_status(tmp_path / "run").step > 50)
        shell.send_signal(signal.SIGINT)
        shell.wait(120)
    assert read_status(tmp_path / "run").state == "stopped"
    assert (tmp_path / "run" / "best.safetensors").exists()
    assert api.load(tmp_path / "run").predict()


def test_what_cannot_be_trained_there_fails_with_the_words_of_the_other_end(away, monkeypatch, tmp_path):
    monkeypatch.setenv("UNROLL_RAY_PYTHON", "no-such-python")
    with pytest.raises(RuntimeError, match="exit code 127"):
        api.train("forecasting", values={"data.id": "sunspots", **SHORT}, out=tmp_path / "run", on=away)
    assert read_status(tmp_path / "run").state == "failed"


@pytest.mark.parametrize("address", ["", "head:8265", "ftp://head:1", "ray://", "ray://head:8265/path"])
def test_an_address_that_is_none_is_named(address):
    with pytest.raises(ConfigError, match="ray://head:8265"):
        head_of(address, Settings())


def test_data_that_is_neither_built_in_nor_in_files_stays_here(tmp_path):
    experiment = resolve("forecasting", "quick", {"data.id": "sunspots"}).experiment
    pack(tmp_path, experiment, Settings())
    data = experiment.data.model_copy(update={"source": "upload", "id": "a" * 32})
    with pytest.raises(ConfigError, match="Bring it as a file"):
        pack(tmp_path, experiment.model_copy(update={"data": data}), Settings())


def test_of_what_comes_back_only_files_that_a_training_makes_are_taken(tmp_path):
    import base64
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("../evil", "manager.json", "stop", "result.json"):
            archive.writestr(name, "{}")
    line = FILES_MARK + base64.b64encode(buffer.getvalue()).decode()
    assert list(_said([line, "a line of a library"], tmp_path)) == []
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]
    unpack(buffer.getvalue(), tmp_path)
    assert "manager.json" not in MADE
