"""Layouts that people really use are read right through the shell: what was read, what was left out, when it goes on."""

import json

import pytest

from tests.cli import layouts
from tests.cli.lines import objects

TINY = ("model.hidden_size=3", "model.num_layers=1", "training.max_steps=1", "training.warmup_steps=0",
        "training.max_seconds=null", "training.patience=null", "training.batch_size=4")  # fmt: skip
SERIES = ("data.window_size=4", "data.horizon=2", "data.difference=none", "model.output_dropout=0")
TEXTS = ("model.embedding_dim=3",)

SERIES_FILES = [
    # file, changes, what the reading says, the first two steps of the forecast, what a note says
    (layouts.fill_values, [], {"targets": ["temperature"], "rows": 90}, ("2021-05-30", "2021-05-31"), "-9999"),
    (layouts.days_as_columns, [], {"series": 12}, ("2021-04-20", "2021-04-21"), ""),
    (layouts.years_as_columns, [], {"series": 5}, ("2021", "2022"), ""),
    (
        layouts.country_and_year, [], {"time_column": "Year", "series_column": "Country", "targets": ["Emissions"], "series": 4},
        ("2005", "2006"), "",
    ),
    (layouts.notes_below, [], {"time_column": "month", "rows": 84}, ("2008-01", "2008-02"), "behind the last row"),
    (layouts.empty_rows_to_come, [], {"targets": ["visits"]}, ("2021-05-20", "2021-05-21"), ""),
    (layouts.hours_from_1_to_24, [], {"time_column": "when", "rows": 360}, ("2021-03-16 01:00", "2021-03-16 02:00"), ""),
    (layouts.two_hours_east, [], {"targets": ["heat"]}, ("2021-01-01", "2021-02-01"), ""),
    (layouts.the_twentieth, [], {"targets": ["amount"]}, ("2017-07-20", "2017-08-20"), ""),
    (layouts.candles_without_names, [], {}, ("2023-11-21 04:00", "2023-11-21 05:00"), ""),
    (
        layouts.branches, [], {"time_column": "Date", "series_column": "Branch", "targets": ["Turnover"], "series": 2},
        ("2021-05-10", "2021-05-11"), "",
    ),
    (layouts.points_between_thousands, [], {"targets": ["Anzahl"]}, ("2021-05-04", "2021-05-05"), ""),
    (layouts.days_of_a_spreadsheet, [], {"time_column": "Date", "targets": ["Orders"]}, ("2022-03-17", "2022-03-18"), ""),
    (
        layouts.data_logger, [], {"time_column": "TIMESTAMP", "targets": ["Wind"]},
        ("2021-03-07 16:00", "2021-03-07 17:00"), "RECORD",
    ),
    (layouts.from_to, [], {"time_column": "Period", "targets": ["Demand"]}, ("2021-03-07 06:00", "2021-03-07 07:00"), ""),
    (layouts.spanish_months, [], {"time_column": "mes", "targets": ["ventas"]}, ("2018-07", "2018-08"), ""),
    (layouts.date_beside_time, [], {"targets": ["<HIGH>", "<LOW>"]}, ("2021-03-08 12:00", "2021-03-08 13:00"), ""),
    (layouts.a_row_a_year, [], {"series": 1}, ("2001-01", "2001-02"), ""),
    (layouts.lists_in_lines, [], {"series": 4}, ("2008-07", "2008-08"), ""),
    (layouts.hash_before_the_name, ["data.target_columns=#Riders"], {"targets": ["#Riders"]}, ("2015-01", "2015-02"), ""),
]  # fmt: skip


@pytest.fixture
def read(shell, tmp_path):
    """Trains one step on a file; gives what the result says of the reading, standard error and the run's folder."""

    def run(task, make, changes, suffix=".csv"):
        path, out = tmp_path / f"{make.__name__}{suffix}", tmp_path / "run"
        path.write_bytes(make())
        settings = [*TINY, *(SERIES if task == "forecasting" else TEXTS), *changes]
        words = [word for setting in settings for word in ("--set", setting)]
        code, text, err = shell("train", task, "--data", path, *words, "--out", out, "--json")
        assert code == 0, err
        return objects(text)[-1]["reading"], err, out

    return run


@pytest.mark.parametrize(
    ("make", "changes", "said", "next_steps", "note"), SERIES_FILES, ids=[row[0].__name__ for row in SERIES_FILES]
)
def test_a_table_of_numbers_becomes_the_series_it_is_and_goes_on_at_the_right_time(
    make, changes, said, next_steps, note, shell, read
):
    suffix = {layouts.lists_in_lines: ".jsonl", layouts.data_logger: ".dat"}.get(make, ".csv")
    reading, err, run = read("forecasting", make, changes, suffix)
    assert {name: reading[name] for name in said} == said
    assert note in " ".join(reading["notes"])
    assert all(told.split()[0] in err for told in reading["notes"])
    forecasts = objects(shell("predict", run, "--set", "horizon=2", "--json")[1])
    for forecast in forecasts:
        for time, expected in zip(forecast["time"], next_steps, strict=True):
            assert expected.startswith(time.replace("T", " ")) or time.replace("T", " ").startswith(expected)


def test_the_words_of_a_file_are_read_whatever_wrote_it(read):
    _, err, run = read("generation", layouts.russian, ["data.unit=character"], ".txt")
    known = json.loads((run / "tokenizer.json").read_text(encoding="utf-8"))
    assert all(sign in json.dumps(known, ensure_ascii=False) for sign in "Бёз")
    assert "koi8" in err.lower().replace("_", "-")


def test_an_instruction_is_answered_and_its_category_is_not(read):
    reading, _, _ = read("translation", layouts.instructions, ["data.unit=word"], ".jsonl")
    assert reading["rows"] == 90
    assert reading["columns"]["trg_column"] == "response"
    assert any("instruction" in note and "context" in note for note in reading["notes"])


def test_a_column_whose_name_is_a_number_can_be_named(read):
    reading, _, _ = read("sentiment", layouts.numbers_for_names, ["data.label_column=1", "data.text_column=0"])
    assert reading["columns"] == {"text_column": "0", "label_column": "1"}
    assert sorted(reading["classes"]) == ["no", "yes"]


def test_texts_that_are_mostly_cut_are_a_warning_that_names_the_field(read):
    reading, err, _ = read("sentiment", layouts.texts_too_long, [])
    assert "data.max_length" in err
    assert any("data.max_length" in note for note in reading["notes"])


def test_a_file_sorted_by_label_has_both_in_every_part(read):
    reading, _, _ = read("sentiment", layouts.sorted_labels, [])
    assert sorted(reading["classes"]) == ["down", "up"]
