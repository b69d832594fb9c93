"""The sentences that one side or both decide: distinct, balanced, and out of reach of who reads one side only."""

from __future__ import annotations

from collections import Counter, defaultdict

from two_sides import BLANK, NUMBERS, as_columns, two_sides


def test_sentences_are_distinct_and_each_asks_for_one_word() -> None:
    sentences = two_sides()
    assert len(sentences) == len({text for text, _, _ in sentences}) == sum(NUMBERS.values())
    assert all(text.endswith(" .") and "  " not in text for text, _, _ in sentences)
    assert sum(not line.endswith("\tO") for line in as_columns().splitlines() if line) == len(sentences)


def test_each_kind_has_its_tags_equally_often() -> None:
    counts = Counter(tag for _, _, tag in two_sides())
    assert counts["name"] == counts["thing"] == 400 and counts["one"] == counts["many"] == 600
    blanks = [number for tag, number in counts.items() if tag not in ("name", "thing", "one", "many")]
    assert blanks == [75] * 16


def test_before_the_blank_four_words_are_left_and_behind_it_four() -> None:
    before, behind = defaultdict(set), defaultdict(set)
    for text, place, tag in two_sides():
        words = text.split()
        if words[place] == BLANK:
            before[" ".join(words[place - 3 : place])].add(tag)
            behind[" ".join(words[-4:])].add(tag)
    assert {len(tags) for tags in before.values()} == {len(tags) for tags in behind.values()} == {4}


def test_what_stands_before_a_name_stands_before_a_thing_too() -> None:
    before = defaultdict(set)
    for text, place, tag in two_sides():
        if tag in ("name", "thing"):
            before[tuple(text.split()[: place + 1])].add(tag)
    assert sum(len(tags) == 2 for tags in before.values()) > 0.8 * len(before)
