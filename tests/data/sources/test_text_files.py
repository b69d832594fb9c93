import gzip
import json
from pathlib import Path

import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import Rows
from core.data.sources.files import read_files
from tests.data.sources.common import read_text

LINES = [f"Line {number} says something of its own, in a few words." for number in range(12)]


def read(paths, **values):
    return read_files("text", paths, DataConfig(**values), Limits())


def table(lines):
    return "id,words\n" + "".join(f'{place},"{line}"\n' for place, line in enumerate(lines))


@pytest.fixture
def write(tmp_path):
    def to_file(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return to_file


def test_a_text_in_one_piece_counts_as_one_row(write):
    assert read([write("a.txt", "\n".join(LINES))]).rows == Rows(1)


def test_several_files_are_counted_and_named(write):
    paths = [write(name, "\n".join(LINES)) for name in ("b.txt", "a.txt", "c.txt")]
    text = read_files("text", paths, DataConfig(), Limits(), ["b.txt", "a.txt", "c.txt"])
    assert text.rows == Rows(3)
    assert text.notes == ("3 files: 'b.txt', 'a.txt', 'c.txt'",)


def test_many_files_are_named_as_far_as_there_is_room(write):
    paths = [write(f"{number:02}.txt", "\n".join(LINES)) for number in range(30)]
    assert read(paths).notes[0].startswith("30 files: ")
    assert read(paths).notes[0].endswith(" and 18 more")


def test_a_named_column_of_a_csv_file_holds_the_texts(write):
    text = read([write("a.csv", table([*LINES, ""]))], text_column="words")
    assert text.items == tuple(LINES)
    assert text.rows == Rows(13, (("without a text", 1),))
    assert "1 row without a text dropped" in text.notes


def test_json_lines_are_counted_row_by_row(write):
    content = "".join(json.dumps({"text": line}) + "\n" for line in [*LINES[:5], "", *LINES[5:]])
    text = read([write("a.jsonl.gz", gzip.compress(content.encode()))])
    assert text.rows == Rows(13, (("without a text", 1),))
    assert text.rows.kept == len(text.items) == 12


def test_rows_of_all_parts_are_counted_together(write):
    write("train.csv", table(LINES[:9]))
    write("valid.csv", table([LINES[9], ""]))
    path = write("test.csv", table(["", *LINES[10:]]))
    assert read([path.parent], text_column="words").rows == Rows(14, (("without a text", 2),))


def test_a_column_that_is_not_there_is_an_error_that_names_those_that_are(write):
    with pytest.raises(ConfigError) as caught:
        read([write("a.csv", table(LINES))], text_column="wrods")
    (problem,) = caught.value.problems
    assert (problem.field, problem.received) == ("data.text_column", "'wrods'")
    assert "'words'" in problem.expected


@pytest.mark.parametrize("blank", [" \n", " \n" * 40_007], ids=["short", "long"])
def test_blank_space_at_the_ends_is_no_text(write, blank):
    with pytest.raises(ConfigError, match="at least 200 characters, got 199 characters"):
        read([write("a.txt", blank + "ab " * 66 + "c" + blank)])
    assert read([write("a.txt", blank + "ab " * 66 + "cd" + blank)]).text.count("ab") == 66


@pytest.mark.parametrize("other", ["", "b"])
def test_one_character_again_and_again_is_refused_however_long(write, other):
    text = "a \n" * 30_011 + other + "\n"
    if other:
        assert len(read([write("a.txt", text)]).text) == len(text)
    else:
        with pytest.raises(ConfigError, match="again and again"):
            read([write("a.txt", text)])


def test_a_table_that_is_read_as_a_text_says_so_and_how_to_read_a_column(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("said,mood\n" + "".join(f'"a film\nof {k} parts",good\n' for k in range(30)), encoding="utf-8")
    found = read_text(path)
    assert found.text.startswith("said,mood\n")
    assert any("data.text_column reads a column" in note for note in found.notes)
    column = read_text(path, text_column="said")
    assert column.text.startswith("a film\nof 0 parts\n\na film\nof 1 parts\n\n")
    assert column.notes == ("text from 'said'",)
    assert column.columns == {"text_column": "said"}
    plain = path.with_suffix(".txt")
    plain.write_bytes(path.read_bytes())
    assert read_text(plain).notes == ()
