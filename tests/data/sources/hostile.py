"""Hostile and broken files, and the promises that hold for each of them."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import DataSet, LabelledSet, PairSet, SeriesSet, TaggedSet, TextSet
from core.data.kinds import KINDS
from core.data.sources.files import read_files

LIMITS = Limits(max_upload_bytes=3_000_000, max_rows=5_000, max_columns=50)
FIELDS = {
    "data.path", "data.time_column", "data.target_columns", "data.text_column", "data.label_column", "data.encoding",
    "data.delimiter", "data.header", "data.series_column",
}  # fmt: skip
TASKS = tuple(KINDS)
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
        assert not np.isinf(dataset.frame.to_numpy()).any()
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


def read_or_refuse(kind: str, path: Path, name: str, **choices: object) -> DataSet | None:
    try:
        dataset = read_files(kind, [path], DataConfig(**choices), LIMITS, names=[name])
    except ConfigError as error:
        check_refusal(error, path.parent)
        return None
    check_set(dataset)
    return dataset
