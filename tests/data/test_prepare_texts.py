"""How texts are written for a task, and what is dropped or cut of them, and said."""

import pytest

from core.applications import describe
from core.config.errors import ConfigError
from core.data import prepare as prepare_module
from core.data.dataset import LabelledSet, PairSet, Rows
from core.data.prepare import prepare
from core.data.text import UNK
from core.resolve import resolve_data


@pytest.fixture
def own_data(tiny_values):
    """The data section of a visitor's files."""
    return lambda task, changes=None: resolve_data(task, tiny_values(task, changes))


def test_texts_that_differ_by_case_or_spacing_count_once(monkeypatch, own_data):
    texts = (*(f"text {row}" for row in range(40)), "TEXT 3", " text  4 ")
    dataset = LabelledSet(texts, tuple("ab" * 21), ("a", "b"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    prepared = prepare("labelled", own_data("sentiment"))
    assert sum(prepared.counts.values()) == 40
    assert "2 repeated texts dropped" in prepared.notes


def test_texts_that_are_alike_once_normalized_count_once(monkeypatch, own_data):
    texts = (*(f"text é{row}" for row in range(40)), "TEXT e\u03013", "text e4")
    dataset = LabelledSet(texts, tuple("ab" * 21), ("a", "b"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    assert sum(prepare("labelled", own_data("sentiment")).counts.values()) == 41
    assert sum(prepare("labelled", own_data("sentiment", {"data.strip_accents": True})).counts.values()) == 40


def test_repeated_texts_are_counted_apart_by_where_they_stood(monkeypatch, own_data):
    texts = (*(f"text {row}" for row in range(20)), "text 0", "Text 1", "new 0", "new 1", "new 1")
    parts = {"train": tuple(range(20)), "validation": (20, 21), "test": (22, 23, 24)}
    dataset = LabelledSet(
        texts, (*tuple("ab" * 10), "a", "b", "a", "b", "b"), ("a", "b"), parts=parts, rows=Rows(30, (("x", 5),))
    )
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    prepared = prepare("labelled", own_data("sentiment"))
    assert prepared.counts == {"train": 18, "validation": 2, "test": 2}
    assert prepared.tally.repeated == {"within a part": 1, "across parts": 2}
    across = ("of training found in validation or test too", 2)
    assert prepared.tally.rows == Rows(30, (("x", 5), ("repeating another", 1), across))
    assert prepared.tally.rows.kept == sum(prepared.counts.values())
    assert "2 texts of training found in validation or test too dropped" in prepared.notes


def test_texts_that_are_cut_are_counted(monkeypatch, own_data):
    texts = tuple(f"w{row} " + "more " * (row % 10) for row in range(60))
    dataset = LabelledSet(texts, tuple("ab" * 30), ("a", "b"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    tally = prepare("labelled", own_data("sentiment", {"data.max_length": 8})).tally
    assert (tally.num_cut, tally.num_cut_tokens) == (12, 6 * 1 + 6 * 2)
    assert max(tally.lengths["text"]) == 10
    prepared = prepare("labelled", own_data("sentiment", {"data.max_length": 8}))
    assert "12 texts cut to 8 tokens, 18 tokens fell off" in prepared.notes


@pytest.mark.parametrize(
    ("task", "changes", "seen"),
    [
        ("sentiment", {}, "anna"),
        ("sentiment", {"data.letter_case": "keep"}, "Anna"),
        ("generation", {}, "Anna"),
        ("generation", {"data.letter_case": "lower"}, "anna"),
        ("translation", {}, "Anna"),
        ("translation", {"data.letter_case": "lower"}, "anna"),
    ],
)
def test_letter_case_is_that_of_the_task_unless_chosen(task, changes, seen, own_data):
    prepared = prepare(describe(task).kind, own_data(task, changes))
    tokenizer = prepared.src_tokenizer if task == "translation" else prepared.tokenizer
    assert tokenizer.decode(tokenizer.encode("Anna").tolist()) == seen


def test_what_is_translated_is_scored_as_the_network_writes_it(own_data):
    prepared = prepare("pairs", own_data("translation", {"data.letter_case": "lower"}))
    for texts, tokenizer in (
        (prepared.src_texts, prepared.src_tokenizer),
        (prepared.trg_texts, prepared.trg_tokenizer),
    ):
        for text in texts["test"]:
            assert UNK in tokenizer.encode(text) or tokenizer.decode(tokenizer.encode(text).tolist()) == text


def test_lines_of_a_text_stay_lines_in_small_letters(own_data):
    for unit in ("character", "word", "subword"):
        changes = {"data.letter_case": "lower", "data.unit": unit, "data.strip_accents": True}
        prepared = prepare("text", own_data("generation", changes))
        ids = prepared.ids["train"].tolist()
        assert prepared.tokenizer.decode(ids) == prepared.texts["train"].lower()
        assert "\n" in prepared.tokenizer.decode(ids)


@pytest.mark.parametrize(
    ("texts", "labels", "parts", "field"),
    [
        (("same",) * 20, "ab" * 10, {}, "data.path"),
        (
            tuple(f"text {row % 10}" for row in range(20)),
            "ab" * 10,
            {"train": range(10), "test": range(10, 20)},
            "data.path",
        ),
        (
            (*(f"text {row}" for row in range(10)), *("same",) * 2, "same"),
            "a" * 10 + "bbb",
            {"train": range(12), "test": (12,)},
            "data.label_column",
        ),
        (("\u0301",) * 20, "ab" * 10, {}, "data.split"),
    ],
    ids=["one text", "all in test", "one class", "empty once normalized"],
)
def test_too_little_that_is_left_is_an_error_in_words(texts, labels, parts, field, monkeypatch, own_data):
    dataset = LabelledSet(texts, tuple(labels), ("a", "b"), parts={name: tuple(rows) for name, rows in parts.items()})
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    with pytest.raises(ConfigError) as caught:
        prepare("labelled", own_data("sentiment", {"data.strip_accents": True}))
    assert [problem.field for problem in caught.value.problems] == [field]


def test_texts_that_are_empty_once_normalized_are_dropped_and_counted(monkeypatch, own_data):
    pairs = PairSet((*(f"in {row}" for row in range(60)), "\u0301"), (*(f"out {row}" for row in range(60)), "x"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (pairs, "0" * 64))
    prepared = prepare("pairs", own_data("translation", {"data.strip_accents": True}))
    assert sum(prepared.counts.values()) == 60
    assert prepared.tally.rows == Rows(61, (("empty once normalized", 1),))


def test_texts_that_are_the_same_few_again_and_again_are_refused_in_these_words(monkeypatch, own_data):
    dataset = LabelledSet(("a long text", "another one") * 20, ("a", "b") * 20, ("a", "b"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    with pytest.raises(ConfigError, match="got 2 different texts, which 38 others repeat"):
        prepare("labelled", own_data("sentiment"))
