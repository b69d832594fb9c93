"""What the page says of the data: roles of columns, cells as text, what will be trained on."""

from core.config.experiment import Experiment
from core.config.summary import DataSummary
from core.data.dataset import Rows
from core.data.look import Line, Look, SeriesLook
from core.data.report import Overview, Report, Vocabulary
from core.data.sources.preview import Preview
from ui.data_view import column_roles, preview_table, summary_lines


def _overview(report):
    return Overview(DataSummary("labelled", 1, 1), "", (), report, Look())


def test_a_column_has_the_role_of_the_field_that_names_it():
    roles = column_roles(
        {
            "time_column": "day",
            "target_columns": ("sales", "visits"),
            "covariate_columns": ("rain",),
            "series_column": None,
            "delimiter": "comma",
        }
    )
    assert roles == {"day": "time", "sales": "forecast", "visits": "forecast", "rain": "also read"}


def test_the_columns_that_are_used_come_first_and_say_what_for():
    preview = Preview("table", ("id", "said", "mood"), (("1", "<b>so</b>", "=cmd()"), ("2", "x" * 999, "ok")))
    table = preview_table(preview, {"text_column": "said", "label_column": "mood"})
    assert list(table.columns) == ["mood · label", "said · text", "id"]
    assert list(table.iloc[0]) == ["\u2060=cmd()", "<b>so</b>", "1"], (
        "as text in the CSV of the toolbar, and as it is to the eye"
    )
    assert len(table.iloc[1, 1]) == 160


def test_columns_that_shortening_makes_alike_stay_apart():
    preview = Preview("table", ("a" * 500, "a" * 499), (("1", "2"),))
    first, second = preview_table(preview, {}).columns
    assert second == f"{first} (2)"


def test_a_column_called_by_its_role_is_not_named_twice():
    preview = Preview("table", ("Label", "said"), (("ok", "so"),))
    assert list(preview_table(preview, {"text_column": "said", "label_column": "Label"})) == ["Label", "said · text"]


def test_what_will_be_trained_on_is_said_in_lines_with_every_reason():
    found = Report(
        rows=Rows(1_000, (("without a *label*", 7), ("empty", 3))),
        parts={"train": 800, "validation": 90, "test": 97},
        lengths={"text": {3: 1, 9: 1, 12: 1}},
        max_length=11,
        num_cut=41,
        vocabularies={"text": Vocabulary(816, {"train": 0.0, "validation": 0.031, "test": 0.0004})},
        repeated={"within a part": 2, "across parts": 1},
    )
    assert summary_lines(Experiment.parse({"task": "sentiment", "data": {"unit": "word"}}), _overview(found), None) == {
        "Rows": r"1,000 read, 990 kept; left out: 7 without a \*label\*, 3 empty",
        "Parts": "training 800 · validation 90 · test 97 texts",
        "Repeated": "2 within a part and 1 across parts, left out",
        "Length": "41 of 987 texts are cut at 11 words and signs",
        "Vocabulary": "812 different words and signs; unknown: 0% of training, 3.1% of validation, under 0.1% of test",
    }


def _of_series(look, rows, columns):
    """What the page says of a visitor's series."""
    found = Overview(DataSummary("series", 1, 1), "", (), Report(rows=rows, parts={"train": 9}), Look(series=look))
    return summary_lines(Experiment.parse({"task": "forecasting"}), found, Preview("table", columns))


def _series(names, targets, **changes):
    lines = {name: Line((1.0, 2.0)) for name in names}
    return SeriesLook(lines, targets, {}, (0, 1), 2, (1, 1), {0: 0}, **changes)


def test_of_series_below_each_other_the_column_of_values_is_what_is_forecast():
    below = {"time_column": "day", "time_columns": ("day",), "series_column": "Store", "value_column": "Sales"}
    columns = ("Store", "DayOfWeek", "day", "Sales")
    said = _of_series(_series(("1", "2"), ("1", "2"), **below), None, columns)["Columns"]
    assert said == "forecast: `Sales` of `Store` `1`, `2` · left out: `DayOfWeek`"
    said = _of_series(_series(("1", "DayOfWeek"), ("1",), **below), None, columns)["Columns"]
    assert (
        said == "forecast: `Sales` of `Store` `1` · also read: `Sales` of `Store` `DayOfWeek` · left out: `DayOfWeek`"
    ), "a series called as a column is not that column"


def test_no_column_that_the_time_is_made_of_is_left_out():
    look = _series(("load", "heat"), ("load",), time_columns=("date", "hour"))
    said = _of_series(look, None, ("date", "hour", "load", "heat", "who"))["Columns"]
    assert said == "forecast: `load` · also read: `heat` · left out: `who`"


def test_coming_rows_beyond_the_horizon_are_counted():
    seen = {"ahead_columns": ("heat",)}
    horizon = Experiment.parse({"task": "forecasting"}).data.horizon
    look = _series(("load", "heat"), ("load",), num_ahead=horizon + 1, **seen)
    said = _of_series(look, None, ("load", "heat"))
    assert said["Known ahead"] == f"{horizon + 1} coming rows; the horizon uses the first {horizon} of them"
    as_many = _series(("load", "heat"), ("load",), num_ahead=horizon, **seen)
    assert "Known ahead" not in _of_series(as_many, None, ("load", "heat"))


def test_values_that_were_taken_as_missing_are_said_beside_the_rows():
    look = _series(("temp",), ("temp",))
    assert _of_series(look, Rows(120, (), 3), ("temp",))["Rows"] == "120 read, all kept; 3 values taken as missing"
    said = _of_series(look, Rows(120, (("empty", 2),), 1), ("temp",))["Rows"]
    assert said == "120 read, 118 kept; left out: 2 empty; 1 value taken as missing"


def test_both_sides_of_a_translation_have_a_vocabulary_and_count_for_the_cut():
    known = Vocabulary(9, {"train": 0.0})
    found = Report(
        rows=None,
        parts={"train": 5},
        lengths={"source": {3: 1}, "target": {9: 1}},
        max_length=7,
        num_cut=1,
        vocabularies={"source": known, "target": known},
    )
    lines = summary_lines(Experiment.parse({"task": "translation", "data": {"unit": "word"}}), _overview(found), None)
    assert list(lines) == ["Parts", "Length", "Vocabulary, source", "Vocabulary, target"]
    assert lines["Length"].startswith("1 of 10 texts")
    assert lines["Vocabulary, source"].endswith("none of the text is unknown")
