"""A small file that its reading would turn into a large table is refused before it does, with what to do."""

from __future__ import annotations

import json

import pytest

from core.data.sources import lists
from tests.data.sources.common import DAYS, Write, read_series, refusal

HOURS = ",".join(f"{hour:02d}:00" for hour in range(24))


def test_words_beside_a_day_of_hours_may_not_be_repeated_without_an_end(write: Write) -> None:
    rows = "".join(f"{day},{'w' * 30_000}{number % 2},{','.join('12' * 12)}\n" for number, day in enumerate(DAYS))
    error = refusal("series", [write(f"date,place,{HOURS}\n{rows}")])
    assert "bytes of text in the table that the file becomes" in str(error)


def test_years_by_months_may_not_become_more_values_than_ten_for_each_row_allowed(write: Write) -> None:
    months = "year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec\n"
    rows = "".join(f"{1500 + row % 700},{','.join(str((row + k) % 7) for k in range(12))}\n" for row in range(4_500))
    assert "at most 50,000 values below each other, got 54,000" in str(refusal("series", [write(months + rows)]))


def test_lists_in_cells_are_counted_before_they_are_taken_apart(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(json.dumps({"target": [1] * 60_000}) + "\n" + json.dumps({"target": [2] * 60_000}), "0.jsonl")
    parsed: list[str] = []
    usual = lists._parsed

    def counted(cell: str) -> list[object]:
        parsed.append(cell)
        return usual(cell)

    monkeypatch.setattr(lists, "_parsed", counted)
    assert "at most 50,000 values below each other" in str(refusal("series", [path]))
    assert len(parsed) <= 4, "each was looked at to tell that it is a list, and then no more"


def test_the_name_of_a_series_may_not_be_repeated_for_each_value_without_an_end(write: Write) -> None:
    rows = [{"item_id": "n" * 100_000 + str(number), "target": list(range(200))} for number in range(3)]
    error = refusal("series", [write("\n".join(map(json.dumps, rows)), "0.jsonl")])
    assert "at most 12,000,000 bytes of text in the table that the file becomes, got 60,000,600" in str(error)


def test_rows_that_are_kept_for_later_hold_no_long_cells(write: Write) -> None:
    rows = "".join(f"{day},{number * number % 17},{'w' * 5_000}\n" for number, day in enumerate(DAYS))
    kept = read_series(write("date,value,remark\n" + rows)).form
    assert kept is not None
    assert max(len(cell) for cells in kept.sample.values() for cell in cells) == 200
