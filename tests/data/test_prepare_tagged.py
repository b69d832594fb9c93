"""A word keeps its tag and stays one token, whatever stands in it; the rest is as for other items."""

import pytest

from core.config.experiment import DataConfig
from core.config.limits import Settings
from core.data import catalog
from core.data.dataset import SPLITS, TaggedSet
from core.data.downloads import is_here
from core.data.kinds.tagged import TaggedWords
from core.data.prepare import prepare
from core.data.progress import quiet
from core.data.report import report
from core.data.text import UNK, load_tokenizer

WORDS = ("don't", "10 000", "www.a-b.org", "...", "New-York")
TAGS = ("VERB", "NUM", "X", "PUNCT", "PROPN")


def dataset(number=31, parts=None, more=()):
    sentences = [*((*WORDS, f"word{k}") for k in range(number)), *more]
    tags = [(*TAGS, "NOUN")[: len(words)] for words in sentences]
    return TaggedSet(tuple(sentences), tuple(tags), tuple(sorted((*TAGS, "NOUN"))), parts=parts or {})


def prepared_of(tagged, **choices):
    data = DataConfig(**{"split": (0.6, 0.2, 0.2), **choices})
    return TaggedWords().prepare(tagged, "0" * 64, data, quiet)


def test_every_word_has_one_id_and_one_label():
    prepared = prepared_of(dataset())
    for name in SPLITS:
        ids, labels, sentences = prepared.ids[name], prepared.labels[name], prepared.sentences[name]
        assert ids.lengths.tolist() == labels.lengths.tolist() == [len(words) for words in sentences]
        assert [prepared.classes[label] for label in labels.ids[: len(TAGS)]] == list(TAGS)
        assert sentences[0][: len(WORDS)] == list(WORDS), "as their owner wrote them"
    known = [prepared.tokenizer.token(token) for token in prepared.ids["test"].ids[: len(WORDS)]]
    assert known == list(WORDS), "none was cut in two"
    assert set(prepared.ids["test"].ids[len(WORDS) :: 6].tolist()) == {UNK}, "what training does not have"
    assert prepared.summary.num_classes == 6
    assert prepared.summary.longest == 6


def test_the_tokenizer_of_given_words_comes_back_as_it_was():
    tokenizer = prepared_of(dataset(), letter_case="lower").tokenizer
    again = load_tokenizer(tokenizer.to_json())
    assert (
        again.encode_words(["NEW-YORK", "10 000"]).tolist() == tokenizer.encode_words(["new-york", "10 000"]).tolist()
    )
    assert again.encode("New-York ...").tolist() == tokenizer.encode_words(["New-York", "..."]).tolist()
    assert again.decode(again.encode("New-York ...")) == "new-york ..."
    assert again.unknown("New-York york") == ["york"]


def test_a_sentence_that_is_too_long_loses_words_and_their_labels():
    prepared = prepared_of(dataset(), max_length=4)
    assert {len(words) for name in SPLITS for words in prepared.sentences[name]} == {4}
    assert (prepared.tally.num_cut, prepared.tally.num_cut_tokens) == (31, 62)
    assert prepared.labels["train"].lengths.max() == 4


def test_a_sentence_that_stands_in_two_parts_stays_in_the_later_one():
    twice = (tuple(word.upper() for word in (*WORDS, "word3")), (*WORDS, "new"))
    parts = {"train": tuple(range(31)), "validation": (31,), "test": (32,)}
    prepared = prepared_of(dataset(parts=parts, more=twice))
    assert prepared.counts == {"train": 30, "validation": 1, "test": 1}
    assert prepared.tally.repeated == {"within a part": 0, "across parts": 1}


def test_the_report_counts_the_words_of_each_tag():
    prepared = prepared_of(dataset())
    classes = report(prepared, DataConfig()).classes
    assert {sum(counts) for counts in classes.values()} == {31}
    assert not [note for note in prepared.notes if "too few" in note]


def test_the_public_treebank_can_be_prepared(tmp_path):
    entry, settings = catalog.find("tagged", "ud_english_ewt"), Settings()
    if not is_here(entry, settings):
        pytest.skip(f"{entry.folder} is not in {settings.data_dir}")
    prepared = prepare("tagged", catalog.usual_data(entry), Settings(state_dir=tmp_path, data_dir=settings.data_dir))
    assert len(prepared.classes) == 17
    assert prepared.summary.num_tokens > 190_000
    assert prepared.counts["train"] <= 12_544
    assert prepared.counts["validation"] <= 2_001
    assert prepared.counts["test"] <= 2_077
