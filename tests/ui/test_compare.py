"""What a comparison says: columns with seeds folded, honest figures, what differs."""

import json
from dataclasses import replace

import pytest

from core.config.experiment import Experiment
from core.jobs.status import RunStatus
from ui.compared import (
    NONE,
    Compared,
    best_point,
    columns_of,
    curve_points,
    difference_rows,
    field_value,
    figure_rows,
    tokens_per_step,
    with_spread,
)
from ui.curves import Curve

BASELINES = {"ngram_2": {"bits_per_char": 3.5}, "ngram_1": {"bits_per_char": 4.5}}


@pytest.fixture
def curve(tmp_path):
    """Makes a curve from records."""

    def make(*records):
        path = tmp_path / "metrics.jsonl"
        path.write_text("".join(json.dumps({"event": "metrics", **record}) + "\n" for record in records))
        made = Curve(path)
        made.update()
        return made

    return make


@pytest.fixture
def run(curve):
    """Makes a run of a comparison; a run without a figure has no result yet."""

    def make(number, bits=None, name="LSTM 7", state="succeeded", **values):
        experiment = Experiment.parse({"task": "generation", "model": {"hidden_size": 7}})
        experiment = experiment.with_values({key.replace("__", "."): value for key, value in values.items()})
        result = {"test": {"bits_per_char": bits, "loss": bits / 2}, "validation": {"loss": 1.0}, "parameters": 300,
                  "steps": 40, "seconds": 3.0, "baselines": BASELINES} if bits is not None else {}  # fmt: skip
        status = RunStatus(f"{number:032x}", state, task="generation", step=5)
        return Compared(name, status, experiment, curve(), result)

    return make


def row(rows, label):
    return next(row for row in rows if row.label == label)


def test_runs_that_differ_in_the_seed_alone_are_one_column(run):
    columns = columns_of([run(1, 2.0), run(2, 2.2, training__seed=1), run(3, 2.1, "mine", model__cell="gru")])
    assert [column.name for column in columns] == ["LSTM 7, 2 seeds", "mine"]


def test_columns_of_one_name_are_told_apart_by_what_differs(run):
    columns = columns_of([run(1, 2.0), run(2, 2.0, training__max_steps=9), run(3, 2.0, "mine")])
    assert [column.name for column in columns] == ["LSTM 7, steps 1,000", "LSTM 7, steps 9", "mine"]


def test_a_name_says_no_more_than_is_needed_and_what_matters_most_first(run):
    first, second = run(1, 2.0), run(2, 2.0, training__learning_rate=0.5, model__num_layers=2)
    assert [column.name for column in columns_of([first, second])] == ["LSTM 7, layers 1", "LSTM 7, layers 2"]


def test_runs_that_repeat_each_other_are_told_apart_by_their_time_or_their_number(run):
    def made(compared, moment):
        return replace(compared, status=replace(compared.status, created=moment))

    twice = columns_of([made(run(1, 2.0), 1e9), made(run(2, 2.0), 1e9 + 61)])
    assert len({column.name for column in twice}) == 2
    assert [column.name for column in columns_of([run(1, 2.0), run(2, 2.0)])] == ["LSTM 7 (1)", "LSTM 7 (2)"]


def test_one_run_beside_seeds_is_not_called_the_best_inside_their_spread(run):
    seeds = [run(1, 2.0), run(2, 2.4, training__seed=1), run(3, 2.8, training__seed=2)]
    alone = with_interval(run(4, 1.9, "mine", model__cell="gru"), 0.1, 0.11)
    rows = figure_rows(columns_of([*seeds, alone]), "generation", True)
    assert row(rows, "Bits per character, test").best is None


def test_figures_of_seeds_are_mean_and_standard_deviation(run):
    rows = figure_rows(columns_of([run(1, 2.0), run(2, 2.2, training__seed=1)]), "generation", True)
    assert row(rows, "Bits per character, test").cells == ("2.10 ± 0.14 bits",)


def with_interval(compared, low, high):
    found = {"metric": "bits_per_char", "baseline": "ngram_2", "interval": [low, high]}
    return replace(compared, result={**compared.result, "comparison": found})


def test_the_clearly_best_of_a_row_is_marked_and_the_baseline_stands_beside(run):
    # 0.5 bits apart, each known to 0.3: together sqrt(0.18) = 0.42.
    found = [with_interval(run(1, 2.5), 0.7, 1.3), with_interval(run(2, 2.0, model__cell="gru"), 1.2, 1.8)]
    bits = row(figure_rows(columns_of(found), "generation", True), "Bits per character, test")
    assert (bits.best, bits.baseline) == (1, "3.50 bits")


def test_nobody_is_the_best_where_test_items_cannot_tell(run):
    # 0.5 bits apart, each known to 0.4: together 0.57.
    found = [with_interval(run(1, 2.5), 0.6, 1.4), with_interval(run(2, 2.0, model__cell="gru"), 1.1, 1.9)]
    assert row(figure_rows(columns_of(found), "generation", True), "Bits per character, test").best is None
    without = columns_of([run(1, 2.5), run(2, 2.0, model__cell="gru")])  # of an older version
    assert {one.best for one in figure_rows(without, "generation", True)} == {None}


def test_nobody_is_the_best_inside_the_spread_of_seeds(run):
    def rows(*bits):
        first = [run(number, value, training__seed=number) for number, value in enumerate(bits)]
        second = [
            run(7 + number, value + 0.3, model__cell="gru", training__seed=number) for number, value in enumerate(bits)
        ]
        return figure_rows(columns_of([*first, *second]), "generation", True)

    assert row(rows(2.0, 2.01, 2.02), "Bits per character, test").best == 0
    assert row(rows(2.0, 2.2, 2.4), "Bits per character, test").best is None
    assert row(rows(2.0, 2.0, 2.0), "Loss, whole validation set").best is None


def test_nothing_is_the_best_where_figures_do_not_measure_the_same(run):
    rows = figure_rows(columns_of([run(1, 2.5), run(2, 2.0, data__id="other")]), "generation", False)
    assert {row.best for row in rows} == {None}
    assert {row.baseline for row in rows} == {NONE}


def test_a_run_that_still_trains_has_no_figures_and_does_not_compete(run):
    rows = figure_rows(columns_of([run(1, 2.5), run(2, state="running", model__cell="gru")]), "generation", True)
    bits = row(rows, "Bits per character, test")
    assert (bits.cells, bits.best) == (("2.50 bits", NONE), None)
    assert row(rows, "State").cells == ("Finished", "Training")
    assert row(rows, "Steps").cells == ("40", "5")


@pytest.mark.parametrize(
    ("metric", "values", "text"),
    [
        ("accuracy", [0.5, 0.7], "60 ± 14%"),
        ("mase", [0.8123, 0.8127], "0.8125 ± 0.0003"),
        ("accuracy", [0.5], "50.0%"),
        ("bits_per_char", [2.0, 2.0], "2.00 ± 0.00 bits"),
        ("mase", [0.9, 1.1], "1.00 ± 0.14"),
        ("mae", [1e7, 3e7], "20,000,000 ± 14,142,136"),
    ],
)
def test_a_spread_is_written_with_its_unit_once(metric, values, text):
    assert with_spread(metric, values) == text


def test_fields_that_differ_are_listed_and_folded_seeds_are_not(run):
    columns = columns_of([run(1, 2.0), run(2, 2.2, training__seed=1)])
    assert difference_rows(columns, [column.runs[0].experiment for column in columns]) == []
    columns = columns_of([run(2, 2.2, training__seed=1), run(1, 2.0), run(3, 2.0, model__cell="gru")])
    assert difference_rows(columns, [column.runs[0].experiment for column in columns]) == [
        ("Cell", "model.cell", ("LSTM", "GRU")),
        ("Seed", "training.seed", ("0, 1", "0")),
    ]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("training.max_seconds", None, "not set"),
        ("model.bidirectional", True, "yes"),
        ("model.hidden_size", 1024, "1,024"),
        ("training.learning_rate", 0.003, "0.003"),
        ("data.split", (0.8, 0.1, 0.1), "0.8, 0.1, 0.1"),
        ("model.cell", "gru", "GRU"),
        ("data.text_column", "my_text", "my_text"),
        ("data.difference", "last_value", "Last value"),
    ],
)
def test_values_are_written_in_words(name, value, text):
    assert field_value(name, value) == text


def test_a_curve_is_drawn_over_steps_seconds_or_tokens(curve):
    # 100 tokens a step; the evaluation at step 2 takes ten seconds, in which nothing is read.
    found = curve(
        {"split": "train", "step": 1, "seconds": 1.0, "tokens_per_second": 100.0},
        {"split": "train", "step": 2, "seconds": 2.0, "tokens_per_second": 100.0},
        {"split": "validation", "step": 2, "seconds": 12.0, "loss": 3.0},
        {"split": "train", "step": 4, "seconds": 14.0, "tokens_per_second": 100.0},
        {"split": "train", "step": 6, "seconds": 16.0, "tokens_per_second": 100.0},
        {"split": "validation", "step": 6, "seconds": 26.0, "loss": 2.0},
    )
    assert tokens_per_step(found) == pytest.approx(100.0)
    assert curve_points(found, "loss", "step") == ((2, 3.0), (6, 2.0))
    assert curve_points(found, "loss", "seconds") == ((12.0, 3.0), (26.0, 2.0))
    assert curve_points(found, "loss", "tokens") == ((200.0, 3.0), (600.0, 2.0))
    assert curve_points(found, "accuracy", "step") == ()
    assert best_point(found, "loss", "tokens", 6) == (600.0, 2.0)
    assert best_point(found, "loss", "step", 5) is None and best_point(found, "loss", "step", None) is None


def test_tokens_are_unknown_before_the_second_record(curve):
    found = curve({"split": "train", "step": 1, "seconds": 1.0, "tokens_per_second": 100.0})
    assert tokens_per_step(found) is None
    assert curve_points(found, "loss", "tokens") == ()
