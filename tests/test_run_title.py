"""What a run is called where it has no name of its own."""

import pytest

from core.config.experiment import Experiment
from core.run_title import OWN_DATA, describe_run


def experiment(task="forecasting", **sections):
    return Experiment.parse({"task": task, **sections})


UPLOAD = {"source": "upload", "id": "a" * 32, "window_size": 104}


def test_a_run_says_its_network_its_data_its_cut_its_size_and_its_length():
    run = experiment(data=UPLOAD, model={"cell": "lstm", "hidden_size": 32})
    assert describe_run(run, 4_840, 200, "demand.csv") == (
        "LSTM 32 · demand.csv · window 104 · 4,840 parameters · 200 steps"
    )


def test_a_file_s_name_stands_only_where_it_is_given():
    assert describe_run(experiment(data=UPLOAD), 1, 1).split(" · ")[1] == OWN_DATA


def test_layers_and_directions_are_said_where_there_are_several():
    model = {"cell": "gru", "hidden_size": 128, "num_layers": 2, "bidirectional": True}
    assert describe_run(experiment("sentiment", model=model)).startswith("bidirectional GRU 2 × 128 · ")


@pytest.mark.parametrize(
    ("task", "data", "said"),
    [
        ("forecasting", {"id": "co2", "window_size": 7}, "CO2 on Mauna Loa · window 7"),
        ("generation", {"id": "country_names"}, "Country names · characters"),
        ("sentiment", {"id": "reviews", "unit": "subword"}, "Reviews with one to five stars · subwords"),
        ("translation", {"id": "dates", "src_language": "en", "trg_language": "de", "unit": "word"},
         "Dates in long form, English to German · words"),
        ("translation", {"source": "hub", "id": "somebody/pairs"}, "somebody/pairs · characters"),
        ("forecasting", {"id": "gone_since", "window_size": 7}, "gone_since · window 7"),
    ],
)  # fmt: skip
def test_data_is_called_by_its_title_with_what_was_chosen_of_it(task, data, said):
    assert f" · {said} · " in describe_run(experiment(task, data=data))


def test_a_run_that_has_not_begun_says_the_steps_that_it_plans_and_no_size():
    run = experiment(data=UPLOAD, training={"max_steps": 1_200})
    assert describe_run(run).endswith(" · window 104 · 1,200 steps")
    assert describe_run(run, 1, 1).endswith(" · 1 parameter · 1 step")


def test_a_network_without_memory_says_over_how_many_steps():
    model = {"cell": "rnn", "hidden_size": 7, "window": 1}
    assert describe_run(experiment("memory", model=model)).startswith("feed-forward 7 over 1 step · ")
