"""What a memory task asks, worked by hand, and what a network is read to keep: the numbers are those of the engine."""

import numpy as np
import pytest
import torch

from core import load
from core.insight.asked import NEAR, TASKS, Asked, asked, read_by
from core.tasks.memory.predictor import NEAR_ENOUGH


def test_recall_keeps_one_letter_from_the_first_step_to_the_question():
    found = asked("recall", 4, 0)
    letter = found.words[0]
    assert len(found.words) == 6 and found.words[-1] == "?"
    assert found.kept == (letter,) * 6
    assert found.right == ("",) * 5 + (letter,)


def test_copy_keeps_ten_letters_and_lets_them_go_one_by_one():
    found = asked("copy", 3, 2)
    letters = "".join(found.words[:10])
    assert found.kept[:10] == tuple(letters[: step + 1] for step in range(10))
    assert found.kept[10:13] == (letters,) * 3
    assert found.kept[13:] == tuple(letters[step + 1 :] for step in range(10))
    assert "".join(found.right) == letters and found.right[:13] == ("",) * 13


def test_adding_keeps_the_sum_of_starred_numbers():
    found = asked("adding", 6, 1)
    sums = np.cumsum([float(word[:-1]) if word.endswith("*") else 0.0 for word in found.words])
    assert found.kept == tuple(f"{one:.2f}" for one in sums)
    assert found.right == ("",) * 5 + (found.kept[-1],)
    assert sum(word.endswith("*") for word in found.words) == 2


def test_parity_keeps_whether_the_ones_so_far_are_odd():
    found = asked("parity", 7, 3)
    assert found.kept == found.right
    assert found.kept == tuple(
        "odd" if found.words[: step + 1].count("1") % 2 else "even" for step in range(len(found.words))
    )


@pytest.mark.parametrize("task", TASKS)
def test_a_network_s_states_answers_and_what_it_would_say_are_those_of_its_predictor(trained, task):
    network = load(trained("memory", {"data.id": task, "data.delay": 3}))
    sequence = asked(task, 4, 0)
    read = read_by(network, task, sequence)
    answered = network.predict([sequence.text])[0]
    assert [one or None for one in read.answers] == [
        None if one is None else one if isinstance(one, str) else f"{one:.2f}" for one in answered["answers"]
    ]
    inputs = network.read(sequence.text)
    trace = network.model.recurrent.trace(network._vectors(inputs))
    torch.testing.assert_close(torch.from_numpy(read.states), trace.outputs[0].float())
    for step in range(len(sequence.words)):
        words = sequence.words[: step + 1]
        if task == "copy":
            assert read.now[step] == "" and read.sure[step] is None
            continue
        ended = [*words, "?"] if task == "recall" and words[-1] != "?" else words
        last = network.predict([" ".join(ended)])[0]
        said = last["answers"][-1]
        assert read.now[step] == (said if isinstance(said, str) else f"{said:.2f}")
        assert read.sure[step] == (pytest.approx(last["probabilities"][-1], rel=1e-4) if task != "adding" else None)


def test_a_sum_counts_as_near_as_the_task_has_it():
    assert NEAR == NEAR_ENOUGH


def test_a_sequence_is_typed_as_it_is_read():
    assert Asked(("c", "1", "?"), (), ()).text == "c 1 ?"
