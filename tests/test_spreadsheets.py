"""Tables for a spreadsheet: texts that it would run are marked as text, and numbers stay numbers."""

import csv
import io
import zipfile

import pytest
from pyarrow import parquet

from core.config.experiment import Experiment
from core.jobs.folders import METRICS_FILE, experiment_text
from core.jobs.takeaway import zip_run
from core.spreadsheets import as_text, is_formula, to_csv, to_parquet


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1+1", "－1+1", "＠x",
     " =1", "=", "-", "- said", "-5 apples", "+49 170 1", "=HYPERLINK(\"http://foreign.example\",\"x\")",
     "-1+cmd|' /C calc'!A0", "-1e5e5", "+٣"],
)  # fmt: skip
def test_a_text_that_a_spreadsheet_would_run_gets_a_quote(text):
    assert is_formula(text)
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize(
    "value", ["-5", "+5", "-0.5", "-1,234.5", "+1e-9", "-3%", "a=b", "a-b", "", "'=1", "5-6", -5, -0.5, None, True]
)
def test_numbers_and_other_texts_stay(value):
    assert as_text(value) == value


def test_a_table_is_written_with_its_names_marked_too():
    rows = [{"=name": "=cmd()", "value": -5.5, "note": 'a "b", c\nd'}, {"=name": "fine", "value": float("nan")}]
    written = to_csv(["=name", "value", "note"], rows)
    assert list(csv.reader(io.StringIO(written))) == [
        ["'=name", "value", "note"], ["'=cmd()", "-5.5", 'a "b", c\nd'], ["fine", "", ""],
    ]  # fmt: skip


def test_the_curves_of_a_run_that_is_taken_away_hold_no_formula(tmp_path):
    text = experiment_text(Experiment.parse({"task": "forecasting"}), {}, "")
    (tmp_path / "experiment.yaml").write_text(text, encoding="utf-8")
    lines = ['{"event": "metrics", "step": 3, "split": "train", "loss": -0.5, "=cmd()": 1}',
             '{"event": "baseline", "name": "=cmd()", "mase": 1.5}']  # fmt: skip
    (tmp_path / METRICS_FILE).write_text("\n".join(lines) + "\n")
    with zipfile.ZipFile(io.BytesIO(zip_run(tmp_path))) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("metrics.csv").decode())))
    assert rows[0]["loss"] == "-0.5" and rows[0]["'=cmd()"] == "1"
    assert rows[1]["name"] == "'=cmd()" and rows[1]["step"] == ""


def test_parquet_keeps_names_texts_and_what_is_missing_as_they_are():
    rows = [{"=name": "=1+1", "n": 1.5}, {"=name": "b", "n": None}]
    written = to_parquet(["=name", "n", "gone"], rows)
    read = parquet.read_table(io.BytesIO(written))
    assert read.to_pydict() == {"=name": ["=1+1", "b"], "n": [1.5, None], "gone": [None, None]}
