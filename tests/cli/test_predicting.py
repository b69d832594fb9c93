import numpy as np
import pandas as pd
import pytest

from core import load
from tests.cli.lines import objects


def test_texts_come_from_a_file_too(shell, trained, tmp_path):
    directory = trained("sentiment")
    (tmp_path / "texts.txt").write_text("\ufeffI like it\n\nI hate it\n", encoding="utf-8")
    code, text, _ = shell("predict", directory, "--text", "one", "--input", tmp_path / "texts.txt", "--json")
    assert code == 0
    assert [row["text"] for row in objects(text)] == ["one", "I like it", "", "I hate it"]
    assert ["error" in row for row in objects(text)] == [False, False, True, False]


LINES = ["fine\u2028weather", "", "rain\x85again\x0band\x0cagain", "\t \u2028", "snow\u2029 \x1c falls", "the end"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("task", ["sentiment", "translation", "generation"])
def test_answer_n_belongs_to_line_n_and_a_blank_line_is_named(task, end, shell, trained, tmp_path):
    (tmp_path / "lines.txt").write_bytes("".join(line + end for line in LINES).encode())
    code, out, err = shell("predict", trained(task), "--input", tmp_path / "lines.txt", "--json")
    assert code == 0
    rows = objects(out)
    given = {"sentiment": "text", "translation": "src", "generation": "prompt"}[task]
    assert [row[given] for row in rows] == LINES
    assert {number: row["error"] for number, row in enumerate(rows, 1) if "error" in row} == {
        2: "line 2 is blank", 4: "line 4 is blank",
    }  # fmt: skip
    assert err.split("\n")[:-1] == [f"Note: line {number} is blank, so it has no answer." for number in (2, 4)]


def test_a_last_line_without_an_end_and_other_encodings_are_read(shell, trained, tmp_path):
    (tmp_path / "lines.txt").write_bytes("добрый день\r\nплохая погода сегодня".encode("koi8-r"))
    code, out, err = shell("predict", trained("sentiment"), "--input", tmp_path / "lines.txt", "--json")
    assert code == 0
    assert [row["text"] for row in objects(out)] == ["добрый день", "плохая погода сегодня"]
    assert "read as koi8-r" in err


def test_without_json_a_blank_line_is_named_in_its_place(shell, trained, tmp_path):
    (tmp_path / "lines.txt").write_text("one\n\ntwo\n", encoding="utf-8")
    _, out, _ = shell("predict", trained("sentiment"), "--input", tmp_path / "lines.txt")
    assert [line.split("  ")[0].strip() for line in out.splitlines()] == ["text: one", "text:", "text: two"]
    assert "error: line 2 is blank" in out


@pytest.mark.parametrize("content", [b"", b" \n\n\t\n", b"\x00\x01\x02" * 90, b"%PDF-1.7 not a text"])
def test_a_file_without_a_text_to_read_is_bad_input(content, shell, trained, tmp_path):
    (tmp_path / "lines.txt").write_bytes(content)
    code, out, err = shell("predict", trained("sentiment"), "--input", tmp_path / "lines.txt")
    assert (code, out) == (2, "")
    assert err.startswith("input: ")


@pytest.mark.parametrize(
    ("task", "words", "field"),
    [
        ("sentiment", [], "text"),
        ("sentiment", ["--text", "x", "--set", "temperature=1"], "temperature"),
        ("sentiment", ["--input", "nothing.txt"], "input"),
        ("sentiment", ["--text", " "], "text"),
        ("generation", ["--text", "x", "--set", "length=0"], "length"),
        ("forecasting", ["--text", "x"], "text"),
        ("forecasting", ["--input", "nothing.csv"], "input"),
        ("forecasting", ["--set", "newer=rows.csv"], "newer"),
        ("forecasting", ["--set", "horizon=0"], "horizon"),
        ("translation", ["--text", "x", "--set", "beam_size=99"], "beam_size"),
        ("translation", ["--text", "x", "--set", "length_penalty=-1"], "length_penalty"),
        ("translation", ["--text", "x", "--set", "min_length=9999"], "min_length"),
    ],
)
def test_a_prediction_that_cannot_be_is_bad_input(task, words, field, shell, trained):
    code, out, err = shell("predict", trained(task), *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"{field}: ")


def test_options_of_a_prediction_are_used(shell, trained):
    code, text, _ = shell("predict", trained("generation"), "--text", "A", "--set", "length=5", "--json")
    assert code == 0
    assert len(objects(text)[0]["text"]) == 5


NEWER = "time,sales,visits\n2020-01-01,61.2,19.4\n2020-04-01,70.5,14.1\n"


def test_a_forecaster_goes_on_from_newer_rows(shell, trained, tmp_path):
    directory = trained("forecasting")  # from data that ends with the last quarter of 2019
    (tmp_path / "newer.csv").write_text(NEWER, encoding="utf-8")
    words = ("predict", directory, "--input", tmp_path / "newer.csv", "--set", "horizon=2")
    code, out, err = shell(*words, "--json")
    assert (code, err) == (0, "")
    rows = objects(out)
    assert [(row["series"], row["time"]) for row in rows] == [
        ("sales", ["2020-07-01", "2020-10-01"]),
        ("visits", ["2020-07-01", "2020-10-01"]),
    ]
    assert rows == load(directory).predict(horizon=2, newer=tmp_path / "newer.csv")
    assert rows != load(directory).predict(horizon=2)
    assert shell(*words)[1].startswith("series: sales  time: ['2020-07-01', '2020-10-01']  forecast: [")


def test_notes_on_newer_rows_go_to_standard_error(shell, trained, tmp_path):
    (tmp_path / "newer.csv").write_text(NEWER.replace("visits", "visits,staff").replace(".4\n", ".4,3\n").replace(
        ".1\n", ".1,3\n"), encoding="utf-8")  # fmt: skip
    code, out, err = shell("predict", trained("forecasting"), "--input", tmp_path / "newer.csv", "--json")
    assert code == 0
    assert len(objects(out)) == 2
    assert err == "Note: columns that the training data has not are left out: 'staff'.\n"


def test_every_column_that_newer_rows_lack_is_named_without_a_traceback(shell, trained, tmp_path):
    (tmp_path / "newer.csv").write_text("month,turnover\n2020-01-01,61.2\n", encoding="utf-8")
    code, out, err = shell("predict", trained("forecasting"), "--input", tmp_path / "newer.csv")
    assert (code, out) == (2, "")
    assert err == (
        "input: expected the columns 'time', 'sales', 'visits', got 'month', 'turnover', without 'sales', 'visits', "
        "'time'. Columns are found by name: bring them as in training.\n"
    )


def test_a_search_may_be_told_how_long_an_answer_is(shell, trained):
    words = [each for option in ("beam_size=3", "length_penalty=0", "min_length=4") for each in ("--set", option)]
    code, text, _ = shell("predict", trained("translation"), "--text", "Anna", *words, "--json")
    assert code == 0
    assert list(objects(text)[0]) == ["src", "trg", "score", "unknown"]


def test_words_that_a_network_does_not_know_are_named(shell, trained):
    directory = trained("sentiment")
    code, text, _ = shell("predict", directory, "--text", "I like wombats and wombats", "--json")
    assert (code, objects(text)[0]["unknown"]) == (0, ["wombats", "and"])
    code, text, _ = shell("predict", directory, "--text", "I like wombats and wombats", "--text", "I like it")
    first, second = text.splitlines()
    assert first.endswith("unknown: wombats, and")
    assert second.endswith("unknown: it")
    assert "unknown" not in shell("predict", directory, "--text", "I like the cat")[1]


def test_networks_of_other_seeds_make_one_forecast(trained, shell):
    runs = [trained("forecasting", {"training.seed": seed}) for seed in (0, 1)]
    alone = [objects(shell("predict", run, "--json")[1]) for run in runs]
    code, out, _ = shell("predict", runs[0], "--with", runs[1], "--json")
    assert code == 0
    for row, one, other in zip(objects(out), *alone, strict=True):
        assert row["time"] == one["time"] and row["members"] == {"seed 0": one["forecast"], "seed 1": other["forecast"]}
        mean = [(a + b) / 2 for a, b in zip(one["forecast"], other["forecast"], strict=True)]
        assert row["forecast"] == pytest.approx(mean)
        assert set(row["test"]) >= {"mean", "seed 0", "seed 1"} and len(row["lower"]) == len(row["time"])


def test_runs_that_differ_in_more_than_the_seed_or_not_in_it_are_no_ensemble(trained, shell):
    one, again, other = (trained("forecasting", {"training.seed": seed, "model.hidden_size": size})
                         for seed, size in ((0, 7), (0, 7), (1, 8)))  # fmt: skip
    code, _, err = shell("predict", one, "--with", other, "--with", again)
    assert code == 2
    assert "a run that differs from the first in training.seed alone" in err and "seed 0 again" in err
    text = trained("sentiment")
    code, _, err = shell("predict", text, "--with", text, "--text", "one")
    assert code == 2 and "nothing for a network that is asked texts" in err


def test_a_forecast_past_what_is_known_ahead_says_what_stands_for_it(shell, trained, tmp_path_factory):
    """110 days of sales, and five more of heat: until 25 April."""
    step = np.arange(115)
    index = pd.date_range("2021-01-01", periods=115, freq="D", name="day")
    frame = pd.DataFrame({"sold": 50 + step * 7 % 5.0, "heat": step * 5 % 13.0}, index=index)
    frame.loc[frame.index[110:], "sold"] = np.nan
    path = tmp_path_factory.mktemp("heat") / "heat.csv"
    frame.reset_index().to_csv(path, index=False, date_format="%Y-%m-%d")
    changes = {"data.path": (str(path),), "data.target_columns": ("sold",), "data.future_columns": ("heat",)}
    run = trained("forecasting", changes)
    code, _, err = shell("predict", run, "--set", "horizon=6")
    assert code == 0
    assert err == "Note: after 2021-04-25 heat is not known: the last known value stands for it.\n"
    assert shell("predict", run, "--set", "horizon=5")[::2] == (0, "")
    other = trained("forecasting", {**changes, "training.seed": 1})
    assert shell("predict", run, "--with", other, "--set", "horizon=6")[::2] == (0, err), "several networks say it, too"
