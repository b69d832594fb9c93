"""Nothing of the test set is in training, and nothing is learnt from it beforehand."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.applications import describe
from core.config.errors import ConfigError
from core.data import prepare as prepare_module
from core.data.dataset import SPLITS, LabelledSet, PairSet, TextSet
from core.data.kinds.labelled import LabelledTexts
from core.data.kinds.pairs import Pairs
from core.data.kinds.text import Text
from core.data.prepare import prepare
from core.data.progress import quiet
from core.data.text import UNK, fit_tokenizer
from core.resolve import resolve_data


@pytest.fixture
def own_data(tiny_values):
    """The data section of a visitor's files."""
    return lambda task, changes=None: resolve_data(task, tiny_values(task, changes))


def test_the_vocabulary_is_fitted_on_the_training_part_only(monkeypatch, own_data):
    labels = tuple("ab" * 30)
    dataset = LabelledSet(tuple(f"shared own{row}" for row in range(60)), labels, ("a", "b"))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    prepared = prepare("labelled", own_data("sentiment"))
    own = {name: [text.split()[1] for text in prepared.texts[name]] for name in SPLITS}
    assert all(UNK not in prepared.tokenizer.encode(word) for word in own["train"])
    assert all(UNK in prepared.tokenizer.encode(word) for word in own["validation"] + own["test"])


def test_both_vocabularies_of_a_translation_are_fitted_on_training_only(monkeypatch, own_data):
    pairs = PairSet(tuple(f"a in{row}" for row in range(60)), tuple(f"b out{row}" for row in range(60)))
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (pairs, "0" * 64))
    prepared = prepare("pairs", own_data("translation"))
    for tokenizer, texts in (
        (prepared.src_tokenizer, prepared.src_texts),
        (prepared.trg_tokenizer, prepared.trg_texts),
    ):
        assert all((UNK in tokenizer.encode(text)) == (name != "train") for name in SPLITS for text in texts[name])


def test_the_characters_of_a_text_are_fitted_on_its_training_part(own_files, own_data, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("abcd " * 100 + "xyz" * 15, encoding="utf-8")
    prepared = prepare("text", own_data("generation", {"data.path": (str(path),)}))
    assert UNK not in prepared.ids["train"]
    assert UNK in prepared.ids["test"]


@pytest.fixture
def set_of(shared_settings):
    """A built-in set, prepared."""
    return lambda task, data_id: prepare(describe(task).kind, resolve_data(task, {"data.id": data_id}), shared_settings)


@pytest.mark.parametrize("data_id", ["reviews_made", "reviews"])
def test_no_text_stands_in_two_parts(data_id, set_of):
    texts = set_of("sentiment", data_id).texts
    found = [{" ".join(text.casefold().split()) for text in texts[name]} for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    assert all(found)


@pytest.mark.parametrize("data_id", ["numbers", "dates", "everyday"])
def test_no_source_and_no_answer_stands_in_two_parts(data_id, set_of):
    prepared = set_of("translation", data_id)
    for texts in (prepared.src_texts, prepared.trg_texts):
        found = [set(texts[name]) for name in SPLITS]
        assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
        assert all(found)


@pytest.mark.parametrize("data_id", ["country_names", "language_names"])
def test_no_name_stands_in_two_parts(data_id, set_of):
    found = [set(set_of("generation", data_id).texts[name].splitlines()) for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])


def test_no_long_paragraph_of_the_documentation_stands_in_two_parts(set_of):
    texts = set_of("generation", "python_docs").texts
    found = [{part.strip() for part in texts[name].split("\n\n") if len(part.strip()) >= 80} for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])


def test_of_parts_that_overlap_the_test_part_keeps_its_texts(monkeypatch, own_data):
    texts = tuple(f"text {row % 20}" for row in range(40))
    parts = {"train": tuple(range(20)), "test": tuple(range(20, 30))}
    dataset = LabelledSet(texts, tuple("ab" * 20), ("a", "b"), parts=parts)
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    prepared = prepare("labelled", own_data("sentiment"))
    assert prepared.counts["test"] == 10
    assert prepared.counts["train"] + prepared.counts["validation"] == 10
    assert prepared.counts["validation"] >= 1
    assert not set(prepared.texts["train"]) & set(prepared.texts["test"])


def test_the_season_is_read_off_the_training_part(own_files, own_data, tmp_path):
    assert prepare("series", own_data("forecasting")).summary.season == 4
    lines = Path(own_files["series"][0]).read_text(encoding="utf-8").splitlines()
    path = tmp_path / "series.csv"
    flat = [re.sub(r",.*", ",1,1", line) for line in lines[85:]]
    path.write_text("\n".join([*lines[:85], *flat]) + "\n", encoding="utf-8")
    prepared = prepare("series", own_data("forecasting", {"data.path": (str(path),)}))
    assert prepared.boundaries[0] == 84
    assert prepared.summary.season == 4, "whatever comes later"


def test_in_given_parts_no_source_and_no_long_target_of_the_test_part_is_trained_on(monkeypatch, own_data):
    answer = "a sentence that is too long to stand in two places by chance"
    src = (*(f"in {row}" for row in range(20)), "in 3", "other", "third")
    trg = (*(f"out {row}" for row in range(18)), answer, "yes", "out", answer, "yes")
    dataset = PairSet(src, trg, parts={"train": tuple(range(20)), "test": (20, 21, 22)})
    monkeypatch.setattr(prepare_module, "load_data", lambda *_: (dataset, "0" * 64))
    prepared = prepare("pairs", own_data("translation"))
    assert prepared.counts["test"] == 3
    assert prepared.counts["train"] + prepared.counts["validation"] == 18
    trained = set(prepared.src_texts["train"] + prepared.src_texts["validation"])
    assert not trained & {"in 3", "in 18"}
    assert "in 19" in trained, "a short answer is the same by chance"
    assert prepared.tally.repeated == {"within a part": 0, "across parts": 2}
    assert any("with their target" in note for note in prepared.notes)


@given(
    st.lists(st.sampled_from([f"Text {number}" for number in range(30)] + ["text 3", " TEXT 4"]), min_size=30),
    st.booleans(),
)
def test_whatever_the_texts_no_test_text_stands_in_training(texts, is_divided):
    parts = {"train": tuple(range(10, len(texts))), "test": tuple(range(10))} if is_divided else {}
    dataset = LabelledSet(tuple(texts), tuple("ab"[row % 2] for row in range(len(texts))), ("a", "b"), parts=parts)
    data = resolve_data("sentiment", {"data.path": ("x.csv",)})
    try:
        prepared = LabelledTexts().prepare(dataset, "0" * 64, data, quiet)
    except ConfigError:
        assert len({" ".join(text.casefold().split()) for text in texts}) < 20, "with many texts there are enough"
        return
    found = [{" ".join(text.casefold().split()) for text in prepared.texts[name]} for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    assert prepared.tally.rows.kept == sum(prepared.counts.values())


def test_a_word_of_the_test_part_alone_is_not_merged_into_a_subword(own_data, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(
        "hat rat cat mat sat ratatat " * 60 + "\n" + "zzyzx xyzzy " * 20 + "hat tax zoo yak " * 3, encoding="utf-8"
    )
    changes = {"data.path": (str(path),), "data.unit": "subword", "data.split": (0.85, 0.05, 0.1)}
    prepared = prepare("text", own_data("generation", changes))
    tokens = {prepared.tokenizer.token(place) for place in range(prepared.tokenizer.vocab_size)}
    assert "ratatat" in tokens, "training words are merged"
    assert "xyzzy" in prepared.texts["test"]
    assert not any("z" in token for token in tokens)


SENTENCE = "an answer of more than forty characters, number"


@pytest.mark.parametrize("parts", [(), ("train", "test"), ("train", "validation", "test")])
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 25)), min_size=40, max_size=90))
def test_whatever_the_pairs_no_source_and_no_answer_stands_in_two_parts(parts, pairs):
    src, trg = tuple(f"in {number}" for number, _ in pairs), tuple(f"{SENTENCE} {number}" for _, number in pairs)
    given_parts = {name: tuple(range(place, len(pairs), len(parts))) for place, name in enumerate(parts)}
    data = resolve_data("translation", {"data.path": ("x.tsv",), "data.unit": "word"})
    try:
        prepared = Pairs().prepare(PairSet(src, trg, parts=given_parts), "0" * 64, data, quiet)
    except ConfigError:
        return  # too few that differ: an error in words, see test_prepare_texts
    for texts in (prepared.src_texts, prepared.trg_texts):
        found = [set(texts[name]) for name in SPLITS]
        assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    for tokenizer, texts in (
        (prepared.src_tokenizer, prepared.src_texts),
        (prepared.trg_tokenizer, prepared.trg_texts),
    ):
        alone = fit_tokenizer("word", texts["train"], data.vocab_size, tokenizer.normalization)
        assert tokenizer.to_json() == alone.to_json(), "the other parts add nothing"


@given(st.lists(st.text("abcé ", min_size=1, max_size=4), min_size=40, max_size=90))
def test_whatever_the_items_none_stands_in_two_parts(items):
    data = resolve_data("generation", {"data.path": ("x.txt",)})
    try:
        prepared = Text().prepare(TextSet(items=tuple(items)), "0" * 64, data, quiet)
    except ConfigError:
        assert len(set(items)) < 40, "with many items every part gets some"
        return
    found = [set(prepared.texts[name].split("\n")) - {""} for name in SPLITS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    alone = fit_tokenizer("character", [prepared.texts["train"]], data.vocab_size, prepared.tokenizer.normalization)
    assert prepared.tokenizer.to_json() == alone.to_json()


@pytest.mark.parametrize("unit", ["character", "word", "subword"])
@given(later=st.lists(st.text(max_size=8).filter(str.isprintable), min_size=2, max_size=5))
def test_later_parts_change_no_vocabulary(unit, later):
    texts = (*(f"film number {row} is good" for row in range(20)), "late", "test", *later)
    parts = {"train": tuple(range(20)), "validation": (20,), "test": tuple(range(21, len(texts)))}
    dataset = LabelledSet(texts, tuple("ab"[row % 2] for row in range(len(texts))), ("a", "b"), parts=parts)
    prepared = LabelledTexts().prepare(
        dataset, "0" * 64, resolve_data("sentiment", {"data.path": ("x.csv",), "data.unit": unit}), quiet
    )
    texts = prepared.texts["train"]
    assert (
        prepared.tokenizer.to_json() == fit_tokenizer(unit, texts, 10_000, prepared.tokenizer.normalization).to_json()
    )
