import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.errors import ConfigError
from core.data import splits
from core.data.dataset import SPLITS
from core.data.splits import (
    cut_points,
    drop_answers,
    drop_repeated,
    drop_repeated_paragraphs,
    hash_all,
    split_items,
    split_labelled,
    split_text,
)

SHARES = st.sampled_from([(0.8, 0.1, 0.1), (0.7, 0.1, 0.2), (0.6, 0.4, 0.0), (0.34, 0.33, 0.33)])


@given(st.integers(40, 5_000), SHARES)
def test_a_sequence_is_cut_in_order_into_the_shares(length, shares):
    train_end, validation_end = cut_points(length, shares)
    assert 0 < train_end < validation_end <= length
    assert abs(train_end / length - shares[0]) < 0.02
    assert (validation_end == length) == (shares[2] == 0)


@pytest.mark.parametrize(("length", "part"), [(3, "validation"), (0, "train")])
def test_too_few_items_for_a_part_are_an_error(length, part):
    with pytest.raises(ConfigError, match=f"at least one item for {part}"):
        cut_points(length, (0.9, 0.05, 0.05))


@given(st.lists(st.integers(0, 30), min_size=60, max_size=200), SHARES)
def test_rows_of_one_group_stay_together_and_none_is_lost(groups, shares):
    try:
        parts = split_items(groups, shares)
    except ConfigError:
        assert len(set(groups)) < 20, "with many groups every part gets some"
        return
    assert sorted(row for rows in parts.values() for row in rows) == list(range(len(groups)))
    found = [{groups[row] for row in parts[name]} for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    assert bool(parts["test"]) == (shares[2] > 0)


def test_groups_come_in_the_shares_asked_for():
    parts = split_items(range(1_000), (0.8, 0.1, 0.1))
    assert {name: len(rows) for name, rows in parts.items()} == {"train": 800, "validation": 100, "test": 100}
    assert parts["train"] != sorted(parts["train"]), "shuffled"


def test_one_group_alone_cannot_be_divided():
    with pytest.raises(ConfigError, match="validation and test"):
        split_items(["same"] * 50, (0.8, 0.1, 0.1))


@given(st.lists(st.sampled_from("abc"), min_size=60, max_size=200))
def test_every_part_has_the_classes_in_equal_shares(labels):
    texts = [f"text {row}" for row in range(len(labels))]
    parts = split_labelled(texts, labels, (0.8, 0.1, 0.1))
    assert sorted(row for rows in parts.values() for row in rows) == list(range(len(labels)))
    for label in set(labels):
        number = labels.count(label)
        in_training = sum(labels[row] == label for row in parts["train"])
        assert abs(in_training - 0.8 * number) <= 1


def test_a_rare_class_is_at_least_in_the_training_part():
    labels = ["often"] * 40 + ["once"]
    parts = split_labelled([str(row) for row in range(41)], labels, (0.8, 0.1, 0.1))
    assert 40 in parts["train"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: split_items(range(200), (0.8, 0.1, 0.1)),
        lambda: split_labelled([str(row) for row in range(200)], ["x", "y"] * 100, (0.8, 0.1, 0.1)),
    ],
)
def test_a_split_is_the_same_every_time(call):
    assert call() == call()


def test_no_split_knows_of_a_training_seed():
    for function in (cut_points, split_text, split_items, split_labelled):
        assert "seed" not in inspect.signature(function).parameters
    assert splits.SPLIT_SEED == 0, "another one changes every published figure"


LONG = "This paragraph is long enough that it cannot stand in two places of one text by chance alone."


def test_a_long_paragraph_of_an_earlier_part_is_dropped_from_later_ones():
    parts = {
        "train": f"One.\n\n{LONG}\n\nTwo.",
        "validation": f"Three.\n\n{LONG}\n\nOne.",
        "test": f"Four.\n\n  {LONG}  \n\nFive.",
    }
    kept, num_dropped = drop_repeated_paragraphs(parts)
    assert num_dropped == 2
    assert kept["train"] == parts["train"]
    assert kept["validation"] == "Three.\n\nOne.", "short ones repeat by chance and give nothing away"
    assert kept["test"] == "Four.\n\nFive."


def test_a_paragraph_of_validation_is_dropped_from_test():
    kept, num_dropped = drop_repeated_paragraphs({"train": "a", "validation": LONG, "test": f"b\n\n{LONG}"})
    assert num_dropped == 1
    assert kept == {"train": "a", "validation": LONG, "test": "b"}


@given(st.lists(st.integers(0, 40), min_size=60, max_size=120))
def test_no_whole_long_paragraph_stands_in_two_parts(numbers):
    text = "\n\n".join(f"{LONG} {number}" for number in numbers)
    parts, _ = split_text(text, (0.8, 0.1, 0.1))
    found = [{paragraph for paragraph in parts[name].split("\n\n") if len(paragraph) >= 80} for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])


def test_a_text_without_repetition_is_cut_and_nothing_else():
    text = "".join(chr(0x4E00 + place) for place in range(1_000))
    parts, num_dropped = split_text(text, (0.9, 0.05, 0.05))
    assert num_dropped == 0
    assert "".join(parts[name] for name in SPLITS) == text
    assert [len(parts[name]) for name in SPLITS] == [900, 50, 50]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), st.data())
def test_of_equal_keys_one_row_stays_in_the_part_furthest_on(numbers, data):
    part_of = data.draw(st.lists(st.sampled_from(SPLITS), min_size=len(numbers), max_size=len(numbers)))
    parts = {name: [row for row, part in enumerate(part_of) if part == name] for name in SPLITS}
    keys = [f"text {number}" for number in numbers]
    unique = drop_repeated(hash_all(keys), parts)
    kept = [(keys[row], name) for name in SPLITS for row in unique.rows[name]]
    assert sorted(key for key, _ in kept) == sorted(set(keys))
    for key, name in kept:
        furthest = max(SPLITS.index(part_of[row]) for row in range(len(keys)) if keys[row] == key)
        assert SPLITS.index(name) == furthest
    assert len(keys) == len(kept) + unique.num_within + sum(unique.num_across.values())


def test_repeated_rows_are_counted_by_where_the_other_stands():
    keys = ["a", "a", "b", "c", "b", "c", "d", "d", "e"]
    parts = {"train": [0, 1, 2, 3], "validation": [4], "test": [5, 6, 7, 8]}
    unique = drop_repeated(hash_all(keys), parts)
    assert unique.rows == {"train": [0], "validation": [4], "test": [5, 6, 8]}
    assert (unique.num_within, unique.num_across) == (2, {"train": 2})


def test_a_long_answer_of_a_later_part_is_dropped_from_earlier_ones():
    keys = ["long answer 1", "yes", "long answer 2", "long answer 3", "long answer 3", "yes", "long answer 1"]
    rows = {"train": [0, 1, 2, 3], "validation": [4, 5], "test": [6]}
    unique = drop_answers(keys, rows, 6)
    assert unique.rows == {"train": [1, 2], "validation": [4, 5], "test": [6]}
    assert unique.num_across == {"train": 2}, "short ones repeat by chance"


@pytest.mark.parametrize("number", [3, 4, 5, 6, 7, 11])
@pytest.mark.parametrize("shares", [(0.8, 0.1, 0.1), (0.9, 0.1, 0.0), (0.6, 0.2, 0.2)])
def test_a_small_class_at_the_end_of_a_sorted_file_is_in_every_part(number, shares):
    labels = ["a"] * 1_500 + ["b"] * 1_500 + ["rare"] * number
    parts = split_labelled([f"text {row}" for row in range(len(labels))], labels, shares)
    counts = {name: [[labels[row] for row in rows].count(label) for label in ("a", "b", "rare")]
              for name, rows in parts.items()}  # fmt: skip
    for name, share in zip(("train", "validation", "test"), shares, strict=True):
        assert counts[name][0] == counts[name][1] == round(1_500 * share)
        assert (counts[name][2] > 0) == (share > 0)
    assert sorted(row for rows in parts.values() for row in rows) == list(range(len(labels)))
    assert counts["train"][2] >= counts["validation"][2]


def test_a_class_of_two_texts_stays_in_training():
    parts = split_labelled([f"text {row}" for row in range(42)], ["a"] * 40 + ["rare"] * 2, (0.8, 0.1, 0.1))
    assert {40, 41} <= set(parts["train"])
