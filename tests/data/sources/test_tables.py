"""A table is read as the visitor says, in chunks, and every way of reading it gives the same cells."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import LabelledSet, SeriesSet
from core.data.sources import delimited, dialect, reading, records
from core.data.sources.files import read_files
from core.data.sources.inputs import InputFile
from core.data.sources.reading import Reading
from core.data.sources.tables import Table, read_table, take_texts

LIMITS = Limits(max_upload_bytes=3_000_000, max_rows=5_000, max_columns=50)
DAYS = [f"2021-01-{day:02d}" for day in range(1, 32)]

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return to_file


def table(path: Path, **choices: object) -> Table:
    return read_table(InputFile(path, path.name, reading=Reading(**choices)), LIMITS)  # type: ignore[arg-type]


def refused(path: Path, **choices: object) -> str:
    with pytest.raises(ConfigError) as caught:
        table(path, **choices)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0].field


class TestChoices:
    def test_a_delimiter_that_is_chosen_comes_before_the_guess(self, write: Write) -> None:
        path = write("a,b;c\n" + "1,2;3\n" * 20)
        assert list(table(path).frame.columns) == ["a,b", "c"]
        assert list(table(path, delimiter="comma").frame.columns) == ["a", "b;c"]

    @pytest.mark.parametrize(("name", "sign"), [("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("bar", "|")])
    def test_every_delimiter_can_be_chosen(self, write: Write, name: str, sign: str) -> None:
        found = table(write(f"a{sign}b\n" + f"1{sign}2\n" * 5), delimiter=name)
        assert found.delimiter == sign
        assert found.frame["b"].tolist() == ["2"] * 5

    def test_a_delimiter_that_gives_one_column_is_refused(self, write: Write) -> None:
        assert refused(write("a,b\n" + "1,2\n" * 5), delimiter="semicolon") == "data.delimiter"
        assert refused(write("a\n" + "1\n" * 5), delimiter="tab") == "data.delimiter"
        assert refused(write("\n" * 70_000 + "a,b\n"), delimiter="comma") == "data.delimiter"

    def test_the_first_line_names_the_columns_when_the_visitor_says_so(self, write: Write) -> None:
        path = write("1,2\n" + "3,4\n" * 5)
        assert list(table(path).frame.columns) == ["column 1", "column 2"]
        assert list(table(path, header=True).frame.columns) == ["1", "2"]
        path = write("date,value\n" + "2021,4\n" * 5)
        assert len(table(path).frame) == 5
        found = table(path, header=False)
        assert list(found.frame.columns) == ["column 1", "column 2"]
        assert found.frame.iloc[0].tolist() == ["date", "value"]
        assert not found.has_header

    def test_a_header_alone_is_no_table(self, write: Write) -> None:
        assert refused(write("date,value\n"), header=True) == "data.header"

    def test_an_encoding_is_chosen_for_a_table(self, write: Write) -> None:
        path = write("text,label\n" + "café,good\n" * 5)
        assert table(path, encoding="latin-1").frame["text"].tolist() == ["cafÃ©"] * 5
        assert table(path).encoding == "utf-8"

    @pytest.mark.parametrize(
        "choice", [{"encoding": "utf-8"}, {"delimiter": "comma"}, {"header": True}, {"header": False}]
    )
    def test_what_means_nothing_for_parquet_is_to_be_left_out(self, tmp_path: Path, choice: dict[str, object]) -> None:
        path = tmp_path / "0.parquet"
        pd.DataFrame({"a": [1, 2]}).to_parquet(path)
        assert refused(path, **choice) == f"data.{next(iter(choice))}"

    def test_what_means_nothing_for_json_lines_is_to_be_left_out(self, write: Write) -> None:
        path = write('{"a": "é"}\n', "data.jsonl")
        assert refused(path, delimiter="comma") == "data.delimiter"
        assert refused(path, header=True) == "data.header"
        assert table(path, encoding="latin-1").frame["a"].tolist() == ["Ã©"]

    def test_choices_reach_every_task(self, write: Write) -> None:
        path = write("when;5,5\n" + "".join(f"{day};{k},5\n" for k, day in enumerate(DAYS)))
        series = read_files("series", [path], DataConfig(delimiter="semicolon", header=True), LIMITS)
        assert isinstance(series, SeriesSet)
        assert series.frame["5,5"].tolist() == [k + 0.5 for k in range(31)]
        path = write("".join(f"good|a film {k}\nbad|a film, {k}\n" for k in range(9)))
        labelled = read_files("labelled", [path], DataConfig(delimiter="bar", header=False), LIMITS)
        assert isinstance(labelled, LabelledSet)
        assert len(labelled.texts) == 18

    @pytest.mark.parametrize(("kind", "name"), [("text", "a.txt"), ("tagged", "a.conll")])
    def test_text_has_no_delimiter(self, write: Write, kind: str, name: str) -> None:
        path = write("".join(f"word{k} TAG{k % 3}\n\n" for k in range(90)), name)
        read_files(kind, [path], DataConfig(), LIMITS)
        with pytest.raises(ConfigError) as caught:
            read_files(kind, [path], DataConfig(delimiter="tab", header=True), LIMITS)
        assert [problem.field for problem in caught.value.problems] == ["data.delimiter", "data.header"]

    def test_choices_hold_for_every_part(self, tmp_path: Path) -> None:
        for name in ("train", "valid", "test"):
            (tmp_path / f"{name}.csv").write_bytes(
                "".join(f"{name} é {k};{k % 2}\n" for k in range(12)).encode("cp1252")
            )
        data = DataConfig(delimiter="semicolon", header=False, encoding="windows-1252")
        labelled = read_files("labelled", [tmp_path], data, LIMITS)
        assert isinstance(labelled, LabelledSet)
        assert len(labelled.texts) == 36
        assert labelled.texts[-1] == "test é 11"


class TestChunks:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(delimited, "SAMPLE_ROWS", 3)
        monkeypatch.setattr(dialect, "SAMPLE_ROWS", 3)
        monkeypatch.setattr(delimited, "_CELLS_IN_CHUNK", 6)
        monkeypatch.setattr(delimited, "_BLOCK_CHARS", 50)
        monkeypatch.setattr(records, "_CELLS_IN_CHUNK", 5)

    def test_quoted_line_ends_may_lie_across_chunks(self, write: Write) -> None:
        texts = [f"line {k}\nand, {k}" for k in range(31)]
        buffer = io.StringIO()
        csv.writer(buffer).writerows([["text", "label"], *([text, "x"] for text in texts)])
        assert table(write(buffer.getvalue())).frame["text"].tolist() == texts

    def test_a_line_too_long_is_named_in_a_late_chunk(self, write: Write) -> None:
        for content in ("a,b\n" + "1,2\n" * 40 + "1,2,3\n", 'a,"b"\n' + "1,2\n" * 40 + "1,2,3\n"):
            with pytest.raises(ConfigError, match="3 in line 42 of"):
                table(write(content))

    def test_a_quote_that_is_opened_late_is_named_by_its_line(self, write: Write) -> None:
        with pytest.raises(ConfigError, match="a quote opened in line 42 of"):
            table(write("a,b\n" + "1,2\n" * 40 + '"1,2\n' + "1,2\n" * 3))

    def test_short_lines_are_filled_up(self, write: Write) -> None:
        found = table(write("a,b,c\n" + "1,2,3\n" * 30 + "4\n\n5,6\n"))
        assert found.frame.tail(3).to_numpy().tolist() == [["4", "", ""], ["", "", ""], ["5", "6", ""]]

    def test_too_many_rows_are_refused_wherever_they_are_found(self, write: Write) -> None:
        for content in ("a,b\n" + "1,2\n" * 5_001, '"a",b\n' + "1,2\n" * 5_001):
            with pytest.raises(ConfigError, match="at most 5,000 rows"):
                table(write(content))
            assert len(table(write(content[:-4])).frame) == 5_000

    def test_keys_that_come_late_and_go_are_filled_up(self, write: Write) -> None:
        objects = [{"a": k} if k < 9 else {"b": k, "c": None} if k < 17 else {"a": k, "d": True} for k in range(31)]
        for content in ("\n".join(map(json.dumps, objects)), json.dumps(objects)):
            frame = table(write(content, "data.jsonl")).frame
            expected = [
                ["" if row.get(key) is None else str(row[key]).lower() for key in ("a", "b", "c", "d") if key != "c"]
                for row in objects
            ]
            assert frame.drop(columns="c").to_numpy().tolist() == expected
            assert frame["c"].tolist() == [""] * 31


CELL = st.text(st.sampled_from("ab1 é.-\u00a0\u3000"), max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12),
    lengths=st.lists(st.integers(1, 3), max_size=3),
    sign=st.sampled_from(",;\t|"),
)
def test_the_fast_and_the_careful_parser_give_the_same_cells(
    tmp_path: Path, rows: list[list[str]], lengths: list[int], sign: str
) -> None:
    """A text without quotes goes the fast way; the same text with its first cell in quotes does not."""
    header = sign.join(["one", "two", "three"])
    lines = [sign.join(row) for row in rows]
    lines += [sign.join(row[:length]) for row, length in zip(rows, lengths, strict=False)] + [
        "x" + sign + "y" + sign + "z"
    ]
    found = []
    for first in (header, header.replace("one", '"one"')):
        path = tmp_path / "0.csv"
        path.write_text("\n".join([first, *lines]), encoding="utf-8")
        found.append(
            table(path, delimiter={",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[sign], header=True)
        )
    pd.testing.assert_frame_equal(found[0].frame, found[1].frame)
    assert found[0].frame.dtypes.astype(str).unique().tolist() == ["str"]


def test_reading_is_told_in_order_and_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "0.csv"
    path.write_text("date,value\n" + "".join(f"{1700 + k},{k * k % 17}\n" for k in range(400)))
    shares: list[float] = []
    read_files("series", [path], DataConfig(), LIMITS, tell=lambda share, what: shares.append(share))
    assert shares == sorted(set(shares))
    assert shares[-1] == 1.0
    assert len(shares) <= 101


def test_many_files_are_told_as_one(tmp_path: Path) -> None:
    paths = [tmp_path / f"{k}.txt" for k in range(7)]
    for path in paths:
        path.write_text("words and words " * 9)
    told: list[tuple[float, str]] = []
    read_files("text", paths, DataConfig(), LIMITS, tell=lambda share, what: told.append((share, what)))
    assert len(told) >= 7
    assert {what for _, what in told} == {"Reading the file"}


@pytest.mark.parametrize("name", ["many.csv", "many.jsonl"])
def test_a_column_is_taken_out_in_its_order_however_often_memory_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    texts = [f"text {row} " + "é" * (row % 7) for row in range(4_003)]
    texts[5] = ""
    lines = [json.dumps({"text": text, "label": "a"}) for text in texts]
    path = tmp_path / name
    path.write_text(
        "\n".join(lines if name.endswith("l") else ["text,label", *(f"{t},a" for t in texts)]) + "\n", encoding="utf-8"
    )
    monkeypatch.setattr(delimited, "_BLOCK_CHARS", 1_009)
    monkeypatch.setattr(records, "_CELLS_IN_CHUNK", 101)
    monkeypatch.setattr(reading, "_LUMP", 4_001)
    table = read_table(InputFile(path, name), Limits())
    assert take_texts(table.frame, "text") == [text.strip() for text in texts]
    assert list(table.frame.columns) == ["label"]
