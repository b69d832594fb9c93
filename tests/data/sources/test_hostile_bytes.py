"""Bytes of any kind, damaged files and bombs load or are refused, within bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.sources.hostile import (
    LINES,
    SERIES,
    TAGGED,
    TASKS,
    parquet,
    read_or_refuse,
    zipped,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made") / "0.csv"


PIECES = st.sampled_from(
    [
        b",",
        b"\t",
        b";",
        b'"',
        b"\n",
        b"\r",
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"2021-01-01",
        b"1e999",
        b"nan",
        b"{",
        b"[",
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    content=st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
)
def test_bytes_of_any_kind_load_or_are_refused(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    for kind in TASKS:
        read_or_refuse(kind, place, "mine.csv")


WHOLE = [SERIES.encode(), LINES.encode(), TAGGED.encode(), zipped(a=LINES), parquet(pd.DataFrame({"a": [1, 2]}))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    whole=st.sampled_from(WHOLE),
    wounds=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 30), PIECES), min_size=1, max_size=6),
)  # fmt: skip
def test_a_damaged_file_loads_or_is_refused(place: Path, whole: bytes, wounds: list[tuple[int, int, bytes]]) -> None:
    content = whole
    for start, length, piece in wounds:
        content = content[:start] + piece + content[start + length :]
    place.write_bytes(content)
    for kind in TASKS:
        read_or_refuse(kind, place, "mine.csv")


BOMBS = """
import gzip, json, resource, sys, zipfile
from pathlib import Path
import pandas, pyarrow, pyarrow.compute, pyarrow.parquet as pq
from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.sources.files import read_files
from core.data.kinds import KINDS

folder, limits, zeros = Path(sys.argv[1]), Limits(profile="hosted", max_upload_bytes=8_000_000), b"\\0" * (1 << 20)
many = 7_600_000

def packed(name, count, claimed=None):
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            with archive.open(f"{number}.txt", "w") as stream:
                for _ in range(256 // count):
                    stream.write(zeros)
        for info in archive.infolist() if claimed else ():  # the directory is written on leaving
            info.file_size = claimed

def text(name, content):
    (folder / name).write_bytes(content)

packed("bomb.zip", 1)
packed("bombs.zip", 200)
packed("lie.zip", 1, claimed=1000)
with zipfile.ZipFile(folder / "nested.zip", "w") as archive:
    archive.write(folder / "bomb.zip", "inner.zip")
with zipfile.ZipFile(folder / "members.zip", "w") as archive:
    for number in range(25_000):
        archive.writestr(f"{number}.txt", b"a")
with gzip.open(folder / "bomb.csv.gz", "wb") as stream:
    for _ in range(256):
        stream.write(zeros)
with open(folder / "sparse.csv", "wb") as stream:
    stream.truncate(1 << 30)
column = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 100_000, pyarrow.int32()), ["x" * 100_000])
pq.write_table(pyarrow.table({"text": column}), folder / "repeated.parquet")
text("brackets.json", b"[" + b"[]," * (many // 3))
text("braces.json", b"[" + b"{}," * (many // 3))
text("line.jsonl", b'{"a":[' + b"[]," * (many // 3))
text("quotes.tsv", b'"\\t"\\t' * (many // 4))
text("commas.csv", b"," * many)
text("ends.csv", b"\\n" * many)
text("cells.csv", b"a,b\\n" + b"1,2\\n" * (many // 4))
text("wide.csv", b"," * 199 + b"\\n" + b"1\\n" * 76_000)
text("tags.conll", b"a b\\n" * (many // 4))
text("sentences.conll", b"a b\\n\\n" * (many // 5))
text("emoji.txt", "😀".encode() + b"ab c\\r\\n" * (many // 6))

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

before = peak()
for path in sorted(folder.iterdir()):
    for kind in KINDS:
        try:
            outcome = type(read_files(kind, [path], DataConfig(), limits, names=["mine"])).__name__
        except ConfigError as error:
            outcome = str(error)
        print(json.dumps([path.name, kind, outcome, peak() - before]), flush=True)
"""


def test_bombs_are_refused_within_bounded_memory(tmp_path: Path) -> None:
    """The most that may be brought is 8 MB here; nothing takes more than 20 times that."""
    code = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))\n" + BOMBS
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert ended.returncode == 0, ended.stderr
    outcomes = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len({name for name, *_ in outcomes}) * len(TASKS) == len(outcomes)
    for name, kind, outcome, megabytes in outcomes:
        assert megabytes < 160, (name, kind, outcome)
        assert str(tmp_path) not in outcome
        is_text = kind == "text" and name.endswith((".csv", ".txt", ".json", ".conll"))
        assert outcome.startswith("data.") or (is_text and outcome == "TextSet"), (name, kind, outcome)
