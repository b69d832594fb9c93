"""The built-in texts: clean, without copies of themselves, and in as many languages as are known."""

import ast
import importlib.util
import sys
import unicodedata

import pytest
from babel import Locale
from babel.localedata import locale_identifiers

from core.data.sources import documents
from core.data.sources.documents import (
    country_names,
    language_names,
    name_languages,
    names_by_language,
    python_docs,
    stdlib_source,
)


@pytest.fixture(scope="module")
def docs() -> str:
    return python_docs()


@pytest.fixture(scope="module")
def source() -> str:
    return stdlib_source()


def test_docs_are_long_enough_to_learn_from_and_small_enough_in_alphabet(docs):
    assert 300_000 < len(docs) < 600_000
    assert 90 < len(set(docs)) < 110
    assert not set("\u201c\u201d\u2018\u2019\u2013\u2014\u2026\t\r") & set(docs)


def test_docs_hold_the_language_reference(docs):
    assert 'The "assert" statement' in docs
    assert "identifier" in docs


def test_no_paragraph_of_the_docs_occurs_twice(docs):
    paragraphs = [" ".join(paragraph.split()) for paragraph in docs.split("\n\n")]
    assert len(paragraphs) > 2000
    assert len(set(paragraphs)) == len(paragraphs)


@pytest.mark.parametrize("text", ["docs", "source"])
def test_texts_have_no_blanks_at_line_ends_and_no_runs_of_empty_lines(text, request):
    text = request.getfixturevalue(text)
    assert " \n" not in text
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not text[0].isspace()


def test_texts_are_the_same_every_time(docs, source):
    assert python_docs() == docs
    assert stdlib_source() == source


def test_reading_the_docs_leaves_nothing_behind(docs):
    assert "pydoc_data.topics" not in sys.modules


def test_source_is_plain_ascii_within_its_bound(source):
    assert 3_000_000 < len(source) <= documents.MAX_STDLIB_CHARS
    assert source.isascii()
    assert {character for character in source if not character.isprintable()} == {"\n"}


def test_source_holds_the_modules_in_order_and_no_tests(source):
    places = [source.index(text) for text in ("class ArgumentParser(", "def bisect_right(", "class Calendar(")]
    assert places == sorted(places)
    assert "import antigravity" not in source


def test_no_long_block_of_source_occurs_twice(source):
    blocks = [block for block in source.split("\n\n") if block.count("\n") >= 2]
    assert len(blocks) > 10_000
    assert len(set(blocks)) == len(blocks)


def test_source_is_still_python(source):
    end = source.index("class ArgumentParser(")
    start = source.rindex("\n\nclass ", 0, end)
    assert isinstance(ast.parse(source[start:end]).body[0], ast.ClassDef)


def test_source_stops_at_its_bound(monkeypatch):
    monkeypatch.setattr(documents, "MAX_STDLIB_CHARS", 5000)
    short = stdlib_source()
    assert 2000 < len(short) <= 5000


def test_a_python_without_source_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(documents.sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(FileNotFoundError, match="standard library"):
        stdlib_source()


def test_a_python_without_topics_says_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="topics"):
        python_docs()


def test_countries_are_known_by_their_names():
    english, french = country_names(), country_names("fr")
    assert {"France", "India", "Côte d\u2019Ivoire"} <= set(english)
    assert "Allemagne" in french
    assert not {"European Union", "World", "Europe", "Unknown Region", "United Nations"} & set(english)
    assert 230 < len(english) < 270


def test_languages_are_known_by_their_names():
    assert {"Hindi", "Telugu", "French"} <= set(language_names())
    assert "Deutsch" in language_names("de")
    assert len(language_names()) > 500


@pytest.mark.parametrize("names", [country_names, language_names])
@pytest.mark.parametrize("language", ["en", "fr", "he", "km", "lo", "hi", "ja"])
def test_names_are_distinct_sorted_and_printable(names, language):
    found = names(language)
    assert found == sorted(set(found))
    assert len(found) >= 150
    for name in found:
        assert name == name.strip() != ""
        assert not any(unicodedata.category(character) == "Cc" for character in name)
        assert not any(character.isspace() and character != " " for character in name)
        assert not set("\u200b\u200e\u200f") & set(name)


def test_the_listed_languages_are_those_with_names_enough():
    english = Locale("en")
    countries = {code for code in english.territories if len(code) == 2 and code.isalpha()}
    found = set()
    for code in locale_identifiers():
        if "_" not in code and code in english.languages:
            locale = Locale(code)
            if len(countries & set(locale.territories)) >= 150 and len(locale.languages) >= 150:
                found.add(code)
    assert set(name_languages()) == found
    assert name_languages()["hi"] == "Hindi"


@pytest.mark.parametrize("names", [country_names, language_names])
def test_an_unknown_language_is_named(names):
    with pytest.raises(ValueError, match="'xx'"):
        names("xx")


def test_a_name_by_language_is_one_word_that_one_language_alone_writes_so():
    rows = names_by_language()
    names, languages = zip(*rows, strict=True)
    assert len(set(names)) == len(names) > 4_000 and not any(" " in name for name in names)
    assert {("Schweden", "German"), ("Suède", "French"), ("Szwecja", "Polish")} <= set(rows)
    assert "Angola" not in names, "so it is called in most of them"
    assert len(set(languages)) == 15 and min(map(languages.count, set(languages))) > 100
    assert rows == sorted(rows)
