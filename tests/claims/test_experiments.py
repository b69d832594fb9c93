"""The measurements behind the lecture notes' claims: fair sizes, figures of a seed, and contrasts that must hold."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.claims.experiments import costs, foreseen, memory_tasks, on_the_fly, one_to_one, parity
from core.claims.experiments.running import jobs_of
from core.claims.experiments.training import count_parameters, train
from core.claims.figures import Figure, Job, figures_of
from core.claims.registry import CLAIMS, ROWS
from core.data.text import BOS, EOS, PAD
from core.insight import reservoir

TINY = memory_tasks.Scale(400, (2,), 6, (5,), 3, (2,), 3, 3)
TINY_PAIRS = on_the_fly.Scale(num_pairs=620, parameters=9_000, steps=3, data=("numbers",))


def test_the_seeds_of_a_task_and_network_become_one_figure():
    jobs = [Job("F9", "adding", network, lambda seed: {}, seed, 7) for network in ("gru", "rnn") for seed in (0, 1)]
    first, second = figures_of((job, {"mse": job.seed + 1.0}) for job in jobs)
    assert (first.network, second.network, first.parameters) == ("gru", "rnn", 7)
    assert first.values == (1.0, 2.0)
    assert first.record()["mean"] == 1.5
    assert first.record()["spread"] == pytest.approx(0.5**0.5)
    assert "1 to 2" in first.row()


def test_a_single_value_has_no_spread_and_a_large_one_no_exponent():
    figure = Figure("F11", "10 steps", "gru", "parameters", (123456.0,))
    assert figure.spread == 0
    assert "123,456" in figure.row()


def test_training_stops_when_it_is_good_enough_and_not_before():
    model = nn.Linear(2, 1)
    inputs = torch.randn(7, 2)
    losses = []

    def loss(step):
        losses.append(((model(inputs) - 3) ** 2).mean())
        return losses[-1]

    assert train(model, loss, 400, 0.1, lambda: losses[-1].item() < 0.1) < 400
    assert losses[-1] < 0.1 < losses[0]
    assert train(model, loss, 7, 0.1, schedule="cosine") == 7
    with pytest.raises(ValueError, match="schedule"):
        train(model, loss, 7, 0.1, schedule="stairs")


@pytest.mark.parametrize("network", memory_tasks.NETWORKS)
def test_networks_are_as_large_as_the_budget_allows(network):
    size, count = memory_tasks.size_of(network, 5, 900)
    assert count == count_parameters(memory_tasks.build(network, 5, 900)) <= 900
    larger = replace(memory_tasks.NETWORKS[network], hidden_size=size + 1).build(5)
    assert count_parameters(larger) > 900


@pytest.mark.parametrize("network", ["RNN, orthogonal", "LSTM, forget bias 1"])
def test_a_seed_gives_the_same_figures_again(network):
    def measured(seed):
        return [
            memory_tasks.adding_error(network, 5, TINY, seed),
            memory_tasks.copy_error(network, 2, TINY, seed),
            memory_tasks.recall_accuracy(network, 2, True, 1e-2, TINY, seed),
        ]

    assert measured(0) == measured(0) != measured(1)


def test_a_window_that_reaches_back_recalls_and_one_that_does_not_guesses():
    scale = replace(TINY, parameters=1500, recall_steps=300)
    assert memory_tasks.past_accuracy("feed-forward, window 8", 3, scale, 0)["accuracy"] > 0.95
    assert memory_tasks.past_accuracy("feed-forward, window 1", 3, scale, 0)["accuracy"] < 0.25
    assert memory_tasks.past_accuracy("RNN", 3, scale, 0)["accuracy"] > 0.95


def test_the_longest_delay_is_the_last_before_the_first_failure():
    assert memory_tasks.longest_bridged((2, 5, 9, 20), {2, 5, 20}.__contains__) == 5
    assert memory_tasks.longest_bridged((2, 5, 9, 20), {5}.__contains__) == 0
    assert memory_tasks.longest_bridged((2, 5), lambda delay: True) == 5


def test_parity_is_mastered_when_the_last_answer_is_right():
    scale = replace(TINY, parameters=900, recall_steps=600)
    assert parity.parity_accuracy("GRU", 3, scale, 0) == 1
    assert parity.longest_parity("RNN", replace(TINY, recall_steps=2), 0) == {"longest length": 0}


def test_a_word_by_word_network_is_asked_for_the_target_from_its_first_place_on():
    trg = torch.tensor([[BOS, 7, 8, EOS, PAD], [BOS, 4, 5, 6, EOS]])
    assert on_the_fly.places(trg, 2).tolist() == [[7, 8], [4, 5]]
    assert on_the_fly.places(trg, 6).tolist() == [[7, 8, PAD, PAD, PAD, PAD], [4, 5, 6, PAD, PAD, PAD]]


def test_pairs_without_the_places_are_counted():
    pairs = on_the_fly.load("numbers", TINY_PAIRS.num_pairs)
    test = np.arange(on_the_fly.NUM_TEST)
    (src, src_lengths), (trg, _) = pairs.src.batch(test), pairs.trg.batch(test)
    asked = on_the_fly.places(trg, src.shape[1])
    whole = [
        on_the_fly.without_silence(row[:length]) == on_the_fly.without_silence(target)
        for row, length, target in zip(asked.tolist(), src_lengths.tolist(), trg.tolist(), strict=True)
    ]
    assert np.mean(whole) == pytest.approx(on_the_fly.enough_places("numbers", TINY_PAIRS.num_pairs))
    assert 0.8 < np.mean(whole) < 1


@pytest.mark.parametrize("network", on_the_fly.NETWORKS)
def test_every_translator_fits_the_budget_and_gives_the_same_figure_again(network):
    size, count = on_the_fly.sizes_of(network, "numbers", TINY_PAIRS)
    assert size > 1 and 0.8 * TINY_PAIRS.parameters < count <= TINY_PAIRS.parameters
    first = on_the_fly.exact_match(network, "numbers", TINY_PAIRS, 0)
    assert first == on_the_fly.exact_match(network, "numbers", TINY_PAIRS, 0)
    assert 0 <= first["exact match"] <= 1


def test_only_a_network_with_a_window_grows_with_length():
    for network in costs.NETWORKS:
        short, long = (costs.parameters_at(network, length, 0)["parameters"] for length in (3, 11))
        assert (long > short) == network.startswith("feed-forward")


def test_without_a_hidden_layer_only_the_plane_is_learned():
    scores = {
        (task, depth): next(iter(one_to_one.one_to_one(task, depth, 300, 0).values()))
        for task in ("exclusive or", "a parabola", "a plane")
        for depth in (0, 1)
    }
    assert scores["exclusive or", 0] < 0.75 < 0.9 < scores["exclusive or", 1]
    assert scores["a parabola", 0] < 0.1 < 0.9 < scores["a parabola", 1]
    assert scores["a plane", 0] > 0.85


def test_times_are_ratios_of_every_shape(monkeypatch):
    monkeypatch.setattr(costs, "SHORT", 3)
    monkeypatch.setattr(costs, "ROUNDS", 1)
    monkeypatch.setattr(costs, "SECONDS_A_TURN", 1e-4)
    ratios = costs.times("GRU", 0)
    assert len(ratios) == 3
    assert all(ratio > 0 for ratio in ratios.values())


@pytest.mark.parametrize("claim", [*CLAIMS, *ROWS])
@pytest.mark.parametrize("quick", [True, False])
def test_every_claim_is_measured_with_every_seed_and_nothing_twice(claim, quick):
    jobs = jobs_of(claim, quick, (0, 1))
    assert {job.claim for job in jobs} == {claim}
    names = [(job.task, job.network, job.seed) for job in jobs]
    assert len(set(names)) == len(names) > 0


def test_the_settings_that_foresee_furthest_elsewhere_are_chosen_and_an_lstm_learns_the_change(monkeypatch):
    series, origins = reservoir.mackey_glass(), foreseen.CHOOSING
    right = np.stack([series[origin : origin + 9] for origin in origins])
    wrong = {steps: np.where(np.arange(9) < steps, right, 9.0) for steps in (2, 7, 5)}
    assert foreseen._best((2, 7, 5), wrong.get) == 7
    for name, value in {"NUM_AHEAD": 3, "LENGTH": 50, "WARM": 60}.items():
        monkeypatch.setattr(foreseen, name, value)
    found = foreseen.lstm_forecasts(1e-2, True, 150, 0, origins)
    off, simply = (np.abs(one - right[:, :3]).mean() for one in (found, reservoir.repeated(origins)[:, :3]))
    assert found.shape == (4, 3) and off < simply / 2
