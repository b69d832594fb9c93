"""The frontier of finished runs, and the lectures' table: numbers are those of the runs, the cells and the store."""

import pytest

from core.claims.bridged import NETWORKS, Point, Reach, frontier_of, network_of, point_of
from core.claims.figures import Figure
from core.claims.notes_table import ALONE, UP_TO, notes_table, weights_of
from core.claims.views import Frontier, frontier
from core.config.experiment import Experiment
from core.models.cells import CELLS


def experiment(values=None, **data):
    found = Experiment.parse({"task": "memory", "data": {"id": "recall", "delay": 7, **data}})
    return found.with_values(values or {})


def point(network, delay, accuracy, seed=0):
    return Point(network, "recall", False, delay, accuracy, seed, 900, 30, None)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_that_races_is_called_as_it_was_chosen(name):
    assert network_of(experiment(dict(NETWORKS[name]))) == name


def test_networks_are_called_as_in_the_stored_claim():
    found = frontier()
    assert found is not None
    assert {network for row in found.longest.values() for network in row} <= set(NETWORKS)


def test_a_finished_run_is_a_point_and_one_without_a_judgement_is_none():
    result = {"test": {"accuracy": 0.95}, "steps": 50, "seconds": 2.0, "parameters": 321}
    found = point_of(experiment(delays="up_to"), result)
    assert found == Point("LSTM", "recall", True, 7, 0.95, 0, 321, 50, 40.0)
    assert found is not None and found.bridged
    assert point_of(experiment(), {"test": {}}) is None and point_of(experiment(), None) is None
    assert point_of(experiment(), {"test": {"accuracy": 0.9}}).step_ms is None


def test_the_frontier_is_the_longest_delay_that_any_seed_bridged_and_the_next_that_none_did():
    runs = [
        point("GRU", 5, 1.0),
        point("GRU", 20, 0.3),
        point("GRU", 20, 0.96, seed=1),
        point("GRU", 40, 0.94),
        point("GRU", 80, 0.2),
        point("RNN", 10, 0.9),
        point("LSTM", 10, 0.99),
    ]
    assert frontier_of(runs) == {"GRU": Reach(20, 40), "RNN": Reach(0, 10), "LSTM": Reach(10, None)}
    assert frontier_of([]) == {}


def made_frontier(rnn, lstm, gru):
    def row(task):
        pairs = zip(("RNN", "LSTM", "GRU"), (rnn, lstm, gru), strict=True)
        return {
            name: Figure("F2", task, name, "longest delay", values, 900, "tried up to 40") for name, values in pairs
        }

    return Frontier({ALONE: row(ALONE), UP_TO: row(UP_TO)}, 40, (), {}, (), ())


def test_the_table_counts_weights_and_blocks_from_the_cells():
    structure = notes_table(None)[0]
    assert weights_of("rnn") == 64 * 17 + 64 * 64 + 2 * 64 == 5_312
    assert weights_of("lstm") == 4 * 5_312 and weights_of("gru") == 3 * 5_312
    assert structure.measured[1] == (
        "4 blocks of weights (input, forget, candidate, output)",
        "state h and c",
        "21,248 weights at 64 units",
    )
    assert [len(CELLS[name].gates) for name in ("rnn", "lstm", "gru")] == [1, 4, 3]


def test_a_row_holds_where_the_figures_are_in_the_notes_order_and_nowhere_else():
    (_, training, tasks, memory) = notes_table(made_frontier((5.0, 5.0), (40.0, 40.0), (10.0, 20.0)))
    assert memory.holds and training.holds and tasks.holds is None
    assert memory.measured[1][0] == "40 or more steps where delays vary"
    assert memory.measured[2][0] == "15 steps where delays vary"
    (_, training, _, memory) = notes_table(made_frontier((20.0,), (10.0,), (40.0,)))
    assert memory.holds is False and "not the notes' order" in memory.verdict
    assert training.holds is False and "the RNN is not the hardest to train" in training.verdict


def test_the_stored_figures_say_where_the_notes_are_wrong():
    (_, training, _, memory) = notes_table(frontier())
    assert memory.holds is False and "the GRU, not the LSTM, remembers furthest" in memory.verdict
    assert memory.measured[2][0].startswith("160 or more")
    assert training.holds is False and "an RNN with orthogonal ones gets to 133" in training.verdict


def test_steps_of_a_visitor_s_runs_stand_in_the_table_and_without_figures_nothing_is_claimed():
    mine = [Point("GRU", "recall", False, 5, 1.0, seed, 900, 30, ms) for seed, ms in enumerate((3.0, 9.0, 5.0))]
    rows = notes_table(None, mine)
    assert rows[1].measured == ((), (), ("5 ms a step in your runs",))
    assert [row.holds for row in rows] == [True, None, None, None]
