"""Many texts at once: which lines are texts, and what the table of their labels holds."""

import io

import pandas as pd
import pytest

from ui.foreign import csv_of
from ui.results import many_texts
from ui.results.many_texts import labelled, lines_of
from ui.results.written import parquet_of

ROWS = [
    {
        "text": "=good",
        "label": "fine",
        "probabilities": {"bad": 0.25, "fine": 0.75},
        "unknown": ["=", "x"],
        "num_cut": 0,
    },
    {"text": "so, so", "label": "bad", "probabilities": {"bad": 0.5, "fine": 0.5}, "unknown": [], "num_cut": 3},
]


def test_every_line_with_something_in_it_is_a_text():
    assert lines_of("one\r\n\n  two, too \n\t\nthree") == (["one", "two, too", "three"], [])
    assert lines_of(" \n ") == ([], [])


def test_lines_that_are_too_long_are_left_out_by_their_numbers(monkeypatch):
    monkeypatch.setattr(many_texts, "MAX_TEXT_CHARACTERS", 5)
    texts, too_long = lines_of("short\n\nthis is long\nfine\nand this too")
    assert (texts, too_long) == (["short", "fine"], [3, 5])
    assert many_texts._left_out(too_long) == "Lines 3, 5 left out: longer than 5 characters."
    assert many_texts._left_out([3]).startswith("Line 3 left out")


def test_the_table_has_the_label_its_share_and_that_of_every_class():
    found = labelled(ROWS)
    assert list(found.columns) == [
        "text",
        "label",
        "sure",
        "probability of bad",
        "probability of fine",
        "unknown",
        "not read",
    ]
    assert found.iloc[0].tolist() == ["=good", "fine", 0.75, 0.25, 0.75, "= x", 0]
    assert found["sure"].tolist() == pytest.approx([0.75, 0.5])


def test_the_file_holds_no_formula():
    assert "\n=good" not in csv_of(labelled(ROWS))


def test_the_file_for_programs_holds_the_same_rows():
    found = labelled(ROWS)
    read = pd.read_parquet(io.BytesIO(parquet_of(found)))
    assert list(read.columns) == list(found.columns)
    assert read.values.tolist() == found.values.tolist()
