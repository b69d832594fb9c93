"""What every test shares: folders of its own, small files of a visitor, and experiments that train in a moment."""

import os

# Before anything imports torch: many tests on a small machine, so one sleeping thread each.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import fcntl
import hashlib
import json
import random
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from core.applications import describe
from core.bounded.reader_process import ReaderProcess
from core.config.experiment import Experiment
from core.config.limits import Settings
from core.resolve import resolve

settings.register_profile("unroll", deadline=None, max_examples=40, derandomize=True)
settings.load_profile("unroll")

NAMES = ("Anna", "Ben", "Carla", "David", "Eve", "Frank", "Gina", "Hugo")
THINGS = {"cat": "chat", "dog": "chien", "book": "livre", "lamp": "lampe", "boat": "bateau", "tree": "arbre"}
VERBS = {"sees": "voit", "has": "a", "wants": "veut"}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a GPU where there is none."""
    if item.get_closest_marker("gpu") is not None:
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs an NVIDIA GPU")


@pytest.fixture(autouse=True)
def folders_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test writes into the checkout, and no limit of the outside is in force."""
    for name in list(os.environ):
        if name.startswith("UNROLL_") and name != "UNROLL_DATA_DIR":
            monkeypatch.delenv(name)
    monkeypatch.setenv("UNROLL_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setenv("UNROLL_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("UNROLL_PREDICT_DEVICE", "cpu")


@pytest.fixture
def wait_until() -> Callable[..., Any]:
    """Polls until a condition holds, and gives it; fails after a deadline that a busy machine keeps too."""

    def wait(condition: Callable[[], Any], seconds: float = 120.0) -> Any:
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.01)
        return value

    return wait


@pytest.fixture
def short_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The feed-forward network beside a forecaster is trained for some steps only: it took half of a tiny training."""
    monkeypatch.setattr("core.tasks.forecasting.feed_forward.STEPS", 20)


@pytest.fixture(scope="session")
def reader_process() -> Iterator[ReaderProcess]:
    """The process that makes readers, for all tests of a session: each reader is a process of its own anyway."""
    process = ReaderProcess()
    yield process
    process.close()


@pytest.fixture
def one_reader_process(reader_process: ReaderProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of this test have things read by the process of the session, which stays when they end."""
    from ui import reader

    class Shared:
        start, connect = reader_process.start, reader_process.connect

        def close(self) -> None:
            pass

    monkeypatch.setattr(reader, "ReaderProcess", Shared)


@pytest.fixture(scope="session")
def of_all_processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the processes of one run of the tests find what one of them has made."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "of all processes"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Others wait until this process has made what stands there; a lock goes with its process."""
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def own_files(of_all_processes: Path) -> dict[str, tuple[str, ...]]:
    """By kind of data, the paths of a small data set as a visitor brings it."""
    folder = of_all_processes / "files"
    with _one_at_a_time(folder):
        if not folder.exists():
            making = of_all_processes / "files being made"
            making.mkdir()
            _write_own_files(making)
            making.rename(folder)
    return {
        "series": (str(folder / "series.csv"),),
        "text": (str(folder / "story.txt"),),
        "labelled": (str(folder / "reviews.tsv"),),
        "pairs": (str(folder / "lines.en"), str(folder / "lines.fr")),
        "tagged": (str(folder / "words.conll"),),
    }


def _write_own_files(folder: Path) -> None:
    draw = random.Random(3)
    step = np.arange(120)
    noise = np.random.default_rng(3).normal(size=(2, 120))
    frame = pd.DataFrame(
        {
            "time": pd.date_range("1990-01-01", periods=120, freq="QS").strftime("%Y-%m-%d"),
            "sales": 50 + 0.1 * step + 9 * np.sin(step * np.pi / 2) + noise[0],
            "visits": 20 - 0.05 * step + 4 * np.cos(step * np.pi / 2) + noise[1],
        }
    )
    frame.to_csv(folder / "series.csv", index=False)
    sentences = [
        f"{draw.choice(NAMES)} {draw.choice(list(VERBS))} the {draw.choice(list(THINGS))} of {draw.choice(NAMES)}."
        for _ in range(120)
    ]
    (folder / "story.txt").write_text("\n".join(sentences) + "\n", encoding="utf-8")
    reviews = [
        f"{'I like' if good else 'I hate'} the {thing} of {name}{' so much' * (place % 3)}\t{'good' if good else 'bad'}"
        for place, name in enumerate(NAMES)
        for thing in THINGS
        for good in (True, False)
    ]
    (folder / "reviews.tsv").write_text("text\tlabel\n" + "\n".join(reviews) + "\n", encoding="utf-8")
    pairs = [
        (f"{name} {verb} a {thing}.", f"{name} {VERBS[verb]} un {THINGS[thing]}.")
        for name in NAMES
        for verb in VERBS
        for thing in THINGS
    ]
    (folder / "lines.en").write_text("\n".join(src for src, _ in pairs) + "\n", encoding="utf-8")
    (folder / "lines.fr").write_text("\n".join(trg for _, trg in pairs) + "\n", encoding="utf-8")
    tags = dict.fromkeys(NAMES, "NAME") | dict.fromkeys(VERBS, "VERB") | dict.fromkeys(THINGS, "THING")
    words = [
        "".join(f"{word} {tags.get(word, 'OTHER')}\n" for word in (name, verb, "the", thing, "."))
        for name in NAMES
        for verb in VERBS
        for thing in THINGS
    ]
    (folder / "words.conll").write_text("\n".join(words), encoding="utf-8")


@pytest.fixture(scope="session")
def tiny_values(own_files: dict[str, tuple[str, ...]]) -> Callable[..., dict[str, Any]]:
    """Dotted values of an experiment on a visitor's files that trains in a moment; more as (name, value)."""
    text = {"model.embedding_dim": 5, "data.unit": "word"}
    own: dict[str, dict[str, Any]] = {
        "series": {
            "data.window_size": 9,
            "data.horizon": 3,
            "data.difference": "none",
            "model.output_dropout": 0.0,
        },
        "text": {"model.embedding_dim": 5, "training.seq_len": 11},
        "labelled": {
            **text,
            "model.pooling": "mean",
            "model.character_dim": 0,
            "model.embedding_scale": 1.0,
            "training.word_dropout": 0.0,
        },
        "pairs": text,
        "tagged": {"model.embedding_dim": 5},
        "sequences": {"data.id": "copy", "data.delay": 3},
    }

    def make(task: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
        kind = describe(task).kind
        return {
            **({"data.path": own_files[kind]} if kind in own_files else {}),
            "model.hidden_size": 7,
            "training.batch_size": 3,
            "training.max_steps": 6,
            "training.max_seconds": None,
            "training.warmup_steps": 2,
            "training.patience": None,
            "training.device": "cpu",
            "training.precision": "fp32",
            **own[kind],
            **(changes or {}),
        }

    return make


@pytest.fixture
def tiny(tiny_values: Callable[..., dict[str, Any]]) -> Callable[..., Experiment]:
    """Makes a tiny experiment: `tiny("sentiment", {"training.seed": 1})`."""

    def make(task: str, changes: dict[str, Any] | None = None) -> Experiment:
        return resolve(task, "quick", tiny_values(task, changes)).experiment

    return make


@pytest.fixture(scope="session")
def finished(tiny_values: Callable[..., dict[str, Any]], of_all_processes: Path) -> Callable[..., Path]:
    """The folder of a tiny run that is trained once, whoever asks; to be copied, not changed."""

    def make(task: str, changes: dict[str, Any] | None = None) -> Path:
        from core import train

        experiment = resolve(task, "quick", tiny_values(task, changes)).experiment
        asked = json.dumps([task, changes], sort_keys=True)
        folder = of_all_processes / hashlib.sha256(asked.encode()).hexdigest()[:16]
        with _one_at_a_time(folder):
            if not folder.exists():
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr("core.tasks.forecasting.feed_forward.STEPS", 20)
                    train(experiment, out=folder.with_name(f"{folder.name}-being-trained")).rename(folder)
        return folder

    return make


@pytest.fixture
def trained(finished: Callable[..., Path]) -> Callable[..., Path]:
    """A finished run among this test's, a copy of its own: `trained("sentiment", {"model.cell": "gru"})`."""

    def copy(task: str, changes: dict[str, Any] | None = None) -> Path:
        directory = Settings().runs_dir / uuid.uuid4().hex
        shutil.copytree(finished(task, changes), directory)
        return directory

    return copy


@pytest.fixture(scope="session")
def prepared_once(of_all_processes: Path) -> Path:
    """Where built-in sets lie that are prepared once for all tests; each is named by its content."""
    folder = of_all_processes / "state" / "prepared"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def shared_settings(of_all_processes: Path) -> Settings:
    """Folders in which the built-in sets are prepared once for all tests."""
    return Settings(runs_dir=of_all_processes / "runs", state_dir=of_all_processes / "state")
