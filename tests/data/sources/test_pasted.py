"""Pasted numbers, tables and texts: what they are taken for, and what becomes of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.config.limits import Limits
from core.data.dataset import LabelledSet, PairSet, SeriesSet, TextSet
from core.data.sources.files import read_pasted
from core.data.sources.pasted import find_numbers

LIMITS = Limits()
VALUES = [round(3 + (place * 7 % 11) / 4 + place / 10, 2) for place in range(23)]


def _comma(value):
    return str(value).replace(".", ",")


WAYS = {
    "lines": "\n".join(map(str, VALUES)),
    "Windows lines": "\r\n".join(map(str, VALUES)),
    "a row with spaces": " ".join(map(str, VALUES)),
    "a row with commas": ", ".join(map(str, VALUES)),
    "commas alone": ",".join(map(str, VALUES)),
    "semicolons": "; ".join(map(str, VALUES)),
    "tabs": "\t".join(map(str, VALUES)),
    "decimal commas": "\n".join(map(_comma, VALUES)),
    "decimal commas in a row": "; ".join(map(_comma, VALUES)),
    "several in each line": "\n".join(" ".join(map(str, VALUES[at : at + 5])) for at in range(0, 23, 5)),
    "currency": "\n".join(f"{value} €" for value in VALUES),
    "a name above": "sales\n" + "\n".join(map(str, VALUES)),
    "a name above decimal commas": "Umsatz\n" + "\n".join(map(_comma, VALUES)),
}


@pytest.mark.parametrize("way", WAYS)
def test_numbers_are_read_however_they_are_written_down(way):
    pasted = read_pasted("series", WAYS[way], LIMITS)
    assert isinstance(pasted.dataset, SeriesSet)
    assert pasted.dataset.frame.iloc[:, 0].tolist() == VALUES
    assert pasted.name == "pasted numbers.csv"
    assert pasted.understood.startswith("23 values from ")


def test_a_name_above_the_numbers_names_the_column():
    pasted = read_pasted("series", 'my "best" year\n' + WAYS["decimal commas"], LIMITS)
    assert list(pasted.dataset.frame.columns) == ['my "best" year']


def test_how_commas_were_read_is_said():
    assert find_numbers("1,5\n2,25").note == "commas were read as decimal commas"
    assert find_numbers("1,500\n2,250").note == "commas were read as marks of thousands"
    assert find_numbers("1,500\n2,250").values == ("1500", "2250")
    assert find_numbers("0,125 0,250").values == ("0.125", "0.250")
    assert find_numbers("1.234,5 2").values == ("1234.5", "2")
    assert find_numbers("1, 2, 3").note == ""


@pytest.mark.parametrize("cell", ["{:.2f}", "{:.0f}"])
def test_years_and_values_without_a_header_are_two_columns(cell):
    """`2000,0.50` is no number at all, and `2000,3` to `2022,5` are no decimal commas: their fronts count the years."""
    pasted = read_pasted("series", "\n".join(f"{2000 + k},{cell.format(v)}" for k, v in enumerate(VALUES)), LIMITS)
    assert pasted.dataset.frame.shape == (23, 1)
    assert pasted.dataset.frame.iloc[:, 0].tolist() == [float(cell.format(value)) for value in VALUES]


def test_decimal_commas_whose_fronts_do_not_count_on_are_numbers():
    values = [f"{20 + k * 7 % 11},{k:02d}" for k in range(23)]
    assert find_numbers("\n".join(values)).values == tuple(value.replace(",", ".") for value in values)


def test_missing_values_stay_in_their_place():
    pasted = read_pasted("series", "\n".join(["1", "NA", "3", "-", *map(str, VALUES)]), LIMITS)
    assert pasted.dataset.frame.iloc[[0, 2, 4], 0].tolist() == [1, 3, VALUES[0]]
    assert pasted.dataset.frame.iloc[[1, 3], 0].isna().all()
    assert any("2 missing values" in note for note in pasted.notes)


def test_a_minus_of_typesetters_is_a_minus():
    assert find_numbers("\u22121.5 2").values == ("-1.5", "2")


@given(st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 4)), min_size=1, max_size=60))
@settings(max_examples=50, deadline=None)
def test_numbers_with_a_point_in_lines_read_back_as_they_are(values):
    assert [float(text) for text in find_numbers("\n".join(f"{value:.4f}" for value in values)).values] == values


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_is_understood_or_refused_in_words(text):
    if text.strip():
        for kind in ("series", "text", "labelled", "pairs"):
            assert all(_words(kind, text))


def _words(kind, text):
    """What was understood, or what is expected instead and what to do."""
    try:
        return [read_pasted(kind, text, LIMITS).understood]
    except ConfigError as error:
        return [words for problem in error.problems for words in (problem.expected, problem.hint)]


@pytest.mark.parametrize("between", ["\t", ";", ",", " "])
def test_a_table_with_dates_keeps_them(between):
    days = [f"2024-03-{day:02}" for day in range(1, 24)]
    text = "\n".join(
        [f"day{between}sales", *(f"{day}{between}{value}" for day, value in zip(days, VALUES, strict=True))]
    )
    dataset = read_pasted("series", text, LIMITS).dataset
    assert dataset.frequency == "daily"
    assert dataset.frame["sales"].tolist() == VALUES


@pytest.mark.parametrize("between", ["\t", " "])
def test_dates_beside_decimal_commas_are_a_table(between):
    text = "\n".join(f"{day}.3.2024{between}{_comma(value)}" for day, value in enumerate(VALUES, start=1))
    dataset = read_pasted("series", text, LIMITS).dataset
    assert dataset.frequency == "daily"
    assert dataset.frame.iloc[:, 0].tolist() == VALUES


def test_several_columns_of_numbers_are_several_series():
    pasted = read_pasted("series", "\n".join(f"{value}\t{value * 2:.2f}\t{value**2:.2f}" for value in VALUES), LIMITS)
    assert pasted.dataset.frame.shape == (23, 3)
    assert pasted.understood.startswith("23 rows of 3 columns")


def test_too_few_numbers_are_refused():
    with pytest.raises(ConfigError, match="at least 20 numbers, got 3 numbers"):
        read_pasted("series", "1 2 3", LIMITS)


def test_texts_are_kept_as_they_are():
    text = "One line.\nAnother line, longer.\n" * 7
    pasted = read_pasted("text", text, LIMITS)
    assert isinstance(pasted.dataset, TextSet)
    assert pasted.content.decode() == text
    assert pasted.understood == "224 characters in 14 lines"


def test_half_a_character_does_not_break_the_paste():
    assert read_pasted("text", "broken \ud83d text " * 19, LIMITS).content.decode().startswith("broken ? text")


def test_labels_are_counted():
    text = "\n".join(
        f"the thing number {place} is fine\t{('<b>up</b>', 'down')[place % 3 == 0]}" for place in range(33)
    )
    pasted = read_pasted("labelled", text, LIMITS)
    assert isinstance(pasted.dataset, LabelledSet)
    assert pasted.understood == "33 texts with 2 labels: '<b>up</b>' 22, 'down' 11"


def test_pairs_are_counted():
    pasted = read_pasted("pairs", "\n".join(f"word {place}\tmot {place}" for place in range(33)), LIMITS)
    assert isinstance(pasted.dataset, PairSet)
    assert pasted.understood.startswith("33 pairs, the first 'word 0' and 'mot 0'")


def test_texts_without_labels_are_refused():
    with pytest.raises(ConfigError, match="label"):
        read_pasted("labelled", "one line\nanother line\n" * 30, LIMITS)


def test_more_than_the_server_takes_is_refused():
    with pytest.raises(ConfigError, match="bytes"):
        read_pasted("text", "long " * 99, Limits(max_upload_bytes=99))


def test_signs_that_only_unicode_takes_for_line_ends_end_no_line():
    text = "a long\u2028day and\x0ba short\u2029night\n" * 9
    assert read_pasted("text", text, LIMITS).understood.endswith(" in 9 lines")
    table = "".join(f"the\u2028cat {k}\tle\u2028chat {k}\n" for k in range(23))
    assert len(read_pasted("pairs", table, LIMITS).dataset.src) == 23


def test_a_title_and_a_name_stand_above_numbers_and_nothing_more():
    numbers = "\n".join(map(str, VALUES))
    assert find_numbers(f"Shops\nsales\n{numbers}").name == "Shops"
    assert len(find_numbers(f"Shops\nsales\n{numbers}").values) == 23
    assert find_numbers(f"Shops\nsales\nby day\n{numbers}") is None


def test_names_without_end_above_numbers_are_no_numbers():
    assert find_numbers("name\n" * 100_000 + "1\n2") is None


def test_a_number_of_any_length_is_one_number():
    assert find_numbers("9" * 400_000 + " 1").values == ("9" * 400_000, "1")
