"""What the page of a sentence's probability shows is what the network says, and the pairs are fair."""

import numpy as np
import pytest
import torch

from core.config.errors import ConfigError
from core.insight import hearings
from core.insight.edits import Edits
from ui.learn import sentence


def scene(**edits):
    return sentence.scene_of(6, Edits(edits)).data()


@pytest.mark.parametrize("number", [1, 24])
def test_sums_are_those_of_the_network_and_agree_until_the_hearings_part(number):
    shown, pair = scene(pair=number), hearings.pairs()[number - 1]
    for key, words in zip(("first", "second"), pair.hearings, strict=True):
        ids = hearings.ids_of(words)
        logits, state, wanted = None, None, []
        for before, after in zip([0, *ids], ids, strict=False):  # one word at a time, by the network's own state
            with torch.inference_mode():
                logits, state = hearings.shipped()(torch.tensor([[before]]), state)
            wanted.append(logits[0, 0].double().log_softmax(-1)[after].item())
        shown_sums = [row[0] for row in shown["values"][f"{key}.total"]["at"]]
        assert np.allclose(shown_sums, np.cumsum(wanted), atol=1e-4)
        assert words[-1] == hearings.END and (np.diff(shown_sums) < 0).all()
    right, wrong = (np.ravel(shown["values"][f"{key}.total"]["at"]) for key in ("first", "second"))
    assert np.array_equal(right[: pair.place], wrong[: pair.place]) and right[-1] > wrong[-1]


def test_no_sentence_of_the_pairs_stands_in_the_corpus_and_every_word_is_known():
    read = set(hearings.corpus(0, 500))
    assert len(hearings.pairs()) == 40 and sum(pair.far for pair in hearings.pairs()) == 20
    assert not any(pair.words in read for pair in hearings.pairs())
    assert {word for words in read for word in words} <= set(hearings.vocabulary())


def test_where_the_decider_is_far_only_the_network_chooses_well():
    counted = hearings.fit_ngrams(0)
    hits = {"network": [], "counted": []}
    for pair in hearings.pairs():
        for name, score in (("network", lambda words: hearings.by_network(hearings.shipped(), words)),
                            ("counted", lambda words: hearings.by_ngrams(counted, words))):  # fmt: skip
            right, other = (score(words).sum() for words in pair.hearings)
            hits[name].append(right > other)
    assert np.mean(hits["network"]) >= 0.95
    assert np.mean(hits["counted"][20:]) >= 0.95 and np.mean(hits["counted"][:20]) <= 0.75


def test_the_statements_open_where_the_hearings_part_and_hold():
    first, _, near, _ = sentence.LESSON.statements
    for statement, far in ((first, True), (near, False)):
        shown, pair = scene(**statement.state["edits"]), hearings.pairs()[statement.state["edits"]["pair"] - 1]
        assert pair.far == far and "step" not in statement.state and shown["start"]["step"] == pair.place
        table = panels(shown)["Which hearing is more probable, by model"]
        assert [row[3].endswith("right") for row in table["rows"]] == [True] + [not far] * 5
        assert ("its answer is chance" in table["note"]) == far


def own(first, second, order=3):
    both = tuple(hearings.read("hearing", text) for text in (first, second))
    return sentence.scene_of(order, Edits({}), both).data(), [hearings.scored(words) for words in both]


def panels(shown):
    return {panel.get("title"): panel for row in shown["rows"] for panel in row}


def test_own_hearings_of_unlike_length_are_summed_by_every_model_to_their_own_end():
    shown, texts = own("The owl spoke of the night.", "The owl spoke of the knight once more")
    table = panels(shown)["Which hearing is more probable, by model"]
    counted = hearings.fit_ngrams(0)
    for name, *found in table["rows"]:
        score = (lambda words: hearings.by_network(hearings.shipped(), words)) if name == "LSTM" else (
            lambda words, order=int(name[0]): hearings.by_ngrams(counted, words, order))  # fmt: skip
        sums = [score(words).sum() for words in texts]
        means = [score(words).mean() for words in texts]
        assert found[:2] == pytest.approx(np.exp(sums))
        assert found[2:] == [("the second" if b > a else "the first") for a, b in (sums, means)]
    assert shown["labels"][4:] == ["the", "night / knight", "<eos> / once", "– / more", "– / <eos>"]
    totals = np.ravel(shown["values"]["first.total"]["at"])
    assert totals[-1] == totals[-2] == pytest.approx(np.log(table["rows"][0][1]), rel=1e-5)


def test_unknown_words_are_scored_as_one_and_the_same_and_a_sign_of_ours_is_none():
    shown, (first, second) = own("the owl spoke of the wombat", "the owl spoke of the <eos>")
    assert first == second == ("the", "owl", "spoke", "of", "the", hearings.UNKNOWN, hearings.END)
    assert {row[3] for row in panels(shown)["Which hearing is more probable, by model"]["rows"]} == {"neither: a tie"}
    (strip,) = [panel for panel in panels(shown).values() if panel["kind"] == "sequence"]
    assert strip["notes"][1]["at"] == [""] * 5 + ["read as <unk>", ""]


def test_one_word_and_twice_the_same_are_heard_and_nothing_or_too_much_is_not():
    shown, _ = own("Owl!", "owl")
    assert shown["labels"] == ["owl", "<eos>"] and "What is heard: twice the same" in panels(shown)
    for text in ("", " . ! ", "owl " * (hearings.MOST_WORDS + 1)):
        with pytest.raises(ConfigError, match="1 to 40 words"):
            hearings.read("hearing", text)


def test_an_unknown_word_has_a_probability_that_was_learned_and_the_words_of_a_place_sum_to_one():
    words = ("the", "owl", hearings.UNKNOWN)
    by_word = [
        np.exp(hearings.by_network(hearings.shipped(), ("the", "owl", word))[2]) for word in hearings.vocabulary()
    ]
    assert sum(by_word) == pytest.approx(1)
    assert 1e-3 < np.exp(hearings.by_network(hearings.shipped(), words)[2]) < 0.1
    assert 1e-3 < np.exp(hearings.by_ngrams(hearings.fit_ngrams(0), words)[2]) < 0.1
