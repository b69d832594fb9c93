"""Why a text got its label: the explanations of a classifier, and the texts that are read to weigh them."""

import numpy as np
import pytest
import torch

from core.config.errors import ConfigError
from core.insight.explained import ATTENTION, GRADIENT, INTEGRATED, MOST_EXPLAINED, OCCLUSION, SKIPPED, UNKNOWN

TEXT = "I hate the cat of Anna"
KINDS = [
    {"model.cell": cell, "model.pooling": pooling, "model.bidirectional": both}
    for cell, pooling, both in (
        ("rnn", "last", True), ("lstm", "max", True), ("gru", "mean", False), ("lstm", "attention", True)
    )
]  # fmt: skip


def opinionated(predictor):
    with torch.no_grad():
        for parameter in predictor.model.parameters():
            parameter.mul_(3)
    return predictor


@pytest.fixture(params=KINDS, ids=lambda kind: kind["model.pooling"])
def network(request, bound):
    return opinionated(bound("sentiment", request.param).predictor)


def log_odds(row, label):
    share = row["probabilities"][label]
    return np.log(share / (1 - share))


def test_the_label_that_is_explained_is_the_one_that_the_network_says(network):
    found, (row,) = network.explain(TEXT), network.predict([TEXT])
    assert found.words == ("i", "hate", "the", "cat", "of", "anna")
    assert network.classes[found.label] == row["label"]
    assert found.probability == pytest.approx(row["probabilities"][row["label"]], abs=1e-5)
    assert all(values.shape == (6,) for values in found.values.values())


def test_occlusion_is_what_the_network_says_of_the_text_without_the_word(network):
    found = network.explain(TEXT, label=0)
    words = TEXT.split()
    without = [" ".join(words[:place] + words[place + 1 :]) for place in range(6)]
    (whole,), rows = network.predict([TEXT]), network.predict(without)
    label = network.classes[0]
    expected = [log_odds(whole, label) - log_odds(row, label) for row in rows]
    assert found.values[OCCLUSION] == pytest.approx(expected, abs=1e-3)


def test_a_curve_is_what_the_network_says_while_the_words_go(network):
    found = network.explain(TEXT)
    label, words = network.classes[found.label], TEXT.split()
    order = np.argsort(-found.values[OCCLUSION], kind="stable")
    left = [[word for place, word in enumerate(words) if place not in order[:gone]] for gone in range(6)]
    rows = network.predict([" ".join(text) for text in left])
    shares = [row["probabilities"][label] for row in rows]
    assert found.against[OCCLUSION].curve[:6] == pytest.approx(shares, abs=1e-5)
    assert found.gone.tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_all_curves_begin_with_the_text_and_end_without_a_word(network):
    found = network.explain(TEXT)
    curves = np.stack([*(one.curve for one in found.against.values()), *found.random])
    assert curves[:, 0] == pytest.approx(found.probability, abs=1e-5)
    assert np.ptp(curves[:, -1]) < 1e-5 and np.ptp(curves[:, 3]) > 1e-4


def test_a_word_that_is_unknown_already_changes_nothing_by_becoming_unknown(network):
    found = network.explain("I hate wombats", removal=UNKNOWN)
    assert found.words[2] == "wombats" and found.values[OCCLUSION][2] == pytest.approx(0, abs=1e-5)
    assert network.explain("I hate wombats", removal=SKIPPED).values[OCCLUSION][2] != 0


def test_integrated_gradients_add_up_to_the_difference_from_a_text_of_blanks(network):
    found = network.explain(TEXT)
    ids = torch.tensor([[*network.encode(TEXT).tolist(), 3]])
    with torch.no_grad():
        vectors = network.model.embedding(ids)
        blank = vectors.clone()
        blank[:, :6] = 0
        scores = network.model.score(torch.cat([vectors, blank]), torch.tensor([7, 7]))
    odds = scores[:, found.label] - scores[:, 1 - found.label]
    assert found.difference == pytest.approx((odds[0] - odds[1]).item(), abs=1e-4)
    assert found.values[INTEGRATED].sum() == pytest.approx(found.difference, abs=0.011 * max(1, abs(found.difference)))


def test_attention_is_an_explanation_where_the_network_pools_by_it(bound):
    network = opinionated(bound("sentiment", {"model.pooling": "attention"}).predictor)
    weights = network.explain(TEXT).values[ATTENTION]
    assert weights == pytest.approx(network.attention(TEXT)["weights"][:6], abs=1e-6)
    assert 0 < weights.sum() < 1, "the sign at the end has a share too"
    assert ATTENTION not in bound("sentiment", {"model.pooling": "max"}).predictor.explain(TEXT).values


def test_log_odds_are_those_of_the_probability_that_is_said_with_a_temperature_too(network):
    network.temperature = 2.5
    found = network.explain(TEXT, label=1)
    (whole,), (without,) = network.predict([TEXT]), network.predict(["hate the cat of Anna"])
    label = network.classes[1]
    assert found.probability == pytest.approx(whole["probabilities"][label], abs=1e-5)
    assert found.values[OCCLUSION][0] == pytest.approx(log_odds(whole, label) - log_odds(without, label), abs=1e-3)
    assert found.adds_up


def test_padding_changes_nothing(network, monkeypatch):
    together = network.explain(TEXT)
    monkeypatch.setattr("core.tasks.layers.EVALUATION_BATCH", 1)
    alone = network.explain(TEXT)
    for name in (GRADIENT, INTEGRATED, OCCLUSION):
        assert alone.values[name] == pytest.approx(together.values[name], abs=1e-3)
        assert alone.against[name].curve == pytest.approx(together.against[name].curve, abs=1e-4)


@pytest.mark.parametrize("text", ["cat", "😀", "🧑‍🚀 😀 👍🏽", "שלום עולם", "مرحبا", "<eos> <b>x</b>", "\u202eabc"])
@pytest.mark.parametrize("removal", [SKIPPED, UNKNOWN])
def test_odd_texts_are_explained_like_others(text, removal, bound):
    found = bound("sentiment").predictor.explain(text, removal=removal)
    for values in found.values.values():
        assert values.shape == (len(found.words),) and np.isfinite(values).all()
    if len(found.words) == 1:
        assert {one.gain for one in found.against.values()} == {0.0}


@pytest.mark.parametrize("text", ["", "  \n", "so " * (MOST_EXPLAINED + 1), "so " * 10_000])
def test_texts_without_words_or_of_very_many_are_refused(text, bound):
    predictor = bound("sentiment", {"data.max_length": 5_000}).predictor
    with pytest.raises(ConfigError) as caught:
        predictor.explain(text)
    assert caught.value.problems[0].field == "text"


def test_what_is_no_label_and_no_way_to_take_words_away_is_refused(bound):
    predictor = bound("sentiment").predictor
    with pytest.raises(ConfigError, match="label"):
        predictor.explain(TEXT, label=2)
    with pytest.raises(ConfigError, match="removal"):
        predictor.explain(TEXT, removal="burnt")


def test_a_network_that_reads_letters_is_explained_as_it_reads(bound):
    network = bound("sentiment", {"model.character_dim": 3}).predictor
    text = "I hate the cats wombats"
    found = network.explain(text)
    shares = network.predict([text])[0]["probabilities"]
    assert found.probability == pytest.approx(max(shares.values()), abs=1e-5)
    without = network.predict(["I hate the cats"])[0]["probabilities"]
    lost = network.made_of(text, np.arange(4), np.array([0, 4]))
    np.testing.assert_allclose(network.probabilities(lost)[0].tolist(), list(without.values()), atol=1e-6)


@pytest.mark.gpu
@pytest.mark.parametrize("changes", KINDS, ids=lambda kind: kind["model.pooling"])
def test_on_a_gpu_too_whose_kernels_have_no_gradients_in_evaluation(changes, bound):
    network = opinionated(bound("sentiment", changes).predictor)
    expected = network.explain(TEXT)
    network.device = torch.device("cuda")
    network.model.to(network.device)
    found = network.explain(TEXT)
    for name, values in expected.values.items():
        assert found.values[name] == pytest.approx(values, abs=2e-3)
