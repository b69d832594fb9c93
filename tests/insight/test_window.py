"""What reaches an answer without memory: nothing from outside the window, exactly; and what can be answered from it."""

import numpy as np
import pytest
import torch

from core.insight.window import NUM_SYMBOLS, TASKS, TAUGHT, _fitted, _last, _vectors, networks, reached, sequences


@pytest.mark.parametrize("task", TASKS)
def test_nothing_outside_the_window_reaches_the_answer_and_every_step_reaches_a_recurrent_one(task):
    made = networks(task, 3)
    norms = {name: reached(network, task, 6, 0).norms for name, network in made.items()}
    assert np.flatnonzero(norms["one step"]).tolist() == [7]
    assert np.flatnonzero(norms["window"]).tolist() == [5, 6, 7]
    assert (norms["recurrent"] > 0).all()


def test_a_window_recalls_what_it_covers_and_guesses_one_step_later():
    window = networks("recall", 7)["window"]
    assert reached(window, "recall", 5, 0).accuracy == 1
    assert reached(window, "recall", 6, 0).accuracy == pytest.approx(0.25, abs=0.05)
    recurrent = networks("recall", 7)["recurrent"]
    assert reached(recurrent, "recall", 6, 0).accuracy > 0.95


def test_networks_are_the_same_each_time_and_leave_the_random_numbers_of_others_alone():
    before = torch.random.get_rng_state()
    one, other = (networks("order", 2)["recurrent"].state_dict() for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_gradient_is_that_of_the_right_answers_lead_as_differences_measure_it():
    one, right = sequences("recall", 4, 20, 3)
    network = networks("recall", 3)["recurrent"]
    taught, answers = sequences("recall", 4, TAUGHT, 1)
    weights = _fitted(_last(network, "recall", taught), answers, TASKS["recall"])
    inputs, norms = _vectors("recall", one[:1]).double(), []
    network = network.double()
    for step in range(inputs.shape[1]):
        moved = np.repeat(inputs.numpy(), 2 * inputs.shape[2], axis=0)
        for feature in range(inputs.shape[2]):
            moved[2 * feature : 2 * feature + 2, step, feature] += (1e-4, -1e-4)
        with torch.no_grad():
            scores = network(torch.from_numpy(moved))[0][:, -1].numpy() @ weights[:-1]
        leads = scores[:, right[0]] - np.delete(scores, right[0], axis=1).mean(axis=1)
        norms.append(np.linalg.norm(leads[::2] - leads[1::2]) / 2e-4)
    assert reached(networks("recall", 3)["recurrent"], "recall", 4, 0).norms == pytest.approx(norms, rel=1e-3)


def test_noise_in_a_window_that_holds_the_letter_hardly_moves_the_answer():
    norms = reached(networks("recall", 8)["window"], "recall", 5, 0).norms
    assert norms[0] > 100 * norms[1:].max()


@pytest.mark.parametrize(
    ("name", "delay", "number", "is_right"),
    [("one step", 5, 3, False), ("window", 5, 3, True), ("window", 10, 3, False), ("recurrent", 10, 3, True),
     ("recurrent", 20, 1, False)],
)  # fmt: skip
def test_the_examples_of_recall_come_out_as_its_statements_say(name, delay, number, is_right):
    right = sequences("recall", delay, 20, 3)[1][number]
    answer = reached(networks("recall", 8)[name], "recall", delay, number).answer
    assert bool(answer == right) is is_right


def test_the_examples_of_which_came_first_stand_where_its_statements_say():
    ids, _ = sequences("order", 20, 20, 3)
    window = networks("order", 8)["window"]
    first, second = NUM_SYMBOLS, NUM_SYMBOLS + 1
    assert ids[7, 18] == first and second in ids[7, :-8] and reached(window, "order", 20, 7).answer == 1
    assert ids[0, 8] == first and second in ids[0, :8] and reached(window, "order", 20, 0).answer == 0
