"""Words and numbers of the screen."""

import ast
import re
from pathlib import Path

import pytest

from core.models.cells import CELLS
from ui.words import (
    about,
    best_baseline,
    choice_label,
    choice_summary,
    compact,
    count,
    date_time,
    duration,
    metric_value,
    rough_duration,
    speed,
    token_words,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "less than 1 s"), (8.4, "8 s"), (99, "99 s"), (180, "3 min"), (7_800, "2 h 10 min"), (7_200, "2 h")],
)
def test_durations_are_said_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_a_predicted_time_is_no_more_exact_than_a_prediction():
    assert rough_duration(2) == "a few seconds"
    assert rough_duration(11.7) == "about 10 s"
    assert rough_duration(200) == "about 3 min"


@pytest.mark.parametrize(("number", "text"), [(950, "950"), (1_234, "1.2k"), (148_000, "148k"), (2_100_000, "2.1M")])
def test_large_numbers_are_short(number, text):
    assert compact(number) == text


def test_counts_agree_with_their_noun():
    assert count(1, "parameter") == "1 parameter"
    assert count(about(331_234), "parameter") == "331,000 parameters"
    assert about(7) == 7
    assert (count("0.7", "point"), count("1", "point"), count(0, "row")) == ("0.7 points", "1 point", "0 rows")
    assert (count(1, "series"), count(40, "series")) == ("1 series", "40 series")


def test_shares_are_percent_and_missing_figures_are_undefined():
    assert metric_value("accuracy", 0.5) == "50.0%"
    assert metric_value("mape", 12.34) == "12.3%"
    assert (metric_value("mape", 0.183), metric_value("smape", 0.214)) == ("0.18%", "0.21%"), "told apart"
    assert (metric_value("mape", 0.0042), metric_value("mape", 0.0)) == ("0.0042%", "0.0%")
    assert metric_value("loss", 1.5) == "1.500 nats"
    assert metric_value("loss", 1.5, "forecasting") == "1.500"
    assert metric_value("mase", None) == "undefined"


def test_the_best_baseline_is_the_smallest_error_or_the_largest_score():
    figures = {"a": {"mase": 2.0, "accuracy": 0.1}, "b": {"mase": 1.0, "accuracy": 0.9}, "c": {"mase": None}}
    assert best_baseline(figures, "mase") == ("b", 1.0)
    assert best_baseline(figures, "accuracy") == ("b", 0.9)
    assert best_baseline(figures, "bleu") is None


def test_choices_are_written_as_the_field_writes_them():
    shown = {"gru": "GRU", "min_gru": "minGRU", "rmsprop": "RMSprop", "relu": "ReLU", "scaled_dot": "Scaled dot"}
    assert {value: choice_label(value) for value in shown} == shown


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_has_its_own_label_and_summary_on_the_screen(cell):
    assert choice_label(cell) == CELLS[cell].label
    assert choice_summary(cell) == CELLS[cell].summary
    assert choice_summary("adamw") == ""


def test_a_moment_is_told_in_the_visitors_own_time_or_says_that_it_is_not():
    assert date_time(1_777_777_777.0, "Asia/Tokyo") == "3 May 2026 at 12:09"
    for unknown in (None, "", "Nowhere/At all", "../../etc/passwd"):
        assert date_time(1_777_777_777.0, unknown) == "3 May 2026 at 03:09 UTC"


@pytest.mark.parametrize(
    ("task", "changes", "text"),
    [
        ("generation", {"data.unit": "character"}, "14k characters/s"),
        ("generation", {"data.unit": "word"}, "14k words/s"),
        ("sentiment", {"data.unit": "subword"}, "14k pieces/s"),
        ("translation", {"data.unit": "character"}, "14k characters/s"),
        ("forecasting", {}, "14k time steps/s"),
    ],
)
def test_a_speed_names_what_the_data_is_read_in(task, changes, text, tiny):
    assert speed(14_000, token_words(tiny(task, changes)).short) == text


def test_no_text_shows_the_call_that_should_have_filled_it():
    """What forgot its f before the quote."""
    roots = [Path(__file__).resolve().parents[2] / name for name in ("core", "ui", "pages")]
    for path in (path for root in roots for path in root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"\{\w+\(.*\)\}", node.value), f"{path.name}:{node.lineno} {node.value[:80]}"


def test_no_text_says_where_on_a_wide_screen_something_stands():
    """On a phone the set-up stands folded up on the page, there is no side bar, and nothing hovers."""
    wide = re.compile(
        r"\b(side ?bar|(on|to) the left of every|hover over|mouse|double-click|move a slider)\b", re.IGNORECASE
    )
    root, found = Path(__file__).resolve().parents[2], []
    for path in (
        file for room in ("ui", "pages", "core/applications", "core/config") for file in (root / room).rglob("*.py")
    ):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in comments
            if is_text and " " in node.value and wide.search(node.value):
                found.append(f"{path.relative_to(root)}:{node.lineno}: {node.value[:60]}")
    assert not found
