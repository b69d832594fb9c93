"""Small data of a visitor, and trainings of a second that have a fault, or none."""

import contextlib
import random
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core import train
from core.doctor import diagnose
from core.jobs.files import read_json, read_jsonl
from core.jobs.status import read_status
from core.resolve import resolve
from core.tasks.forecasting import feed_forward

LIKED, DISLIKED = ("red", "blue", "green", "black"), ("white", "brown", "grey", "pink")
ENGLISH = ("one", "two", "three", "four", "five", "six")
FRENCH = ("un", "deux", "trois", "quatre", "cinq", "six")
SMALL = {
    "model.hidden_size": 16,
    "training.batch_size": 16,
    "training.max_seconds": None,
    "training.patience": None,
    "training.warmup_steps": 2,
    "training.learning_rate": 1e-2,
    "training.device": "cpu",
    "training.precision": "fp32",
    "model.output_dropout": 0.0,
}
TEXT = {"data.unit": "word", "model.embedding_dim": 8, "model.embedding_dropout": 0.0}
SERIES = {"data.window_size": 24, "data.horizon": 6, "data.difference": "none"}
OF_TASK = {"sentiment": TEXT, "translation": TEXT, "forecasting": SERIES, "generation": {"training.seq_len": 16}}


@pytest.fixture(scope="session")
def texts(tmp_path_factory):
    """Writes labelled texts of so many words, labelled by a function of them."""

    def write(number, label, words=6):
        draw, rows = random.Random(1), []
        for _ in range(number):
            chosen = [draw.choice(LIKED + DISLIKED) for _ in range(words)]
            rows.append(f"{' '.join(chosen)}\t{label(chosen, draw)}")
        path = tmp_path_factory.mktemp("texts") / "texts.tsv"
        path.write_text("text\tlabel\n" + "\n".join(rows) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def pairs(tmp_path_factory):
    """Writes different number words with their translations, or with those of other numbers."""

    def write(number, *, fitting=True):
        draw, rows = random.Random(1), {}
        while len(rows) < number:
            source = [draw.randrange(6) for _ in range(draw.randint(2, 4))]
            target = source if fitting else [draw.randrange(6) for _ in source]
            rows[" ".join(ENGLISH[i] for i in source)] = " ".join(FRENCH[i] for i in target)
        path = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
        path.write_text("src\ttrg\n" + "\n".join(f"{a}\t{b}" for a, b in rows.items()) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def story(tmp_path_factory):
    """A file of sentences."""
    draw = random.Random(1)
    lines = [
        f"{draw.choice(ENGLISH)} {draw.choice(LIKED)} birds saw {draw.choice(DISLIKED)} fish number {draw.choice(ENGLISH)}."
        for _ in range(400)
    ]
    path = tmp_path_factory.mktemp("story") / "story.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def series(tmp_path_factory):
    """Writes daily values: those of a wave with noise, of noise alone, or wandering ones that nobody can predict."""

    def write(kind):
        noise, step = np.random.default_rng(1).normal(size=300), np.arange(300)
        values = 50 + noise
        if kind == "wave":
            values += 9 * np.sin(step * 2 * np.pi / 12)
        elif kind == "wandering":
            for at in range(1, len(values)):
                values[at] += 0.95 * (values[at - 1] - 50)
        path = tmp_path_factory.mktemp("series") / f"{kind}.csv"
        days = pd.date_range("2000-01-01", periods=300).strftime("%Y-%m-%d")
        pd.DataFrame({"day": days, "value": values}).to_csv(path, index=False)
        return path

    return write


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Trains, whatever becomes of it, and looks at it: experiment, result, records, kind of failure, findings by name.

    A forecaster without the feed-forward network beside it, which is as good on series as simple as these.
    """
    monkeypatch.setattr(feed_forward, "MOST_INPUTS", 0)

    def make(task, path, **changes):
        values = {name.replace("__", "."): value for name, value in changes.items()}
        values = {**SMALL, **OF_TASK[task], "data.path": (str(path),), **values}
        experiment = resolve(task, "quick", values).experiment
        directory = Path(mkdtemp(dir=tmp_path)) / "run"
        with contextlib.suppress(RuntimeError):  # a training that fails: its folder says why
            train(experiment, out=directory)
        records, _ = read_jsonl(directory / "metrics.jsonl")
        points = [record for record in records if record["event"] == "metrics"]
        curves = [[record for record in points if record["split"] == split] for split in ("train", "validation")]
        result, error = read_json(directory / "result.json"), read_status(directory).error
        failure = error.kind if error else ""
        found = {one.name: one for one in diagnose(experiment, result, *curves, failure=failure)}
        return SimpleNamespace(
            experiment=experiment, result=result, curves=curves, failure=failure, found=found, directory=directory
        )

    return make
