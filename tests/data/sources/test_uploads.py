"""Uploads: stored whole under an id nobody can guess, never under a visitor's name, for their owner alone."""

from __future__ import annotations

import hashlib
import io
import json
import re
import resource
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits, Settings
from core.data.dataset import SeriesSet
from core.data.prepare import is_prepared, prepare
from core.data.sources.files import read_files
from core.data.sources.upload_keeping import delete_uploads
from core.data.sources.upload_storing import Content, save_upload
from core.data.sources.uploads import check_data_reader, check_reader, find_upload, fingerprint_files
from core.resolve import resolve

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
    upload_id = save_upload([("b.txt", b"two"), ("a.md", b"one")], state_dir, LIMITS, owner="me")
    upload = find_upload(upload_id, state_dir)
    assert re.fullmatch("[0-9a-f]{32}", upload_id)
    assert (upload.id, upload.owner, upload.names) == (upload_id, "me", ("b.txt", "a.md"))
    assert [path.read_bytes() for path in upload.paths] == [b"two", b"one"]
    assert upload.sha256 == fingerprint_files(upload.paths)
    assert upload.created > 0


def test_two_uploads_of_one_file_have_two_ids_and_one_fingerprint(state_dir: Path) -> None:
    first, second = (save_upload([("a.csv", b"1")], state_dir, LIMITS) for _ in range(2))
    assert first != second
    assert find_upload(first, state_dir).sha256 == find_upload(second, state_dir).sha256


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_never_becomes_a_path(state_dir: Path, name: str) -> None:
    upload_id = save_upload([(name, b"1,2\n")], state_dir, LIMITS)
    folder = state_dir / "uploads" / upload_id
    assert sorted(path for path in state_dir.parent.rglob("*") if path.is_file() and path.name != ".lock") == sorted(
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
    upload_id = save_upload([(name, b"1")], state_dir, LIMITS)
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
        save_upload(files, state_dir, LIMITS)
    assert {problem.field for problem in caught.value.problems} == {"data.path"}
    assert all(problem.hint for problem in caught.value.problems)
    assert not state_dir.exists() or not any(path for path in state_dir.rglob("*") if path.is_file())


def test_every_problem_of_an_upload_is_listed(state_dir: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        save_upload([("a.txt", b""), ("b.txt", b""), ("c.txt", b"1" * 2_000)], state_dir, LIMITS)
    assert len(caught.value.problems) == 3


def test_a_state_folder_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(ConfigError, match="Try again later"):
        save_upload([("a.txt", b"1")], blocked, LIMITS)


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
    upload_id = save_upload([("a.csv", b"1")], state_dir, LIMITS)
    (state_dir / "uploads" / upload_id / "upload.json").write_text(record)
    with pytest.raises(ConfigError, match="upload the file again"):
        find_upload(upload_id, state_dir)


def test_a_record_cannot_point_outside_its_folder(state_dir: Path) -> None:
    upload_id = save_upload([("a.csv", b"1")], state_dir, LIMITS)
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
    upload_id = save_upload([("my data.csv", f"date,value\n{rows}".encode())], state_dir, LIMITS)
    upload = find_upload(upload_id, state_dir)
    series = read_files("series", upload.paths, DataConfig(), LIMITS, upload.names)
    assert isinstance(series, SeriesSet)
    assert len(series.frame) == 30


def test_an_owner_removes_their_own_uploads_and_nobody_elses(state_dir: Path) -> None:
    first, second, others = (
        save_upload([(f"{k}.txt", b"text")], state_dir, LIMITS, owner=owner)
        for k, owner in enumerate(("me", "me", "you"))
    )
    assert delete_uploads("me", state_dir) == 2
    for upload_id in (first, second):
        with pytest.raises(ConfigError):
            find_upload(upload_id, state_dir)
    assert find_upload(others, state_dir).owner == "you"
    assert [path.name for path in (state_dir / "uploads").iterdir() if path.is_dir()] == [others]
    assert delete_uploads("me", state_dir) == 0


def test_uploads_of_nobody_cannot_be_removed_all_at_once(state_dir: Path) -> None:
    save_upload([("a.txt", b"text")], state_dir, LIMITS)
    with pytest.raises(ValueError, match="owner"):
        delete_uploads("", state_dir)


def test_what_is_prepared_from_an_upload_goes_with_it(state_dir: Path) -> None:
    upload_id = save_upload([("a.txt", b"to be or not to be. " * 30)], state_dir, Limits(), owner="me")
    data = DataConfig(source="upload", id=upload_id)
    settings = Settings(state_dir=state_dir)
    prepare("text", data, settings)
    assert is_prepared("text", data, settings)
    delete_uploads("me", state_dir)
    assert not list(state_dir.rglob("meta.json"))


class Stream(io.RawIOBase):
    """A file of so many bytes that can only be read on, and counts the largest piece that was asked for."""

    def __init__(self, num_bytes: int):
        self.left, self.largest = num_bytes, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.largest = max(self.largest, size)
        piece = min(size, self.left)
        self.left -= piece
        return b"x" * piece


def test_a_file_that_is_open_is_stored_like_its_bytes(state_dir: Path) -> None:
    given = io.BytesIO(b"date,value\n")
    given.seek(4)  # somebody has read in it
    stored = [find_upload(save_upload([("a.csv", one)], state_dir, LIMITS), state_dir)
              for one in (given, b"date,value\n")]  # fmt: skip
    assert stored[0].paths[0].read_bytes() == b"date,value\n"
    assert stored[0].sha256 == stored[1].sha256 == fingerprint_files(stored[0].paths)


def test_a_file_of_unknown_size_is_stored_in_pieces(state_dir: Path) -> None:
    stream = Stream(5_000_003)
    upload_id = save_upload([("a.txt", stream)], state_dir, Limits(max_upload_bytes=6_000_000))  # type: ignore[list-item]
    assert find_upload(upload_id, state_dir).paths[0].stat().st_size == 5_000_003
    assert 0 < stream.largest <= 1 << 20


@pytest.mark.parametrize("sizes", [(1_001,), (600, 401), (0,), (5, 0)])
def test_the_limits_hold_for_a_file_of_unknown_size_too(state_dir: Path, sizes: tuple[int, ...]) -> None:
    streams: list[tuple[str, Content]] = [(f"{k}.txt", Stream(size)) for k, size in enumerate(sizes)]  # type: ignore[misc]
    with pytest.raises(ConfigError, match=r"at most 1,000 bytes|empty"):
        save_upload(streams, state_dir, LIMITS)
    assert not [path for path in state_dir.rglob("*") if path.name != ".lock" and path.is_file()]


def test_a_stream_without_end_is_read_no_further_than_the_limit(state_dir: Path) -> None:
    stream = Stream(10**15)
    with pytest.raises(ConfigError, match="more than 1,000 bytes"):
        save_upload([("a.txt", stream)], state_dir, LIMITS)  # type: ignore[list-item]
    assert 10**15 - stream.left <= 1 << 20


def test_storing_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(150_000_000)
    code = f"""
    import resource, sys
    from pathlib import Path
    from core.config.limits import Limits
    from core.data.sources.upload_storing import save_upload
    resource.setrlimit(resource.RLIMIT_DATA, (80_000_000, 80_000_000))
    with open({str(big)!r}, "rb") as file:
        save_upload([("a.txt", file)], Path({str(tmp_path / "state")!r}), Limits())
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("actor", ["you", "", "ME", "m", "me "])
def test_an_upload_that_is_somebody_elses_reads_like_one_that_is_missing(state_dir: Path, actor: str) -> None:
    mine = save_upload([("a.txt", b"text")], state_dir, LIMITS, owner="me")
    with pytest.raises(ConfigError) as theirs:
        check_reader(find_upload(mine, state_dir), actor)
    with pytest.raises(ConfigError) as missing:
        find_upload("0" * 32, state_dir)
    assert str(theirs.value).replace(mine, "0" * 32) == str(missing.value)


def test_owner_and_shell_read_an_upload_and_that_of_nobody_is_the_shells(state_dir: Path) -> None:
    mine, nobodys = (save_upload([("a.txt", b"text")], state_dir, LIMITS, owner=o) for o in ("me", ""))
    check_reader(find_upload(mine, state_dir), "me")
    check_reader(find_upload(mine, state_dir), None)
    check_reader(find_upload(nobodys, state_dir), None)
    for actor in ("me", ""):
        with pytest.raises(ConfigError):
            check_reader(find_upload(nobodys, state_dir), actor)


def test_only_uploads_ask_who_reads_them(state_dir: Path) -> None:
    check_data_reader(DataConfig(source="builtin", id="sunspots"), state_dir, "anybody")
    with pytest.raises(ConfigError):
        check_data_reader(DataConfig(source="upload", id="0" * 32), state_dir, "anybody")


def test_a_set_up_on_somebody_elses_upload_cannot_be_resolved(state_dir: Path) -> None:
    rows = "".join(f"{1821 + year}-01-01,{year % 7}\n" for year in range(200))
    upload_id = save_upload([("a.csv", f"date,value\n{rows}".encode())], state_dir, Limits(), owner="me")
    values = {"data.source": "upload", "data.id": upload_id}
    settings = Settings(state_dir=state_dir)
    for actor in ("me", None):
        assert (
            resolve("forecasting", "quick", values, settings, Limits(), actor=actor).prepared.summary.num_items == 200
        )
    with pytest.raises(ConfigError, match="upload the file again"):
        resolve("forecasting", "quick", values, settings, Limits(), actor="you")


def test_the_same_files_of_the_same_owner_are_one_upload(state_dir: Path) -> None:
    def store(name: str = "a.csv", content: bytes = b"1", owner: str = "me") -> str:
        return save_upload([(name, content)], state_dir, LIMITS, owner=owner)

    first = store()
    assert store() == first
    others = [store(name="b.csv"), store(content=b"2"), store(owner="you"), store(owner="")]
    assert len({first, *others}) == 5
    assert store(owner="") not in others, "nobody's uploads are nobody's to share"
    assert len([path for path in (state_dir / "uploads").iterdir() if path.is_dir()]) == 6
    find_upload(first, state_dir).paths[0].unlink()
    assert store() != first, "one that is damaged is brought anew"


def test_a_full_disk_refuses_an_upload_and_leaves_nothing(state_dir: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
    try:
        with pytest.raises(ConfigError, match="room to store the upload"):
            save_upload([("a.txt", b"x" * 50_000)], state_dir, Limits(), owner="me")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert [path.name for path in (state_dir / "uploads").iterdir()] in ([], [".lock"])


def test_two_who_bring_the_same_file_at_once_have_one_upload(state_dir: Path) -> None:
    def store(_: int) -> str:
        return save_upload([("a.txt", b"text" * 100)], state_dir, LIMITS, owner="me")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(store, range(16)))) == 1
