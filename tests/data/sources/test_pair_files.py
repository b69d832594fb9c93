import pytest

from core.config.errors import ConfigError
from core.config.experiment import DataConfig
from core.config.limits import Limits
from core.data.dataset import Rows
from core.data.sources.files import read_files

COLUMNS = ("en", "fr", "de", "id")
ROWS = [(f"one {row}", f"un {row}", f"ein {row}", f"number {row}") for row in range(12)]


def read(paths, **values):
    return read_files("pairs", paths, DataConfig(**values), Limits())


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("\n".join(",".join(row) for row in (COLUMNS, *ROWS)) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("values", "sides"),
    [
        ({}, ("one 3", "un 3")),
        ({"src_column": "fr", "trg_column": "de"}, ("un 3", "ein 3")),
        ({"src_column": "de", "trg_column": "en"}, ("ein 3", "one 3")),
        ({"src_column": "en"}, ("one 3", "un 3")),
        ({"src_column": "fr"}, ("un 3", "one 3")),
        ({"src_column": "id"}, ("number 3", "un 3")),
        ({"trg_column": "en"}, ("un 3", "one 3")),
        ({"trg_column": "id"}, ("one 3", "number 3")),
        ({"src_language": "de", "trg_language": "fr"}, ("ein 3", "un 3")),
        ({"src_language": "de", "trg_language": "fr", "src_column": "en"}, ("one 3", "un 3")),
        ({"src_language": "de", "trg_language": "fr", "src_column": "fr"}, ("un 3", "ein 3")),
    ],
)
def test_named_columns_come_before_languages_and_those_before_the_order(values, sides, table):
    pairs = read([table], **values)
    assert (pairs.src[3], pairs.trg[3]) == sides
    assert pairs.rows == Rows(12)


@pytest.mark.parametrize("order", [("english", "french", "note"), ("note", "english", "french")])
@pytest.mark.parametrize(
    ("values", "sides"),
    [
        ({"src_column": "english"}, ("one 3", "un 3")),
        ({"src_column": "french"}, ("un 3", "one 3")),
        ({"trg_column": "english"}, ("un 3", "one 3")),
        ({"trg_column": "french"}, ("one 3", "un 3")),
    ],
)
def test_a_language_stands_beside_a_language_and_no_remark(values, sides, order, tmp_path):
    cells = [dict(zip(("english", "french", "note"), (row[0], row[1], row[3]), strict=True)) for row in ROWS]
    path = tmp_path / "pairs.csv"
    lines = [",".join(order), *(",".join(row[name] for name in order) for row in cells)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    pairs = read([path], **values)
    assert (pairs.src[3], pairs.trg[3]) == sides


def test_columns_that_are_not_there_are_errors_all_at_once(table):
    with pytest.raises(ConfigError) as caught:
        read([table], src_column="english", trg_column="french", header=True)
    assert [problem.field for problem in caught.value.problems] == ["data.src_column", "data.trg_column"]
    assert all("'en'" in problem.expected for problem in caught.value.problems)


def test_one_column_cannot_be_both_sides(table):
    with pytest.raises(ConfigError) as caught:
        read([table], src_column="en", trg_column="en")
    (problem,) = caught.value.problems
    assert problem.field == "data.trg_column"


def test_a_column_means_nothing_for_two_parallel_files(tmp_path):
    for name, side in (("a.en", 0), ("a.fr", 1)):
        (tmp_path / name).write_text("\n".join(row[side] for row in ROWS) + "\n", encoding="utf-8")
    paths = [tmp_path / "a.en", tmp_path / "a.fr"]
    assert read(paths).src[3] == "one 3"
    with pytest.raises(ConfigError, match=r"data\.src_column"):
        read(paths, src_column="en")


def test_pairs_with_an_empty_side_are_counted(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"{row[0]}\t{row[1]}\n" for row in ROWS) + "one\t\nthree\t\n", encoding="utf-8")
    pairs = read([path])
    assert pairs.rows == Rows(14, (("with an empty side", 2),))
    assert pairs.rows.kept == len(pairs.src)


@pytest.mark.parametrize(
    "lines",
    [
        ["{k}\tone {k}\t{k}7\tun {k}"],
        [",en,fr", "{k},one {k},un {k}"],
        ["id,English,French", "{k},one {k},un {k}"],
        ["Englisch;Französisch", "one {k};un {k}"],
        ["English words,French words", "one {k},un {k}"],
        ["en-US\tfr-FR", "one {k}\tun {k}"],
        ["question,answer", "one {k},un {k}"],
        ['{{"id": {k}, "pairs": {{"en": "one {k}", "fr": "un {k}"}}}}'],
    ],
    ids=lambda lines: lines[0],
)
def test_the_two_sides_are_found_beside_numbers_and_under_their_names(lines, tmp_path):
    *header, row = lines
    path = tmp_path / "pairs.txt"
    path.write_text("\n".join([*header, *(row.format(k=k) for k in range(12))]) + "\n", encoding="utf-8")
    pairs = read([path])
    assert (pairs.src[0], pairs.trg[0], len(pairs.src)) == ("one 0", "un 0", 12)


@pytest.mark.parametrize("first", ["Do you speak English?\tVous parlez français ?", "no\tnon", "to be\tde la"])
def test_a_pair_that_speaks_of_languages_is_no_header(first, tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text(first + "\n" + "".join(f"one {k}\tun {k}\n" for k in range(12)), encoding="utf-8")
    assert len(read([path]).src) == 13
