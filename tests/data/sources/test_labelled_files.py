import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import Rows
from core.data.sources.files import read_files

GOOD = [(f"film {row}", "good" if row % 2 else "bad") for row in range(14)]


def read(paths, **values):
    return read_files("labelled", paths, DataConfig(**values), Limits())


@pytest.fixture
def write(tmp_path):
    def to_file(name, rows):
        path = tmp_path / name
        path.write_text("text\tlabel\n" + "".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return to_file


def test_each_row_that_is_dropped_is_counted_once_with_its_reason(write):
    labelled = read([write("a.tsv", [*GOOD, ("no label", ""), ("", "good"), ("alone", "odd"), ("none", "")])])
    reasons = (("without a label", 2), ("without a text", 1), ("whose label has a single text", 1))
    assert labelled.rows == Rows(18, reasons)
    assert labelled.rows.kept == len(labelled.texts)


def test_rows_of_a_label_that_training_lacks_are_counted(write):
    write("train.tsv", [*GOOD, ("alone", "odd")])
    path = write("test.tsv", [("film x", "good"), ("film y", "new"), ("film z", "odd")])
    labelled = read([path.parent])
    assert labelled.rows == Rows(18, (("whose label has a single text", 2), ("whose label training does not have", 1)))
    assert labelled.rows.kept == len(labelled.texts) == 15


def test_a_hundred_thousand_labels_are_an_error_in_words(write):
    path = write("a.tsv", [(f"film {row}", f"label {row // 2}") for row in range(200_000)])
    with pytest.raises(ConfigError) as caught:
        read([path])
    (problem,) = caught.value.problems
    assert (problem.field, problem.expected) == ("data.label_column", "at most 100 different labels")
    assert problem.received.startswith("100,000, such as 'label 0'")


def test_one_column_cannot_be_both_text_and_label(write):
    with pytest.raises(ConfigError) as caught:
        read([write("a.tsv", GOOD)], text_column="text", label_column="text")
    (problem,) = caught.value.problems
    assert (problem.field, problem.expected) == ("data.label_column", "another column than the text")


@pytest.mark.parametrize("line", ["text,label", "Kommentar,Note", "It works,good"])
def test_a_table_of_one_line_is_refused_by_that_line_and_not_for_a_column(line, tmp_path):
    path = tmp_path / "alone.csv"
    path.write_text(line + "\n")
    with pytest.raises(ConfigError) as caught:
        read([path])
    (problem,) = caught.value.problems
    one, other = line.split(",")
    assert problem.received == f"one line alone: {one!r}, {other!r}"
    assert "below the names of the columns" in problem.expected and problem.field != "data.label_column"


@pytest.mark.parametrize("rows", [GOOD[:1], [(text, "good") for text, _ in GOOD]], ids=["one row", "one class"])
def test_one_row_and_one_class_are_errors_in_words(rows, write):
    with pytest.raises(ConfigError) as caught:
        read([write("a.tsv", rows)])
    assert [problem.field for problem in caught.value.problems] == ["data.label_column"]


@pytest.mark.parametrize(
    ("columns", "text", "label"),
    [
        (
            {"airline": "ab", "airline_sentiment": ("bad", "fine", "good"), "tweet text": None},
            "tweet text",
            "airline_sentiment",
        ),
        ({"text": None, "score": tuple(f"{k / 60}" for k in range(60)), "mood": "ab"}, "text", "mood"),
        ({"id": tuple(map(str, range(60))), "stars": "12345", "review": None}, "review", "stars"),
        ({"Review Title": ("so", "no"), "Review Text": None, "Star Rating": "12345"}, "Review Text", "Star Rating"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else value,
)
def test_texts_and_labels_are_found_by_what_their_names_end_in(columns, text, label, tmp_path):
    lines = ["\t".join(columns)]
    for row in range(60):
        lines.append(
            "\t".join(cells[row % len(cells)] if cells else f"a film, number {row}" for cells in columns.values())
        )
    (tmp_path / "a.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    labelled = read([tmp_path / "a.tsv"])
    assert labelled.texts[7] == "a film, number 7"
    assert set(labelled.classes) == set(columns[label])
    assert labelled.notes == (f"text from {text!r}, label from {label!r}",)


def test_labels_that_are_texts_are_refused(tmp_path):
    path = tmp_path / "0.csv"
    path.write_text("text,label\n" + "".join(f"film {row},{'L' * 1_001}{row % 2}\n" for row in range(24)))
    with pytest.raises(ConfigError, match=r"data\.label_column: expected labels of at most 1,000 characters") as caught:
        read_files("labelled", [path], DataConfig(), Limits())
    assert len(str(caught.value)) < 300
