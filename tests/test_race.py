"""What a race starts, and what is said at its end: nobody wins inside the spread of seeds."""

import pytest

from core import race
from core.config.experiment import Experiment
from core.config.sizes import count_parameters
from core.config.summary import DataSummary
from core.figures import figure_digits, metric_value

SUMMARY = DataSummary("generation", num_items=1_000, num_tokens=900, vocab_size=31)
BASE = Experiment.parse({"task": "generation"}).with_values({"model.hidden_size": 20, "training.max_steps": 50})


def test_a_race_at_equal_parameters_gives_each_cell_nearly_as_many_and_as_many_steps():
    runs = race.entrants(BASE, SUMMARY, race.FIRST_CELLS, 1, "parameters")
    wanted = count_parameters(BASE, SUMMARY)
    assert [run.model.cell for run in runs] == ["rnn", "lstm", "gru"]
    assert all(abs(count_parameters(run, SUMMARY) - wanted) < 0.05 * wanted for run in runs)
    assert {run.training.max_steps for run in runs} == {50}
    assert runs[1].model.hidden_size == 20, "the cell of the set-up stays as it is"


def test_a_race_at_equal_time_gives_each_cell_the_same_hidden_size_and_seconds():
    runs = race.entrants(BASE, SUMMARY, ("rnn", "gru"), 1, "seconds", 7.0, most_steps=60)
    assert {(run.model.hidden_size, run.training.max_seconds, run.training.max_steps) for run in runs} == {
        (20, 7.0, 60)
    }
    assert race.equal_by(runs) == "seconds"


def test_runs_of_a_race_are_named_by_cell_and_seed_and_first_seeds_come_first():
    names = [race.run_label(one) for one in race.entrants(BASE, SUMMARY, ("rnn", "gru"), 2, "parameters")]
    assert names == ["RNN, seed 0", "GRU, seed 0", "RNN, seed 1", "GRU, seed 1"]


def test_more_seeds_are_only_those_that_the_race_lacks():
    runs = race.entrants(BASE, SUMMARY, ("rnn", "gru"), 1, "parameters")
    more = race.more_seeds([*runs, race.more_seeds(runs)[0]])
    assert [race.run_label(one) for one in more] == ["RNN, seed 2", "GRU, seed 1", "GRU, seed 2"]
    assert race.more_seeds([*runs, *race.more_seeds(runs)]) == []


def test_with_one_seed_nobody_wins():
    said = race.verdict("mase", {"LSTM": [0.9], "GRU": [0.5]})
    assert said.startswith("On the test set GRU reached MASE 0.50, LSTM 0.90. One seed says little")
    assert "ahead" not in said


def test_with_one_seed_each_and_the_same_figure_there_is_no_order_to_doubt():
    said = race.verdict("accuracy", {"LSTM": [1.0], "GRU": [1.0]})
    assert said.endswith("With one seed each they are level.")


def test_inside_the_spread_of_seeds_nobody_wins_and_the_spread_is_said():
    said = race.verdict("mase", {"LSTM": [0.80, 0.86, 0.83], "GRU": [0.80, 0.83, 0.80], "RNN": [1.50, 1.52, 1.51]})
    assert said == (
        "On the test set GRU reached MASE 0.81 (0.80 to 0.83 over 3 seeds), LSTM 0.83 (0.80 to 0.86 over 3 seeds), "
        "RNN 1.51 (1.50 to 1.52 over 3 seeds). RNN is clearly behind; between GRU and LSTM there is no difference "
        "beyond the spread of seeds."
    )


def test_beyond_the_spread_of_seeds_the_best_is_named_also_where_more_is_better():
    said = race.verdict("accuracy", {"LSTM": [0.61, 0.62, 0.60], "GRU": [0.90, 0.91, 0.92]})
    assert said.endswith("GRU is ahead of LSTM by more than the spread of seeds.")
    assert "GRU reached accuracy 91.0%" in said or "GRU reached accuracy 91%" in said


def test_cells_that_were_not_judged_are_named_and_none_at_all_has_no_winner():
    assert race.verdict("mase", {"LSTM": [0.9], "GRU": []}).endswith("GRU did not get to the end.")
    assert "nobody has won" in race.verdict("mase", {"LSTM": [], "GRU": []})


@pytest.mark.parametrize(
    ("metric", "value", "spread", "text"),
    [
        ("mase", 0.8137, 0.031, "0.81"),
        ("mase", 0.8137, 0.0031, "0.814"),
        ("mase", 0.8137, 0.0131, "0.814"),
        ("mae", 16_803.4, 250.0, "16,803"),
        ("mae", 16_803.4, 0.0, "16,803"),
        ("accuracy", 0.8137, 0.031, "81%"),
        ("accuracy", 0.8137, 0.0031, "81.4%"),
    ],
)
def test_digits_of_a_figure_follow_its_spread(metric, value, spread, text):
    assert metric_value(metric, value, "", figure_digits(metric, spread)) == text
