"""Uploads: stored whole under an id nobody can guess, and never under a visitor's name."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.data.dataset import SeriesSet
from core.data.prepare import is_prepared, prepare
from core.data.sources.files import read_files
from core.data.sources.uploads import delete_uploads, find_upload, fingerprint_files, save_upload

LIMITS = Limits(max_upload_bytes=1_000)
HOSTILE_NAMES = [
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "/etc/cron.d/job",
    "C:\\Windows\\system.ini",
    "a\x00b.csv",
    "upload.json",
    "..",
    ".",
    "",
    " ",
    "x" * 5_000 + ".csv",
    "<img src=x onerror=alert(1)>.csv",
    "\u202egnp.csv",
    "con",
    "-rf",
    "data.csv/",
    "~/.ssh/id",
    "é\n\r\t😀.TSV",
]


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_an_upload_is_found_again_as_it_was(state_dir: Path) -> None:
    upload_id = save_upload("generation", [("b.txt", b"two"), ("a.md", b"one")], state_dir, LIMITS, owner="me")
    upload = find_upload(upload_id, state_dir)
    assert re.fullmatch("[0-9a-f]{32}", upload_id)
    assert (upload.id, upload.task, upload.owner, upload.names) == (upload_id, "generation", "me", ("b.txt", "a.md"))
    assert [path.read_bytes() for path in upload.paths] == [b"two", b"one"]
    assert upload.sha256 == fingerprint_files(upload.paths)
    assert upload.created > 0


def test_two_uploads_of_one_file_have_two_ids_and_one_fingerprint(state_dir: Path) -> None:
    first, second = (save_upload("forecasting", [("a.csv", b"1")], state_dir, LIMITS) for _ in range(2))
    assert first != second
    assert find_upload(first, state_dir).sha256 == find_upload(second, state_dir).sha256


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_never_becomes_a_path(state_dir: Path, name: str) -> None:
    upload_id = save_upload("forecasting", [(name, b"1,2\n")], state_dir, LIMITS)
    folder = state_dir / "uploads" / upload_id
    assert sorted(path for path in state_dir.parent.rglob("*") if path.is_file()) == sorted(
        [folder / "upload.json", *find_upload(upload_id, state_dir).paths]
    )
    stored = find_upload(upload_id, state_dir)
    assert re.fullmatch(r"0\.(csv|tsv|txt|json)", stored.paths[0].name)
    shown = stored.names[0]
    assert 0 < len(shown) <= 80
    assert not set(shown) & set("/\\\x00\n\r\u202e")


@pytest.mark.parametrize(
    ("name", "extension"),
    [("A.CSV", ".csv"), ("a.tsv", ".tsv"), ("a.parquet", ".parquet"), ("a.jsonl", ".jsonl"), ("a.py", ".txt"),
     ("a.html", ".txt"), ("train.en", ".txt"), ("a.xlsx", ".xlsx")],
)  # fmt: skip
def test_extensions_come_from_a_fixed_list(state_dir: Path, name: str, extension: str) -> None:
    upload_id = save_upload("sentiment", [(name, b"1")], state_dir, LIMITS)
    assert find_upload(upload_id, state_dir).paths[0].suffix == extension


@pytest.mark.parametrize(
    "files",
    [
        [],
        [("a.csv", b"")],
        [("a.csv", b"1" * 1_001)],
        [("a.csv", b"1" * 600), ("b.csv", b"1" * 600)],
        [(f"{k}.txt", b"1") for k in range(21)],
    ],
    ids=["none", "empty", "too large", "too large together", "too many"],
)
def test_what_cannot_be_stored_leaves_nothing_behind(state_dir: Path, files: list[tuple[str, bytes]]) -> None:
    with pytest.raises(ConfigError) as caught:
        save_upload("generation", files, state_dir, LIMITS)
    assert {problem.field for problem in caught.value.problems} == {"data.path"}
    assert all(problem.hint for problem in caught.value.problems)
    assert not state_dir.exists() or not any(state_dir.rglob("*"))


def test_every_problem_of_an_upload_is_listed(state_dir: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        save_upload("generation", [("a.txt", b""), ("b.txt", b""), ("c.txt", b"1" * 2_000)], state_dir, LIMITS)
    assert len(caught.value.problems) == 3


def test_a_state_folder_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(ConfigError, match="Try again later"):
        save_upload("generation", [("a.txt", b"1")], blocked, LIMITS)


@pytest.mark.parametrize(
    "upload_id",
    ["", "../../etc/passwd", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "a" * 32 + "\n", "b" * 32, "..", "0/" * 16, 5],
)
def test_an_id_that_is_none_is_refused(state_dir: Path, upload_id: str) -> None:
    secret = state_dir / "uploads" / "secret"
    secret.mkdir(parents=True)
    (secret / "upload.json").write_text("{}")
    with pytest.raises(ConfigError) as caught:
        find_upload(upload_id, state_dir)
    assert caught.value.problems[0].field == "data.id"
    assert caught.value.problems[0].hint


@pytest.mark.parametrize("record", ["", "{}", "[]", '{"files": 3}', "not json", '{"files": [{"path": "../x"}]}'])
def test_a_damaged_record_is_an_upload_that_is_gone(state_dir: Path, record: str) -> None:
    upload_id = save_upload("forecasting", [("a.csv", b"1")], state_dir, LIMITS)
    (state_dir / "uploads" / upload_id / "upload.json").write_text(record)
    with pytest.raises(ConfigError, match="upload the file again"):
        find_upload(upload_id, state_dir)


def test_a_record_cannot_point_outside_its_folder(state_dir: Path) -> None:
    upload_id = save_upload("forecasting", [("a.csv", b"1")], state_dir, LIMITS)
    (state_dir / "uploads" / "0.csv").write_text("secret")
    record_path = state_dir / "uploads" / upload_id / "upload.json"
    record = json.loads(record_path.read_text())
    record["files"][0]["path"] = "../0.csv"
    record_path.write_text(json.dumps(record))
    assert find_upload(upload_id, state_dir).paths[0].parent == record_path.parent


def test_one_file_has_its_own_sha256_and_several_depend_on_their_bounds(tmp_path: Path) -> None:
    contents = {"a": b"ab", "b": b"c", "c": b"a", "d": b"bc"}
    paths = {name: tmp_path / name for name in contents}
    for name, content in contents.items():
        paths[name].write_bytes(content)
    assert fingerprint_files([paths["a"]]) == hashlib.sha256(b"ab").hexdigest()
    assert fingerprint_files([paths["a"], paths["b"]]) != fingerprint_files([paths["c"], paths["d"]])
    assert fingerprint_files([paths["a"], paths["b"]]) != fingerprint_files([paths["b"], paths["a"]])


def test_a_folder_is_known_by_its_files_and_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "train.txt").write_bytes(b"ab")
    before = fingerprint_files([folder])
    (folder / "train.txt").rename(folder / "test.txt")
    assert fingerprint_files([folder]) != before


def test_a_missing_file_has_no_fingerprint(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        fingerprint_files([tmp_path / "none.csv"])
    assert caught.value.problems[0].field == "data.path"


def test_an_uploaded_file_is_read_like_any_other(state_dir: Path) -> None:
    rows = "".join(f"2021-01-{day:02d},{day % 7}\n" for day in range(1, 31))
    upload_id = save_upload("forecasting", [("my data.csv", f"date,value\n{rows}".encode())], state_dir, LIMITS)
    upload = find_upload(upload_id, state_dir)
    series = read_files(upload.task, upload.paths, DataConfig(), LIMITS, upload.names)
    assert isinstance(series, SeriesSet)
    assert len(series.frame) == 30


def test_an_owner_removes_their_own_uploads_and_nobody_elses(state_dir: Path) -> None:
    first, second, others = (
        save_upload("generation", [("a.txt", b"text")], state_dir, LIMITS, owner=owner) for owner in ("me", "me", "you")
    )
    assert delete_uploads("me", state_dir) == 2
    for upload_id in (first, second):
        with pytest.raises(ConfigError):
            find_upload(upload_id, state_dir)
    assert find_upload(others, state_dir).owner == "you"
    assert [path.name for path in (state_dir / "uploads").iterdir()] == [others]
    assert delete_uploads("me", state_dir) == 0


def test_uploads_of_nobody_cannot_be_removed_all_at_once(state_dir: Path) -> None:
    save_upload("generation", [("a.txt", b"text")], state_dir, LIMITS)
    with pytest.raises(ValueError, match="owner"):
        delete_uploads("", state_dir)


def test_what_is_prepared_from_an_upload_goes_with_it(state_dir: Path) -> None:
    upload_id = save_upload("generation", [("a.txt", b"to be or not to be. " * 30)], state_dir, Limits(), owner="me")
    data = DataConfig(source="upload", id=upload_id)
    settings = Settings(state_dir=state_dir)
    prepare("generation", data, settings)
    assert is_prepared("generation", data, settings)
    delete_uploads("me", state_dir)
    assert not list(state_dir.rglob("meta.json"))
