"""Schemes of tags by hand: which one it is, which entities they mark as conlleval reads them, and what BIO makes of them."""

import pytest

from core.metrics.entities import TaggedGuesses, per_type
from core.metrics.registry import score
from core.paired import pair_items
from core.schemes import allowed, as_bio, count_repaired, scheme_of, spans_of

A, B = "B-A", "B-B"


@pytest.mark.parametrize(
    ("tags", "scheme"),
    [
        ("I-A I-A O I-B B-B", "IOB1"),
        ("B-A I-A O B-B B-B", "BIO"),
        ("B-A E-A O S-B", "IOBES"),
        ("B-A L-A O U-B", "BILOU"),
        ("O O", None),
        ("NOUN VERB", None),
        ("B-A NOUN", None),
        ("B- O", None),
    ],
)
def test_a_scheme_is_told_from_its_tags(tags, scheme):
    assert scheme_of([tags.split()]) == scheme


def test_of_tags_that_two_schemes_could_have_written_the_majority_of_beginnings_tells():
    assert scheme_of([["B-A"], ["B-A"], ["I-A"]]) == "BIO"
    assert scheme_of([["B-A"], ["I-A"], ["I-A"]]) == "IOB1"


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("", []),
        ("O", []),
        ("B-A I-A O", [("A", 0, 2)]),
        ("O I-A I-A", [("A", 1, 3)]),  # no beginning: it begins one all the same
        ("I-A B-A", [("A", 0, 1), ("A", 1, 2)]),
        ("B-A I-B I-B", [("A", 0, 1), ("B", 1, 3)]),  # another type ends it
        ("B-A B-A I-A", [("A", 0, 1), ("A", 1, 3)]),
        ("S-A S-A", [("A", 0, 1), ("A", 1, 2)]),
        ("B-A I-A E-A I-A", [("A", 0, 3), ("A", 3, 4)]),  # behind an end something new begins
        ("E-A E-A", [("A", 0, 1), ("A", 1, 2)]),
        ("U-A L-B O", [("A", 0, 1), ("B", 1, 2)]),
        ("S-A I-A", [("A", 0, 1), ("A", 1, 2)]),
    ],
)
def test_entities_are_those_of_conlleval(tags, spans):
    assert spans_of(tags.split()) == spans


def test_entities_as_bio_are_the_same_entities():
    for tags in ("I-A I-A B-A O I-B", "B-A E-A S-B O", "O I-A I-B L-B U-B"):
        spans = spans_of(tags.split())
        bio = as_bio(spans, len(tags.split()))
        assert spans_of(bio) == spans
        assert scheme_of([bio]) == "BIO"
    assert as_bio([("A", 1, 3)], 4) == ["O", "B-A", "I-A", "O"]


@pytest.mark.parametrize(
    ("tags", "scheme", "number"),
    [
        ("B-A I-A O", "BIO", 0),
        ("O I-A I-A", "BIO", 1),
        ("B-A I-B", "BIO", 1),
        ("I-A I-A B-A O", "IOB1", 0),
        ("O B-A I-A", "IOB1", 1),
        ("B-A E-A S-B", "IOBES", 0),
        ("B-A I-A O", "IOBES", 1),  # never ended
        ("E-A O S-B I-B", "IOBES", 2),
        ("B-A L-A U-B", "BILOU", 0),
    ],
)
def test_repaired_are_the_words_that_the_scheme_writes_otherwise(tags, scheme, number):
    assert count_repaired(tags.split(), scheme) == number


def test_in_bio_an_entity_goes_on_only_with_its_own_type():
    tags = ("B-A", "B-B", "I-A", "I-B", "O")
    follows, starts, ends = allowed(tags)
    into = {tags[to]: [tags[one] for one in range(5) if follows[one][to]] for to in range(5)}
    assert into["I-A"] == ["B-A", "I-A"] and into["I-B"] == ["B-B", "I-B"]
    assert into["O"] == into["B-A"] == list(tags)
    assert [tag for tag, may in zip(tags, starts, strict=True) if not may] == ["I-A", "I-B"]
    assert all(ends)


def test_in_iobes_an_entity_must_end():
    tags = ("B-A", "E-A", "I-A", "O", "S-A")
    follows, starts, ends = allowed(tags)
    after = {tags[one]: [tags[to] for to in range(5) if follows[one][to]] for one in range(5)}
    assert after["B-A"] == after["I-A"] == ["E-A", "I-A"]
    assert after["E-A"] == after["O"] == after["S-A"] == ["B-A", "O", "S-A"]
    assert [tag for tag, may in zip(tags, starts, strict=True) if may] == ["B-A", "O", "S-A"]
    assert [tag for tag, may in zip(tags, ends, strict=True) if may] == ["E-A", "O", "S-A"]


def test_tags_without_a_scheme_follow_each_other_in_any_way():
    assert allowed(("NOUN", "VERB")) == ([[True, True], [True, True]], [True, True], [True, True])


NAMES = ("B-A", "B-B", "I-A", "I-B", "O")


def guesses(true, predicted):
    """Of sentences with a blank between tags and a stroke between sentences."""
    sentences = [one.split() for one in true.split("|")]
    numbers = [[NAMES.index(tag) for tag in text.replace("|", " ").split()] for text in (true, predicted)]
    return TaggedGuesses(*numbers, len(NAMES), None, NAMES, [len(tags) for tags in sentences])


def test_an_entity_counts_where_its_type_and_both_its_ends_are_right():
    judged = guesses("B-A I-A O B-B | B-B I-B O", "B-A I-A O B-A | I-B I-B I-B")
    # true: A 0-2, B 3-4; B 0-2. predicted: A 0-2, A 3-4; B 0-3. right: one of three, and one of three.
    assert judged.counts.tolist() == [[1, 2, 2], [0, 1, 1]]
    found = score(("entity_precision", "entity_recall", "entity_f1"), judged)
    assert found == pytest.approx({"entity_precision": 1 / 3, "entity_recall": 1 / 3, "entity_f1": 1 / 3})
    assert per_type(judged) == {
        "A": {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1},
        "B": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 2},
    }


def test_a_beginning_that_is_left_out_costs_nothing_as_conlleval_reads_it():
    assert score(("entity_f1",), guesses("B-A I-A O", "I-A I-A O"))["entity_f1"] == 1.0


def test_entities_do_not_reach_over_the_end_of_a_sentence():
    assert guesses("B-A | I-A", "B-A | I-A").counts.tolist() == [[1, 1, 1], [1, 1, 1]]


def test_without_any_entity_there_is_no_figure():
    found = score(("entity_precision", "entity_recall", "entity_f1"), guesses("O O", "O O"))
    assert found == {"entity_precision": None, "entity_recall": None, "entity_f1": None}


def test_two_taggers_are_paired_by_their_f1_although_they_find_different_numbers():
    ours = guesses("B-A O | B-B O | O O", "B-A O | O O | O B-A")  # right 1 of 2 found, 2 true: F1 0.5
    theirs = guesses("B-A O | B-B O | O O", "O O | O O | O O")  # nothing found: 0
    pair = pair_items("entity_f1", ours, theirs, "sentence")
    assert pair.figure == 0.0
    assert pair.difference().value == pytest.approx(0.5)
    again = pair_items("entity_f1", theirs, ours, "sentence")
    assert again.figure == pytest.approx(0.5)
    assert again.difference().value == pytest.approx(-0.5)
