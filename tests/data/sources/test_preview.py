"""A look at the beginning of a file finds what reading finds, and stays there when the file cannot be used."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import LabelledSet, PairSet, SeriesSet
from core.data.kinds import KINDS
from core.data.sources import files as module
from core.data.sources.files import preview, read_files
from core.data.sources.preview import NUM_ROWS, Preview
from tests.data.sources.hostile import HOSTILE

LIMITS = Limits(max_upload_bytes=3_000_000, max_rows=5_000, max_columns=50)
DAYS = list(pd.date_range("2021-01-01", periods=31).strftime("%d.%m.%Y"))
SERIES = "when;sold;rain\n" + "".join(f"{day};{k},5;{k * k % 7}\n" for k, day in enumerate(DAYS))
REVIEWS = "id\tstars\treview\n" + "".join(f"{k}\t{k % 3}\ta film, number {k}\n" for k in range(31))
PAIRS = "english,french,note\n" + "".join(f"the cat {k},le chat {k},ok\n" for k in range(31))
PROSE = "The quick brown fox jumps over the lazy dog.\n" * 99
TAGGED = "".join(f"The D\ncat{k} N\nsleeps V\n\n" for k in range(20))

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return to_file


def look(kind: str, *paths: Path, **choices: object) -> Preview:
    return preview(kind, paths, DataConfig(**choices), LIMITS, [path.name for path in paths])


class TestSeries:
    def test_fillers_can_be_kept_where_there_are_any(self, write: Write) -> None:
        path = write(SERIES.replace(";7,5;", ";-999;").replace(";9,5;", ";-999;"))
        assert look("series", path).found["sentinels"] == "auto"
        assert look("series", path, sentinels="none").found["sentinels"] == "auto"
        assert "sentinels" not in look("series", write(SERIES)).found

    def test_how_it_is_written_and_what_the_columns_are_is_found(self, write: Write) -> None:
        found = look("series", write(SERIES))
        assert found.kind == "table"
        assert found.columns == ("when", "sold", "rain")
        assert found.rows[:2] == (("01.01.2021", "0,5", "0"), ("02.01.2021", "1,5", "1"))
        assert len(found.rows) == NUM_ROWS and not found.is_whole
        assert found.files == ("data.csv",)
        assert found.found == {
            "encoding": "utf-8", "delimiter": "semicolon", "header": True, "time_column": "when",
            "date_format": "day_first", "series_column": None, "target_columns": ("sold",),
            "covariate_columns": ("rain",), "future_columns": (),
        }  # fmt: skip

    def test_what_is_found_stays_what_it_is_when_a_choice_is_made(self, write: Write) -> None:
        path = write(SERIES)
        free = look("series", path)
        for choice in ({"encoding": "latin-1"}, {"delimiter": "semicolon"}, {"date_format": "month_first"}):
            assert look("series", path, **choice).found == free.found
        chosen = look("series", path, target_columns=("rain",))
        assert chosen.found["target_columns"] == ("sold",)
        assert chosen.found["covariate_columns"] == ("sold",)

    def test_a_column_that_is_known_ahead_is_not_taken_to_be_forecast(self, write: Write) -> None:
        found = look("series", write(SERIES), future_columns=("rain",)).found
        assert (found["target_columns"], found["covariate_columns"]) == (("sold",), ())

    def test_what_stays_the_same_can_be_said_where_series_stand_below_each_other(self, write: Write) -> None:
        assert "static_columns" not in look("series", write(SERIES)).found
        rows = "".join(
            f"2021-01-{1 + step // 2:02},{'ab'[step % 2]},{step % 7},{5 * (step % 2)}\n" for step in range(60)
        )
        found = look("series", write("day,shop,sold,size\n" + rows)).found
        assert found["static_columns"] == found["future_columns"] == ()
        alone = "".join(line.rsplit(",", 1)[0] + "\n" for line in rows.splitlines())
        assert "future_columns" not in look("series", write("day,shop,sold\n" + alone)).found

    def test_a_corrected_delimiter_changes_the_columns(self, write: Write) -> None:
        found = look("series", write(SERIES), delimiter="comma")
        assert found.columns[0] == "when;sold;rain" or len(found.columns) != 3
        assert found.found["delimiter"] == "semicolon"

    @pytest.mark.parametrize("choice", [{"delimiter": "bar"}, {"encoding": "utf-16"}])
    def test_a_choice_that_cannot_be_leaves_what_is_found(self, write: Write, choice: dict[str, str]) -> None:
        found = look("series", write(SERIES), **choice)
        assert found.columns == ("when", "sold", "rain")
        assert found.found["delimiter"] == "semicolon"
        assert found.found["encoding"] == "utf-8"

    def test_without_a_header_columns_are_numbered(self, write: Write) -> None:
        found = look("series", write(SERIES), header=False)
        assert found.columns == ("column 1", "column 2", "column 3")
        assert found.found["header"] is True

    def test_a_table_that_cannot_be_used_is_still_shown(self, write: Write) -> None:
        path = write("a,b\nx,y\nz,w\n")
        with pytest.raises(ConfigError):
            read_files("series", [path], DataConfig(), LIMITS)
        found = look("series", path)
        assert found.columns and found.rows
        assert found.is_whole
        assert found.found["time_column"] is None


class TestTexts:
    def test_the_beginning_of_a_text_is_shown(self, write: Write) -> None:
        found = look("text", write(PROSE, "a.txt"))
        assert (found.kind, found.text, found.rows) == ("text", PROSE[:2_000], ())
        assert found.found == {"encoding": "utf-8"}
        assert not found.is_whole

    def test_a_short_text_is_whole(self, write: Write) -> None:
        found = look("text", write("café".encode("latin-1"), "a.txt"))
        assert found == Preview("text", (), (), "café", ("a.txt",), {"encoding": "windows-1252"}, True)

    def test_a_csv_is_a_text_whose_columns_can_be_chosen(self, write: Write) -> None:
        path = write(REVIEWS)
        found = look("text", path)
        assert (found.kind, found.columns) == ("text", ("id", "stars", "review"))
        assert found.found["text_column"] is None
        chosen = look("text", path, text_column="review")
        assert chosen.kind == "table"
        assert chosen.found["delimiter"] == "tab"

    def test_a_choice_without_a_meaning_can_be_taken_back(self, write: Write) -> None:
        found = look("text", write(PROSE, "a.txt"), delimiter="comma", header=True)
        assert found.found == {"encoding": "utf-8", "delimiter": None, "header": None}
        found = look("labelled", write(TAGGED, "a.conll"), text_column="word")
        assert found.found == {"encoding": "utf-8", "text_column": None}

    def test_the_files_of_a_zip_are_named(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "0.zip", "w") as archive:
            archive.writestr("b.txt", "Second.")
            archive.writestr("a.txt", "First.")
            archive.writestr("README.md", "About.")
        found = look("text", tmp_path / "0.zip")
        assert found.files == ("a.txt", "b.txt")
        assert found.text == "First.\n\nSecond."
        assert found.is_whole

    def test_parts_show_the_training_part_and_name_all(self, tmp_path: Path) -> None:
        for name in ("train", "valid", "test"):
            (tmp_path / f"{name}.txt").write_text(f"words of {name}")
        found = look("text", tmp_path)
        assert found.text == "words of train"
        assert found.files == ("train.txt", "valid.txt", "test.txt")
        assert not found.is_whole


class TestOthers:
    def test_text_and_label_are_found(self, write: Write) -> None:
        path = write(REVIEWS)
        found = look("labelled", path).found
        assert (found["text_column"], found["label_column"]) == ("review", "stars")
        chosen = look("labelled", path, label_column="id").found
        assert (chosen["text_column"], chosen["label_column"]) == ("review", "stars")
        wrong = look("labelled", path, label_column="nothing of the name").found
        assert (wrong["text_column"], wrong["label_column"]) == ("review", "stars")

    def test_source_and_target_are_found(self, write: Write) -> None:
        path = write(PAIRS)
        found = look("pairs", path).found
        assert (found["src_column"], found["trg_column"]) == ("english", "french")
        path = write(PAIRS.replace(",note", "").replace(",ok", ""))
        chosen = look("pairs", path, src_column="french").found
        assert (chosen["src_column"], chosen["trg_column"]) == ("english", "english")

    def test_parallel_files_stand_side_by_side(self, write: Write) -> None:
        paths = [write("one\ntwo\nthree\n", "a.en"), write("un\ndeux\ntrois\n", "a.fr")]
        found = look("pairs", *paths)
        assert found.kind == "text"
        assert found.rows[:3] == (("one", "un"), ("two", "deux"), ("three", "trois"))
        assert found.text == "one\ntwo\nthree\n\nun\ndeux\ntrois"
        assert found.found == {"encoding": "utf-8"}
        assert found.is_whole

    @pytest.mark.parametrize("kind", ["tagged", "labelled", "text"])
    def test_tagged_words_are_shown_as_what_they_are(self, write: Write, kind: str) -> None:
        found = look(kind, write(TAGGED, "a.conll"))
        assert (found.kind, found.columns) == ("tagged", ("column 1", "column 2"))
        assert found.rows[:5] == (("The", "D"), ("cat0", "N"), ("sleeps", "V"), ("", ""), ("The", "D"))
        assert found.found.get("label_column") == ("column 2" if kind == "tagged" else None)

    def test_json_lines_and_parquet_have_no_delimiter(self, write: Write, tmp_path: Path) -> None:
        rows = [{"text": f"a film {k}", "label": k % 2} for k in range(31)]
        found = look("labelled", write("\n".join(map(json.dumps, rows)), "a.jsonl"))
        assert found.found == {"encoding": "utf-8", "text_column": "text", "label_column": "label"}
        pd.DataFrame(rows).to_parquet(tmp_path / "a.parquet")
        found = look("labelled", tmp_path / "a.parquet", delimiter="comma")
        assert found.found == {"delimiter": None, "text_column": "text", "label_column": "label"}
        assert found.rows[1] == ("a film 1", "1")

    def test_a_file_that_is_nothing_is_refused(self, write: Write) -> None:
        for content in (b"", bytes(range(32)) * 99, b"%PDF-1.7"):
            with pytest.raises(ConfigError):
                look("labelled", write(content))


class TestLargeFiles:
    @pytest.fixture(autouse=True)
    def _short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "HEAD_BYTES", 501)

    @pytest.mark.parametrize("pack", [bytes, gzip.compress])
    def test_only_the_beginning_is_read(self, write: Write, pack: Callable[[bytes], bytes]) -> None:
        path = write(pack(SERIES.encode()), "data.csv.gz" if pack is gzip.compress else "data.csv")
        assert look("series", path).found == look("series", write(SERIES)).found
        assert len(look("series", path).rows) == NUM_ROWS

    def test_what_is_cut_is_left_out(self, write: Write) -> None:
        text = "text,label\n" + "".join(f'"line {k}\n{"x" * 99}",{k % 2}\n' for k in range(31))
        found = look("labelled", write(text))
        assert [row[0] for row in found.rows] == [f"line {k}\n{'x' * 99}" for k in range(len(found.rows))]
        assert 2 <= len(found.rows) <= 4

    @pytest.mark.parametrize("as_list", [False, True])
    def test_objects_that_are_cut_are_left_out(self, write: Write, as_list: bool) -> None:
        rows = [{"text": f"a film {k}", "label": k % 2} for k in range(99)]
        content = json.dumps(rows) if as_list else "\n".join(map(json.dumps, rows))
        found = look("labelled", write(content, "a.json"))
        assert found.kind == "table"
        assert found.rows[-1] == (f"a film {NUM_ROWS - 1}", str((NUM_ROWS - 1) % 2))


@pytest.mark.parametrize("kind", ["series", "labelled", "pairs"])
@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_shown_as_found_is_what_reading_does(tmp_path: Path, kind: str, case: str) -> None:
    """Choosing what was found changes nothing, and what cannot be read is never more than a `ConfigError`."""
    content = HOSTILE[case]
    path = tmp_path / ("0.jsonl" if "JSON" in case else "0.csv")
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    try:
        found = preview(kind, [path], DataConfig(), LIMITS, names=["mine"])
    except ConfigError:
        with pytest.raises(ConfigError):
            read_files(kind, [path], DataConfig(), LIMITS)
        return
    assert all(isinstance(cell, str) and len(cell) <= 200 for row in found.rows for cell in row)
    try:
        data = read_files(kind, [path], DataConfig(), LIMITS)
    except ConfigError:
        return
    chosen = {name: value for name, value in found.found.items() if value not in (None, ())}
    if data.notes and any("not quite UTF-8" in note for note in data.notes):
        del chosen["encoding"]  # what is broken is mended only where nobody promised that it is whole
    again = read_files(kind, [path], DataConfig(**chosen), LIMITS)
    if isinstance(data, SeriesSet) and isinstance(again, SeriesSet):
        pd.testing.assert_frame_equal(data.frame, again.frame)
        assert data.target_columns == again.target_columns
    elif isinstance(data, LabelledSet) and isinstance(again, LabelledSet):
        assert (data.texts, data.labels) == (again.texts, again.labels)
    else:
        assert isinstance(data, PairSet) and isinstance(again, PairSet)
        assert (data.src, data.trg) == (again.src, again.trg)


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_chosen_a_look_is_had_or_refused(tmp_path: Path, kind: str, every: int) -> None:
    """Every kind and every file meet every choice; all three together where there is time."""
    choices = ({"encoding": "utf-16"}, {"delimiter": "tab", "header": False}, {"encoding": "latin-1", "header": True})
    for number, content in enumerate(HOSTILE.values()):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        for choice in choices[(number + list(KINDS).index(kind)) % every :: every]:
            try:
                found = preview(kind, [path], DataConfig(**choice), LIMITS, names=["mine"])
            except ConfigError:
                continue
            assert found.rows or found.text
            assert set(choice) <= set(found.found)
