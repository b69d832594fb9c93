"""The made reviews: balanced, distinct, and out of reach of a bag of words."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from reviews_made import LABELS, bag, reviews_made, spell
from reviews_made.words import BAD, DOMAINS, FRAMES, GOOD


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    return reviews_made()


def test_texts_are_distinct_and_labels_balanced(pairs: list[tuple[str, str]]) -> None:
    assert len(pairs) == len({text for text, _ in pairs}) == 24_000
    assert Counter(label for _, label in pairs) == dict.fromkeys(LABELS, 8_000)


def test_the_same_seed_gives_the_same_reviews() -> None:
    assert reviews_made(3, 60) == reviews_made(3, 60) != reviews_made(4, 60)


def test_texts_read_as_sentences(pairs: list[tuple[str, str]]) -> None:
    for text, _ in pairs:
        assert 5 <= len(text.split()) <= 25
        assert (text[0].isupper() and text.endswith(".")) or text.endswith("?")
        assert not re.search(r"[{}]|  |\b[Aa] (?!use|uni)[aeiou]|\b[Aa]n (?!honest)[^aeiou]", text), text


def test_good_and_bad_words_do_not_overlap() -> None:
    assert len(set(GOOD)) + len(set(BAD)) == len({*GOOD, *BAD}) >= 60
    assert len(DOMAINS) == 7 and len({*FRAMES[0], *FRAMES[1], *FRAMES[2]}) >= 15


def test_opposite_pairs_carry_opposite_labels(pairs: list[tuple[str, str]]) -> None:
    # Read back from the data set, where every label stands beside its text: twins of one bag must disagree.
    labels: dict[frozenset[tuple[str, int]], list[str]] = {}
    for text, label in pairs:
        labels.setdefault(frozenset(bag(text).items()), []).append(label)
    twins = [found for found in labels.values() if "positive" in found or "negative" in found]
    split = [found for found in twins if {"positive", "negative"} <= set(found)]
    assert sum(map(len, split)) > 12_000


@pytest.mark.parametrize(
    ("pattern", "settles"),
    [
        (r"^The \w+ has an? (\w+) \w+ but an? (\w+) \w+\.$", 2),
        (r"^Although the \w+ has an? (\w+) \w+, it has an? (\w+) \w+\.$", 2),
        (r"^The \w+ has an? (\w+) \w+, although it has an? (\w+) \w+\.$", 1),
        (r"^I expected an? (\w+) \w+ and got an? (\w+) \w+\.$", 2),
        (r"^We got an? (\w+) \w+ instead of an? (\w+) \w+\.$", 1),
        (r"^Hardly ever an? (\w+) \w+, nearly always an? (\w+) \w+\.$", 2),
        (r"^Is it an? (\w+) \w+\? No\. Is it an? (\w+) \w+\? Yes\.$", 2),
        (r"^Is it an? (\w+) \w+\? No\. Is it an? (\w+) \w+\? No\.$", 0),
        (r"^It is neither an? (\w+) \w+ nor an? (\w+) \w+\.$", 0),
    ],
)
def test_constructions_follow_their_rule(pairs: list[tuple[str, str]], pattern: str, settles: int) -> None:
    good = {*GOOD, *" ".join(domain[2] for domain in DOMAINS.values()).split()}
    met = [(match, label) for text, label in pairs if (match := re.match(pattern, text))]
    assert len(met) > 10
    for match, label in met:
        expected = "neutral" if settles == 0 else "positive" if match[settles] in good else "negative"
        assert label == expected, match[0]


def test_a_bag_of_words_learns_little(pairs: list[tuple[str, str]]) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts, labels = zip(*pairs[:8_000], strict=True)
    vectors = TfidfVectorizer(ngram_range=(1, 2))
    train = vectors.fit_transform(texts[:7_000])
    model = LogisticRegression(max_iter=300).fit(train, labels[:7_000])
    assert model.score(vectors.transform(texts[7_000:]), labels[7_000:]) < 0.82


def test_spelling_makes_articles_and_capitals() -> None:
    assert spell("a awful lift? no. a useless bar? yes.") == "An awful lift? No. A useless bar? Yes."
    assert spell(" well, a  honest price") == "Well, an honest price."


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        reviews_made(count=2)
