"""Whatever a stranger brings loads with notes or is refused in words: never another error, never a path of the server."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import DataSet, LabelledSet, PairSet, SeriesSet, TaggedSet, TextSet
from core.data.sources.files import read_files
from core.data.sources.inputs import FORMATS

ROOT = Path(__file__).resolve().parents[3]
LIMITS = Limits(max_upload_bytes=3_000_000, max_rows=5_000, max_columns=50)
FIELDS = {
    "data.path", "data.time_column", "data.target_columns", "data.text_column", "data.label_column", "data.encoding",
    "data.delimiter", "data.header", "data.series_column",
}  # fmt: skip
TASKS = tuple(FORMATS)
LINES = "text,label\n" + "".join(f'"a film, number {k}",{"good" if k % 2 else "bad"}\n' for k in range(24))
DAYS = [f"2021-{1 + k // 28:02d}-{1 + k % 28:02d}" for k in range(40)]
SERIES = "date,value\n" + "".join(f"{day},{k * k % 17}\n" for k, day in enumerate(DAYS))
TAGGED = "".join(f"The D\ncat{k} N\nsleeps V\n\n" for k in range(20))


def series(cells: Callable[[int], object], header: str = "date,value") -> str:
    return header + "\n" + "".join(f"{day},{cells(k)}\n" for k, day in enumerate(DAYS))


def dates(pattern: str) -> str:
    times = pd.date_range("2021-01-01", periods=40, freq="D")
    return "when,value\n" + "".join(f'"{time.strftime(pattern)}",{k % 7}\n' for k, time in enumerate(times))


def labelled(text: Callable[[int], str], label: Callable[[int], str]) -> str:
    return "text,label\n" + "".join(f'"{text(k)}","{label(k)}"\n' for k in range(24))


def parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def arrow(*columns: dict[str, object]) -> bytes:
    """A Parquet file with names that pandas would not write."""
    names = [name for column in columns for name in column]
    values = [pa.array(cells) for column in columns for cells in column.values()]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(values, names=names), buffer)
    return buffer.getvalue()


def lying_parquet() -> bytes:
    """A whole file whose footer says that it is longer than the file."""
    whole = parquet(pd.DataFrame({"text": ["fine"] * 30, "label": ["a", "b"] * 15}))
    return whole[:-8] + (2**31 - 1).to_bytes(4, "little") + b"PAR1"


def zipped(**members: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


HOSTILE: dict[str, str | bytes] = {
    "empty": b"",
    "one byte": b"x",
    "one NUL": b"\x00",
    "one line end": b"\n",
    "blank space": " \t\n\r\n" * 50,
    "one quote": b'"',
    "quotes alone": b'"' * 999,
    "commas alone": b"," * 500,
    "tabs alone": b"\t\n" * 500,
    "a byte order mark alone": b"\xef\xbb\xbf",
    "binary as CSV": np.random.default_rng(0).integers(0, 256, 9_000, dtype=np.uint8).tobytes(),
    "NUL bytes among cells": SERIES.replace(",", "\x00,"),
    "control characters": bytes(range(1, 32)) * 200,
    "escape sequences of terminals": SERIES.replace("date", "\x1b[31mdate\x1b[0m"),
    "a PDF": b"%PDF-1.7\n" + SERIES.encode(),
    "an Office file": zipped(**{"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}),
    "an old Office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "a pickle": b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00cos\nsystem\n(S'true'\ntR.",
    "an old pickle": b"cposix\nsystem\n(S'touch here'\ntR.",
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 600,
    "a program": b"\x7fELF\x02\x01\x01" + b"\x00" * 600,
    "a web page": "<!DOCTYPE html><html><body>" + "<p>1,2</p>\n" * 30,
    "a program text with markup": "<?php system('ls'); ?>\n" * 30,
    "YAML that builds objects": "- !!python/object/apply:os.system ['true']\n" * 30,
    "a million entities": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>\n' + "<x>&a;&a;</x>\n" * 30,
    "formulas": series(lambda k: f"=HYPERLINK(\"x\"&A{k})"),
    "formulas as labels": labelled(lambda k: f"=1+{k}", lambda k: "@SUM(A1)" if k % 2 else "-2+3"),
    "10,000 columns": ",".join(f"c{k}" for k in range(10_000)) + "\n" + ("1," * 9_999 + "1\n") * 3,
    "one column of words": "word\n" + "fine\n" * 40,
    "one column of numbers": "\n".join(str(k % 7) for k in range(40)),
    "mixed types": series(lambda k: (k, f"x{k}", "2021-01-01", "true")[k % 4]),
    "all NaN": series(lambda k: "NaN"),
    "all empty": series(lambda k: ""),
    "infinite values": series(lambda k: ("inf", "-Infinity", "1e999")[k % 3]),
    "a few infinite values": series(lambda k: "inf" if k in (3, 9) else k % 7),
    "numbers of a thousand digits": series(lambda k: "9" * 1_000 + str(k)),
    "repeated headers": "a,a,a,a\n" + "".join(f"{k},{k % 3},{k % 5},{k % 7}\n" for k in range(40)),
    "empty headers": ",,\n" + "".join(f"{k},{k % 3},{k % 5}\n" for k in range(40)),
    "the header again and again": "".join(f"date,value\n{day},{k % 5}\n" for k, day in enumerate(DAYS)),
    "an unclosed quote": SERIES.replace("2021-01-02,", '2021-01-02,"') + SERIES,
    "a quote open to the end": LINES + '"never closed,' + "more words\n" * 300,
    "uneven lines": "".join("1," * (k % 9) + "1\n" for k in range(60)),
    "a million-character line": "x" * 1_000_000,
    "a million-character cell": LINES + "y" * 1_000_000 + ",good\n",
    "a million-character name": "n" * 1_000_000 + ",value\n" + SERIES.split("\n", 1)[1],
    "a million quotes": '"' + '""' * 500_000 + '",good\n' + LINES,
    "right to left": labelled(lambda k: f"שלום عليكم {k}", lambda k: "\u202eטוב" if k % 2 else "سيئ"),
    "combining characters": labelled(lambda k: "a" + "\u0301" * 300, lambda k: "e\u0301" if k % 2 else "\u00e9"),
    "emoji": labelled(lambda k: f"👩‍👩‍👧‍👦 {k} 🏳️‍🌈", lambda k: "👍🏽" if k % 2 else "👎"),
    "characters that nobody sees": labelled(lambda k: "\u200b\u2060" * 5, lambda k: "\u200b" * (1 + k % 2)),
    "line ends of other worlds": labelled(lambda k: "a\u2028b\u2029c\x85d", lambda k: f"{k % 2}"),
    "markup in labels": labelled(
        lambda k: "<img src=x onerror=alert(1)>", lambda k: "<script>alert(1)</script>" if k % 2 else "[a](javascript:b)"
    ),
    "markup in names": SERIES.replace("value", "<script>alert(1)</script>"),
    "names that look like fields": SERIES.replace("value", "data.path"),
    "names that formats fill in": SERIES.replace("value", "{0.__class__} %s ${HOME}"),
    "one class": labelled(lambda k: f"film {k}", lambda k: "good"),
    "a class a row": labelled(lambda k: f"film {k}", lambda k: f"class {k}"),
    "labels of a thousand characters": labelled(lambda k: f"film {k}", lambda k: f"{k % 2}" * 1_000),
    "one row": "text,label\nfine,good\n",
    "two rows": "date,value\n2021-01-01,1\n2021-01-02,2\n",
    "a header alone": "date,value\n",
    "one word": "word",
    "one word, many times": "word " * 500,
    "one character, many times": "a" * 5_000,
    "lone surrogates as UTF-8": b"\xed\xa0\x80\xed\xbf\xbf" * 50 + LINES.encode(),
    "lone surrogates as UTF-16": b"\xff\xfe" + b"\x00\xd8a\x00" * 300,
    "halves of characters in JSON": '{"text": "\\ud800a\\u0000", "label": "\\udfff"}\n{"text": "b", "label": "c"}\n' * 12,
    "invalid UTF-8": LINES.encode().replace(b"film", b"f\xff\xfe\xc3"),
    "UTF-8 cut in a character": (LINES + "é").encode()[:-1],
    "overlong UTF-8": b"\xc0\x80\xc1\xbf" * 100 + LINES.encode(),
    "Latin-1": LINES.replace("film", "café").encode("latin-1"),
    "UTF-16": LINES.encode("utf-16"),
    "UTF-16 without its mark": LINES.encode("utf-16-le"),
    "UTF-16 turned round, without its mark": LINES.encode("utf-16-be"),
    "UTF-16 with a byte too many": LINES.encode("utf-16") + b"x",
    "UTF-32": LINES.encode("utf-32"),
    "UTF-7": LINES.replace("film", "+AGY-").encode(),
    "old Macintosh line ends": LINES.replace("\n", "\r"),
    "mixed line ends": SERIES.replace("\n", "\r\n", 20).replace("\n", "\r", 5),
    "a Parquet mark alone": b"PAR1",
    "a Parquet file of zeros": b"PAR1" + b"\x00" * 500 + b"PAR1",
    "a Parquet file that lies about its size": lying_parquet(),
    "a Parquet file cut short": parquet(pd.DataFrame({"a": range(300)}))[:-40],
    "a Parquet file of lists": parquet(pd.DataFrame({"a": [[1, 2]] * 30})),
    "a Parquet file of bytes": parquet(pd.DataFrame({"text": [b"\xff\x00"] * 30, "label": ["a", "b"] * 15})),
    "a Parquet file without rows": parquet(pd.DataFrame({"text": pd.Series([], dtype="str")})),
    "a Parquet file of nothing": parquet(pd.DataFrame()),
    "a Parquet file of control characters": parquet(pd.DataFrame({"text": ["a\x00\x1b"] * 30, "label": ["a", "b"] * 15})),
    "a Parquet file of one name twice": arrow({"a": ["x"] * 30}, {"a": ["y", "z"] * 15}),
    "a Parquet file of odd names": arrow({"a\x1b[31m": ["x y"] * 30}, {"": ["y", "z"] * 15}),
    "a Parquet file of odd types": arrow({"a": pd.to_timedelta(range(30), "h")}, {"b": [True, None] * 15}),
    "a Parquet file of times without sense": arrow({"date": np.arange(30) * 2**58}, {"value": range(30)}),
    "a Parquet file with 400 columns": parquet(pd.DataFrame({f"c{k}": [1, 2] for k in range(400)})),
    "JSON lines with nested values": '{"text": {"a": [1, {"b": 2}]}, "label": ["x"]}\n' * 30,
    "JSON lines with 10,000 keys": json.dumps({f"k{k}": k for k in range(10_000)}) + "\n",
    "JSON lines of arrays": "[1, 2, 3]\n" * 30,
    "JSON lines of numbers": '{"a": 1}\n5\n' * 30,
    "JSON lines cut off": '{"text": "fine", "label": 1}\n' * 30 + '{"text": "fi',
    "JSON with repeated keys": '{"text": "a", "text": "b", "te\\u0000xt": "c", "label": "1"}\n' * 30,
    "JSON with huge numbers": '{"text": "a", "label": ' + "9" * 6_000 + "}\n",
    "JSON with NaN": '{"date": "2021", "value": NaN}\n{"date": "2022", "value": Infinity}\n' * 20,
    "JSON of a hundred thousand brackets": "[" * 100_000,
    "JSON of a hundred thousand braces": '{"a":' * 100_000,
    "a JSON list of lists": json.dumps([[1, 2]] * 30),
    "an empty JSON list": "[]" + " " * 20,
    "an open JSON list": '[{"text": "a", "label": "b"}, ',
    "dates in ISO": dates("%Y-%m-%dT%H:%M:%S.%f+05:30"),
    "dates day first": dates("%d/%m/%Y"),
    "dates in words": dates("%A, %d %B %Y"),
    "dates in two digits": dates("%d.%m.%y"),
    "dates in Unix time": "when,value\n" + "".join(f"{1_600_000_000 + 86_400 * k},{k % 7}\n" for k in range(40)),
    "dates beyond the calendar": "date,value\n" + "".join(f"2021-02-{k},{k % 7}\n" for k in range(20, 60)),
    "dates before and after everything": "date,value\n" + "".join(f"{k * 250:05d}-01-01,{k % 7}\n" for k in range(1, 41)),
    "dates in many forms": "date,value\n" + "2021-01-01,1\n02/03/2021,2\n4 May 2021,3\nyesterday,4\n" * 10,
    "dates in many zones": "date,value\n" + "".join(f"{d}T00:00:00+{k % 12:02d}:00,{k}\n" for k, d in enumerate(DAYS)),
    "one moment": "date,value\n" + "2021-01-01,5\n2021-01-01,6\n" * 20,
    "a constant series": series(lambda k: 5),
    "a series with one step": series(lambda k: 5 if k < 39 else 6),
    "a series of tiny differences": series(lambda k: 1 + k * 1e-18),
    "uneven columns of tags": TAGGED + "one two three four\n",
    "a word without a tag": TAGGED + "\tN\n",
    "tags all alike": "".join(f"word{k} N\n\n" for k in range(30)),
    "a tag a word": "".join(f"word{k} T{k}\n\n" for k in range(900)),
    "CoNLL-U cut in a line": "# text = a b\n1\ta\t_\tX\t_\t_\t0\troot\t_\t_\n2\tb\t_\n" * 12,
    "CoNLL-U of comments": "# text = nothing\n\n" * 40,
    "CoNLL-U of empty words": "1.1\ta\t_\tX\t_\t_\t0\troot\t_\t_\n\n" * 40,
    "gzip of nothing": gzip.compress(b""),
    "gzip of gzip": gzip.compress(gzip.compress(LINES.encode())),
    "gzip of zip": gzip.compress(zipped(a=LINES)),
    "gzip cut short": gzip.compress(LINES.encode())[:-20],
    "gzip with a wrong sum": gzip.compress(LINES.encode())[:-8] + b"\x00" * 8,
    "a zip mark alone": b"PK\x03\x04",
    "a zip cut short": zipped(a=LINES * 50)[:-30],
    "a zip of nothing": zipped(),
    "a zip of empty files": zipped(a="", b=""),
    "a zip in a zip": zipped(inner=zipped(inner=zipped(a=LINES))),
    "a zip that climbs": zipped(**{"../../etc/cron.d/job": LINES}),
    "a zip of absolute names": zipped(**{"/etc/passwd": LINES, "C:\\boot.ini": LINES}),
    "a zip with changed content": zipped(a=LINES).replace(b"\x78", b"\x79").replace(b"\x00\x00\x08\x00", b"\x00\x00\x09\x00"),
    "a zip of names that turn": zipped(**{"\u202egnp.txt": LINES, "<b>.csv": SERIES}),
    "a zip of a picture": zipped(**{"a.csv": b"\x89PNG\r\n"}),
}  # fmt: skip


def check_set(dataset: DataSet) -> None:
    """What loads can be shown and trained on."""
    assert all(isinstance(note, str) and note and len(note) < 1_000 for note in dataset.notes)
    if isinstance(dataset, SeriesSet):
        assert np.isfinite(dataset.frame.to_numpy()).all()
        assert len(dataset.frame) >= 20
        shown = list(map(str, dataset.frame.columns))
    elif isinstance(dataset, TextSet):
        shown = [dataset.text, *dataset.items, *dataset.parts.values()]
        assert sum(map(len, shown)) >= 200
    elif isinstance(dataset, LabelledSet):
        shown = [*dataset.texts, *dataset.labels]
        assert len(dataset.texts) == len(dataset.labels) >= 10
        assert set(dataset.labels) == set(dataset.classes)
    elif isinstance(dataset, PairSet):
        shown = [*dataset.src, *dataset.trg]
        assert len(dataset.src) == len(dataset.trg) >= 10
    else:
        assert isinstance(dataset, TaggedSet)
        assert [len(words) for words in dataset.sentences] == [len(tags) for tags in dataset.tags]
        shown = [word for words in (*dataset.sentences, *dataset.tags) for word in words]
    whole = "".join((*shown, *dataset.notes))
    whole.encode("utf-8")
    assert not {char for char in whole if char < " " or "\x7f" <= char <= "\x9f"} - {"\n", "\t"}


def check_refusal(error: ConfigError, folder: Path) -> None:
    """What is refused says which field it is about and what to do, and nothing of the server."""
    assert error.problems
    for problem in error.problems:
        assert problem.field in FIELDS
        assert problem.expected and problem.received
        assert problem.hint.endswith(".")
    message = str(error)
    assert str(folder) not in message and "core/" not in message
    assert "Traceback" not in message and "Error" not in message and "0x" not in message
    assert len(message) < 1_000


def read_or_refuse(task: str, path: Path, name: str, **choices: object) -> DataSet | None:
    try:
        dataset = read_files(task, [path], DataConfig(**choices), LIMITS, names=[name])
    except ConfigError as error:
        check_refusal(error, path.parent)
        return None
    check_set(dataset)
    return dataset


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_loads_or_is_refused_in_words(tmp_path: Path, task: str, case: str) -> None:
    content = HOSTILE[case]
    ending = ".jsonl" if "JSON" in case else ".csv"
    path = tmp_path / f"0{ending}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    read_or_refuse(task, path, "mine" + ending)


CHOICES: tuple[dict[str, object], ...] = (
    {"encoding": "utf-8", "header": True},
    {"encoding": "latin-1", "delimiter": "comma", "header": False},
    {"encoding": "utf-16"},
    {"encoding": "windows-1252", "delimiter": "semicolon"},
    {"delimiter": "tab"},
    {"delimiter": "comma", "header": True},
)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("choices", CHOICES, ids=lambda choices: " ".join(map(str, choices.values())))
def test_whatever_is_chosen_a_hostile_file_loads_or_is_refused(
    tmp_path: Path, task: str, choices: dict[str, object]
) -> None:
    for number, (case, content) in enumerate(HOSTILE.items()):
        path = tmp_path / (f"{number}.jsonl" if "JSON" in case else f"{number}.csv")
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        read_or_refuse(task, path, "mine" + path.suffix, **choices)


@pytest.mark.parametrize(
    ("task", "content", "choices", "field"),
    [
        ("sentiment", bytes(range(256)) * 30, {"encoding": "latin-1"}, "data.encoding"),
        ("sentiment", b"\x7fELF\x02\x01\x01" + b"\x00" * 600, {"encoding": "utf-8"}, "data.encoding"),
        ("forecasting", SERIES.encode("utf-16"), {"encoding": "utf-8"}, "data.encoding"),
        ("forecasting", SERIES.encode("utf-8-sig"), {"encoding": "windows-1252"}, "data.encoding"),
        ("generation", LINES.encode("utf-8-sig"), {"encoding": "utf-16"}, "data.encoding"),
        ("generation", LINES.replace("film", "café").encode("latin-1"), {"encoding": "utf-8"}, "data.encoding"),
        ("forecasting", SERIES.encode(), {"delimiter": "bar"}, "data.delimiter"),
        ("sentiment", b"x" * 1_000_000, {"delimiter": "comma"}, "data.delimiter"),
        ("translation", ("word\n" * 99).encode(), {"delimiter": "tab"}, "data.delimiter"),
        ("sentiment", b"fine,good\n", {"header": True}, "data.header"),
        ("forecasting", parquet(pd.DataFrame({"a": range(30)})), {"header": True}, "data.header"),
        ("sentiment", b'{"text": "a", "label": "b"}\n' * 30, {"delimiter": "comma"}, "data.delimiter"),
        ("tagging", TAGGED.encode(), {"delimiter": "tab"}, "data.delimiter"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_by_its_field(
    tmp_path: Path, task: str, content: bytes, choices: dict[str, object], field: str
) -> None:
    path = tmp_path / "0.dat"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_files(task, [path], DataConfig(**choices), LIMITS, names=["mine.dat"])
    check_refusal(caught.value, tmp_path)
    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.parametrize("task", ["forecasting", "generation", "sentiment", "translation"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.conll", TAGGED),
        ("a.conllu", TAGGED),
        ("a.txt", "# text = a b\n1\ta\ta\tX\t_\t_\t0\troot\t_\t_\n2\tb\tb\tX\t_\t_\t1\tdep\t_\t_\n\n" * 12),
        ("a.txt", "-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\n" * 12),
    ],
)
def test_tagged_words_are_told_what_they_are(tmp_path: Path, task: str, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ConfigError, match="words with tags"):
        read_files(task, [tmp_path / name], DataConfig(), LIMITS)


@pytest.mark.parametrize("content", ["Three short words\nin every line\nof this text\n" * 30, "word O\n" * 99, LINES])
def test_lines_of_equally_many_words_are_not_taken_for_tagged_ones(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.txt").write_text(content)
    assert isinstance(read_files("generation", [tmp_path / "a.txt"], DataConfig(), LIMITS), TextSet)


@pytest.mark.parametrize(
    "ending", [".csv", ".txt", ".parquet", ".json", ".jsonl", ".zip", ".gz", ".xlsx", ".conllu", ""]
)
@pytest.mark.parametrize("task", TASKS)
def test_a_wrong_ending_changes_no_promise(tmp_path: Path, task: str, ending: str) -> None:
    for number, content in enumerate((SERIES, LINES, TAGGED)):
        path = tmp_path / f"{number}{ending}"
        path.write_text(content, encoding="utf-8")
        read_or_refuse(task, path, "mine" + ending)


@pytest.mark.parametrize(
    ("task", "content"), [("forecasting", SERIES), ("sentiment", LINES), ("tagging", TAGGED), ("generation", LINES)]
)
def test_the_files_that_the_hostile_ones_are_made_of_do_load(tmp_path: Path, task: str, content: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"):
        path = tmp_path / "0.txt"
        path.write_bytes(content.encode(encoding))
        assert read_or_refuse(task, path, "mine.txt") is not None, encoding


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
    for task in TASKS:
        read_or_refuse(task, place, "mine.csv")


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
    for task in TASKS:
        read_or_refuse(task, place, "mine.csv")


BOMBS = """
import gzip, json, resource, sys, zipfile
from pathlib import Path
import pandas, pyarrow, pyarrow.compute, pyarrow.parquet as pq
from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.sources.files import read_files
from core.data.sources.inputs import FORMATS

folder, limits, zeros = Path(sys.argv[1]), Limits(profile="hosted"), b"\\0" * (1 << 20)
many = 19_000_000

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
text("wide.csv", b"," * 199 + b"\\n" + b"1\\n" * 190_000)
text("tags.conll", b"a b\\n" * (many // 4))
text("sentences.conll", b"a b\\n\\n" * (many // 5))
text("emoji.txt", "😀".encode() + b"ab c\\r\\n" * (many // 6))

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

before = peak()
for path in sorted(folder.iterdir()):
    for task in FORMATS:
        try:
            outcome = type(read_files(task, [path], DataConfig(), limits, names=["mine"])).__name__
        except ConfigError as error:
            outcome = str(error)
        print(json.dumps([path.name, task, outcome, peak() - before]), flush=True)
"""


def test_bombs_are_refused_within_bounded_memory(tmp_path: Path) -> None:
    """The most that may be brought is 20 MB here; nothing takes more than 20 times that."""
    code = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))\n" + BOMBS
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert ended.returncode == 0, ended.stderr
    outcomes = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len({name for name, *_ in outcomes}) * len(TASKS) == len(outcomes)
    for name, task, outcome, megabytes in outcomes:
        assert megabytes < 400, (name, task, outcome)
        assert str(tmp_path) not in outcome
        is_text = task == "generation" and name.endswith((".csv", ".txt", ".json", ".conll"))
        assert outcome.startswith("data.") or (is_text and outcome == "TextSet"), (name, task, outcome)
