"""Files that are broken are refused in words, and files that are only odd are read."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.config.experiment import DataConfig
from core.data.dataset import LabelledSet, PairSet, SeriesSet
from core.data.sources.files import read_files
from tests.data.sources.common import (
    DAYS,
    LIMITS,
    PROSE,
    Write,
    pairs,
    refusal,
    reviews,
    table,
)

TRIPLES = "".join(f"2021-01-{day:02d},{day},{day % 5},{day % 7}\n" for day in range(1, 32))
FIELDS = {
    "data.path",
    "data.time_column",
    "data.series_column",
    "data.target_columns",
    "data.text_column",
    "data.label_column",
    "data.src_language",
    "data.trg_language",
}

REFUSED: dict[str, tuple[str, str | bytes]] = {
    "empty": ("any", b""),
    "one byte": ("any", b"x"),
    "blank space": ("any", " \n\t\n \r\n"),
    "NUL bytes": ("any", b"a,b\n\x00\x01\x02,3\n" * 30),
    "random bytes": ("any", np.random.default_rng(0).integers(0, 256, 5_000, dtype=np.uint8).tobytes()),
    "control characters": ("any", bytes(range(1, 9)) * 300),
    "a PDF": ("any", b"%PDF-1.7\n" + b"a,b\n" * 30),
    "a sheet": ("any", b"PK\x03\x04" + b"a,b\n" * 30),
    "gzip": ("any", b"\x1f\x8b\x08" + b"a,b\n" * 30),
    "a picture": ("any", b"\x89PNG\r\n" + b"a,b\n" * 30),
    "a pickle": ("any", b"\x80\x04\x95\x00\x00\x00\x00cos\nsystem\n(S'true'\ntR."),
    "byte order marks alone": ("any", b"\xff\xfe\xff\xfe\xff\xfe"),
    "broken UTF-16": ("any", b"\xff\xfea"),
    "too large": ("any", b"a,b\n" * 1_000_000),
    "a web page": ("tables", "<!DOCTYPE html><html><body>" + "<p>1,2</p>\n" * 30),
    "a broken Parquet file": ("tables", b"PAR1" + b"\x00" * 500 + b"PAR1"),
    "a cut Parquet file": ("tables", b"PAR1"),
    "too many columns": ("tables", ",".join(f"c{k}" for k in range(10_000)) + "\n" + "1," * 9_999 + "1\n"),
    "too many rows": ("tables", table(range(6_000))),
    "an unclosed quote": ("tables", 'date,value\n2021-01-01,"5\n' + table(DAYS)),
    "too many cells in a line": ("tables", table(DAYS) + "2021-02-01,5,6,7\n"),
    "a header alone": ("tables", "text,label\n"),
    "a wide first line": ("tables", "," * 49 + "\n" + "a\n" * 4_000),
    "one line of a million characters": ("tables", "x" * 1_000_000),
    "one row": ("tables", "text,label\nfine,5\n"),
    "an HTML table": ("tables", "<html><table><tr><td>1</td></tr></table></html>" * 20),
    "no values": ("series", table(DAYS, ["NaN"] * 31)),
    "infinite values": ("series", table(DAYS, ["inf", "-inf", "1e999"] * 10 + ["inf"])),
    "a constant": ("series", table(DAYS, [5] * 31)),
    "words for numbers": ("series", table(DAYS, ["five"] * 31)),
    "19 rows": ("series", table(DAYS[:19])),
    "dates alone": ("series", "date\n" + "\n".join(DAYS)),
    "one moment": ("series", table([DAYS[0]] * 31)),
    "several series below each other": ("series", table(DAYS * 4)),
    "formulas": ("series", table(DAYS, ["=1+1"] * 31)),
    "hexadecimal": ("series", table(DAYS, [f"0xF{k}" for k in range(31)])),
    "a short text": ("text", "Too short."),
    "one character": ("text", "a" * 500),
    "one column": ("labelled", "text\n" + "fine\n" * 30),
    "one class": ("labelled", "text,label\n" + "fine,good\n" * 30),
    "every label once": ("labelled", "text,label\n" + "".join(f"film,l{k}\n" for k in range(40))),
    "101 classes": ("labelled", "text,label\n" + "".join(f"film {k},l{k % 101}\n" for k in range(404))),
    "no labels": ("labelled", "text,label\n" + "fine,\n" * 30),
    "no texts": ("labelled", "text,label\n" + ",good\n,bad\n" * 30),
    "numbers for texts": ("labelled", "a,b\n" + "".join(f"{k / 7},{k % 2}\n" for k in range(30))),
    "nine texts": ("labelled", reviews(9)),
    "broken JSON": ("labelled", '{"text": "fine", "label": 1}\n{"text": "fi\n' * 20),
    "JSON of numbers": ("labelled", '{"text": "fine", "label": 1}\n5\n' * 20),
    "deep JSON": ("labelled", '{"text": ' + "[" * 100_000 + "\n"),
    "too many JSON keys": ("labelled", json.dumps({f"k{k}": 1 for k in range(100)}) + "\n"),
    "prose": ("pairs", PROSE + "\n" + PROSE),
    "nine pairs": ("pairs", pairs(9)),
    "empty sides": ("pairs", "hello\t\n\tbonjour\n" * 30),
}


def cases() -> list[object]:
    tables = ("series", "labelled", "pairs")
    groups = {"any": (*tables, "text"), "tables": tables}
    return [
        pytest.param(kind, content, id=f"{kind}: {name}")
        for name, (group, content) in REFUSED.items()
        for kind in groups.get(group, (group,))
    ]


@pytest.mark.parametrize(("kind", "content"), cases())
def test_a_broken_file_is_refused_with_a_field_and_a_hint(write: Write, kind: str, content: str | bytes) -> None:
    error = refusal(kind, [write(content, "data.bin")])
    assert error.problems
    for problem in error.problems:
        assert problem.field in FIELDS
        assert problem.expected and problem.received
        assert problem.hint.endswith(".")
        assert "tokeniz" not in str(problem) and "Traceback" not in str(problem)
        assert len(str(problem)) < 700


ODD: dict[str, tuple[str, str]] = {
    "repeated column names": ("series", "date,v,v,v\n" + TRIPLES),
    "an unnamed column": ("series", ",date,v\n" + "".join(f"{k},{d},{k % 5}\n" for k, d in enumerate(DAYS))),
    "a comma at every line's end": ("series", "date,v\n" + "".join(f"{d},{k},\n" for k, d in enumerate(DAYS))),
    "short lines": ("series", table(DAYS) + "2021-02-01\n"),
    "blank lines": ("series", table(DAYS).replace("\n", "\n\n")),
    "a last line of totals": ("series", table([*DAYS, "Total"])),
    "huge numbers": ("series", table(DAYS, [f"{k}e300" if k == 3 else k for k in range(31)])),
    "markup in names": ("series", table(DAYS, header="date,<b>v</b>")),
    "spaces after commas": ("series", table(DAYS).replace(",", ",   ")),
    "dates before Christ's pandas": ("series", table([f"{year}-01-01" for year in range(1500, 1540)])),
    "dates far ahead": ("series", table([f"{year}-01-01" for year in range(9900, 9999)])),
    "markup in labels": ("labelled", 'text,label\n' + '<script>alert(1)</script>,<b>\nfine,"=SUM(A1)"\n' * 10),
    "right to left": ("labelled", "text,label\n" + "שלום עולם,\u202eטוב\nمرحبا,سيئ\n" * 10),
    "emoji": ("labelled", "text,label\n" + "😀😀,👍\n😡 👩‍👩‍👧,👎\n" * 10),
    "control characters in cells": ("labelled", "text,label\n" + "a fine\x07 film indeed,x\nan awful\x1b film indeed,y\n" * 10),
    "line ends in quotes": ("labelled", 'text,label\n' + '"one\ntwo",x\n"three",y\n' * 10),
    "half characters in JSON": ("labelled", '{"text": "\\ud800a\\u0000", "label": 1}\n{"text": "b", "label": 2}\n' * 9),
    "nested JSON": ("labelled", '{"text": "a", "label": true, "x": [1]}\n{"text": "b", "label": false}\n' * 10),
    "a million characters in a cell": ("labelled", reviews(12) + "y" * 1_000_000 + ",good\n"),
    "Windows line ends": ("pairs", pairs(12).replace("\n", "\r\n")),
    "commas": ("pairs", pairs(12, ",")),
    "one long pair": ("pairs", pairs(12) + "a" * 100_000 + "\tb\n"),
    "identical sides": ("pairs", "same\tsame\n" * 12),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "content"), [pytest.param(*case, id=name) for name, case in ODD.items()])
def test_an_odd_file_is_read(write: Write, kind: str, content: str) -> None:
    result = read_files(kind, [write(content)], DataConfig(), LIMITS)
    if isinstance(result, SeriesSet):
        assert len(result.frame) >= 31
        assert result.frame.columns.is_unique
        assert not np.isinf(result.frame.to_numpy()).any()
    elif isinstance(result, LabelledSet):
        assert len(result.classes) == 2
        assert len(result.texts) == len(result.labels) >= 12
        "".join((*result.texts, *result.labels)).encode("utf-8")
    else:
        assert isinstance(result, PairSet)
        assert len(result.src) == len(result.trg) >= 12
