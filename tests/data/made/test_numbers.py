"""Numbers in words: right in both languages, every number once, and the words num2words itself would write."""

import hashlib

import num2words
import pytest

from core.data.made.numbers import number_languages, numbers

# 71,181 shows a lost "one", 200,000 a wrong multiplier, 4,456 a misspelt plural; the rest are the usual corners.
PROBES = [*range(132), 200, 345, 999, 1000, 1001, 2000, 4456, 70_181, 71_181, 100_000, 123_456, 200_000, 999_999]


def test_the_default_pairs_are_pinned():
    pairs = numbers()
    assert len(pairs) == 20_000
    assert (
        hashlib.sha256(repr(pairs).encode()).hexdigest()
        == "67d2c453135e2c66aa4f14cc2c4712742aa1941e9900b7a5fa3e59d44acac837"
    )


def test_known_numbers_are_written_right():
    words = dict(numbers())
    assert words["ninety"] == "quatre-vingt-dix"
    assert words["seventy-one"] == "soixante et onze"
    assert words["zero"] == "zéro"
    assert dict(numbers("de", "es", count=9000))["einundzwanzig"] == "veintiuno"


def test_no_text_occurs_twice():
    pairs = numbers("it", "ja", seed=5, count=7001)
    assert len({src for src, _ in pairs}) == len({trg for _, trg in pairs}) == len(pairs) == 7001


def test_small_numbers_are_dense_and_large_ones_are_there():
    words = {src for src, _ in numbers(seed=1)}
    written = [num2words.num2words(number) for number in range(500)]
    assert words.issuperset(written)
    thousands = [text for text in words if "thousand" in text]
    hundred_thousands = [text for text in thousands if "hundred" in text.split("thousand")[0]]
    assert len(hundred_thousands) > 5000
    assert len(words) - len(thousands) < 2000


def test_seed_chooses_numbers_and_order():
    assert numbers(seed=1, count=50) == numbers(seed=1, count=50)
    assert numbers(seed=1, count=50) != numbers(seed=2, count=50)


def test_pairs_are_not_in_the_order_of_size():
    lengths = [len(src) for src, _ in numbers(count=1000)]
    assert sum(lengths[:500]) == pytest.approx(sum(lengths[500:]), rel=0.1)


@pytest.mark.parametrize("language", [code for code in number_languages() if code != "en"])
def test_every_language_writes_distinct_words_like_num2words(language):
    written = [trg for _, trg in numbers("en", language, count=150)]
    assert not any(character.isdigit() for character in "".join(written))
    assert all(any(character.isalpha() for character in text) for text in written)
    plain = [num2words.CONVERTER_CLASSES[language].to_cardinal(number) for number in PROBES]
    assert len(set(plain)) == len(PROBES)


@pytest.mark.parametrize("language", ["en", "fr", "hu", "sl"])
def test_the_fast_way_writes_what_num2words_writes(language):
    other = "it"
    to_number = {num2words.CONVERTER_CLASSES[other].to_cardinal(number): number for number in range(3000)}
    compared = 0
    for text, other_text in numbers(language, other, count=400):
        if other_text in to_number:
            compared += 1
            assert text == num2words.num2words(to_number[other_text], lang=language)
    assert compared > 50


def test_languages_have_english_names():
    names = number_languages()
    assert names["fr"] == "French"
    assert names["kz"] == "Kazakh"
    assert names["pt_BR"] == "Portuguese (Brazil)"
    assert "en" in names
    assert list(names.values()) == sorted(names.values())


def test_making_pairs_leaves_num2words_as_it_was():
    before = num2words.num2words(3 * 10**12, lang="fr")
    numbers(count=10)
    assert num2words.num2words(3 * 10**12, lang="fr") == before
    assert len(num2words.CONVERTER_CLASSES["fr"].cards) > 100


@pytest.mark.parametrize("languages", [("xx", "fr"), ("fr", "xx")])
def test_an_unknown_language_is_named(languages):
    with pytest.raises(ValueError, match="'xx'"):
        numbers(*languages)


def test_languages_with_wrong_words_are_refused():
    for code in ("am", "az", "kn", "tr", "tet", "fr_CH"):
        with pytest.raises(ValueError, match=code):
            numbers("en", code)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"src_language": "fr"}, "must differ"),
        ({"count": 0}, "count"),
        ({"count": 1_000_001}, "count"),
        ({"seed": -1}, "seed"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        numbers(**arguments)
