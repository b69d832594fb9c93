"""Real readers, and what becomes of those that go beyond their limits."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from core.applications import one_a_task
from core.bounded import pool, work
from core.bounded.copied_text import copied
from core.bounded.pool import Readers
from core.bounded.reader_process import ReaderProcess
from core.bounded.training_text import beside, mark_of
from core.bounded.turns import Who
from core.bounded.work import (
    BESIDE,
    CHECK,
    COPIED,
    HUB_PARTS,
    MATCHES,
    NEWER,
    PASTED,
    PREVIEW,
    RESOLVE,
    SAMPLE,
    decoded,
    encoded,
)
from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.data.hub.parts import write_parts
from core.data.prepare import prepare
from core.data.progress import quiet
from core.data.report import overview
from core.data.sources.files import preview
from core.data.sources.newer_rows import KnownTable, NewerTable, read_newer
from core.data.table_form import TableForm
from core.resolve import resolve

SOURCE = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
import os, signal, time
from dataclasses import dataclass
from types import MappingProxyType
from core.bounded import work
from core.bounded.work import Job

def count(settings, limits, tell):
    while True:
        sum(range(10_000))

def hoard(settings, limits, tell):
    held = []
    while True:
        held.append(bytearray(60_000_000))

def shout(settings, limits, tell):
    return "x" * 1_000_000

def abort(settings, limits, tell):
    os.abort()

def crash(settings, limits, tell):
    raise KeyError("a fault of ours")

def nest(settings, limits, tell):
    return nest(settings, limits, tell)

def sleep(settings, limits, tell):
    for step in range(1_000):
        tell(step / 1_000, "Sleeping")
        time.sleep(0.05)
    return "awake"

def kill(settings, limits, tell):
    os.kill(os.getpid(), signal.SIGKILL)

def where(settings, limits, tell):
    import tempfile
    return tempfile.mkdtemp()

extra = {{name: Job(name, work_, str) for name, work_ in dict(
    count=count, hoard=hoard, shout=shout, abort=abort, crash=crash, nest=nest, sleep=sleep, where=where, kill=kill).items()}}
work.JOBS = MappingProxyType({{**work.JOBS, **extra}})
from core.bounded.process import main
main()
"""
BAD = {name: work.Job(name, None, str) for name in
       ("count", "hoard", "shout", "abort", "crash", "nest", "sleep", "where", "kill")}  # fmt: skip
LIMITS = Limits(max_reading_seconds=2, max_reading_bytes=500_000_000, max_reply_bytes=900_000)


@pytest.fixture(scope="module")
def bad_process(tmp_path_factory):
    """A process whose readers can also do things that are not good."""
    script = tmp_path_factory.mktemp("bad") / "bad_process.py"
    script.write_text(SOURCE)

    class Bad(ReaderProcess):
        command = (str(script),)

    made = Bad()
    yield made
    made.close()


@pytest.fixture
def bad(bad_process):
    return Readers(bad_process, Settings(), LIMITS)


@pytest.fixture
def readers(reader_process):
    return Readers(reader_process, Settings(), Limits())


@pytest.mark.parametrize("task", one_a_task())
def test_a_set_up_is_the_one_that_resolving_here_gives(task, readers, tiny_values):
    values = tiny_values(task)
    told = []
    found = readers.ask(
        RESOLVE,
        {"task": task, "preset": "quick", "values": values, "actor": None},
        tell=lambda *said: told.append(said),
    )
    expected = resolve(task, "quick", values)
    assert (found.experiment, found.start) == (expected.experiment, expected.start)
    assert encoded(work.Overview, found.overview) == encoded(
        work.Overview, overview(expected.prepared, expected.experiment.data)
    )
    checked = readers.ask(CHECK, {"experiment": found.experiment.model_dump(mode="json")})
    assert checked.fingerprint == found.overview.fingerprint
    assert [share for share, _ in told] == sorted(share for share, _ in told)


def test_every_problem_of_a_set_up_arrives(readers):
    values = {"data.window_size": -3, "model.hidden_size": "many"}
    with pytest.raises(ConfigError) as error:
        readers.ask(RESOLVE, {"task": "forecasting", "preset": "quick", "values": values, "actor": None})
    with pytest.raises(ConfigError) as expected:
        resolve("forecasting", "quick", values)
    assert error.value.problems == expected.value.problems


def test_what_is_asked_of_a_training_text_is_what_asking_here_gives(readers, tiny):
    experiment = tiny("generation")
    prepared = prepare("text", experiment.data)
    text = prepared.texts["validation"][:40]
    asked = {"experiment": experiment.model_dump(mode="json"), "mark": mark_of(prepared.tokenizer)}
    here = {"settings": Settings(), "limits": Limits(), "tell": quiet}
    assert readers.ask(COPIED, {**asked, "text": text}) == copied(**asked, text=text, **here)
    assert readers.ask(BESIDE, {**asked, "texts": [("", text)]}) == beside(**asked, texts=[("", text)], **here)


def test_a_preview_is_the_one_that_looking_here_gives(readers, own_files):
    data = DataConfig(source="upload", id="0" * 32)
    arguments = {"kind": "labelled", "names": ["mine.tsv"], "data": data.model_dump(mode="json")}
    found = readers.ask(PREVIEW, {**arguments, "paths": list(own_files["labelled"])})
    expected = preview("labelled", [Path(own_files["labelled"][0])], data, Limits(), ["mine.tsv"])
    assert (found.rows, found.columns, found.files) == (expected.rows, expected.columns, expected.files)


def test_a_pattern_is_found_where_it_stands_and_a_broken_one_says_what_is_wrong(readers):
    found = readers.ask(MATCHES, {"pattern": "b+", "text": "abbcb"})
    assert [tuple(span) for span in found] == [(1, 3), (4, 5)]
    with pytest.raises(ConfigError, match="unterminated subpattern"):
        readers.ask(MATCHES, {"pattern": "(b", "text": "b"})
    with pytest.raises(ConfigError, match="200 characters"):
        readers.ask(MATCHES, {"pattern": "b" * 201, "text": "b"})


def test_a_pattern_without_end_is_ended(readers):
    began = time.monotonic()
    with pytest.raises(ConfigError, match="1 second"):
        readers.ask(MATCHES, {"pattern": "(a+)+$", "text": "a" * 60 + "b"}, seconds=1.0)
    assert time.monotonic() - began < 60


def test_newer_rows_are_those_that_reading_here_gives_to_the_last_bit(readers, tmp_path):
    rows = tmp_path / "newer.csv"
    rows.write_text("time,a\n2024-01-01 00:00:00.25,0.1\n2024-01-02,\n2024-01-03,1e-300\n")
    known = KnownTable(("a",), TableForm(("time",), delimiter=","), has_time=True, any_series=False)
    data = DataConfig()
    expected = read_newer(rows, data, known, Limits())
    arguments = {"path": str(rows), "is_pasted": False, "name": "", "data": data.model_dump(mode="json")}
    found = readers.ask(NEWER, {**arguments, "known": work._adapter(KnownTable).dump_python(known, mode="json")}).rows()
    assert found.values.equals(expected.values)
    assert (found.stamps == expected.stamps).all()
    assert found.notes == expected.notes
    assert NewerTable.of(found) == NewerTable.of(expected)


def test_a_paste_is_understood_and_given_back_as_a_file(readers):
    found = readers.ask(PASTED, {"kind": "series", "text": " ".join(map(str, range(30))), "name": None})
    assert (found.words, found.content.splitlines()[:2]) == ("30 values from 0 to 29", ['"value"', "0"])
    assert readers.ask(SAMPLE, {"kind": "series", "data_id": "nile"}, lane="catalogue").series.num_steps == 100


def test_halves_of_characters_become_question_marks():
    assert decoded(str, encoded(str, "a\ud83dz")) == "a?z"


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("count", "2 seconds of processor time (UNROLL_MAX_READING_SECONDS)"),
        ("hoard", "500 MB (UNROLL_MAX_READING_BYTES)"),
        ("shout", "900 kB (UNROLL_MAX_REPLY_BYTES)"),
        ("abort", "500 MB (UNROLL_MAX_READING_BYTES)"),
        ("crash", "broke down"),
        ("nest", "levels"),
    ],
)
def test_what_goes_beyond_a_limit_ends_and_says_which(bad, job, words):
    with pytest.raises(ConfigError) as error:
        bad.ask(BAD[job], {})
    assert words in str(error.value)
    assert bad.ask(PASTED, {"kind": "text", "text": "still here " * 90, "name": None}).words


class Gone(Exception):
    """Whoever waits goes away."""


def test_a_reading_that_nobody_waits_for_any_more_ends(bad, bad_process):
    def leave(share, what):
        if share > 0:
            raise Gone

    with pytest.raises(Gone):
        bad.ask(BAD["sleep"], {}, tell=leave)
    maker = psutil.Process(bad_process._process.pid)
    deadline = time.monotonic() + 20
    while maker.children() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not maker.children()


def test_what_a_reader_leaves_in_temporary_folders_goes_with_it(bad):
    assert not Path(bad.ask(BAD["where"], {})).exists()


def test_while_somebody_reads_for_long_others_read_and_who_takes_long_as_well_waits(bad, monkeypatch):
    monkeypatch.setattr(pool, "FIRST_SECONDS", 1.0)
    leave, settled = threading.Event(), threading.Event()
    began = time.monotonic()

    def long_reading(share, what):
        if share > 0 and time.monotonic() > began + 2:
            settled.set()
        if leave.is_set():
            raise Gone

    def ann_reads():
        with pytest.raises(Gone):
            bad.ask(BAD["sleep"], {}, who=Who("ann"), tell=long_reading)

    ann = threading.Thread(target=ann_reads)
    ann.start()
    assert settled.wait(30)
    assert bad.ask(PASTED, {"kind": "text", "text": "words " * 90, "name": None}, who=Who("bob")).words
    said = []

    def until_it_waits(share, what):
        said.append((share, what))
        if what == "Other data is read first":
            raise Gone

    with pytest.raises(Gone):
        bad.ask(BAD["sleep"], {}, who=Who("carla"), tell=until_it_waits)
    assert said[0] != said[-1], "it has read for a moment"
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    leave.set()
    ann.join()


def test_what_went_beyond_a_limit_is_not_tried_again(bad, monkeypatch):
    with pytest.raises(ConfigError) as first:
        bad.ask(BAD["shout"], {})
    monkeypatch.setattr(bad, "_in_turn", None)  # who asks the same comes no further
    with pytest.raises(ConfigError) as again:
        bad.ask(BAD["shout"], {})
    assert again.value.problems == first.value.problems
    assert again.value is not first.value, "or each would hold what all before it held"


def test_a_reader_that_somebody_killed_is_tried_again(bad):
    with pytest.raises(ConfigError, match="machine ended"):
        bad.ask(BAD["kill"], {})
    with pytest.raises(ConfigError, match="machine ended"):
        bad.ask(BAD["kill"], {})
    assert not bad._refused


def test_parts_of_the_hub_are_written_by_a_reader_as_they_are_here(readers, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps({"said": f"text {row}", "mood": row % 2}) + "\n" for row in range(40)))
    folders = [tmp_path / "here", tmp_path / "there"]
    for folder in folders:
        folder.mkdir()
    classes = {"mood": ["down", "up"]}
    here = write_parts({"train": [(rows, "rows.jsonl")]}, folders[0], classes, Limits(), lambda: None)
    arguments = {"files": {"train": [(str(rows), "rows.jsonl")]}, "folder": str(folders[1]), "classes": classes}
    assert readers.ask(HUB_PARTS, arguments, lane="hub", seconds=60) == here
    assert (folders[0] / "train.parquet").read_bytes() == (folders[1] / "train.parquet").read_bytes()


def test_a_killed_process_is_made_anew(reader_process, readers):
    ask = {"kind": "text", "text": "words " * 90, "name": None}
    readers.ask(PASTED, ask)
    os.kill(reader_process._process.pid, signal.SIGKILL)
    assert readers.ask(PASTED, ask).words


def test_a_reader_has_no_key_of_the_hub(monkeypatch):
    from core.bounded.reader_process import _environment

    monkeypatch.setenv("UNROLL_HUB_TOKEN", "secret")
    assert "UNROLL_HUB_TOKEN" not in _environment()
