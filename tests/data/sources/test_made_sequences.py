"""Made sequences as a data section asks for them, divided into parts, and the right answers to any sequence."""

import numpy as np
import pytest

from core.baselines.sequences import is_asked
from core.data import catalog
from core.data.kinds import kind_of
from core.data.kinds.sequences import FEWEST, answers_of, words_of
from core.data.prepare import prepare
from core.data.sources.made_sequences import MOST_SEQUENCES, MOST_STEPS, right_answers
from core.resolve import resolve_data

SETS = [entry.id for entry in catalog.entries("sequences") if not entry.id.startswith("digits")]


def made(data_id, delay=6, delays="fixed"):
    data = resolve_data("memory", {"data.id": data_id, "data.delay": delay, "data.delays": delays})
    return catalog.find("sequences", data_id).load(data)


@pytest.mark.parametrize("delays", ["fixed", "up_to"])
@pytest.mark.parametrize("data_id", SETS)
def test_the_answers_of_a_set_are_the_right_ones(data_id, delays):
    dataset = made(data_id, delays=delays)
    asked = is_asked(dataset.answers)
    for inputs, answers, at in [*zip(dataset.inputs, dataset.answers, asked, strict=True)][:40]:
        length = at.nonzero()[0][-1] + 1
        right = np.array([np.nan if one is None else one for one in right_answers(data_id, inputs[:length])])
        np.testing.assert_allclose(right[at[:length]], answers[at], atol=1e-6)
        assert at.sum() == (dataset.num_asked or length), "it ends where the last answer is asked"


@pytest.mark.parametrize("data_id", SETS)
def test_sequences_of_every_delay_up_to_the_chosen_one_come_mixed(data_id):
    fixed, mixed = made(data_id), made(data_id, delays="up_to")
    ends = [is_asked(one.answers)[:, ::-1].argmax(axis=1) for one in (fixed, mixed)]
    assert set(ends[0]) == {0} and set(ends[1]) == {0, 1, 2, 3, 4}
    shares = np.bincount(ends[1][:2_000]) / 2_000
    assert np.abs(shares - 0.2).max() < 0.04


@pytest.mark.parametrize(
    ("data_id", "steps", "answers"),
    [
        ("recall", "c 4 1 ?", [None, None, None, "c"]),
        ("recall", "4 c ?", [None] * 3),
        ("parity", "0 1 1 0 1", ["even", "odd", "even", "even", "odd"]),
        ("dinner", "pasta sunny rainy sunny", ["pasta", "curry", "curry", "soup"]),
        ("dinner", "rainy soup sunny", [None, "soup", "pasta"]),
        ("copy", "a b", [None] * 2),
    ],
)
def test_right_answers_worked_by_hand(data_id, steps, answers):
    dataset = made(data_id)
    ids = np.array([dataset.symbols.index(word) for word in steps.split()])
    found = right_answers(data_id, ids)
    assert [None if one is None else dataset.classes[one] for one in found] == answers


def test_the_copy_is_the_ten_letters_in_their_order():
    dataset = made("copy")
    assert " ".join(words_of(dataset.inputs[0], dataset.symbols)[10:]) == ". . . . . " + " ".join("?" * 11)
    assert answers_of(dataset.answers[0], dataset.classes) == words_of(dataset.inputs[0], dataset.symbols)[:10]


def test_numbers_are_written_as_they_are_read():
    dataset = made("adding")
    words = words_of(dataset.inputs[0], dataset.symbols)
    marked = [float(word.removesuffix("*")) for word in words if word.endswith("*")]
    assert len(marked) == 2 and dataset.answers[0, -1] == pytest.approx(sum(marked), abs=1e-6)


@pytest.mark.parametrize("data_id", SETS)
def test_no_sequence_of_the_test_set_stands_in_training(data_id):
    prepared = prepare("sequences", resolve_data("memory", {"data.id": data_id, "data.delay": 10}))
    seen, new = ({row.tobytes() for row in prepared.inputs[part]} for part in ("train", "test"))
    assert len(new) == prepared.counts["test"] >= FEWEST // 10 and not seen & new
    assert not prepared.notes


def test_where_there_are_hardly_any_different_sequences_that_is_said():
    prepared = prepare("sequences", resolve_data("memory", {"data.id": "parity", "data.delay": 4}))
    assert prepared.counts["train"] == 20_000
    assert "only 16 different sequences" in prepared.notes[0]


def test_long_sequences_are_fewer():
    assert len(made("recall", 6).inputs) == MOST_SEQUENCES
    assert made("recall", 1_000).inputs.size <= MOST_STEPS


def test_a_set_is_looked_at_in_words():
    kind = kind_of("sequences")
    look = kind.look(made("dinner"), (0.8, 0.1, 0.1))
    assert [*look.columns] == ["Sequence", "Answers"]
    first, answers = (look.columns[name][0].split() for name in look.columns)
    assert first[0] == answers[0] and {*first[1:]} <= {"sunny", "rainy"}
    assert kind.count(made("dinner"))[1] == "sequences"
