"""The page Words to numbers: the visitor's own sentences, unknown words, and twins."""

import pytest

from core.insight.word_order import compare, trained
from tests.ui.learn.scenes import scene_of
from ui.learn.words import PAIRS


def panel(scene, kind):
    return next(one for row in scene["rows"] for one in row if one["kind"] == kind)


def test_a_visitors_sentence_stands_in_the_batch_with_its_unknown_word(open_page):
    app = open_page("words", {"words.source": "We like zorbs.", "words.target": "Nous aimons."})
    assert not app.exception
    scene = scene_of(app)
    assert scene["labels"] == ["We", "like", "zorbs", ".", "<eos>"]
    assert "<unk>: zorbs." in panel(scene, "sequence")["note"]
    strip = panel(scene, "onehot")
    assert strip["at"][2] == 1 and [one["length"] for one in strip["strips"]][1] == 20_000
    assert scene["values"]["product"]["at"] == scene["values"]["embedding"]["at"]
    tables = panel(scene, "batch")["tables"]
    source, reads, writes = (next(row for row in one["rows"] if row["yours"]) for one in tables)
    assert [cell["id"] for cell in source["cells"]][: source["length"]] == strip["at"]
    assert reads["cells"][0]["word"] == "<bos>/<sos>"
    assert [cell["id"] for cell in reads["cells"]][1:4] == [cell["id"] for cell in writes["cells"]][:3]


ORDER = {"words.view": "Two sentences and their order"}


def test_twins_have_one_bag_two_states_and_two_answers(open_page):
    scene = scene_of(open_page("words", ORDER))
    facts = {one["label"]: one["text"] for one in panel(scene, "facts")["items"]}
    assert facts["Counts that differ"] == facts["Bags, apart"] == "0" and float(facts["States, apart"]) > 1
    assert float(facts["Praise, the first"].rstrip("%")) > 95 and float(facts["Praise, the second"].rstrip("%")) < 5
    at = {name: value["at"] for name, value in scene["values"].items()}
    assert at["bag_first"][-1] == pytest.approx(at["bag_second"][-1], abs=1e-5) and at["first"][-1] != at["second"][-1]
    found = compare(*PAIRS["twins"], trained())
    assert at["apart"] == pytest.approx(found.apart[:, None], rel=1e-5)
    assert at["mood_second"] == pytest.approx(found.positive[1][:, None], rel=1e-5)


def test_a_visitors_two_sentences_are_read_and_unknown_words_named(open_page):
    own = {"words.pair": "My own two", "words.first": "Zorbs never made me smile <b> 😀", "words.second": "me smile"}
    scene = scene_of(open_page("words", {**ORDER, **own}))
    assert scene["labels"][0] == "zorbs" and not scene["problems"]
    assert "zorbs, <, b, >, 😀" in panel(scene, "sequence")["note"]


@pytest.mark.parametrize("text", [" ", "word " * 80])
def test_no_sentence_and_a_long_one_are_refused_and_what_was_typed_stays(open_page, text):
    app = open_page("words", {"words.source": text})
    assert not app.exception and "1 to 300 characters" in " ".join(scene_of(app)["problems"])
    assert app.text_input[0].value == text


def test_what_training_would_cut_off_is_said(open_page):
    app = open_page("words", {"words.source": "a. " * 40})
    assert "reads the first 64 tokens: 16 of your sentence fall off" in panel(scene_of(app), "sequence")["note"]
