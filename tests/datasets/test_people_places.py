"""Sentences with names: distinct, in BIO, with names that training lacks, and out of reach of who reads forward only."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from babel import Locale

from core.schemes import count_repaired, scheme_of, spans_of
from people_places import BOTH, FIRST_NAMES, NUMBERS, PLACES, SURNAMES, Tagged, people_places


@pytest.fixture(scope="module")
def parts() -> dict[str, list[Tagged]]:
    return people_places()


def named(rows: list[Tagged]) -> Counter[tuple[str, str]]:
    return Counter(
        (span.kind, " ".join(words[span.start : span.end])) for words, tags in rows for span in spans_of(tags)
    )


def test_sentences_are_distinct_and_well_formed(parts: dict[str, list[Tagged]]) -> None:
    rows = [row for part in parts.values() for row in part]
    assert {name: len(part) for name, part in parts.items()} == NUMBERS
    assert len({" ".join(words) for words, _ in rows}) == len(rows) == 5_000
    assert scheme_of(tags for _, tags in rows) == "BIO"
    assert not any(count_repaired(tags, "BIO") for _, tags in rows)
    assert all(words[-1] == "." and (words[0][0].isupper() or words[0].isdigit()) and all(words) for words, _ in rows)


def test_every_kind_is_there_in_numbers_and_so_are_sentences_without_a_name(parts: dict[str, list[Tagged]]) -> None:
    for part, rows in parts.items():
        kinds = Counter(kind for kind, _ in named(rows).elements())
        assert set(kinds) == {"person", "place", "date"}
        assert min(kinds.values()) > 0.15 * NUMBERS[part]
        assert sum(not spans_of(tags) for _, tags in rows) > 0.03 * NUMBERS[part]


def test_many_names_of_the_test_part_are_in_no_sentence_of_training(parts: dict[str, list[Tagged]]) -> None:
    known = {word for words, _ in parts["train"] for word in words}
    spans = [words[span.start : span.end] for words, tags in parts["test"] for span in spans_of(tags)]
    new = sum(any(word not in known for word in span) for span in spans)
    assert 0.25 < new / len(spans) < 0.6
    for group in (FIRST_NAMES, SURNAMES, PLACES):
        assert len(group) == len(set(group)) > 70


def test_what_stands_before_a_name_and_the_name_do_not_say_what_it_is(parts: dict[str, list[Tagged]]) -> None:
    """Of sentences that begin alike up to the first word of a name, the best guess of its tag is often wrong."""
    tags_after: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for rows in parts.values():
        for words, tags in rows:
            for span in spans_of(tags)[:1]:
                before = tuple(words[max(0, span.start - 3) : span.start + 1])
                tags_after[before][span.kind] += 1
    shared = [counts for counts in tags_after.values() if counts.total() > 1]
    wrong = sum(counts.total() - max(counts.values()) for counts in shared)
    assert wrong > 0.15 * sum(counts.total() for counts in shared)


def test_places_are_those_of_babel() -> None:
    found = {name for code, name in Locale("en").territories.items() if len(code) == 2}
    assert {*PLACES} <= found
    words = {name for name in found if len(name.split()) < 3 and name.replace(" ", "").isalpha()}
    assert words - {*PLACES} - {*BOTH} <= {
        "Eurozone",
        "European Union",
        "Outlying Oceania",
        "United Nations",
        "Unknown Region",
    }
