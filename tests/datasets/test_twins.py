"""Twin sentences: nothing that goes by words or pairs of words can tell them apart, and validation and test meet new pairs."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest

from core.applications import application_for
from core.data.dataset import SPLITS
from core.data.prepare import prepare
from core.resolve import resolve_data
from twins import COUNT, twins

LONG_WORD = re.compile(r"\b\w\w+\b")


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, str]]:
    return twins()


def seen(text: str, pattern: re.Pattern[str] = re.compile(r"\w+|[^\w\s]")) -> frozenset[tuple[tuple[str, ...], int]]:
    """Words and pairs of words of a text with their counts."""
    words = pattern.findall(text.lower())
    return frozenset(Counter([*((word,) for word in words), *pairwise(words)]).items())


@pytest.mark.parametrize("pattern", [re.compile(r"\w+|[^\w\s]"), LONG_WORD], ids=["all words", "long words"])
def test_of_every_bag_of_words_and_pairs_as_many_are_positive_as_negative_in_one_part(rows, pattern):
    found: dict[frozenset, Counter] = {}
    for text, label, part in rows:
        found.setdefault(seen(text, pattern), Counter())[label, part] += 1
    for labels in found.values():
        ((one, part), number), ((other, same), as_many) = labels.items()
        assert (number, part) == (as_many, same) and one != other


def test_sentences_are_distinct_and_no_bag_of_training_comes_back(rows):
    assert len(rows) == COUNT == len({text for text, *_ in rows})
    bags = {part: {seen(text) for text, _, found in rows if found == part} for part in SPLITS}
    assert all(len(bags[part]) > 200 for part in SPLITS)
    assert not bags["train"] & (bags["validation"] | bags["test"])


@pytest.mark.parametrize(
    ("pattern", "good"),
    [
        (r"they (always|often|usually|mostly) kept (their word|our table free|the rooms warm)", True),
        (r"it (always|often|usually|mostly) made (me angry|my head ache|the baby cry)", False),
        (r"was (lovely|pleasant|splendid|charming) at the end", True),
        (r"was (lovely|pleasant|splendid|charming) at the start", False),
        (r"\bhere the \w+ is (dreadful|tiresome|shabby)", False),
        (r"others (find|call) the \w+ (dreadful|tiresome|shabby)", True),
    ],
)
def test_labels_follow_the_rules(rows, pattern, good):
    found = [label for text, label, _ in rows if re.search(pattern, text.lower())]
    assert len(found) > 5
    assert set(found) == {"positive" if good else "negative"}


def test_the_simple_methods_get_exactly_half_of_what_they_have_not_seen():
    from core.baselines.classification import CLASSIFIERS

    prepared = prepare("labelled", resolve_data(application_for("labelled", "twins"), {"data.id": "twins"}))
    method = CLASSIFIERS["tfidf_logistic"]().fit(prepared.texts["train"], prepared.labels["train"], 2)
    guessed = method.probabilities(prepared.texts["test"]).argmax(-1)
    assert 0.45 <= (guessed == prepared.labels["test"]).mean() <= 0.55


def test_the_same_seed_gives_the_same_sentences():
    assert twins(3, 40) == twins(3, 40) != twins(4, 40)
