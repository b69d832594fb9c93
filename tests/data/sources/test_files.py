"""A visitor's own files: every format and encoding loads, every broken one says what to do."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import LabelledSet, PairSet, SeriesSet, TextSet
from core.data.sources.files import read_files

TRIPLES = "".join(f"2021-01-{day:02d},{day},{day % 5},{day % 7}\n" for day in range(1, 32))
DAYS = [f"2021-01-{day:02d}" for day in range(1, 32)]
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
LIMITS = Limits(max_upload_bytes=3_000_000, max_rows=5_000, max_columns=50)
PROSE = "The quick brown fox jumps over the lazy dog. " * 6

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes text or bytes to a new file and gives its path."""

    def to_file(content: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return to_file


def read_series(path: Path, **choices: object) -> SeriesSet:
    result = read_files("forecasting", [path], DataConfig(**choices), LIMITS)
    assert isinstance(result, SeriesSet)
    assert np.isfinite(result.frame.to_numpy()).all()
    assert set(result.target_columns) <= set(result.frame.columns)
    return result


def read_labelled(*paths: Path, **choices: object) -> LabelledSet:
    result = read_files("sentiment", paths, DataConfig(**choices), LIMITS)
    assert isinstance(result, LabelledSet)
    return result


def read_text(*paths: Path, **choices: object) -> TextSet:
    result = read_files("generation", paths, DataConfig(**choices), LIMITS)
    assert isinstance(result, TextSet)
    return result


def read_pairs(*paths: Path, **choices: object) -> PairSet:
    result = read_files("translation", paths, DataConfig(**choices), LIMITS)
    assert isinstance(result, PairSet)
    return result


def refusal(task: str, paths: Sequence[Path], **choices: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_files(task, paths, DataConfig(**choices), LIMITS)
    return caught.value


def table(times: Sequence[object], values: Sequence[object] | None = None, header: str = "date,value") -> str:
    values = [k * k % 17 for k in range(len(times))] if values is None else values
    return "\n".join([header, *(f"{time},{value}" for time, value in zip(times, values, strict=True))]) + "\n"


def pairs(count: int, delimiter: str = "\t") -> str:
    return "".join(f"the cat {k}{delimiter}le chat {k}\n" for k in range(count))


def reviews(count: int, header: str = "text,label\n") -> str:
    return header + "".join(f'"a film, number {k}",{"good" if k % 2 else "bad"}\n' for k in range(count))


def spans(start: str, periods: int, step: str) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=periods, freq=step)


class TestSeries:
    def test_a_plain_csv_gives_a_daily_series(self, write: Write) -> None:
        series = read_series(write(table(DAYS)))
        assert series.frequency == "daily"
        assert series.target_columns == ("value",)
        assert series.frame.index[0] == pd.Timestamp("2021-01-01")
        assert series.frame["value"].tolist() == [k * k % 17 for k in range(31)]
        assert series.notes == ("one row a day",)

    @pytest.mark.parametrize(
        ("frequency", "times"),
        [
            ("yearly", [str(year) for year in range(1700, 1730)]),
            ("quarterly", [f"{1959 + k // 4}Q{k % 4 + 1}" for k in range(30)]),
            ("quarterly", [f"Q{k % 4 + 1} {1959 + k // 4}" for k in range(30)]),
            ("monthly", [f"{1949 + k // 12}-{k % 12 + 1:02d}" for k in range(30)]),
            ("monthly", list(spans("2001-01-31", 30, "ME").strftime("%d.%m.%Y"))),
            ("monthly", [f"{1949 + k / 12:.3f}" for k in range(30)]),
            ("monthly", list(spans("2001-01-01", 30, "MS").strftime("%b %Y"))),
            ("weekly", list(spans("2020-01-04", 30, "7D").strftime("%Y/%m/%d"))),
            ("weekly", [f"2021-W{week:02d}" for week in range(1, 31)]),
            ("daily", list(spans("2020-01-04", 30, "D").strftime("%m/%d/%Y"))),
            ("daily", list(spans("2020-01-04", 30, "D").strftime("%d/%m/%Y"))),
            ("daily", list(spans("2020-01-04", 30, "D").strftime("%Y%m%d"))),
            ("daily", list(spans("2020-01-06", 30, "B").strftime("%Y-%m-%d"))),
            ("hourly", list(spans("2020-01-04", 30, "h").strftime("%Y-%m-%dT%H:%M:%SZ"))),
            ("hourly", list(spans("2020-01-04", 30, "h").strftime("%m/%d/%Y %I:%M %p"))),
            ("minutely", [str(1_600_000_000 + 60 * k) for k in range(30)]),
            ("minutely", [str(1_600_000_000_000 + 60_000 * k) for k in range(30)]),
            (None, list(spans("2020-01-04", 30, "10min").strftime("%Y-%m-%d %H:%M"))),
        ],
    )
    def test_times_are_read_and_their_step_is_named(
        self, write: Write, frequency: str | None, times: list[str]
    ) -> None:
        series = read_series(write(table(times)))
        assert series.frequency == frequency
        assert isinstance(series.frame.index, pd.DatetimeIndex)
        assert len(series.frame) == 30

    def test_day_first_dates_keep_their_days(self, write: Write) -> None:
        series = read_series(write(table(list(spans("2020-02-01", 40, "D").strftime("%d/%m/%Y")))))
        assert series.frame.index[-1] == pd.Timestamp("2020-03-11")

    def test_time_zones_become_utc(self, write: Write) -> None:
        times = spans("2020-01-01", 30, "h").strftime("%Y-%m-%dT%H:%M:%S+02:00")
        series = read_series(write(table(list(times))))
        assert isinstance(series.frame.index, pd.DatetimeIndex)
        assert series.frame.index.tz is None
        assert series.frame.index[0] == pd.Timestamp("2019-12-31 22:00")

    def test_rows_are_sorted_and_repeated_times_keep_the_last(self, write: Write) -> None:
        times = [*reversed(DAYS), DAYS[4]]
        series = read_series(write(table(times, range(32))))
        assert series.frame["value"].iloc[0] == 30
        assert series.frame["value"].iloc[4] == 31
        assert "rows sorted by time" in series.notes
        assert "1 row with a repeated time dropped, the last one kept" in series.notes

    def test_missing_times_come_back_as_straight_lines(self, write: Write) -> None:
        kept = [k for k in range(31) if k not in (7, 8)]
        series = read_series(write(table([DAYS[k] for k in kept], [3 * k for k in kept])))
        assert len(series.frame) == 31
        assert series.frame["value"].tolist() == [3.0 * k for k in range(31)]
        assert "2 missing time steps added" in series.notes

    def test_missing_and_infinite_values_are_filled_and_counted(self, write: Write) -> None:
        values: list[object] = [float(k) for k in range(31)]
        values[0], values[5], values[6], values[30] = "NA", "inf", "", "1e999"
        series = read_series(write(table(DAYS, values)))
        assert series.frame["value"].tolist() == [1.0, *(float(k) for k in range(1, 30)), 29.0]
        assert "2 infinite or huge values in 'value' treated as missing" in series.notes
        assert "4 missing values filled by straight lines" in series.notes

    def test_irregular_times_give_equally_spaced_rows(self, write: Write) -> None:
        days = np.cumsum(np.arange(1, 31) ** 2 % 13 * 3 + 1)
        times = [str(np.datetime64("2020-01-01") + int(day)) for day in days]
        series = read_series(write(table(times)))
        assert isinstance(series.frame.index, pd.RangeIndex)
        assert any("no regular time step" in note for note in series.notes)

    def test_without_a_time_column_rows_are_counted(self, write: Write) -> None:
        series = read_series(write("a,b\n" + "".join(f"{k % 7},{k % 5}\n" for k in range(30))))
        assert isinstance(series.frame.index, pd.RangeIndex)
        assert series.target_columns == ("a", "b")

    def test_a_file_of_numbers_alone_is_a_series(self, write: Write) -> None:
        series = read_series(write("\n".join(str(k % 7) for k in range(30)), "numbers.txt"))
        assert list(series.frame.columns) == ["column 1"]
        assert len(series.frame) == 30

    def test_time_in_year_month_day_hour_columns_is_put_together(self, write: Write) -> None:
        times = spans("2010-01-30", 60, "h")
        rows = "".join(f"{k + 1},{t.year},{t.month},{t.day},{t.hour},{k % 9}\n" for k, t in enumerate(times))
        series = read_series(write("No,year,month,day,hour,pm\n" + rows))
        assert series.frequency == "hourly"
        assert list(series.frame.columns) == ["pm"]

    def test_date_and_clock_columns_are_put_together(self, write: Write) -> None:
        times = spans("2010-01-30", 60, "h")
        rows = "".join(f"{t:%d/%m/%Y};{t:%H.%M.%S};{k % 9},5\n" for k, t in enumerate(times))
        series = read_series(write("Date;Time;CO\n" + rows))
        assert series.frequency == "hourly"
        assert series.frame["CO"].iloc[1] == 1.5

    @pytest.mark.parametrize(
        ("cell", "delimiter", "expected"),
        [
            ("{},5", ";", 1.5),
            ("1.00{},5", ";", 1001.5),
            ('"1,00{}"', ",", 1001.0),
            ('"$1,00{}.50"', ",", 1001.5),
            ("{}.5%", ",", 1.5),
            ("{}e2", "\t", 100.0),
            ("\u2212{}", ",", -1.0),
        ],
    )
    def test_numbers_are_read_in_the_usual_spellings(
        self, write: Write, cell: str, delimiter: str, expected: float
    ) -> None:
        rows = "".join(f"{day}{delimiter}{cell.format(k % 9)}\n" for k, day in enumerate(DAYS))
        series = read_series(write(f"date{delimiter}value\n{rows}"))
        assert series.frame["value"].iloc[1] == expected

    def test_one_of_many_columns_is_the_target_and_the_note_says_so(self, write: Write) -> None:
        rows = "".join(f"{day},{k % 3},{k % 5},{k % 7},{k % 11},x{k}\n" for k, day in enumerate(DAYS))
        series = read_series(write("date,a,b,c,d,name\n" + rows))
        assert series.target_columns == ("a",)
        assert list(series.frame.columns) == ["a", "b", "c", "d"]
        assert any("'a' is forecast from all 4 columns" in note for note in series.notes)
        assert any("'name'" in note and "not numbers" in note for note in series.notes)

    def test_chosen_columns_come_before_guesses(self, write: Write) -> None:
        rows = "".join(f"{k},{day},{k % 5}\n" for k, day in enumerate(DAYS))
        path = write("value,when,other\n" + rows)
        series = read_series(path, time_column="when", target_columns=("other",))
        assert series.target_columns == ("other",)
        assert series.frame.index.name == "when"

    def test_a_mostly_empty_column_is_left_out(self, write: Write) -> None:
        rows = "".join(f"{day},{k % 5},{k if k % 3 == 0 else ''}\n" for k, day in enumerate(DAYS))
        series = read_series(write("date,a,sparse\n" + rows))
        assert list(series.frame.columns) == ["a"]
        assert any("more than half is missing" in note for note in series.notes)

    def test_parquet_gives_what_csv_gives(self, write: Write, tmp_path: Path) -> None:
        frame = pd.DataFrame({"value": np.arange(31) * 1.5, "name": "x"}, index=pd.DatetimeIndex(DAYS, name="date"))
        frame.to_parquet(tmp_path / "data.parquet")
        series = read_series(tmp_path / "data.parquet")
        expected = read_series(write(table(DAYS, [k * 1.5 for k in range(31)])))
        pd.testing.assert_frame_equal(series.frame, expected.frame, check_freq=False)

    def test_every_wrong_column_name_is_listed_at_once(self, write: Write) -> None:
        error = refusal("forecasting", [write(table(DAYS))], time_column="when", target_columns=("price",))
        assert [problem.field for problem in error.problems] == ["data.time_column", "data.target_columns"]
        assert "'date', 'value'" in str(error)


class TestText:
    def test_files_are_joined_by_a_blank_line(self, write: Write) -> None:
        result = read_text(write(PROSE, "a.txt"), write("Second.\r\n", "b.txt"))
        assert result.text == PROSE + "\n\nSecond.\n"

    def test_line_ends_and_control_characters_are_cleaned(self, write: Write) -> None:
        result = read_text(write("\ufeff" + PROSE + "a\r\nb\rc\td\x07\x7f\x85", "a.txt"))
        assert result.text == PROSE + "a\nb\nc\td"

    def test_a_folder_divides_itself(self, write: Write) -> None:
        write(PROSE + "train", "set/train.txt")
        write("held out", "set/dev.txt")
        path = write("last", "set/test.txt")
        write("read me", "set/README.md")
        assert read_text(path.parent).parts == {"train": PROSE + "train", "validation": "held out", "test": "last"}

    def test_a_missing_validation_file_is_cut_off_training(self, write: Write) -> None:
        write(PROSE, "set/train.txt")
        folder = write("last", "set/test.txt").parent
        result = read_text(folder, split=(0.6, 0.3, 0.1))
        assert result.parts["train"] + result.parts["validation"] == PROSE
        assert len(result.parts["train"]) == 180

    def test_uploads_named_after_parts_divide_themselves(self, write: Write) -> None:
        paths = [write(PROSE, "0.txt"), write("held out", "1.txt")]
        result = read_files("generation", paths, DataConfig(), LIMITS, names=["train.txt", "valid.txt"])
        assert isinstance(result, TextSet)
        assert set(result.parts) == {"train", "validation"}

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
    def test_encodings_give_the_same_text(self, write: Write, encoding: str) -> None:
        text = PROSE + "Café déjà vu, ß and ½."
        result = read_text(write(text.encode(encoding), "a.txt"))
        assert result.text == text
        assert bool(result.notes) == (encoding in ("cp1252", "latin-1"))

    def test_a_few_broken_bytes_do_not_change_the_encoding(self, write: Write) -> None:
        result = read_text(write(("é" * 300).encode() + b"\xff" + PROSE.encode(), "a.txt"))
        assert result.text.startswith("é" * 300 + "\ufffd")
        assert "1 broken character replaced" in result.notes[0]

    def test_utf_16_without_its_mark_is_read_and_said(self, write: Write) -> None:
        for encoding in ("utf-16-le", "utf-16-be"):
            result = read_text(write((PROSE + "é").encode(encoding), "a.txt"))
            assert result.text == PROSE + "é"
            assert "read as UTF-16" in result.notes[0]

    def test_short_texts_of_json_lines_and_parquet_are_items(self, write: Write, tmp_path: Path) -> None:
        names = [f"Name{k} of several letters" for k in range(12)]
        pd.DataFrame({"id": range(12), "name": names}).to_parquet(tmp_path / "a.parquet")
        lines = "".join(json.dumps({"name": name}) + "\n" for name in names)
        assert read_text(write(lines, "a.jsonl")).items == tuple(names)
        assert read_text(tmp_path / "a.parquet").items == tuple(names)

    def test_long_texts_of_json_lines_are_joined_like_files(self, write: Write) -> None:
        lines = "".join(json.dumps({"text": f"Title {k}\n{PROSE}"}) + "\n" for k in range(12))
        result = read_text(write(lines, "a.jsonl"))
        assert result.items == ()
        assert result.text.startswith(f"Title 0\n{PROSE.strip()}\n\nTitle 1\n")

    def test_a_csv_is_plain_text_until_its_column_is_named(self, write: Write) -> None:
        path = write(reviews(20), "a.csv")
        assert read_text(path).text == reviews(20)
        assert read_text(path, text_column="text").items[3] == "a film, number 3"
        assert refusal("generation", [path], text_column="body").problems[0].field == "data.text_column"


class TestLabelled:
    def test_text_and_label_are_found_by_name(self, write: Write) -> None:
        rows = "".join(f'{k},"It was ""fine"", {k}",{k % 3 + 1}\n' for k in range(12))
        result = read_labelled(write("id,review,stars\n" + rows))
        assert result.texts[0] == 'It was "fine", 0'
        assert result.classes == ("1", "2", "3")

    def test_a_file_without_header_keeps_its_first_row(self, write: Write) -> None:
        result = read_labelled(write("".join(f'a "film {k}\t{k % 2}\n' for k in range(12)), "train.tsv"))
        assert len(result.texts) == 12
        assert result.texts[0] == 'a "film 0'

    def test_words_as_labels_without_header_are_seen(self, write: Write) -> None:
        result = read_labelled(write(reviews(12, header="")))
        assert len(result.texts) == 12
        assert result.classes == ("bad", "good")

    def test_an_unknown_header_is_seen(self, write: Write) -> None:
        result = read_labelled(write(reviews(12, header="utt,mood\n")))
        assert len(result.texts) == 12

    def test_classes_are_sorted_by_number(self, write: Write) -> None:
        rows = "".join(f"film {k},{k % 3 * 5 + 1}.0\n" for k in range(12))
        assert read_labelled(write("text,label\n" + rows)).classes == ("1", "6", "11")

    def test_empty_rows_and_lonely_labels_are_dropped_and_counted(self, write: Write) -> None:
        text = reviews(12) + "no label,\n,good\n\nalone,odd\n"
        result = read_labelled(write(text))
        assert len(result.texts) == len(result.labels) == 12
        assert "2 rows without a label dropped" in result.notes
        assert "1 row without a text dropped" in result.notes
        assert any("'odd'" in note for note in result.notes)

    def test_json_lines_and_parquet_give_what_csv_gives(self, write: Write, tmp_path: Path) -> None:
        expected = read_labelled(write(reviews(12)))
        records = [{"text": t, "label": x} for t, x in zip(expected.texts, expected.labels, strict=True)]
        pd.DataFrame(records).to_parquet(tmp_path / "data.parquet")
        assert read_labelled(write("\n".join(map(json.dumps, records)), "data.jsonl")) == expected
        assert read_labelled(write(json.dumps(records), "data.json")) == expected
        assert read_labelled(tmp_path / "data.parquet") == expected

    def test_a_long_list_of_objects_is_read_whole(self, write: Write) -> None:
        limits = Limits(max_upload_bytes=10_000_000, max_rows=5_000)
        records = [{"text": f"{k} " + "x" * 2_000, "label": k % 2, "odd": [{}]} for k in range(3_000)]
        result = read_files("sentiment", [write(json.dumps(records, indent=1), "a.json")], DataConfig(), limits)
        assert isinstance(result, LabelledSet)
        assert [text.split()[0] for text in result.texts] == [str(k) for k in range(3_000)]

    def test_objects_may_lack_keys(self, write: Write) -> None:
        records = [{"text": f"film {k}", "label": k % 2} for k in range(12)]
        lines = [{"late": 1}, *records, {"text": "no label"}, {"label": 1, "text": "last"}]
        result = read_labelled(write("\n".join(map(json.dumps, lines)), "a.jsonl"))
        assert result.texts == (*(f"film {k}" for k in range(12)), "last")
        assert result.labels[-1] == "1"

    def test_a_folder_gives_rows_by_part(self, write: Write) -> None:
        write(reviews(20), "set/train.csv")
        write(reviews(4), "set/valid.csv")
        folder = write(reviews(6), "set/test.csv").parent
        result = read_labelled(folder)
        assert {split: len(rows) for split, rows in result.parts.items()} == {"train": 20, "validation": 4, "test": 6}
        assert sorted(row for rows in result.parts.values() for row in rows) == list(range(30))

    def test_a_label_that_training_lacks_is_dropped(self, write: Write) -> None:
        write(reviews(20), "set/train.csv")
        folder = write(reviews(6) + "new,unseen\n", "set/valid.csv").parent
        result = read_labelled(folder)
        assert result.classes == ("bad", "good")
        assert len(result.texts) == 26

    def test_a_listed_column_can_be_chosen_without_a_header(self, write: Write) -> None:
        path = write("".join(f"{k % 2}\ta film {k}\n" for k in range(12)))
        result = read_labelled(path, text_column="column 2", label_column="column 1")
        assert len(result.texts) == 12


class TestPairs:
    def test_two_columns_without_header(self, write: Write) -> None:
        result = read_pairs(write(pairs(11), "fra.txt"))
        assert result.src[0] == "the cat 0"
        assert result.trg[10] == "le chat 10"

    def test_quotes_in_tabbed_text_stay(self, write: Write) -> None:
        result = read_pairs(write('"Go," he said.\t"Va", dit-il.\n' + pairs(10), "fra.txt"))
        assert result.src[0] == '"Go," he said.'

    @pytest.mark.parametrize("header", ["src\ttrg\tby\n", "English\tFrench\tby\n", "source\ttarget\tby\n"])
    def test_a_header_and_further_columns_are_left_out(self, write: Write, header: str) -> None:
        rows = "".join(f"{line}\tsomebody\n" for line in pairs(11).splitlines())
        result = read_pairs(write(header + rows, "fra.tsv"))
        assert len(result.src) == 11
        assert result.src[0] == "the cat 0"

    def test_parallel_files_are_paired_and_empty_lines_dropped(self, write: Write) -> None:
        src = write("".join(f"a {k}\n" for k in range(11)) + "\nb\n", "a.en")
        trg = write("".join(f"x {k}\u2028y\n" for k in range(11)) + "z\nw\n", "a.fr")
        result = read_pairs(src, trg)
        assert len(result.src) == len(result.trg) == 12
        assert "1 pair with an empty side dropped" in result.notes

    def test_unequal_files_are_refused_with_both_counts(self, write: Write) -> None:
        error = refusal("translation", [write("a\n" * 11, "a.en"), write("b\n" * 13, "a.fr")])
        assert "11 lines" in str(error)
        assert "13" in str(error)

    def test_a_folder_of_parallel_files_follows_the_languages(self, write: Write) -> None:
        for split, count in (("train", 20), ("valid", 5), ("test", 6)):
            for language in ("de", "en"):
                path = write("".join(f"{language} {split} {k}\n" for k in range(count)), f"set/{split}.{language}")
        result = read_pairs(path.parent, src_language="en")
        assert result.src[0] == "en train 0"
        assert result.trg[-1] == "de test 5"
        assert {split: len(rows) for split, rows in result.parts.items()} == {"train": 20, "validation": 5, "test": 6}

    def test_more_than_two_languages_need_a_choice(self, write: Write) -> None:
        for language in ("de", "en", "fr"):
            path = write("a\n" * 12, f"set/train.{language}")
        assert refusal("translation", [path.parent]).problems[0].field == "data.src_language"
        assert len(read_pairs(path.parent, src_language="fr", trg_language="de").src) == 12


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
    "no values": ("forecasting", table(DAYS, ["NaN"] * 31)),
    "infinite values": ("forecasting", table(DAYS, ["inf", "-inf", "1e999"] * 10 + ["inf"])),
    "a constant": ("forecasting", table(DAYS, [5] * 31)),
    "words for numbers": ("forecasting", table(DAYS, ["five"] * 31)),
    "19 rows": ("forecasting", table(DAYS[:19])),
    "dates alone": ("forecasting", "date\n" + "\n".join(DAYS)),
    "one moment": ("forecasting", table([DAYS[0]] * 31)),
    "several series below each other": ("forecasting", table(DAYS * 4)),
    "formulas": ("forecasting", table(DAYS, ["=1+1"] * 31)),
    "hexadecimal": ("forecasting", table(DAYS, [f"0xF{k}" for k in range(31)])),
    "a short text": ("generation", "Too short."),
    "one character": ("generation", "a" * 500),
    "one column": ("sentiment", "text\n" + "fine\n" * 30),
    "one class": ("sentiment", "text,label\n" + "fine,good\n" * 30),
    "every label once": ("sentiment", "text,label\n" + "".join(f"film,l{k}\n" for k in range(40))),
    "101 classes": ("sentiment", "text,label\n" + "".join(f"film {k},l{k % 101}\n" for k in range(404))),
    "no labels": ("sentiment", "text,label\n" + "fine,\n" * 30),
    "no texts": ("sentiment", "text,label\n" + ",good\n,bad\n" * 30),
    "numbers for texts": ("sentiment", "a,b\n" + "".join(f"{k / 7},{k % 2}\n" for k in range(30))),
    "nine texts": ("sentiment", reviews(9)),
    "broken JSON": ("sentiment", '{"text": "fine", "label": 1}\n{"text": "fi\n' * 20),
    "JSON of numbers": ("sentiment", '{"text": "fine", "label": 1}\n5\n' * 20),
    "deep JSON": ("sentiment", '{"text": ' + "[" * 100_000 + "\n"),
    "too many JSON keys": ("sentiment", json.dumps({f"k{k}": 1 for k in range(100)}) + "\n"),
    "prose": ("translation", PROSE + "\n" + PROSE),
    "nine pairs": ("translation", pairs(9)),
    "empty sides": ("translation", "hello\t\n\tbonjour\n" * 30),
}


def cases() -> list[object]:
    tables = ("forecasting", "sentiment", "translation")
    groups = {"any": (*tables, "generation"), "tables": tables}
    return [
        pytest.param(task, content, id=f"{task}: {name}")
        for name, (group, content) in REFUSED.items()
        for task in groups.get(group, (group,))
    ]


@pytest.mark.parametrize(("task", "content"), cases())
def test_a_broken_file_is_refused_with_a_field_and_a_hint(write: Write, task: str, content: str | bytes) -> None:
    error = refusal(task, [write(content, "data.bin")])
    assert error.problems
    for problem in error.problems:
        assert problem.field in FIELDS
        assert problem.expected and problem.received
        assert problem.hint.endswith(".")
        assert "tokeniz" not in str(problem) and "Traceback" not in str(problem)
        assert len(str(problem)) < 700


ODD: dict[str, tuple[str, str]] = {
    "repeated column names": ("forecasting", "date,v,v,v\n" + TRIPLES),
    "an unnamed column": ("forecasting", ",date,v\n" + "".join(f"{k},{d},{k % 5}\n" for k, d in enumerate(DAYS))),
    "a comma at every line's end": ("forecasting", "date,v\n" + "".join(f"{d},{k},\n" for k, d in enumerate(DAYS))),
    "short lines": ("forecasting", table(DAYS) + "2021-02-01\n"),
    "blank lines": ("forecasting", table(DAYS).replace("\n", "\n\n")),
    "a last line of totals": ("forecasting", table([*DAYS, "Total"])),
    "huge numbers": ("forecasting", table(DAYS, [f"{k}e300" if k == 3 else k for k in range(31)])),
    "markup in names": ("forecasting", table(DAYS, header="date,<b>v</b>")),
    "spaces after commas": ("forecasting", table(DAYS).replace(",", ",   ")),
    "dates before Christ's pandas": ("forecasting", table([f"{year}-01-01" for year in range(1500, 1540)])),
    "dates far ahead": ("forecasting", table([f"{year}-01-01" for year in range(9900, 9999)])),
    "markup in labels": ("sentiment", 'text,label\n' + '<script>alert(1)</script>,<b>\nfine,"=SUM(A1)"\n' * 10),
    "right to left": ("sentiment", "text,label\n" + "שלום עולם,\u202eטוב\nمرحبا,سيئ\n" * 10),
    "emoji": ("sentiment", "text,label\n" + "😀😀,👍\n😡 👩‍👩‍👧,👎\n" * 10),
    "control characters in cells": ("sentiment", "text,label\n" + "a fine\x07 film indeed,x\nan awful\x1b film indeed,y\n" * 10),
    "line ends in quotes": ("sentiment", 'text,label\n' + '"one\ntwo",x\n"three",y\n' * 10),
    "half characters in JSON": ("sentiment", '{"text": "\\ud800a\\u0000", "label": 1}\n{"text": "b", "label": 2}\n' * 9),
    "nested JSON": ("sentiment", '{"text": "a", "label": true, "x": [1]}\n{"text": "b", "label": false}\n' * 10),
    "a million characters in a cell": ("sentiment", reviews(12) + "y" * 1_000_000 + ",good\n"),
    "Windows line ends": ("translation", pairs(12).replace("\n", "\r\n")),
    "commas": ("translation", pairs(12, ",")),
    "one long pair": ("translation", pairs(12) + "a" * 100_000 + "\tb\n"),
    "identical sides": ("translation", "same\tsame\n" * 12),
}  # fmt: skip


@pytest.mark.parametrize(("task", "content"), [pytest.param(*case, id=name) for name, case in ODD.items()])
def test_an_odd_file_is_read(write: Write, task: str, content: str) -> None:
    result = read_files(task, [write(content)], DataConfig(), LIMITS)
    if isinstance(result, SeriesSet):
        assert len(result.frame) >= 31
        assert result.frame.columns.is_unique
        assert np.isfinite(result.frame.to_numpy()).all()
    elif isinstance(result, LabelledSet):
        assert len(result.classes) == 2
        assert len(result.texts) == len(result.labels) >= 12
        "".join((*result.texts, *result.labels)).encode("utf-8")
    else:
        assert isinstance(result, PairSet)
        assert len(result.src) == len(result.trg) >= 12


class TestPaths:
    def test_every_missing_file_is_listed(self, tmp_path: Path) -> None:
        error = refusal("translation", [tmp_path / "a.en", tmp_path / "b.fr"])
        assert len(error.problems) == 2
        assert "a.en" in str(error) and "b.fr" in str(error)

    @pytest.mark.parametrize("name", ["a\x00b", "x" * 5_000, ".."])
    def test_a_strange_path_is_refused(self, tmp_path: Path, name: str) -> None:
        assert refusal("forecasting", [tmp_path / name]).problems[0].field == "data.path"

    def test_a_device_is_refused_unread(self) -> None:
        assert "device" in str(refusal("generation", [Path("/dev/zero")]))

    @pytest.mark.parametrize("extension", ["pdf", "xlsx", "zip", "docx", "pkl"])
    def test_a_foreign_format_is_told_which_formats_are_read(self, write: Write, extension: str) -> None:
        assert "CSV" in str(refusal("forecasting", [write(table(DAYS), f"data.{extension}")]))

    def test_a_folder_without_parts_is_refused(self, write: Write) -> None:
        folder = write(PROSE, "set/book.txt").parent
        assert "train.*" in str(refusal("generation", [folder]))
        assert "folder" in str(refusal("forecasting", [folder]))

    def test_no_file_and_too_many_files_are_refused(self, write: Write) -> None:
        path = write(table(DAYS))
        assert refusal("forecasting", []).problems[0].field == "data.path"
        assert "2 files" in str(refusal("forecasting", [path, path]))
        assert "3 files" in str(refusal("translation", [path, path, path]))

    def test_messages_use_the_names_that_the_visitor_knows(self, write: Write) -> None:
        with pytest.raises(ConfigError, match=r"holiday\.csv"):
            read_files("forecasting", [write(b"", "0.csv")], DataConfig(), LIMITS, names=["holiday.csv"])

    def test_an_unknown_task_is_a_mistake_in_code(self, write: Write) -> None:
        with pytest.raises(ValueError, match="task must be one of"):
            read_files("cooking", [write(PROSE)], DataConfig(), LIMITS)

    def test_a_column_that_does_not_exist_is_named_with_those_that_do(self, write: Write) -> None:
        path = write(reviews(12))
        error = refusal("sentiment", [path], text_column="body", label_column="mood")
        assert [problem.field for problem in error.problems] == ["data.text_column", "data.label_column"]
        assert "'text', 'label'" in str(error)

    def test_a_target_that_cannot_be_learned_is_refused_with_the_reason(self, write: Write) -> None:
        rows = "".join(f"{day},{k % 5},7,{k if k % 3 == 0 else ''}\n" for k, day in enumerate(DAYS))
        path = write("date,a,flat,sparse\n" + rows)
        assert "never changes" in str(refusal("forecasting", [path], target_columns=("flat",)))
        assert "half is missing" in str(refusal("forecasting", [path], target_columns=("sparse",)))
        assert "not numbers" in str(refusal("forecasting", [path], time_column="a", target_columns=("date",)))


@pytest.mark.parametrize(
    ("task", "path", "size"),
    [
        ("forecasting", "airline_passengers/airline-passengers.csv", 144),
        ("forecasting", "daily_min_temperatures/daily-min-temperatures.csv", 3_652),
        ("forecasting", "beijing_pm25/pollution.csv", 43_824),
        ("forecasting", "etth1/ETTh1.csv", 17_420),
        ("generation", "tinyshakespeare/input.txt", 1_115_394),
        ("sentiment", "sst2", 9_613),
    ],
)
def test_public_data_is_read_whole(task: str, path: str, size: int) -> None:
    folder = os.environ.get("UNROLL_DATA_DIR")
    if not folder or not (Path(folder) / path).exists():
        pytest.skip(f"{path} is not in UNROLL_DATA_DIR")
    result = read_files(task, [Path(folder) / path], DataConfig(), Limits())
    if isinstance(result, SeriesSet):
        assert len(result.frame) == size
        assert result.frequency in ("monthly", "daily", "hourly")
    elif isinstance(result, TextSet):
        assert len(result.text) == size
    else:
        assert isinstance(result, LabelledSet)
        assert len(result.texts) == size
